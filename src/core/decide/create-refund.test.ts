/** A refund is reserved from what is left of its payment, and only if the money is there. */
import { test } from "node:test"
import { check, type Row } from "../../../test/support/decided.ts"
import {
  address,
  attempt,
  giving,
  newAttempt,
  paid,
  payment,
  xpub,
} from "../../../test/support/rows.ts"
import { type CreateRefund, createRefund } from "./create-refund.ts"

function give(over: Partial<CreateRefund> = {}): CreateRefund {
  return {
    id: "f",
    paymentId: "p",
    merchantId: "m",
    custodian: "gateway",
    paidAttemptId: "a",
    asset: "COP",
    takes: (part) => part,
    amount: null,
    attempt: newAttempt(),
    ...over,
  }
}

/** 500 usdc paid 1,000 pesos: each part takes half of it, rounded down. */
const half = { asset: "usdc", custodian: "self", takes: (part: bigint) => part / 2n } as const
const settled = attempt({ state: "settled" })
const byAddress = address({
  state: "settled",
  received: { usdc: "500" },
  paidAsset: "usdc",
  paidAmount: 500n,
})
const balances = { "m available COP": 1_000n }

const CASES: Readonly<Record<string, Row<CreateRefund>>> = {
  "all of it is given back": [
    { payments: [paid()], attempts: [settled], balances },
    give(),
    `
      answered payment: p approved, refund: f pending, attempt: n unknown
      payment p: refunded 0 → 1000, version 5 → 6, touched
      new attempt n {id: n, paymentId: p, merchantId: m, refundId: f, rail: bank, method: bank, kind: refund, amount: 1000, asset: COP, state: unknown, lookAt: now+1h, leaseOwner: node, begunAt: now, reason: null, targetSealed: <sealed>, instructions: null, received: {}, seen: {}, paidAsset: null, paidAmount: null, railReference: null, looks: 0, fence: 1, createdAt: now, updatedAt: now}
      attempts of p: a n
      new refund f {id: f, paymentId: p, merchantId: m, amount: 1000, state: pending, reason: null, createdAt: now, updatedAt: now}
      moved 1000 from m available COP to m held COP: refund.reserved (m p)
      told payment.refund_pending (payment p #6 m caudal): payment p approved, attempt n unknown, {state: approved, reason: null, refundId: f, refundAmount: 1000}`,
  ],
  "a part of it is given back": [
    { payments: [paid()], attempts: [settled], balances: { "m available COP": 300n } },
    give({ amount: 300n }),
    `
      answered payment: p approved, refund: f pending, attempt: n unknown
      payment p: refunded 0 → 300, version 5 → 6, touched
      new attempt n {id: n, paymentId: p, merchantId: m, refundId: f, rail: bank, method: bank, kind: refund, amount: 300, asset: COP, state: unknown, lookAt: now+1h, leaseOwner: node, begunAt: now, reason: null, targetSealed: <sealed>, instructions: null, received: {}, seen: {}, paidAsset: null, paidAmount: null, railReference: null, looks: 0, fence: 1, createdAt: now, updatedAt: now}
      attempts of p: a n
      new refund f {id: f, paymentId: p, merchantId: m, amount: 300, state: pending, reason: null, createdAt: now, updatedAt: now}
      moved 300 from m available COP to m held COP: refund.reserved (m p)
      told payment.refund_pending (payment p #6 m caudal): payment p approved, attempt n unknown, {state: approved, reason: null, refundId: f, refundAmount: 300}`,
  ],
  "the rest of it is given back, after a refund and one that failed": [
    {
      payments: [paid({ refunded: 300n })],
      attempts: [
        settled,
        giving({ id: "b1", state: "settled" }),
        giving({ id: "b2", state: "declined" }),
        giving({ id: "b3", state: "returned" }),
      ],
      balances,
    },
    give(),
    `
      answered payment: p approved, refund: f pending, attempt: n unknown
      payment p: refunded 300 → 1000, version 5 → 6, touched
      new attempt n {id: n, paymentId: p, merchantId: m, refundId: f, rail: bank, method: bank, kind: refund, amount: 700, asset: COP, state: unknown, lookAt: now+1h, leaseOwner: node, begunAt: now, reason: null, targetSealed: <sealed>, instructions: null, received: {}, seen: {}, paidAsset: null, paidAmount: null, railReference: null, looks: 0, fence: 1, createdAt: now, updatedAt: now}
      attempts of p: a b1 b2 b3 n
      new refund f {id: f, paymentId: p, merchantId: m, amount: 700, state: pending, reason: null, createdAt: now, updatedAt: now}
      moved 700 from m available COP to m held COP: refund.reserved (m p)
      told payment.refund_pending (payment p #6 m caudal): payment p approved, attempt n unknown, {state: approved, reason: null, refundId: f, refundAmount: 700}`,
  ],
  "a refund of more than is left": [
    { payments: [paid({ refunded: 300n })], attempts: [settled], balances },
    give({ amount: 701n }),
    `
      refused refund_too_large: the amount is more than what is left to refund`,
  ],
  "a refund of what is left, exactly": [
    {
      payments: [paid({ refunded: 300n })],
      attempts: [settled, giving({ id: "b1", state: "open" })],
      balances,
    },
    give({ amount: 700n }),
    `
      answered payment: p approved, refund: f pending, attempt: n unknown
      payment p: refunded 300 → 1000, version 5 → 6, touched
      new attempt n {id: n, paymentId: p, merchantId: m, refundId: f, rail: bank, method: bank, kind: refund, amount: 700, asset: COP, state: unknown, lookAt: now+1h, leaseOwner: node, begunAt: now, reason: null, targetSealed: <sealed>, instructions: null, received: {}, seen: {}, paidAsset: null, paidAmount: null, railReference: null, looks: 0, fence: 1, createdAt: now, updatedAt: now}
      attempts of p: a b1 n
      new refund f {id: f, paymentId: p, merchantId: m, amount: 700, state: pending, reason: null, createdAt: now, updatedAt: now}
      moved 700 from m available COP to m held COP: refund.reserved (m p)
      told payment.refund_pending (payment p #6 m caudal): payment p approved, attempt n unknown, {state: approved, reason: null, refundId: f, refundAmount: 700}`,
  ],
  "a refund of nothing": [
    { payments: [paid()], attempts: [settled], balances },
    give({ amount: 0n }),
    `
      refused refund_too_large: the amount is more than what is left to refund`,
  ],
  "a refund of the smallest part": [
    { payments: [paid()], attempts: [settled], balances },
    give({ amount: 1n }),
    `
      answered payment: p approved, refund: f pending, attempt: n unknown
      payment p: refunded 0 → 1, version 5 → 6, touched
      new attempt n {id: n, paymentId: p, merchantId: m, refundId: f, rail: bank, method: bank, kind: refund, amount: 1, asset: COP, state: unknown, lookAt: now+1h, leaseOwner: node, begunAt: now, reason: null, targetSealed: <sealed>, instructions: null, received: {}, seen: {}, paidAsset: null, paidAmount: null, railReference: null, looks: 0, fence: 1, createdAt: now, updatedAt: now}
      attempts of p: a n
      new refund f {id: f, paymentId: p, merchantId: m, amount: 1, state: pending, reason: null, createdAt: now, updatedAt: now}
      moved 1 from m available COP to m held COP: refund.reserved (m p)
      told payment.refund_pending (payment p #6 m caudal): payment p approved, attempt n unknown, {state: approved, reason: null, refundId: f, refundAmount: 1}`,
  ],
  "a refund of what is given back already": [
    { payments: [paid({ refunded: 1_000n })], attempts: [settled], balances },
    give(),
    `
      refused refund_too_large: the amount is more than what is left to refund`,
  ],
  "a refund of what the merchant has spent": [
    { payments: [paid()], attempts: [settled], balances: { "m available COP": 299n } },
    give({ amount: 300n }),
    `
      refused balance_insufficient: the balance does not cover this refund`,
  ],
  "a refund of what came in another asset, to be signed": [
    {
      payments: [paid({ refunded: 301n })],
      attempts: [byAddress, giving({ id: "b1", state: "open", asset: "usdc", amount: 150n })],
      balances: { "self m available usdc": 500n },
    },
    give({ ...half, amount: 301n, instructionsFor: (moved) => ({ url: `sign:${moved}` }) }),
    `
      answered payment: p approved, refund: f pending, attempt: n open
      payment p: refunded 301 → 602, version 5 → 6, touched
      new attempt n {id: n, paymentId: p, merchantId: m, refundId: f, rail: bank, method: bank, kind: refund, amount: 151, asset: usdc, state: open, lookAt: null, leaseOwner: null, begunAt: now, reason: null, targetSealed: <sealed>, instructions: {url: sign:151}, received: {}, seen: {}, paidAsset: null, paidAmount: null, railReference: null, looks: 0, fence: 1, createdAt: now, updatedAt: now}
      attempts of p: a b1 n
      new refund f {id: f, paymentId: p, merchantId: m, amount: 301, state: pending, reason: null, createdAt: now, updatedAt: now}
      moved 151 from self m available usdc to self m held usdc: refund.reserved (m p)
      told payment.refund_pending (payment p #6 m caudal): payment p approved, attempt n open, {state: approved, reason: null, refundId: f, refundAmount: 301}`,
  ],
  "a refund of what is too little to be sent": [
    {
      payments: [paid()],
      attempts: [byAddress],
      balances: { "self m available usdc": 500n },
    },
    give({ ...half, amount: 1n }),
    `
      refused refund_not_possible: the amount is too small to be sent`,
  ],
  "a refund takes no more than what came, whatever was rounded": [
    {
      payments: [paid({ refunded: 998n })],
      attempts: [byAddress, giving({ id: "b1", state: "settled", asset: "usdc", amount: 500n })],
      balances: { "self m available usdc": 500n },
    },
    give(half),
    `
      refused refund_not_possible: the amount is too small to be sent`,
  ],
  "a refund takes less than its share where less is left": [
    {
      payments: [paid({ refunded: 500n })],
      attempts: [byAddress, giving({ id: "b1", state: "settled", asset: "usdc", amount: 300n })],
      balances: { "self m available usdc": 500n },
    },
    give(half),
    `
      answered payment: p approved, refund: f pending, attempt: n unknown
      payment p: refunded 500 → 1000, version 5 → 6, touched
      new attempt n {id: n, paymentId: p, merchantId: m, refundId: f, rail: bank, method: bank, kind: refund, amount: 200, asset: usdc, state: unknown, lookAt: now+1h, leaseOwner: node, begunAt: now, reason: null, targetSealed: <sealed>, instructions: null, received: {}, seen: {}, paidAsset: null, paidAmount: null, railReference: null, looks: 0, fence: 1, createdAt: now, updatedAt: now}
      attempts of p: a b1 n
      new refund f {id: f, paymentId: p, merchantId: m, amount: 500, state: pending, reason: null, createdAt: now, updatedAt: now}
      moved 200 from self m available usdc to self m held usdc: refund.reserved (m p)
      told payment.refund_pending (payment p #6 m caudal): payment p approved, attempt n unknown, {state: approved, reason: null, refundId: f, refundAmount: 500}`,
  ],
  "a refund of what vanished from its chain": [
    {
      payments: [paid()],
      attempts: [{ ...byAddress, received: { usdc: "499" } }],
      balances: { "self m available usdc": 500n },
    },
    give(half),
    `
      refused refund_not_possible: its money left the chain and may come back`,
  ],
  "a refund of what vanished from its chain as a whole": [
    {
      payments: [paid()],
      attempts: [{ ...byAddress, received: {} }],
      balances: { "self m available usdc": 500n },
    },
    give(half),
    `
      refused refund_not_possible: its money left the chain and may come back`,
  ],
  "a refund over a rail that has no address to send it from": [
    { payments: [paid()], attempts: [settled], xpubs: [xpub({ nextIndex: 9 })], balances },
    give({
      attempt: newAttempt({
        allotment: {
          xpubId: "x",
          vetted: true,
          addressAt: (index) => `0x${index}`,
          instructionsAt: (url) => ({ url }),
        },
      }),
    }),
    `
      not foreseen: {xpubs: [x]}
      refused address_unavailable: no fresh address is ready; try again in a moment`,
  ],
  "a refund of a recharge": [
    { payments: [paid({ kind: "recharge" })] },
    give(),
    `
      refused refund_not_possible: a recharge cannot be given back`,
  ],
  "a refund of what isn't paid": [
    { payments: [payment()] },
    give(),
    `
      refused refund_not_possible: the payment is pending, not approved`,
  ],
  "a refund of another merchant's": [
    { payments: [paid({ merchantId: "n" })] },
    give(),
    `
      refused payment_not_found: there is no such payment`,
  ],
  "a refund of no payment": [
    {},
    give(),
    `
      refused payment_not_found: there is no such payment`,
  ],
  "a refund of the smallest amount, which vanished": [
    {
      payments: [paid()],
      attempts: [{ ...byAddress, received: {}, paidAmount: 1n }],
      balances: { "self m available usdc": 500n },
    },
    give(half),
    `
      refused refund_not_possible: its money left the chain and may come back`,
  ],
}

for (const [name, row] of Object.entries(CASES)) test(name, () => check(createRefund, row))
