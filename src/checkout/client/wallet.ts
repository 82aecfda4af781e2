/** Lets a wallet in the browser (EIP-1193, EIP-6963) send what is due, once. */

type Provider = {
  request(call: { method: string; params?: readonly unknown[] }): Promise<unknown>
}
type Wallet = { readonly provider: Provider; readonly name: string | null }

/** Errors of EIP-1193 and EIP-1474. */
const REJECTED = 4001
const UNKNOWN_CHAIN = 4902
const ALREADY_ASKED = -32002
/** Nobody has more wallets in one browser than fit under each other on a phone. */
const WALLETS_MAX = 4
const SENT_KEY = "caudal-sent"

const announced = new Map<string, Wallet>()
/** The transaction that a wallet is being asked for. */
let asking: string | null = null
/** The last one that a wallet sent. */
let sent: string | null = null
let said = ""

/** Looks for wallets; `found` is called whenever there is one more. */
export function findWallets(found: () => void): void {
  addEventListener("eip6963:announceProvider", (event) => {
    const { info, provider } = (event as CustomEvent).detail ?? {}
    if (typeof provider?.request !== "function" || announced.size >= WALLETS_MAX) return
    announced.set(String(info?.uuid), { provider, name: info?.name ? String(info.name) : null })
    found()
  })
  dispatchEvent(new Event("eip6963:requestProvider"))
}

/** A button for each wallet that there is, beside what is due now. */
export function showWallets(): void {
  const place = document.querySelector<HTMLElement>("[data-wallets]")
  const wallets = foundWallets()
  if (!place || wallets.length === 0) return
  const words = JSON.parse(place.dataset["words"] ?? "{}") as Record<string, string>
  const [template, ...rest] = place.querySelectorAll("button")
  for (const button of rest) button.remove()
  for (const [index, { name, provider }] of wallets.entries()) {
    const button = index === 0 ? template! : (template!.cloneNode() as HTMLButtonElement)
    button.id = `wallet-${index}`
    button.textContent = name === null ? words["pay"]! : `${words["payWith"]} ${name}`
    button.onclick = () => void pay(place, provider, words)
    place.insertBefore(button, place.querySelector("p"))
  }
  say(wasSent(transactionOf(place)) ? words["sent"]! : said)
  place.hidden = false
}

function foundWallets(): readonly Wallet[] {
  if (announced.size > 0) return [...announced.values()]
  const { ethereum } = window as { readonly ethereum?: Provider }
  return typeof ethereum?.request === "function" ? [{ provider: ethereum, name: null }] : []
}

/** What tells this transaction from another, and from the same one in another state of the page. */
function transactionOf({ dataset }: HTMLElement): string {
  return ["wallets", "chain", "to", "value", "data"].map((name) => dataset[name]).join()
}

/** Says something and lets the buttons be pressed, or not: also on a page that was swapped. */
function say(text: string): void {
  said = text
  const place = document.querySelector<HTMLElement>("[data-wallets]")
  if (!place) return
  place.querySelector("p")!.textContent = text
  const done = wasSent(transactionOf(place))
  for (const button of place.querySelectorAll("button")) button.disabled = done || asking !== null
}

async function pay(
  place: HTMLElement,
  provider: Provider,
  words: Record<string, string>,
): Promise<void> {
  const transaction = transactionOf(place)
  if (asking !== null || wasSent(transaction)) return
  const { chain, to, value, data } = place.dataset
  asking = transaction
  say(words["confirm"]!)
  let outcome = words["sent"]!
  try {
    const accounts = await provider.request({ method: "eth_requestAccounts" })
    const from = Array.isArray(accounts) ? accounts[0] : undefined
    if (from === undefined) outcome = words["noAccount"]!
    else {
      if (Number(await provider.request({ method: "eth_chainId" })) !== Number(chain)) {
        await provider.request({
          method: "wallet_switchEthereumChain",
          params: [{ chainId: chain }],
        })
      }
      await provider.request({ method: "eth_sendTransaction", params: [{ from, to, value, data }] })
      remember(transaction)
    }
  } catch (error) {
    outcome = words[wordOf(error)]!
  }
  asking = null
  say(outcome)
}

/** Reloading the page must not offer to send again what is on its way. */
function remember(transaction: string): void {
  sent = transaction
  try {
    sessionStorage.setItem(SENT_KEY, transaction)
  } catch {
    // A browser that keeps nothing: this page itself still knows.
  }
}

function wasSent(transaction: string): boolean {
  try {
    return [sent, sessionStorage.getItem(SENT_KEY)].includes(transaction)
  } catch {
    return sent === transaction
  }
}

/** Wallets wrap what another wallet or a node said. */
function wordOf(error: unknown): string {
  const { code, data } = error as {
    readonly code?: unknown
    readonly data?: { readonly originalError?: { readonly code?: unknown } }
  }
  const codes = [code, data?.originalError?.code]
  if (codes.includes(REJECTED)) return "rejected"
  if (codes.includes(UNKNOWN_CHAIN)) return "addNetwork"
  return codes.includes(ALREADY_ASKED) ? "waiting" : "failed"
}
