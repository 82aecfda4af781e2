/** Stores an account of a customer; its rail has to verify it before it can be charged. */
import type { Customer, Instrument } from "../customers/customer.ts"
import type { Draft } from "../draft.ts"
import type { DialectName } from "../payments/payment.ts"
import type { Target } from "../rail.ts"
import { type Refusal, refuse } from "../refusal.ts"
import type { Decider } from "./decider.ts"

export type CreateInstrument = {
  readonly id: string
  readonly merchantId: string
  readonly dialect: DialectName
  readonly customerId: string
  readonly rail: string
  readonly type: string
  readonly details: Target
  readonly detailsSealed: Buffer
  readonly marks: string
  readonly masked: Target
  /**
   * What the merchant says of its customer's consent: since when (null: now), and the proof. Its
   * rail verifies the account then. Without it the owner has to agree on our page first.
   */
  readonly consent: { readonly at: Date | null; readonly sealed: Buffer } | null
}

export type InstrumentCreated = { readonly instrument: Instrument; readonly customer: Customer }

function decide(draft: Draft, command: CreateInstrument): InstrumentCreated | Refusal {
  const customer = draft.customers.get(command.customerId)
  if (customer === null || customer.merchantId !== command.merchantId) {
    return refuse("customer_not_found", "there is no such customer")
  }
  const { consent, ...stored } = command
  const instrument: Instrument = {
    ...stored,
    state: "pending",
    reason: null,
    consentedAt: consent && (consent.at ?? draft.now),
    consentChannel: consent && "merchant",
    consentSealed: consent?.sealed ?? null,
    revokedAt: null,
    revokedBy: null,
    version: 1,
    lookAt: consent === null ? null : draft.now,
    leaseOwner: null,
    fence: 1,
    createdAt: draft.now,
    updatedAt: draft.now,
  }
  draft.instruments.insert(instrument.id, instrument)
  tellInstrument(draft, instrument, "instrument.created")
  return { instrument, customer }
}

/** Writes the event of an instrument's new version. */
export function tellInstrument(draft: Draft, instrument: Instrument, type: string): void {
  draft.tell(
    { kind: "instrument", id: instrument.id, seq: instrument.version },
    instrument.merchantId,
    instrument.dialect,
    type,
    { instrument, data: { state: instrument.state, reason: instrument.reason } },
  )
}

export const createInstrument: Decider<CreateInstrument, InstrumentCreated> = {
  name: "create-instrument",
  needs: (command) => ({ customers: [command.customerId] }),
  decide,
}
