/** What clients send: the schemas of bodies and queries. Members that aren't named are ignored. */
import { z } from "zod"

/** Text as people and programs write ids and names: something visible, nothing that controls. */
function text(most: number) {
  return z
    .string()
    .min(1, "must not be empty")
    .max(most, `must have at most ${most} characters`)
    .regex(/\S|^$/, "must not be blank")
    .regex(/^\P{Cc}*$/u, "must not have control characters")
}

/** Longer than a UUID with a prefix; as part of a path it still fits after encoding. */
const externalPaymentId = text(100)
  .regex(/^[\x20-\x7e]*$/, "must be printable ASCII")
  // Clients make "the same folder" and "the one above" of these before a path leaves.
  .regex(/^(?!\.{1,2}$)/, "must not be . or ..")

export const loginBody = z.object({
  clientUsername: text(80),
  // What the password check reads at the most.
  password: z.string().min(1, "must not be empty").max(1_024, "is too long"),
})

export const rechargeBody = z.object({
  companyCode: text(40),
  productId: text(64),
  // Read by `readAmount`: the vendor has codes of its own for what can be wrong with it.
  amount: z.unknown().optional(),
  // How long it may be is for its company to say.
  identifierValue: text(Number.POSITIVE_INFINITY),
  identifierName: text(64).nullish(),
  // Informative: nothing is charged by it, so words that the vendor doesn't list are kept as well.
  paymentMethod: text(40),
  externalPaymentId,
  externalClientId: text(100),
})
export type RechargeBody = z.infer<typeof rechargeBody>

/** A whole number in a query, where everything is text. */
function whole(most: number) {
  const error = `must be a whole number from 1 to ${most}`
  return z
    .string()
    .regex(/^\d{1,10}$/, { error, abort: true })
    .transform(Number)
    .refine((value) => value >= 1 && value <= most, error)
}

/** A page above this is nobody's. */
const PAGE_MAX = 100_000

/** Tags have numbers of 31 bits. */
const TAG_MAX = 2 ** 31 - 1

/** The vendor's example of a next page has 50 companies, its largest page 5000. */
export const catalogueQuery = z.object({
  active: z.enum(["true", "false"]).default("true"),
  searchCompany: z.string().trim().min(3, "must have at least 3 characters").max(80).optional(),
  page: whole(PAGE_MAX).default(1),
  limit: whole(5_000).default(50),
  tag_id: whole(TAG_MAX).optional(),
})
export type CatalogueQuery = z.infer<typeof catalogueQuery>

export const companyParams = z.object({ companyCode: z.string() })

export const operationParams = z.object({ operationId: z.string() })
export const operationQuery = z.object({ type: z.literal("external-payment-id").optional() })

export const ratesQuery = z.object({
  countryCode: z
    .string()
    .regex(/^[A-Z]{2}$/, "must be two capital letters")
    .optional(),
  companyType: z.enum(["RECHARGE", "SERVICE", "SUBSCRIPTION"]).default("RECHARGE"),
})
