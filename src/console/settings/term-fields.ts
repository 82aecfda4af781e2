/** The fields of terms: how each is written, read and called, and which dialect heeds it. Pure. */
import type { DialectName, NewTerms, TermsSettings } from "../../core/index.ts"
import { CURRENCY_DECIMALS } from "../../money.ts"
import type { Words } from "../words.ts"
import { SET } from "./texts.ts"

type Wrong = { readonly wrong: Words; readonly values?: Readonly<Record<string, number>> }

export type TermField = {
  readonly label: Words
  readonly hint: Words | null
  readonly kind: "text" | "number" | "check" | "lines"
  /** Only who runs the gateway changes it. */
  readonly operates: boolean
  write(settings: TermsSettings): string
  read(text: string, settings: TermsSettings): NewTerms | Wrong
}

const HIGHEST_COUNT = 1_000_000
const TTL_MAX_S = 31_536_000
const WAIT_MAX_MS = 60_000
const UNITS = /^\d{1,18}$/
const PERCENT = /^(\d{1,3})(?:[.,](\d{1,2}))?$/

/** A whole number of a range, or nothing. */
function count(
  name: keyof TermsSettings,
  least: number,
  most: number,
): Pick<TermField, "kind" | "write" | "read"> {
  return {
    kind: "number",
    write: (settings) => String(settings[name] ?? ""),
    read(text) {
      if (text === "") return { [name]: null } as NewTerms
      const value = /^\d{1,8}$/.test(text) ? Number(text) : -1
      if (value >= least && value <= most) return { [name]: value } as NewTerms
      return { wrong: SET.numberWrong, values: { least, most } }
    },
  }
}

function units(name: "minAmount" | "maxAmount"): Pick<TermField, "kind" | "write" | "read"> {
  return {
    kind: "number",
    write: (settings) => settings[name] ?? "",
    read(text) {
      if (text === "") return { [name]: null } as NewTerms
      if (!UNITS.test(text)) return { wrong: SET.unitsWrong }
      return { [name]: BigInt(text).toString() } as NewTerms
    },
  }
}

const FIELD_NAMES = [
  "feeFixed",
  "feePercent",
  "minAmount",
  "maxAmount",
  "ttlSeconds",
  "redirectUrl",
  "currency",
  "requestsPerMinute",
  "country",
  "answerWithinMs",
  "identifierLimit",
  "lowBalance",
  "notifyAlways",
] as const
export type FieldName = (typeof FIELD_NAMES)[number]

