/** Caudal's own API: what it lists, does and tells, of the payments of every dialect. */
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { after, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { promisify } from "node:util"
import { Webhook } from "standardwebhooks"
import type { DialectName, Outcome } from "../../src/core/index.ts"
import type { Simulator } from "../../src/rails/simulator/index.ts"
import { ask, startGateway, startReceiver } from "../support/gateway.ts"
import { addMerchant } from "../support/merchant.ts"
import { demoClient } from "../support/tapila.ts"

const gateway = await startGateway({ after })
const { core, credentials } = gateway
const { baseUrl: base, apiKey: key = "" } = credentials.caudal
const merchant = (await core.merchants.findByName("Demo"))!
const simulator = core.rails.get("simulator") as Simulator

function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  return ask(method, base + path, { body, headers: { authorization: `Bearer ${key}`, ...headers } })
}

type Answer = Awaited<ReturnType<typeof ask>>

function assertProblem(answer: Answer, status: number, code: string): void {
  assert.equal(answer.status, status, JSON.stringify(answer.body))
  assert.equal(answer.headers.get("content-type"), "application/problem+json; charset=utf-8")
  const { type, title, detail, request_id: requestId, ...rest } = answer.body
  assert.equal(type, `urn:caudal:problem:${code}`)
  assert.ok(title.length > 3 && detail.length > 3)
  assert.equal(requestId, answer.headers.get("x-request-id"))
  assert.equal(rest.status, status)
  assert.equal(rest.code, code)
}

let made = 0

/** Payments that wait, one for each dialect that can make one: by the vendors' own calls. */
const WAITING: Readonly<Record<string, () => Promise<string>>> = {
  async caudal() {
    const answer = await call("POST", "/payments", { amount: "2550", asset: "COP" })
    return answer.body.dialect_id
  },
  async pentagoo() {
    const { baseUrl, key: own, secret } = credentials.pentagoo
    made += 1
    const answer = await ask("POST", `${baseUrl}/api/payment/create`, {
      headers: { oauth: `${own}:${secret}` },
      body: { refId: `ORD-${made}`, description: "2 x cafe", amount: "25.50" },
    })
    return answer.body.paymentId
  },
  async "palomma-pay"() {
    const { baseUrl, privateKey } = credentials.palommaPay
    const answer = await ask("POST", `${baseUrl}/payment-requests`, {
      headers: { authorization: privateKey! },
      body: {
        amount_cents: 500_000,
        description: "Pedido 1009",
        redirect_url: "https://tienda.example",
      },
    })
    return answer.body.id
  },
  async "palomma-direct-debit"() {
    const { baseUrl, apiKey } = credentials.palommaDirectDebit
    const post = async (path: string, body: object) => {
      const headers = { authorization: `Bearer ${apiKey}` }
      const answer = await ask("POST", baseUrl + path, { headers, body })
      assert.equal(answer.status, 201, JSON.stringify(answer.body))
      return answer.body.id as string
    }
    const person = { name: "Ana Ruiz", documentType: "cc", documentNumber: "1020304050" }
    const customerId = await post("/customers", { ...person, email: "ana@example.test" })
    const account = { bank: "bancolombia", accountType: "savings", accountNumber: "12345609" }
    const about = { customerId, type: "bankAccount", ...account }
    const paymentMethodId = await post("/paymentMethods", about)
    for (;;) {
      const instrument = await core.instruments.find(merchant.id, paymentMethodId)
      if (instrument?.state === "active") break
      await sleep(10)
    }
    const id = await post("/paymentRequests", { paymentMethodId, amount: 45_000 })
    while ((await core.payments.find(merchant.id, id))?.state !== "processing") await sleep(10)
    return id
  },
  async tapila() {
    const client = await demoClient(gateway)
    made += 1
    const identifierValue = `11${String(made).padStart(6, "0")}09`
    // It is answered when the recharge is settled or patience ends, which nobody here waits for.
    const externalPaymentId = `pay-${made}`
    void client.recharge({ identifierValue, externalPaymentId, amount: 1_500 }).catch(() => {})
    for (;;) {
      const found = await core.payments.findByReference(merchant.id, "tapila", externalPaymentId)
      if (found?.state === "processing") return found.id
      await sleep(10)
    }
  },
}

