/** Reads what a payer typed: an account or a phone with its holder, or what is wrong, by field. */
import { z } from "zod"
import type { Method, Target } from "../core/index.ts"
import { BANKS } from "./banks.ts"
import type { KnownPayer } from "./purpose.ts"
import type { Texts } from "./texts/index.ts"

export const DOCUMENT_TYPES = ["cc", "ce", "nit"] as const
export const ACCOUNT_TYPES = ["savings", "checking"] as const
/** The methods that a payer can fill in here. */
export const PAGE_METHODS = ["bank", "wallet"] as const satisfies readonly Method[]
export type PageMethod = (typeof PAGE_METHODS)[number]

/** In the order in which they stand on the page. */
export const FIELDS = [
  "method",
  "bank",
  "accountType",
  "accountNumber",
  "phone",
  "name",
  "documentType",
  "documentNumber",
  "email",
] as const
export type Field = (typeof FIELDS)[number]

/** What was typed, as it was typed, so that it can be shown again. */
export type Typed = Readonly<Partial<Record<Field, string>>>
export type Wrong = Partial<Record<Field, string>>

export type Filled = { readonly method: PageMethod; readonly target: Target }

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
}

const DOCUMENTS: Readonly<Record<(typeof DOCUMENT_TYPES)[number], RegExp>> = {
  cc: /^\d{4,10}$/,
  ce: /^\d{3,10}$/,
  nit: /^\d{9,10}$/,
}
const EMAIL_MAX = 254
const email = z.email().max(EMAIL_MAX)

/** Reads a form. A field that was left empty has the value that the merchant gave, if it did. */
export function readForm(
  typed: Typed,
  rules: FormRules,
  t: Texts,
): { readonly filled: Filled } | { readonly wrong: Wrong } {
  const wrong: Wrong = {}
  const known = rules.known
  const method = rules.offered.find((each) => each === typed.method)
  if (!method) wrong.method = t.wrong.method

  const name = (typed.name?.trim() || known?.name || "").replace(/\s+/g, " ")
  if (!/^(?=.*\p{L}.*\p{L})[^\p{C}<>]{3,80}$/u.test(name)) wrong.name = t.wrong.name

  const documentType = DOCUMENT_TYPES.find(
    (each) => each === (typed.documentType || known?.documentType),
  )
  const documentNumber = digits(typed.documentNumber) || digits(known?.documentNumber)
  if (!documentType) wrong.documentType = t.wrong.documentType
  else if (!DOCUMENTS[documentType].test(documentNumber)) {
    wrong.documentNumber = t.wrong.documentNumber[documentType]
  } else if (rules.enforcedDocument !== null && documentNumber !== rules.enforcedDocument) {
    wrong.documentNumber = t.wrong.enforced
  }

  const address = email.safeParse(typed.email?.trim() || known?.email)
  if (!address.success) wrong.email = t.wrong.email

  const means = method && MEANS[method](typed, rules, wrong, t)
  if (!method || !means || !documentType || !address.success || Object.keys(wrong).length > 0) {
    return { wrong }
  }
  const holder = { name, documentType, documentNumber }
  return { filled: { method, target: { ...means, holder, email: address.data } } }
}

type ReadMeans = (typed: Typed, rules: FormRules, wrong: Wrong, t: Texts) => Target

const MEANS: Readonly<Record<PageMethod, ReadMeans>> = {
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
}

/**
 * People write numbers with blanks, dots and dashes; letters are kept, so that they are refused.
 */
function digits(text: string | null | undefined): string {
  return (text ?? "").replace(/[\s.-]/g, "")
}

function phoneDigits(text: string | null | undefined): string {
  return digits(text).replace(/^(?:\+|00)?57(?=3\d{9}$)/, "")
}

/** What a known value looks like to somebody who only has the link. */
export function maskKnown(field: keyof KnownPayer, value: string): string {
  if (field === "name") return value.replace(/(?<=\S)\S/g, "•")
  if (field === "email") return value.replace(/(?<=^.)[^@]*/, "•••")
  // Of a short number its end would be nearly all of it.
  return value.length < 7 ? "•••" : `•••${value.slice(-3)}`
}
