/** A page's stream tells each change once, keeps its limits, and ends when nothing more comes. */
import assert from "node:assert/strict"
import { connect } from "node:net"
import { type TestContext, test } from "node:test"
import fastify from "fastify"
import { lastFirst } from "../../test/support/cleanup.ts"
import { type TestCore, testCore } from "../../test/support/core.ts"
import { testDatabase } from "../../test/support/database.ts"
import { isRefusal, type Payment } from "../core/index.ts"
import { changeRoutes, STREAM_LIMITS, type StreamLimits } from "./changes.ts"

/** Longer than anything here takes. */
const GIVE_UP_MS = 5_000

type Started = TestCore & { readonly url: string; close(): Promise<void> }

/** A core with nothing but the streams before it. */
async function start(t: TestContext, over: Partial<StreamLimits> = {}): Promise<Started> {
  const context = lastFirst(t)
  const { database } = await testDatabase(context)
  const node = await testCore(database)
  node.rail.answer = async () => ({ kind: "rejected", reason: "not_enough_funds" })
  const server = fastify({ forceCloseConnections: false })
  await server.register(
    async (scope) => {
      scope.addHook("onRequest", async (_request, reply) => {
        reply.type("text/html")
      })
      scope.setNotFoundHandler((_request, reply) => reply.code(404).send("<p>Nothing here</p>"))
      changeRoutes(scope, node.core, { ...STREAM_LIMITS, ...over })
    },
    { prefix: "/pay" },
  )
  const url = await server.listen({ host: "127.0.0.1", port: 0 })
  context.after(() => server.close())
  return Object.assign(node, { url, close: () => server.close() })
}

async function newPayment({ core, merchantId, payment }: Started): Promise<Payment> {
  const merchant = (await core.merchants.find(merchantId))!
  const { id: _id, merchantId: _merchantId, attempt: _attempt, ...spec } = payment()
  const created = await core.pay.create({ ...spec, merchant, way: null })
  assert.ok(!isRefusal(created))
  return created.payment
}

/** The payer's try is refused, which is no end. */
async function open({ core, merchantId }: Started, payment: Payment): Promise<void> {
  const merchant = (await core.merchants.find(merchantId))!
  const target = { phoneNumber: "3001234567" }
  assert.ok(!isRefusal(await core.pay.open(merchant, payment, { method: "wallet", target })))
  await core.pass()
}

async function cancel({ core }: Started, { id: paymentId, merchantId }: Payment): Promise<void> {
  const how = { kind: "cancel", by: "merchant" } as const
  assert.ok(!isRefusal(await core.pay.end({ paymentId, merchantId, how })))
}

/** A browser's side of a stream: what came, whether it ended, and how to leave. */
async function listen(
  { url }: Started,
  { id }: { readonly id: string },
  version: number | string,
  headers: Record<string, string> = {},
) {
  const leave = new AbortController()
  const answer = await fetch(`${url}/pay/${id}/changes?version=${version}`, {
    headers,
    signal: leave.signal,
  })
  const stream = { status: answer.status, headers: answer.headers, text: "", ended: false }
  const reading = (async () => {
    const decoder = new TextDecoder()
    for await (const part of answer.body ?? []) stream.text += decoder.decode(part)
    stream.ended = true
  })().catch(() => undefined)
  return Object.assign(stream, {
    leave: () => leave.abort(),
    end: () => within(reading),
    /** Waits until what came fits. */
    async has(fits: RegExp) {
      await until(
        () => fits.test(stream.text),
        () => stream.text,
      )
    },
  })
}

async function within<T>(work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(reject, GIVE_UP_MS, new Error("it took too long")).unref()
  })
  return Promise.race([work, late])
}

