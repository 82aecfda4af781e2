/** Money that a payer sends: in full, short, over, late, doubled, and in which asset. */
import { test } from "node:test"
import { check, type Row } from "../../../test/support/decided.ts"
import {
  address,
  attempt,
  ETH,
  hours,
  NOW,
  options,
  paid,
  payment,
  report,
  terms,
  USDC,
} from "../../../test/support/rows.ts"
import { type ReportAttempt, reportAttempt } from "./report-attempt.ts"

/** So much came to the address of attempt `a`. */
function came(
  amount: bigint,
  asset = USDC,
  { at = NOW, dueNow, ...over }: { at?: Date; dueNow?: bigint } & Partial<ReportAttempt> = {},
): ReportAttempt {
  const fact = { kind: "received", amount, asset, dueNow } as const
  return report(null, {
    rail: "chain",
    custodian: "self",
    assets: [asset],
    facts: [{ place: null, fact, at }],
    ...over,
  })
}

const fee = [terms({ feeFixed: "100" })]
const expired = { state: "expired", reason: "expired", openAttemptId: null } as const
/** An hour after the payment's time, which is within the two hours of its merchant. */
const LATE = hours(-1)
const late = { ...expired, expiresAt: hours(-2) } as const
const TOO_LATE = new Date(hours(0).getTime() + 1)

