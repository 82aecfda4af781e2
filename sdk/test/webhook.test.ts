/** Webhooks are believed when they are the gateway's and new, and never otherwise. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Webhook } from "standardwebhooks"
import { newWebhookSecret, standardHeaders } from "../../src/core/webhooks/sign.ts"
import { verifyWebhook, WebhookError, type WebhookOptions } from "../src/index.ts"

const at = 1_767_621_600
const now: WebhookOptions = { nowMs: at * 1_000 }
const body = JSON.stringify({ id: "evt_1", type: "payment.approved", data: { object: { ñ: "€" } } })
const keys = [1, 2, 3].map((byte) => Buffer.alloc(32, byte))
const [secret, next, foreign] = keys.map(newWebhookSecret) as [string, string, string]
const signed = (over: object = {}) =>
  standardHeaders({ id: "del_1", atSeconds: at, body, secrets: keys.slice(0, 1), ...over })

test("a message of the gateway's is read, in whatever form it is handed over", async () => {
  const headers = signed()
  const capitals = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
  )
  for (const each of [headers, capitals, new Headers(headers), new Map(Object.entries(headers))]) {
    for (const text of [body, Buffer.from(body), new TextEncoder().encode(body)]) {
      const message = await verifyWebhook(text, each, secret, now)
      assert.equal(message.type, "payment.approved")
    }
  }
})

test("while a secret is replaced, either side may have both", async () => {
  const both = signed({ secrets: [keys[1], keys[0]] })
  for (const secrets of [secret, next, [foreign, next], [secret, next]]) {
    await verifyWebhook(body, both, secrets, now)
  }
  await verifyWebhook(body, signed(), [next, secret], now)
})

test("it agrees with the reference library", async () => {
  const reference = new Webhook(secret)
  const date = new Date(at * 1_000)
  const headers = { ...signed(), "webhook-signature": reference.sign("del_1", date, body) }
  await verifyWebhook(body, headers, secret, now)
})

test("whatever was changed, missing or is old is told apart and refused", async () => {
  const headers = signed()
  const without = (name: string) => ({ ...headers, [name]: undefined })
  const [, signature] = headers["webhook-signature"]!.split(",")
  const flipped = `v1,${signature!.startsWith("A") ? "B" : "A"}${signature!.slice(1)}`
  const table: [flaw: string, body: string, headers: object, options?: WebhookOptions][] = [
    ["signature_wrong", body.replace("approved", "declined"), headers],
    ["signature_wrong", `${body} `, headers],
    ["signature_wrong", body, { ...headers, "webhook-id": "del_2" }],
    ["signature_wrong", body, { ...headers, "webhook-timestamp": String(at + 1) }],
    ["signature_wrong", body, { ...headers, "webhook-signature": flipped }],
    ["signature_wrong", body, { ...headers, "webhook-signature": `v1,${signature!.slice(0, 20)}` }],
    ["signature_wrong", body, { ...headers, "webhook-signature": `v2,${signature}` }],
    ["signature_wrong", body, { ...headers, "webhook-signature": "v1,*** v1, v1" }],
    ["signature_wrong", body, signed({ secrets: [keys[2]] })],
    ["header_missing", body, without("webhook-id")],
    ["header_missing", body, without("webhook-timestamp")],
    ["header_missing", body, without("webhook-signature")],
    ["header_missing", body, { ...headers, "webhook-id": ["del_1", "del_2"] }],
    ["timestamp_wrong", body, headers, { nowMs: (at + 301) * 1_000 }],
    ["timestamp_wrong", body, headers, { nowMs: (at - 301) * 1_000 }],
    ["timestamp_wrong", body, headers, { nowMs: (at + 11) * 1_000, toleranceSeconds: 10 }],
    ["timestamp_wrong", body, { ...headers, "webhook-timestamp": "1e9" }],
    ["timestamp_wrong", body, { ...headers, "webhook-timestamp": "-1" }],
  ]
  for (const [flaw, text, given, options = now] of table) {
    const verified = verifyWebhook(text, given as Record<string, string>, secret, options)
    await assert.rejects(verified, (error: unknown) => {
      assert.ok(error instanceof WebhookError)
      assert.equal(error.flaw, flaw, JSON.stringify(given))
      assert.ok(!error.message.includes(secret) && !String(error.stack).includes(secret))
      return true
    })
  }
  const lenient = { nowMs: (at + 301) * 1_000, toleranceSeconds: 600 }
  await verifyWebhook(body, headers, secret, lenient)
})

test("what is signed and no message of this API is told as such", async () => {
  for (const junk of ["", "[]", "null", '"x"', "{}", "{", "\ufffd\ufffe"]) {
    const headers = signed({ body: junk })
    await assert.rejects(verifyWebhook(junk, headers, secret, now), { flaw: "body_unreadable" })
  }
  const bad = Buffer.from([0x7b, 0xff, 0x7d])
  const headers = signed({ body: bad })
  await assert.rejects(verifyWebhook(bad, headers, secret, now), { flaw: "body_unreadable" })
})

test("what is no secret is refused without being repeated", async () => {
  for (const wrong of ["", "whsec_", "whsec_***", "hush", secret.slice(6)]) {
    await assert.rejects(verifyWebhook(body, signed(), wrong, now), (error: Error) => {
      assert.equal(error.name, "TypeError")
      assert.ok(wrong === "" || wrong === "whsec_" || !error.message.includes(wrong))
      return true
    })
  }
  await assert.rejects(verifyWebhook(body, signed(), [], now), TypeError)
})
