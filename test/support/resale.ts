/**
 * Two gateways, of which one sells what the other delivers, with a faulty network between them in
 * both directions, in a time that runs faster.
 */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Company, Payment } from "../../src/core/index.ts"
import { merchantAccount, railAccount } from "../../src/core/ledger/account.ts"
import type { Simulator } from "../../src/rails/simulator/index.ts"
import { lastFirst } from "./cleanup.ts"
import type { Cleanup } from "./database.ts"
import { type Network, openNetwork } from "./faulty-network.ts"
import { type Gateway, startGateway } from "./gateway.ts"
import { hurry, runningClock } from "./running-clock.ts"
import { addClient, type Client } from "./tapila.ts"

/** A connection may be told to wait less, but not on a busy machine. */
const TIMEOUT_MS = 1_500
/** Late enough for whoever gave up to look it up and to ask again before it comes. */
const LATE_MS = TIMEOUT_MS + 700
/** Nobody depends on a notice. */
const LATE_NOTICE_MS = 200
/** The provider answers well within it, however long its operator takes. */
const PROVIDER_ANSWERS_WITHIN_MS = 300
/** The reseller's clients wait a little longer: some hear the outcome, some a 202. */
const RESELLER_ANSWERS_WITHIN_MS = 1_200
const ANY_NUMBER_OF_REQUESTS = 0

/** Connections of the reseller: each is a client of the provider of its own, for its countries. */
const CONNECTIONS = {
  main: ["AR", "CL"],
  /** Whose password is changed. */
  locked: ["MX"],
  /** Whose key is revoked. */
  keyless: ["PE"],
} as const
export type ConnectionName = keyof typeof CONNECTIONS

/** What a client of either pays for and earns, so that the books have all of it. */
const FEES = { feeFixed: "25", feeBasisPoints: 10 } as const

export type Resale = Awaited<ReturnType<typeof openResale>>

/** Minor units of any currency; the reseller has no Chilean pesos at its provider. */
const WALLET = 2_000_000_000n

/** Starts all of it; ends with the test. */
export async function openResale(testContext: Cleanup) {
  const context = lastFirst(testContext)
  hurry()
  const clock = runningClock()
  const toProvider = await openNetwork(context, { lateMs: LATE_MS, kindOf: providerKind })
  const toReseller = await openNetwork(context, {
    lateMs: LATE_NOTICE_MS,
    kindOf: (method) => method,
  })

  const provider = await startGateway(context, {}, { clock })
  toProvider.leadTo(provider.url)
  const sold = {} as Record<ConnectionName, Client>
  for (const name of Object.keys(CONNECTIONS) as ConnectionName[]) {
    sold[name] = await addReseller(provider, name, toReseller)
  }
  const reseller = await startGateway(context, configured(context, toProvider, sold), { clock })
  toReseller.leadTo(reseller.url)
  const rail = reseller.core.rails.get("tapila")!
  await reseller.core.catalogue.replace((await rail.sells!()).map(withCommission))
  const client = await addSeller(reseller)

  return {
    clock,
    /** What is in a client's wallet in the beginning, in minor units of each currency. */
    wallet: WALLET,
    provider,
    reseller,
    toProvider,
    toReseller,
    /** The reseller as a client of the provider, by connection. */
    sold,
    /** A client of the reseller, whose recharges are sold on. */
    client,
    rail,
    simulator: provider.core.rails.get("simulator") as Simulator,
  }
}

function providerKind(method: string, path: string): string {
  return `${method} ${/^\/tapila(\/\w+)/.exec(path)?.[1] ?? path}`
}

/** Adds the reseller to the provider's clients, to be told at the reseller's own address. */
async function addReseller(
  provider: Gateway,
  name: ConnectionName,
  network: Network,
): Promise<Client> {
  const { core } = provider
  const settings = {
    ...FEES,
    answerWithinMs: PROVIDER_ANSWERS_WITHIN_MS,
    requestsPerMinute: ANY_NUMBER_OF_REQUESTS,
  }
  const client = await addClient(provider, `Reseller ${name}`, settings, WALLET)
  const { merchantId } = client
  await core.merchants.addEndpoint({
    merchantId,
    dialect: "tapila",
    url: `${network.url}/rails/tapila/notify/${name}`,
  })
  for (const asset of ["MXN", "PEN"]) {
    await core.wallet.topUp({ merchantId, asset, amount: WALLET, reference: asset })
  }
  return client
}

/** The reseller's settings: a file, which is named in its environment. */
function configured(context: Cleanup, network: Network, sold: Record<ConnectionName, Client>) {
  const folder = mkdtempSync(join(tmpdir(), "caudal-resale-"))
  context.after(async () => rmSync(folder, { recursive: true, force: true }))
  const connections = Object.fromEntries(
    Object.entries(CONNECTIONS).map(([name, countries]) => {
      const { clientUsername, password, apiKey, webhookKey } = sold[name as ConnectionName].shown
      const secrets = { clientUsername, password, apiKey, webhookKey }
      const about = { baseUrl: `${network.url}/tapila`, countries, timeoutMs: TIMEOUT_MS }
      return [name, { ...about, ...secrets }]
    }),
  )
  const path = join(folder, "caudal.json")
  writeFileSync(path, JSON.stringify({ rails: { tapila: { connections } } }))
  return { CAUDAL_CONFIG: path }
}

