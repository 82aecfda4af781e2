/** Palomma Pay as a shop's plugin uses it: a link, what is told about it, and the way back. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { returnUrl } from "../../src/checkout/purpose.ts"
import { isRefusal, type Payment, REASONS, STATES } from "../../src/core/index.ts"
import { createBody, statusOf } from "../../src/dialects/palomma-pay/wire.ts"
import { ask, startGateway } from "../support/gateway.ts"
import { open } from "../support/page.ts"
import { isPalommas, readTold, type Told } from "../support/shop.ts"

const gateway = await startGateway({ after })
const { core, credentials, database, receiver } = gateway
const { baseUrl, privateKey, integrityKey } = credentials.palommaPay
const base = `${baseUrl}/payment-requests`
const merchant = (await core.merchants.findByName("Demo"))!

/** As the plugin sends them: the key without a word before it. */
const HEADERS = {
  authorization: privateKey!,
  accept: "application/json",
  "content-type": "application/json; charset=utf-8",
}

async function create(over: object = {}): Promise<{ id: string; payment_url: string }> {
  const body = { amount_cents: 1_250_000, description: "Pedido 1009", ...over }
  const answer = await ask("POST", base, { body, headers: HEADERS })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body
}

async function read(id: string) {
  return (await ask("GET", `${base}/${id}`, { headers: HEADERS })).body
}

/** How many messages were written for the shop about a request, in the commits of its changes. */
async function countTold(id: string): Promise<number> {
  const { rows } = await database.query(
    `select 1 from deliveries d join events e on e.id = d.event_id
join endpoints p on p.id = d.endpoint_id where p.dialect = 'palomma-pay' and e.subject_id = $1`,
    [id],
  )
  return rows.length
}

function told(id: string): Told[] {
  return receiver.received
    .filter(isPalommas)
    .map(({ body }) => readTold(body, integrityKey!))
    .filter((each) => each.id === id)
}

test("what PHP makes of a shop's order is a request", async () => {
  const orders: [body: string, cents: number, description: string][] = [
    [
      String.raw`{"amount_cents":1250000.0,"description":"{\"customer_id\":7,\"transaction_id\":\"wc_1009\"}","redirect_url":"https:\/\/tienda.example\/finalizar\/order-received\/1009\/?key=wc_order_Ab3&utm_nooverride=1"}`,
      1_250_000,
      '{"customer_id":7,"transaction_id":"wc_1009"}',
    ],
    [
      String.raw`{"amount_cents":5.0e+5,"description":"Pedido \u00d1 \ud83d\udca7","ttl":900.0,"user_information":{"first_name":"Ana","last_name":"","document_type":"","email":null}}`,
      500_000,
      "Pedido Ñ 💧",
    ],
  ]
  for (const [body, cents, description] of orders) {
    const answer = await ask("POST", base, { body, headers: HEADERS })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    assert.equal(answer.body.payment_url, `${gateway.url}/pay/?transaccion=${answer.body.id}`)
    const now = await read(answer.body.id)
    assert.deepEqual([now.amount_cents, now.description], [cents, description])
    assert.equal((await open(answer.body.payment_url)).status, 200)
  }
})

test("the curl of the guide makes a request of every field", async () => {
  const guide = readFileSync(
    join(import.meta.dirname, "../../docs/dialects/palomma-pay.md"),
    "utf8",
  )
  const [, url, body] = /^curl -X POST (\S+)[\s\S]*? -d '([^']*)'$/m.exec(guide)!
  const sent = [...guide.matchAll(/^ {2}-H '([^:]+): ([^']+)'/gm)].map(([, name, value]) => {
    return [name!.toLowerCase(), value!.replace("<privateKey>", privateKey!)] as const
  })
  const headers = Object.fromEntries(sent)
  assert.deepEqual(Object.keys(headers), ["content-type", "authorization"])
  assert.deepEqual(Object.keys(JSON.parse(body!)), Object.keys(createBody.shape))
  const answer = await ask("POST", gateway.url + new URL(url!).pathname, { body, headers })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
})

