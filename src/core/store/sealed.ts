/** What is sealed at rest, for what purpose, and how stored rows become readable. */
import type { Consent, Customer, Instrument } from "../customers/customer.ts"
import type { Purpose } from "../payments/payment.ts"
import type { Keyring } from "../seal.ts"

/** What a sealed value is sealed for: the same words to seal and to open. */
export const SEALED = {
  person: "customer.person",
  details: "instrument.details",
  consent: "instrument.consent",
  target: "attempt.target",
  personal: "payment.purpose.personal",
  message: "delivery.message",
  tryAnswer: "try.answer",
  answer: "answer.body",
  endpointSecret: "endpoint.secret",
  endpointHeaders: "endpoint.headers",
  signingKey: "terms.signing-key",
  xpub: "xpub.key",
  email: "user.email",
  totp: "user.totp",
} as const

/** The text by which a start finds out whether its keys are the database's. */
export const KEY_CHECK = "installation.key-check"

/** A stored customer with its person readable: opened by whoever reads it, for most only ask. */
export function openCustomer(row: Customer, keyring: Keyring): Customer {
  let person: Customer["person"] | undefined
  return {
    ...row,
    get person() {
      person ??= opened<Customer["person"]>(keyring, row.personSealed, SEALED.person)
      return person
    },
  }
}

/** A stored instrument with its details readable, in the same way. */
export function openInstrument(row: Instrument, keyring: Keyring): Instrument {
  let details: Instrument["details"] | undefined
  return {
    ...row,
    get details() {
      details ??= opened<Instrument["details"]>(keyring, row.detailsSealed, SEALED.details)
      return details
    },
  }
}

function opened<Content>(keyring: Keyring, box: Buffer, purpose: string): Content {
  return JSON.parse(keyring.unseal(box, purpose).toString())
}

/** Who agreed to what, so that it can't be read in the database. */
export function sealConsent(consent: Consent, keyring: Keyring): Buffer {
  return keyring.seal(JSON.stringify(consent), SEALED.consent)
}

/** The proof of an instrument's consent; null where there is none, or none was kept. */
export function openConsent(
  { consentSealed }: Pick<Instrument, "consentSealed">,
  keyring: Keyring,
): Consent | null {
  return consentSealed && JSON.parse(keyring.unseal(consentSealed, SEALED.consent).toString())
}

/** A purpose whose personal part (who pays, which document) can't be read in the database. */
export function sealPurpose(
  open: Purpose,
  personal: Readonly<Record<string, unknown>>,
  keyring: Keyring,
): Purpose {
  // Where nobody said anything of a person there is nothing to hide.
  if (Object.values(personal).every((value) => value === null)) return { ...open, ...personal }
  const box = keyring.seal(JSON.stringify(personal), SEALED.personal)
  return { ...open, personal: box.toString("base64") }
}

/** A stored purpose with its personal part readable again; one without stays as it is. */
export function openPurpose(purpose: Purpose, keyring: Keyring): Purpose {
  const { personal, ...open } = purpose
  if (typeof personal !== "string") return purpose
  const box = Buffer.from(personal, "base64")
  return { ...open, ...JSON.parse(keyring.unseal(box, SEALED.personal).toString()) }
}
