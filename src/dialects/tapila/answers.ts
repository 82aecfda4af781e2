/** What clients are answered: the schemas that every answer is held against before it goes out. */
import { z } from "zod"

const trace = { tx: z.uuid(), mainTx: z.uuid() }
const anything = z.record(z.string(), z.unknown())

/** The vendor's pages spell the transaction's id in two ways; a login has both. */
export const loginAnswer = z.strictObject({
  accessToken: z.string(),
  refreshToken: z.string(),
  ...trace,
  main_tx: z.uuid(),
})

const company = z.strictObject({
  companyCode: z.string(),
  companyName: z.string(),
  companyType: z.literal("RECHARGE"),
  companyLogo: z.string(),
  tags: z.array(z.string()),
  products: z.array(
    z.strictObject({
      productType: z.string(),
      productId: z.string(),
      productDescription: z.string(),
      // "live" is what can be bought; the word for the rest is ours.
      status: z.enum(["live", "inactive"]),
      amountType: z.enum(["OPEN", "CLOSED", "FIXED"]),
      amount: z.number(),
      minAmount: z.number(),
      maxAmount: z.number(),
      allowedAmounts: z.array(z.number()),
      additionalData: anything,
      active: z.boolean(),
    }),
  ),
  identifierName: z.string(),
  identifierValue: z.null(),
  dataType: z.enum(["ALF", "NUM"]),
  helpText: z.string(),
  minLength: z.int(),
  maxLength: z.int(),
})

/** One company, without the ids of the answer that holds it. */
export const companyAnswer = company
export const companyPage = company.extend(trace)

export const catalogueAnswer = z.strictObject({
  recharges: z.array(company),
  links: z.array(z.strictObject({ rel: z.literal("next"), title: z.string(), href: z.string() })),
  ...trace,
})

export const tagsAnswer = z.strictObject({
  tags: z.array(z.strictObject({ id: z.int().positive(), name: z.string() })),
  ...trace,
})

const status = z.enum(["processing", "confirmed", "failed"])
export type Status = z.infer<typeof status>

/** A recharge that was taken: `status` is ours, beside what the vendor's page names. */
export const rechargeAnswer = z.strictObject({
  operationId: z.uuid(),
  createdAt: z.iso.datetime(),
  status: z.enum(["processing", "confirmed"]),
  companyCode: z.string(),
  companyName: z.string(),
  amount: z.number().positive(),
  identifiers: z
    .array(z.strictObject({ identifierName: z.string(), identifierValue: z.string() }))
    .min(1),
  agent: z.string(),
  // The table of fields writes it one way, the vendor's sample the other.
  clientUsername: z.string(),
  clientUserName: z.string(),
  externalClientId: z.string(),
  externalPaymentId: z.string(),
  additionalData: anything,
  ...trace,
})
export type RechargeAnswer = z.infer<typeof rechargeAnswer>

const operation = z.strictObject({
  operationId: z.uuid(),
  status,
  externalPaymentId: z.string(),
  externalClientId: z.string(),
  additionalData: anything,
  companyCode: z.string(),
  companyName: z.string(),
  amount: z.number().positive(),
  createdAt: z.iso.datetime(),
})
export type Operation = z.infer<typeof operation>
export const operationAnswer = z.strictObject({ operation, ...trace })

export const walletAnswer = z.strictObject({
  balances: z.array(
    z.strictObject({
      countryCode: z.string(),
      currency: z.string(),
      available: z.number(),
      held: z.number(),
    }),
  ),
  ...trace,
})

export const ratesAnswer = z.strictObject({
  exchanges: z.array(
    z.strictObject({
      localCurrency: z.string(),
      currency: z.string(),
      exchangeRate: z.number().positive(),
      countryCode: z.string(),
      companyType: z.string(),
    }),
  ),
  ...trace,
})

/** The one shape of every error. */
export const errorAnswer = z.strictObject({ code: z.string(), message: z.string(), ...trace })

/** What the webhook says. */
export const confirmPayment = z.strictObject({
  operationId: z.uuid(),
  status: z.enum(["confirmed", "failed"]),
  externalPaymentId: z.string(),
  externalClientId: z.string(),
  companyCode: z.string(),
  companyName: z.string(),
  amount: z.number().positive(),
  hash: z.string(),
  type: z.literal("RECHARGE"),
})
export type ConfirmPayment = z.infer<typeof confirmPayment>
