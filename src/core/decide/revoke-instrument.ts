/** Takes back the consent under which a stored account is charged: nothing new is, from then on. */
import type { Actor, Change } from "../audit/entry.ts"
import type { Instrument, Revoker } from "../customers/customer.ts"
import type { Draft } from "../draft.ts"
import { type Refusal, refuse } from "../refusal.ts"
import { tellInstrument } from "./create-instrument.ts"
import type { Decider } from "./decider.ts"

export type RevokeInstrument = {
  readonly instrumentId: string
  readonly customerId: string
  readonly merchantId: string
  readonly by: Revoker
  /** The operator who is written down with it; null for whoever else does it. */
  readonly actor?: Actor | null
}

/**
 * The first who revokes is the one that counts; a repeat is answered with what is. What a bank was
 * handed before goes its way: only a bank could stop that.
 */
function decide(draft: Draft, command: RevokeInstrument): Instrument | Refusal {
  const instrument = draft.instruments.get(command.instrumentId)
  if (instrument === null || instrument.merchantId !== command.merchantId) {
    return refuse("instrument_not_found", "there is no such payment method")
  }
  note(draft, command, instrument)
  if (instrument.state === "revoked") return instrument
  if (instrument.state === "error") {
    return refuse("instrument_ended", "this payment method failed: there is nothing to revoke")
  }
  return revoke(draft, instrument, command.by)
}

/** A no takes this back, as it does all else. */
function note(draft: Draft, { actor, merchantId }: RevokeInstrument, { id, state }: Instrument) {
  if (!actor) return
  const isNew = state !== "revoked"
  const change: Change = isNew ? { state: { old: state, new: "revoked" } } : {}
  const outcome = isNew ? "done" : "unchanged"
  draft.audit({ action: "mandate.revoke", merchantId, subject: id, outcome, change }, actor)
}

/** Writes the end of a consent and its event. The instrument must be locked. */
export function revoke(draft: Draft, instrument: Instrument, by: Revoker): Instrument {
  const revoked: Instrument = {
    ...instrument,
    state: "revoked",
    reason: "mandate_revoked",
    revokedAt: draft.now,
    revokedBy: by,
    version: instrument.version + 1,
    lookAt: null,
    leaseOwner: null,
    updatedAt: draft.now,
  }
  draft.instruments.put(revoked.id, revoked)
  tellInstrument(draft, revoked, "instrument.revoked")
  return revoked
}

export const revokeInstrument: Decider<RevokeInstrument, Instrument> = {
  name: "revoke-instrument",
  needs: (command) => ({
    instrumentsToChange: [command.instrumentId],
    customers: [command.customerId],
  }),
  decide,
}
