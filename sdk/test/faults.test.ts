/** What the client does when servers and networks misbehave. */
import assert from "node:assert/strict"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { after, test } from "node:test"
import { answerOf, CaudalError, createCaudal } from "../src/index.ts"

const KEY = "ck_never-shown"
const PAYMENT = { object: "payment", id: "pay_1" }

type Answer = (response: ServerResponse, request: IncomingMessage) => void
type Asked = { method: string; path: string; key: string | undefined; headers: object }

/** What the server does with the next requests, in turn; and what it was asked. */
let script: Answer[] = []
let asked: Asked[] = []
const server = createServer((request, response) => {
  request.resume()
  const { headers, method, url } = request
  const key = headers["idempotency-key"] as string | undefined
  asked.push({ method: method!, path: url!, key, headers })
  const answer = script.length > 1 ? script.shift() : script[0]
  answer?.(response, request)
})
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
after(() => {
  server.closeAllConnections()
  server.close()
})
const { port } = server.address() as AddressInfo
const origin = `http://127.0.0.1:${port}`
const caudal = createCaudal({ baseUrl: `${origin}/v1/`, apiKey: KEY, retryWaitMs: 1 })
const create = { amount: "2550", asset: "COP" }

function play(...answers: Answer[]): void {
  script = answers
  asked = []
}

function json(status: number, body: unknown, headers: object = {}): Answer {
  return (response) => {
    const type = { "content-type": "application/json", "x-request-id": "req_1" }
    response.writeHead(status, { ...type, ...headers }).end(JSON.stringify(body))
  }
}

function problem(status: number, code: string, over: object = {}, headers: object = {}): Answer {
  const body = { type: `urn:caudal:problem:${code}`, title: code, status, code, ...over }
  return json(status, { ...body, detail: `about ${code}`, request_id: "req_1" }, headers)
}

const silence: Answer = () => {}
const cut: Answer = (response) => response.destroy()
const half: Answer = (response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" })
  response.write('{"object":')
  setImmediate(() => response.destroy())
}
const page: Answer = (response) => response.writeHead(502).end("<html>Bad gateway</html>")
const good = json(200, PAYMENT)

async function errorOf(work: PromiseLike<unknown>): Promise<CaudalError> {
  const error = await Promise.resolve(work).then(
    () => assert.fail("it was answered"),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof CaudalError, String(error))
  const { stack } = error
  assert.ok(!`${stack}${JSON.stringify(error)}${error.cause}`.includes(KEY), "it tells the key")
  return error
}

const get = () => caudal.payments.get("pay_1", { timeoutMs: 100 })
const make = () => caudal.payments.create(create, { timeoutMs: 100 })
const cancel = () => caudal.payments.cancel("pay_1", { timeoutMs: 100 })

test("a fault is tried again where a second arrival changes nothing, and only there", async () => {
  type Row = [fault: string, answer: Answer, tries: Record<"get" | "make" | "cancel", number>]
  const everywhere = { get: 2, make: 2, cancel: 2 }
  const whereSafe = { get: 2, make: 2, cancel: 1 }
  const nowhere = { get: 1, make: 1, cancel: 1 }
  const table: Row[] = [
    ["429", problem(429, "too_many_requests"), everywhere],
    ["500", problem(500, "internal"), whereSafe],
    ["503", problem(503, "unavailable"), whereSafe],
    ["a proxy's page", page, whereSafe],
    ["408", problem(408, "request_timeout"), whereSafe],
    ["no answer", silence, whereSafe],
    ["a cut connection", cut, whereSafe],
    ["half an answer", half, whereSafe],
    ["400", problem(400, "body_invalid"), nowhere],
    ["401", problem(401, "unauthorized"), nowhere],
    ["404", problem(404, "payment_not_found"), nowhere],
    ["409", problem(409, "payment_final"), nowhere],
    ["a redirect", (response) => response.writeHead(302, { location: "/" }).end(), whereSafe],
  ]
  for (const [fault, answer, tries] of table) {
    for (const [name, call] of Object.entries({ get, make, cancel })) {
      play(answer, good)
      const isTold = tries[name as keyof typeof tries] === 1
      const told = await Promise.resolve(call()).then(
        () => null,
        (error: CaudalError) => error,
      )
      assert.equal(told !== null, isTold, `${fault}: ${name}: ${told}`)
      assert.equal(asked.length, tries[name as keyof typeof tries], `${fault}: ${name}`)
    }
  }
})

