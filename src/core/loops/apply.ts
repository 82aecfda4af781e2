/** Brings sightings that were written down into the books, one command each, oldest first. */
import { type ApplySighting, applySighting } from "../decide/apply-sighting.ts"
import { isFinal, type Payment } from "../payments/payment.ts"
import type { Rail } from "../rail.ts"
import { isRefusal } from "../refusal.ts"
import * as sightings from "../sightings/store.ts"
import * as schema from "../store/schema.ts"
import { selectList } from "../store/tables.ts"
import type { LoopParts } from "./loops.ts"

/** What one pass takes; more is taken by the next, at once. */
const APPLY_MAX = 500

const ATTEMPT = selectList(schema.attempts, "a")

/** Applies what is due of a rail; answers how many sightings there were that could be applied. */
export async function applyDue(parts: LoopParts, rail: Rail): Promise<number> {
  const due = await sightings.dueSightings(parts.database, rail.name, APPLY_MAX, ATTEMPT)
  const outcomes = await Promise.allSettled(due.map((each) => applyOne(parts, rail, each)))
  let failed = 0
  for (const [at, outcome] of outcomes.entries()) {
    if (outcome.status === "fulfilled" && outcome.value) continue
    failed += 1
    const { place, attempt } = due[at]!
    const reason = outcome.status === "rejected" ? outcome.reason : "its rate is not known now"
    parts.log.error({ err: reason, place, attemptId: attempt.id }, "a sighting was not applied")
  }
  parts.metrics.gauge("sightings_stuck", failed, { rail: rail.name })
  // What failed is tried again by the next pass, not in a circle.
  return due.length - failed
}

/** False when it has to wait. */
async function applyOne(parts: LoopParts, rail: Rail, due: sightings.Due): Promise<boolean> {
  const dueNow = await dueNowOf(rail, due)
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
    frozenPlace: due.frozenPlace,
  }
  const applied = await parts.engine.submit(applySighting, command)
  if (isRefusal(applied)) throw new Error(applied.message)
  return true
}

/** What a late transfer has to cover, where its asset has no fixed worth; null elsewhere. */
async function dueNowOf(rail: Rail, due: sightings.Due): Promise<bigint | null | "wait"> {
  const { attempt, sightedAsset, expiresAt, at } = due
  const option = attempt.instructions?.options?.find(({ asset }) => asset === sightedAsset)
  const isLate = expiresAt !== null && at > expiresAt
  const isOver = isFinal(due.paymentState as Payment["state"])
  if (!isLate || !isOver || !option || option.pegged || !rail.receiving) return null
  const order = { amount: due.paymentAmount, asset: due.paymentAsset }
  const quote = await rail.receiving.quote(order)
  if (quote.kind === "unavailable") return "wait"
  const offer =
    quote.kind === "quoted" ? quote.offers.find(({ asset }) => asset === sightedAsset) : undefined
  // No longer offered: what was asked for still counts.
  return offer ? BigInt(offer.amount) : null
}