test("no refusal looks like a link to whoever reads no status", async () => {
  const rows: [body: unknown, headers?: Record<string, string>][] = [
    // 19,999.99 pesos, computed in floating point.
    ['{"amount_cents":1999998.9999999998}'],
    [{ amount_cents: 100 }],
    [{ amount_cents: 1_250_000, redirect_url: "tienda.example" }],
    [{ amount_cents: 1_250_000 }, { authorization: "" }],
    [{ amount_cents: 1_250_000 }, { "content-type": "text/plain" }],
    ["amount_cents=1250000"],
    [""],
  ]
  for (const [body, headers] of rows) {
    const answer = await ask("POST", base, { body, headers: { ...HEADERS, ...headers } })
    assert.ok(answer.status >= 400, JSON.stringify([body, answer.status]))
    assert.deepEqual(Object.keys(answer.body), ["message"])
  }
})

type Step = (payment: Payment) => Promise<unknown>

const simulate =
  (outcome: string, reason?: string): Step =>
  async ({ id }) => {
    const { baseUrl: native, apiKey } = credentials.caudal
    const answer = await ask("POST", `${native}/payments/${id}/simulate`, {
      headers: { authorization: `Bearer ${apiKey}` },
      body: { outcome, ...(reason ? { reason } : {}) },
    })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
  }

