/** What clients may send: the bodies of the three creates and the queries of the three lists. */
import { z } from "zod"
import { PAGE_MAX } from "../../core/index.ts"
import { isNit } from "./nit.ts"

/** The banks that an account may be at, as the vendor names them. */
// biome-ignore format: forty words read better in a block than in a column
export const BANKS = [
  "santander", "coofinep", "avvillas", "cotrafa", "confiar", "union", "nequi", "bancoagrario",
  "bancoomeva", "bancamia", "coopcentral", "citibank", "bancodeoccidente", "falabella",
  "bancodebogota", "bancocajasocial", "serfinanza", "cfa", "coltefinanciera", "pichincha", "iris",
  "ban100", "bancopopular", "daviplata", "bancolombia", "finandina", "scotiabankcolpatria",
  "gnbsudameris", "itau", "bbva", "davivienda", "mibanco", "multibank", "mundomujer",
  "procreditcolombia", "bancow", "bancoldex", "juriscoop", "itauhelm", "jpmorgancolombia",
] as const

export const TYPES = ["bankAccount", "nequiInstant", "bancolombiaInstant"] as const
export type MethodType = (typeof TYPES)[number]

/** A whole callback has to fit into a header as base64, of which receivers take some 8 KiB. */
const NAME_MAX = 200
/** The longest address that mail can be sent to (RFC 5321). */
const EMAIL_MAX = 254
/** Longer than any id of ours: what is longer can't be one. */
const ID_MAX = 200
const LIMIT_DEFAULT = 20
const LIMIT_RULE = `a whole number from 1 to ${PAGE_MAX}`

/** A member's rule, said when it is broken. Of what is missing the frame says so itself. */
function must(rule: string) {
  return {
    error: (issue: { readonly input?: unknown }) =>
      issue.input === undefined ? undefined : `must be ${rule}`,
  }
}

function text(rule: string, pattern: RegExp) {
  return z.string(must(rule)).regex(pattern, { error: `must be ${rule}` })
}

function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  const rule = `one of ${values.join(", ")}`
  return z.string(must(rule)).pipe(z.enum(values, { error: `must be ${rule}` }))
}

function words(max: number) {
  const rule = `text of 1 to ${max} characters without control characters`
  return text(rule, new RegExp(`^(?=.*\\S)[^\\p{Cc}]{1,${max}}$`, "u"))
}

/** Ids are opaque to clients, so one of a wrong form is as unknown as any other. */
const id = text("an id", new RegExp(`^.{1,${ID_MAX}}$`))

/** What each kind of document looks like. A NIT may bring its verification digit. */
const DOCUMENTS = {
  cc: { pattern: /^\d{3,10}$/, rule: "3 to 10 digits" },
  ce: { pattern: /^[A-Za-z0-9]{3,15}$/, rule: "3 to 15 letters or digits" },
  nit: {
    pattern: /^\d{3,10}(?:-\d)?$/,
    rule: "3 to 10 digits, which a hyphen and the verification digit may follow",
  },
} as const

export const createCustomer = z
  .object({
    name: words(NAME_MAX),
    documentType: oneOf(["cc", "ce", "nit"]),
    documentNumber: z.string(must("text")),
    email: text("an e-mail address", /^[^\s@\p{Cc}]{1,64}@[^\s@\p{Cc}]+\.[^\s@\p{Cc}]+$/u).max(
      EMAIL_MAX,
      { error: `must have at most ${EMAIL_MAX} characters` },
    ),
  })
  .superRefine(({ documentType, documentNumber }, context) => {
    const { pattern, rule } = DOCUMENTS[documentType]
    const message = !pattern.test(documentNumber)
      ? `must be ${rule} for the documentType ${documentType}`
      : documentType === "nit" && !isNit(documentNumber)
        ? "does not end in the verification digit of this nit"
        : null
    if (message !== null) context.addIssue({ code: "custom", path: ["documentNumber"], message })
  })

