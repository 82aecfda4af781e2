/** The rows behind the examples of this folder, from which tests make the same answers again. */
import type { Notice, Payment } from "../../../core/index.ts"

const at = (time: string) => new Date(`2026-01-05T14:${time}Z`)
const MERCHANT = "019b8e40-0000-4000-8000-000000000001"

export const payment: Payment = {
  id: "019b8e42-0fd0-4003-8c33-5e7f3b20ad21",
  merchantId: MERCHANT,
  dialect: "palomma-pay",
  kind: "charge",
  reference: null,
  amount: 1_250_000n,
  asset: "COP",
  state: "pending",
  reason: null,
  description: "Pedido 1009",
  purpose: {},
  customerId: null,
  instrumentId: null,
  openAttemptId: null,
  captured: 0n,
  refunded: 0n,
  fee: 0n,
  held: 0n,
  commission: 0n,
  deferred: false,
  version: 1,
  expiresAt: at("18:00.000"),
  createdAt: at("03:00.000"),
  updatedAt: at("03:00.000"),
  approvedAt: null,
  settledAt: null,
}

export const approved: Payment = {
  ...payment,
  state: "approved",
  captured: payment.amount,
  version: 3,
  updatedAt: at("05:10.250"),
  approvedAt: at("05:10.250"),
}

export const expired: Payment = {
  ...payment,
  state: "expired",
  reason: "expired",
  version: 2,
  updatedAt: at("18:01.120"),
}

export const INTEGRITY_KEY = "the-integrity-key"

export const notice: Notice = {
  event: {
    id: "019b8e43-2a10-4005-8e55-7a915d42cf43",
    subject: "payment",
    subjectId: payment.id,
    seq: 3,
    merchantId: MERCHANT,
    dialect: "palomma-pay",
    type: "payment.approved",
    data: {},
    createdAt: at("05:10.250"),
  },
  payment: approved,
  attempt: null,
  customer: null,
  instrument: null,
  refund: null,
  railName: null,
  signingKey: INTEGRITY_KEY,
  deliveryId: "019b8e43-2a11-4006-8f66-81a262531054",
}
