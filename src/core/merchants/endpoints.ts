/** Changes an endpoint: where it is and what it is sent, its secret, whether it is paused. */
import { append } from "../audit/audited.ts"
import { type Action, differences } from "../audit/entry.ts"
import { SEALED } from "../store/sealed.ts"
import type { Endpoint } from "../webhooks/event.ts"
import { newWebhookSecret } from "../webhooks/sign.ts"
import type { OnboardParts } from "./onboard.ts"
import * as store from "./store/endpoints.ts"

/** What can be changed of an endpoint: what is left out stays, and null takes it away. */
export type EndpointChange = {
  /** One that `checkAddress` lets through. */
  readonly url?: string | undefined
  /** 1 to 200 characters. */
  readonly description?: string | null | undefined
  /** All of them, in the place of those before. */
  readonly headers?: Readonly<Record<string, string>> | null | undefined
}

/** Two signatures are what receivers have to bear; a week is enough to change all of them. */
export const OVERLAP_MAX_S = 7 * 86_400
/** A day: long enough for the slowest release, short enough for a secret that leaked. */
export const OVERLAP_DEFAULT_S = 86_400

type Told = { readonly before: object; readonly after: object }
type Changed = { readonly endpoint: Endpoint; readonly told: Told }

/** Changes an endpoint in one commit with its audit entry; null when there is none. */
async function change(
  parts: OnboardParts,
  action: Action,
  { merchantId, id }: { readonly merchantId: string; readonly id: string },
  work: (before: Endpoint) => Changed,
): Promise<Endpoint | null> {
  return parts.database.transaction(async (tx) => {
    const before = await store.lockEndpoint(tx, merchantId, id)
    if (before === null) return null
    const { endpoint, told } = work(before)
    const differ = differences(told.before, told.after)
    const isChanged = Object.keys(differ).length > 0
    if (isChanged) await store.updateEndpoint(tx, endpoint)
    await append(tx, parts, {
      action,
      merchantId,
      subject: id,
      outcome: isChanged ? "done" : "unchanged",
      change: differ,
    })
    return endpoint
  })
}

/**
 * Changes where an endpoint is, its headers and its description; null when there is none. What a
 * node has taken in hand already, for half a minute at most, still goes where it was.
 */
export function updateEndpoint(
  parts: OnboardParts,
  merchantId: string,
  id: string,
  wanted: EndpointChange,
): Promise<Endpoint | null> {
  const { keyring } = parts
  return change(parts, "endpoint.set", { merchantId, id }, (before) => {
    const { url = before.url, description = before.description } = wanted
    const old = headersOf(parts, before)
    const headers = wanted.headers === undefined ? old : (wanted.headers ?? {})
    const isSame = sameHeaders(old, headers)
    const none = Object.keys(headers).length === 0
    const sealed = none ? null : keyring.seal(JSON.stringify(headers), SEALED.endpointHeaders)
    const headersSealed = isSame ? before.headersSealed : sealed
    // Of an address the log shows the origin, and of headers the names: what else changed is named.
    const renewed = [...(url === before.url ? [] : ["url"]), ...(isSame ? [] : ["headers"])]
    const names = { before: Object.keys(old).sort(), after: Object.keys(headers).sort() }
    return {
      endpoint: { ...before, url, description, headersSealed },
      told: {
        before: { url: before.url, headers: names.before, description: before.description },
        after: {
          ...{ url, headers: names.after, description },
          ...(renewed.length > 0 && { renewed }),
        },
      },
    }
  })
}

/** The headers that an endpoint's receiver wants, in the clear. */
export function headersOf(
  { keyring }: Pick<OnboardParts, "keyring">,
  { headersSealed }: Pick<Endpoint, "headersSealed">,
): Readonly<Record<string, string>> {
  if (headersSealed === null) return {}
  return JSON.parse(keyring.unseal(headersSealed, SEALED.endpointHeaders).toString())
}

function sameHeaders(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>) {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}

/**
 * Gives an endpoint a new Standard Webhooks secret, which is shown only now. The one before signs
 * beside it for `overlapSeconds` (0 to a week); one that was former already ends at once. Null when
 * there is no such endpoint; throws `RangeError` for another overlap.
 */
export async function rotateSecret(
  parts: OnboardParts,
  merchantId: string,
  id: string,
  overlapSeconds: number = OVERLAP_DEFAULT_S,
): Promise<{ readonly endpoint: Endpoint; readonly secret: string } | null> {
  if (!(Number.isSafeInteger(overlapSeconds) && overlapSeconds >= 0)) {
    throw new RangeError("an overlap is a whole number of seconds")
  }
  if (overlapSeconds > OVERLAP_MAX_S) {
    throw new RangeError(`an overlap is at most ${OVERLAP_MAX_S} seconds`)
  }
  const secret = newWebhookSecret(parts.ids.bytes(32))
  const now = parts.clock.now()
  const until = overlapSeconds === 0 ? null : new Date(now.getTime() + overlapSeconds * 1_000)
  const endpoint = await change(parts, "endpoint.rotate", { merchantId, id }, (before) => ({
    endpoint: {
      ...before,
      secretSealed: parts.keyring.seal(secret, SEALED.endpointSecret),
      formerSecretSealed: until && before.secretSealed,
      formerUntil: until,
    },
    told: { before: {}, after: { rotatedAt: now.toISOString(), overlapSeconds } },
  }))
  return endpoint && { endpoint, secret }
}

/**
 * Lets what is to be told to an endpoint wait: nothing is lost, and nothing counts as a try. What a
 * node has taken in hand already still goes out. Null when there is no such endpoint.
 */
export function pauseEndpoint(parts: OnboardParts, merchantId: string, id: string) {
  const now = parts.clock.now()
  return change(parts, "endpoint.pause", { merchantId, id }, (before) => {
    const pausedAt = before.pausedAt ?? now
    return { endpoint: { ...before, pausedAt }, told: pauses(before.pausedAt, pausedAt) }
  })
}

/** Sends what waits for a paused endpoint, from now on. Null when there is no such endpoint. */
export function resumeEndpoint(parts: OnboardParts, merchantId: string, id: string) {
  return change(parts, "endpoint.resume", { merchantId, id }, (before) => ({
    endpoint: { ...before, pausedAt: null },
    told: pauses(before.pausedAt, null),
  }))
}

function pauses(before: Date | null, after: Date | null): Told {
  const told = (at: Date | null) => ({ pausedAt: at?.toISOString() ?? null })
  return { before: told(before), after: told(after) }
}