/** Ends a payment that would wait: a recharge keeps its caller, and so the gateway, waiting. */
async function end(id: string): Promise<void> {
  await call("POST", `/payments/${id}/simulate`, { outcome: "declined" })
}

/** A payment of Palomma Pay that was approved over a bank, which can be given back. */
async function approved(): Promise<string> {
  const id = await WAITING["palomma-pay"]!()
  const answer = await call("POST", `/payments/${id}/simulate`, { outcome: "approved" })
  assert.equal(answer.body.state, "approved", JSON.stringify(answer.body))
  return answer.body.id
}

test("the command that the start prints works as it stands", async () => {
  const { curl } = gateway.sandbox.find(({ dialect }) => dialect === "caudal")!
  const { stdout } = await promisify(execFile)("sh", ["-c", curl])
  assert.equal(JSON.parse(stdout).object, "list", stdout)
})

test("a payment of each dialect is found by its own id and by the prefixed one", async () => {
  for (const [dialect, make] of Object.entries(WAITING)) {
    const id = await make()
    const byVendorId = await call("GET", `/payments/${id}`)
    assert.equal(byVendorId.status, 200, JSON.stringify(byVendorId.body))
    assert.equal(byVendorId.body.dialect, dialect)
    assert.equal(byVendorId.body.dialect_id, id)
    assert.equal(byVendorId.body.id, `pay_${id.replaceAll("-", "")}`)
    const byOurs = await call("GET", `/payments/${byVendorId.body.id}`)
    assert.deepEqual(byOurs.body, byVendorId.body)
    await end(id)
  }
})

test("a list comes in pages that together hold each payment once, newest first", async () => {
  for (let count = 0; count < 5; count += 1) await WAITING["palomma-pay"]!()
  const filter = "dialect=palomma-pay&state=pending&state=approved"
  const whole = (await call("GET", `/payments?${filter}&limit=100`)).body
  assert.equal(whole.has_more, false)
  assert.equal(whole.next_cursor, null)
  const ids: string[] = []
  let query = `${filter}&limit=2`
  for (;;) {
    const { status, body } = await call("GET", `/payments?${query}`)
    assert.equal(status, 200)
    assert.ok(body.data.length <= 2)
    ids.push(...body.data.map((each: { id: string }) => each.id))
    assert.equal(body.has_more, body.next_cursor !== null)
    if (!body.has_more) break
    query = `${filter}&limit=2&cursor=${body.next_cursor}`
  }
  assert.deepEqual(
    ids,
    whole.data.map((each: { id: string }) => each.id),
  )
  assert.deepEqual(ids, [...ids].sort().reverse())
})

test("filters find what they name and nothing else", async () => {
  const id = await WAITING["pentagoo"]!()
  const payment = (await call("GET", `/payments/${id}`)).body
  const { body } = await call("GET", `/payments?reference=${payment.reference}`)
  assert.deepEqual(
    body.data.map((each: { id: string }) => each.id),
    [payment.id],
  )
  const declined = await call("GET", "/payments?state=declined&dialect=pentagoo")
  assert.deepEqual(declined.body.data, [])
  const debit = await WAITING["palomma-direct-debit"]!()
  const { customer } = (await call("GET", `/payments/${debit}`)).body
  const theirs = (await call("GET", `/payments?customer=${customer}`)).body.data
  assert.deepEqual(
    theirs.map((each: { dialect_id: string }) => each.dialect_id),
    [debit],
  )
})

const BAD_QUERIES: [path: string, field: string | undefined][] = [
  ["/payments?limit=0", "limit"],
  ["/payments?limit=101", "limit"],
  ["/payments?limit=ten", "limit"],
  ["/payments?limit=1&limit=2", "limit"],
  ["/payments?cursor=nonsense", "cursor"],
  ["/payments?cursor=evt_0198b0a0000040008000000000000001", "cursor"],
  ["/payments?state=aproved", "state"],
  ["/payments?state=", "state"],
  ["/payments?dialect=stripe", "dialect"],
  ["/payments?reference=", "reference"],
  ["/payments?customer=1", "customer"],
  ["/payments?stat=approved", undefined],
  ["/payments?__proto__=1", undefined],
  ["/events?subject=1", "subject"],
  ["/deliveries?limit=-1", "limit"],
]
for (const [path, field] of BAD_QUERIES) {
  test(`${path} is refused by its name`, async () => {
    const answer = await call("GET", path)
    assertProblem(answer, 400, "request_invalid")
    assert.equal(answer.body.field, field)
    assert.doesNotMatch(answer.body.detail, /invalid input/)
  })
}

