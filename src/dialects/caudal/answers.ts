/** What this API answers, member by member: nothing else leaves. Amounts are minor units. */
import { z } from "zod"

export const time = z.iso.datetime()
/** Whole minor units. A text, because a token's 18 decimals don't fit into a JSON number. */
const amount = z.string().regex(/^-?\d+$/)

export const paymentSchema = z.strictObject({
  id: z.string(),
  object: z.literal("payment"),
  /** The API it came in by, and the id under which that API shows it. */
  dialect: z.string(),
  dialect_id: z.string(),
  kind: z.string(),
  reference: z.string().nullable(),
  amount,
  asset: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  description: z.string().nullable(),
  customer: z.string().nullable(),
  instrument: z.string().nullable(),
  captured: amount,
  refunded: amount,
  fee: amount,
  commission: amount,
  /** The merchant's own pairs, as its create gave them. */
  metadata: z.record(z.string(), z.string()),
  version: z.int(),
  expires_at: time.nullable(),
  created_at: time,
  updated_at: time,
  approved_at: time.nullable(),
  settled_at: time.nullable(),
})

/** A payment as its create answers it: with its payer's page, where it has one. */
export const createdSchema = paymentSchema.extend({ url: z.string().nullable() })

export const attemptSchema = z.strictObject({
  id: z.string(),
  object: z.literal("attempt"),
  rail: z.string(),
  rail_reference: z.string().nullable(),
  method: z.string(),
  kind: z.string(),
  amount,
  asset: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  received: z.record(z.string(), amount),
  seen: z.record(z.string(), amount),
  options: z.array(
    z.strictObject({
      blockchain: z.string(),
      chain_id: z.int(),
      token: z.string(),
      decimals: z.int(),
      asset: z.string(),
      amount,
      address: z.string(),
      uri: z.string(),
    }),
  ),
  created_at: time,
  updated_at: time,
})

export const refundSchema = z.strictObject({
  id: z.string(),
  object: z.literal("refund"),
  payment: z.string(),
  amount,
  asset: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  to_sign: z
    .strictObject({
      chain_id: z.int(),
      blockchain: z.string(),
      from: z.string(),
      to: z.string(),
      asset: z.string(),
      amount,
      transaction: z.strictObject({ to: z.string(), data: z.string(), value: z.string() }),
      uri: z.string(),
    })
    .nullable(),
  created_at: time,
  updated_at: time,
})

/** A transfer on a chain. */
export const sightingSchema = z.strictObject({
  object: z.literal("sighting"),
  asset: z.string(),
  amount,
  reference: z.string(),
  state: z.string(),
  confirmations: z.int(),
  confirmations_needed: z.int().nullable(),
  explorer_url: z.string().nullable(),
  at: time,
})

/** One payment, with the tries to move its money and what was given back. */
export const wholePaymentSchema = paymentSchema.extend({
  attempts: z.array(attemptSchema),
  refunds: z.array(refundSchema),
  sightings: z.array(sightingSchema),
})

export const balanceSchema = z.strictObject({
  object: z.literal("balance"),
  asset: z.string(),
  custodian: z.string(),
  available: amount,
  held: amount,
  unapplied: amount,
  fees: amount,
  owed: amount,
})

/** Money that an operator booked for a merchant; `available` is what the wallet then had. */
export const topUpSchema = z.strictObject({
  object: z.literal("top_up"),
  merchant: z.string(),
  asset: z.string(),
  amount,
  reference: z.string(),
  repeated: z.boolean(),
  available: amount,
})

const walletSchema = z.strictObject({ available: amount, held: amount })

/** A page of a wallet's statement: the balances before its first line and after its last. */
export const statementSchema = z.strictObject({
  object: z.literal("statement"),
  asset: z.string(),
  time_zone: z.string(),
  from: time.nullable(),
  to: time.nullable(),
  opening: walletSchema,
  data: z.array(
    z.strictObject({
      object: z.literal("movement"),
      id: z.string(),
      at: time,
      kind: z.string(),
      description: z.string(),
      amount,
      balance: amount,
      held_amount: amount,
      held: amount,
      payment: z.string().nullable(),
      reference: z.string().nullable(),
    }),
  ),
  closing: walletSchema,
  agrees: z.boolean().nullable(),
  has_more: z.boolean(),
  next_cursor: z.string().nullable(),
})

/** An account that can be charged again, its number cut to the last four. */
export const instrumentSchema = z.strictObject({
  id: z.string(),
  object: z.literal("instrument"),
  dialect: z.string(),
  customer: z.string(),
  type: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  bank: z.string().nullable(),
  account_type: z.string().nullable(),
  account_number: z.string().nullable(),
  phone_number: z.string().nullable(),
  /** When its owner agreed to be charged, and who says so: the merchant, or our own page. */
  consented_at: time.nullable(),
  consent_channel: z.string().nullable(),
  revoked_at: time.nullable(),
  revoked_by: z.string().nullable(),
  version: z.int(),
  created_at: time,
  updated_at: time,
})

/** What happened besides the state, where there is more to say. */
const detailsSchema = z.strictObject({
  state: z.string().optional(),
  reason: z.string().nullable().optional(),
  attempt_reason: z.string().optional(),
  method: z.string().optional(),
  rail: z.string().optional(),
  amount: amount.optional(),
  asset: z.string().optional(),
  due: amount.optional(),
  surplus: amount.optional(),
  /** What a wallet has left, and the limit that it fell below. */
  available: amount.optional(),
  limit: amount.optional(),
  /** The transaction on its chain. */
  transaction: z.string().optional(),
  received: z.record(z.string(), amount).optional(),
  refund: z.string().optional(),
  refund_amount: amount.optional(),
  refund_reason: z.string().nullable().optional(),
})

export const eventSchema = z.strictObject({
  id: z.string(),
  object: z.literal("event"),
  type: z.string(),
  subject: z.string(),
  /** Counts each subject's events from 1 without gaps. */
  sequence: z.int(),
  dialect: z.string(),
  details: detailsSchema,
  created_at: time,
})

/** A message to an endpoint: an event, with its subject as it then was. */
export const messageSchema = z.strictObject({
  ...eventSchema.shape,
  data: z.strictObject({ object: z.union([paymentSchema, instrumentSchema]) }),
})

/** A page of a list. */
export function listSchema<T extends z.ZodType>(item: T) {
  return z.strictObject({
    object: z.literal("list"),
    data: z.array(item),
    has_more: z.boolean(),
    next_cursor: z.string().nullable(),
  })
}
