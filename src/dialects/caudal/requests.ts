/** What clients may send: queries, bodies and ids, with one sentence for each rule. */
import { z } from "zod"
import { isDay, OUTCOMES, PAGE_MAX, REASONS, TOP_UP_MAX } from "../../core/index.ts"
import { CURRENCY_DECIMALS } from "../../money.ts"
import { idIn, type Named, placeIn } from "./ids.ts"

const LIMIT_DEFAULT = 20
/** The longest reference that any dialect takes. */
const REFERENCE_MAX = 255
/** What browsers and servers agree on. */
export const URL_MAX = 2_048
/** An amount has at most 78 digits in the database, the largest integer of 256 bits. */
export const AMOUNT = /^[1-9]\d{0,77}$/

/** A value's rule, said when it is broken; of what is missing the frame says that it is. */
export function must(rule: string) {
  return {
    error: (issue: { readonly input?: unknown }) =>
      issue.input === undefined ? undefined : `must be ${rule}`,
  }
}

export function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, must(`one of ${values.join(", ")}`))
}

export function idOf(named: Named) {
  return z.string(must("an id")).transform((text, context) => {
    const id = idIn(named, text)
    if (id !== null) return id
    context.issues.push({ code: "custom", message: `must be an id of this kind`, input: text })
    return z.NEVER
  })
}

const limit = z
  .string(must("a number"))
  .regex(/^\d{1,3}$/, "must be a number")
  .transform(Number)
  .pipe(z.number().min(1, "must be at least 1").max(PAGE_MAX, `must be at most ${PAGE_MAX}`))
  .default(LIMIT_DEFAULT)

/** The two members that every list takes. A cursor is the `next_cursor` of the page before. */
export function page(named: Named) {
  return { limit, cursor: idOf(named).optional() }
}

/** One of some words, which may stand once or several times in a query. */
export function several<const T extends readonly [string, ...string[]]>(values: T) {
  const one = oneOf(values)
  const many = z.array(one).min(1).max(values.length)
  const rule = must(`one of ${values.join(", ")}, each at most once`)
  return z.union([one.transform((value) => [value]), many], rule)
}

/** No gateway booked anything before it. */
const FIRST_DAY = "2000-01-01"
/** The day that follows has to be one that four digits have a year for, in every zone. */
const LAST_DAY = "9998-12-31"
export const day = z
  .string(must("a day"))
  .refine(isDay, { error: "must be a day such as 2026-01-05", abort: true })
  .refine(
    (text) => text >= FIRST_DAY && text <= LAST_DAY,
    `must be a day from ${FIRST_DAY} to ${LAST_DAY}`,
  )

export const currency = z
  .string(must("a currency"))
  .refine(
    (text) => Object.hasOwn(CURRENCY_DECIMALS, text),
    `must be one of ${Object.keys(CURRENCY_DECIMALS).join(", ")}`,
  )

export const readStatement = z
  .strictObject({
    asset: currency,
    from: day.optional(),
    to: day.optional(),
    // None without `limit`: whether it may be left out depends on what is asked for.
    limit: limit.unwrap().optional(),
    cursor: z
      .string(must("a cursor"))
      .transform((text, context) => {
        const place = placeIn(text)
        if (place !== null) return place
        context.issues.push({ code: "custom", message: "must be a cursor", input: text })
        return z.NEVER
      })
      .optional(),
  })
  .refine(({ from = FIRST_DAY, to = LAST_DAY }) => from <= to, {
    path: ["to"],
    message: "must not be before from",
  })

export const topUp = z.strictObject({
  merchant: idOf("merchant"),
  asset: currency,
  amount: z
    .string(must('text, such as "150000"'))
    .regex(AMOUNT, 'must be a whole number of minor units above zero, such as "150000"')
    .transform(BigInt)
    .refine((amount) => amount <= TOP_UP_MAX, `must be at most ${TOP_UP_MAX}`),
  // The core has the rule: commands take what this takes.
  reference: z.string(must("text")),
})

