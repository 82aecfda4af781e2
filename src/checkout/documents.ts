/** Colombian documents: how their numbers are written, and whether one can be right. */

export const DOCUMENT_TYPES = ["cc", "ce", "nit"] as const
export type DocumentType = (typeof DOCUMENT_TYPES)[number]

/** What is wrong with a number: its form, or the check digit that was written behind it. */
export type Flaw = "form" | "check"

/** No cédula begins with a zero. A person's NIT is its cédula, so that one has no fixed length. */
const FORMS: Readonly<Record<DocumentType, RegExp>> = {
  cc: /^[1-9]\d{3,9}$/,
  ce: /^\d{3,10}$/,
  nit: /^\d{6,10}$/,
}

/**
 * Reads a number as people write it, with dots, blanks and dashes. Answers its digits (of a NIT
 * those before the check digit), or what is wrong with it.
 */
export function readDocument(type: DocumentType, written: string): { number: string } | Flaw {
  const { number, check } = type === "nit" ? splitNit(written) : whole(written)
  if (!FORMS[type].test(number) || /^0+$/.test(number)) return "form"
  return check === null || check === checkDigit(number) ? { number } : "check"
}

type Parts = { readonly number: string; readonly check: string | null }

const whole = (written: string): Parts => ({ number: digits(written), check: null })

const COMPANY_LENGTH = 9

/**
 * A single digit behind a dash is the check digit. Without a dash only a company's nine digits, or
 * these with the right check digit, can be told from a cédula: all else is no NIT.
 */
function splitNit(written: string): Parts {
  const [, before, check] = /^(.+)\p{Pd}\s*(\d)\s*$/u.exec(written) ?? []
  if (check !== undefined) return { number: digits(before), check }
  const all = digits(written)
  const company = all.slice(0, COMPANY_LENGTH)
  const fits = all === company || all === company + checkDigit(company)
  return { number: fits && company.length === COMPANY_LENGTH ? company : "", check: null }
}

/**
 * Whether a number that was read is the one that a merchant asks for, however that is written. A
 * person's cédula and NIT are the same number, and belong to the same person.
 */
export function isSame(type: DocumentType, number: string, wanted: string): boolean {
  const all = digits(wanted)
  return all === number || (type === "nit" && all === number + checkDigit(number))
}

/** The DIAN's weights, from the last digit to the first. */
const WEIGHTS = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71]

/** The check digit of a NIT, as the DIAN computes it: the weighted sum's rest modulo 11. */
export function checkDigit(nit: string): string {
  const sum = [...nit].reverse().reduce((all, each, at) => all + Number(each) * WEIGHTS[at]!, 0)
  const rest = sum % 11
  return String(rest < 2 ? rest : 11 - rest)
}

/** A number without what people put between its digits. Letters stay, so that they are refused. */
export function digits(text: string | null | undefined): string {
  return (text ?? "").replace(/[\s.\p{Pd}]/gu, "")
}
