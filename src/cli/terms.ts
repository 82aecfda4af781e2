/** `caudal terms`: what a merchant agreed for one dialect: its fee, times and limits. */
import type { DialectName, NewTerms, TermsSettings } from "../core/index.ts"
import { parseDecimal } from "../money.ts"
import { CommandError, command, UsageError } from "./command.ts"
import {
  dialectNames,
  findCurrency,
  findDialect,
  findMerchant,
  readAmount,
  writeAmount,
} from "./named.ts"
import { list } from "./shell.ts"

const DIALECT = {
  value: "DIALECT",
  required: true,
  about: `one of ${dialectNames().join(", ")}`,
} as const
/** Takes a setting back to what the dialect does by itself. */
const DEFAULT = "default"
/** Takes a limit away. */
const NONE = "none"
/** As the settings have them. */
const ANSWER_WITHIN_MAX_MS = 60_000
const COUNT_MAX = 1_000_000
/** 100 %. */
const BASIS_POINTS_MAX = 10_000n

const show = command({
  name: "terms show",
  about: "Shows a merchant's terms in a dialect.",
  operands: ["MERCHANT"],
  options: { dialect: DIALECT },
  example: "terms show Demo --dialect tapila",
  async run(values, shell, [given]) {
    const { name: dialect } = findDialect(values.dialect)
    await shell.withCore(async (core) => {
      const { id: merchantId, name } = await findMerchant(core, given)
      const terms = await core.merchants.terms(merchantId, dialect)
      if (terms === null) throw noTerms(name, dialect)
      const { settings } = terms
      const text = () => `${name}'s terms in ${dialect}:\n\n${list(rowsOf(dialect, settings))}`
      shell.show({ merchantId, dialect, settings }, text)
    })
  },
})

const set = command({
  name: "terms set",
  about:
    "Changes a merchant's terms in a dialect, on every node within a second. A fee is never more " +
    "than its payment; a recharge keeps the one of its creation. Requests a minute are " +
    "each credential's. All but these and the fee is for tapila.",
  operands: ["MERCHANT"],
  options: {
    dialect: DIALECT,
    "fee-fixed": {
      value: "UNITS",
      about: "of each approved payment: minor units of whatever its currency is, such as 50",
    },
    "fee-percent": { value: "PERCENT", about: "of each approved payment, besides: such as 2.9" },
    "answer-within": {
      value: "TIME",
      about: `how long a recharge waits for its answer before it is a 202: 5s, 500ms, ${DEFAULT}`,
    },
    "low-balance": {
      value: "CODE=AMOUNT",
      many: true,
      about: `tells the merchant when a recharge takes its wallet below it; CODE=${NONE}: never`,
    },
    "per-number": {
      value: "N",
      about: `how many recharges one number gets in an hour, or ${DEFAULT}`,
    },
    "requests-per-minute": {
      value: "N",
      about: `how many requests are answered; 0: any, or ${DEFAULT}`,
    },
    notify: {
      value: "always|deferred",
      about: "webhooks of all recharges, or only of those that were answered 202",
    },
    country: { value: "CC", about: "the one whose companies it may sell, such as AR; or any" },
  },
  example: "terms set Demo --dialect tapila --low-balance COP=100000.00 --answer-within 5s",
  async run({ dialect: named, ...values }, shell, [given]) {
    const { name: dialect } = findDialect(named)
    refuseOthers(dialect, values)
    const change = readChange(values)
    if (Object.keys(change).length === 0) {
      throw new UsageError("terms set needs something to change; see caudal terms set --help")
    }
    await shell.withCore(async (core) => {
      const { id: merchantId, name } = await findMerchant(core, given)
      const terms = await core.merchants.changeTerms(merchantId, dialect, change)
      if (terms === null) throw noTerms(name, dialect)
      const { country } = change
      if (country && (await core.catalogue.list(country)).length === 0) {
        shell.note(`The catalogue has no company in ${country}: nothing can be sold until it has.`)
      }
      const { settings } = terms
      const text = () =>
        `${name}'s terms in ${dialect} are now:\n\n${list(rowsOf(dialect, settings))}`
      shell.show({ merchantId, dialect, settings }, text)
    })
  },
})

export const commands = [show, set]

function noTerms(name: string, dialect: DialectName): CommandError {
  return new CommandError(
    `${name} doesn't use ${dialect} yet: caudal key add --merchant "${name}" --dialect ${dialect}`,
  )
}

/** What only recharges have. */
const OF_RECHARGES = ["answer-within", "low-balance", "per-number", "notify", "country"] as const

type Given = {
  readonly [Name in
    | (typeof OF_RECHARGES)[number]
    | "fee-fixed"
    | "fee-percent"
    | "requests-per-minute"]?: string | readonly string[] | undefined
} & { readonly "low-balance": readonly string[] }

/** A setting that its dialect doesn't heed would be believed to work. */
function refuseOthers(dialect: DialectName, values: Given): void {
  if (dialect === "tapila") return
  const other = OF_RECHARGES.find((name) => (values[name]?.length ?? 0) > 0)
  if (other) throw new UsageError(`--${other} is for tapila: ${dialect} sells no recharges`)
}