/** 10 billion and more of any currency: a mistake of a few digits shows. */
const PAYMENT_MAX = 10n ** 15n
const DESCRIPTION_MAX = 500
/** A year. */
const TTL_MAX_S = 31_536_000
const METHODS = ["bank", "wallet", "crypto"] as const
/** Accounts that can be debited, stored or asked for on a page, hold pesos and nothing else. */
const ACCOUNT_ASSET = "COP"

/** Pairs of a merchant's own beside a payment: see docs/dialects/caudal.md. */
const METADATA_MAX = 20
const METADATA_VALUE_MAX = 500

const metadata = z
  .record(
    z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/, "must have names of 1 to 40 letters, digits, _ . -"),
    z
      .string(must("text"))
      .max(METADATA_VALUE_MAX, `must be at most ${METADATA_VALUE_MAX} characters`)
      .regex(/^[^\p{Cc}\p{Cs}]*$/u, "must be printable"),
    must("an object of names and texts"),
  )
  .refine(
    (given) => Object.keys(given).length <= METADATA_MAX,
    `must have at most ${METADATA_MAX} members`,
  )

/** Text that pages and logs can show as it is. */
export function words(max: number, pattern: RegExp) {
  const rule = `must be 1 to ${max} printable characters`
  return z.string(must("text")).regex(pattern, rule)
}

/** What a payment is about, and what a quote is asked for. */
export const paidWith = {
  amount: z
    .string(must('text, such as "2550"'))
    .regex(AMOUNT, 'must be a whole number of minor units above zero, such as "2550"')
    .transform(BigInt)
    .refine((amount) => amount <= PAYMENT_MAX, `must be at most ${PAYMENT_MAX}`),
  asset: currency,
}

export const createPayment = z
  .strictObject({
    ...paidWith,
    // Null and left out have to read the same: an Idempotency-Key compares what was read.
    reference: words(REFERENCE_MAX, /^(?=.*\S)[^\p{C}\p{Zl}\p{Zp}]{1,255}$/u)
      .nullable()
      .default(null),
    description: words(DESCRIPTION_MAX, /^(?=[\s\S]*\S)(?:[\t\n\r]|[^\p{Cc}\p{Cs}]){1,500}$/u)
      .nullable()
      .default(null),
    method: oneOf(METHODS).nullable().default(null),
    customer: idOf("customer").nullable().default(null),
    instrument: idOf("instrument").nullable().default(null),
    ttl_seconds: z
      .int(must("a whole number"))
      .min(1, "must be at least 1")
      .max(TTL_MAX_S, `must be at most ${TTL_MAX_S}`)
      .nullable()
      .default(null),
    redirect_url: z.string(must("an address")).min(1).max(URL_MAX).nullable().default(null),
    metadata: metadata.nullable().default(null),
  })
  .superRefine(({ asset, instrument, method, redirect_url, ttl_seconds }, context) => {
    const say = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message })
    // Its payer is asked nothing, sees no page and can't come too late.
    const unheard = { method, ttl_seconds, redirect_url }
    for (const [member, value] of instrument === null ? [] : Object.entries(unheard)) {
      if (value !== null) say(member, "must be left out where an instrument is charged")
    }
    const account = instrument !== null || method === "bank" || method === "wallet"
    if (account && asset !== ACCOUNT_ASSET) {
      say("asset", `must be ${ACCOUNT_ASSET} where a bank or wallet pays`)
    }
  })
export type CreatePayment = z.output<typeof createPayment>

/** Nothing to choose: an empty object, or no body at all. */
export const nothing = z.strictObject({}).nullish()

export const simulate = z.strictObject({
  outcome: oneOf(OUTCOMES),
  reason: oneOf(REASONS).nullable().default(null),
})

export const refund = z
  .strictObject({
    amount: z
      .string(must('text, such as "2500"'))
      .regex(AMOUNT, 'must be a whole number of minor units above zero, such as "2500"')
      .transform(BigInt)
      .nullable()
      .default(null),
    // Money in the merchant's own wallet: whom to send it to, and from which of its addresses.
    to: z.string(must("an address")).max(100).nullable().default(null),
    from: z.string(must("an address")).max(100).nullable().default(null),
  })
  .nullish()
  .transform((body) => body ?? { amount: null, to: null, from: null })
