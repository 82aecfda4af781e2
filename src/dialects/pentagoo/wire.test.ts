/** What goes out: each state, amount and way to be paid, and the examples. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { type Attempt, type Payment, STATES } from "../../core/index.ts"
import { callback } from "./callback.ts"
import { problem } from "./errors.ts"
import { approved, attempt, notice, paid, payment } from "./examples/rows.ts"
import * as wire from "./wire.ts"

const PUBLIC_URL = "http://localhost:8080"
const railName = () => "A bank"

function example(name: string) {
  return JSON.parse(readFileSync(join(import.meta.dirname, "examples", `${name}.json`), "utf8"))
}

function read(over: Partial<Payment>, attempts: readonly Attempt[]) {
  const out = wire.readOf({ ...payment, ...over }, attempts, PUBLIC_URL, railName)
  return wire.readAnswer.parse(out)
}

test("the examples are what the translation makes of their rows", () => {
  const created = example("create-payment")
  assert.deepEqual(wire.createBody.parse(created.request), created.request)
  assert.deepEqual(wire.createdOf(payment, attempt, PUBLIC_URL), created.answer)
  assert.deepEqual(wire.createdAnswer.parse(created.answer), created.answer)
  assert.deepEqual(read(approved, [paid]), example("get-payment").answer)
  assert.deepEqual(JSON.parse(callback(notice)!.body), example("callback").body)
  const refused = problem({ code: "body_invalid", message: "amount is required" })
  assert.deepEqual(refused, { ...example("error"), headers: refused.headers })
  assert.equal(refused.headers?.["caudal-detail"], example("error").headers["caudal-detail"])
})

test("each state has its word", () => {
  for (const state of STATES) assert.equal(read({ state }, [attempt]).status, state)
})

test("amounts are read as minor units and written with two decimals", () => {
  const rows: [text: string, own: string, amount: bigint | null, asset: string, written: string][] =
    [
      ["25.50", "USD", 2_550n, "USD", "25.50"],
      ["25.5", "COP", 2_550n, "COP", "25.50"],
      ["25 EUR", "USD", 2_500n, "EUR", "25.00"],
      ["950", "CLP", 950n, "CLP", "950.00"],
      ["950.00 CLP", "USD", 950n, "CLP", "950.00"],
      ["950.10", "CLP", null, "", ""],
      ["0.00", "USD", null, "", ""],
      ["1 ABC", "USD", null, "", ""],
      ["1 toString", "USD", null, "", ""],
    ]
  for (const [text, own, amount, asset, written] of rows) {
    const money = wire.readAmount(text, own)
    assert.deepEqual(money, amount === null ? null : { amount, asset }, text)
    if (money) assert.equal(wire.amountText(money), written)
  }
})

test("the network and the hash are those of the money that completed the payment", () => {
  const [bsc, ethereum] = paid.instructions!.options!
  const rows: [over: Partial<Attempt>, blockchain: string, hash: RegExp][] = [
    [{}, "Binance Smart Chain", /^0x9f0e/],
    [{ received: { [ethereum!.asset]: "25500000" } }, "Ethereum", /^0x9f0e/],
    [{ received: { [bsc!.asset]: "1", [ethereum!.asset]: "25500000" } }, "Ethereum", /^0x9f0e/],
    [{ received: {}, railReference: "SIM-1" }, "A bank", /^SIM-1$/],
    [{ received: { USD: "2550" }, railReference: null }, "A bank", /^0x[0-9a-f]{64}$/],
  ]
  for (const [over, blockchain, hash] of rows) {
    const body = wire.callbackOf(approved, { ...paid, ...over }, "A bank")
    assert.equal(body.blockchain, blockchain)
    assert.match(body.hash, hash)
    const shown = read(approved, [{ ...paid, ...over }])
    assert.equal(shown.hash, body.hash)
  }
})

test("a look-up shows what came in, in whatever it came", () => {
  const [bsc] = paid.instructions!.options!
  const part = { ...attempt, received: { [bsc!.asset]: "1000000000000000001", USD: "150" } }
  assert.deepEqual(read({}, [part]).received, [
    {
      blockchain: "Binance Smart Chain",
      chainId: 56,
      token: "USDT",
      amount: "1.000000000000000001",
    },
    { blockchain: "A bank", chainId: null, token: "USD", amount: "1.50" },
  ])
  assert.equal(read({}, [part]).hash, null)
})

test("only an approval is told, at the instant when the money came", () => {
  const types = ["created", "processing", "expired", "cancelled", "underpaid", "unapplied"]
  for (const type of [...types, "settled", "returned"].map((each) => `payment.${each}`)) {
    assert.equal(callback({ ...notice, event: { ...notice.event, type } }), null)
  }
  const unsettled = { ...approved, settledAt: null }
  const rows: [payment: Payment, date: string][] = [
    [approved, "2026-01-05T14:05:02Z"],
    [unsettled, "2026-01-05T14:05:10Z"],
  ]
  for (const [of, date] of rows) {
    assert.equal(JSON.parse(callback({ ...notice, payment: of })!.body).date, date)
  }
})

test("whatever was wrong fits into a header", () => {
  const { headers } = problem({
    code: "body_invalid",
    message: "a",
    details: ["a: ñ\r\nevil: 1", "x".repeat(2_000)],
  })
  const detail = headers!["caudal-detail"]!
  assert.match(detail, /^[\x20-\x7e]{1,1000}$/)
  assert.match(detail, /^a: \?\?\?evil: 1; x/)
})
