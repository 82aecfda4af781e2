/** Endpoints, deliveries, events in order and a sandbox's time, as a client of `/v1` has them. */
import assert from "node:assert/strict"
import { once } from "node:events"
import { get, type IncomingMessage } from "node:http"
import { after, test } from "node:test"
import { Webhook } from "standardwebhooks"
import { ask, startGateway } from "../support/gateway.ts"
import { addMerchant } from "../support/merchant.ts"

const gateway = await startGateway({ after })
const { core, credentials, receiver } = gateway
const { baseUrl: base, apiKey: key = "" } = credentials.caudal

function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  return ask(method, base + path, { body, headers: { authorization: `Bearer ${key}`, ...headers } })
}

async function good(...asked: Parameters<typeof call>) {
  const answer = await call(...asked)
  assert.ok(answer.status < 300, `${asked[1]}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body
}

async function assertRefused(
  asked: Parameters<typeof call>,
  status: number,
  code: string,
  detail = /./,
): Promise<void> {
  const { body, headers, status: got } = await call(...asked)
  const what = `${asked[0]} ${asked[1]}: ${JSON.stringify(body)}`
  assert.deepEqual([got, body.code], [status, code], what)
  assert.equal(body.docs_url, `${gateway.url}/docs/problems#${code}`)
  assert.equal(headers.get("caudal-version"), "2026-11-22")
  assert.match(body.detail, detail)
}

const pay = () => good("POST", "/payments", { amount: "2550", asset: "COP" })
const nobody = "0".repeat(32)

type Made = { readonly id: string; readonly secret: string }
let made = 0

/** An endpoint at a path of its own of the test's receiver. */
async function listen(): Promise<Made & { readonly path: string }> {
  made += 1
  const path = `/own-${made}`
  const url = new URL(path, receiver.url).href
  return { ...(await good("POST", "/endpoints", { url })), path }
}

test("an endpoint is described, moved, paused, resumed and read with its figures", async () => {
  const own = await listen()
  const at = `/endpoints/${own.id}`
  const set = await good("PATCH", at, { description: "Tienda", headers: { "X-Key": "k-e-y" } })
  assert.deepEqual([set.description, set.header_names], ["Tienda", ["x-key"]])
  assert.ok(!JSON.stringify(set).includes("k-e-y"))
  assert.equal((await good("POST", `${at}/pause`)).state, "paused")
  const { id } = await pay()
  const [waiting] = (await good("GET", `/deliveries?endpoint=${own.id}&subject=${id}`)).data
  assert.deepEqual([waiting.state, waiting.tries], ["due", 0])
  assert.equal((await good("POST", `${at}/resume`)).state, "enabled")
  const message = await receiver.next(({ path, body }) => path === own.path && body.includes(id))
  assert.equal(message.headers["x-key"], "k-e-y")
  assert.equal(message.headers["webhook-id"], waiting.webhook_id)
  const whole = await good("GET", at)
  assert.equal(whole.last_day.delivered + whole.last_day.due, 1)
  assert.equal((await good("DELETE", at)).state, "disabled")
  assert.equal((await good("POST", `${at}/enable`)).state, "enabled")
  await good("DELETE", at)
})

test("what an endpoint can't be is refused, and leaves it as it was", async () => {
  const { id } = await listen()
  const at = `/endpoints/${id}`
  const table: [body: unknown, detail: RegExp][] = [
    [{}, /^url: must be there/],
    [{ url: "ftp://shop.example" }, /^url: /],
    [{ url: "http://10.0.0.1/hook" }, /^url: /],
    [{ description: "" }, /printable/],
    [{ headers: { host: "x" } }, /gateway sets itself/],
    [{ secret: "whsec_x" }, /secret/],
  ]
  for (const [body, detail] of table) {
    await assertRefused(["PATCH", at, body], 400, "request_invalid", detail)
  }
  for (const over of [-1, 604_801, 1.5, "60"]) {
    const body = { overlap_seconds: over }
    await assertRefused(["POST", `${at}/rotate-secret`, body], 400, "request_invalid")
  }
  assert.equal((await good("GET", at)).description, null)
  await good("DELETE", at)
})

test("a new secret signs at once, and the one before beside it", async () => {
  const own = await listen()
  const rotated = await good("POST", `/endpoints/${own.id}/rotate-secret`, { overlap_seconds: 60 })
  assert.notEqual(rotated.secret, own.secret)
  assert.ok(rotated.former_secret_until > new Date().toISOString())
  const { id } = await pay()
  const { body, headers } = await receiver.next(
    (each) => each.path === own.path && each.body.includes(id),
  )
  const signed = headers as Record<string, string>
  for (const secret of [own.secret, rotated.secret]) new Webhook(secret).verify(body, signed)
  await good("DELETE", `/endpoints/${own.id}`)
})

test("an endpoint is tried out, and told what its receiver said", async () => {
  const own = await listen()
  receiver.answer = { status: 422, body: "not today" }
  const said = await good("POST", `/endpoints/${own.id}/test`)
  receiver.answer = { status: 200 }
  assert.deepEqual([said.ok, said.status, said.answer], [false, 422, "not today"])
  assert.ok(said.elapsed_ms >= 0)
  const ping = await receiver.next(({ path, body }) => path === own.path && body.includes("ping"))
  new Webhook(own.secret).verify(ping.body, ping.headers as Record<string, string>)
  for (let at = 1; at < 10; at += 1) await good("POST", `/endpoints/${own.id}/test`)
  const over = await call("POST", `/endpoints/${own.id}/test`)
  assert.deepEqual([over.status, over.body.code], [429, "too_many_requests"])
  assert.match(over.headers.get("retry-after")!, /^\d+$/)
  await good("DELETE", `/endpoints/${own.id}`)
})

test("a message is read with its tries, and sent again with the same id and body", async () => {
  const own = await listen()
  receiver.answer = { status: 503, body: "later" }
  const { id } = await pay()
  const theirs = ({ path, body }: { path: string; body: string }) =>
    path === own.path && body.includes(id)
  const first = await receiver.next(theirs)
  receiver.answer = { status: 200 }
  const { data } = await good("GET", `/deliveries?endpoint=${own.id}`)
  const delivery = await until(async () => {
    const whole = await good("GET", `/deliveries/${data[0].id}`)
    return whole.history.length > 0 ? whole : null
  })
  assert.equal(delivery.message.body, first.body)
  assert.equal(delivery.event_type, "payment.created")
  const [{ status, answer, number }] = delivery.history
  assert.deepEqual([number, status, answer], [1, 503, "later"])
  const again = await good("POST", `/deliveries/${delivery.id}/replay`)
  assert.equal(again.state, "due")
  const done = await until(async () => {
    const whole = await good("GET", `/deliveries/${delivery.id}`)
    return whole.state === "delivered" ? whole : null
  })
  assert.deepEqual(done.history.at(-1).status, 200)
  const sent = receiver.received.filter(theirs)
  assert.equal(new Set(sent.map(({ body }) => body)).size, 1)
  assert.equal(new Set(sent.map(({ headers }) => headers["webhook-id"])).size, 1)
  const since = delivery.created_at
  const replay = { since, states: ["delivered"] }
  const all = await good("POST", `/endpoints/${own.id}/replay`, replay)
  assert.deepEqual([all.replayed, all.has_more, all.next_cursor], [1, false, null])
  await good("DELETE", `/endpoints/${own.id}`)
  await assertRefused(["POST", `/deliveries/${delivery.id}/replay`], 409, "endpoint_disabled")
  await assertRefused(["POST", `/endpoints/${own.id}/replay`, replay], 409, "endpoint_disabled")
})

test("a vendor's message is shown without what proves it", async () => {
  const { baseUrl, privateKey } = credentials.palommaPay
  const made = await ask("POST", `${baseUrl}/payment-requests`, {
    headers: { authorization: privateKey! },
    body: { amount_cents: 500_000, description: "1009", redirect_url: "https://tienda.example" },
  })
  await good("POST", `/payments/${made.body.id}/simulate`, { outcome: "approved" })
  const { data } = await good("GET", `/deliveries?subject=${made.body.id}`)
  const all = await Promise.all(
    data.map((each: { id: string }) => good("GET", `/deliveries/${each.id}`)),
  )
  const shown = all.map(({ message }) => JSON.parse(message.body)).find((body) => body.signature)
  const told = await receiver.next(({ body }) => body.includes(shown.data))
  assert.deepEqual(shown, { ...JSON.parse(told.body), signature: "***" })
})

test("what isn't there, and what is another's, is not found", async () => {
  const { shown } = await addMerchant(gateway, "Another", ["caudal"])
  const own = await listen()
  await pay()
  const [event] = (await good("GET", "/events")).data
  const [delivery] = (await good("GET", "/deliveries")).data
  const theirs = { authorization: `Bearer ${shown["caudal"]!["apiKey"]}` }
  const paths = (ep: string, del: string, evt: string) => [
    ["GET", `/endpoints/${ep}`],
    ["PATCH", `/endpoints/${ep}`, { description: "x" }],
    ...["enable", "pause", "resume", "rotate-secret", "test"].map((verb) => [
      "POST",
      `/endpoints/${ep}/${verb}`,
    ]),
    ["POST", `/endpoints/${ep}/replay`, { since: "2026-01-01T00:00:00Z" }],
    ["GET", `/deliveries/${del}`],
    ["POST", `/deliveries/${del}/replay`],
    ["GET", `/events/${evt}`],
  ]
  const never = paths(`ep_${nobody}`, `del_${nobody}`, `evt_${nobody}`)
  for (const [method, path, body] of never as [string, string, unknown][]) {
    await assertRefused([method, path, body], 404, "not_found")
  }
  const mine = paths(own.id, delivery.id, event.id) as [string, string, unknown][]
  for (const [method, path, body] of mine) {
    await assertRefused([method, path, body, theirs], 404, "not_found")
  }
  assert.equal((await good("GET", `/events/${event.id}`)).id, event.id)
  await good("DELETE", `/endpoints/${own.id}`)
})

/** A stream on a socket of its own: a pool's spare ones would keep the server from closing. */
async function open(headers: Record<string, string>) {
  const asked = get(`${base}/events/stream`, { agent: false, headers })
  const [answer] = (await once(asked, "response")) as [IncomingMessage]
  assert.equal(answer.statusCode, 200)
  assert.match(answer.headers["content-type"]!, /^text\/event-stream/)
  answer.setEncoding("utf8").on("error", () => undefined)
  return { answer, close: () => void asked.destroy() }
}

/** Reads a stream until it has so many events. */
async function follow(count: number, headers: Record<string, string>, act: () => Promise<unknown>) {
  const { answer, close } = await open(headers)
  let text = ""
  const events = () => text.split("\n\n").filter((frame) => frame.startsWith("id:"))
  let hasActed = false
  for await (const part of answer) {
    text += part
    if (!hasActed) await act()
    hasActed = true
    if (events().length >= count) break
  }
  close()
  return events().map((frame) => {
    const [id, type, data] = frame.split("\n").map((line) => line.replace(/^\w+: /, ""))
    return { id, type, data: JSON.parse(data!) }
  })
}

test("a stream that was cut before any event goes on where it began", async () => {
  const bearer = { authorization: `Bearer ${key}` }
  const { answer, close } = await open(bearer)
  const [first] = (await once(answer, "data")) as [string]
  close()
  const [, began] = /^retry: 2000\nid: (evt_[0-9a-f]{32})\n\n$/.exec(first) ?? []
  assert.ok(began, first)
  const { id: payment } = await good("POST", "/payments", { amount: "2550", asset: "COP" })
  const missed = (await good("GET", `/events?subject=${payment}`)).data[0].id
  const { answer: again, close: end } = await open({ ...bearer, "last-event-id": began })
  let text = ""
  for await (const part of again) {
    text += part
    if (text.includes(missed)) break
  }
  end()
})

test("events are streamed as they happen, and a key that is revoked hears no more", async () => {
  const bearer = { authorization: `Bearer ${key}` }
  const [event] = await follow(1, bearer, pay)
  assert.equal(event!.type, "payment.created")
  assert.deepEqual(event!.data, await good("GET", `/events/${event!.id}`))
  const again = await follow(1, { ...bearer, "last-event-id": event!.id! }, pay)
  assert.ok(again.every(({ id }) => id !== event!.id))
  const wrong = { "last-event-id": "evt_1" }
  await assertRefused(
    ["GET", "/events/stream", undefined, wrong],
    400,
    "request_invalid",
    /Last-Ev/,
  )

  const streams = await Promise.all(Array.from({ length: 5 }, () => open(bearer)))
  const over = await call("GET", "/events/stream")
  assert.deepEqual([over.status, over.body.code], [429, "too_many_requests"])
  assert.equal(over.headers.get("retry-after"), "30")
  for (const { close } of streams) close()

  const { shown } = await addMerchant(gateway, "Ended", ["caudal"])
  const theirs = { authorization: `Bearer ${shown["caudal"]!["apiKey"]}` }
  const { answer } = await open(theirs)
  const merchant = (await core.merchants.findByName("Ended"))!
  const [credential] = await core.merchants.credentials(merchant.id)
  await core.merchants.revoke(merchant.id, credential!.id)
  for await (const _ of answer);
  assert.ok(answer.complete, "it ends by itself")
})

test("a request asks for a version that there is, and each answer says which it has", async () => {
  for (const path of ["/balances", "/events?limit=1"]) {
    const { headers, status } = await call("GET", path, undefined, {
      "caudal-version": "2026-11-22",
    })
    assert.deepEqual([status, headers.get("caudal-version")], [200, "2026-11-22"])
  }
  const old = { "caudal-version": "2020-01-01" }
  await assertRefused(["GET", "/balances", undefined, old], 400, "request_invalid", /2026-11-22/)
  await assertRefused(["GET", "/nowhere"], 404, "not_found")
  await assertRefused(["PUT", "/balances"], 405, "method_not_allowed")
  const none = await ask("GET", `${base}/balances`, { headers: { authorization: "Bearer wrong" } })
  assert.deepEqual([none.status, none.headers.get("caudal-version")], [401, "2026-11-22"])
})

test("a sandbox's time is moved on, and what was to happen by then happens", async () => {
  assert.equal((await good("GET", "/sandbox/clock")).ahead_seconds, 0)
  const short = { amount: "2550", asset: "COP", ttl_seconds: 3_600 }
  const { id } = await good("POST", "/payments", short)
  const first = (await good("GET", `/events?subject=${id}`)).data[0]
  const list = `/events?subject=${id}&since=${first.created_at}`
  assert.deepEqual((await good("GET", list)).data, [], "what is so young isn't settled")
  for (const body of [{}, { advance_seconds: 0 }, { advance_seconds: 31_622_401 }]) {
    await assertRefused(["POST", "/sandbox/clock", body], 400, "request_invalid")
  }
  const month = 31 * 86_400
  const moved = await good("POST", "/sandbox/clock", { advance_seconds: month })
  assert.equal(moved.ahead_seconds, month)
  await until(async () => (await good("GET", `/payments/${id}`)).state === "expired" || null)
  const settled = (await good("GET", list)).data.map((each: { id: string }) => each.id)
  assert.deepEqual(settled, [first.id])
  const after = `/events?subject=${id}&after=${first.id}`
  assert.deepEqual((await good("GET", after)).data, [])
  // Receivers judge the age of a signature by clocks that nobody moved.
  const { body, headers } = await receiver.next(
    (each) => each.body.includes(id) && each.body.includes("payment.expired"),
  )
  const secret = credentials.caudal["webhookSecret"]!
  new Webhook(secret).verify(body, headers as Record<string, string>)
  const { status } = await ask("GET", `${gateway.url}/health/ready`)
  assert.equal(status, 200, "no clock is wrong")
  await core.testClock.follow()
  assert.equal(core.testClock.offsetMs(), month * 1_000)
})

async function until<Found>(look: () => Promise<Found | null>): Promise<Found> {
  const giveUpAt = performance.now() + 10_000
  for (;;) {
    const found = await look()
    if (found) return found
    assert.ok(performance.now() < giveUpAt, "it came in time")
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
