/** Reads what a payer typed: an account or a phone with its holder, or what is wrong, by field. */
import { z } from "zod"
import type { Target, Way } from "../core/index.ts"
import { BANKS } from "./banks.ts"
import { DOCUMENT_TYPES, type DocumentType, digits, isSame, readDocument } from "./documents.ts"
import { METHOD_OF, type PageMethod } from "./methods.ts"
import type { KnownPayer } from "./purpose.ts"
import type { Texts } from "./texts/index.ts"

export const ACCOUNT_TYPES = ["savings", "checking"] as const
/** Whose account it is: a person's, or a business's. */
export const HOLDERS = ["person", "business"] as const
export type Holder = (typeof HOLDERS)[number]
/** What a person can prove itself with; a business has a NIT. */
export const PERSON_DOCUMENTS = DOCUMENT_TYPES.filter((each) => each !== "nit")

/** In the order in which they stand on the page. */
export const FIELDS = [
  "method",
  "bank",
  "accountType",
  "accountNumber",
  "phone",
  "holder",
  "name",
  "documentType",
  "documentNumber",
  "businessName",
  "nit",
  "email",
] as const
export type Field = (typeof FIELDS)[number]

/** What was typed, as it was typed, so that it can be shown again. */
export type Typed = Readonly<Partial<Record<Field, string>>>
export type Wrong = Partial<Record<Field, string>>

/** Longer than any of these fields may be; what is longer is not shown again either. */
const TYPED_MAX = 300

/** What a form names, cut to the fields that there are. */
export function typedOf(form: URLSearchParams): Typed {
  const typed: Partial<Record<Field, string>> = {}
  for (const field of FIELDS) {
    const value = form.get(field)?.slice(0, TYPED_MAX).toWellFormed()
    if (value !== undefined) typed[field] = value
  }
  return typed
}

export type FormRules = {
  readonly offered: readonly PageMethod[]
  readonly known: KnownPayer | null
  readonly enforcedDocument: string | null
  /** What is chosen until the payer chooses: the way of the try that was declined. */
  readonly preferred?: PageMethod | null
}

/** Two names of 80 characters and a blank, as a merchant may give them. */
export const NAME_MAX = 161
/** A person has a first and a last name, or at least two letters; "3M" is a business. */
const NAMES: Readonly<Record<Holder, RegExp>> = {
  person: /^(?=.*\p{L}.*\p{L}).{3,161}$/u,
  business: /^(?=.*\p{L}).{2,161}$/u,
}
/** Signs that no name has, and that mean something to programs behind us. */
const NO_NAME = /[\p{C}<>]/u
const EMAIL_MAX = 254
const email = z.email().max(EMAIL_MAX)

/** Reads a form. A field that was left empty has the value that the merchant gave, if it did. */
export function readForm(
  typed: Typed,
  rules: FormRules,
  t: Texts,
): { readonly filled: Way } | { readonly wrong: Wrong } {
  const wrong: Wrong = {}
  const method = rules.offered.find((each) => each === typed.method)
  if (!method) wrong.method = t.wrong.method
  if (method === "crypto") return { filled: { method, target: {} } }

  const means = method ? MEANS[method](typed, rules, wrong, t) : {}
  const holder = HOLDER_READERS[holderOf(typed, rules)](typed, rules, wrong, t)
  const address = email.safeParse(typed.email?.trim() || rules.known?.email)
  if (!address.success) wrong.email = t.wrong.email

  if (!method || !holder || !address.success || Object.keys(wrong).length > 0) return { wrong }
  return {
    filled: { method: METHOD_OF[method], target: { ...means, holder, email: address.data } },
  }
}

/** Whose account it is: as the payer says, else as the merchant seems to know. */
export function holderOf({ holder }: Typed, { known }: Pick<FormRules, "known">): Holder {
  return HOLDERS.find((each) => each === holder) ?? knownHolder(known)
}

function knownHolder(known: KnownPayer | null): Holder {
  return known?.documentType === "nit" ? "business" : "person"
}

/** What the merchant knows about a holder of this kind; of another kind it is of no use. */
export function knownAs(holder: Holder, known: KnownPayer | null): KnownPayer | null {
  return knownHolder(known) === holder ? known : null
}