/** What each dialect's waiting payment becomes; null where that can't happen to it. */
const OUTCOMES: Readonly<Record<string, Readonly<Record<Outcome, string | null>>>> = {
  // The payer of a link may choose again after a decline.
  caudal: {
    approved: "approved",
    declined: "pending",
    expired: "expired",
    cancelled: "cancelled",
    returned: null,
  },
  pentagoo: {
    approved: "approved",
    declined: "pending",
    expired: "expired",
    cancelled: "cancelled",
    returned: null,
  },
  "palomma-pay": {
    approved: "approved",
    declined: "pending",
    expired: "expired",
    cancelled: "cancelled",
    returned: null,
  },
  // A bank or an operator has these already: it gives them up, with what was told as its reason.
  "palomma-direct-debit": {
    approved: "approved",
    declined: "declined",
    expired: "declined",
    cancelled: "declined",
    returned: null,
  },
  tapila: {
    approved: "approved",
    declined: "declined",
    expired: "declined",
    cancelled: "declined",
    returned: null,
  },
}
for (const [dialect, outcomes] of Object.entries(OUTCOMES)) {
  test(`a payment of ${dialect} ends as it is told to`, async () => {
    for (const [outcome, state] of Object.entries(outcomes)) {
      const id = await WAITING[dialect]!()
      const before = (await call("GET", `/payments/${id}`)).body
      const answer = await call("POST", `/payments/${id}/simulate`, { outcome })
      const now = (await call("GET", `/payments/${id}`)).body
      if (state === null) {
        assert.equal(answer.status, 409, `${outcome}: ${JSON.stringify(answer.body)}`)
        assert.deepEqual(now, before)
        await end(id)
        continue
      }
      assert.equal(answer.status, 200, `${outcome}: ${JSON.stringify(answer.body)}`)
      assert.equal(answer.body.state, state, outcome)
      const { attempts, refunds, sightings, ...plain } = now
      assert.deepEqual(plain, answer.body)
      assert.deepEqual(refunds, [])
      assert.deepEqual(sightings, [])
      for (const attempt of attempts) {
        const moved = simulator.books.moved(attemptId(attempt.id))
        assert.equal(moved, state === "approved" ? 1 : 0, `${outcome}: ${attempt.id}`)
      }
    }
  })
}

function attemptId(id: string): string {
  return id.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")
}

test("a reason that is told is the reason that is kept", async () => {
  const id = await WAITING["palomma-direct-debit"]!()
  const body = { outcome: "declined", reason: "account_blocked" }
  const answer = await call("POST", `/payments/${id}/simulate`, body)
  assert.equal(answer.body.reason, "account_blocked")
})

test("bank money is returned once, and token money or a recharge never", async () => {
  const id = await approved()
  const returned = await call("POST", `/payments/${id}/simulate`, { outcome: "returned" })
  assert.equal(returned.body.state, "returned")
  assert.equal(returned.body.reason, "returned_by_bank")
  const again = await call("POST", `/payments/${id}/simulate`, { outcome: "returned" })
  assertProblem(again, 409, "simulation_not_possible")
  for (const dialect of ["pentagoo", "tapila"]) {
    const other = await WAITING[dialect]!()
    await call("POST", `/payments/${other}/simulate`, { outcome: "approved" })
    const answer = await call("POST", `/payments/${other}/simulate`, { outcome: "returned" })
    assertProblem(answer, 409, "simulation_not_possible")
  }
})

const BAD_SIMULATIONS: [body: unknown, field: string | undefined][] = [
  [{}, "outcome"],
  [{ outcome: "won" }, "outcome"],
  [{ outcome: 1 }, "outcome"],
  [{ outcome: "declined", reason: "bad luck" }, "reason"],
  [{ outcome: "declined", because: "x" }, undefined],
  [[], undefined],
  ["null", undefined],
]
test("a simulation that can't be understood changes nothing", async () => {
  const id = await WAITING["palomma-pay"]!()
  for (const [body, field] of BAD_SIMULATIONS) {
    const answer = await call("POST", `/payments/${id}/simulate`, body)
    assertProblem(answer, 400, "request_invalid")
    assert.equal(answer.body.field, field, JSON.stringify(body))
  }
  assert.equal((await call("GET", `/payments/${id}`)).body.version, 1)
})

