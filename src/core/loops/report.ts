/** Turns what a rail answered or showed into the command that reports it. */
import type { ReportAttempt } from "../decide/report-attempt.ts"
import type { Attempt, Instructions } from "../payments/attempt.ts"
import type { Payment } from "../payments/payment.ts"
import type { Rail, Sighting } from "../rail.ts"

/** What of a payment a report must know beforehand; all of it never changes. */
export type Owner = Pick<Payment, "customerId" | "instrumentId" | "asset">

/** A fact with no place of its own: the answer to a begin, told once under its lease. */
type Told = Omit<Sighting, "attemptId" | "place"> & { readonly place: string | null }

export type Report = {
  readonly sightings: readonly Told[]
  readonly fence: number | null
  readonly instructions?: Instructions | null
  /** When to look again if nothing was decided. */
  readonly lookAt?: Date | null
}

/** The command that reports on `attempt`. */
export function reportOf(
  rail: Rail,
  attempt: Attempt,
  owner: Owner,
  report: Report,
): ReportAttempt {
  // Of all that may be paid with, what has moved: the accounts of these are locked.
  const moved = report.sightings.flatMap(({ fact }) => ("asset" in fact ? [fact.asset] : []))
  const { asset, received, seen } = attempt
  const assets = [owner.asset, asset, ...Object.keys(received), ...Object.keys(seen), ...moved]
  return {
    attemptId: attempt.id,
    paymentId: attempt.paymentId,
    merchantId: attempt.merchantId,
    kind: attempt.kind,
    rail: rail.name,
    custodian: rail.custodian,
    assets: [...new Set(assets)],
    fence: report.fence,
    facts: report.sightings.map(({ place, fact, at, railReference, reference }) => ({
      place,
      fact,
      at,
      railReference,
      reference,
    })),
    instructions: report.instructions ?? null,
    lookAt: report.lookAt ?? null,
    absence: rail.beginIsIdempotent
      ? "ask-again"
      : rail.absenceIsProof
        ? "declines"
        : "proves-nothing",
    customerId: owner.customerId,
    instrumentId: owner.instrumentId,
  }
}