export const FIELDS: Readonly<Record<FieldName, TermField>> = {
  feeFixed: {
    ...{ label: SET.feeFixed, hint: SET.feeFixedHint, kind: "number", operates: true },
    write: ({ feeFixed }) => feeFixed,
    read: (text) =>
      UNITS.test(text) ? { feeFixed: BigInt(text).toString() } : { wrong: SET.unitsWrong },
  },
  feePercent: {
    ...{ label: SET.feePercent, hint: SET.percentWrong, kind: "text", operates: true },
    write: ({ feeBasisPoints }) => String(feeBasisPoints / 100),
    read(text) {
      const [, whole, part = ""] = PERCENT.exec(text) ?? []
      const points = whole === undefined ? -1 : Number(whole) * 100 + Number(part.padEnd(2, "0"))
      const isShare = points >= 0 && points <= 10_000
      return isShare ? { feeBasisPoints: points } : { wrong: SET.percentWrong }
    },
  },
  minAmount: {
    ...{ label: SET.minAmount, hint: SET.amountHint, operates: false },
    ...units("minAmount"),
  },
  maxAmount: {
    ...{ label: SET.maxAmount, hint: SET.amountHint, operates: false },
    ...units("maxAmount"),
  },
  ttlSeconds: {
    ...{ label: SET.ttl, hint: SET.usualHint, operates: false },
    ...count("ttlSeconds", 1, TTL_MAX_S),
  },
  redirectUrl: {
    ...{ label: SET.redirect, hint: SET.redirectHint, kind: "text", operates: false },
    write: ({ redirectUrl }) => redirectUrl ?? "",
    read(text) {
      if (text === "") return { redirectUrl: null }
      const isUrl = text.length <= 2_048 && /^https?:$/.test(URL.parse(text)?.protocol ?? "")
      return isUrl ? { redirectUrl: text } : { wrong: SET.urlWrong }
    },
  },
  currency: {
    ...{ label: SET.currency, hint: SET.usualHint, kind: "text", operates: true },
    write: ({ currency }) => currency ?? "",
    read(text) {
      const code = text.toUpperCase()
      if (code === "") return { currency: null }
      return Object.hasOwn(CURRENCY_DECIMALS, code)
        ? { currency: code }
        : { wrong: SET.currencyWrong }
    },
  },
  requestsPerMinute: {
    ...{ label: SET.requests, hint: SET.requestsHint, operates: true },
    ...count("requestsPerMinute", 0, HIGHEST_COUNT),
  },
  country: {
    ...{ label: SET.country, hint: SET.countryHint, kind: "text", operates: true },
    write: ({ country }) => country ?? "",
    read(text) {
      if (text === "") return { country: null }
      return /^[a-z]{2}$/i.test(text)
        ? { country: text.toUpperCase() }
        : { wrong: SET.countryWrong }
    },
  },
  answerWithinMs: {
    ...{ label: SET.answerWithin, hint: SET.usualHint, operates: false },
    ...count("answerWithinMs", 0, WAIT_MAX_MS),
  },
  identifierLimit: {
    ...{ label: SET.perNumber, hint: SET.usualHint, operates: true },
    ...count("identifierLimit", 1, HIGHEST_COUNT),
  },
  lowBalance: {
    ...{ label: SET.lowBalance, hint: SET.lowBalanceHint, kind: "lines", operates: false },
    write: ({ lowBalance }) =>
      Object.entries(lowBalance)
        .map(([currency, limit]) => `${currency} ${limit}`)
        .sort()
        .join("\n"),
    read(text, { lowBalance }) {
      // What stands there no longer is taken away.
      const limits: Record<string, string | null> = Object.fromEntries(
        Object.keys(lowBalance).map((currency) => [currency, null]),
      )
      for (const [at, line] of text.split(/\r?\n/).entries()) {
        if (line.trim() === "") continue
        const [, code = "", limit = ""] = /^([A-Za-z]{3})\s+(\d{1,18})$/.exec(line.trim()) ?? []
        const currency = code.toUpperCase()
        if (!Object.hasOwn(CURRENCY_DECIMALS, currency)) {
          return { wrong: SET.lowBalanceWrong, values: { line: at + 1 } }
        }
        limits[currency] = BigInt(limit).toString()
      }
      return { lowBalance: limits }
    },
  },
  notifyAlways: {
    ...{ label: SET.notifyAlways, hint: null, kind: "check", operates: false },
    write: ({ notifyAlways }) => (notifyAlways ? "1" : ""),
    read: (text) => ({ notifyAlways: text === "1" }),
  },
}

/** What each dialect heeds: a setting that it doesn't would be believed to work. */
export const FIELDS_OF: Readonly<Record<DialectName, readonly FieldName[]>> = {
  pentagoo: [
    ...(["feeFixed", "feePercent", "minAmount", "maxAmount", "ttlSeconds"] as const),
    ...(["currency", "requestsPerMinute"] as const),
  ],
  tapila: [
    ...(["feeFixed", "feePercent", "answerWithinMs", "notifyAlways", "lowBalance"] as const),
    ...(["identifierLimit", "country", "requestsPerMinute"] as const),
  ],
  "palomma-pay": [
    ...(["feeFixed", "feePercent", "minAmount", "maxAmount", "ttlSeconds"] as const),
    ...(["redirectUrl", "requestsPerMinute"] as const),
  ],
  "palomma-direct-debit": ["feeFixed", "feePercent", "requestsPerMinute"],
  caudal: ["feeFixed", "feePercent", "ttlSeconds", "redirectUrl", "requestsPerMinute"],
}
