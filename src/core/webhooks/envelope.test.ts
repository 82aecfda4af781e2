/** A try carries what its endpoint and its message want, and a signature of the endpoint's key. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { hostClock, makeIds } from "../../clock.ts"
import { masterKey, openKeyring } from "../seal.ts"
import { SEALED } from "../store/sealed.ts"
import { makeEnvelope } from "./envelope.ts"
import type { Endpoint } from "./event.ts"
import { signStandard } from "./sign.ts"

const ids = makeIds(hostClock())
const keyring = openKeyring(ids, { current: masterKey(Buffer.alloc(32, 7)) })
const now = new Date("2026-01-05T14:00:00.900Z")
const id = ids.next()
const message = { headers: { "x-vendor": "v" }, body: '{"n":"ñ"}' }

const secretOf = (fill: number) => Buffer.alloc(32, fill)

function endpointWith(fill: number, headers: Record<string, string> | null): Endpoint {
  const secret = `whsec_${secretOf(fill).toString("base64")}`
  return {
    id: "the same",
    merchantId: "m",
    dialect: "caudal",
    url: "https://shop.example/hook",
    secretSealed: keyring.seal(secret, SEALED.endpointSecret),
    description: null,
    formerSecretSealed: null,
    formerUntil: null,
    headersSealed: headers && keyring.seal(JSON.stringify(headers), SEALED.endpointHeaders),
    createdAt: now,
    disabledAt: null,
    disabledReason: null,
    pausedAt: null,
  }
}

test("headers of ours, the endpoint's, the message's, and a signature over the exact body", () => {
  const envelope = makeEnvelope(keyring)
  const headers = envelope({
    id,
    endpoint: endpointWith(1, { "x-api-key": "k" }),
    message,
    now,
    at: now,
  })
  const atSeconds = Math.floor(now.getTime() / 1_000)
  assert.deepEqual(headers, {
    "content-type": "application/json",
    "user-agent": "Caudal-Webhooks/1",
    "x-api-key": "k",
    "x-vendor": "v",
    "webhook-id": id,
    "webhook-timestamp": String(atSeconds),
    "webhook-signature": signStandard({
      ...{ id, atSeconds, body: message.body, secrets: [secretOf(1)] },
    }),
  })
})

test("what an endpoint has sealed is opened once, and anew when its row has changed", () => {
  let opened = 0
  const envelope = makeEnvelope({
    unseal(box, context) {
      opened += 1
      return keyring.unseal(box, context)
    },
  })
  const first = endpointWith(1, { "x-api-key": "k" })
  const sign = (endpoint: Endpoint) =>
    envelope({ id, endpoint, message, now, at: now })["webhook-signature"]
  const signature = sign(first)
  // The same row, read once more.
  assert.equal(sign({ ...first, secretSealed: Buffer.from(first.secretSealed) }), signature)
  assert.equal(opened, 2)
  assert.notEqual(sign(endpointWith(2, { "x-api-key": "k" })), signature)
  assert.equal(opened, 4)
  const other = envelope({
    id,
    endpoint: endpointWith(2, { "x-api-key": "l" }),
    message,
    now,
    at: now,
  })
  assert.equal(other["x-api-key"], "l")
  const none = envelope({ id, endpoint: endpointWith(2, null), message, now, at: now })
  assert.equal(none["x-api-key"], undefined)
})