test("a payment that waits is cancelled, twice the same; one that ended is not", async () => {
  const id = await WAITING["palomma-pay"]!()
  const cancelled = await call("POST", `/payments/${id}/cancel`)
  assert.equal(cancelled.status, 200)
  assert.equal(cancelled.body.state, "cancelled")
  assert.equal(cancelled.body.reason, "cancelled_by_merchant")
  // A client may send the header of a body without one, or an empty object.
  const json = { "content-type": "application/json" }
  assert.deepEqual(
    (await call("POST", `/payments/${id}/cancel`, undefined, json)).body,
    cancelled.body,
  )
  assert.deepEqual((await call("POST", `/payments/${id}/cancel`, {})).body, cancelled.body)
  assertProblem(await call("POST", `/payments/${id}/cancel`, { why: "x" }), 400, "request_invalid")
  const done = await approved()
  assertProblem(await call("POST", `/payments/${done}/cancel`), 409, "payment_not_open")
})

async function balanceOf(asset: string) {
  const { body } = await call("GET", "/balances")
  return body.data.find((each: { asset: string }) => each.asset === asset)
}

test("a refund is reserved at once, sent, and never more than there was", async () => {
  const id = await approved()
  const before = await balanceOf("COP")
  const part = await call("POST", `/payments/${id}/refunds`, { amount: "200000" })
  assert.equal(part.status, 201, JSON.stringify(part.body))
  assert.deepEqual(
    [part.body.object, part.body.payment, part.body.amount, part.body.asset, part.body.state],
    ["refund", id, "200000", "COP", "pending"],
  )
  const tooMuch = await call("POST", `/payments/${id}/refunds`, { amount: "300001" })
  assertProblem(tooMuch, 409, "refund_too_large")
  const rest = await call("POST", `/payments/${id}/refunds`)
  assert.equal(rest.body.amount, "300000")
  assertProblem(await call("POST", `/payments/${id}/refunds`), 409, "refund_too_large")
  const states = await until(async () => {
    const { body } = await call("GET", `/payments/${id}`)
    const all: string[] = body.refunds.map((each: { state: string }) => each.state)
    return all.every((state) => state === "confirmed") ? all : null
  })
  assert.equal(states.length, 2)
  const { available, held } = await balanceOf("COP")
  assert.equal(BigInt(before.available) - BigInt(available), 500_000n)
  assert.equal(held, before.held)
  const { body } = await call("GET", `/payments/${id}`)
  assert.equal(body.refunded, body.captured)
  for (const attempt of body.attempts) {
    assert.equal(simulator.books.moved(attemptId(attempt.id)), 1, attempt.kind)
  }
})

test("what can't be given back is refused with why", async () => {
  const waiting = await WAITING["palomma-pay"]!()
  assertProblem(await call("POST", `/payments/${waiting}/refunds`), 409, "refund_not_possible")
  for (const dialect of ["pentagoo", "tapila"]) {
    const id = await WAITING[dialect]!()
    await call("POST", `/payments/${id}/simulate`, { outcome: "approved" })
    assertProblem(await call("POST", `/payments/${id}/refunds`), 409, "refund_not_possible")
  }
  const id = await approved()
  for (const amount of ["0", "-1", "1.5", "1e3", "", 100, null, "9".repeat(100), {}]) {
    if (amount === null) continue
    const answer = await call("POST", `/payments/${id}/refunds`, { amount })
    assertProblem(answer, 400, "request_invalid")
    assert.equal(answer.body.field, "amount")
  }
  assert.equal((await call("GET", `/payments/${id}`)).body.refunded, "0")
})

test("a refund under an Idempotency-Key is made once, and its answer given again", async () => {
  const id = await approved()
  const refund = (amount: string, idempotencyKey: string) =>
    call("POST", `/payments/${id}/refunds`, { amount }, { "idempotency-key": idempotencyKey })
  const first = await refund("1000", "one")
  assert.equal(first.status, 201)
  assert.deepEqual((await refund("1000", "one")).body, first.body)
  assertProblem(await refund("1001", "one"), 422, "idempotency_conflict")
  assertProblem(await refund("1000", "a b"), 400, "request_invalid")
  // A refusal that the books gave is an answer like others.
  const refused = await refund("999999999", "two")
  assertProblem(refused, 409, "refund_too_large")
  assert.deepEqual((await refund("999999999", "two")).body, refused.body)
  const together = await Promise.all(Array.from({ length: 50 }, () => refund("2000", "three")))
  for (const { status, body } of together) {
    assert.equal(status, 201)
    assert.deepEqual(body, together[0]!.body)
  }
  assert.equal((await call("GET", `/payments/${id}`)).body.refunded, "3000")
})

