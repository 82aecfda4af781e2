/** The rows behind the examples of this folder, from which tests make the same answers again. */
import type { Attempt, Event, Notice, Payment } from "../../../core/index.ts"

const at = (time: string) => new Date(`2026-01-05T14:${time}Z`)
const MERCHANT = "019b8e40-0000-4000-8000-000000000001"
const TOKEN = "0x337610d27c682e347c9cd60bd4b3b107c9d34ddd"
const ADDRESS = "0x05d2961e045a2380143e77232689b0fc41317e7e"

export const payment: Payment = {
  id: "019b8e42-0fd0-4003-8c33-5e7f3b20ad21",
  merchantId: MERCHANT,
  dialect: "pentagoo",
  kind: "charge",
  reference: "ORD-1009",
  amount: 2_550n,
  asset: "USD",
  state: "pending",
  reason: null,
  description: "2 x cafe",
  purpose: {},
  customerId: null,
  instrumentId: null,
  openAttemptId: "019b8e42-0fd1-4004-8d44-6f804c31be32",
  captured: 0n,
  refunded: 0n,
  fee: 0n,
  held: 0n,
  commission: 0n,
  deferred: false,
  version: 1,
  expiresAt: new Date("2026-01-05T15:03:00.000Z"),
  createdAt: at("03:00.000"),
  updatedAt: at("03:00.000"),
  approvedAt: null,
  settledAt: null,
}

export const attempt: Attempt = {
  id: "019b8e42-0fd1-4004-8d44-6f804c31be32",
  paymentId: payment.id,
  merchantId: MERCHANT,
  refundId: null,
  rail: "evm",
  method: "crypto",
  kind: "charge",
  amount: payment.amount,
  asset: "USD",
  state: "open",
  reason: null,
  targetSealed: Buffer.alloc(0),
  instructions: {
    options: [
      {
        blockchain: "Binance Smart Chain",
        chainId: 56,
        token: "USDT",
        decimals: 18,
        asset: `eip155:56/erc20:${TOKEN}`,
        amount: "25500000000000000000",
        address: ADDRESS,
        uri: `ethereum:${TOKEN}@56/transfer?address=${ADDRESS}&uint256=25500000000000000000`,
      },
      {
        blockchain: "Ethereum",
        chainId: 1,
        token: "USDT",
        decimals: 6,
        asset: `eip155:1/erc20:${TOKEN}`,
        amount: "25500000",
        address: ADDRESS,
        uri: `ethereum:${TOKEN}@1/transfer?address=${ADDRESS}&uint256=25500000`,
      },
    ],
  },
  received: {},
  seen: {},
  paidAsset: null,
  paidAmount: null,
  railReference: null,
  looks: 0,
  lookAt: null,
  leaseOwner: null,
  fence: 1,
  begunAt: at("03:00.000"),
  createdAt: at("03:00.000"),
  updatedAt: at("03:00.000"),
}

export const approved: Payment = {
  ...payment,
  state: "approved",
  openAttemptId: null,
  captured: payment.amount,
  version: 3,
  updatedAt: at("05:10.250"),
  approvedAt: at("05:10.250"),
  settledAt: at("05:02.000"),
}

export const paid: Attempt = {
  ...attempt,
  state: "settled",
  received: { [`eip155:56/erc20:${TOKEN}`]: "25500000000000000000" },
  railReference: "0x9f0e6a2b7f9c104d6e2a1f9c10019b8e423e1040029b224d6e2a1f9c10abcdef",
}

const event: Event = {
  id: "019b8e43-2a10-4005-8e55-7a915d42cf43",
  subject: "payment",
  subjectId: payment.id,
  seq: 3,
  merchantId: MERCHANT,
  dialect: "pentagoo",
  type: "payment.approved",
  data: {},
  createdAt: at("05:10.250"),
}

export const notice: Notice = {
  event,
  payment: approved,
  attempt: paid,
  customer: null,
  instrument: null,
  refund: null,
  railName: "Ethereum and its kin",
  signingKey: "unused",
  deliveryId: "019b8e43-2a11-4006-8f66-81a262531054",
}
