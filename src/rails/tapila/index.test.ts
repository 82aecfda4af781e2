/** What the rail makes of each answer of a provider: certain, or else unknown. */
import assert from "node:assert/strict"
import { createHmac } from "node:crypto"
import { test } from "node:test"
import type { Reply } from "../../../test/support/provider.ts"
import {
  failure,
  operationOf,
  SECRETS,
  type TapilaProvider,
  tapilaWorld,
} from "../../../test/support/tapila-provider.ts"
import type { Order } from "../../core/index.ts"

const HTML: Reply = { status: 200, text: "<html>Welcome</html>" }
const rejected = (reason: string) => ({ kind: "rejected", reason })
const UNAVAILABLE = rejected("operator_unavailable")

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

test("a company's word for the number is asked for hourly, and can be missing", async (t) => {
  const { rail, provider, order, clock } = await tapilaWorld(t)
  provider.on.company = () => failure(404, "XCX04325")
  await rail.begin(order())
  assert.ok(!("identifierName" in provider.asked.at(-1)!.body))
  clock.advance(5_000)
  provider.on.company = () => ({ json: { identifierName: "IDC" } })
  for (let count = 0; count < 3; count += 1) await rail.begin(order())
  assert.equal(provider.count(/AR-R-0901/), 2)
  clock.advance(3_599_999)
  await rail.begin(order())
  assert.equal(provider.count(/AR-R-0901/), 2)
  clock.advance(1)
  await rail.begin(order())
  assert.equal(provider.count(/AR-R-0901/), 3)
})

test("a name that is known stays so while it can't be asked for", async (t) => {
  const { begin, provider, order, clock } = await tapilaWorld(t)
  const named = async () => {
    await begin(order())
    const { body } = provider.asked.findLast(({ path }) => path === "/payment")!
    return body.identifierName
  }
  assert.equal(await named(), "IDC")
  for (const reply of ["reset", HTML, failure(404, "XCX04325")] as const) {
    provider.on.company = () => reply
    clock.advance(3_600_000)
    assert.equal(await named(), "IDC", JSON.stringify(reply))
  }
  const asked = provider.count(/AR-R-0901/)
  provider.on.company = () => ({ json: { identifierName: "Número" } })
  clock.advance(5_000)
  assert.equal(await named(), "Número", "it is asked for again before an hour is over")
  assert.equal(provider.count(/AR-R-0901/), asked + 1)
})

test("the call that tries a provider that was ill is a recharge, and no name", async (t) => {
  const { begin, provider, order, clock } = await tapilaWorld(t)
  const { payment } = provider.on
  provider.on.company = () => "reset"
  provider.on.payment = () => "reset"
  for (let count = 0; count < 5; count += 1) await begin(order())
  assert.deepEqual(await begin(order()), UNAVAILABLE, "it rests")
  provider.on.payment = payment
  clock.advance(60_000)
  assert.equal(((await begin(order())) as { kind: string }).kind, "settled")
})

test("a host of its own for the names is tried by a name", async (t) => {
  const { begin, provider, order, clock } = await tapilaWorld(t, (url) => ({
    baseUrl: undefined,
    hosts: { login: url, companies: `${url}/on-companies`, recharges: url },
  }))
  provider.on.company = () => "reset"
  for (let count = 0; count < 6; count += 1) {
    assert.equal(((await begin(order())) as { kind: string }).kind, "settled")
    clock.advance(5_000)
  }
  provider.on.company = () => ({ json: { identifierName: "IDC" } })
  clock.advance(60_000)
  await begin(order())
  assert.equal(provider.asked.at(-1)!.body.identifierName, "IDC")
})

/** What the provider answers to a payment that it took, but for `over`. */
type Paying = (body: Record<string, unknown>) => Reply
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

function paying(provider: TapilaProvider, reply: Paying, look: string | null): void {
  provider.on.payment = ({ body }) => {
    if (look !== null) provider.books.set(body.externalPaymentId, { status: look, body })
    return reply(body)
  }
}

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