test("the events of a payment count up without gaps, newest first", async () => {
  const id = await approved()
  await call("POST", `/payments/${id}/simulate`, { outcome: "returned" })
  const { body } = await call("GET", `/events?subject=${id}`)
  const types = body.data.map((each: { type: string }) => each.type)
  const sequence = body.data.map((each: { sequence: number }) => each.sequence)
  assert.deepEqual(types, [
    "payment.returned",
    "payment.approved",
    "payment.attempt_opened",
    "payment.created",
  ])
  assert.deepEqual(sequence, [4, 3, 2, 1])
  assert.equal(body.data[0].details.reason, "returned_by_bank")
  assert.equal(body.data[2].details.method, "bank")
  const page = await call("GET", `/events?subject=${id}&limit=3`)
  const next = await call("GET", `/events?subject=${id}&cursor=${page.body.next_cursor}`)
  assert.deepEqual([...page.body.data, ...next.body.data], body.data)
})

test("an endpoint hears every event of every dialect, signed, with its own headers", async (t) => {
  const receiver = await startReceiver(t)
  const created = await call("POST", "/endpoints", {
    url: receiver.url,
    headers: { "X-Shop-Key": "a secret of theirs" },
  })
  assert.equal(created.status, 201, JSON.stringify(created.body))
  const { secret, ...endpoint } = created.body
  assert.match(secret, /^whsec_/)
  assert.equal(endpoint.dialect, "caudal")
  assert.equal(endpoint.state, "enabled")
  const listed = (await call("GET", "/endpoints")).body.data
  const { last_day: figures, ...first } = listed[0]
  assert.deepEqual(first, endpoint)
  assert.equal(figures.delivered, 0)
  assert.ok(!/whsec_|a secret of theirs/.test(JSON.stringify(listed)))

  for (const [dialect, make] of Object.entries(WAITING)) {
    const id = await make()
    await call("POST", `/payments/${id}/simulate`, { outcome: "approved" })
    const named = `pay_${id.replaceAll("-", "")}`
    const message = await receiver.next(
      ({ body }) => body.includes(named) && body.includes("payment.approved"),
    )
    assert.equal(message.headers["content-type"], "application/json")
    assert.equal(message.headers["x-shop-key"], "a secret of theirs")
    const headers = message.headers as Record<string, string>
    const event = new Webhook(secret).verify(message.body, headers) as Record<string, unknown>
    const { data, ...told } = event
    const shown = await call("GET", `/events?subject=${id}`)
    const listedEvent = shown.body.data.find((each: { id: string }) => each.id === event["id"])
    assert.deepEqual(told, listedEvent)
    const { object } = data as { object: Record<string, unknown> }
    assert.equal(object["dialect"], dialect)
    assert.equal(object["state"], "approved")
    assert.equal(object["version"], event["sequence"])
    const delivery = await until(async () => {
      const { body } = await call("GET", "/deliveries?limit=100")
      const found = body.data.find(
        (each: { webhook_id: string }) => each.webhook_id === headers["webhook-id"],
      )
      return found?.state === "delivered" ? found : null
    })
    assert.equal(delivery.event, event["id"])
    assert.equal(delivery.endpoint, endpoint.id)
    assert.deepEqual([delivery.tries, delivery.last_status], [1, 200])
  }

  const deleted = await call("DELETE", `/endpoints/${endpoint.id}`)
  assert.equal(deleted.status, 200)
  assert.equal(deleted.body.state, "disabled")
  assert.deepEqual((await call("DELETE", `/endpoints/${endpoint.id}`)).body, deleted.body)
  const heard = receiver.received.length
  const quiet = await approved()
  await gateway.receiver.next(({ body }) => body.includes(quiet) && body.includes("approved"))
  assert.equal(receiver.received.length, heard)
})

