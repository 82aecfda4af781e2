/** Prepares an attempt before the engine decides on it: the rail chosen, the target sealed. */
import type { Clock, Ids } from "../../clock.ts"
import type { NewAttempt } from "../decide/decider.ts"
import { type Merchant, railsFor } from "../merchants/merchant.ts"
import type { Order, Rail, Target } from "../rail.ts"
import type { Receiving } from "../receiving.ts"
import { isRefusal, type Refusal, refuse } from "../refusal.ts"
import type { Keyring } from "../seal.ts"
import { SEALED } from "../store/sealed.ts"
import type { Keys } from "../xpubs/keys.ts"
import type { Allotment, Xpub } from "../xpubs/xpub.ts"
import type { Attempt, Method } from "./attempt.ts"
import { nextLook } from "./look-ups.ts"

export type PrepareParts = {
  readonly clock: Clock
  readonly ids: Ids
  readonly keyring: Keyring
  readonly rails: ReadonlyMap<string, Rail>
  /** The rails of merchants that chose none, the first choice first. */
  readonly defaultRails: readonly string[]
  readonly keys: Keys
  /** The names of a rail's chains that were read: nobody would see what comes on another. */
  readonly readChains: (rail: string) => Promise<ReadonlySet<string>>
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
export async function prepare(
  parts: PrepareParts,
  merchant: Merchant,
  way: Way,
  about: About,
): Promise<NewAttempt | Refusal> {
  for (const name of railsFor(merchant, way.method, parts.defaultRails)) {
    const rail = parts.rails.get(name)
    if (!rail?.methods.includes(way.method)) continue
    if (rail.needsMandate && !way.target.mandate) continue
    if (!rail.receiving) return attemptOn(parts, rail, merchant.id, way, about)
    const xpub = await parts.keys.active(merchant.id, name)
    if (xpub === null || rail.receiving.watches.length === 0) continue
    const allotment = await allotmentOf(parts, rail, rail.receiving, xpub, about)
    if (isRefusal(allotment)) return allotment
    return { ...attemptOn(parts, rail, merchant.id, way, about), allotment }
  }
  return refuse("method_not_offered", `this merchant does not offer ${way.method}`)
}

/** What the payer may send is quoted now; to which address is decided with the payment itself. */
async function allotmentOf(
  { keys, readChains }: PrepareParts,
  rail: Rail,
  receiving: Receiving,
  xpub: Xpub,
  about: About,
): Promise<Allotment | Refusal> {
  const quote = await receiving.quote(about)
  if (quote.kind === "unavailable") return refuse("quote_unavailable", quote.why)
  if (quote.kind === "not_offered") return refuse("method_not_offered", quote.why)
  const isRead = await readChains(rail.name)
  const offers = quote.offers.filter(({ chainId }) => isRead.has(`eip155:${chainId}`))
  if (offers.length === 0) return refuse("quote_unavailable", "no chain has been read yet")
  const key = keys.open(xpub)
  return {
    xpubId: xpub.id,
    vetted: receiving.needsNewAddresses,
    addressAt: (index) => receiving.addressAt(key, index),
    instructionsAt: (address) => receiving.instructionsAt(offers, address),
  }
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
  // Settings may change while it is under way: where it goes stays with it.
  const target = rail.farSideOf
    ? { ...way.target, farSide: rail.farSideOf(way.target) }
    : way.target
  const order: Order = {
    attemptId: id,
    paymentId,
    merchantId,
    kind,
    amount,
    asset,
    method: way.method,
    target,
    instructions: null,
    received: {},
    seen: {},
    railReference: null,
    begunAt: now,
    createdAt: now,
  }
  const byPayer = kind === "charge" && way.method === "crypto"
  return {
    id,
    rail: rail.name,
    method: way.method,
    targetSealed: sealTarget(keyring, target),
    instructions: byPayer && rail.instruct ? rail.instruct(order) : null,
    allotment: null,
    waitsUntil: rail.exchange?.dueAt(now) ?? null,
    beginner: node,
    leaseMs: rail.beginTimeoutMs + LEASE_MARGIN_MS,
    lookAt: nextLook(rail, { begunAt: now, looks: 0, method: way.method }, now),
  }
}

/** Boxes of targets that hold nothing: one serves all, for whoever opens it learns nothing. */
const emptyTargets = new WeakMap<Keyring, Buffer>()

function sealTarget(keyring: Keyring, target: Target): Buffer {
  const text = JSON.stringify(target)
  if (text !== "{}") return keyring.seal(text, SEALED.target)
  const box = emptyTargets.get(keyring) ?? keyring.seal(text, SEALED.target)
  emptyTargets.set(keyring, box)
  return box
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
    received: attempt.received,
    seen: attempt.seen,
    railReference: attempt.railReference,
    begunAt: attempt.begunAt ?? attempt.createdAt,
    createdAt: attempt.createdAt,
  }
}
