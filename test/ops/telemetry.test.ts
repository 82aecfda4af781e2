/** A payment can be followed through the gateway and on to its receiver, by whoever traces. */
import assert from "node:assert/strict"
import { AsyncLocalStorage } from "node:async_hooks"
import { after, test } from "node:test"
import {
  type Attributes,
  type Context,
  type ContextManager,
  context,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  type SpanOptions,
  type SpanStatus,
  type TextMapPropagator,
  trace,
} from "@opentelemetry/api"
import { openTelemetry } from "../../src/telemetry.ts"
import { ask, startGateway } from "../support/gateway.ts"

/** A span as a collector would get it. */
type Told = {
  readonly name: string
  readonly own: SpanContext
  readonly parentId: string | undefined
  readonly links: readonly Link[]
  readonly attributes: Attributes
  status: SpanStatus
  ended: boolean
}

const spans: Told[] = []
const hex = (length: number) => String(spans.length + 1).padStart(length, "0")

/** The smallest SDK there can be: it keeps what it is told. */
function startSpan(
  name: string,
  options: SpanOptions = {},
  given: Context = context.active(),
): Span {
  const parent = options.root ? undefined : trace.getSpanContext(given)
  const own = { traceId: parent?.traceId ?? hex(32), spanId: hex(16), traceFlags: 1 }
  const attributes = { ...options.attributes }
  const links = options.links ?? []
  const told: Told = {
    ...{ name, own, links, attributes, parentId: parent?.spanId },
    status: { code: 0 },
    ended: false,
  }
  spans.push(told)
  const span = {
    spanContext: () => own,
    setAttribute: (key: string, value: string) => {
      attributes[key] = value
      return span
    },
    setStatus: (status: SpanStatus) => {
      told.status = status
      return span
    },
    isRecording: () => true,
    end: () => {
      assert.ok(!told.ended, `${name} ended twice`)
      told.ended = true
    },
  }
  return span as unknown as Span
}

const store = new AsyncLocalStorage<Context>()
const manager: ContextManager = {
  active: () => store.getStore() ?? ROOT_CONTEXT,
  with: (active, work, self, ...args) => store.run(active, () => work.call(self as never, ...args)),
  bind: (_context, target) => target,
  enable: () => manager,
  disable: () => manager,
}
const propagator: TextMapPropagator = {
  fields: () => ["traceparent"],
  inject(active, carrier, setter) {
    const own = trace.getSpanContext(active)
    if (own) setter.set(carrier, "traceparent", `00-${own.traceId}-${own.spanId}-01`)
    setter.set(carrier, "baggage", "customer=ana")
  },
  extract(active, carrier, getter) {
    const text = getter.get(carrier, "traceparent")
    const [, traceId, spanId] = /^00-(\w{32})-(\w{16})-01$/.exec(String(text)) ?? []
    if (!traceId || !spanId) return active
    return trace.setSpanContext(active, { traceId, spanId, traceFlags: 1, isRemote: true })
  },
}

test("without an SDK there is nothing to call", () => {
  assert.equal(openTelemetry(), null)
})

test("a payment's spans hang together, from its caller to its receiver", async () => {
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan }) as never })
  context.setGlobalContextManager(manager)
  propagation.setGlobalPropagator(propagator)
  const gateway = await startGateway({ after })
  const { baseUrl, apiKey } = gateway.credentials.caudal
  const authorization = `Bearer ${apiKey}`
  spans.length = 0
  const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`
  const body = { amount: "4500000", asset: "COP", method: "bank", description: "for Ana Ruiz" }
  const made = await ask("POST", `${baseUrl}/payments`, {
    headers: { authorization, traceparent, baggage: "secret=1" },
    body,
  })
  assert.equal(made.status, 201)
  const simulated = `${baseUrl}/payments/${made.body.id}/simulate`
  await ask("POST", simulated, { headers: { authorization }, body: { outcome: "approved" } })
  const heard = await gateway.receiver.next((each) => each.body.includes(made.body.id))
  // A span of a request ends with its connection's part, a moment after the answer.
  const find = (name: string) => spans.find((each) => each.name === name)
  const server = find("POST /v1/payments")!
  assert.equal(server.own.traceId, "a".repeat(32))
  assert.equal(server.parentId, "b".repeat(16))
  const command = spans.find((each) => each.parentId === server.own.spanId)!
  assert.match(command.name, /^engine create/)
  const batches = spans.filter(({ name }) => name === "engine batch")
  const batch = batches.find(({ links }) =>
    links.some((link) => link.context.spanId === command.own.spanId),
  )!
  assert.equal(batch.parentId, undefined)
  assert.ok(Number(batch.attributes["caudal.commands"]) >= 1)

  const sent = String(heard.headers["traceparent"])
  const webhook = spans.find(({ name, own }) => name === "webhook" && sent.includes(own.spanId))!
  assert.equal(sent, `00-${webhook.own.traceId}-${webhook.own.spanId}-01`)
  assert.equal(webhook.attributes["caudal.delivery"], heard.headers["webhook-id"])
  assert.equal(heard.headers["baggage"], undefined)
  assert.ok(batches.some(({ own }) => own.spanId === webhook.parentId))
  await gateway.core.rails.get("simulator")!.observe([], null)
  assert.equal(spans.at(-1)!.name, "rail observe")

  // Ids and routes, and nothing of what was paid, by whom, or with which key.
  const told = JSON.stringify(spans.map(({ attributes, name }) => [name, attributes]))
  for (const hidden of [apiKey!, "4500000", "Ana", made.body.id, "/hook", "secret=1"]) {
    assert.ok(!told.includes(hidden), hidden)
  }
})

test("what fails is told as a failure by its kind, and no more", async () => {
  const telemetry = openTelemetry()!
  const fault = new TypeError("hush")
  const failing = telemetry.span("work", {}, () => Promise.reject(fault))
  await assert.rejects(failing, fault)
  const work = spans.find(({ name }) => name === "work")!
  assert.deepEqual([work.status.code, work.attributes["error.type"]], [2, "TypeError"])
  assert.ok(work.ended && !JSON.stringify(work).includes("hush"))

  const failed = async () => ({ kind: "failed", why: "timeout", message: "hush" }) as const
  const send = telemetry.tracedSend(failed)
  const request = { url: "https://shop.example/hook?x=hush", headers: {}, body: "hush" }
  await send({ ...request, timeoutMs: 1, turnWithinMs: 1 })
  const webhook = spans.at(-1)!
  assert.equal(webhook.attributes["error.type"], "timeout")
  assert.equal(webhook.attributes["server.address"], "shop.example")
  assert.ok(!JSON.stringify(webhook).includes("hush"))
})

test("a rail that is traced is the rail that it was", async () => {
  const rail = {
    name: "test",
    methods: ["bank"],
    begin: async () => ({ kind: "settled" }),
    health: () => [{ name: "test", ok: true }],
  }
  const traced = openTelemetry()!.tracedRail(rail as never)
  assert.equal(traced.name, "test")
  assert.equal(traced.verify, undefined)
  assert.deepEqual(traced.health?.(), [{ name: "test", ok: true }])
  assert.deepEqual(await traced.begin({ attemptId: "an-attempt" } as never), { kind: "settled" })
  const { attributes, ended } = spans.at(-1)!
  assert.deepEqual(
    [attributes["caudal.rail"], attributes["caudal.attempt"]],
    ["test", "an-attempt"],
  )
  assert.ok(ended)
})
