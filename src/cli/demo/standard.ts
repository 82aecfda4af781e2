/** Checks a webhook as Standard Webhooks tells its receivers to. */
import { createHmac, timingSafeEqual } from "node:crypto"
import type { Clock } from "../../clock.ts"
import type { Message } from "./receiver.ts"

/** A message that is older, or from further ahead, may be one that somebody recorded. */
const TOLERANCE_S = 300

/** Whether the message was signed with the endpoint's secret, just now. */
export function verifiesStandard(
  { headers, body }: Message,
  secret: string,
  clock: Clock,
): boolean {
  const id = headers["webhook-id"]
  const timestamp = headers["webhook-timestamp"]
  const ageS = clock.now().getTime() / 1_000 - Number(timestamp)
  if (!(Math.abs(ageS) < TOLERANCE_S)) return false
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64")
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest()
  return String(headers["webhook-signature"])
    .split(" ")
    .filter((each) => each.startsWith("v1,"))
    .map((each) => Buffer.from(each.slice("v1,".length), "base64"))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected))
}
