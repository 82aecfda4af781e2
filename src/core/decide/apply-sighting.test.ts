/** What a chain says of a transfer: seen, final, gone, back, and what of it the books hold. */
import { test } from "node:test"
import { check, type Row } from "../../../test/support/decided.ts"
import {
  address,
  apply,
  ETH,
  giving,
  hours,
  NOW,
  paid,
  payment,
  refund,
  sighting,
  USDC,
} from "../../../test/support/rows.ts"
import type { Attempt } from "../payments/attempt.ts"
import { type ApplySighting, applySighting } from "./apply-sighting.ts"

const seen = { state: "seen" } as const
const gone = { state: "orphaned" } as const
/** What was counted as on its way, and what was booked. */
const wasSeen = { applied: "seen", appliedAmount: 500n } as const
const booked = { applied: "final", appliedAmount: 500n, booked: 500n } as const
/** An attempt whose 500 paid. */
const settled = (over: Partial<Attempt> = {}) =>
  address({
    state: "settled",
    received: { usdc: "500" },
    paidAsset: USDC,
    paidAmount: 500n,
    ...over,
  })

const CASES: Readonly<Record<string, Row<ApplySighting>>> = {
  "a transfer that covers is on its way": [
    { payments: [payment()], attempts: [address()], sightings: [sighting(seen)] },
    apply(),
    `
      answered applied: true
      payment p: state pending → processing, version 5 → 6, touched
      attempt a: seen {} → {usdc: 500}, railReference null → tx, touched
      sighting chain|s: applied null → seen, appliedAmount null → 500
      frozen of a: []
      told payment.processing (payment p #6 m caudal): payment p processing, attempt a open, {state: processing, reason: null, asset: usdc, amount: 500, reference: tx}`,
  ],
  "a transfer that doesn't cover is on its way": [
    {
      payments: [payment()],
      attempts: [address()],
      sightings: [sighting({ ...seen, amount: 499n, reference: null })],
    },
    apply(),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: seen {} → {usdc: 499}, touched
      sighting chain|s: applied null → seen, appliedAmount null → 499
      frozen of a: []
      told payment.seen (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: usdc, amount: 499}`,
  ],
  "a transfer is on its way to what was paid": [
    { payments: [paid()], attempts: [settled()], sightings: [sighting(seen)] },
    apply(),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: seen {} → {usdc: 500}, touched
      sighting chain|s: applied null → seen, appliedAmount null → 500
      frozen of a: []
      told payment.seen (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, reference: tx}`,
  ],
  "a transfer is on its way later than its merchant waits": [
    {
      payments: [payment({ expiresAt: hours(-3) })],
      attempts: [address()],
      sightings: [sighting({ ...seen, at: NOW })],
    },
    apply(),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: seen {} → {usdc: 500}, railReference null → tx, touched
      sighting chain|s: applied null → seen, appliedAmount null → 500
      frozen of a: []
      told payment.seen (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: usdc, amount: 500, reference: tx}`,
  ],
  "a late transfer of what has no fixed worth is on its way": [
    {
      payments: [payment({ expiresAt: hours(-2) })],
      attempts: [address()],
      sightings: [sighting({ ...seen, asset: ETH })],
    },
    apply({ asset: ETH }),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: seen {} → {eth: 500}, railReference null → tx, touched
      sighting chain|s: applied null → seen, appliedAmount null → 500
      frozen of a: []
      told payment.seen (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: eth, amount: 500, reference: tx}`,
  ],
  "a late transfer of what has a fixed worth is on its way": [
    {
      payments: [payment({ expiresAt: hours(-2) })],
      attempts: [address()],
      sightings: [sighting(seen)],
    },
    apply(),
    `
      answered applied: true
      payment p: state pending → processing, version 5 → 6, touched
      attempt a: seen {} → {usdc: 500}, railReference null → tx, touched
      sighting chain|s: applied null → seen, appliedAmount null → 500
      frozen of a: []
      told payment.processing (payment p #6 m caudal): payment p processing, attempt a open, {state: processing, reason: null, asset: usdc, amount: 500, reference: tx}`,
  ],
  "what is on its way says another amount": [
    {
      payments: [payment({ state: "processing" })],
      attempts: [address({ seen: { usdc: "500" } })],
      sightings: [sighting({ ...seen, ...wasSeen, amount: 600n })],
    },
    apply(),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: seen {usdc: 500} → {usdc: 600}, railReference null → tx, touched
      sighting chain|s: appliedAmount 500 → 600
      frozen of a: []
      told payment.seen (payment p #6 m caudal): payment p processing, attempt a open, {state: processing, reason: null, asset: usdc, amount: 600, reference: tx}`,
  ],
  "what was on its way is there": [
    {
      payments: [payment({ state: "processing" })],
      attempts: [address({ seen: { usdc: "500" } })],
      sightings: [sighting(wasSeen)],
    },
    apply(),
    `
      answered applied: true
      payment p: state processing → approved, openAttemptId a → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now, settledAt null → now-1h
      attempt a: state open → settled, received {} → {usdc: 500}, seen {usdc: 500} → {}, paidAsset null → usdc, paidAmount null → 500, railReference null → tx, touched
      sighting chain|s: applied seen → final, booked 0 → 500
      frozen of a: []
      moved 500 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      moved 500 from self m unapplied usdc to self m available usdc: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null}`,
  ],
  "what nobody had seen is there": [
    { payments: [payment()], attempts: [address()], sightings: [sighting()] },
    apply(),
    `
      answered applied: true
      payment p: state pending → approved, openAttemptId a → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now, settledAt null → now-1h
      attempt a: state open → settled, received {} → {usdc: 500}, paidAsset null → usdc, paidAmount null → 500, railReference null → tx, touched
      sighting chain|s: applied null → final, appliedAmount null → 500, booked 0 → 500
      frozen of a: []
      moved 500 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      moved 500 from self m unapplied usdc to self m available usdc: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null}`,
  ],
  "what nobody asked for is there late, at the price of its moment": [
    {
      payments: [payment({ expiresAt: hours(-2) })],
      attempts: [address()],
      sightings: [sighting({ asset: ETH, amount: 25n })],
    },
    apply({ asset: ETH, dueNow: 25n }),
    `
      answered applied: true
      payment p: state pending → approved, openAttemptId a → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now, settledAt null → now-1h
      attempt a: state open → settled, received {} → {eth: 25}, paidAsset null → eth, paidAmount null → 25, railReference null → tx, touched
      sighting chain|s: applied null → final, appliedAmount null → 25, booked 0 → 25
      frozen of a: []
      moved 25 from self chain outside eth to self m unapplied eth: charge.received (m p)
      moved 25 from self m unapplied eth to self m available eth: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null}`,
  ],
  "it is there, as was known": [
    { payments: [paid()], attempts: [settled()], sightings: [sighting(booked)] },
    apply(),
    `
      answered applied: false`,
  ],
  "what was on its way left the chain": [
    {
      payments: [payment({ state: "processing" })],
      attempts: [address({ seen: { usdc: "500" } })],
      sightings: [sighting({ ...gone, ...wasSeen })],
    },
    apply(),
    `
      answered applied: true
      payment p: state processing → pending, version 5 → 6, touched
      attempt a: seen {usdc: 500} → {}, touched
      sighting chain|s: applied seen → orphaned
      frozen of a: []
      told payment.orphaned (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: usdc, amount: 500, reference: tx}`,
  ],
  "what was on its way left the chain, and the rest still covers": [
    {
      payments: [payment({ state: "processing" })],
      attempts: [address({ seen: { usdc: "1000" } })],
      sightings: [sighting({ ...gone, ...wasSeen })],
    },
    apply(),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: seen {usdc: 1000} → {usdc: 500}, touched
      sighting chain|s: applied seen → orphaned
      frozen of a: []
      told payment.orphaned (payment p #6 m caudal): payment p processing, attempt a open, {state: processing, reason: null, asset: usdc, amount: 500, reference: tx}`,
  ],
  "what was never counted left the chain": [
    { payments: [payment()], attempts: [address()], sightings: [sighting(gone)] },
    apply(),
    `
      answered applied: true
      sighting chain|s: applied null → orphaned, appliedAmount null → 500
      frozen of a: []`,
  ],
  "booked in a block that its transaction left, which nobody noticed yet": [
    {
      payments: [paid()],
      attempts: [settled()],
      sightings: [sighting({ ...booked, place: "before", blockHash: "left" }), sighting()],
    },
    apply(),
    `
      answered applied: true
      attempt a: touched
      sighting chain|before: booked 500 → 0
      sighting chain|s: applied null → final, appliedAmount null → 500, booked 0 → 500
      frozen of a: []`,
  ],
  "booked beside it in the same block, it is another transfer": [
    {
      payments: [paid()],
      attempts: [settled()],
      sightings: [sighting({ ...booked, place: "before" }), sighting()],
    },
    apply(),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {usdc: 500} → {usdc: 1000}, touched
      sighting chain|s: applied null → final, appliedAmount null → 500, booked 0 → 500
      frozen of a: []
      moved 500 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.unapplied (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, reference: tx, received: 1000, due: 500}`,
  ],
  "another merchant's doesn't exist": [
    {
      payments: [payment()],
      attempts: [address({ merchantId: "n" })],
      sightings: [sighting()],
    },
    apply(),
    `
      refused payment_not_found: there is no such sighting`,
  ],
  "a place that nobody saw": [
    { payments: [payment()], attempts: [address()] },
    apply(),
    `
      refused payment_not_found: there is no such sighting`,
  ],
  "a payment that isn't there": [
    { attempts: [address()], sightings: [sighting()] },
    apply(),
    `
      refused payment_not_found: there is no such sighting`,
  ],
  "the smallest part that was on its way left the chain": [
    {
      payments: [payment()],
      attempts: [address({ seen: { usdc: "1" } })],
      sightings: [sighting({ ...gone, amount: 1n, applied: "seen", appliedAmount: 1n })],
    },
    apply(),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: seen {usdc: 1} → {}, touched
      sighting chain|s: applied seen → orphaned
      frozen of a: []
      told payment.orphaned (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: usdc, amount: 1, reference: tx}`,
  ],
  "a transfer of what nobody asked for is on its way": [
    {
      payments: [payment()],
      attempts: [address()],
      sightings: [sighting({ ...seen, asset: "doge" })],
    },
    apply({ asset: "doge" }),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: seen {} → {doge: 500}, railReference null → tx, touched
      sighting chain|s: applied null → seen, appliedAmount null → 500
      frozen of a: []
      told payment.seen (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: doge, amount: 500, reference: tx}`,
  ],
}

for (const [name, row] of Object.entries(CASES)) test(name, () => check(applySighting, row))

const out = apply({ kind: "refund", attemptId: "b" })
const signed = giving({ rail: "chain", state: "open", asset: USDC, railReference: "first" })
const given = (over: Parameters<typeof refund>[0] = {}) => ({
  payments: [paid({ refunded: 300n })],
  attempts: [signed],
  refunds: [refund(over)],
  balances: { "self m held usdc": 300n },
})
const sent = { attemptId: "b", amount: 300n, sender: "0xa" } as const

const REFUNDS: Readonly<Record<string, Row<ApplySighting>>> = {
  "a signed refund is on its way": [
    { ...given(), sightings: [sighting({ ...sent, ...seen })] },
    out,
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt b: railReference first → tx
      refund f: state pending → sent, touched
      sighting chain|s: applied null → seen, appliedAmount null → 300
      frozen of b: []
      told payment.refund_sent (payment p #6 m caudal): payment p approved, attempt b open, {state: approved, reason: null, refundId: f, refundAmount: 300, refundReason: null}`,
  ],
  "a signed refund is there": [
    { ...given({ state: "sent" }), sightings: [sighting({ ...sent, ...wasSeen })] },
    out,
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt b: state open → settled, railReference first → tx, lookAt now-1h → null, leaseOwner node → null, touched
      refund f: state sent → confirmed, touched
      sighting chain|s: applied seen → final, appliedAmount 500 → 300
      frozen of b: []
      moved 300 from self m held usdc to self chain outside usdc: refund.confirmed (m p)
      told payment.refund_confirmed (payment p #6 m caudal): payment p approved, attempt b settled, {state: approved, reason: null, refundId: f, refundAmount: 300, refundReason: null}`,
  ],
  "a signed refund was on its way, and left the chain": [
    { ...given({ state: "sent" }), sightings: [sighting({ ...sent, ...gone, ...wasSeen })] },
    out,
    `
      answered applied: true
      payment p: version 5 → 6, touched
      refund f: state sent → pending, touched
      sighting chain|s: applied seen → orphaned, appliedAmount 500 → 300
      frozen of b: []
      told payment.refund_pending (payment p #6 m caudal): payment p approved, attempt b open, {state: approved, reason: null, refundId: f, refundAmount: 300, refundReason: null}`,
  ],
  "a signed refund left the chain after it was replaced": [
    { ...given(), sightings: [sighting({ ...sent, ...gone, ...wasSeen })] },
    out,
    `
      answered applied: true
      sighting chain|s: applied seen → orphaned, appliedAmount 500 → 300
      frozen of b: []`,
  ],
  "a signed refund that nobody had counted left the chain": [
    { ...given({ state: "sent" }), sightings: [sighting({ ...sent, ...gone })] },
    out,
    `
      answered applied: true
      sighting chain|s: applied null → orphaned, appliedAmount null → 300
      frozen of b: []`,
  ],
  "a signed refund vanished after it was there": [
    {
      ...given({ state: "confirmed" }),
      attempts: [{ ...signed, state: "settled" }],
      sightings: [sighting({ ...sent, ...gone, applied: "final", appliedAmount: 300n })],
    },
    out,
    `
      answered applied: true
      payment p: version 5 → 6, touched
      sighting chain|s: applied final → orphaned
      frozen of b: []
      told payment.reorganised (payment p #6 m caudal): payment p approved, attempt b settled, {state: approved, reason: null, refundId: f, asset: usdc, amount: 300, reference: tx}`,
  ],
  "a signed refund is there once more": [
    {
      ...given({ state: "confirmed" }),
      attempts: [{ ...signed, state: "settled" }],
      sightings: [sighting({ ...sent, reference: "second" })],
    },
    out,
    `
      answered applied: true
      sighting chain|s: applied null → final, appliedAmount null → 300
      frozen of b: []`,
  ],
}

for (const [name, row] of Object.entries(REFUNDS)) test(name, () => check(applySighting, row))