test("an ill provider rests: orders are refused at once, and go again after it", async (t) => {
  const { begin, provider, order, clock, rail } = await tapilaWorld(t)
  const { payment } = provider.on
  provider.on.payment = () => "reset"
  for (let count = 0; count < 5; count += 1) assert.equal(await begin(order()), "unknown")
  const before = provider.asked.length
  assert.deepEqual(await begin(order()), UNAVAILABLE)
  assert.equal(provider.asked.length, before)
  const [health] = rail.health!()
  assert.equal(health!.ok, false)
  assert.match(health!.detail, /^logged in; rests for 1 s, since it broke the connection off/)
  provider.on.payment = payment
  clock.advance(1_000)
  assert.equal(((await begin(order())) as { kind: string }).kind, "settled")
  assert.equal(rail.health!()[0]!.ok, true)
})

test("operators that refuse, and numbers at their limit, don't make a provider ill", async (t) => {
  const { begin, provider, order, rail } = await tapilaWorld(t)
  for (const reply of [failure(500, "XX05000"), failure(429, "RPA04680")]) {
    paying(provider, () => reply, "failed")
    for (let count = 0; count < 8; count += 1) assert.notEqual(await begin(order()), "unknown")
  }
  assert.deepEqual(rail.health!(), [
    { name: "tapila first", ok: true, detail: "logged in; answers" },
  ])
})

/** What a look finds, by what the provider answers and how old the order is. */
const LOOKS: readonly [
  name: string,
  reply: (body: Record<string, unknown>) => Reply,
  kind: string | null,
][] = [
  ["delivered", (body) => ({ json: { operation: operationOf(body, "confirmed") } }), "settled"],
  ["without a wrap", (body) => ({ json: operationOf(body, "confirmed") }), "settled"],
  ["refused", (body) => ({ json: { operation: operationOf(body, "failed") } }), "declined"],
  ["under way", (body) => ({ json: { operation: operationOf(body, "processing") } }), "accepted"],
  ["no status", (body) => ({ json: { operation: operationOf(body, undefined) } }), null],
  ["new word", (body) => ({ json: { operation: operationOf(body, "reversed") } }), null],
  ["amount", (body) => ({ json: operationOf({ ...body, amount: 1 }, "confirmed") }), null],
  [
    "company",
    (body) => ({ json: operationOf({ ...body, companyCode: "AR-R-1" }, "failed") }),
    null,
  ],
  ["id", (body) => ({ json: operationOf({ ...body, externalPaymentId: "x" }, "failed") }), null],
  ["never heard of", () => failure(404, "XPA04340"), "absent"],
  ["never heard of, in the vendor's code", () => failure(404, "XPA04341"), "absent"],
  ["a proxy's 404", () => ({ status: 404, text: "<html>" }), null],
  ["a 404 without a code", () => ({ status: 404, json: { message: "no route" } }), null],
  ["no such path", () => failure(404, "XCX04304"), null],
  ["no such company", () => failure(404, "XCX04325"), null],
  ["a fault", () => failure(500, "XPA05170"), null],
  ["another host's", () => failure(400, "XPA04000"), null],
  ["a page", () => HTML, null],
  ["reset", () => "reset", null],
]

test("a look believes what is about the order, and says nothing where it can't", async (t) => {
  for (const [name, reply, kind] of LOOKS) {
    const { look, provider, order } = await tapilaWorld(t)
    const asked = order()
    const { attemptId: externalPaymentId, merchantId: externalClientId } = asked
    const body = { externalPaymentId, externalClientId, companyCode: "AR-R-0901", amount: 1500.1 }
    provider.on.look = () => reply(body)
    assert.deepEqual(
      (await look(asked)).map((fact) => fact.kind),
      kind === null ? [] : [kind],
      name,
    )
    assert.equal(
      provider.asked.at(-1)!.path,
      `/operation/${externalPaymentId}?type=external-payment-id`,
    )
  }
})

