/** What is said of endpoints, deliveries and time: the examples, and what a client may send. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import type { z } from "zod"
import * as answers from "./answers-hooks.ts"
import { delivery, endpoint, event } from "./examples/rows.ts"
import * as requests from "./requests-hooks.ts"
import * as wire from "./wire-hooks.ts"

const read = (name: string) =>
  readFileSync(join(import.meta.dirname, "examples", `${name}.json`), "utf8")
const example = (name: string) => JSON.parse(read(name))

const message = {
  headers: { "content-type": "application/json", "x-api-key": "***", "webhook-id": delivery.id },
  body: '{"id":"evt_019b8e42000140048d446f804c31be32"}',
}
const tries = [
  {
    ...{ number: 1, at: new Date("2026-01-05T14:04:01.250Z") },
    ...{ status: 503, error: null, elapsedMs: 250, answer: "<h1>Service Unavailable</h1>" },
  },
]

test("each example is what its rows are told as", () => {
  const whole = { delivery, endpoint, event, message, tries }
  const replayed = { replayed: 1_000, deleted: 0, next: delivery.id }
  const said = { status: 200, error: null, elapsedMs: 42, answer: "ok" }
  const table: [name: string, schema: z.ZodType, made: unknown][] = [
    ["endpoint", answers.endpointSchema, wire.endpointOut(endpoint, ["x-api-key"])],
    ["delivery", answers.deliverySchema, wire.deliveryOut(delivery)],
    ["whole-delivery", answers.wholeDeliverySchema, wire.wholeDeliveryOut(whole)],
    ["replay", answers.replaySchema, wire.replayOut(endpoint.id, replayed)],
    ["endpoint-test", answers.testedSchema, wire.testedOut(endpoint.id, said)],
    ["clock", answers.clockSchema, example("clock")],
    ["ping", answers.pingSchema, example("ping")],
  ]
  for (const [name, schema, made] of table) {
    const plain = JSON.parse(JSON.stringify(made))
    assert.deepEqual(plain, example(name), name)
    assert.deepEqual(schema.parse(plain), plain, name)
  }
  const bodies: [name: string, schema: z.ZodType][] = [
    ["update-endpoint", requests.updateEndpoint],
    ["create-replay", requests.replay],
    ["advance-clock", requests.advanceClock],
  ]
  for (const [name, schema] of bodies) assert.ok(schema.safeParse(example(name)).success, name)
})

test("an endpoint's state says whether it is told", () => {
  const at = new Date(0)
  const table = [
    [{ pausedAt: null, disabledAt: null }, "enabled"],
    [{ pausedAt: at, disabledAt: null }, "paused"],
    [{ pausedAt: at, disabledAt: at }, "disabled"],
  ] as const
  for (const [over, state] of table) {
    assert.equal(wire.endpointOut({ ...endpoint, ...over }, []).state, state)
  }
})

test("only 2xx takes a test message", () => {
  const table = [
    [200, true],
    [299, true],
    [301, false],
    [410, false],
    [null, false],
  ] as const
  for (const [status, ok] of table) {
    const said = { status, error: status ? null : "no answer", elapsedMs: 1, answer: "" }
    assert.equal(wire.testedOut(endpoint.id, said).ok, ok, `${status}`)
  }
})

test("an endpoint's headers can't change how a message is framed or proven", () => {
  const url = "https://shop.example/"
  const table: [headers: unknown, read: unknown][] = [
    [undefined, undefined],
    [{ "X-Api-Key": "a b" }, { "x-api-key": "a b" }],
    [{ "Content-Type": "text/plain" }, null],
    [{ Host: "other.example" }, null],
    [{ "Webhook-Signature": "v1,x" }, null],
    [{ "Proxy-Authorization": "x" }, null],
    [{ "x-key": "a\r\nhost: b" }, null],
    [{ "x key": "a" }, null],
    [{ "x-key": 1 }, null],
    [{ "": "a" }, null],
    [["x"], null],
    [Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`x-${at}`, "a"])), null],
  ]
  for (const [headers, read] of table) {
    const parsed = requests.createEndpoint.safeParse({ url, headers })
    assert.deepEqual(parsed.success ? parsed.data.headers : null, read, JSON.stringify(headers))
  }
})

const EVENT = "evt_019b8e42000140048d446f804c31be32"

test("a list of events is asked for in one way at a time", () => {
  const table: [query: object, isGood: boolean][] = [
    [{}, true],
    [{ after: EVENT }, true],
    [{ since: "2026-01-05T14:00:00Z" }, true],
    [{ since: "2026-01-05T14:00:00.5-05:00", limit: "100" }, true],
    [{ after: EVENT, cursor: EVENT }, false],
    [{ after: EVENT, since: "2026-01-05T14:00:00Z" }, false],
    [{ since: "yesterday" }, false],
    [{ since: "2026-01-05" }, false],
    [{ since: "1999-12-31T23:59:59Z" }, false],
    [{ since: "9999-01-01T00:00:00Z" }, false],
    [{ after: "evt_1" }, false],
    [{ since: ["2026-01-05T14:00:00Z"] }, false],
  ]
  for (const [query, isGood] of table) {
    assert.equal(requests.listEvents.safeParse(query).success, isGood, JSON.stringify(query))
  }
})

test("what changes an endpoint, its secret, its past or time is kept to what it says", () => {
  const since = "2026-01-05T14:00:00Z"
  const table: [schema: z.ZodType, body: unknown, isGood: boolean][] = [
    [requests.updateEndpoint, { description: "Tienda, ñandú 1" }, true],
    [requests.updateEndpoint, { description: null, headers: null }, true],
    [requests.updateEndpoint, {}, false],
    [requests.updateEndpoint, { description: "" }, false],
    [requests.updateEndpoint, { description: "a\nb" }, false],
    [requests.updateEndpoint, { description: "x".repeat(200) }, true],
    [requests.updateEndpoint, { description: "x".repeat(201) }, false],
    [requests.updateEndpoint, { url: null }, false],
    [requests.updateEndpoint, { dialect: "caudal" }, false],
    [requests.rotateSecret, undefined, true],
    [requests.rotateSecret, { overlap_seconds: 0 }, true],
    [requests.rotateSecret, { overlap_seconds: 604_800 }, true],
    [requests.rotateSecret, { overlap_seconds: 604_801 }, false],
    [requests.rotateSecret, { overlap_seconds: -1 }, false],
    [requests.rotateSecret, { overlap_seconds: 1.5 }, false],
    [requests.replay, { since }, true],
    [requests.replay, { since, until: since }, false],
    [requests.replay, { since, states: ["delivered"] }, true],
    [requests.replay, { since, states: [] }, false],
    [requests.replay, { since, states: ["due"] }, false],
    [requests.replay, {}, false],
    [requests.advanceClock, { advance_seconds: 1 }, true],
    [requests.advanceClock, { advance_seconds: 31_622_400 }, true],
    [requests.advanceClock, { advance_seconds: 31_622_401 }, false],
    [requests.advanceClock, { advance_seconds: 0 }, false],
    [requests.advanceClock, { advance_seconds: "60" }, false],
    [requests.advanceClock, null, false],
  ]
  for (const [schema, body, isGood] of table) {
    assert.equal(schema.safeParse(body).success, isGood, JSON.stringify(body))
  }
})
