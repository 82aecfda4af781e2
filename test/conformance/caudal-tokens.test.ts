/** Caudal's API where payers send tokens: what is quoted, offered, prepared to be given back. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { isRefusal } from "../../src/core/index.ts"
import { caudal } from "../../src/dialects/caudal/index.ts"
import { serve } from "../security/served.ts"
import { chainRail, TOKEN, transfer } from "../support/chain-rail.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"
import { keepPromises } from "../support/promised.ts"

after(keepPromises)
const { database } = await testDatabase({ after })
const chain = chainRail()
const { core, merchantId } = await testCore(database, { rails: [chain] })
await core.keys.add(merchantId, "chain", "xpub-one")
const { secrets, shown } = caudal.issue(core.ids, { merchantName: "Tester", signingKey: "" })
for (const secret of secrets) await core.merchants.addCredential(merchantId, "caudal", secret)
const { app } = await serve({ after }, core)

async function call(method: "GET" | "POST", path: string, body?: object) {
  const headers = { authorization: `Bearer ${shown["apiKey"]}` }
  const payload = body === undefined ? {} : { payload: body }
  const answer = await app.inject({ method, url: `/v1${path}`, headers, ...payload })
  return { status: answer.statusCode, body: answer.json() }
}

const merchant = (await core.merchants.find(merchantId))!
const quoted = await call("POST", "/quotes", { amount: "2550", asset: "USD" })
const made = (await call("POST", "/payments", { amount: "2550", asset: "USD", method: "crypto" }))
  .body
const { attempts } = (await call("GET", `/payments/${made.id}`)).body
const option = attempts[0].options.find(({ asset }: { asset: string }) => asset === TOKEN)
const seen = transfer(option.address.toLowerCase(), BigInt(option.amount), { final: true })
chain.reads.push({ seen: [seen] })
await core.pass()

test("a quote has the offers of a payment, with their rates", async () => {
  assert.equal(quoted.status, 200, JSON.stringify(quoted.body))
  const offer = quoted.body.offers.find(({ asset }: { asset: string }) => asset === TOKEN)
  assert.deepEqual(
    [offer.rail, offer.token, offer.amount, offer.decimals],
    ["chain", option.token, option.amount, option.decimals],
  )
  const whole = (Number(offer.amount) / 10 ** offer.decimals / 25.5).toString()
  assert.equal(Number(offer.rate), Number(whole))
  assert.ok(!isRefusal(await core.pay.quote(merchant, { amount: 1n, asset: "USD" })))
})

test("a payment is found by its address and its transaction, in capitals too", async () => {
  for (const search of [option.address, option.address.toUpperCase(), seen.reference]) {
    const text = search.replace(/^0X/, "0x")
    const { data } = (await call("GET", `/payments?search=${text}`)).body
    assert.deepEqual(
      data.map(({ id }: { id: string }) => id),
      [made.id],
      text,
    )
  }
})

test("a refund that nobody signed is listed with what to sign, and taken back once", async () => {
  const to = `0x${"A".repeat(40)}`
  const refund = await call("POST", `/payments/${made.id}/refunds`, { amount: "550", to })
  assert.equal(refund.status, 201, JSON.stringify(refund.body))
  assert.equal(refund.body.to_sign.to, to.toLowerCase())
  const listed = (await call("GET", "/refunds")).body.data
  assert.deepEqual(listed, [refund.body])
  const path = `/payments/${made.id}/refunds/${refund.body.id}/cancel`
  const cancelled = await call("POST", path, {})
  assert.equal(cancelled.status, 200, JSON.stringify(cancelled.body))
  assert.deepEqual([cancelled.body.refunded, cancelled.body.refunds[0].state], ["0", "failed"])
  const read = (await call("GET", `/refunds/${refund.body.id}`)).body
  assert.deepEqual([read.state, read.to_sign], ["failed", cancelled.body.refunds[0].to_sign])
  assert.deepEqual((await call("GET", "/refunds?state=failed")).body.data, [read])
})