test("what isn't there is asked for again at first, and given up long after", async (t) => {
  const LOST = { kind: "declined", reason: "operator_unavailable" }
  const table: [createdMs: number, begunMs: number, reference: string | null, fact: unknown][] = [
    [2_000, 2_000, null, { kind: "absent" }],
    [59_999, 2_000, null, { kind: "absent" }],
    [60_000, 2_000, null, null],
    [60_000, 60_000, null, null],
    [599_999, 599_999, null, null],
    [600_000, 600_000, null, LOST],
    // A request of the last begin may still be under way.
    [3_600_000, 1_000, null, null],
    [3_600_000, 600_000, null, LOST],
    // It was taken once: that it is gone proves nothing.
    [3_600_000, 3_600_000, "op-1", null],
    [2_000, 2_000, "op-1", null],
  ]
  const { look, order, clock } = await tapilaWorld(t)
  for (const [createdMs, begunMs, railReference, fact] of table) {
    const now = clock.now().getTime() + 60_000
    const at = { createdAt: new Date(now - createdMs), begunAt: new Date(now - begunMs) }
    const asked = order({ ...at, railReference })
    // A minute ago it wasn't there either.
    await look(asked)
    clock.advance(60_000)
    assert.deepEqual(await look(asked), fact === null ? [] : [fact], `${createdMs} ${begunMs}`)
  }
})

test("given up is only what two looks didn't find, a minute apart", async (t) => {
  const { look, order, clock, provider } = await tapilaWorld(t)
  const LOST = [{ kind: "declined", reason: "operator_unavailable" }]
  const absent = provider.on.look
  const at = (ageMs: number) => new Date(clock.now().getTime() - ageMs)
  const old = order({ createdAt: at(3_600_000), begunAt: at(3_600_000) })
  const found = () => ({ json: operationOf({ ...old.target, amount: 1 }, "confirmed") })
  const table: [afterMs: number, order: Order, answer: typeof absent, facts: object[]][] = [
    [0, old, absent, []],
    [59_999, old, absent, []],
    // What can't be believed proves nothing in either direction.
    [1, old, found, []],
    [0, old, absent, LOST],
    // Sent once more, it begins anew.
    [0, { ...old, begunAt: at(700_000) }, absent, []],
    [60_000, { ...old, begunAt: at(700_000) }, absent, LOST],
  ]
  for (const [at, [afterMs, asked, answer, facts]] of table.entries()) {
    clock.advance(afterMs)
    provider.on.look = answer
    assert.deepEqual(await look(asked), facts, `row ${at}`)
  }
})

test("an order of a provider that isn't configured any more stays as it is", async (t) => {
  const { begin, look, order, clock, provider, log } = await tapilaWorld(t)
  const { target } = order()
  const asked = order({ target: { ...target, farSide: "another" } })
  assert.deepEqual(await begin(asked), UNAVAILABLE, "it can't have gone anywhere before")
  clock.advance(3_600_000)
  assert.equal(await begin({ ...asked, begunAt: clock.now() }), "unknown")
  for (const farSide of ["another", undefined]) {
    assert.deepEqual(await look({ ...asked, target: { ...target, farSide } }), [])
  }
  assert.deepEqual(provider.asked, [])
  const told = log.lines.filter(({ level }) => level === "error")
  assert.equal(told.length, 4)
  assert.equal(told[3]!.about["attemptId"], asked.attemptId)
})

test("a thing seen again is in its place, and one order's fault is not another's", async (t) => {
  const { rail, provider, order } = await tapilaWorld(t)
  const orders = [order(), order(), order()]
  for (const each of orders) await rail.begin(each)
  const { look } = provider.on
  const seen = async () => (await rail.observe(orders, null)).sightings.map(({ place }) => place)
  const all = orders.map(({ attemptId }) => `${attemptId}:settled`)
  assert.deepEqual(await seen(), all)
  assert.deepEqual(await seen(), all)
  provider.on.look = (asked) => (asked.path.includes(orders[1]!.attemptId) ? "reset" : look(asked))
  assert.deepEqual(await seen(), [all[0], all[2]])
})

test("looks come quickly, then as the vendor advises, and never end", async (t) => {
  const { rail } = await tapilaWorld(t)
  const seconds = Array.from({ length: 13 }, (_, looks) => rail.lookDelayMs!(looks)! / 1_000)
  assert.deepEqual(seconds, [2, 2, 2, 2, 2, 30, 30, 60, 120, 180, 300, 300, 300])
  assert.equal(rail.lookDelayMs!(10_000), 300_000)
})

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
