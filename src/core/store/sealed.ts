/** What is sealed at rest, for what purpose, and how stored rows become readable. */
import type { Customer, Instrument } from "../customers/customer.ts"
import type { Keyring } from "../seal.ts"

/** What a sealed value is sealed for: the same words to seal and to open. */
export const SEALED = {
  person: "customer.person",
  details: "instrument.details",
  target: "attempt.target",
  message: "delivery.message",
  answer: "answer.body",
  endpointSecret: "endpoint.secret",
  endpointHeaders: "endpoint.headers",
  signingKey: "terms.signing-key",
} as const

/** A stored customer with its person readable. */
export function openCustomer(row: Customer, keyring: Keyring): Customer {
  return { ...row, person: JSON.parse(keyring.unseal(row.personSealed, SEALED.person).toString()) }
}

/** A stored instrument with its details readable. */
export function openInstrument(row: Instrument, keyring: Keyring): Instrument {
  const details = JSON.parse(keyring.unseal(row.detailsSealed, SEALED.details).toString())
  return { ...row, details }
}