test("an endpoint of a vendor's dialect hears only that vendor's words", async (t) => {
  const receiver = await startReceiver(t)
  const { body } = await call("POST", "/endpoints", { url: receiver.url, dialect: "pentagoo" })
  assert.equal(body.dialect, "pentagoo")
  await approved()
  const id = await WAITING["pentagoo"]!()
  await call("POST", `/payments/${id}/simulate`, { outcome: "approved" })
  const message = await receiver.next(() => true)
  assert.equal(JSON.parse(message.body).paymentId, id)
  await call("DELETE", `/endpoints/${body.id}`)
})

const BAD_ENDPOINTS: [body: unknown, field: string | undefined][] = [
  [{}, "url"],
  [{ url: 1 }, "url"],
  [{ url: "" }, "url"],
  [{ url: "ftp://shop.example/" }, "url"],
  [{ url: "http://10.0.0.1/hook" }, "url"],
  [{ url: "http://169.254.169.254/latest" }, "url"],
  [{ url: "http://user:pass@shop.example/" }, "url"],
  [{ url: `https://shop.example/${"x".repeat(3_000)}` }, "url"],
  [{ url: "https://shop.example/", dialect: "stripe" }, "dialect"],
  [{ url: "https://shop.example/", headers: { "webhook-id": "x" } }, "headers"],
  [{ url: "https://shop.example/", headers: { "x-a": "\n" } }, "headers.x-a"],
  [{ url: "https://shop.example/", secret: "mine" }, undefined],
]
test("an endpoint that can't be called is refused, and not kept", async () => {
  const before = (await call("GET", "/endpoints")).body.data.length
  for (const [body, field] of BAD_ENDPOINTS) {
    const answer = await call("POST", "/endpoints", body)
    assertProblem(answer, 400, "request_invalid")
    assert.equal(answer.body.field, field, JSON.stringify(body).slice(0, 100))
  }
  assert.equal((await call("GET", "/endpoints")).body.data.length, before)
  assertProblem(await call("DELETE", "/endpoints/ep_1"), 404, "not_found")
})

test("a merchant sees nothing of another's", async () => {
  const own: DialectName[] = ["caudal"]
  const other = await addMerchant(gateway, "Other", own)
  const theirs = { authorization: `Bearer ${other.shown["caudal"]!["apiKey"]}` }
  const id = await approved()
  const { body: endpoints } = await call("GET", "/endpoints")
  const endpoint = endpoints.data[0].id
  const empty = { object: "list", data: [], has_more: false, next_cursor: null }
  for (const path of ["/payments", "/events", "/deliveries", "/balances", "/endpoints"]) {
    const { body } = await call("GET", path, undefined, theirs)
    const looked = path === "/payments" ? { looked_back_to: null } : {}
    assert.deepEqual(body, { ...empty, ...looked }, path)
  }
  assert.deepEqual((await call("GET", `/events?subject=${id}`, undefined, theirs)).body.data, [])
  const table: [method: string, path: string, body: unknown][] = [
    ["GET", `/payments/${id}`, undefined],
    ["POST", `/payments/${id}/cancel`, undefined],
    ["POST", `/payments/${id}/refunds`, {}],
    ["POST", `/payments/${id}/simulate`, { outcome: "returned" }],
    ["DELETE", `/endpoints/${endpoint}`, undefined],
  ]
  for (const [method, path, body] of table) {
    const answer = await call(method, path, body, theirs)
    const unknown = await call(method, path.replace(/_[0-9a-f]{32}/, `_${"0".repeat(32)}`), body)
    assert.equal(answer.status, 404, path)
    assert.deepEqual({ ...answer.body, request_id: "" }, { ...unknown.body, request_id: "" })
  }
  assert.equal((await call("GET", `/payments/${id}`)).body.state, "approved")
})

test("after all of it the books are right", async () => {
  assert.deepEqual(await core.books.verify(), [])
  for (const entry of simulator.books.all()) {
    assert.ok(simulator.books.moved(entry.attemptId) <= 1, entry.attemptId)
  }
})

/** Asks until there is an answer; fails after ten seconds. */
async function until<T>(look: () => Promise<T | null>): Promise<T> {
  const giveUpAt = performance.now() + 10_000
  for (;;) {
    const found = await look()
    if (found !== null) return found
    assert.ok(performance.now() < giveUpAt, "it did not come to pass")
    await sleep(20)
  }
}