/** A try by an account whose last two digits say what its bank does; waits until it did. */
const tryFrom =
  (digits: string, becomes: string): Step =>
  async (payment) => {
    const target = { accountNumber: `12345678${digits}` }
    const opened = await core.pay.open(merchant, payment, { method: "bank", target })
    assert.ok(!isRefusal(opened))
    const giveUpAt = performance.now() + 10_000
    for (;;) {
      const attempts = await core.payments.attempts(payment.id)
      if (attempts.at(-1)!.state === becomes) return
      assert.ok(performance.now() < giveUpAt, `the attempt is ${attempts.at(-1)!.state}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

const sendTokens: Step = async (payment) =>
  assert.ok(!isRefusal(await core.pay.open(merchant, payment, { method: "crypto", target: {} })))
const cancelByMerchant: Step = ({ id }) => ask("POST", `${base}/${id}/cancel`, { headers: HEADERS })
const cancelByPayer: Step = ({ id: paymentId, merchantId }) =>
  core.pay.end({ paymentId, merchantId, how: { kind: "cancel", by: "payer" } })
const refund: Step = async ({ id }) => {
  const payment = (await core.payments.findByLink(id))!
  assert.ok(!isRefusal(await core.pay.refund(payment, 100n, null)))
}

test("a shop is told each change of what a read says, and nothing else", async () => {
  const expired = ["REJECTED", "EXPIRED"]
  const rows: [what: string, steps: Step[], told: (string | null)[][]][] = [
    ["paid", [simulate("approved")], [["APPROVED", null]]],
    ["paid, and a part of it given back", [simulate("approved"), refund], [["APPROVED", null]]],
    ["a declined try", [tryFrom("01", "declined")], []],
    ["a bank that is down", [tryFrom("07", "declined")], []],
    ["a bank at work", [tryFrom("09", "open")], []],
    [
      "a declined try, and one that succeeds",
      [tryFrom("02", "declined"), tryFrom("99", "settled")],
      [["APPROVED", null]],
    ],
    [
      "a bank at work that says yes, and takes it back",
      [tryFrom("09", "open"), simulate("approved"), simulate("returned", "returned_by_bank")],
      [
        ["APPROVED", null],
        ["REJECTED", "RETURNED"],
      ],
    ],
    ["expired", [simulate("expired")], [expired]],
    [
      "expired, and paid after all",
      [sendTokens, simulate("expired"), simulate("approved")],
      [expired, ["APPROVED", null]],
    ],
    ["left by its payer", [cancelByPayer, cancelByPayer], [["REJECTED", "CUSTOMER_CANCELLATION"]]],
    [
      "called off by the shop, twice",
      [cancelByMerchant, cancelByMerchant],
      [["REJECTED", "MERCHANT_CANCELLATION"]],
    ],
  ]
  const expected = new Map<string, { what: string; told: (string | null)[][] }>()
  for (const [what, steps, all] of rows) {
    const { id } = await create({ ttl: 900 })
    const payment = (await core.payments.findByLink(id))!
    let before = await read(id)
    for (const step of steps) {
      const count = await countTold(id)
      await step(payment)
      const now = await read(id)
      const changed = now.status !== before.status || now.status_reason !== before.status_reason
      assert.equal((await countTold(id)) - count, changed ? 1 : 0, what)
      before = now
    }
    assert.equal(await countTold(id), all.length, what)
    expected.set(id, { what, told: all })
  }
  for (const [id, { what, told: all }] of expected) {
    for (const [status] of all) {
      await receiver.next(
        (each) =>
          isPalommas(each) &&
          readTold(each.body, integrityKey!).id === id &&
          readTold(each.body, integrityKey!).status === status,
      )
    }
    const heard = told(id).sort((a, b) => a.updated_at.localeCompare(b.updated_at))
    assert.deepEqual(
      heard.map((each) => [each.status, each.status_reason]),
      all,
      what,
    )
    const last = heard.at(-1)
    if (!last) continue
    const { updated_at, ...same } = last
    const now = await read(id)
    for (const [name, value] of Object.entries(same)) assert.deepEqual(value, now[name], name)
    // What the shop need not hear of, such as a refund, moves it on.
    assert.ok(updated_at <= now.updated_at, what)
    assert.deepEqual(Object.keys(last), [
      "id",
      "status",
      "status_reason",
      "amount_cents",
      "description",
      "updated_at",
    ])
  }
})

test("a request that nobody looks at expires within two seconds", async () => {
  const { id } = await create({ ttl: 1 })
  await receiver.next((each) => isPalommas(each) && readTold(each.body, integrityKey!).id === id)
  const { expires_at, updated_at, status_reason } = await read(id)
  assert.equal(status_reason, "EXPIRED")
  const lateMs = Date.parse(updated_at) - Date.parse(expires_at)
  assert.ok(lateMs >= 0 && lateMs < 2_000, `${lateMs} ms`)
})

test("the way back keeps the shop's own address, and says how it ended", async () => {
  const rows: [redirect: string | null, back: string | null][] = [
    [null, null],
    ["https://tienda.example", "https://tienda.example/?"],
    ["https://tienda.example/gracias?", "https://tienda.example/gracias?"],
    ["https://tienda.example/?a=1&a=2", "https://tienda.example/?a=1&a=2&"],
    [
      "https://tienda.example/?q=a+b%20c&x=%C3%B1&y",
      "https://tienda.example/?q=a+b%20c&x=%C3%B1&y&",
    ],
    [
      "https://tienda.example/?estado=X&transaccion=1",
      "https://tienda.example/?estado=X&transaccion=1&",
    ],
    ["https://ñandú.example/ñ", "https://xn--and-6ma2c.example/%C3%B1?"],
    ["http://localhost:3000/x", "http://localhost:3000/x?"],
    ['https://tienda.example/"><b>', "https://tienda.example/%22%3E%3Cb%3E?"],
    [`https://a.example/${"x".repeat(2_030)}`, `https://a.example/${"x".repeat(2_030)}?`],
  ]
  for (const fragment of ["", "#fin?x=1"]) {
    for (const [redirect, back] of rows) {
      if (fragment !== "" && (redirect === null || redirect.length > 2_000)) continue
      const redirect_url = redirect && redirect + fragment
      const { id, payment_url } = await create({ redirect_url })
      await ask("POST", `${base}/${id}/cancel`, { headers: HEADERS })
      const { html } = await open(payment_url)
      const links = [...html.matchAll(/href="([^"]*transaccion=[^"]*estado=[^"]*)"/g)]
      const found = links.map(([, href]) => href!.replaceAll("&amp;", "&"))
      const added = `transaccion=${id}&estado=REJECTED${fragment}`
      assert.deepEqual(found, back === null ? [] : [back + added], html)
    }
  }
})

test("the way back names the same status as a read, however it ended", () => {
  for (const state of STATES) {
    for (const reason of REASONS) {
      const payment = { id: "x", state, reason } as Payment
      const url = new URL(returnUrl("https://tienda.example", payment)!)
      assert.equal(url.searchParams.get("estado"), statusOf(payment).status, `${state} ${reason}`)
    }
  }
})
