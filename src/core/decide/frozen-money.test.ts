/** Money that vanished from its chain after it was booked, and what becomes of it there. */
import { test } from "node:test"
import { check, type Row } from "../../../test/support/decided.ts"
import { address, apply, ETH, paid, payment, sighting, USDC } from "../../../test/support/rows.ts"
import type { Attempt } from "../payments/attempt.ts"
import { type ApplySighting, applySighting } from "./apply-sighting.ts"

const seen = { state: "seen" } as const
const gone = { state: "orphaned" } as const
/** What was counted as on its way, and what was booked. */
const booked = { applied: "final", appliedAmount: 500n, booked: 500n } as const
const frozen = { ...booked, ...gone, applied: "orphaned", frozen: true } as const
/** An attempt whose 500 paid, and one that lost them again. */
const settled = (over: Partial<Attempt> = {}) =>
  address({
    state: "settled",
    received: { usdc: "500" },
    paidAsset: USDC,
    paidAmount: 500n,
    ...over,
  })
const robbed = (over: Partial<Attempt> = {}) => settled({ received: {}, ...over })

const CASES: Readonly<Record<string, Row<ApplySighting>>> = {
  "what paid vanished: it is held": [
    {
      payments: [paid()],
      attempts: [settled()],
      sightings: [sighting({ ...booked, ...gone })],
      balances: { "self m available usdc": 500n },
    },
    apply(),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {usdc: 500} → {}
      sighting chain|s: applied final → orphaned, frozen false → true
      frozen of a: [chain|s]
      moved 500 from self m available usdc to self m held usdc: charge.frozen (m p)
      told payment.reorganised (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, reference: tx}`,
  ],
  "what paid vanished, and is spent: it is owed": [
    {
      payments: [paid()],
      attempts: [settled()],
      sightings: [sighting({ ...booked, ...gone, reference: null })],
      balances: { "self m available usdc": 200n },
    },
    apply(),
    `
      not foreseen: accounts of m in usdc
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {usdc: 500} → {}
      sighting chain|s: applied final → orphaned, frozen false → true
      frozen of a: [chain|s]
      moved 200 from self m available usdc to self m held usdc: charge.frozen (m p)
      moved 300 from self m owed usdc to self m held usdc: charge.frozen.owed (m p)
      told payment.reorganised (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500}`,
  ],
  "what was over vanished: it is held first": [
    {
      payments: [paid()],
      attempts: [settled({ received: { usdc: "700" } })],
      sightings: [sighting({ ...booked, ...gone })],
      balances: { "self m available usdc": 500n, "self m unapplied usdc": 200n },
    },
    apply(),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {usdc: 700} → {usdc: 200}
      sighting chain|s: applied final → orphaned, frozen false → true
      frozen of a: [chain|s]
      moved 200 from self m unapplied usdc to self m held usdc: charge.frozen (m p)
      moved 300 from self m available usdc to self m held usdc: charge.frozen (m p)
      told payment.reorganised (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, reference: tx}`,
  ],
  "what was over vanished after it was used": [
    {
      payments: [paid()],
      attempts: [settled({ received: { usdc: "1000" } })],
      sightings: [sighting({ ...booked, ...gone })],
      balances: { "self m available usdc": 500n, "self m unapplied usdc": 100n },
    },
    apply(),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {usdc: 1000} → {usdc: 500}
      sighting chain|s: applied final → orphaned, frozen false → true
      frozen of a: [chain|s]
      moved 100 from self m unapplied usdc to self m held usdc: charge.frozen (m p)
      moved 400 from self m available usdc to self m held usdc: charge.frozen (m p)
      told payment.reorganised (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, reference: tx}`,
  ],
  "a part of a payment that waits vanished": [
    {
      payments: [payment()],
      attempts: [address({ received: { usdc: "400" } })],
      sightings: [
        sighting({ ...gone, amount: 400n, applied: "final", appliedAmount: 400n, booked: 400n }),
      ],
      balances: { "self m unapplied usdc": 400n },
    },
    apply(),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {usdc: 400} → {}
      sighting chain|s: applied final → orphaned, frozen false → true
      frozen of a: [chain|s]
      moved 400 from self m unapplied usdc to self m held usdc: charge.frozen (m p)
      told payment.reorganised (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: usdc, amount: 400, reference: tx}`,
  ],
  "what vanished is in a block again that isn't deep enough": [
    {
      payments: [paid()],
      attempts: [robbed()],
      sightings: [sighting({ ...frozen, ...seen })],
    },
    apply(),
    `
      answered applied: true
      sighting chain|s: applied orphaned → seen
      frozen of a: [chain|s]`,
  ],
  "what is booked is in a block that isn't deep enough": [
    {
      payments: [paid()],
      attempts: [settled()],
      sightings: [sighting({ ...booked, ...seen })],
      balances: { "self m available usdc": 500n },
    },
    apply(),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {usdc: 500} → {}
      sighting chain|s: applied final → seen, frozen false → true
      frozen of a: [chain|s]
      moved 500 from self m available usdc to self m held usdc: charge.frozen (m p)
      told payment.reorganised (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, reference: tx}`,
  ],
  "what is booked says less, without ever having vanished": [
    {
      payments: [paid()],
      attempts: [settled()],
      sightings: [sighting({ ...booked, amount: 450n })],
      balances: { "self m available usdc": 500n },
    },
    apply(),
    `
      not foreseen: accounts of m in usdc
      answered applied: true
      payment p: version 5 → 7, touched
      attempt a: received {usdc: 500} → {usdc: 450}, touched
      sighting chain|s: appliedAmount 500 → 450, booked 500 → 450
      frozen of a: []
      moved 500 from self m available usdc to self m held usdc: charge.frozen (m p)
      moved 50 from self m held usdc to self chain outside usdc: charge.shrunk (m p)
      moved 450 from self m held usdc to self m available usdc: charge.thawed (m p)
      told payment.reorganised (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, reference: tx}
      told payment.restored (payment p #7 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 450, reference: tx}`,
  ],
  "another transaction than what vanished came": [
    {
      payments: [paid()],
      attempts: [robbed()],
      sightings: [sighting({ reference: "other" }), sighting({ ...frozen, place: "old" })],
      balances: { "self m held usdc": 500n },
    },
    apply(),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 500}, touched
      sighting chain|s: applied null → final, appliedAmount null → 500, booked 0 → 500
      frozen of a: [chain|old]
      moved 500 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.unapplied (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, reference: other, received: 500, due: 500}`,
  ],
  "another asset than what vanished came": [
    {
      payments: [paid()],
      attempts: [robbed()],
      sightings: [sighting({ asset: ETH, amount: 5n }), sighting({ ...frozen, place: "old" })],
    },
    apply({ asset: ETH }),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {} → {eth: 5}, touched
      sighting chain|s: applied null → final, appliedAmount null → 5, booked 0 → 5
      frozen of a: [chain|old]
      moved 5 from self chain outside eth to self m unapplied eth: charge.received (m p)
      told payment.unapplied (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: eth, amount: 5, reference: tx, received: 5, due: 20}`,
  ],
  "the smallest part vanished": [
    {
      payments: [payment()],
      attempts: [address({ received: { usdc: "1" } })],
      sightings: [
        sighting({ ...gone, amount: 1n, applied: "final", appliedAmount: 1n, booked: 1n }),
      ],
      balances: { "self m unapplied usdc": 1n },
    },
    apply(),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {usdc: 1} → {}
      sighting chain|s: applied final → orphaned, frozen false → true
      frozen of a: [chain|s]
      moved 1 from self m unapplied usdc to self m held usdc: charge.frozen (m p)
      told payment.reorganised (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: usdc, amount: 1, reference: tx}`,
  ],
  "what vanished says another amount by now": [
    {
      payments: [paid()],
      attempts: [settled()],
      sightings: [sighting({ ...booked, ...gone, amount: 450n })],
      balances: { "self m available usdc": 500n },
    },
    apply(),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {usdc: 500} → {}
      sighting chain|s: applied final → orphaned, appliedAmount 500 → 450, frozen false → true
      frozen of a: [chain|s]
      moved 500 from self m available usdc to self m held usdc: charge.frozen (m p)
      told payment.reorganised (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, reference: tx}`,
  ],
  "what is booked and final needs nothing more": [
    {
      payments: [paid()],
      attempts: [settled()],
      sightings: [sighting({ ...booked, applied: "seen" })],
      balances: { "self m available usdc": 500n },
    },
    apply(),
    `
      answered applied: true
      attempt a: touched
      sighting chain|s: applied seen → final
      frozen of a: []`,
  ],
  "what others have unapplied is let be": [
    {
      payments: [paid()],
      attempts: [settled()],
      sightings: [sighting({ ...booked, ...gone })],
      balances: { "self m available usdc": 500n, "self m unapplied usdc": 900n },
    },
    apply(),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {usdc: 500} → {}
      sighting chain|s: applied final → orphaned, frozen false → true
      frozen of a: [chain|s]
      moved 500 from self m available usdc to self m held usdc: charge.frozen (m p)
      told payment.reorganised (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, reference: tx}`,
  ],
  "the second part of what paid vanished, too": [
    {
      payments: [paid()],
      attempts: [settled({ received: { usdc: "250" } })],
      sightings: [sighting({ ...gone, amount: 250n, applied: "final", booked: 250n })],
      balances: { "self m available usdc": 250n, "self m unapplied usdc": 900n },
    },
    apply(),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {usdc: 250} → {}
      sighting chain|s: applied final → orphaned, appliedAmount null → 250, frozen false → true
      frozen of a: [chain|s]
      moved 250 from self m available usdc to self m held usdc: charge.frozen (m p)
      told payment.reorganised (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 250, reference: tx}`,
  ],
  "the smallest surplus is held first": [
    {
      payments: [paid()],
      attempts: [settled({ received: { usdc: "501" } })],
      sightings: [sighting({ ...booked, ...gone })],
      balances: { "self m available usdc": 500n, "self m unapplied usdc": 900n },
    },
    apply(),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {usdc: 501} → {usdc: 1}
      sighting chain|s: applied final → orphaned, frozen false → true
      frozen of a: [chain|s]
      moved 1 from self m unapplied usdc to self m held usdc: charge.frozen (m p)
      moved 499 from self m available usdc to self m held usdc: charge.frozen (m p)
      told payment.reorganised (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, reference: tx}`,
  ],
  "what is counted no more has no surplus": [
    {
      payments: [payment()],
      attempts: [address()],
      sightings: [sighting({ ...booked, ...gone })],
      balances: { "self m available usdc": 500n, "self m unapplied usdc": 900n },
    },
    apply(),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: 
      sighting chain|s: applied final → orphaned, frozen false → true
      frozen of a: [chain|s]
      moved 500 from self m available usdc to self m held usdc: charge.frozen (m p)
      told payment.reorganised (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: usdc, amount: 500, reference: tx}`,
  ],
}

for (const [name, row] of Object.entries(CASES)) test(name, () => check(applySighting, row))
