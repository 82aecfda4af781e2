/** What each answer to a recharge that is asked for proves: certain, or else unknown. */
import assert from "node:assert/strict"
import { test } from "node:test"
import {
  failure,
  HTML,
  operationOf,
  type Paying,
  paying,
  rejected,
  SECRETS,
  type TapilaProvider,
  tapilaWorld,
  UNAVAILABLE,
} from "../../../test/support/tapila-provider.ts"
import type { Order } from "../../core/index.ts"

test("a recharge is asked for as the page says, under the attempt's id", async (t) => {
  const { rail, provider, order } = await tapilaWorld(t)
  const asked = order()
  const { attemptId, merchantId } = asked
  const railReference = `op-${attemptId}`
  assert.deepEqual(await rail.begin(asked), { kind: "settled", railReference })
  const { headers, body } = provider.asked.find(({ path }) => path === "/payment")!
  assert.equal(headers["x-api-key"], SECRETS.apiKey)
  assert.match(headers["x-authorization-token"]!, /hush-token$/)
  assert.deepEqual(body, {
    companyCode: "AR-R-0901",
    productId: "1",
    amount: 1500.1,
    identifierValue: SECRETS.identifier,
    identifierName: "IDC",
    paymentMethod: "ACCOUNT",
    externalPaymentId: attemptId,
    externalClientId: merchantId,
  })
})

/** What the provider answers to a payment that it took, but for `over`. */
const answers =
  (status: number, word: string | undefined, over: object = {}): Paying =>
  (body) => ({ status, json: { ...operationOf(body, word), ...over } })

/** Answers to the first ask; `look` is what its look-up says, if it is asked. */
const FIRST: readonly [name: string, reply: Paying, look: string | null, expected: unknown][] = [
  ["done", answers(200, undefined), null, "settled"],
  ["done, in so many words", answers(200, "confirmed"), null, "settled"],
  ["refused by the operator", answers(200, "failed"), null, UNAVAILABLE],
  ["under way", answers(202, "processing"), null, "accepted"],
  ["under way, without a word", answers(202, undefined), null, "accepted"],
  ["under way, with 200", answers(200, "processing"), null, "accepted"],
  ["under way, as an older page says", answers(202, "pending"), null, "accepted"],
  ["a word that nobody knows", answers(200, "reversed"), null, "unknown"],
  ["another amount", answers(200, "confirmed", { amount: 1500 }), null, "unknown"],
  ["another company", answers(200, "failed", { companyCode: "AR-R-0902" }), null, "unknown"],
  ["another id", answers(200, "confirmed", { externalPaymentId: "other" }), null, "unknown"],
  ["no id", answers(200, "confirmed", { operationId: "" }), null, "unknown"],
  ["an amount as text", answers(200, "confirmed", { amount: "1500.1" }), null, "unknown"],
  ["a status that nobody knows", answers(201, "confirmed"), null, "unknown"],
  ["there before, delivered", () => failure(409, "XPA04626"), "confirmed", "settled"],
  ["there before, refused", () => failure(409, "XPA04626"), "failed", UNAVAILABLE],
  ["there before, under way", () => failure(409, "XPA04626"), "processing", "accepted"],
  ["there before, and not", () => failure(409, "XPA04626"), null, "unknown"],
  ["another conflict", () => failure(409, "XPA04627"), "confirmed", "unknown"],
  ["operator's no", () => failure(500, "XX05000"), "failed", UNAVAILABLE],
  ["operator's no, and yes", () => failure(500, "XX05000"), "confirmed", "settled"],
  ["operator's no, not written down", () => failure(500, "XX05000"), null, "unknown"],
  ["a fault of theirs", () => failure(500, "XPA05170"), "confirmed", "settled"],
  ["a fault of theirs, unknown", () => failure(500, "XPA05170"), null, "unknown"],
  ["can't tell", () => failure(503, "XCX05030"), "processing", "accepted"],
  ["a proxy's fault", () => ({ status: 504, text: "<html>" }), "failed", UNAVAILABLE],
  ["a proxy's fault, unknown", () => ({ status: 502, text: "" }), null, "unknown"],
  ["fields", () => failure(400, "XPA04000"), null, UNAVAILABLE],
  ["no product id", () => failure(400, "XPA04023"), null, UNAVAILABLE],
  ["amount malformed", () => failure(400, "RPA04022"), null, UNAVAILABLE],
  ["amount out of range", () => failure(400, "RPA04041"), null, UNAVAILABLE],
  ["identifier", () => failure(400, "XPA04001"), null, rejected("invalid_identifier")],
  ["their wallet of ours is empty", () => failure(400, "XPA04402"), null, UNAVAILABLE],
  ["company", () => failure(404, "XCX04325"), null, UNAVAILABLE],
  ["product", () => failure(404, "RPA04345"), null, UNAVAILABLE],
  ["limit of the number", () => failure(429, "RPA04680"), null, rejected("limit_exceeded")],
  ["rate limit", () => ({ status: 429, json: { message: "Limit" } }), null, UNAVAILABLE],
  ["rate limit with a code", () => failure(429, "XCX04680"), null, UNAVAILABLE],
  ["key", () => failure(403, "XCX04143"), null, UNAVAILABLE],
  ["key, without a code", () => ({ status: 403, json: { message: "No" } }), null, UNAVAILABLE],
  ["a firewall", () => ({ status: 403, text: "<html>Blocked" }), null, "unknown"],
  ["a proxy's limit", () => ({ status: 429, text: "<html>Slow" }), null, "unknown"],
  ["a proxy's 404", () => ({ status: 404, json: { message: "no route" } }), null, "unknown"],
  ["a code with another status", () => failure(422, "XPA04001"), null, "unknown"],
  ["a code that nobody knows", () => failure(400, "XPA04999"), null, "unknown"],
  ["a code of another kind", () => ({ status: 400, json: { code: 7 } }), null, "unknown"],
  ["a redirect", () => ({ status: 302, headers: { location: "/x" } }), null, "unknown"],
  ["a page", () => HTML, null, "unknown"],
  ["nothing", () => ({ status: 200, text: "" }), null, "unknown"],
  ["a list", () => ({ json: [] }), null, "unknown"],
  ["reset", () => "reset", null, "unknown"],
  ["half an answer", () => "half", null, "unknown"],
]