type Readers = {
  readonly [Name in Exclude<keyof Given, "low-balance">]: (text: string) => NewTerms
}

/** How each option is read; all of them throw `UsageError`. */
const READERS: Readers = {
  "fee-fixed": (text) => {
    if (/^\d{1,18}$/.test(text)) return { feeFixed: BigInt(text).toString() }
    throw new UsageError(`--fee-fixed ${text}: write whole minor units, such as 50`)
  },
  "fee-percent": (text) => {
    const basisPoints = parseDecimal(text, 2)
    if (basisPoints !== null && basisPoints <= BASIS_POINTS_MAX) {
      return { feeBasisPoints: Number(basisPoints) }
    }
    throw new UsageError(
      `--fee-percent ${text}: write a number from 0 to 100 with at most 2 decimals`,
    )
  },
  "answer-within": (text) => ({ answerWithinMs: readTime(text) }),
  "per-number": (text) => ({ identifierLimit: readCount("--per-number", text, 1) }),
  "requests-per-minute": (text) => ({
    requestsPerMinute: readCount("--requests-per-minute", text, 0),
  }),
  notify: (text) => {
    if (text === "always" || text === "deferred") return { notifyAlways: text === "always" }
    throw new UsageError(`--notify ${text}: write always or deferred`)
  },
  country: (text) => {
    if (text === "any") return { country: null }
    if (/^[a-z]{2}$/i.test(text)) return { country: text.toUpperCase() }
    throw new UsageError(`--country ${text}: write two letters, such as AR, or any`)
  },
}

function readChange(values: Given): NewTerms {
  const changes = Object.entries(READERS).map(([name, read]) => {
    const text = values[name as keyof Readers]
    return typeof text === "string" ? read(text) : {}
  })
  const limits = values["low-balance"].map(readLimit)
  const twice = limits.find(([code], at) => limits.findIndex(([each]) => each === code) < at)
  if (twice) throw new UsageError(`--low-balance ${twice[0]}=…: given twice`)
  const lowBalance = limits.length > 0 ? { lowBalance: Object.fromEntries(limits) } : {}
  return Object.assign({}, ...changes, lowBalance)
}

function readLimit(text: string): [currency: string, limit: string | null] {
  const [code = "", amount = "", ...more] = text.split("=")
  if (amount === "" || more.length > 0) {
    throw new UsageError(
      `--low-balance ${text}: write a currency, = and an amount, such as COP=100000.00, or ${NONE}`,
    )
  }
  const { currency, decimals } = findCurrency(code)
  if (amount === NONE) return [currency, null]
  const limit = readAmount(amount, currency, decimals).toString()
  if (limit.length <= 18) return [currency, limit]
  throw new UsageError(`--low-balance ${text}: that is more than any wallet holds`)
}

function readTime(text: string): number | null {
  if (text === DEFAULT) return null
  const [, count = "", unit] = /^(\d{1,5})(ms|s)$/.exec(text) ?? []
  const timeMs = count === "" ? -1 : Number(count) * (unit === "s" ? 1_000 : 1)
  if (timeMs >= 0 && timeMs <= ANSWER_WITHIN_MAX_MS) return timeMs
  throw new UsageError(
    `--answer-within ${text}: write a time like 5s or 500ms, at most 60s, or ${DEFAULT}`,
  )
}

function readCount(option: string, text: string, least: number): number | null {
  if (text === DEFAULT) return null
  const count = /^\d{1,7}$/.test(text) ? Number(text) : -1
  if (count >= least && count <= COUNT_MAX) return count
  throw new UsageError(
    `${option} ${text}: write a number from ${least} to ${COUNT_MAX}, or ${DEFAULT}`,
  )
}

function rowsOf(dialect: DialectName, settings: TermsSettings): [name: string, value: string][] {
  const fee: [string, string][] = [
    ["fixed fee", `${settings.feeFixed} minor units`],
    ["fee", `${settings.feeBasisPoints / 100} %`],
  ]
  const { answerWithinMs, lowBalance, requestsPerMinute } = settings
  const own = `the dialect's own`
  const requests: [string, string] = [
    "requests a minute",
    requestsPerMinute === 0 ? "any" : (requestsPerMinute?.toString() ?? own),
  ]
  if (dialect !== "tapila") return [...fee, requests]
  const limits = Object.entries(lowBalance).map(([currency, limit]) => {
    return `${currency} ${writeAmount(BigInt(limit), currency)}`
  })
  return [
    ...fee,
    ["answer within", answerWithinMs === null ? own : `${answerWithinMs / 1_000} s`],
    ["low balance", limits.join(", ") || "never told"],
    ["recharges of a number", settings.identifierLimit?.toString() ?? own],
    requests,
    ["webhooks", settings.notifyAlways ? "of all recharges" : "of those that were answered 202"],
    ["country", settings.country ?? "any"],
  ]
}
