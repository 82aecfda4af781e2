/** Signs webhooks as Standard Webhooks 1.0 describes: an HMAC over id, time and the exact body. */
import { createHmac, type KeyObject } from "node:crypto"

/** One try of one message. */
export type SignInput = {
  /** The same on every try, so that the receiver can drop repeats. No full stop in it. */
  readonly id: string
  /** Seconds since 1970 at which this try leaves. */
  readonly atSeconds: number
  /** The bytes that are sent. */
  readonly body: string | Buffer
  /** The keys to sign with: one, or several while a secret is being replaced. Newest first. */
  readonly secrets: readonly (Buffer | KeyObject)[]
}

const PREFIX = "whsec_"
// What the specification asks of a secret.
const SECRET_MIN_BYTES = 24
const SECRET_MAX_BYTES = 64

/** The value of `webhook-signature`: "v1,<base64>", one for each secret, with spaces between. */
export function signStandard(input: SignInput): string {
  if (input.secrets.length === 0) throw new RangeError("a webhook needs at least one secret")
  // The full stop separates the signed parts; with one inside the id two messages could sign alike.
  if (!/^[A-Za-z0-9_-]{1,200}$/.test(input.id)) throw new RangeError("unfit webhook id")
  if (!Number.isSafeInteger(input.atSeconds) || input.atSeconds < 0) {
    throw new RangeError("a webhook's time is a whole number of seconds")
  }
  return input.secrets.map((secret) => `v1,${mac(input, secret)}`).join(" ")
}

function mac(input: SignInput, secret: Buffer | KeyObject): string {
  const { atSeconds, body, id } = input
  const hmac = createHmac("sha256", secret)
  // One call costs less than two where both are text.
  if (typeof body === "string") hmac.update(`${id}.${atSeconds}.${body}`)
  else hmac.update(`${id}.${atSeconds}.`).update(body)
  return hmac.digest("base64")
}

/** The three headers that a signed try carries. */
export function standardHeaders(input: SignInput): Record<string, string> {
  return {
    "webhook-id": input.id,
    "webhook-timestamp": String(input.atSeconds),
    "webhook-signature": signStandard(input),
  }
}

/** Writes random bytes (24 to 64) as a secret to show to the merchant: `whsec_<base64>`. */
export function newWebhookSecret(bytes: Buffer): string {
  if (bytes.length < SECRET_MIN_BYTES || bytes.length > SECRET_MAX_BYTES) {
    throw new RangeError(`a webhook secret has ${SECRET_MIN_BYTES} to ${SECRET_MAX_BYTES} bytes`)
  }
  return PREFIX + bytes.toString("base64")
}

/** The key inside `whsec_<base64>`, or null when the text isn't such a secret. */
export function parseWebhookSecret(text: string): Buffer | null {
  if (!text.startsWith(PREFIX)) return null
  const base64 = text.slice(PREFIX.length)
  const bytes = Buffer.from(base64, "base64")
  // Buffer.from skips what it can't read; written again, only a clean text is the same.
  if (bytes.toString("base64") !== base64) return null
  return bytes.length >= SECRET_MIN_BYTES && bytes.length <= SECRET_MAX_BYTES ? bytes : null
}
