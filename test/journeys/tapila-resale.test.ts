/**
 * Two gateways, the second of which delivers what the first sells, over a network that fails in
 * every way: each recharge is delivered once or not at all, and both agree about it to the cent.
 */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { verifyBooks } from "../../src/core/verify/whole.ts"
import { movesOf } from "../../src/rails/simulator/story.ts"
import { FAULTS, type Fault } from "../support/faulty-network.ts"
import { ask } from "../support/gateway.ts"
import {
  type ConnectionName,
  openResale,
  outsideOf,
  type Row,
  rest,
  rowsAtProvider,
  rowsOf,
  simulate,
  walletOf,
} from "../support/resale.ts"
import { logIn } from "../support/tapila.ts"

const DAY_MS = 86_400_000
const resale = await openResale({ after })
const { provider, reseller, sold, simulator, toProvider, toReseller, clock, rail } = resale
let { client } = resale

/** A storm has as many recharges at least, and goes on until each fault struck one of them. */
const STORM = 60
const STORM_MAX = 500
const AT_ONCE = 20
/** Delivered at once, slow, silent, refused, left to wait: in a turn of ten. */
const ENDINGS = ["99", "04", "99", "05", "01", "99", "06", "02", "09", "99"]
let made = 0

/** What is bought; each pays its seller a part of the sale. */
const PRODUCTS = {
  ARS: { companyCode: "AR-R-0902", productId: "1", amount: 1234.5 },
  CLP: { companyCode: "CL-R-0901", productId: "1", amount: 1500 },
  MXN: { companyCode: "MX-R-0901", productId: "1", amount: 50 },
  PEN: { companyCode: "PE-R-0901", productId: "1", amount: 12.3 },
}
type Asset = keyof typeof PRODUCTS
/** Over which connection each is bought. */
const CONNECTION_OF: Readonly<Record<Asset, ConnectionName>> = {
  ARS: "main",
  CLP: "main",
  MXN: "locked",
  PEN: "keyless",
}

/** A recharge of a number that nobody had before; Chileans and Peruvians have nine digits. */
function wanted(asset: Asset, ending: string) {
  made += 1
  const digits = asset === "ARS" || asset === "MXN" ? 7 : 6
  const identifierValue = `9${String(made).padStart(digits, "0")}${ending}`
  return { ...PRODUCTS[asset], externalPaymentId: `sold-${made}`, identifierValue }
}

const buy = (asset: Asset) => client.recharge(wanted(asset, "99"))

/** A client that is impatient now and then: it asks twice, and is told so. */
async function buyInStorm(at: number): Promise<void> {
  const body = wanted("ARS", ENDINGS[at % ENDINGS.length]!)
  const times = at % 4 === 0 ? 2 : 1
  const answers = await Promise.all(Array.from({ length: times }, () => client.recharge(body)))
  const statuses = answers.map(({ status }) => status)
  for (const status of statuses) assert.ok([200, 202, 409, 500].includes(status), `${status}`)
  const taken = statuses.filter((status) => status !== 409)
  assert.equal(taken.length, 1, `one of ${statuses.join(", ")} is the first`)
}

/** The faults that struck no recharge on its way to the provider. */
function missed(): Fault[] {
  const struck = toProvider.struck("POST /payment")
  return FAULTS.filter((fault) => struck[fault] === 0)
}

/** The provider isn't asked at present, or it is seen by one call whether it can be. */
const isShut = () => rail.health!().some(({ ok }) => !ok)
const isResting = () => rail.health!().some(({ detail }) => detail.includes("rests"))

async function storm(): Promise<void> {
  let begun = 0
  const isOn = () => begun < STORM || (missed().length > 0 && begun < STORM_MAX)
  const buyer = async (waits: () => boolean) => {
    while (isOn()) {
      begun += 1
      await buyInStorm(begun)
      // Whoever is refused because nobody can be asked comes again when somebody can.
      while (waits() && isOn()) await sleep(10)
    }
  }
  const others = Array.from({ length: AT_ONCE - 1 }, () => buyer(isShut))
  await Promise.all([buyer(isResting), ...others])
}

/** The transfers of a delivered recharge, and of one that wasn't. */
const BOOKED: Readonly<Record<string, readonly string[]>> = {
  approved: ["fee", "recharge.commission", "recharge.confirmed", "recharge.hold"],
  declined: ["recharge.hold", "recharge.released"],
}

