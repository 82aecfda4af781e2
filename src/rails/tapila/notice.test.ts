/** Which notices of a provider are believed to be genuine, whatever else is posted. */
import assert from "node:assert/strict"
import { createHmac } from "node:crypto"
import { test } from "node:test"
import { SECRETS, tapilaWorld } from "../../../test/support/tapila-provider.ts"

test("a genuine notice wakes the look-up, and no other does", async (t) => {
  const body = {
    operationId: "op-1",
    externalPaymentId: "ext-1",
    status: "confirmed",
    amount: 1500,
  }
  const hashOf = (over: object = {}, key = SECRETS.webhookKey) => {
    const said = { ...body, ...over }
    const text = [said.operationId, said.externalPaymentId, said.status, said.amount.toFixed(2)]
    return createHmac("sha256", key).update(text.join("|")).digest("hex")
  }
  const header = { name: "X-Api-Key", value: "hush-header" }
  const own = { "x-api-key": "hush-header" }
  type Row = [
    name: string,
    over: object,
    headers: Record<string, string>,
    body: unknown,
    is: boolean,
  ]
  const table: Row[] = [
    ["hash", {}, {}, { ...body, hash: hashOf() }, true],
    ["hash of another key", {}, {}, { ...body, hash: hashOf({}, "other") }, false],
    ["hash in capitals", {}, {}, { ...body, hash: hashOf().toUpperCase() }, false],
    ["another amount", {}, {}, { ...body, amount: 1501, hash: hashOf() }, false],
    ["another status", {}, {}, { ...body, status: "failed", hash: hashOf() }, false],
    ["another id", {}, {}, { ...body, externalPaymentId: "ext-2", hash: hashOf() }, false],
    ["empty hash", {}, {}, { ...body, hash: "" }, false],
    ["no hash", {}, {}, body, false],
    ["header instead", { webhookKey: undefined, webhookHeader: header }, own, body, true],
    ["no header", { webhookKey: undefined, webhookHeader: header }, {}, body, false],
    ["both", { webhookHeader: header }, own, { ...body, hash: hashOf() }, true],
    ["only one of both", { webhookHeader: header }, {}, { ...body, hash: hashOf() }, false],
    ["only the other", { webhookHeader: header }, own, { ...body, hash: "" }, false],
    ["nothing configured", { webhookKey: undefined }, own, { ...body, hash: hashOf() }, false],
    [
      "nothing configured, hash of nothing",
      { webhookKey: undefined },
      {},
      { ...body, hash: "" },
      false,
    ],
  ]
  for (const [name, over, headers, said, isTaken] of table) {
    const { rail } = await tapilaWorld(t, over)
    const told = rail.receive!("first", headers, Buffer.from(JSON.stringify(said)))
    assert.deepEqual(told, isTaken ? { attemptIds: ["ext-1"], sightings: [] } : null, name)
    assert.equal(rail.receive!("second", headers, Buffer.from(JSON.stringify(said))), null)
  }
  const { rail } = await tapilaWorld(t)
  assert.deepEqual(rail.noticeAnswer, { status: 200, body: { status: "Confirm" } })
  const hostile = ["", "{}", "null", "[]", "\u0000", '{"__proto__":{"a":1}}', "{".repeat(60_000)]
  for (const text of [...hostile, '{"amount":1e999}', '{"amount":"1","hash":{}}', "\ud800"]) {
    assert.equal(rail.receive!("first", {}, Buffer.from(text)), null)
  }
})