async function until(fits: () => boolean, about: () => string): Promise<void> {
  const giveUpAt = performance.now() + GIVE_UP_MS
  while (!fits()) {
    assert.ok(performance.now() < giveUpAt, `still ${about()}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const RETRY = `retry: ${STREAM_LIMITS.retryMs}\n\n`
const change = (version: number) => `id: ${version}\nevent: change\ndata: ${version}\n\n`

test("each change is told once, at once; the stream ends with the payment", async (t) => {
  const node = await start(t)
  const payment = await newPayment(node)
  const { version } = payment
  const stream = await listen(node, payment, version)
  assert.equal(stream.status, 200)
  assert.match(stream.headers.get("content-type") ?? "", /^text\/event-stream/)
  assert.match(stream.headers.get("cache-control") ?? "", /^no-store/)
  assert.equal(stream.headers.get("x-accel-buffering"), "no")
  await stream.has(/^retry: \d+\n\n$/)

  const startedMs = performance.now()
  await open(node, payment)
  await stream.has(/event: change/)
  assert.ok(performance.now() - startedMs < 500)
  assert.equal(stream.ended, false)
  await cancel(node, payment)
  await stream.end()
  const now = (await node.core.payments.findByLink(payment.id))!
  // Changes of one moment may be told as one.
  const told = [...stream.text.matchAll(/^data: (\d+)$/gm)].map(([, each]) => Number(each))
  assert.deepEqual(
    told,
    [...new Set(told)].sort((a, b) => a - b),
  )
  assert.equal(told[0], version + 1)
  assert.equal(told.at(-1), now.version)
  assert.equal(stream.text, RETRY + told.map(change).join(""))
})

test("a page that is behind is told at once, one that knows the end hears nothing", async (t) => {
  const node = await start(t)
  const payment = await newPayment(node)
  await cancel(node, payment)
  const { version } = (await node.core.payments.findByLink(payment.id))!
  const behind = await listen(node, payment, payment.version)
  await behind.end()
  assert.equal(behind.text, RETRY + change(version))
  // A browser comes back with the page's old address, and says what it heard last.
  const rows: [asked: number, last: Record<string, string>][] = [
    [version, {}],
    [payment.version, { "last-event-id": String(version) }],
    [version + 7, { "last-event-id": "0" }],
  ]
  for (const [asked, last] of rows) {
    const stream = await listen(node, payment, asked, last)
    await stream.end()
    assert.deepEqual([stream.status, stream.text], [204, ""])
  }
})

test("what leads nowhere or can't be read is refused", async (t) => {
  const node = await start(t)
  const payment = await newPayment(node)
  const absent = { id: "01a1f93c-a1f7-4087-826d-012a03a88b87" }
  const rows: [id: string, query: string, status: number, last?: string][] = [
    [absent.id, "version=1", 404],
    ["x", "version=1", 404],
    [`${payment.id}x`, "version=1", 404],
    ["%3Cscript%3E", "version=1", 404],
    [payment.id, "", 400],
    [payment.id, "version=", 400],
    [payment.id, "version=-1", 400],
    [payment.id, "version=1.5", 400],
    [payment.id, "version=1e3", 400],
    [payment.id, "version=9999999999", 400],
    [payment.id, "version=1&version=1", 400],
    [payment.id, "version[a]=1", 400],
    [payment.id, "version=1", 400, "x"],
  ]
  for (const [id, query, status, last] of rows) {
    const headers: Record<string, string> = last === undefined ? {} : { "last-event-id": last }
    const answer = await fetch(`${node.url}/pay/${id}/changes?${query}`, { headers })
    assert.equal(answer.status, status, `${id} ${query}`)
    await answer.arrayBuffer()
  }
  const posted = await fetch(`${node.url}/pay/${payment.id}/changes?version=1`, { method: "POST" })
  assert.equal(posted.status, 404)
})

test("payments whose payer has nothing to choose have no stream", async (t) => {
  const node = await start(t)
  const merchant = (await node.core.merchants.find(node.merchantId))!
  const { id: _id, merchantId, attempt: _attempt, ...spec } = node.payment()
  const funds = { merchantId, amount: spec.amount, asset: spec.asset, reference: "funds" }
  assert.ok(!isRefusal(await node.core.wallet.topUp(funds)))
  const created = await node.core.pay.create({
    ...spec,
    merchant,
    kind: "recharge",
    way: { method: "recharge", target: { identifier: "3001234509" } },
  })
  if (isRefusal(created)) return assert.fail(created.refused)
  assert.equal((await listen(node, created.payment, 0)).status, 404)
})

test("a stream that nothing happens to says that it lives, and ends in time", async (t) => {
  const node = await start(t, { heartbeatMs: 20, openMs: 10_000 })
  const payment = await newPayment(node)
  const stream = await listen(node, payment, payment.version)
  await stream.has(/^retry: \d+\n\n(?::\n\n){3}/)
  assert.equal(stream.ended, false)
  node.clock.advance(10_000)
  await stream.end()
  assert.equal(stream.ended, true)
  assert.match(stream.text, /^retry: \d+\n\n(?::\n\n)+$/)
})

test("too many streams are refused, of one or of all; who leaves makes room", async (t) => {
  const node = await start(t, { streams: 3, streamsOfOne: 2 })
  const [one, two] = [await newPayment(node), await newPayment(node)]
  const streams = [
    await listen(node, one, one.version),
    await listen(node, one, one.version),
    await listen(node, two, two.version),
  ]
  for (const payment of [one, two]) {
    const refused = await listen(node, payment, payment.version)
    assert.equal(refused.status, 503)
    assert.match(refused.headers.get("retry-after") ?? "", /^\d+$/)
    await refused.end()
  }
  // Of one payment there are as many as may be, while there would be room for another.
  const retry = async (payment: Payment) => {
    const again = await listen(node, payment, payment.version)
    if (again.status === 503) await again.end()
    else streams.push(again)
    return again.status
  }
  streams[2]!.leave()
  let status = 503
  const giveUpAt = performance.now() + GIVE_UP_MS
  while (status === 503 && performance.now() < giveUpAt) {
    assert.equal(await retry(one), 503)
    status = await retry(two)
  }
  assert.equal(status, 200)
  await cancel(node, one)
  await streams[0]!.end()
  await streams[1]!.end()
  assert.equal(await retry(two), 200)
  for (const stream of streams) stream.leave()
})

/** A stream as it stands on the wire. */
async function listenRaw({ url }: Started, request: string) {
  const socket = connect(Number(new URL(url).port), "127.0.0.1")
  socket.setEncoding("utf8").write(`${request}\r\nhost: x\r\n\r\n`)
  const stream = { text: "", ended: Promise.resolve() }
  stream.ended = (async () => {
    for await (const part of socket) stream.text += part
  })()
  await until(
    () => stream.text.includes("retry:"),
    () => stream.text,
  )
  return stream
}

test("a server that closes ends its streams at once, on whatever sockets", async (t) => {
  const node = await start(t)
  const payment = await newPayment(node)
  const stream = await listen(node, payment, payment.version)
  const raw = await listenRaw(node, `GET /pay/${payment.id}/changes?version=0 HTTP/1.1`)
  const startedMs = performance.now()
  await within(node.close())
  assert.ok(performance.now() - startedMs < 1_000)
  await raw.ended
  assert.ok(raw.text.endsWith("\r\n0\r\n\r\n"), raw.text)
  // Else a stream that ends a moment after the others leaves a socket that is waited for.
  assert.match(raw.text, /^connection: close\r$/im)
  await stream.end()
  assert.equal(stream.ended, true)
})

test("HEAD has no stream, and HTTP/1.0 has one that ends with its socket", async (t) => {
  const node = await start(t, { streamsOfOne: 1 })
  const payment = await newPayment(node)
  const path = `/pay/${payment.id}/changes?version=${payment.version}`
  const head = await within(fetch(node.url + path, { method: "HEAD" }))
  assert.equal(head.status, 200)
  assert.match(head.headers.get("content-type") ?? "", /^text\/event-stream/)
  const raw = await listenRaw(node, `GET ${path} HTTP/1.0`)
  await cancel(node, payment)
  await within(raw.ended)
  const { version } = (await node.core.payments.findByLink(payment.id))!
  assert.match(raw.text, /^HTTP\/1\.\d 200 OK\r\n/)
  assert.doesNotMatch(raw.text, /transfer-encoding/i)
  assert.ok(raw.text.endsWith(`\r\n\r\n${RETRY}${change(version)}`), raw.text)
})
