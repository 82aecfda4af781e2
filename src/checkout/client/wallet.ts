/** Lets a wallet in the browser (EIP-1193, EIP-6963) send what is due, once. */

type Provider = {
  request(call: { method: string; params?: readonly unknown[] }): Promise<unknown>
}
type Words = Readonly<Record<string, string>>
type Wallet = { readonly provider: Provider; readonly name: string | null }

/** Errors of EIP-1193 and EIP-1474. */
const REJECTED = 4001
const UNKNOWN_CHAIN = 4902
const ALREADY_ASKED = -32002
/** Nobody has more wallets in one browser than fit under each other on a phone. */
const WALLETS_MAX = 4
/** Longer names are cut: on the narrowest phone so many characters make three lines. */
const NAME_MAX = 40
const SENT_KEY = "caudal-sent"
/** So many transactions are kept: more payments than anybody has open, less than 10 kB. */
const SENT_MAX = 20
/** A transaction's hash, as nodes and wallets answer it. */
const HASH = /^0x[0-9a-f]{64}$/i

const announced = new Map<string, Wallet>()
/** The transaction that a wallet is being asked for. */
let asking: string | null = null
/** What wallets sent from this very page, for browsers that keep nothing. */
const sentHere = new Set<string>()
/** What was said last, and beside which transaction: of another one it would be untrue. */
let said = ""
let saidOf: string | null = null
/** Brings the page up to date; resolves also where it couldn't. */
let refresh: () => Promise<void>

/** Looks for wallets, and shows each that there is. `update` brings the page up to date. */
export function findWallets(update: () => Promise<void>): void {
  refresh = update
  // Another tab of this browser sent what this one offers, too.
  addEventListener("storage", ({ key }) => {
    if (key === SENT_KEY || key === null) showWallets()
  })
  addEventListener("eip6963:announceProvider", (event) => {
    const { info, provider } = (event as CustomEvent).detail ?? {}
    if (typeof provider?.request !== "function" || announced.size >= WALLETS_MAX) return
    const { uuid, name } = info ?? {}
    if (typeof uuid !== "string") return
    announced.set(uuid, { provider, name: typeof name === "string" && name ? shorten(name) : null })
    showWallets()
  })
  dispatchEvent(new Event("eip6963:requestProvider"))
}

/** By whole characters: half an emoji would be a question mark. */
function shorten(name: string): string {
  return [...name].slice(0, NAME_MAX).join("")
}

/** A button for each wallet that there is, beside what is due now. */
export function showWallets(): void {
  const place = placeNow()
  const wallets = foundWallets()
  if (!place || wallets.length === 0) return
  const words = JSON.parse(place.dataset["words"] ?? "{}") as Words
  const [template, ...rest] = place.querySelectorAll("button")
  for (const button of rest) button.remove()
  for (const [index, { name, provider }] of wallets.entries()) {
    const button = index === 0 ? template! : (template!.cloneNode() as HTMLButtonElement)
    button.id = `wallet-${index}`
    button.textContent = name === null ? words["pay"]! : `${words["payWith"]} ${name}`
    button.onclick = () => void pay(place, provider, words)
    place.insertBefore(button, place.querySelector("p"))
  }
  const transaction = transactionOf(place)
  if (wasSent(transaction)) say(words["sent"]!)
  else say(asking !== null || saidOf === transaction ? said : "")
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

function placeNow(): HTMLElement | null {
  return document.querySelector<HTMLElement>("[data-wallets]")
}

/** Says something and lets the buttons be pressed, or not: also on a page that was swapped. */
function say(text: string): void {
  const place = placeNow()
  said = text
  saidOf = place && transactionOf(place)
  if (!place) return
  place.querySelector("p")!.textContent = text
  const done = wasSent(saidOf!)
  for (const button of place.querySelectorAll("button")) button.disabled = done || asking !== null
}

/** The buttons are gone with the payment's end: said where the page tells of that. */
function sayAtEnd(text: string): void {
  const note = document.createElement("p")
  note.className = "note"
  note.textContent = text
  document.querySelector('[data-live="state"]')?.append(note)
}

async function pay(place: HTMLElement, provider: Provider, words: Words): Promise<void> {
  const transaction = transactionOf(place)
  if (asking !== null || wasSent(transaction)) return
  asking = transaction
  say(words["confirm"]!)
  // Whatever a wallet throws at us, the button comes back with words.
  let outcome = "failed"
  try {
    outcome = await send(place, provider)
  } catch (error) {
    outcome = wordOf(error)
  } finally {
    asking = null
    say(words[outcome]!)
    if (outcome === "changed" && !placeNow()) sayAtEnd(words[outcome]!)
  }
}

/** Has a wallet send what a place asks for; answers the name of what is to be said then. */
async function send(place: HTMLElement, provider: Provider): Promise<string> {
  const { chain: chainId, to, value, data } = place.dataset
  const accounts = await provider.request({ method: "eth_requestAccounts" })
  const from: unknown = Array.isArray(accounts) ? accounts[0] : undefined
  if (typeof from !== "string") return "noAccount"
  const isThere = async () =>
    Number(await provider.request({ method: "eth_chainId" })) === Number(chainId)
  if (!(await isThere())) {
    await provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId }] })
    // Some wallets agree and stay where they are: the money would leave on another network.
    if (!(await isThere())) return "wrongNetwork"
  }
  // Unlocking a wallet takes time, and a page that is hidden meanwhile isn't kept up to date.
  await refresh()
  const now = placeNow()
  const transaction = transactionOf(place)
  if (now === null || transactionOf(now) !== transaction) return "changed"
  if (wasSent(transaction)) return "sent"
  const params = [{ from, to, value, data, chainId }]
  const hash = await provider.request({ method: "eth_sendTransaction", params })
  if (typeof hash !== "string" || !HASH.test(hash)) return "failed"
  remember(transaction)
  return "sent"
}

/** Neither this page reloaded nor another tab may offer to send again what is on its way. */
function remember(transaction: string): void {
  sentHere.add(transaction)
  try {
    const kept = [transaction, ...sentEarlier()].slice(0, SENT_MAX)
    localStorage.setItem(SENT_KEY, kept.join("\n"))
  } catch {
    // A browser that keeps nothing: this page itself still knows.
  }
}

function wasSent(transaction: string): boolean {
  return sentHere.has(transaction) || sentEarlier().includes(transaction)
}

function sentEarlier(): readonly string[] {
  try {
    return localStorage.getItem(SENT_KEY)?.split("\n") ?? []
  } catch {
    return []
  }
}

/** Wallets wrap what another wallet or a node said. */
function wordOf(error: unknown): string {
  const { code, data } = (error ?? {}) as {
    readonly code?: unknown
    readonly data?: { readonly originalError?: { readonly code?: unknown } | null } | null
  }
  const codes = [code, data?.originalError?.code]
  if (codes.includes(REJECTED)) return "rejected"
  if (codes.includes(UNKNOWN_CHAIN)) return "addNetwork"
  return codes.includes(ALREADY_ASKED) ? "waiting" : "failed"
}
