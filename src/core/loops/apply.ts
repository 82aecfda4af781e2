/** Brings sightings that were written down into the books, one command each, oldest first. */
import { type ApplySighting, applySighting } from "../decide/apply-sighting.ts"
import type { Attempt } from "../payments/attempt.ts"
import type { Rail } from "../rail.ts"
import { isRefusal } from "../refusal.ts"
import * as sightings from "../sightings/store.ts"
import * as schema from "../store/schema.ts"
import { selectList } from "../store/tables.ts"
import type { LoopParts } from "./loops.ts"

/** What one pass takes; more is taken by the next, at once. */
const APPLY_MAX = 500

/** What can't be applied now lets others pass; a missing rate may be there by then. */
const PUT_OFF_MS = 5_000

const ATTEMPT = selectList(schema.attempts, "a")

/** Applies what is due of a rail; answers how many sightings there were that could be applied. */
export async function applyDue(parts: LoopParts, rail: Rail): Promise<number> {
  const now = parts.clock.now()
  const due = await sightings.dueSightings(parts.database, rail.name, APPLY_MAX, ATTEMPT, now)
  const outcomes = await Promise.allSettled(due.map((each) => applyOne(parts, rail, each)))
  const failed: string[] = []
  for (const [at, outcome] of outcomes.entries()) {
    if (outcome.status === "fulfilled" && outcome.value) continue
    const { place, attempt } = due[at]!
    failed.push(place)
    const reason = outcome.status === "rejected" ? outcome.reason : "its rate is not known now"
    parts.log.error({ err: reason, place, attemptId: attempt.id }, "a sighting was not applied")
  }
  parts.metrics.gauge("sightings_stuck", failed.length, { rail: rail.name })
  if (failed.length > 0) {
    const until = new Date(now.getTime() + PUT_OFF_MS)
    await sightings.putOff(parts.database, rail.name, failed, until)
  }
  // What failed is put off, and not tried again in a circle.
  return due.length - failed.length
}

/** False when it has to wait. */
async function applyOne(parts: LoopParts, rail: Rail, due: sightings.Due): Promise<boolean> {
  const dueNow = await lateDue(rail, due)
  if (dueNow === "wait") return false
  const { attempt } = due
  const command: ApplySighting = {
    rail: rail.name,
    place: due.place,
    attemptId: attempt.id,
    paymentId: attempt.paymentId,
    merchantId: attempt.merchantId,
    kind: attempt.kind,
    custodian: rail.custodian,
    asset: due.sightedAsset,
    customerId: due.customerId,
    instrumentId: due.instrumentId,
    dueNow,
  }
  const applied = await parts.engine.submit(applySighting, command)
  if (isRefusal(applied)) throw new Error(applied.message)
  return true
}

/** What a late transfer has to cover, where its asset has no fixed worth; null elsewhere. */
function lateDue(rail: Rail, due: sightings.Due): Promise<bigint | null | "wait"> {
  // Only where it decides something: approved or not, it is booked.
  const decides =
    due.sightedState === "final" && !["approved", "returned"].includes(due.paymentState)
  if (!decides) return Promise.resolve(null)
  const { attempt, sightedAsset, expiresAt, at } = due
  const order = { amount: due.paymentAmount, asset: due.paymentAsset }
  return dueNowOf(rail, attempt, { order, asset: sightedAsset, expiresAt, at })
}

/** The same for any money that came; `wait` while the rate of its moment isn't known. */
export async function dueNowOf(
  { receiving }: Rail,
  { instructions }: Attempt,
  came: {
    readonly order: { readonly amount: bigint; readonly asset: string }
    readonly asset: string
    readonly expiresAt: Date | null
    readonly at: Date
  },
): Promise<bigint | null | "wait"> {
  const option = instructions?.options?.find(({ asset }) => asset === came.asset)
  const isLate = came.expiresAt !== null && came.at > came.expiresAt
  if (!isLate || !option || option.pegged || !receiving) return null
  const quote = await receiving.quote(came.order)
  const offers = quote.kind === "quoted" ? quote.offers : []
  const offer = offers.find(({ asset }) => asset === came.asset)
  if (offer) return BigInt(offer.amount)
  // Still known to the rail, and without a rate; or else what was asked for once still counts.
  const { address } = option
  const move = { asset: came.asset, amount: 1n, from: address, to: address }
  return receiving.toSign(move) === null ? null : "wait"
}