type Reader<T> = (typed: Typed, rules: FormRules, wrong: Wrong, t: Texts) => T

const MEANS: Readonly<Record<Exclude<PageMethod, "crypto">, Reader<Target>>> = {
  bank(typed, _rules, wrong, t) {
    const bank = BANKS.find(([code]) => code === typed.bank)?.[0]
    const accountType = ACCOUNT_TYPES.find((each) => each === typed.accountType)
    const accountNumber = digits(typed.accountNumber)
    if (!bank) wrong.bank = t.wrong.bank
    if (!accountType) wrong.accountType = t.wrong.accountType
    if (!/^\d{6,20}$/.test(accountNumber)) wrong.accountNumber = t.wrong.accountNumber
    return { bank, accountType, accountNumber }
  },
  wallet(typed, { known }, wrong, t) {
    const phoneNumber = phoneDigits(typed.phone) || phoneDigits(known?.phoneNumber)
    if (!/^3\d{9}$/.test(phoneNumber)) wrong.phone = t.wrong.phone
    return { phoneNumber }
  },
  bancolombia: () => ({ bank: "bancolombia" }),
}

const HOLDER_READERS: Readonly<Record<Holder, Reader<Target["holder"]>>> = {
  person(typed, rules, wrong, t) {
    const known = knownAs("person", rules.known)
    const name = nameOf(typed.name, known)
    const flaw = nameFlaw("person", name, t.wrong.name, t)
    if (flaw !== null) wrong.name = flaw
    const documentType = PERSON_DOCUMENTS.find(
      (each) => each === (typed.documentType || known?.documentType),
    )
    if (!documentType) {
      wrong.documentType = t.wrong.documentType
      return undefined
    }
    const written = digits(typed.documentNumber) || known?.documentNumber
    const read = documentOf(documentType, written, rules, t)
    if ("wrong" in read) wrong.documentNumber = read.wrong
    return "wrong" in read ? undefined : { name, documentType, documentNumber: read.number }
  },
  business(typed, rules, wrong, t) {
    const known = knownAs("business", rules.known)
    const name = nameOf(typed.businessName, known)
    const flaw = nameFlaw("business", name, t.wrong.businessName, t)
    if (flaw !== null) wrong.businessName = flaw
    // With its dash: that says which digit is the check digit.
    const written = digits(typed.nit) ? typed.nit : known?.documentNumber
    const read = documentOf("nit", written, rules, t)
    if ("wrong" in read) wrong.nit = read.wrong
    return "wrong" in read ? undefined : { name, documentType: "nit", documentNumber: read.number }
  },
}

function nameOf(typed: string | undefined, known: KnownPayer | null): string {
  return (typed?.trim() || known?.name || "").trim().replace(/\s+/g, " ")
}

function nameFlaw(holder: Holder, name: string, missing: string, t: Texts): string | null {
  if (NO_NAME.test(name)) return t.wrong.signs
  return NAMES[holder].test(name) ? null : missing
}

function documentOf(
  type: DocumentType,
  written: string | null | undefined,
  { enforcedDocument }: FormRules,
  t: Texts,
): { readonly number: string } | { readonly wrong: string } {
  const read = readDocument(type, written ?? "")
  if (read === "check") return { wrong: t.wrong.nitCheck }
  if (read === "form") return { wrong: t.wrong.documentNumber[type] }
  const refused = enforcedDocument !== null && !isSame(type, read.number, enforcedDocument)
  return refused ? { wrong: t.wrong.enforced } : read
}

function phoneDigits(text: string | null | undefined): string {
  return digits(text?.replace(/[()]/g, "")).replace(/^(?:\+|00)?57(?=3\d{9}$)/, "")
}

/** What a known value looks like to somebody who only has the link. */
export function maskKnown(field: keyof KnownPayer, value: string): string {
  if (field === "name") return value.replace(/(?<=\S)\S/g, "•")
  if (field === "email") return value.replace(/(?<=^.)[^@]*/, "•••")
  // Of a short number its end would be nearly all of it.
  return value.length < 7 ? "•••" : `•••${value.slice(-3)}`
}

/** The last digits of a number that its owner will know again. */
export function maskTail(number: string, shown: number): string {
  return `•••${number.slice(-shown)}`
}