const CASES: Readonly<Record<string, Row<ReportAttempt>>> = {
  "all of it came: the fee is taken in the asset that came": [
    { payments: [payment()], attempts: [address()], terms: fee },
    came(500n),
    `
      answered payment: p approved, attempt: a settled
      payment p: state pending → approved, openAttemptId a → null, captured 0 → 1000, fee 0 → 100, version 5 → 6, touched, approvedAt null → now, settledAt null → now
      attempt a: state open → settled, received {} → {usdc: 500}, paidAsset null → usdc, paidAmount null → 500, touched
      moved 500 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      moved 500 from self m unapplied usdc to self m available usdc: charge.approved (m p)
      moved 50 from self m available usdc to self m fees usdc: fee (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null}`,
  ],
  "a fee is rounded half up into the asset that came": [
    { payments: [payment()], attempts: [address()], terms: [terms({ feeFixed: "25" })] },
    came(20n, ETH),
    `
      answered payment: p approved, attempt: a settled
      payment p: state pending → approved, openAttemptId a → null, captured 0 → 1000, fee 0 → 25, version 5 → 6, touched, approvedAt null → now, settledAt null → now
      attempt a: state open → settled, received {} → {eth: 20}, paidAsset null → eth, paidAmount null → 20, touched
      moved 20 from self chain outside eth to self m unapplied eth: charge.received (m p)
      moved 20 from self m unapplied eth to self m available eth: charge.approved (m p)
      moved 1 from self m available eth to self m fees eth: fee (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null}`,
  ],
  "a part came": [
    { payments: [payment()], attempts: [address({ seen: { usdc: "3" } })] },
    came(499n),
    `
      answered payment: p pending, attempt: a open
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 499}, touched
      moved 499 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.underpaid (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: usdc, amount: 499, received: 499, due: 500}`,
  ],
  "the rest came": [
    {
      payments: [payment({ state: "processing" })],
      attempts: [address({ received: { usdc: "400", eth: "1" } })],
      balances: { "self m unapplied usdc": 400n },
    },
    came(100n),
    `
      answered payment: p approved, attempt: a settled
      payment p: state processing → approved, openAttemptId a → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now, settledAt null → now
      attempt a: state open → settled, received {usdc: 400, eth: 1} → {eth: 1, usdc: 500}, paidAsset null → usdc, paidAmount null → 500, touched
      moved 100 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      moved 500 from self m unapplied usdc to self m available usdc: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null}`,
  ],
  "more came than was due: the rest of it is unapplied": [
    { payments: [payment()], attempts: [address()] },
    came(501n),
    `
      answered payment: p approved, attempt: a settled
      payment p: state pending → approved, openAttemptId a → null, captured 0 → 1000, version 5 → 7, touched, approvedAt null → now, settledAt null → now
      attempt a: state open → settled, received {} → {usdc: 501}, paidAsset null → usdc, paidAmount null → 500, touched
      moved 501 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      moved 500 from self m unapplied usdc to self m available usdc: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null}
      told payment.overpaid (payment p #7 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 501, received: 501, due: 500, surplus: 1}`,
  ],
  "a part came while the rest is on its way": [
    {
      payments: [payment({ state: "processing" })],
      attempts: [address({ seen: { usdc: "300" } })],
    },
    came(200n),
    `
      answered payment: p processing, attempt: a open
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 200}, touched
      moved 200 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.underpaid (payment p #6 m caudal): payment p processing, attempt a open, {state: processing, reason: null, asset: usdc, amount: 200, received: 200, due: 500}`,
  ],
  "a part came, and what is on its way isn't enough": [
    {
      payments: [payment({ state: "processing" })],
      attempts: [address({ seen: { usdc: "299" } })],
    },
    came(200n),
    `
      answered payment: p pending, attempt: a open
      payment p: state processing → pending, version 5 → 6, touched
      attempt a: received {} → {usdc: 200}, touched
      moved 200 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.underpaid (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: usdc, amount: 200, received: 200, due: 500}`,
  ],
  "a part came in another asset than the rest": [
    {
      payments: [payment()],
      attempts: [address({ received: { eth: "19" } })],
    },
    came(499n),
    `
      answered payment: p pending, attempt: a open
      payment p: version 5 → 6, touched
      attempt a: received {eth: 19} → {eth: 19, usdc: 499}, touched
      moved 499 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.underpaid (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: usdc, amount: 499, received: 499, due: 500}`,
  ],
  "it came twice": [
    { payments: [paid()], attempts: [address({ state: "settled", received: { usdc: "500" } })] },
    came(500n),
    `
      answered payment: p approved, attempt: a settled
      payment p: version 5 → 6, touched
      attempt a: received {usdc: 500} → {usdc: 1000}, touched
      moved 500 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.unapplied (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, received: 1000, due: 500}`,
  ],
  "it came to another address than what paid it": [
    { payments: [paid()], attempts: [address({ state: "closed" })] },
    came(500n),
    `
      answered payment: p approved, attempt: a closed
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 500}, touched
      moved 500 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.unapplied (payment p #6 m caudal): payment p approved, attempt a closed, {state: approved, reason: null, asset: usdc, amount: 500, received: 500, due: 500}`,
  ],
  "it came in an asset that nobody asked for": [
    { payments: [payment({ state: "processing" })], attempts: [address()] },
    came(500n, "doge"),
    `
      answered payment: p pending, attempt: a open
      payment p: state processing → pending, version 5 → 6, touched
      attempt a: received {} → {doge: 500}, touched
      moved 500 from self chain outside doge to self m unapplied doge: charge.received (m p)
      told payment.unapplied (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: doge, amount: 500, received: 500, due: undefined}`,
  ],
  "it came in the payment's own asset": [
    { payments: [payment()], attempts: [address()] },
    came(1_000n, "COP"),
    `
      answered payment: p approved, attempt: a settled
      payment p: state pending → approved, openAttemptId a → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now, settledAt null → now
      attempt a: state open → settled, received {} → {COP: 1000}, paidAsset null → COP, paidAmount null → 1000, touched
      moved 1000 from self chain outside COP to self m unapplied COP: charge.received (m p)
      moved 1000 from self m unapplied COP to self m available COP: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null}`,
  ],
  "it came too short in the payment's own asset, to an attempt without a price": [
    { payments: [payment({ state: "processing" })], attempts: [attempt({ state: "open" })] },
    came(999n, "COP", { rail: "bank", custodian: "gateway" }),
    `
      answered payment: p processing, attempt: a open
      payment p: version 5 → 6, touched
      attempt a: received {} → {COP: 999}, touched
      moved 999 from bank outside COP to m unapplied COP: charge.received (m p)
      told payment.underpaid (payment p #6 m caudal): payment p processing, attempt a open, {state: processing, reason: null, asset: COP, amount: 999, received: 999, due: 1000}`,
  ],
  "it came late, and covers: the locked quote of what has a fixed worth counts": [
    { payments: [payment(late)], attempts: [address({ state: "closed" })] },
    came(500n, USDC, { at: LATE }),
    `
      answered payment: p approved, attempt: a settled
      payment p: state expired → approved, reason expired → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now, settledAt null → now-1h
      attempt a: state closed → settled, received {} → {usdc: 500}, paidAsset null → usdc, paidAmount null → 500, touched
      moved 500 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      moved 500 from self m unapplied usdc to self m available usdc: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null}`,
  ],
  "it came late in what has a worth of the moment": [
    { payments: [payment(late)], attempts: [address({ state: "closed" })] },
    came(25n, ETH, { at: LATE, dueNow: 25n }),
    `
      answered payment: p approved, attempt: a settled
      payment p: state expired → approved, reason expired → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now, settledAt null → now-1h
      attempt a: state closed → settled, received {} → {eth: 25}, paidAsset null → eth, paidAmount null → 25, touched
      moved 25 from self chain outside eth to self m unapplied eth: charge.received (m p)
      moved 25 from self m unapplied eth to self m available eth: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null}`,
  ],
  "it came late, and isn't worth enough any more": [
    { payments: [payment({ expiresAt: hours(-2), state: "processing" })], attempts: [address()] },
    came(20n, ETH, { at: LATE, dueNow: 25n }),
    `
      answered payment: p pending, attempt: a open
      payment p: state processing → pending, version 5 → 6, touched
      attempt a: received {} → {eth: 20}, touched
      moved 20 from self chain outside eth to self m unapplied eth: charge.received (m p)
      told payment.underpaid (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: eth, amount: 20, received: 20, due: 25}`,
  ],
  "it came in time, whatever it is worth by now": [
    { payments: [payment({ expiresAt: LATE })], attempts: [address()] },
    came(20n, ETH, { at: LATE, dueNow: 25n }),
    `
      answered payment: p approved, attempt: a settled
      payment p: state pending → approved, openAttemptId a → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now, settledAt null → now-1h
      attempt a: state open → settled, received {} → {eth: 20}, paidAsset null → eth, paidAmount null → 20, touched
      moved 20 from self chain outside eth to self m unapplied eth: charge.received (m p)
      moved 20 from self m unapplied eth to self m available eth: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null}`,
  ],
  "it came without a time, whatever it is worth by now": [
    { payments: [payment({ expiresAt: null })], attempts: [address()] },
    came(20n, ETH, { at: LATE, dueNow: 25n }),
    `
      answered payment: p approved, attempt: a settled
      payment p: state pending → approved, openAttemptId a → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now, settledAt null → now-1h
      attempt a: state open → settled, received {} → {eth: 20}, paidAsset null → eth, paidAmount null → 20, touched
      moved 20 from self chain outside eth to self m unapplied eth: charge.received (m p)
      moved 20 from self m unapplied eth to self m available eth: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null}`,
  ],
  "it came late in what nobody can price": [
    { payments: [payment(late)], attempts: [address({ state: "closed" })] },
    came(19n, ETH, { at: LATE }),
    `
      answered payment: p expired, attempt: a closed
      payment p: version 5 → 6, touched
      attempt a: received {} → {eth: 19}, touched
      moved 19 from self chain outside eth to self m unapplied eth: charge.received (m p)
      told payment.underpaid (payment p #6 m caudal): payment p expired, attempt a closed, {state: expired, reason: expired, asset: eth, amount: 19, received: 19, due: 20}`,
  ],
  "it came late in an asset that nobody asked for": [
    { payments: [payment(late)], attempts: [address({ state: "closed" })] },
    came(500n, "doge", { at: LATE, dueNow: 25n }),
    `
      answered payment: p expired, attempt: a closed
      payment p: version 5 → 6, touched
      attempt a: received {} → {doge: 500}, touched
      moved 500 from self chain outside doge to self m unapplied doge: charge.received (m p)
      told payment.unapplied (payment p #6 m caudal): payment p expired, attempt a closed, {state: expired, reason: expired, asset: doge, amount: 500, received: 500, due: undefined}`,
  ],
  "a part came late in what has a fixed worth": [
    { payments: [payment({ expiresAt: hours(-2), state: "processing" })], attempts: [address()] },
    came(499n, USDC, { at: LATE }),
    `
      answered payment: p pending, attempt: a open
      payment p: state processing → pending, version 5 → 6, touched
      attempt a: received {} → {usdc: 499}, touched
      moved 499 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.underpaid (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: usdc, amount: 499, received: 499, due: 500}`,
  ],
  "it came later than its merchant waits": [
    { payments: [payment(late)], attempts: [address({ state: "closed" })] },
    came(500n, USDC, { at: TOO_LATE }),
    `
      answered payment: p expired, attempt: a closed
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 500}, touched
      moved 500 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.unapplied (payment p #6 m caudal): payment p expired, attempt a closed, {state: expired, reason: expired, asset: usdc, amount: 500, received: 500, due: 500}`,
  ],
  "it came just before its merchant stops waiting": [
    { payments: [payment(late)], attempts: [address({ state: "closed" })] },
    came(500n, USDC, { at: NOW }),
    `
      answered payment: p approved, attempt: a settled
      payment p: state expired → approved, reason expired → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now, settledAt null → now
      attempt a: state closed → settled, received {} → {usdc: 500}, paidAsset null → usdc, paidAmount null → 500, touched
      moved 500 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      moved 500 from self m unapplied usdc to self m available usdc: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null}`,
  ],
  "it came later than its merchant waits, and nobody had let the payment expire": [
    {
      payments: [payment({ expiresAt: hours(-2), state: "processing" })],
      attempts: [address({ seen: { usdc: "500" } })],
    },
    came(500n, USDC, { at: TOO_LATE }),
    `
      answered payment: p pending, attempt: a open
      payment p: state processing → pending, version 5 → 6, touched
      attempt a: received {} → {usdc: 500}, touched
      moved 500 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.unapplied (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: usdc, amount: 500, received: 500, due: 500}`,
  ],
  "it came short, while another attempt was taken on": [
    {
      payments: [payment({ state: "processing", openAttemptId: "b" })],
      attempts: [address({ state: "closed" }), attempt({ id: "b", state: "open" })],
    },
    came(100n),
    `
      answered payment: p processing, attempt: a closed
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 100}, touched
      moved 100 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.underpaid (payment p #6 m caudal): payment p processing, attempt a closed, {state: processing, reason: null, asset: usdc, amount: 100, received: 100, due: 500}`,
  ],
  "it came short, while another attempt waits for its payer": [
    {
      payments: [payment({ state: "processing", openAttemptId: "b" })],
      attempts: [address({ state: "closed" }), address({ id: "b" })],
    },
    came(100n),
    `
      answered payment: p pending, attempt: a closed
      payment p: state processing → pending, version 5 → 6, touched
      attempt a: received {} → {usdc: 100}, touched
      moved 100 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.underpaid (payment p #6 m caudal): payment p pending, attempt a closed, {state: pending, reason: null, asset: usdc, amount: 100, received: 100, due: 500}`,
  ],
  "it came short, while another attempt has not begun": [
    {
      payments: [payment({ state: "processing", openAttemptId: "b" })],
      attempts: [address({ state: "closed" }), attempt({ id: "b", state: "waiting" })],
    },
    came(100n),
    `
      answered payment: p pending, attempt: a closed
      payment p: state processing → pending, version 5 → 6, touched
      attempt a: received {} → {usdc: 100}, touched
      moved 100 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.underpaid (payment p #6 m caudal): payment p pending, attempt a closed, {state: pending, reason: null, asset: usdc, amount: 100, received: 100, due: 500}`,
  ],
  "it came short, while all of it is on its way to another address": [
    {
      payments: [payment({ state: "processing", openAttemptId: "b" })],
      attempts: [address({ state: "closed" }), address({ id: "b", seen: { usdc: "500" } })],
    },
    came(100n),
    `
      answered payment: p processing, attempt: a closed
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 100}, touched
      moved 100 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.underpaid (payment p #6 m caudal): payment p processing, attempt a closed, {state: processing, reason: null, asset: usdc, amount: 100, received: 100, due: 500}`,
  ],
  "it came short to the only attempt, which nobody waits for": [
    {
      payments: [payment({ state: "processing", openAttemptId: null })],
      attempts: [address({ state: "closed" })],
    },
    came(100n),
    `
      answered payment: p pending, attempt: a closed
      payment p: state processing → pending, version 5 → 6, touched
      attempt a: received {} → {usdc: 100}, touched
      moved 100 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.underpaid (payment p #6 m caudal): payment p pending, attempt a closed, {state: pending, reason: null, asset: usdc, amount: 100, received: 100, due: 500}`,
  ],
  "it came to an attempt without options, on a payment under way": [
    {
      payments: [payment({ state: "processing" })],
      attempts: [
        attempt({ rail: "chain", state: "open", instructions: { url: "https://x.test" } }),
      ],
    },
    came(100n),
    `
      answered payment: p processing, attempt: a open
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 100}, touched
      moved 100 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.unapplied (payment p #6 m caudal): payment p processing, attempt a open, {state: processing, reason: null, asset: usdc, amount: 100, received: 100, due: undefined}`,
  ],
  "an option asks for more than the payment's amount in its own asset": [
    {
      payments: [payment()],
      attempts: [
        address({ instructions: { options: [{ ...options[0], asset: "COP", amount: "1001" }] } }),
      ],
    },
    came(1_000n, "COP"),
    `
      answered payment: p pending, attempt: a open
      payment p: version 5 → 6, touched
      attempt a: received {} → {COP: 1000}, touched
      moved 1000 from self chain outside COP to self m unapplied COP: charge.received (m p)
      told payment.underpaid (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: COP, amount: 1000, received: 1000, due: 1001}`,
  ],
  "it covers what another open attempt was to bring": [
    {
      payments: [payment({ openAttemptId: "b" })],
      attempts: [address({ state: "closed" }), address({ id: "b" })],
    },
    came(500n),
    `
      answered payment: p approved, attempt: a settled
      payment p: state pending → approved, openAttemptId b → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now, settledAt null → now
      attempt a: state closed → settled, received {} → {usdc: 500}, paidAsset null → usdc, paidAmount null → 500, touched
      attempt b: state open → closed, touched
      moved 500 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      moved 500 from self m unapplied usdc to self m available usdc: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null}`,
  ],
  "a fee is what it is where the payment's own asset came": [
    {
      payments: [payment()],
      attempts: [
        address({ instructions: { options: [{ ...options[0], asset: "COP", amount: "1001" }] } }),
      ],
      terms: [terms({ feeFixed: "600" })],
    },
    came(1_001n, "COP"),
    `
      answered payment: p approved, attempt: a settled
      payment p: state pending → approved, openAttemptId a → null, captured 0 → 1000, fee 0 → 600, version 5 → 6, touched, approvedAt null → now, settledAt null → now
      attempt a: state open → settled, received {} → {COP: 1001}, paidAsset null → COP, paidAmount null → 1001, touched
      moved 1001 from self chain outside COP to self m unapplied COP: charge.received (m p)
      moved 1001 from self m unapplied COP to self m available COP: charge.approved (m p)
      moved 600 from self m available COP to self m fees COP: fee (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null}`,
  ],
  "it came to an attempt that was settled in vain": [
    {
      payments: [payment(late)],
      attempts: [attempt({ rail: "chain", state: "settled", received: { COP: "1000" } })],
    },
    came(500n, "COP", { at: LATE }),
    `
      answered payment: p expired, attempt: a settled
      payment p: version 5 → 6, touched
      attempt a: received {COP: 1000} → {COP: 1500}, touched
      moved 500 from self chain outside COP to self m unapplied COP: charge.received (m p)
      told payment.unapplied (payment p #6 m caudal): payment p expired, attempt a settled, {state: expired, reason: expired, asset: COP, amount: 500, received: 1500, due: 1000}`,
  ],
  "nothing came": [
    {
      payments: [payment()],
      attempts: [address({ instructions: { options: [{ ...options[0], amount: "1" }] } })],
    },
    came(0n),
    `
      answered payment: p pending, attempt: a open
      payment p: version 5 → 6, touched
      attempt a: touched
      told payment.underpaid (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: usdc, amount: 0, received: undefined, due: 1}`,
  ],
  "the smallest part came": [
    { payments: [payment()], attempts: [address()] },
    came(1n),
    `
      answered payment: p pending, attempt: a open
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 1}, touched
      moved 1 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.underpaid (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: usdc, amount: 1, received: 1, due: 500}`,
  ],
  "a part came in the last moment, of what has no fixed worth, and the rest is on its way": [
    {
      payments: [payment({ state: "processing", expiresAt: NOW })],
      attempts: [address({ seen: { eth: "10" } })],
    },
    came(10n, ETH),
    `
      answered payment: p processing, attempt: a open
      payment p: version 5 → 6, touched
      attempt a: received {} → {eth: 10}, touched
      moved 10 from self chain outside eth to self m unapplied eth: charge.received (m p)
      told payment.underpaid (payment p #6 m caudal): payment p processing, attempt a open, {state: processing, reason: null, asset: eth, amount: 10, received: 10, due: 20}`,
  ],
  "a part came without a time, of what has no fixed worth, and the rest is on its way": [
    {
      payments: [payment({ state: "processing", expiresAt: null })],
      attempts: [address({ seen: { eth: "10" } })],
    },
    came(10n, ETH),
    `
      answered payment: p processing, attempt: a open
      payment p: version 5 → 6, touched
      attempt a: received {} → {eth: 10}, touched
      moved 10 from self chain outside eth to self m unapplied eth: charge.received (m p)
      told payment.underpaid (payment p #6 m caudal): payment p processing, attempt a open, {state: processing, reason: null, asset: eth, amount: 10, received: 10, due: 20}`,
  ],
  "a part came late in the payment's own asset, to an attempt without a price": [
    { payments: [payment({ expiresAt: hours(-2) })], attempts: [attempt({ state: "open" })] },
    came(100n, "COP", { at: LATE }),
    `
      not foreseen: accounts of bank in COP
      answered payment: p pending, attempt: a open
      payment p: version 5 → 6, touched
      attempt a: received {} → {COP: 100}, touched
      moved 100 from self bank outside COP to self m unapplied COP: charge.received (m p)
      told payment.underpaid (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: COP, amount: 100, received: 100, due: 1000}`,
  ],
}

for (const [name, row] of Object.entries(CASES)) test(name, () => check(reportAttempt, row))