/** Recharge by recharge: what was sold was delivered, once, and nothing else was. */
function assertDeliveredOnce(selling: readonly Row[], delivering: readonly Row[]): void {
  const byReference = Map.groupBy(delivering, ({ reference }) => reference)
  const attempts = new Set(selling.flatMap((row) => row.attempts.map(({ id }) => id)))
  const moves = new Map(
    simulator.books.all().map((entry) => [entry.attemptId, movesOf(entry, clock.now())]),
  )
  for (const reference of byReference.keys()) {
    assert.ok(attempts.has(reference), "nothing is delivered that wasn't sold")
  }
  for (const { reference, state, attempts, booked } of selling) {
    assert.equal(attempts.length, 1, `${reference} has one attempt`)
    const there = byReference.get(attempts[0]!.id) ?? []
    assert.ok(there.length <= 1, `${reference} is there ${there.length} times`)
    const [found] = there
    assert.equal(found?.state ?? "declined", state, `${reference} is told as it ended`)
    const moved = (found && moves.get(found.attempts[0]!.id)) ?? 0
    assert.equal(moved, state === "approved" ? 1 : 0, `${reference} was delivered ${moved} times`)
    assert.deepEqual(booked, BOOKED[state], reference)
    if (found) assert.deepEqual(found.booked, BOOKED[state], reference)
  }
}

const sum = (rows: readonly Row[], of: (row: Row) => bigint) =>
  rows.reduce((total, row) => total + of(row), 0n)

/**
 * Wallet by wallet, in minor units. With `sold` for the amounts of all delivered recharges:
 *
 *     sold = outside + ours paid on                 the reseller's account of the rail
 *     sold = spent − theirs charged + ours earned    the reseller's wallet at its provider
 *     sold = paid − ours charged + ours paid on      the wallet of the reseller's own client
 */
async function assertAgreed(
  asset: Asset,
  selling: readonly Row[],
  delivering: readonly Row[],
): Promise<void> {
  const isDelivered = (row: Row) => row.asset === asset && row.state === "approved"
  const [ours, theirs] = [selling.filter(isDelivered), delivering.filter(isDelivered)]
  const amount = sum(ours, (row) => row.amount)
  assert.ok(amount > 0n, `${asset}: something was delivered`)
  assert.equal(
    sum(theirs, (row) => row.amount),
    amount,
  )
  const paidOn = sum(ours, (row) => row.commission)
  assert.equal((await outsideOf(reseller, "tapila", asset)) + paidOn, amount, asset)
  const there = await walletOf(provider, sold[CONNECTION_OF[asset]], asset)
  const [charged, earned] = [sum(theirs, (row) => row.fee), sum(theirs, (row) => row.commission)]
  assert.equal(resale.wallet - there.available - charged + earned, amount, asset)
  const own = await walletOf(reseller, client, asset)
  const fees = sum(ours, (row) => row.fee)
  assert.equal(resale.wallet - own.available - fees + paidOn, amount, asset)
  assert.deepEqual([there.held, own.held], [0n, 0n], asset)
}

/** A webhook for each 202, and for nothing else. */
async function assertTold(selling: readonly Row[]): Promise<void> {
  const { received } = reseller.receiver
  const referenceOf = ({ body }: { body: string }) => JSON.parse(body).externalPaymentId
  const promised = selling.filter(({ deferred }) => deferred)
  const giveUpAt = performance.now() + 10_000
  let told = Map.groupBy(received, referenceOf)
  while (told.size < promised.length && performance.now() < giveUpAt) {
    await sleep(50)
    told = Map.groupBy(received, referenceOf)
  }
  for (const { reference, deferred, state } of selling) {
    const messages = told.get(reference) ?? []
    // Time that passed in one step may have made a try look lost: it comes again under its id.
    const ids = new Set(messages.map(({ headers }) => headers["webhook-id"]))
    assert.equal(ids.size, deferred ? 1 : 0, reference)
    const expected = state === "approved" ? "confirmed" : "failed"
    for (const { body } of messages) assert.equal(JSON.parse(body).status, expected)
  }
}

/** Lets everything come to its end, and compares all that either side has. */
async function assertRight(...assets: Asset[]): Promise<void> {
  await rest(resale)
  const selling = await rowsOf(reseller, client)
  const delivering = await rowsAtProvider(resale)
  assert.equal(selling.length, made)
  assertDeliveredOnce(selling, delivering)
  for (const asset of assets) await assertAgreed(asset, selling, delivering)
  await assertTold(selling)
  for (const { database } of [provider, reseller]) assert.deepEqual(await verifyBooks(database), [])
}

for (const seed of [1, 2, 3]) {
  test(`over a faulty network all is delivered once and agreed on, seed ${seed}`, async () => {
    // The rail's token has ended as well: it logs in amid the faults.
    clock.advance(DAY_MS)
    client = await logIn(reseller, client.merchantId, client.shown)
    toProvider.fail(seed)
    toReseller.fail(seed)
    try {
      await storm()
      assert.deepEqual(missed(), [])
      // Notices are lost until the end: who sells looks by itself as well.
      toProvider.heal()
      await assertRight("ARS")
    } finally {
      toProvider.heal()
      toReseller.heal()
    }
  })
}

/** Without time nobody is told to wait for the outcome, however busy the machine is. */
const buyInStillness = (asset: Asset) => clock.still(() => buy(asset))

