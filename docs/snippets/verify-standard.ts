import { createHmac, timingSafeEqual } from "node:crypto"

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** Five minutes: what the specification's own libraries allow between two clocks. */
const TOLERANCE_S = 300

export function verifyStandard(headers: Headers, body: string, secret: string, nowMs: number) {
  const id = String(headers["webhook-id"])
  const timestamp = String(headers["webhook-timestamp"])
  if (!(Math.abs(nowMs / 1_000 - Number(timestamp)) <= TOLERANCE_S)) return false
  const key = Buffer.from(secret.slice("whsec_".length), "base64")
  const text = `${id}.${timestamp}.${body}`
  const expected = Buffer.from(`v1,${createHmac("sha256", key).update(text).digest("base64")}`)
  // Several signatures stand there while a secret is being replaced.
  return String(headers["webhook-signature"])
    .split(" ")
    .map((signature) => Buffer.from(signature))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected))
}
