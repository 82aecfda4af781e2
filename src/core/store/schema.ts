/** Each table the engine reads and writes, column by column, as in migrations/. */
import type { Customer, Instrument } from "../customers/customer.ts"
import type { Attempt, Refund } from "../payments/attempt.ts"
import type { Payment } from "../payments/payment.ts"
import type { Delivery, Event } from "../webhooks/event.ts"
import type { Table } from "./tables.ts"

export * from "./schema-money.ts"

/** An answer remembered for an Idempotency-Key. */
export type AnswerRow = {
  readonly key: string
  readonly fingerprint: string
  readonly status: number
  readonly bodySealed: Buffer
  readonly createdAt: Date
  readonly expiresAt: Date
}

/** A count within a window of time. */
export type TallyRow = { readonly key: string; readonly count: number; readonly expiresAt: Date }

export const payments: Table<Payment> = {
  name: "payments",
  columns: {
    id: "uuid",
    merchantId: "uuid",
    dialect: "text",
    kind: "text",
    reference: "text",
    amount: "numeric",
    asset: "text",
    state: "text",
    reason: "text",
    description: "text",
    purpose: "jsonb",
    customerId: "uuid",
    instrumentId: "uuid",
    openAttemptId: "uuid",
    captured: "numeric",
    refunded: "numeric",
    fee: "numeric",
    held: "numeric",
    commission: "numeric",
    deferred: "bool",
    version: "int4",
    expiresAt: "timestamptz",
    createdAt: "timestamptz",
    updatedAt: "timestamptz",
    approvedAt: "timestamptz",
    settledAt: "timestamptz",
  },
  key: ["id"],
  fixed: [
    "merchantId",
    "dialect",
    "kind",
    "reference",
    "amount",
    "asset",
    "description",
    "purpose",
    "customerId",
    "instrumentId",
    "held",
    "commission",
    "expiresAt",
    "createdAt",
  ],
  sort: (row) => `${row.merchantId}|${row.dialect}|${row.reference ?? row.id}`,
}

export const attempts: Table<Attempt> = {
  name: "attempts",
  columns: {
    id: "uuid",
    paymentId: "uuid",
    merchantId: "uuid",
    refundId: "uuid",
    rail: "text",
    method: "text",
    kind: "text",
    amount: "numeric",
    asset: "text",
    state: "text",
    reason: "text",
    targetSealed: "bytea",
    instructions: "jsonb",
    received: "jsonb",
    seen: "jsonb",
    paidAsset: "text",
    paidAmount: "numeric",
    railReference: "text",
    looks: "int4",
    lookAt: "timestamptz",
    leaseOwner: "uuid",
    fence: "int4",
    begunAt: "timestamptz",
    createdAt: "timestamptz",
    updatedAt: "timestamptz",
  },
  key: ["id"],
  fixed: [
    "paymentId",
    "merchantId",
    "refundId",
    "rail",
    "method",
    "kind",
    "amount",
    "asset",
    "targetSealed",
    "createdAt",
  ],
  sort: (row) => row.id,
}

export const refunds: Table<Refund> = {
  name: "refunds",
  columns: {
    id: "uuid",
    paymentId: "uuid",
    merchantId: "uuid",
    amount: "numeric",
    state: "text",
    reason: "text",
    createdAt: "timestamptz",
    updatedAt: "timestamptz",
  },
  key: ["id"],
  fixed: ["paymentId", "merchantId", "amount", "createdAt"],
  sort: (row) => row.id,
}

export const customers: Table<Customer> = {
  name: "customers",
  columns: {
    id: "uuid",
    merchantId: "uuid",
    dialect: "text",
    personSealed: "bytea",
    marks: "text",
    createdAt: "timestamptz",
    updatedAt: "timestamptz",
  },
  key: ["id"],
  // Marks are made anew beside the engine when their key goes: it would put old ones back.
  fixed: ["merchantId", "dialect", "marks", "createdAt"],
  sort: (row) => row.id,
}

export const instruments: Table<Instrument> = {
  name: "instruments",
  columns: {
    id: "uuid",
    merchantId: "uuid",
    dialect: "text",
    customerId: "uuid",
    rail: "text",
    type: "text",
    state: "text",
    reason: "text",
    detailsSealed: "bytea",
    marks: "text",
    masked: "jsonb",
    consentedAt: "timestamptz",
    consentChannel: "text",
    consentSealed: "bytea",
    revokedAt: "timestamptz",
    revokedBy: "text",
    version: "int4",
    lookAt: "timestamptz",
    leaseOwner: "uuid",
    fence: "int4",
    createdAt: "timestamptz",
    updatedAt: "timestamptz",
  },
  key: ["id"],
  fixed: ["merchantId", "dialect", "customerId", "rail", "type", "marks", "createdAt"],
  sort: (row) => row.id,
}

export const events: Table<Event> = {
  name: "events",
  columns: {
    id: "uuid",
    subject: "text",
    subjectId: "uuid",
    seq: "int4",
    merchantId: "uuid",
    dialect: "text",
    type: "text",
    data: "jsonb",
    createdAt: "timestamptz",
  },
  key: ["id"],
  fixed: [],
  sort: (row) => row.id,
}

export const deliveries: Table<Delivery> = {
  name: "deliveries",
  columns: {
    id: "uuid",
    eventId: "uuid",
    endpointId: "uuid",
    merchantId: "uuid",
    messageSealed: "bytea",
    state: "text",
    tries: "int4",
    dueAt: "timestamptz",
    leaseOwner: "uuid",
    fence: "int4",
    lastStatus: "int4",
    lastError: "text",
    createdAt: "timestamptz",
    deliveredAt: "timestamptz",
  },
  key: ["id"],
  fixed: ["eventId", "endpointId", "merchantId", "messageSealed", "createdAt"],
  sort: (row) => row.id,
}

export const answers: Table<AnswerRow> = {
  name: "answers",
  columns: {
    key: "text",
    fingerprint: "text",
    status: "int4",
    bodySealed: "bytea",
    createdAt: "timestamptz",
    expiresAt: "timestamptz",
  },
  key: ["key"],
  fixed: [],
  sort: (row) => row.key,
}

export const tallies: Table<TallyRow> = {
  name: "tallies",
  columns: { key: "text", count: "int4", expiresAt: "timestamptz" },
  key: ["key"],
  fixed: [],
  sort: (row) => row.key,
}
