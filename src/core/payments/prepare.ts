/** Prepares an attempt before the engine decides on it: the rail chosen, the target sealed. */
import type { Clock, Ids } from "../../clock.ts"
import type { NewAttempt } from "../decide/decider.ts"
import { type Merchant, railFor } from "../merchants/merchant.ts"
import type { Order, Rail, Target } from "../rail.ts"
import { type Refusal, refuse } from "../refusal.ts"
import type { Keyring } from "../seal.ts"
import { SEALED } from "../store/sealed.ts"
import type { Attempt, Method } from "./attempt.ts"

export type PrepareParts = {
  readonly clock: Clock
  readonly ids: Ids
  readonly keyring: Keyring
  readonly rails: ReadonlyMap<string, Rail>
  /** The rail of merchants that chose none; null where each must choose. */
  readonly defaultRail: string | null
  readonly node: string
}

/** How a payment's money is to be moved. */
export type Way = { readonly method: Method; readonly target: Target }

/** What an attempt is about; `amount` in minor units. */
export type About = {
  readonly paymentId: string
  readonly amount: bigint
  readonly asset: string
  readonly kind: Attempt["kind"]
}

/** What a begin may take beyond its rail's own limit before others look the attempt up. */
const LEASE_MARGIN_MS = 5_000

/** Chooses the merchant's rail for a way, and prepares an attempt on it. */
export function prepare(
  parts: PrepareParts,
  merchant: Merchant,
  way: Way,
  about: About,
): NewAttempt | Refusal {
  const name = railFor(merchant, way.method, parts.defaultRail)
  const rail = name === null ? undefined : parts.rails.get(name)
  if (!rail?.methods.includes(way.method)) {
    return refuse("method_not_offered", `this merchant does not offer ${way.method}`)
  }
  return attemptOn(parts, rail, merchant.id, way, about)
}

/** Prepares an attempt on a rail that is given. */
export function attemptOn(
  { ids, clock, keyring, node }: PrepareParts,
  rail: Rail,
  merchantId: string,
  way: Way,
  { paymentId, amount, asset, kind }: About,
): NewAttempt {
  const id = ids.next()
  const now = clock.now()
  const order: Order = {
    attemptId: id,
    paymentId,
    merchantId,
    kind,
    amount,
    asset,
    ...way,
    instructions: null,
    railReference: null,
    begunAt: now,
  }
  const byPayer = kind === "charge" && way.method === "crypto"
  const firstLookMs = rail.lookDelayMs(0)
  return {
    id,
    rail: rail.name,
    method: way.method,
    targetSealed: keyring.seal(JSON.stringify(way.target), SEALED.target),
    instructions: byPayer && rail.instruct ? rail.instruct(order) : null,
    beginner: node,
    leaseMs: rail.beginTimeoutMs + LEASE_MARGIN_MS,
    lookAt: firstLookMs === null ? null : new Date(now.getTime() + firstLookMs),
  }
}

/** What a rail is told about an attempt. */
export function orderOf(attempt: Attempt, keyring: Keyring): Order {
  return {
    attemptId: attempt.id,
    paymentId: attempt.paymentId,
    merchantId: attempt.merchantId,
    kind: attempt.kind,
    method: attempt.method,
    amount: attempt.amount,
    asset: attempt.asset,
    target: JSON.parse(keyring.unseal(attempt.targetSealed, SEALED.target).toString()),
    instructions: attempt.instructions,
    railReference: attempt.railReference,
    begunAt: attempt.begunAt ?? attempt.createdAt,
  }
}
