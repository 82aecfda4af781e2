/** Takes what a rail or its owner says of a stored account: it can be charged, or why it can't. */
import type { Instrument } from "../customers/customer.ts"
import type { Draft } from "../draft.ts"
import { type Reason, type Refusal, refuse } from "../refusal.ts"
import { tellInstrument } from "./create-instrument.ts"
import type { Decider } from "./decider.ts"

export type ReportInstrument = {
  readonly instrumentId: string
  readonly customerId: string
  readonly merchantId: string
  /** The lease under which this is reported; null when its owner decided. */
  readonly fence: number | null
  /** Active with the sealed `Consent` when its owner agreed just now, on our page. */
  readonly outcome:
    | { readonly state: "active"; readonly consentSealed?: Buffer }
    | { readonly state: "error"; readonly reason: Reason }
    | { readonly state: "pending"; readonly lookAt: Date }
}

function decide(draft: Draft, command: ReportInstrument): Instrument | Refusal {
  const instrument = draft.instruments.get(command.instrumentId)
  if (instrument === null || instrument.merchantId !== command.merchantId) {
    return refuse("instrument_not_found", "there is no such payment method")
  }
  if (command.fence !== null && command.fence !== instrument.fence) {
    return refuse("lease_lost", "another node is verifying this payment method")
  }
  const { outcome } = command
  if (instrument.state !== "pending") {
    if (instrument.state === outcome.state) return instrument
    return refuse("instrument_not_active", `the payment method is ${instrument.state} already`)
  }
  if (outcome.state === "pending") {
    const waiting = { ...instrument, lookAt: outcome.lookAt, leaseOwner: null }
    draft.instruments.put(instrument.id, waiting)
    return waiting
  }
  const agreed = consentOf(instrument, outcome, draft.now)
  if (outcome.state === "active" && agreed.consentedAt === null) {
    return refuse("instrument_not_active", "the owner of the account has not agreed to be charged")
  }
  const next: Instrument = {
    ...instrument,
    ...agreed,
    state: outcome.state,
    reason: outcome.state === "error" ? outcome.reason : null,
    version: instrument.version + 1,
    lookAt: null,
    leaseOwner: null,
    updatedAt: draft.now,
  }
  draft.instruments.put(instrument.id, next)
  tellInstrument(draft, next, `instrument.${next.state}`)
  return next
}

/** Under whose word it can be charged from now on; without one of now, whose it was before. */
function consentOf(
  { consentedAt, consentChannel, consentSealed }: Instrument,
  outcome: ReportInstrument["outcome"],
  now: Date,
): Pick<Instrument, "consentedAt" | "consentChannel" | "consentSealed"> {
  return outcome.state === "active" && outcome.consentSealed
    ? { consentedAt: now, consentChannel: "page", consentSealed: outcome.consentSealed }
    : { consentedAt, consentChannel, consentSealed }
}

export const reportInstrument: Decider<ReportInstrument, Instrument> = {
  name: "report-instrument",
  needs: (command) => ({
    instrumentsToChange: [command.instrumentId],
    customers: [command.customerId],
  }),
  decide,
}
