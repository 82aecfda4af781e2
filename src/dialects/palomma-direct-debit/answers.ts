/** What clients get: the schema of each answer, which nothing that isn't promised passes. */
import { z } from "zod"
import { TYPES } from "./requests.ts"

const person = z.strictObject({
  name: z.string(),
  documentType: z.string(),
  documentNumber: z.string(),
  email: z.string(),
})
const account = z.strictObject({
  bank: z.string(),
  accountType: z.string(),
  accountNumber: z.string(),
})
const affiliate = z.strictObject({
  name: z.string(),
  documentType: z.string(),
  documentNumber: z.string(),
  accountType: z.string(),
  accountNumber: z.string(),
})
const nequi = z.strictObject({ phoneNumber: z.string() })
const type = z.enum(TYPES)
const instants = { createdAt: z.iso.datetime(), updatedAt: z.iso.datetime() }

export const customerSchema = z.strictObject({ id: z.uuid(), ...person.shape, ...instants })
export const paymentMethodSchema = z.strictObject({
  id: z.uuid(),
  status: z.enum(["pending", "active", "error"]),
  customerId: z.uuid(),
  customerDetails: person,
  type,
  bankAccount: account.optional(),
  bancolombiaInstant: z
    .strictObject({ authUrl: z.url().optional(), affiliate: affiliate.optional() })
    .optional(),
  nequiInstant: nequi.optional(),
  ...instants,
})
export const paymentRequestSchema = z.strictObject({
  id: z.uuid(),
  status: z.enum(["pending", "processing", "approved", "error"]),
  customerId: z.uuid(),
  customerDetails: person,
  paymentMethodId: z.uuid(),
  paymentMethodDetails: z.strictObject({
    type,
    bankAccount: account.optional(),
    bancolombiaInstant: z.strictObject({ affiliate }).optional(),
    nequiInstant: nequi.optional(),
  }),
  currency: z.literal("cop"),
  amount: z.int().positive(),
  ...instants,
  approvedDetails: z
    .strictObject({
      status: z.literal("approved"),
      approvedAt: z.iso.datetime(),
      paidAt: z.iso.datetime().nullable(),
    })
    .optional(),
  errorDetails: z
    .strictObject({
      status: z.literal("error"),
      errorCode: z.string(),
      errorMessage: z.string(),
      errorAt: z.iso.datetime(),
    })
    .optional(),
})
/** A message to a receiver: what was changed, whole, with its numbers masked. */
export const updateSchema = z.discriminatedUnion("eventType", [
  z.strictObject({
    webhookId: z.uuid(),
    timestamp: z.iso.datetime(),
    eventType: z.literal("payment-method.update"),
    event: paymentMethodSchema,
  }),
  z.strictObject({
    webhookId: z.uuid(),
    timestamp: z.iso.datetime(),
    eventType: z.literal("payment-request.update"),
    event: paymentRequestSchema,
  }),
])
export type CustomerOut = z.output<typeof customerSchema>
export type PaymentMethodOut = z.output<typeof paymentMethodSchema>
export type PaymentRequestOut = z.output<typeof paymentRequestSchema>
export type Status = PaymentRequestOut["status"]

/** The schema of one page of `item`. */
export function pageSchema<T extends z.ZodType>(item: T) {
  return z.strictObject({
    items: z.array(item),
    cursor: z.string().nullable(),
    count: z.int().nonnegative(),
  })
}