/** A provider doesn't say what its own client shall earn: the reseller gives a part of its own. */
function withCommission(company: Company): Company {
  const products = company.products.map((each) => ({ ...each, commissionBasisPoints: 125 }))
  return { ...company, products }
}

/** Adds a client of the reseller that hears of what it was promised to. */
async function addSeller(reseller: Gateway): Promise<Client> {
  const { core, receiver } = reseller
  const settings = {
    ...FEES,
    answerWithinMs: RESELLER_ANSWERS_WITHIN_MS,
    requestsPerMinute: ANY_NUMBER_OF_REQUESTS,
  }
  const client = await addClient(reseller, "Seller", settings, WALLET)
  const { merchantId } = client
  await core.route(merchantId, { rails: { recharge: "tapila" } })
  await core.merchants.addEndpoint({ merchantId, dialect: "tapila", url: receiver.url })
  for (const asset of ["CLP", "MXN", "PEN"]) {
    await core.wallet.topUp({ merchantId, asset, amount: WALLET, reference: asset })
  }
  return client
}

/** A recharge with what moved for it, in one gateway. */
export type Row = Pick<
  Payment,
  "id" | "state" | "amount" | "asset" | "deferred" | "fee" | "commission"
> & {
  readonly reference: string
  readonly attempts: readonly {
    readonly id: string
    readonly state: string
    readonly looks: number
  }[]
  /** The kinds of its transfers. */
  readonly booked: readonly string[]
}

/** All recharges of a client. */
export async function rowsOf({ database }: Gateway, { merchantId }: Client): Promise<Row[]> {
  const { rows } = await database.query<Row>(
    `select p.id, p.reference, p.state, p.amount, p.asset, p.deferred, p.fee, p.commission,
  array(select t.kind from transfers t where t.payment_id = p.id order by t.kind) as booked,
  (select json_agg(json_build_object('id', a.id, 'state', a.state, 'looks', a.looks)) from attempts a
   where a.payment_id = p.id) as attempts
from payments p where p.merchant_id = $1`,
    [merchantId],
  )
  return rows
}

/** All that the reseller bought of its provider, over any connection. */
export async function rowsAtProvider({ provider, sold }: Resale): Promise<Row[]> {
  const rows = await Promise.all(Object.values(sold).map((client) => rowsOf(provider, client)))
  return rows.flat()
}

/** What is there and what is held of a client's wallet, in minor units. */
export async function walletOf({ core }: Gateway, { merchantId }: Client, asset = "ARS") {
  const accounts = await core.books.accounts(merchantId)
  const balance = (kind: "available" | "held") => {
    const wanted = merchantAccount("gateway", merchantId, kind, asset)
    return accounts.find((each) => each.kind === wanted.kind && each.asset === asset)?.balance ?? 0n
  }
  return { available: balance("available"), held: balance("held") }
}

/** What a rail brought out of the gateway, less what came in over it. */
export async function outsideOf({ database }: Gateway, rail: string, asset = "ARS") {
  const { custodian, kind } = railAccount("gateway", rail, "outside", asset)
  const { rows } = await database.query<{ balance: bigint }>(
    "select balance from accounts where custodian = $1 and rail = $2 and kind = $3 and asset = $4",
    [custodian, rail, kind, asset],
  )
  return rows[0]?.balance ?? 0n
}

/** The longest that a resale may take to come to rest, in the host's time. */
const REST_MS = 15_000
/** A few of them come to the seldom looks, and ten to when what isn't there counts as lost. */
const STEP_MS = 60_000

/**
 * Lets time pass, with the network as it is, until nothing is under way on either side. What waits
 * at the provider's operator is delivered or refused in turns.
 */
export async function rest(resale: Resale): Promise<void> {
  const { clock, provider, reseller, sold, client, toProvider } = resale
  const giveUpAt = performance.now() + REST_MS
  const simulated = new Set<string>()
  for (;;) {
    // No request may be under way for as long as is about to pass.
    await toProvider.idle()
    const delivering = open(await rowsAtProvider(resale))
    for (const { id, state } of delivering) {
      if (state !== "processing" || simulated.has(id)) continue
      const isDelivered = simulated.add(id).size % 2 === 1
      await simulate(provider, sold.main, id, isDelivered)
    }
    const selling = open(await rowsOf(reseller, client))
    if (delivering.length === 0 && selling.length === 0) return
    const left = () => JSON.stringify({ delivering, selling }, (_key, value) => plain(value))
    assert.ok(performance.now() < giveUpAt, `still under way: ${left()}`)
    clock.advance(STEP_MS)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function open(rows: readonly Row[]): Row[] {
  return rows.filter(
    ({ state, attempts }) =>
      !["approved", "declined"].includes(state) ||
      attempts.some((each) => !["settled", "declined"].includes(each.state)),
  )
}

const plain = (value: unknown) => (typeof value === "bigint" ? value.toString() : value)

/** Makes the operator of a recharge say how it ended. */
export async function simulate(
  { core }: Gateway,
  client: Client,
  id: string,
  isDelivered: boolean,
): Promise<void> {
  const merchant = (await core.merchants.find(client.merchantId))!
  const payment = (await core.payments.find(client.merchantId, id))!
  await core.pay.simulate(merchant, payment, isDelivered ? "approved" : "declined", null)
}
