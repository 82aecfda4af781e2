/** Orders that payers send money for on a chain of the test's own, and what became of them. */
import assert from "node:assert/strict"
import type { Attempt, Payment, Read, RefundCreated, Seen } from "../../src/core/index.ts"
import { isRefusal, type Refusal } from "../../src/core/index.ts"
import type { Database } from "../../src/db/database.ts"
import { type ChainRail, chainRail, TOKEN, transfer } from "./chain-rail.ts"
import { type TestCore, testCore } from "./core.ts"
import { type Cleanup, testDatabase } from "./database.ts"

export type World = TestCore & {
  readonly chain: ChainRail
  readonly database: Database
}

type Over = { readonly needsNewAddresses?: boolean }

export const HOUR_MS = 3_600_000
/** The hash of a block that took another's place. */
export const OTHER_BLOCK = `0x${"c".repeat(64)}`
/** Where money is given back to: nobody's address here. */
export const PAYER = `0x${"a".repeat(40)}`

/** A merchant with a key, on a database of its own. */
export async function world(t: Cleanup, over: Over = {}): Promise<World> {
  const { database } = await testDatabase(t)
  return onChain(database, "Tester", "xpub-one", over)
}

/** A node of its own, with a chain of its own, for a merchant. */
export async function onChain(
  database: Database,
  name: string,
  key: string,
  over: Over = {},
): Promise<World> {
  const chain = chainRail(over)
  const test = await testCore(database, { rails: [chain], name })
  const added = await test.core.keys.add(test.merchantId, "chain", key)
  assert.ok(!("wrong" in added))
  return Object.assign(test, { chain, database })
}

export type Made = { readonly id: string; readonly address: string; readonly due: bigint }

/** Asks for an order of 25.50 dollars that waits for its payer for an hour. */
export async function create(
  test: World,
  over: { readonly amount?: bigint; readonly reference?: string } = {},
) {
  const merchant = (await test.core.merchants.find(test.merchantId))!
  return test.core.pay.create({
    merchant,
    dialect: "caudal",
    kind: "charge",
    reference: over.reference ?? null,
    amount: over.amount ?? 2_550n,
    asset: "USD",
    description: null,
    purpose: {},
    customerId: null,
    instrumentId: null,
    expiresAt: new Date(test.clock.now().getTime() + HOUR_MS),
    way: { method: "crypto", target: {} },
    repeat: "answer",
  })
}

/** The same, as what its payer must know. `due` is in the pegged token's units. */
export async function order(test: World, over: { readonly amount?: bigint } = {}): Promise<Made> {
  const { payment, attempt } = granted(await create(test, over))
  const [option] = attempt!.instructions!.options!
  return { id: payment.id, address: option!.address, due: BigInt(option!.amount) }
}

/** What wasn't refused. */
export function granted<T>(answer: T | Refusal): T {
  assert.ok(!isRefusal(answer), isRefusal(answer) ? answer.message : "")
  return answer
}

/** Lets the chain show something, and the loops make of it what they must. */
export async function show(test: World, read: Partial<Read>): Promise<void> {
  test.chain.reads.push(read)
  await test.core.pass()
}

/** The same on a node that dies between writing it down and bringing it into the books. */
export async function showAndDie(test: World, read: Partial<Read>): Promise<void> {
  const { submit } = test.core.engine
  test.core.engine.submit = async () => {
    throw new Error("killed")
  }
  // Whether the pass says so or not: what was to be applied is not.
  await show(test, read).catch(() => undefined)
  test.core.engine.submit = submit
}

/** A transfer that is seen, and then deep enough. */
export async function pay(
  test: World,
  address: string,
  amount: bigint,
  over: Partial<Seen> = {},
): Promise<Seen> {
  const seen = transfer(address, amount, over)
  await show(test, { seen: [seen] })
  await show(test, { confirmed: [seen.place] })
  return seen
}

/** The same transaction's transfer in another block, as log number `log` of it. */
export function moved(seen: Seen, log: number): Seen {
  return { ...seen, place: `${seen.reference}:${log}`, blockHash: OTHER_BLOCK }
}

/** Moves the clock on, and lets the loops do what is due by then. */
export async function wait(test: World, ms: number): Promise<void> {
  test.clock.advance(ms)
  await test.core.pass()
}

export async function paymentOf(test: World, id: string): Promise<Payment> {
  return (await test.core.payments.find(test.merchantId, id))!
}

export async function stateOf(test: World, id: string): Promise<string> {
  return (await paymentOf(test, id)).state
}

/** The first try to pay it. */
export async function attemptOf(test: World, id: string): Promise<Attempt> {
  return (await test.core.payments.attempts(id))[0]!
}

/** What happened to a payment, in order, without the word that all begin with. */
export async function told(test: World, id: string): Promise<string[]> {
  const { items } = await test.core.events.list(
    { merchantId: test.merchantId, subjectId: id },
    { limit: 100, before: null },
  )
  return items.map(({ type }) => type.replace("payment.", "")).reverse()
}

/** What each account of the merchant holds of an asset, in its units; the books must agree. */
export async function books(test: World, asset = TOKEN): Promise<Record<string, bigint>> {
  assert.deepEqual(await test.core.books.verify(), [])
  const accounts = await test.core.books.accounts(test.merchantId)
  const own = accounts.filter((each) => each.asset === asset && each.balance !== 0n)
  return Object.fromEntries(own.map(({ kind, balance }) => [kind, balance]))
}

/** Asks for a refund that the merchant is to sign; null gives back all that is left. */
export async function askRefund(
  test: World,
  id: string,
  amount: bigint | null,
): Promise<RefundCreated | Refusal> {
  const receiver = { to: PAYER, from: null }
  const made = await test.core.pay.refund(await paymentOf(test, id), amount, null, receiver)
  assert.ok(!("status" in made))
  return made
}

/** The same, where it is granted. */
export async function refund(
  test: World,
  id: string,
  amount: bigint | null,
): Promise<RefundCreated> {
  return granted(await askRefund(test, id, amount))
}

/** What is seen when a merchant signs the transfer of a refund. */
export function leavingFor({ attempt }: RefundCreated, final: boolean): Seen {
  const { from, to, asset, amount } = attempt.instructions!.transfer!
  return transfer(to, BigInt(amount), { from, asset, leaving: attempt.id, final })
}

/** The states of a payment's refunds, oldest first. */
export async function refundsOf(test: World, id: string): Promise<string[]> {
  return (await test.core.payments.refunds(id)).map(({ state }) => state)
}
