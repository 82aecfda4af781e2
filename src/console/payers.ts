/** Who pays, as others may see it: named, with document, e-mail and number masked. Pure. */
import { z } from "zod"
import { maskDocument, maskNumber, type Person, type Purpose } from "../core/index.ts"

const text = z.string().min(1).nullable().catch(null)
const payer = z.object({
  name: text,
  documentType: text,
  documentNumber: text,
  email: text,
  phoneNumber: text,
})
// A page must open whatever a dialect wrote: what doesn't fit counts as left out.
const purpose = z.object({ payer: payer.nullable().catch(null) })

/** One line for each thing that is known of a person. */
export type Masked = readonly string[]

/** What a dialect kept of a payment's payer; nothing where it kept none. */
export function payerOf(kept: Purpose): Masked {
  const { payer: known } = purpose.parse(kept)
  if (known === null) return []
  const { name, documentType, documentNumber, email, phoneNumber } = known
  return lines([
    name,
    documentNumber && documentText(documentType, documentNumber),
    email && maskEmail(email),
    phoneNumber && maskNumber(phoneNumber),
  ])
}

/** What is stored of a customer. */
export function personOf(person: Person): Masked {
  return lines([person.name, documentOf(person), person.email && maskEmail(person.email)])
}

/** A person's document, by its last digits. */
export function documentOf({ documentType, documentNumber }: Person): string {
  return documentNumber ? documentText(documentType, documentNumber) : ""
}

/** An address by its first letters and its host: `lu…@example.com`. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf("@")
  const local = at < 0 ? email : email.slice(0, at)
  const shown = local.slice(0, Math.min(2, Math.floor(local.length / 2)))
  return `${shown}…${at < 0 ? "" : email.slice(at)}`
}

function documentText(type: string | null, number: string): string {
  return [type, maskDocument(number)].filter(Boolean).join(" ")
}

function lines(all: readonly (string | null)[]): string[] {
  return all.filter((each): each is string => each !== null && each !== "")
}
