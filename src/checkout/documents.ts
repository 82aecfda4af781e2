/** Colombian documents: how their numbers are written, and whether one can be right. */

export const DOCUMENT_TYPES = ["cc", "ce", "nit"] as const
export type DocumentType = (typeof DOCUMENT_TYPES)[number]

/** What is wrong with a number: its form, or the check digit that was written behind it. */
export type Flaw = "form" | "check"

/** No cédula begins with a zero; a NIT may have its check digit. */
const FORMS: Readonly<Record<DocumentType, RegExp>> = {
  cc: /^[1-9]\d{3,9}$/,
  ce: /^\d{3,10}$/,
  nit: /^\d{9,10}$/,
}
const NIT_LENGTH = 9

/**
 * Reads a number as people write it, with dots, blanks and dashes. Answers its digits (of a NIT
 * those before the check digit), or what is wrong with it.
 */
export function readDocument(type: DocumentType, written: string): { number: string } | Flaw {
  const number = digits(written)
  if (!FORMS[type].test(number)) return "form"
  if (type !== "nit") return { number }
  const nit = number.slice(0, NIT_LENGTH)
  const check = number.slice(NIT_LENGTH)
  return check === "" || check === checkDigit(nit) ? { number: nit } : "check"
}

/** Whether a number that was read is the one that a merchant asks for, however that is written. */
export function isSame(type: DocumentType, number: string, wanted: string): boolean {
  const read = readDocument(type, wanted)
  return typeof read === "object" && read.number === number
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
  return (text ?? "").replace(/[\s.-]/g, "")
}
