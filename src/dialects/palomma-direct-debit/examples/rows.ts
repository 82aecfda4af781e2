/** The rows behind the examples of this folder, from which tests make the same answers again. */
import type { Customer, Event, Instrument, Notice, Payment } from "../../../core/index.ts"

const at = (time: string) => new Date(`2026-01-05T14:${time}Z`)
const MERCHANT = "019b8e40-0000-4000-8000-000000000001"

export const customer: Customer = {
  id: "019b8e41-1c60-4001-8a11-3c5d1f0e8f0b",
  merchantId: MERCHANT,
  dialect: "palomma-direct-debit",
  person: {
    name: "Ana Ruiz",
    documentType: "cc",
    documentNumber: "1020304050",
    email: "ana@example.test",
  },
  personSealed: Buffer.alloc(0),
  marks: null,
  createdAt: at("03:22.118"),
  updatedAt: at("03:22.118"),
}

export const instrument: Instrument = {
  id: "019b8e41-3e10-4002-9b22-4d6e2a1f9c10",
  merchantId: MERCHANT,
  dialect: "palomma-direct-debit",
  customerId: customer.id,
  rail: "simulator",
  type: "bankAccount",
  state: "pending",
  reason: null,
  details: {
    bank: "bancolombia",
    accountType: "savings",
    accountNumber: "12345678901",
    holder: { name: "Ana Ruiz", documentType: "cc", documentNumber: "1020304050" },
  },
  detailsSealed: Buffer.alloc(0),
  marks: null,
  masked: { bank: "bancolombia", accountType: "savings", accountNumber: "*8901" },
  consentedAt: at("03:40.000"),
  consentChannel: "merchant",
  consentSealed: Buffer.alloc(0),
  revokedAt: null,
  revokedBy: null,
  version: 1,
  lookAt: at("03:40.000"),
  leaseOwner: null,
  fence: 1,
  createdAt: at("03:40.000"),
  updatedAt: at("03:40.000"),
}

export const payment: Payment = {
  id: "019b8e42-0fd0-4003-8c33-5e7f3b20ad21",
  merchantId: MERCHANT,
  dialect: "palomma-direct-debit",
  kind: "charge",
  reference: null,
  amount: 4_500_000n,
  asset: "COP",
  state: "pending",
  reason: null,
  description: null,
  purpose: {},
  customerId: customer.id,
  instrumentId: instrument.id,
  openAttemptId: "019b8e42-0fd0-4004-8d44-6f804c31be32",
  captured: 0n,
  refunded: 0n,
  fee: 0n,
  held: 0n,
  commission: 0n,
  deferred: false,
  version: 1,
  expiresAt: null,
  createdAt: at("04:30.000"),
  updatedAt: at("04:30.000"),
  approvedAt: null,
  settledAt: null,
}

export const declined: Payment = {
  ...payment,
  state: "declined",
  reason: "not_enough_funds",
  openAttemptId: null,
  version: 2,
  updatedAt: at("05:00.000"),
}

const event: Event = {
  id: "019b8e42-8500-4005-8e55-709151420f43",
  subject: "payment",
  subjectId: payment.id,
  seq: 2,
  merchantId: MERCHANT,
  dialect: "palomma-direct-debit",
  type: "payment.declined",
  data: {},
  createdAt: at("05:00.000"),
}

export const notice: Notice = {
  event,
  payment: declined,
  attempt: null,
  customer,
  instrument: { ...instrument, state: "active", lookAt: null },
  refund: null,
  railName: "Simulator",
  signingKey: "the-integrity-key",
  deliveryId: "019b8e42-8500-4006-8f66-81a262531054",
}