test("every try of a call has the same Idempotency-Key, and every call another", async () => {
  play(problem(500, "internal"), cut, good)
  await make()
  const [first] = asked
  assert.match(first!.key!, /^[0-9a-f]{32}$/)
  assert.deepEqual(
    asked.map(({ key }) => key),
    [first!.key, first!.key, first!.key],
  )
  play(good)
  await make()
  assert.notEqual(asked[0]!.key, first!.key)
  await caudal.payments.create(create, { idempotencyKey: "mine" })
  assert.equal(asked[1]!.key, "mine")
  await get()
  assert.equal(asked[2]!.key, undefined)
})

test("what can't be done is told with all that the gateway said of it", async () => {
  const over = { field: "amount", errors: ["a", "b"], docs_url: "https://x.example/docs#c" }
  play(problem(400, "body_invalid", over))
  const told = await errorOf(make())
  const { code, docsUrl, errors, field, message, requestId, status, tries } = told
  assert.deepEqual(
    { code, docsUrl, errors, field, message, requestId, status, tries },
    {
      code: "body_invalid",
      docsUrl: over.docs_url,
      errors: ["a", "b"],
      field: "amount",
      message: "about body_invalid",
      requestId: "req_1",
      status: 400,
      tries: 1,
    },
  )
  assert.equal(told.idempotencyKey, asked[0]!.key)
})

test("faults of the network have codes of their own, and are counted", async () => {
  const table: [code: string, status: number | null, answer: Answer][] = [
    ["timed_out", null, silence],
    ["connection_failed", null, cut],
    ["connection_failed", null, half],
    ["answer_unreadable", 502, page],
    ["answer_unreadable", 200, (response) => response.end("<html>Welcome</html>")],
  ]
  for (const [code, status, answer] of table) {
    play(answer)
    const options = { timeoutMs: 100, maxRetries: 1 }
    const told = await errorOf(caudal.payments.get("pay_1", options))
    assert.deepEqual([told.code, told.status], [code, status])
    assert.equal(told.tries, status === 200 ? 1 : 2, code)
  }
})

test("Retry-After is kept to where it is short, and told where it is long", async () => {
  const rest = (seconds: string) =>
    problem(429, "too_many_requests", {}, { "retry-after": seconds })
  play(rest("0"), rest(new Date(0).toUTCString()), rest("soon"), good)
  await get()
  assert.equal(asked.length, 4)
  play(rest("3600"), good)
  const told = await errorOf(get())
  assert.deepEqual([told.retryAfterMs, asked.length], [3_600_000, 1])
})

test("an abort ends a call at once, whatever it is doing, with the signal's reason", async () => {
  const reason = new Error("the shop closed")
  play(silence)
  const waiting = new AbortController()
  const call = caudal.payments.get("pay_1", { signal: waiting.signal })
  setTimeout(() => waiting.abort(reason), 10)
  await assert.rejects(Promise.resolve(call), reason)
  play(problem(429, "too_many_requests", {}, { "retry-after": "30" }))
  const resting = new AbortController()
  const later = caudal.payments.get("pay_1", { signal: resting.signal })
  setTimeout(() => resting.abort(reason), 10)
  await assert.rejects(Promise.resolve(later), reason)
  play(good)
  await assert.rejects(caudal.payments.get("pay_1", { signal: AbortSignal.abort(reason) }), reason)
  assert.equal(asked.length, 0)
})

