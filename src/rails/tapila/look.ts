/** Looks recharges up by the attempt's id, which is the only word that is believed about them. */
import type { Fact, Order, Sighting } from "../../core/index.ts"
import { ProviderFault } from "../../outbound/index.ts"
import type { Connection } from "./connection.ts"
import { refusedBy } from "./refusals.ts"
import { codeIn, differences, isRecharge, operationIn, type Standing, standingOf } from "./wire.ts"

/** What a look found. `nothing`: no answer, or none that can be believed. */
export type Look =
  | { readonly kind: "found"; readonly standing: Standing; readonly railReference: string }
  | { readonly kind: "absent" }
  | { readonly kind: "nothing" }

export type LookLimits = {
  /**
   * How long after the attempt was made one that isn't there is asked for again: the buyer still
   * waits then.
   */
  readonly askAgainForMs: number
  /**
   * How long after the last begin one that isn't there counts as never taken. No request is
   * under way for longer: ours are cut within a minute, and nothing between here and the
   * provider keeps one for minutes.
   */
  readonly lostAfterMs: number
  /** How far apart two looks have to be, at least, that didn't find it: one may be mistaken. */
  readonly absentForMs: number
}

/** When a look was made; of one that found nothing, since when nothing is there. */
export type LookedAt = { readonly now: Date; readonly absentSince: Date }

const NOTHING: Look = { kind: "nothing" }

/** Asks for one order. Never rejects for what the network or the provider did. */
export async function lookUp(connection: Connection, order: Order, untilAt: Date): Promise<Look> {
  if (!isRecharge(order)) return NOTHING
  const id = encodeURIComponent(order.attemptId)
  const path = `/operation/${id}?type=external-payment-id`
  const pattern = "/operation/{externalPaymentId}"
  try {
    const answer = await connection.ask("recharges", { method: "GET", path, pattern }, untilAt)
    if (answer.status === 404) return isAbsent(codeIn(answer)) ? { kind: "absent" } : NOTHING
    const operation = answer.status === 200 ? operationIn(answer) : null
    if (!operation) return NOTHING
    const { attemptId } = order
    const fields = differences(operation, order)
    if (fields.length > 0) {
      connection.complain("shows another recharge than the one asked for", { attemptId, fields })
      return NOTHING
    }
    const standing = standingOf(operation, null)
    if (standing === null) return NOTHING
    return { kind: "found", standing, railReference: operation.operationId }
  } catch (error) {
    if (error instanceof ProviderFault) return NOTHING
    throw error
  }
}

/** A 404 with a code of this API, but for those that say that something else isn't there. */
function isAbsent(code: string | null | undefined): boolean {
  return typeof code === "string" && refusedBy(404, code) === null
}

const FACTS: Readonly<Record<Standing, Fact>> = {
  confirmed: { kind: "settled" },
  // No reason is given, and the number was never at fault alone.
  failed: { kind: "declined", reason: "operator_unavailable" },
  processing: { kind: "accepted" },
}

/** What a look means for the order. */
export function sightingsOf(
  order: Order,
  look: Look,
  { now, absentSince }: LookedAt,
  limits: LookLimits,
): Sighting[] {
  const { attemptId, begunAt, createdAt, railReference } = order
  const seen = (name: string, fact: Fact): Sighting => {
    return { attemptId, place: `${attemptId}:${name}`, fact, at: now }
  }
  if (look.kind === "nothing") return []
  if (look.kind === "found") {
    const fact = FACTS[look.standing]
    return [{ ...seen(fact.kind, fact), railReference: look.railReference }]
  }
  // It had an operation for it once: that it shows none now proves nothing.
  if (railReference !== null) return []
  const ageMs = now.getTime() - createdAt.getTime()
  if (ageMs < limits.askAgainForMs) return [seen("absent", { kind: "absent" })]
  if (now.getTime() - begunAt.getTime() < limits.lostAfterMs) return []
  if (now.getTime() - absentSince.getTime() < limits.absentForMs) return []
  return [lost(order, now)]
}

/** That no provider has the order, nor ever will. */
export function lost({ attemptId }: Order, now: Date): Sighting {
  const fact: Fact = { kind: "declined", reason: "operator_unavailable" }
  return { attemptId, place: `${attemptId}:lost`, fact, at: now }
}
