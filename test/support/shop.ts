/** A shop that uses Palomma Pay as the vendor's plugin does: what it believes and reads. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import type { Received } from "./gateway.ts"

/** What a webhook tells about a request. */
export type Told = {
  readonly id: string
  readonly status: string
  readonly status_reason: string | null
  readonly amount_cents: number
  readonly description: string | null
  readonly updated_at: string
}

/** Whether a message is one of Palomma Pay's: the same server hears the native dialect's, too. */
export function isPalommas({ body }: Pick<Received, "body">): boolean {
  return !body.includes('"object":"event"')
}

/** Reads a message as the plugin does: two members, and a plain hash over text and key. */
export function readTold(body: string, integrityKey: string): Told {
  const message = JSON.parse(body)
  assert.deepEqual(Object.keys(message), ["data", "signature"])
  const expected = createHash("sha256")
    .update(message.data + integrityKey)
    .digest("hex")
  assert.equal(message.signature, expected)
  return JSON.parse(Buffer.from(message.data, "base64").toString("utf8"))
}