test("ids can't lead elsewhere, and what is odd in them arrives as it is", async () => {
  play(good)
  for (const id of ["", ".", "..", null, undefined]) {
    await assert.rejects(caudal.payments.get(id as string), TypeError, String(id))
  }
  await caudal.payments.get("../balances?x=1#y")
  assert.deepEqual(
    asked.map(({ path }) => path),
    ["/v1/payments/..%2Fbalances%3Fx%3D1%23y"],
  )
})

test("a list is read page by page, and one that names itself as the next is left", async () => {
  const listed = (ids: string[], next: string | null) =>
    json(200, {
      object: "list",
      data: ids.map((id) => ({ ...PAYMENT, id })),
      has_more: next !== null,
      next_cursor: next,
    })
  play(listed(["a", "b"], "b"), listed(["c"], null))
  const found: string[] = []
  const query = { state: ["approved", "declined"] as const, limit: 2, reference: undefined }
  for await (const { id } of caudal.payments.list(query)) found.push(id)
  assert.deepEqual(found, ["a", "b", "c"])
  assert.deepEqual(
    asked.map(({ path }) => path),
    [
      "/v1/payments?state=approved&state=declined&limit=2",
      "/v1/payments?state=approved&state=declined&limit=2&cursor=b",
    ],
  )
  play(listed(["a", "b"], "b"), listed(["c"], null))
  const some = await caudal.payments.list().toArray(1)
  assert.deepEqual([some.length, asked.length], [1, 1])
  const first = await caudal.payments.list()
  assert.deepEqual(first.data.length, 1)
  play(listed(["a"], "b"))
  assert.equal((await errorOf(caudal.payments.list().toArray(9))).code, "answer_unreadable")
})

test("a list that is read oldest first goes on after where it is", async () => {
  const page = (ids: string[], next: string | null) => {
    const data = ids.map((id) => ({ object: "event", id }))
    return json(200, { object: "list", data, has_more: next !== null, next_cursor: next })
  }
  play(page(["evt_1"], "evt_1"), page(["evt_2"], null))
  const since = "2026-11-22T00:00:00Z"
  assert.equal((await caudal.events.list({ since, limit: 1 }).toArray(9)).length, 2)
  assert.deepEqual(
    asked.map(({ path }) => path),
    ["/v1/events?since=2026-11-22T00%3A00%3A00Z&limit=1", "/v1/events?limit=1&after=evt_1"],
  )
})

test("what is known of an answer can be asked for", async () => {
  play(json(200, PAYMENT, { "caudal-version": "2026-11-22" }))
  const facts = answerOf(await get())
  assert.deepEqual([facts?.status, facts?.requestId], [200, "req_1"])
  assert.equal(facts?.headers.get("caudal-version"), "2026-11-22")
  assert.equal(answerOf({}), undefined)
})

test("options that can't be meant are refused before anything is sent", () => {
  const fine = { baseUrl: origin, apiKey: KEY }
  const table: [string, object][] = [
    ["baseUrl", { baseUrl: "" }],
    ["baseUrl", { baseUrl: "pay.example.com" }],
    ["baseUrl", { baseUrl: "ftp://pay.example.com" }],
    ["baseUrl", { baseUrl: "https://user:secret@pay.example.com" }],
    ["baseUrl", { baseUrl: "https://pay.example.com/v1?x=1" }],
    ["apiKey", { apiKey: "" }],
    ["apiKey", { apiKey: "two words" }],
    ["apiKey", { apiKey: undefined }],
    ["maxRetries", { maxRetries: -1 }],
    ["maxRetries", { maxRetries: 1.5 }],
    ["timeoutMs", { timeoutMs: 0 }],
    ["timeoutMs", { timeoutMs: 2 ** 31 }],
    ["retryWaitMs", { retryWaitMs: 0 }],
  ]
  for (const [name, over] of table) {
    const made = () => createCaudal({ ...fine, ...over })
    assert.throws(made, { name: "TypeError", message: new RegExp(`^${name} must be `) })
  }
})