test("each answer to the first ask means what it proves, and nothing more", async (t) => {
  for (const [name, reply, look, expected] of FIRST) {
    const { begin, provider, order } = await tapilaWorld(t)
    paying(provider, reply, look)
    const answer = await begin(order())
    const kind = answer === "unknown" ? answer : answer.kind
    if (typeof expected === "string") assert.equal(kind, expected, name)
    else assert.deepEqual(answer, expected, name)
    assert.equal(provider.count(/payment$/), 1, `${name}: never sent twice`)
    if (kind === "settled" || kind === "accepted") {
      assert.match((answer as { railReference: string }).railReference, /^op-/)
    }
  }
})

test("asked again, a refusal says nothing about the earlier request; a record does", async (t) => {
  for (const [name, reply, look, expected] of FIRST) {
    const { begin, provider, order, clock } = await tapilaWorld(t)
    paying(provider, reply, look)
    const first = order()
    clock.advance(2_000)
    const answer = await begin({ ...first, begunAt: clock.now() })
    const isRecord = look !== null || name === "refused by the operator"
    if (typeof expected === "string") {
      assert.equal(answer === "unknown" ? answer : answer.kind, expected, name)
    } else if (isRecord) assert.deepEqual(answer, expected, name)
    else assert.equal(answer, "unknown", name)
  }
})

test("what can't have left is refused the first time, and unknown after that", async (t) => {
  const table: [name: string, prepare: (provider: TapilaProvider) => unknown][] = [
    ["gone", (provider) => provider.stop()],
    ["login refused", (provider) => (provider.on.login = () => failure(401, "ALO04140"))],
    ["login without a token", (provider) => (provider.on.login = () => ({ json: {} }))],
    ["login of a proxy", (provider) => (provider.on.login = () => HTML)],
    ["login reset", (provider) => (provider.on.login = () => "reset")],
    ["login ill", (provider) => (provider.on.login = () => failure(500, "XPA05170"))],
  ]
  for (const [name, prepare] of table) {
    const { begin, provider, order, clock } = await tapilaWorld(t)
    await prepare(provider)
    const asked = order()
    assert.deepEqual(await begin(asked), UNAVAILABLE, name)
    clock.advance(2_000)
    assert.equal(await begin({ ...asked, begunAt: clock.now() }), "unknown", name)
    assert.equal(provider.count(/payment$/), 0)
  }
})

test("what isn't sold here is never sent", async (t) => {
  const { begin, provider, order } = await tapilaWorld(t)
  const target = order().target
  const table: Partial<Order>[] = [
    { asset: "USD" },
    { asset: "eip155:1/erc20:0x0" },
    { kind: "refund" },
    { amount: 2n ** 60n + 1n },
    { target: { ...target, companyCode: "CO-R-0001" }, asset: "COP" },
    { target: { ...target, companyCode: "AR-S-0001" } },
    { target: { productId: "1", identifier: "1" } },
    { target: { companyCode: "AR-R-0901", identifier: "1" } },
  ]
  for (const over of table) {
    assert.deepEqual(await begin(order(over)), UNAVAILABLE, `${over.asset} ${over.amount}`)
  }
  assert.equal(provider.asked.length, 0)
})

test("an order too late for its lease, or too old to ask again, isn't sent", async (t) => {
  const { begin, provider, order, clock } = await tapilaWorld(t)
  const asked = order()
  clock.advance(30_000)
  assert.deepEqual(await begin(asked), UNAVAILABLE)
  clock.advance(600_000)
  assert.equal(await begin({ ...asked, begunAt: clock.now() }), "unknown")
  assert.equal(provider.count(/payment$/), 0)
})
