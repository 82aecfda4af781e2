/** What a look finds and believes, and when what isn't there is given up. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Reply } from "../../../test/support/provider.ts"
import { failure, HTML, operationOf, tapilaWorld } from "../../../test/support/tapila-provider.ts"
import type { Order } from "../../core/index.ts"

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
