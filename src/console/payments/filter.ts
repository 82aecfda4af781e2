/** Which payments a list shows: read out of its address, and written back into it. Pure. */
import { DIALECT_NAMES, METHODS, SEARCH_MAX, type Search, STATES } from "../../core/index.ts"
import { beginOfDay, endOfDay, readDay } from "../days.ts"
import { decimalsFor, type Reading, readAmount } from "../figures.ts"
import { say, type Words } from "../words.ts"

/** The fields of the form, in the order in which they stand in an address. */
export const FIELDS = [
  "q",
  "state",
  "dialect",
  "method",
  "rail",
  "asset",
  "min",
  "max",
  "from",
  "to",
  "customer",
] as const
export type FieldName = (typeof FIELDS)[number]

/** What was typed, as it was typed; what was left out is "". */
export type Typed = Readonly<Record<FieldName, string>>

export type Filter = {
  readonly typed: Typed
  /** What is wrong with a field: nothing is looked for then. */
  readonly wrong: Partial<Record<FieldName, string>>
  readonly search: Omit<Search, "merchantId">
  /** Whether anything is left out by it. */
  readonly narrows: boolean
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const WRONG = {
  choice: {
    es: "No hay tal opción.",
    pt: "Não existe essa opção.",
    en: "There is no such choice.",
  },
  text: {
    es: "Escriba a lo sumo {most} caracteres.",
    pt: "Escreva no máximo {most} caracteres.",
    en: "Write at most {most} characters.",
  },
  amount: {
    es: "Escriba un valor como 12.500 o 12.500,50.",
    pt: "Escreva um valor como 12.500 ou 12.500,50.",
    en: "Write an amount such as 12,500 or 12,500.50.",
  },
  asset: {
    es: "Elija la moneda del valor.",
    pt: "Escolha a moeda do valor.",
    en: "Choose the amount's currency.",
  },
  order: {
    es: "Es menos que el comienzo.",
    pt: "É menos que o começo.",
    en: "It comes before the beginning.",
  },
  day: {
    es: "Escriba un día como 2026-11-22.",
    pt: "Escreva um dia como 2026-11-22.",
    en: "Write a day such as 2026-11-22.",
  },
} as const satisfies Record<string, Words>

/** What may be chosen beside the core's own sets: it depends on the settings. */
export type Choices = { readonly rails: readonly string[]; readonly assets: readonly string[] }

/** Reads a list's filter. Days are those of the page's time zone, both included. */
export function readFilter(
  query: Readonly<Record<string, string>>,
  reading: Reading,
  choices: Choices,
): Filter {
  const typed = Object.fromEntries(FIELDS.map((name) => [name, query[name]?.trim() ?? ""])) as Typed
  const wrong: Partial<Record<FieldName, string>> = {}
  const fail = (name: FieldName, words: Words) => {
    wrong[name] ??= say(words, reading.language, { most: SEARCH_MAX })
    return undefined
  }
  const one = <T extends string>(name: FieldName, all: readonly T[]): T | undefined => {
    if (typed[name] === "") return undefined
    return all.find((each) => each === typed[name]) ?? fail(name, WRONG.choice)
  }
  const asset = one("asset", choices.assets)
  const amount = (name: "min" | "max") => {
    if (typed[name] === "") return undefined
    if (asset === undefined || decimalsFor(asset, reading) === null) {
      return fail("asset", WRONG.asset)
    }
    return readAmount(typed[name], asset, reading) ?? fail(name, WRONG.amount)
  }
  const day = (name: "from" | "to") => {
    if (typed[name] === "") return undefined
    return readDay(typed[name]) ?? fail(name, WRONG.day)
  }
  const [minAmount, maxAmount] = [amount("min"), amount("max")]
  const [from, to] = [day("from"), day("to")]
  const state = one("state", STATES)
  if (minAmount !== undefined && maxAmount !== undefined && maxAmount < minAmount) {
    fail("max", WRONG.order)
  }
  if (from !== undefined && to !== undefined && to < from) fail("to", WRONG.order)
  if (typed.q.length > SEARCH_MAX) fail("q", WRONG.text)
  if (typed.customer !== "" && !UUID.test(typed.customer)) fail("customer", WRONG.choice)
  return {
    typed,
    wrong,
    search: {
      text: typed.q === "" ? undefined : typed.q,
      state: state && [state],
      dialect: one("dialect", DIALECT_NAMES),
      method: one("method", METHODS),
      rail: one("rail", choices.rails),
      asset,
      minAmount,
      maxAmount,
      from: from === undefined ? undefined : beginOfDay(from, reading.timeZone),
      to: to === undefined ? undefined : endOfDay(to, reading.timeZone),
      customerId: typed.customer === "" ? undefined : typed.customer,
    },
    narrows: FIELDS.some((name) => typed[name] !== ""),
  }
}

/** The filter as an address has it: only what was filled in. */
export function queryOf({ typed }: Pick<Filter, "typed">): Readonly<Record<string, string | null>> {
  return Object.fromEntries(FIELDS.map((name) => [name, typed[name] || null]))
}
