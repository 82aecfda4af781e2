/** Tapila's wallet: what is held, what a recharge costs and earns, and who is told of its end. */
import assert from "node:assert/strict"
import { createHmac } from "node:crypto"
import { after, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { hashSecret, isRefusal, type Outcome } from "../../src/core/index.ts"
import { waitMs } from "../../src/dialects/tapila/recharge.ts"
import { ask, startGateway } from "../support/gateway.ts"
import { addClient, type Client, overspend, recharge, says } from "../support/tapila.ts"

const gateway = await startGateway({ after })
const { core, receiver } = gateway

/** Of each recharge: 2.5 % and 3 pesos for whoever sells it. */
const EARNING = { commissionFixed: 300n, commissionBasisPoints: 250 }
const companies = await core.catalogue.list(null)
await core.catalogue.replace(
  companies.map((company) =>
    company.code === "AR-R-0902"
      ? { ...company, products: company.products.map((each) => ({ ...each, ...EARNING })) }
      : company,
  ),
)
const earning = { companyCode: "AR-R-0902", amount: 1_000 }

/** What a recharge costs its client beside its amount: 1.50 and 1 %. */
const COSTLY = { country: "AR", feeFixed: "150", feeBasisPoints: 100 }

async function wallet(client: Client): Promise<{ available: number; held: number }> {
  const { balances } = (await client.call("POST", "/wallet/balance")).body
  const { available, held } = balances[0]
  return { available, held }
}

async function simulate(client: Client, operationId: string, outcome: Outcome): Promise<void> {
  const merchant = await core.merchants.find(client.merchantId)
  const payment = await core.payments.find(client.merchantId, operationId)
  const done = await core.pay.simulate(merchant!, payment!, outcome, null)
  assert.ok("state" in done, "the outcome could not be simulated")
}

test("the wallet has to cover the amount and its fee, and then earns the commission", async () => {
  const client = await addClient(gateway, "To the cent", COSTLY, 101_149n)
  const body = recharge(earning)
  assert.equal(says(await client.call("POST", "/payment", body)), "400 XPA04402")
  const { merchantId } = client
  await core.wallet.topUp({ merchantId, asset: "ARS", amount: 1n, reference: "the last cent" })
  const { status, body: sold } = await client.call("POST", "/payment", body)
  assert.equal(status, 200)
  assert.equal(sold.amount, 1_000)
  assert.deepEqual(await wallet(client), { available: 28, held: 0 })
  assert.deepEqual(await core.books.verify(), [])
})

for (const [outcome, left] of [
  ["approved", 2_000 - 1_011.5 + 28],
  ["declined", 2_000],
] as const) {
  test(`amount and fee are held while it waits, and ${outcome} leaves ${left}`, async () => {
    const settings = { ...COSTLY, answerWithinMs: 50 }
    const client = await addClient(gateway, `Holding until ${outcome}`, settings, 200_000n)
    const waiting = await client.recharge({ ...earning, identifierValue: "1155550109" })
    assert.equal(waiting.status, 202)
    assert.deepEqual(await wallet(client), { available: 988.5, held: 1_011.5 })
    await simulate(client, waiting.body.operationId, outcome)
    assert.deepEqual(await wallet(client), { available: left, held: 0 })
    assert.deepEqual(await core.books.verify(), [])
  })
}

for (const outcome of ["approved", "declined"] as const) {
  test(`whoever leaves before the answer is told that it was ${outcome}`, async () => {
    // Long enough that only the leaving can end the wait.
    const settings = { ...COSTLY, answerWithinMs: 60_000 }
    const client = await addClient(gateway, `Leaving before ${outcome}`, settings, 200_000n)
    const { merchantId, token, shown } = client
    await core.merchants.addEndpoint({ merchantId, dialect: "tapila", url: receiver.url })
    const body = recharge({ ...earning, identifierValue: "1155550109" })
    const leaving = new AbortController()
    const answer = fetch(`${gateway.url}/tapila/payment`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-authorization-token": token,
        "x-api-key": shown["apiKey"]!,
      },
      body: JSON.stringify(body),
      signal: leaving.signal,
    })
    const reference = String(body["externalPaymentId"])
    const find = () => core.payments.findByReference(merchantId, "tapila", reference)
    while ((await find()) === null) await sleep(5)
    assert.equal((await find())!.deferred, false)
    leaving.abort()
    await assert.rejects(answer)
    const giveUpAt = performance.now() + 5_000
    while ((await find())!.deferred === false) {
      assert.ok(performance.now() < giveUpAt, "its end would be told to nobody")
      await sleep(5)
    }
    assert.deepEqual(await wallet(client), { available: 988.5, held: 1_011.5 })

    await simulate(client, (await find())!.id, outcome)
    const fits = ({ body }: { body: string }) => JSON.parse(body).externalPaymentId === reference
    const told = JSON.parse((await receiver.next(fits)).body)
    const status = outcome === "approved" ? "confirmed" : "failed"
    assert.equal(told.status, status)
    const path = `/operation/${reference}?type=external-payment-id`
    assert.equal((await client.call("GET", path)).body.operation.status, status)
    assert.equal(says(await client.call("POST", "/payment", body)), "409 XPA04626")
    const available = outcome === "approved" ? 1_016.5 : 2_000
    assert.deepEqual(await wallet(client), { available, held: 0 })
    assert.deepEqual(await core.books.verify(), [])
  })
}

