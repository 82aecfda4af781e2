/** `GET /payments`: the payments of every dialect, by filters and by what people know of them. */
import { z } from "zod"
import {
  type Core,
  DIALECT_NAMES,
  isSearchCursor,
  METHODS,
  SEARCH_MAX,
  type SearchFound,
  STATES,
} from "../../core/index.ts"
import type { DialectApp } from "../dialect.ts"
import { caller } from "../mount.ts"
import * as answers from "./answers.ts"
import { idIn, idOut } from "./ids.ts"
import * as requests from "./requests.ts"
import { allOut, paymentOut } from "./wire.ts"

/** The longest name of a rail or an asset. */
const NAME_MAX = 120
/** The longest reference that any dialect takes. */
const REFERENCE_MAX = 255
/** In a cursor: the page before ended among what the search names exactly. */
const NAMED = "named_"

/** Years that the database reads as they are written here. */
const FIRST = new Date("0001-01-01T00:00:00Z")
const LAST = new Date("9999-12-31T23:59:59.999Z")

const amount = z
  .string(requests.must('text, such as "2550"'))
  .regex(/^\d{1,78}$/, "must be a whole number of minor units")
  .transform(BigInt)

const time = z.iso
  .datetime({
    offset: true,
    ...requests.must("a time with its zone, such as 2026-01-05T00:00:00Z"),
  })
  .transform((text) => new Date(text))
  .refine((at) => at >= FIRST && at <= LAST, "must be between the years 1 and 9999")

const cursor = z.string(requests.must("a cursor")).transform((text, context) => {
  const place = placeIn(text)
  if (place !== null) return place
  context.issues.push({ code: "custom", message: "must be a cursor", input: text })
  return z.NEVER
})

const name = z.string(requests.must("text")).min(1).max(NAME_MAX)

// A word that isn't known is a mistake: left alone, a misspelt filter would find everything.
export const listPayments = z
  .strictObject({
    limit: requests.page("payment").limit,
    cursor: cursor.optional(),
    search: z
      .string(requests.must("text"))
      .refine(
        (text) => text.trim() !== "" && text.length <= SEARCH_MAX,
        `must be 1 to ${SEARCH_MAX} characters`,
      )
      .optional(),
    state: requests.several(STATES).optional(),
    dialect: requests.oneOf(DIALECT_NAMES).optional(),
    method: requests.oneOf(METHODS).optional(),
    rail: name.optional(),
    asset: name.optional(),
    min_amount: amount.optional(),
    max_amount: amount.optional(),
    from: time.optional(),
    to: time.optional(),
    // Signs outside the basic plane count twice here, and once where a reference is given.
    reference: z
      .string(requests.must("text"))
      .min(1)
      .max(2 * REFERENCE_MAX)
      .optional(),
    customer: requests.idOf("customer").optional(),
  })
  .superRefine(({ from, to, min_amount, max_amount }, context) => {
    const say = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message })
    if (from && to && from >= to) say("to", "must be later than from")
    if (min_amount !== undefined && max_amount !== undefined && min_amount > max_amount) {
      say("max_amount", "must not be less than min_amount")
    }
  })

/** A page of payments, and how far back it looked. */
export const foundSchema = answers.listSchema(answers.paymentSchema).extend({
  /**
   * Down to when all payments were looked at; null when those are all there are. With `has_more`
   * and few items, or none, the next page goes on from there.
   */
  looked_back_to: z.iso.datetime().nullable(),
})

/** Registers the route. */
export function searchRoute(app: DialectApp, core: Core): void {
  app.get(
    "/payments",
    { schema: { querystring: listPayments, response: { 200: foundSchema } } },
    async (request) => {
      const { limit, cursor: after = null, search, customer, ...query } = request.query
      const { min_amount: minAmount, max_amount: maxAmount, ...rest } = query
      const { merchant } = caller(request)
      const filter = { ...rest, minAmount, maxAmount, customerId: customer, text: search }
      const wanted = { ...filter, merchantId: merchant.id }
      return foundOut(await core.payments.search(wanted, { limit, after }))
    },
  )
}

/** What a search found, as this API shows it. */
export function foundOut({ items, cursor: next, lookedBackTo }: SearchFound) {
  return {
    ...allOut(items.map(paymentOut)),
    has_more: next !== null,
    next_cursor: next === null ? null : placeOut(next),
    looked_back_to: lookedBackTo?.toISOString() ?? null,
  }
}

/** Writes the core's cursor with the prefix of what it names. */
function placeOut(place: string): string {
  const id = place.replace("named.", "")
  return id === place ? idOut("payment", id) : NAMED + id.replaceAll("-", "")
}

/** Reads one; null for what can't be one. */
function placeIn(text: string): string | null {
  const isNamed = text.startsWith(NAMED)
  const id = idIn("payment", isNamed ? text.replace(NAMED, "pay_") : text)
  const place = id && (isNamed ? `named.${id}` : id)
  return place && isSearchCursor(place) ? place : null
}
