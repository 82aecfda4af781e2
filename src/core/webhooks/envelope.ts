/** The headers of one try: what the receiver wants, what the message brings, and a signature. */
import { createSecretKey, type KeyObject } from "node:crypto"
import type { Callback } from "../dialect.ts"
import type { Keyring } from "../seal.ts"
import { SEALED } from "../store/sealed.ts"
import type { Endpoint } from "./event.ts"
import { parseWebhookSecret, standardHeaders } from "./sign.ts"

/** One try: `id` is its delivery's. */
export type Try = {
  readonly id: string
  readonly endpoint: Endpoint
  readonly message: Callback
  readonly now: Date
  /** What its receiver's clock shows, by which it judges how old the signature is. */
  readonly at: Date
}

/** Writes the headers of one try; throws when what the endpoint has sealed doesn't open. */
export type Envelope = (of: Try) => Record<string, string>

type Opened = Pick<Endpoint, "formerSecretSealed" | "headersSealed" | "secretSealed"> & {
  readonly key: KeyObject
  /** Of the secret before this one. */
  readonly former: KeyObject | null
  readonly headers: Readonly<Record<string, string>>
}

/** What endpoints have sealed stays the same for a row; past this many the map starts anew. */
const REMEMBERED_MAX = 10_000

/** Makes the writer of headers, which opens each endpoint's secrets once. */
export function makeEnvelope(keyring: Pick<Keyring, "unseal">): Envelope {
  const known = new Map<string, Opened>()

  function keyOf(secretSealed: Buffer): KeyObject {
    const secret = keyring.unseal(secretSealed, SEALED.endpointSecret).toString()
    return createSecretKey(parseWebhookSecret(secret)!)
  }

  function opened({ formerSecretSealed, headersSealed, id, secretSealed }: Endpoint): Opened {
    const before = known.get(id)
    if (before && same(before.secretSealed, secretSealed)) {
      const isFormer = same(before.formerSecretSealed, formerSecretSealed)
      if (isFormer && same(before.headersSealed, headersSealed)) return before
    }
    const own = headersSealed && keyring.unseal(headersSealed, SEALED.endpointHeaders).toString()
    const now = {
      secretSealed,
      formerSecretSealed,
      headersSealed,
      key: keyOf(secretSealed),
      former: formerSecretSealed && keyOf(formerSecretSealed),
      headers: own ? JSON.parse(own) : {},
    }
    if (known.size >= REMEMBERED_MAX) known.clear()
    known.set(id, now)
    return now
  }

  return ({ at, endpoint, id, message, now }) => {
    const { former, headers, key } = opened(endpoint)
    const overlaps = former !== null && endpoint.formerUntil !== null && now < endpoint.formerUntil
    return {
      "content-type": "application/json",
      "user-agent": "Caudal-Webhooks/1",
      ...headers,
      ...message.headers,
      ...standardHeaders({
        id,
        atSeconds: Math.floor(at.getTime() / 1_000),
        body: message.body,
        secrets: overlaps ? [key, former] : [key],
      }),
    }
  }
}

/** Most often the very same bytes: those of one row, read once for many deliveries. */
function same(a: Buffer | null, b: Buffer | null): boolean {
  return a === b || (a !== null && b !== null && a.equals(b))
}