/** Refused, and nothing of it left: neither money that is held nor a recharge at the provider. */
async function assertRefused(asset: Asset): Promise<void> {
  const before = await walletOf(reseller, client, asset)
  const { status, body } = await buyInStillness(asset)
  assert.equal(status, 500, JSON.stringify(body))
  assert.equal(body.code, "XX05000")
  assert.deepEqual(await walletOf(reseller, client, asset), before)
  const { operation } = (
    await client.call("GET", `/operation/sold-${made}?type=external-payment-id`)
  ).body
  assert.equal(operation.status, "failed")
}

async function assertDelivered(asset: Asset): Promise<void> {
  const { status, body } = await buyInStillness(asset)
  assert.equal(status, 200, JSON.stringify(body))
}

async function healthOf(name: ConnectionName) {
  const { body } = await ask("GET", `${reseller.url}/health/ready`)
  return body.checks.find((each: { name: string }) => each.name === `tapila ${name}`)
}

/** Takes a credential of the reseller's away; what was remembered of it is forgotten soon. */
async function revoke(name: ConnectionName, kind: "login" | "key"): Promise<void> {
  const { merchants } = provider.core
  const { merchantId } = sold[name]
  const credential = (await merchants.credentials(merchantId)).find((each) => each.kind === kind)
  await merchants.revoke(merchantId, credential!.id)
  clock.advance(2_000)
}

test("a notice of the provider makes the reseller look, and nothing else is one", async () => {
  const body = wanted("ARS", "09")
  assert.equal((await client.recharge(body)).status, 202)
  const reference = body.externalPaymentId
  const sale = async () => {
    const rows = await rowsOf(reseller, client)
    return rows.find((each) => each.reference === reference)!.attempts[0]!
  }
  // Then the quick looks are over.
  while ((await sale()).looks < 6) {
    clock.advance(1_000)
    await sleep(200)
  }
  // Without time nothing is due by itself.
  await clock.still(async () => {
    const { id } = await sale()
    const delivery = (await rowsAtProvider(resale)).find((each) => each.reference === id)!
    await simulate(provider, sold.main, delivery.id, true)
    const isTold = (message: { body: string }) =>
      JSON.parse(message.body).externalPaymentId === reference
    await reseller.receiver.next(isTold)
  })
  const forged = await ask("POST", `${reseller.url}/rails/tapila/notify/main`, {
    body: { externalPaymentId: (await sale()).id, status: "failed", hash: "" },
  })
  assert.equal(forged.status, 401)
  await assertRight("ARS")
  const figures = await (await fetch(`${reseller.url}/metrics`)).text()
  const notices = figures.split("\n").filter((line) => line.startsWith("caudal_rail_notices"))
  const count = (taken: string) =>
    Number(
      notices
        .find((line) => line.includes(`taken="${taken}"`))
        ?.split(" ")
        .at(-1) ?? 0,
    )
  assert.equal(count("refused"), 1, notices.join("\n"))
  assert.ok(count("taken") > 20, notices.join("\n"))
})

test("a provider that is down refuses, or the outcome waits until it is back", async () => {
  await toProvider.setDown(true)
  try {
    const answers = await Promise.all(Array.from({ length: 12 }, () => buy("ARS")))
    // A connection that was kept may break with a request on it: that one isn't sure.
    for (const { status } of answers) assert.ok(status === 500 || status === 202, `${status}`)
    await assertRefused("ARS")
    const { ok, detail } = await healthOf("main")
    assert.equal(ok, false)
    assert.match(detail, /refused the connection/)
  } finally {
    await toProvider.setDown(false)
  }
  clock.advance(61_000)
  await assertDelivered("ARS")
  assert.equal((await healthOf("main")).ok, true)
  await assertRight("ARS")
})

test("without money at its provider the reseller refuses", async () => {
  await assertRefused("CLP")
  await assertRight("ARS")
})

test("a refusal isn't believed while an earlier request may still come", async () => {
  const payment = "POST /payment"
  toProvider.strike(payment, "late")
  const { status, body } = await buy("CLP")
  assert.equal(status, 202, JSON.stringify(body))
  // Asked again, the provider refuses: there is no money. Then there is, and the first one comes.
  while (toProvider.struck(payment).none === 0) await sleep(10)
  const { merchantId } = sold.main
  const topUp = { merchantId, asset: "CLP", amount: resale.wallet, reference: "CLP" }
  await provider.core.wallet.topUp(topUp)
  await assertRight("ARS", "CLP")
  const { operation } = (await client.call("GET", `/operation/${body.operationId}`)).body
  assert.equal(operation.status, "confirmed")
})

test("a changed password refuses over its connection alone, and health says so", async () => {
  await assertDelivered("MXN")
  await revoke("locked", "login")
  await assertRefused("MXN")
  const { ok, detail } = await healthOf("locked")
  assert.equal(ok, false)
  assert.match(detail, /login refused/)
  await assertDelivered("ARS")
  assert.equal((await healthOf("main")).ok, true)
  await assertRight("ARS", "MXN")
})

test("a key that was revoked refuses, and leaves nothing behind", async () => {
  await assertDelivered("PEN")
  await revoke("keyless", "key")
  await assertRefused("PEN")
  await assertRight("ARS", "CLP", "MXN", "PEN")
})