const accountType = oneOf(["savings", "checking"])
const accountNumber = text("6 to 20 digits", /^\d{6,20}$/)

/** A word or two, such as "web form" or "phone call". */
const CHANNEL_MAX = 40
/** As much as the free text of a bank's order takes. */
const REFERENCE_MAX = 140
/** Nobody agreed to be debited by this before: an earlier one is a slip of the pen. */
const ACCEPTED_FIRST = "1990-01-01T00:00:00.000Z"

/**
 * How the merchant was given the consent. It is ours, so a member with another name is a mistake
 * that would be found out in a dispute only.
 */
const mandate = z.strictObject(
  {
    acceptedAt: z.iso
      .datetime({ offset: true, ...must("an ISO 8601 time with its zone") })
      .refine((at) => new Date(at) >= new Date(ACCEPTED_FIRST), {
        error: `must not be before ${ACCEPTED_FIRST}`,
      }),
    channel: words(CHANNEL_MAX).optional(),
    reference: words(REFERENCE_MAX).optional(),
  },
  {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `has no member ${issue.keys.join(", ")}`
        : must("an object with acceptedAt").error(issue),
  },
)

/** Where the owner agrees on our page, nobody else can have heard it. */
const noMandate = z.undefined({ error: "must be left out: its owner agrees on the page" })

export const createPaymentMethod = z.discriminatedUnion(
  "type",
  [
    z.object({
      customerId: id,
      type: z.literal("bankAccount"),
      bank: oneOf(BANKS),
      accountType,
      accountNumber,
      mandate: mandate.optional(),
    }),
    z.object({
      customerId: id,
      type: z.literal("nequiInstant"),
      phoneNumber: text("10 digits of which the first is 3", /^3\d{9}$/),
      mandate: mandate.optional(),
    }),
    z.object({
      customerId: id,
      type: z.literal("bancolombiaInstant"),
      accountType: accountType.optional(),
      accountNumber: accountNumber.optional(),
      mandate: noMandate.optional(),
    }),
  ],
  { error: `must be one of ${TYPES.join(", ")}` },
)
export type CreatePaymentMethod = z.output<typeof createPaymentMethod>

export const createPaymentRequest = z.object({
  paymentMethodId: id,
  /** How little and how much is the merchant's own affair: see `centavosOf`. */
  amount: z.int(must("a whole number of pesos")),
})

/** A cursor is the id of the last item of the page before, in a form that invites no guessing. */
export function cursorOf(lastId: string): string {
  return Buffer.from(lastId.replaceAll("-", ""), "hex").toString("base64url")
}

function idInCursor(cursor: string): string | null {
  const bytes = Buffer.from(cursor, "base64url")
  // Decoding skips what isn't base64url, so only what encodes to the same text is one of ours.
  if (bytes.length !== 16 || bytes.toString("base64url") !== cursor) return null
  const hex = bytes.toString("hex")
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}

const page = {
  limit: text(LIMIT_RULE, /^\d{1,3}$/)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= PAGE_MAX, { error: `must be ${LIMIT_RULE}` })
    .default(LIMIT_DEFAULT),
  cursor: z
    .string(must("the cursor of a page"))
    .transform((cursor, context) => {
      const before = idInCursor(cursor)
      if (before !== null) return before
      context.addIssue({ code: "custom", message: "must be the cursor of a page" })
      return z.NEVER
    })
    .optional(),
}

export const listCustomers = z.object(page)
export const listPaymentMethods = z.object({
  ...page,
  customerId: id.optional(),
  status: oneOf(["pending", "active", "error"]).optional(),
})
export const listPaymentRequests = z.object({
  ...page,
  customerId: id.optional(),
  status: oneOf(["pending", "processing", "approved", "error"]).optional(),
})

/** An id in the one form in which it is stored; null for what can't be one. */
export function knownForm(text: string): string | null {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : null
}
