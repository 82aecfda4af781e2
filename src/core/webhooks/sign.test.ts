/** Our signatures satisfy the reference implementation of Standard Webhooks. */
import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { test } from "node:test"
import { Webhook } from "standardwebhooks"
import { newWebhookSecret, parseWebhookSecret, signStandard, standardHeaders } from "./sign.ts"

const key = Buffer.alloc(32, 7)
// The reference implementation compares with the real clock.
const atSeconds = Math.floor(performance.timeOrigin / 1_000)

test("a known message has the known signature", () => {
  // The example of the specification's own libraries.
  const header = signStandard({
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    atSeconds: 1_614_265_330,
    body: '{"test": 2432232314}',
    secrets: [Buffer.from("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "base64")],
  })
  assert.equal(header, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
})

test("the reference implementation accepts text and bytes of every kind", () => {
  const bodies = ["{}", '{"a":"ñ 💧"}', "[1, 2]", `"${"x".repeat(100_000)}"`]
  for (const body of bodies) {
    const verifier = new Webhook(newWebhookSecret(key))
    for (const form of [body, Buffer.from(body)]) {
      const headers = standardHeaders({ id: "evt_1", atSeconds, body: form, secrets: [key] })
      assert.deepEqual(verifier.verify(body, headers), JSON.parse(body))
    }
  }
})

test("while a secret is replaced both the old and the new one verify", () => {
  const old = randomBytes(24)
  const headers = standardHeaders({ id: "evt_1", atSeconds, body: "{}", secrets: [key, old] })
  assert.match(headers["webhook-signature"]!, /^v1,\S{44} v1,\S{44}$/)
  for (const secret of [key, old]) {
    assert.doesNotThrow(() => new Webhook(newWebhookSecret(secret)).verify("{}", headers))
  }
  const stranger = new Webhook(newWebhookSecret(randomBytes(24)))
  assert.throws(() => stranger.verify("{}", headers))
})

test("a change of id, time or body breaks the signature", () => {
  const headers = standardHeaders({ id: "evt_1", atSeconds, body: "{}", secrets: [key] })
  const verifier = new Webhook(newWebhookSecret(key))
  assert.throws(() => verifier.verify("{ }", headers))
  assert.throws(() => verifier.verify("{}", { ...headers, "webhook-id": "evt_2" }))
  const later = { ...headers, "webhook-timestamp": String(atSeconds + 1) }
  assert.throws(() => verifier.verify("{}", later))
})

test("what could make two messages sign alike is refused", () => {
  const good = { id: "a", atSeconds: 1, body: "", secrets: [key] }
  for (const id of ["", "a.1", "a\n", "é", "x".repeat(201)]) {
    assert.throws(() => signStandard({ ...good, id }), RangeError, id)
  }
  assert.throws(() => signStandard({ ...good, atSeconds: 1.5 }), RangeError)
  assert.throws(() => signStandard({ ...good, atSeconds: -1 }), RangeError)
  assert.throws(() => signStandard({ ...good, secrets: [] }), RangeError)
})

test("secrets are written and read back, and other texts are not secrets", () => {
  for (const size of [24, 25, 32, 64]) {
    const bytes = randomBytes(size)
    assert.deepEqual(parseWebhookSecret(newWebhookSecret(bytes)), bytes)
  }
  for (const size of [0, 23, 65]) {
    assert.throws(() => newWebhookSecret(randomBytes(size)), RangeError)
    assert.equal(parseWebhookSecret(`whsec_${randomBytes(size).toString("base64")}`), null)
  }
  const base64 = key.toString("base64")
  for (const text of [base64, `WHSEC_${base64}`, `whsec_ ${base64}`, `whsec_${base64}!`, ""]) {
    assert.equal(parseWebhookSecret(text), null, text)
  }
})
