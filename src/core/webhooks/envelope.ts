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
}

/** Writes the headers of one try; throws when what the endpoint has sealed doesn't open. */
export type Envelope = (of: Try) => Record<string, string>

type Opened = {
  readonly secretSealed: Buffer
  readonly headersSealed: Buffer | null
  readonly key: KeyObject
  readonly headers: Readonly<Record<string, string>>
}

/** What endpoints have sealed stays the same for a row; past this many the map starts anew. */
const REMEMBERED_MAX = 10_000

/** Makes the writer of headers, which opens each endpoint's secrets once. */
export function makeEnvelope(keyring: Pick<Keyring, "unseal">): Envelope {
  const known = new Map<string, Opened>()

  function opened({ headersSealed, id, secretSealed }: Endpoint): Opened {
    const before = known.get(id)
    if (before && same(before.secretSealed, secretSealed)) {
      if (same(before.headersSealed, headersSealed)) return before
    }
    const secret = keyring.unseal(secretSealed, SEALED.endpointSecret).toString()
    const own = headersSealed && keyring.unseal(headersSealed, SEALED.endpointHeaders).toString()
    const now = {
      secretSealed,
      headersSealed,
      key: createSecretKey(parseWebhookSecret(secret)!),
      headers: own ? JSON.parse(own) : {},
    }
    if (known.size >= REMEMBERED_MAX) known.clear()
    known.set(id, now)
    return now
  }

  return ({ endpoint, id, message, now }) => {
    const { headers, key } = opened(endpoint)
    return {
      "content-type": "application/json",
      "user-agent": "Caudal-Webhooks/1",
      ...headers,
      ...message.headers,
      ...standardHeaders({
        id,
        atSeconds: Math.floor(now.getTime() / 1_000),
        body: message.body,
        secrets: [key],
      }),
    }
  }
}

/** Most often the very same bytes: those of one row, read once for many deliveries. */
function same(a: Buffer | null, b: Buffer | null): boolean {
  return a === b || (a !== null && b !== null && a.equals(b))
}
