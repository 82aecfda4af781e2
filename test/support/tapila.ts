/** A client of the Tapila dialect: its credentials, a token, and calls with both. */
import assert from "node:assert/strict"
import { once } from "node:events"
import { Agent, type IncomingMessage, request } from "node:http"
import { json } from "node:stream/consumers"
import type { Core, TermsSettings } from "../../src/core/index.ts"
import { errorAnswer } from "../../src/dialects/tapila/answers.ts"
import { tapila } from "../../src/dialects/tapila/index.ts"
import { ask, type Gateway } from "./gateway.ts"

export type Client = {
  readonly merchantId: string
  readonly shown: Readonly<Record<string, string>>
  readonly token: string
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): ReturnType<typeof ask>
  /** Recharges a number that is good for it, unless `over` says otherwise. */
  recharge(over?: object): ReturnType<typeof ask>
}

export type Answer = Awaited<ReturnType<typeof ask>>

/** An error is its status, its code, and nothing that the one shape of errors doesn't have. */
export function says({ status, body }: Pick<Answer, "status" | "body">): string {
  const { code } = errorAnswer.parse(body, { error: () => JSON.stringify(body) })
  return `${status} ${code}`
}

/** The request of the vendor's page with its blanks filled in; each gets an id of its own. */
export function recharge(over: object = {}): Record<string, unknown> {
  made += 1
  return {
    companyCode: "AR-R-0901",
    productId: "1",
    amount: 1500,
    identifierValue: `11${String(made).padStart(6, "0")}99`,
    paymentMethod: "ACCOUNT",
    externalPaymentId: `pay-${made}`,
    externalClientId: "user-77",
    ...over,
  }
}
let made = 0

/** Logs the sandbox's own client in. */
export async function demoClient(gateway: Gateway): Promise<Client> {
  const { core, credentials } = gateway
  const merchant = await core.merchants.findByName("Demo")
  return logIn(gateway, merchant!.id, credentials.tapila)
}

type Own = NonNullable<Parameters<Core["merchants"]["add"]>[0]["settings"]>

/** Adds a client with `settings` and (unless there is to be none) 100,000 pesos in its wallet. */
export async function addClient(
  gateway: Gateway,
  name: string,
  settings: Partial<TermsSettings> = {},
  wallet = 10_000_000n,
  own: Own = {},
): Promise<Client> {
  const { merchants, wallet: wallets, ids } = gateway.core
  const merchant = await merchants.add({ name, settings: own })
  const signingKey = await merchants.agree(merchant.id, "tapila", settings)
  const { secrets, shown } = tapila.issue(ids, { merchantName: name, signingKey })
  for (const secret of secrets) await merchants.addCredential(merchant.id, "tapila", secret)
  if (wallet > 0n) {
    const topUp = { merchantId: merchant.id, asset: "ARS", amount: wallet, reference: "first" }
    await wallets.topUp(topUp)
  }
  return logIn(gateway, merchant.id, shown)
}

/** Logs a client in whose credentials are known. */
export async function logIn(
  gateway: Gateway,
  merchantId: string,
  shown: Readonly<Record<string, string>>,
): Promise<Client> {
  const base = gateway.credentials.tapila.baseUrl
  const { clientUsername, password, apiKey } = shown
  const login = await ask("POST", `${base}/login`, { body: { clientUsername, password } })
  assert.equal(login.status, 200, JSON.stringify(login.body))
  const token: string = login.body.accessToken
  const call: Client["call"] = (method, path, body, headers = {}) =>
    ask(method, base + path, {
      body,
      headers: { "x-authorization-token": token, "x-api-key": apiKey!, ...headers },
    })
  return {
    merchantId,
    shown,
    token,
    call,
    recharge: (over) => call("POST", "/payment", recharge(over)),
  }
}

/** Of a hundred recharges at once there is money for so many. */
const FUNDED = 10
const AT_ONCE = 100
/** What a recharge costs its client beside its amount: it has to be there as well. */
const FEE = 150n

type Racer = {
  readonly client: Client
  readonly sale: object
  readonly price: bigint
  readonly send: (body: object) => Promise<Pick<Answer, "status" | "body">>
}
const racers = new WeakMap<Gateway, Promise<Racer>>()

/**
 * A hundred recharges at once on a wallet for ten: exactly ten are delivered, the others refused,
 * and nothing is left. Rounds on one gateway take turns, under different numbers.
 */
export async function overspend(gateway: Gateway, round: number): Promise<void> {
  const { core } = gateway
  if (!racers.has(gateway)) racers.set(gateway, makeRacer(gateway))
  const { client, sale, price, send } = await racers.get(gateway)!
  const reference = `round ${round}`
  const amount = BigInt(FUNDED) * (price + FEE)
  await core.wallet.topUp({ merchantId: client.merchantId, asset: "ARS", amount, reference })
  const answers = await Promise.all(
    Array.from({ length: AT_ONCE }, (_, at) =>
      send(recharge({ ...sale, externalPaymentId: `round-${round}-${at}` })),
    ),
  )
  const said = answers.map((each) => (each.status === 200 ? "200" : says(each)))
  const times = (what: string) => said.filter((each) => each === what).length
  const counted = { delivered: times("200"), refused: times("400 XPA04402") }
  assert.deepEqual(counted, { delivered: FUNDED, refused: AT_ONCE - FUNDED }, String(said))
  const accounts = await core.books.accounts(client.merchantId)
  const balances = Object.fromEntries(accounts.map(({ kind, balance }) => [kind, balance]))
  assert.equal(balances["available"], 0n)
  assert.equal(balances["held"], 0n)
  assert.deepEqual(await core.books.verify(), [])
}

/** A client that earns nothing by what it sells: earnings would pay for one more. */
async function makeRacer(gateway: Gateway): Promise<Racer> {
  const settings = { country: "AR", feeFixed: String(FEE) }
  const client = await addClient(gateway, "Racer", settings, 0n)
  const companies = await gateway.core.catalogue.list("AR")
  const products = companies.filter(({ active }) => active).flatMap(({ products }) => products)
  const product = products.find(
    ({ amountType, commissionFixed, commissionBasisPoints }) =>
      amountType === "OPEN" && commissionFixed === 0n && commissionBasisPoints === 0,
  )
  assert.ok(product, "the sandbox sells nothing without a commission")
  const { companyCode, id: productId, minAmount: price } = product
  const sale = { companyCode, productId, amount: Number(price) / 100 }
  return { client, sale, price, send: sender(gateway, client) }
}

/** Sends recharges at half of what `fetch` costs: a race of many rounds is ten thousand of them. */
function sender(gateway: Gateway, { token, shown }: Client): Racer["send"] {
  const url = `${gateway.credentials.tapila.baseUrl}/payment`
  const agent = new Agent({ keepAlive: true })
  const headers = {
    "content-type": "application/json",
    "x-authorization-token": token,
    "x-api-key": shown["apiKey"]!,
  }
  return async (body) => {
    const sent = request(url, { method: "POST", agent, headers }).end(JSON.stringify(body))
    const [response] = (await once(sent, "response")) as [IncomingMessage]
    return { status: response.statusCode!, body: await json(response) }
  }
}
