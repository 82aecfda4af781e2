/** The rows behind the examples of this folder, from which a test makes the same objects again. */
import type {
  Account,
  Attempt,
  Delivery,
  Endpoint,
  Event,
  Instrument,
  Payment,
  Refund,
  StatementPage,
} from "../../../core/index.ts"

const at = (time: string) => new Date(`2026-01-05T14:${time}Z`)
const MERCHANT = "019b8e40-0000-4000-8000-000000000001"
const SEALED = Buffer.alloc(0)

export const payment: Payment = {
  id: "019b8e41-1c60-4001-8a11-3c5d1f0e8f0b",
  merchantId: MERCHANT,
  dialect: "pentagoo",
  kind: "charge",
  reference: "ORD-1009",
  amount: 2_550n,
  asset: "USD",
  state: "approved",
  reason: null,
  description: "2 x cafe",
  purpose: { secret: "stays with us" },
  customerId: null,
  instrumentId: null,
  openAttemptId: null,
  captured: 2_550n,
  refunded: 550n,
  fee: 30n,
  held: 0n,
  commission: 0n,
  deferred: false,
  version: 3,
  expiresAt: at("33:00.000"),
  createdAt: at("03:00.000"),
  updatedAt: at("04:00.000"),
  approvedAt: at("03:22.118"),
  settledAt: at("03:22.118"),
}

/** What `create-payment.json` makes. */
export const created: Payment = {
  ...payment,
  id: "019b8e41-2af8-4001-8a11-3c5d1f0e8f0d",
  dialect: "caudal",
  reference: "order-1010",
  amount: 4_500_000n,
  asset: "COP",
  state: "pending",
  description: "2 x cafe",
  purpose: {
    methods: ["bank"],
    redirectUrl: "https://shop.example/done",
    metadata: { cart: "cart-77" },
  },
  captured: 0n,
  refunded: 0n,
  fee: 0n,
  version: 1,
  expiresAt: at("33:00.000"),
  updatedAt: at("03:00.000"),
  approvedAt: null,
  settledAt: null,
}

export const attempt: Attempt = {
  id: "019b8e41-1c61-4002-8b22-4d6e2a1f9c10",
  paymentId: payment.id,
  merchantId: MERCHANT,
  refundId: null,
  rail: "simulator",
  method: "bank",
  kind: "charge",
  amount: 2_550n,
  asset: "USD",
  state: "settled",
  reason: null,
  targetSealed: SEALED,
  instructions: null,
  received: {},
  seen: {},
  paidAsset: null,
  paidAmount: null,
  railReference: "SIM-0123456789AB",
  looks: 1,
  lookAt: null,
  leaseOwner: null,
  fence: 1,
  begunAt: at("03:00.000"),
  createdAt: at("03:00.000"),
  updatedAt: at("03:22.118"),
}

export const refund: Refund = {
  id: "019b8e42-0000-4003-8c33-5e7f3b20ad21",
  paymentId: payment.id,
  merchantId: MERCHANT,
  amount: 550n,
  state: "pending",
  reason: null,
  createdAt: at("04:00.000"),
  updatedAt: at("04:00.000"),
}

export const event: Event = {
  id: "019b8e42-0001-4004-8d44-6f804c31be32",
  subject: "payment",
  subjectId: payment.id,
  seq: 3,
  merchantId: MERCHANT,
  dialect: "pentagoo",
  type: "payment.refund_pending",
  data: { state: "approved", reason: null, refundId: refund.id, refundAmount: "550" },
  createdAt: at("04:00.000"),
}

export const instrument: Instrument = {
  id: "019b8e41-3e10-4002-9b22-4d6e2a1f9c10",
  merchantId: MERCHANT,
  dialect: "palomma-direct-debit",
  customerId: "019b8e41-1c60-4001-8a11-3c5d1f0e8f0c",
  rail: "simulator",
  type: "bankAccount",
  state: "active",
  reason: null,
  details: { bank: "bancolombia", accountType: "savings", accountNumber: "12345678901" },
  detailsSealed: SEALED,
  marks: null,
  masked: { bank: "bancolombia", accountType: "savings", accountNumber: "*8901" },
  consentedAt: at("03:40.000"),
  consentChannel: "merchant",
  consentSealed: SEALED,
  revokedAt: null,
  revokedBy: null,
  version: 2,
  lookAt: null,
  leaseOwner: null,
  fence: 1,
  createdAt: at("03:40.000"),
  updatedAt: at("03:41.000"),
}

export const endpoint: Endpoint = {
  id: "019b8e40-0001-4005-8e55-70915d42cf43",
  merchantId: MERCHANT,
  dialect: "caudal",
  url: "https://shop.example/webhooks",
  description: "The shop's own server",
  secretSealed: SEALED,
  formerSecretSealed: null,
  formerUntil: null,
  headersSealed: null,
  createdAt: at("00:00.000"),
  disabledAt: null,
  disabledReason: null,
  pausedAt: null,
}

export const delivery: Delivery = {
  id: "019b8e42-0002-4006-8f66-81a262531054",
  eventId: event.id,
  endpointId: endpoint.id,
  merchantId: MERCHANT,
  messageSealed: null,
  state: "due",
  tries: 1,
  dueAt: at("04:05.000"),
  leaseOwner: null,
  fence: 1,
  lastStatus: 503,
  lastError: null,
  createdAt: at("04:00.000"),
  deliveredAt: null,
}

const account = (kind: Account["kind"], balance: bigint): Account => ({
  id: "019b8e40-0002-4007-8077-92b373642165",
  custodian: "gateway",
  merchantId: MERCHANT,
  rail: null,
  kind,
  asset: "USD",
  balance,
  floor: 0n,
  createdAt: at("00:00.000"),
})

export const accounts = [account("available", 1_970n), account("held", 550n), account("fees", 30n)]

const recharge = {
  kind: "recharge.hold",
  paymentId: "019b8e43-2710-4006-8f66-813a6e53d054",
  reference: "pay-000123",
}

/** The first page of a wallet's statement: a recharge was held, and delivered. */
export const statement: StatementPage = {
  timeZone: "America/Bogota",
  from: new Date("2026-01-05T05:00:00.000Z"),
  to: null,
  opening: { available: 500_000n, held: 0n },
  closing: { available: 348_500n, held: 1_500n },
  lines: [
    {
      ...recharge,
      id: "019b8e43-2711-4007-8077-924b7f64e165",
      at: at("05:00.000"),
      amount: -151_500n,
      heldAmount: 151_500n,
      after: { available: 348_500n, held: 151_500n },
    },
    {
      ...recharge,
      id: "019b8e43-3650-4008-8188-a35c8075f276",
      at: at("05:04.000"),
      kind: "recharge.confirmed",
      amount: 0n,
      heldAmount: -150_000n,
      after: { available: 348_500n, held: 1_500n },
    },
  ],
  next: {
    id: "019b8e43-3650-4008-8188-a35c8075f276",
    at: at("05:04.000"),
    available: 348_500n,
    held: 1_500n,
  },
  agrees: null,
}
