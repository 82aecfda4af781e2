/** Verifies webhooks as Standard Webhooks 1.0 has it: an HMAC over id, time and the exact body. */
import { nowMs } from "./clock.ts"
import type { WebhookMessage } from "./generated/objects.ts"

/** Why a message isn't believed. */
export type WebhookFlaw =
  /** One of the three headers is missing, or there several times. */
  | "header_missing"
  /** Its time is none, or too far from now: perhaps somebody sends an old message again. */
  | "timestamp_wrong"
  /** No signature of it was made with one of the secrets. */
  | "signature_wrong"
  /** Signed as it should be, and yet no message of this API. */
  | "body_unreadable"

/** A message that must not be believed. Answer it with 400. */
export class WebhookError extends Error {
  override name = "WebhookError"
  readonly flaw: WebhookFlaw
  constructor(flaw: WebhookFlaw, message: string) {
    super(message)
    this.flaw = flaw
  }
}

/** Headers as `fetch`, Node's http and frameworks hand them over. */
export type WebhookHeaders =
  | { get(name: string): string | null | undefined }
  | Readonly<Record<string, string | readonly string[] | undefined>>

export type WebhookOptions = {
  /** How far the message's time may be from now; 300 by default, as the specification says. */
  readonly toleranceSeconds?: number
  /** For tests: milliseconds since 1970. */
  readonly nowMs?: number
}

const PREFIX = "whsec_"
const TOLERANCE_S = 300
/** A message has a signature for each secret that is good: more than a few are an attack. */
const SIGNATURES_MAX = 20

/**
 * The message of a webhook, once it is proved to be the gateway's. `body` is exactly what arrived,
 * not parsed and written again. Give several secrets while one is being replaced. Throws
 * `WebhookError` for a message that must not be believed, `TypeError` for a secret that is none.
 *
 * Messages may come twice: keep `webhook-id`, which is the same on every try, and skip known ones.
 */
export async function verifyWebhook(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
  options: WebhookOptions = {},
): Promise<WebhookMessage> {
  const keys = [secrets].flat().map(keyOf)
  if (keys.length === 0) throw new TypeError("a webhook is verified with at least one secret")
  const id = headerOf(headers, "webhook-id")
  const timestamp = headerOf(headers, "webhook-timestamp")
  const signatures = headerOf(headers, "webhook-signature")
  checkTime(timestamp, options)
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body
  const signed = joined(new TextEncoder().encode(`${id}.${timestamp}.`), bytes)
  if (!(await isSigned(signed, signatures, keys))) {
    throw new WebhookError("signature_wrong", "no signature was made with one of the secrets")
  }
  return readMessage(bytes)
}

/** Throws before anything is computed: an old message costs nothing. */
function checkTime(timestamp: string, options: WebhookOptions): void {
  const tolerance = options.toleranceSeconds ?? TOLERANCE_S
  const now = Math.floor((options.nowMs ?? nowMs()) / 1_000)
  const isFar = !/^\d{1,12}$/.test(timestamp) || Math.abs(now - Number(timestamp)) > tolerance
  if (isFar) {
    const message = `webhook-timestamp must be within ${tolerance} s of now: check the clock`
    throw new WebhookError("timestamp_wrong", message)
  }
}

/** Whether any of the signatures is right. The platform compares, in constant time. */
async function isSigned(
  signed: Uint8Array<ArrayBuffer>,
  header: string,
  keys: readonly Uint8Array<ArrayBuffer>[],
): Promise<boolean> {
  const given = header.split(" ").flatMap((each) => {
    const bytes = each.startsWith("v1,") ? fromBase64(each.slice(3)) : null
    return bytes === null ? [] : [bytes]
  })
  for (const raw of keys) {
    const algorithm = { name: "HMAC", hash: "SHA-256" }
    const key = await crypto.subtle.importKey("raw", raw, algorithm, false, ["verify"])
    for (const signature of given.slice(0, SIGNATURES_MAX)) {
      if (await crypto.subtle.verify("HMAC", key, signature, signed)) return true
    }
  }
  return false
}

function readMessage(bytes: Uint8Array): WebhookMessage {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes)
    const value: unknown = JSON.parse(text)
    if (typeof value === "object" && value !== null && "type" in value) {
      return value as WebhookMessage
    }
  } catch {
    // Said below.
  }
  throw new WebhookError("body_unreadable", "the body is signed, and no message of this API")
}

function headerOf(headers: WebhookHeaders, name: string): string {
  const value =
    typeof headers.get === "function"
      ? (headers as { get(name: string): string | null | undefined }).get(name)
      : Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1]
  if (typeof value === "string" && value !== "") return value
  throw new WebhookError("header_missing", `the header ${name} is missing`)
}

function keyOf(secret: string): Uint8Array<ArrayBuffer> {
  const bytes = secret.startsWith(PREFIX) ? fromBase64(secret.slice(PREFIX.length)) : null
  if (bytes !== null && bytes.length > 0) return bytes
  // What was given isn't repeated: it may be a secret of something else.
  throw new TypeError(`a webhook's secret is ${PREFIX} and base64`)
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    const binary = atob(text)
    return Uint8Array.from(binary, (each) => each.charCodeAt(0))
  } catch {
    return null
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(first.length + second.length)
  bytes.set(first)
  bytes.set(second, first.length)
  return bytes
}
