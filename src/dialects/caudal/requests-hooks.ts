/** What clients may send about events, endpoints, deliveries and a sandbox's clock. */
import { z } from "zod"
import { ADVANCE_MAX_S, DIALECT_NAMES, OVERLAP_DEFAULT_S, OVERLAP_MAX_S } from "../../core/index.ts"
import { idIn } from "./ids.ts"
import { idOf, must, oneOf, page, URL_MAX } from "./requests.ts"

/** More than any receiver asks for; all of it is stored with each endpoint. */
const HEADERS_MAX = 20
const HEADER_VALUE_MAX = 1_000
const DESCRIPTION_MAX = 200

/** No gateway told anything before it; ids have no room for what is far behind the last. */
const FIRST = new Date("2000-01-01T00:00:00Z")
const LAST = new Date("9998-12-31T00:00:00Z")
const instant = z
  .string(must("an instant"))
  .pipe(z.iso.datetime({ offset: true, error: "must be an instant such as 2026-01-05T14:00:00Z" }))
  .transform((text) => new Date(text))
  .refine((at) => at >= FIRST && at <= LAST, "must be between the years 2000 and 9998")

const subject = z.string(must("an id")).transform((text, context) => {
  const id = idIn("payment", text) ?? idIn("instrument", text)
  if (id !== null) return id
  const message = "must be a payment's or instrument's id"
  context.issues.push({ code: "custom", message, input: text })
  return z.NEVER
})

export const listEvents = z
  .strictObject({
    ...page("event"),
    subject: subject.optional(),
    /** Oldest first, behind an event or from an instant on. */
    after: idOf("event").optional(),
    since: instant.optional(),
  })
  .superRefine(({ after, cursor, since }, context) => {
    const given = Object.entries({ cursor, after, since }).filter(([, value]) => value)
    const [, second] = given
    if (!second) return
    const message = `must be left out beside ${given[0]![0]}`
    context.addIssue({ code: "custom", path: [second[0]], message })
  })

const DELIVERY_STATES = ["due", "delivered", "failed", "cancelled"] as const
export const listDeliveries = z.strictObject({
  ...page("delivery"),
  endpoint: idOf("endpoint").optional(),
  event: idOf("event").optional(),
  subject: subject.optional(),
  state: oneOf(DELIVERY_STATES).optional(),
})

/** Names that frame a message or prove it: they are ours to set. */
const OUR_HEADERS =
  /^(?:host|content-.*|transfer-encoding|connection|keep-alive|upgrade|expect|te|trailer|user-agent|proxy-.*|webhook-.*)$/

const headers = z
  .record(
    z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, "must be the names of headers"),
    z
      .string(must("text"))
      .max(HEADER_VALUE_MAX)
      .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, "must be visible ASCII text"),
    must("an object of header names and values"),
  )
  .refine((given) => Object.keys(given).length <= HEADERS_MAX, `must be at most ${HEADERS_MAX}`)
  .refine(
    (given) => !Object.keys(given).some((name) => OUR_HEADERS.test(name.toLowerCase())),
    "must not name a header that the gateway sets itself",
  )
  .transform((given) =>
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value])),
  )

const url = z.string(must("an address")).min(1).max(URL_MAX)

/** One line that pages and lists can show as it is. */
const description = z
  .string(must("text"))
  .regex(/^(?=.*\S)[^\p{C}\p{Zl}\p{Zp}]+$/u, `must be 1 to ${DESCRIPTION_MAX} printable characters`)
  .refine(
    (text) => [...text].length <= DESCRIPTION_MAX,
    `must be 1 to ${DESCRIPTION_MAX} printable characters`,
  )

export const createEndpoint = z.strictObject({
  url,
  dialect: oneOf(DIALECT_NAMES).default("caudal"),
  headers: headers.optional(),
  description: description.nullable().default(null),
})

/** What is left out stays as it is; null takes headers or the description away. */
export const updateEndpoint = z
  .strictObject({
    url: url.optional(),
    headers: headers.nullable().optional(),
    description: description.nullable().optional(),
  })
  .refine((given) => Object.values(given).some((value) => value !== undefined), {
    path: ["url"],
    message: "must be there where neither headers nor description is",
  })

export const rotateSecret = z
  .strictObject({
    overlap_seconds: z
      .int(must("a whole number"))
      .min(0, "must be at least 0")
      .max(OVERLAP_MAX_S, `must be at most ${OVERLAP_MAX_S}`)
      .default(OVERLAP_DEFAULT_S),
  })
  .nullish()
  .transform((body) => body ?? { overlap_seconds: OVERLAP_DEFAULT_S })

const REPLAYED = ["failed", "cancelled", "delivered"] as const

export const replay = z
  .strictObject({
    since: instant,
    until: instant.optional(),
    states: z
      .array(oneOf(REPLAYED), must("a list"))
      .min(1, "must have at least one state")
      .max(REPLAYED.length, "must have each state at most once")
      .default(["failed", "cancelled"]),
    cursor: idOf("delivery").optional(),
  })
  .refine(({ since, until }) => until === undefined || until > since, {
    path: ["until"],
    message: "must be after since",
  })

export const advanceClock = z.strictObject({
  advance_seconds: z
    .int(must("a whole number"))
    .min(1, "must be at least 1")
    .max(ADVANCE_MAX_S, `must be at most ${ADVANCE_MAX_S}`),
})
