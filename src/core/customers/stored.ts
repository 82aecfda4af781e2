/** Persons and accounts as they are stored: sealed, with the marks that they are found by. */
import type { Ids } from "../../clock.ts"
import type { CreateCustomer } from "../decide/create-customer.ts"
import type { CreateInstrument } from "../decide/create-instrument.ts"
import type { Keyring } from "../seal.ts"
import { SEALED, sealConsent } from "../store/sealed.ts"
import type { Consent } from "./customer.ts"
import { makeMarks } from "./marks.ts"

export type NewCustomer = Omit<CreateCustomer, "id" | "personSealed" | "marks">

/** An instrument as it is to be made: what is kept sealed is still readable. */
export type NewInstrument = Omit<CreateInstrument, "id" | "detailsSealed" | "marks" | "consent"> & {
  readonly consent: { readonly at: Date | null; readonly proof: Consent } | null
}

/** Makes what seals them. */
export function makeStored({ ids, keyring }: { readonly ids: Ids; readonly keyring: Keyring }) {
  const marks = makeMarks(keyring)
  return {
    customer: (command: NewCustomer): CreateCustomer => ({
      ...command,
      id: ids.next(),
      personSealed: keyring.seal(JSON.stringify(command.person), SEALED.person),
      marks: marks.person(command.merchantId, command.person),
    }),
    instrument: ({ consent, ...spec }: NewInstrument): CreateInstrument => ({
      ...spec,
      id: ids.next(),
      detailsSealed: keyring.seal(JSON.stringify(spec.details), SEALED.details),
      marks: marks.account(spec.merchantId, spec.details),
      consent: consent && { at: consent.at, sealed: sealConsent(consent.proof, keyring) },
    }),
  }
}