test("what is waited for leaves time to answer, also when the clock was set back", () => {
  const table: [withinMs: number, passedMs: number, waitedMs: number][] = [
    [8_000, 0, 7_750],
    [8_000, 30, 7_720],
    [8_000, 7_750, 0],
    [8_000, -60_000, 7_750],
    [0, 5, -5],
  ]
  for (const [withinMs, passedMs, waitedMs] of table) {
    assert.equal(waitMs(withinMs, passedMs), waitedMs, `${withinMs}, ${passedMs}`)
  }
})

test("the answer comes within the time that was agreed, however slow the operator is", async () => {
  const client = await addClient(gateway, "Impatient", { answerWithinMs: 300 })
  const startedMs = performance.now()
  const answer = await client.recharge({ identifierValue: "1155550109" })
  const tookMs = performance.now() - startedMs
  assert.equal(answer.status, 202)
  assert.ok(tookMs >= 250 && tookMs < 2_000, `${tookMs} ms`)
})

test("a clock that is set back while a request waits makes it wait no longer", async (t) => {
  const client = await addClient(gateway, "Set back", { answerWithinMs: 100 })
  const { create, settled } = core.pay
  t.mock.method(core.pay, "create", async (spec: never) => {
    const created = await create(spec)
    if (isRefusal(created)) return created
    // An hour ahead of what the clock says by the time that the wait begins.
    const createdAt = new Date(created.payment.createdAt.getTime() + 3_600_000)
    return { ...created, payment: { ...created.payment, createdAt } }
  })
  const waits: number[] = []
  t.mock.method(core.pay, "settled", (payment: never, deadlineMs: number) => {
    waits.push(deadlineMs)
    return settled(payment, 0)
  })
  const answer = await client.recharge({ identifierValue: "1155550109" })
  assert.equal(answer.status, 202)
  assert.deepEqual(waits, [waitMs(100, 0), 0])
})

test("whom a limit counts can't be found out from what is stored", async () => {
  const { merchantId, recharge: sell } = await addClient(gateway, "Counted")
  const number = "1155550177"
  assert.equal((await sell({ identifierValue: number })).status, 200)
  const { rows } = await gateway.database.query<{ key: string }>(
    "select key from tallies where key like $1",
    [`recharge|${merchantId}|%`],
  )
  assert.equal(rows.length, 1)
  const [, , name] = rows[0]!.key.split("|")
  const { key } = core.deriveKeys("tapila.number")[0]!
  const about = `AR-R-0901|${number}`
  assert.equal(name, createHmac("sha256", key).update(about).digest("hex"))
  // Numbers are few: whoever has the table could try them all, were it not for the key.
  assert.notEqual(name, hashSecret(about))
})

test("who watches a node sees that recharges wait for a rail it doesn't have", async () => {
  const client = await addClient(gateway, "Left behind", { answerWithinMs: 0 })
  const sold = await client.recharge({ identifierValue: "1155550109" })
  const [attempt] = await core.payments.attempts(sold.body.operationId)
  const take = (rail: string) =>
    gateway.database.query("update attempts set rail = $2 where id = $1", [attempt!.id, rail])
  const ready = async () => {
    await core.pass()
    const { status, body } = await ask("GET", `${gateway.url}/health/ready`)
    const found = body.checks.find(({ name }: { name: string }) => name === "rail gone")
    return { status, found }
  }
  await take("gone")
  const detail = "1 attempt waits for a rail that is not configured"
  const found = { name: "rail gone", ok: false, detail, optional: true }
  assert.deepEqual(await ready(), { status: 200, found })
  const { body: figures } = await ask("GET", `${gateway.url}/metrics`)
  assert.match(figures, /^caudal_attempts_stranded\{rail="gone"\} 1$/m)
  await take(attempt!.rail)
  assert.deepEqual(await ready(), { status: 200, found: undefined })
})

/** Ten thousand requests: about ten seconds on two cores. */
const ROUNDS = 100

test("a hundred at once on a balance for ten: exactly ten, a hundred times in a row", async () => {
  for (let round = 1; round <= ROUNDS; round += 1) await overspend(gateway, round)
})
