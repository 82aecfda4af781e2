/** Money that had vanished from its chain and is back: what it pays first, and what is over. */
import { test } from "node:test"
import { check, type Row } from "../../../test/support/decided.ts"
import { address, apply, paid, payment, sighting, USDC } from "../../../test/support/rows.ts"
import type { Attempt } from "../payments/attempt.ts"
import { type ApplySighting, applySighting } from "./apply-sighting.ts"

const seen = { state: "seen" } as const
const gone = { state: "orphaned" } as const
/** What was counted as on its way, and what was booked. */
const wasSeen = { applied: "seen", appliedAmount: 500n } as const
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
  "what vanished is back": [
    {
      payments: [paid()],
      attempts: [robbed()],
      sightings: [sighting({ ...frozen, state: "final" })],
      balances: { "self m held usdc": 500n },
    },
    apply(),
    `
      not foreseen: accounts of m in usdc
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 500}, touched
      sighting chain|s: applied orphaned → final, frozen true → false
      frozen of a: []
      moved 500 from self m held usdc to self m available usdc: charge.thawed (m p)
      told payment.restored (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, reference: tx}`,
  ],
  "what vanished is back: what is owed is paid first": [
    {
      payments: [paid()],
      attempts: [robbed()],
      sightings: [sighting({ ...frozen, state: "final", reference: null })],
      balances: { "self m held usdc": 500n, "self m owed usdc": -200n },
    },
    apply(),
    `
      not foreseen: accounts of m in usdc
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 500}, touched
      sighting chain|s: applied orphaned → final, frozen true → false
      frozen of a: []
      moved 200 from self m held usdc to self m owed usdc: charge.thawed.owed (m p)
      moved 300 from self m held usdc to self m available usdc: charge.thawed (m p)
      told payment.restored (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500}`,
  ],
  "what vanished is back, and more than that is owed": [
    {
      payments: [paid()],
      attempts: [robbed()],
      sightings: [sighting({ ...frozen, state: "final" })],
      balances: { "self m held usdc": 500n, "self m owed usdc": -600n },
    },
    apply(),
    `
      not foreseen: accounts of m in usdc
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 500}, touched
      sighting chain|s: applied orphaned → final, frozen true → false
      frozen of a: []
      moved 500 from self m held usdc to self m owed usdc: charge.thawed.owed (m p)
      told payment.restored (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, reference: tx}`,
  ],
  "what was over is back": [
    {
      payments: [paid()],
      attempts: [settled({ received: { usdc: "400" } })],
      sightings: [sighting({ ...frozen, state: "final" })],
      balances: { "self m held usdc": 500n },
    },
    apply(),
    `
      not foreseen: accounts of m in usdc
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {usdc: 400} → {usdc: 900}, touched
      sighting chain|s: applied orphaned → final, frozen true → false
      frozen of a: []
      moved 100 from self m held usdc to self m available usdc: charge.thawed (m p)
      moved 400 from self m held usdc to self m unapplied usdc: charge.thawed (m p)
      told payment.restored (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, reference: tx}`,
  ],
  "a part of what waits is back, and now it covers": [
    {
      payments: [payment()],
      attempts: [address({ received: { usdc: "100" } })],
      sightings: [
        sighting({ ...frozen, amount: 400n, appliedAmount: 400n, booked: 400n, state: "final" }),
      ],
      balances: { "self m held usdc": 400n, "self m unapplied usdc": 100n },
    },
    apply(),
    `
      not foreseen: accounts of m in usdc
      answered applied: true
      payment p: state pending → approved, openAttemptId a → null, captured 0 → 1000, version 5 → 7, touched, approvedAt null → now, settledAt null → now-1h
      attempt a: state open → settled, received {usdc: 100} → {usdc: 500}, paidAsset null → usdc, paidAmount null → 500, touched
      sighting chain|s: applied orphaned → final, frozen true → false
      frozen of a: []
      moved 400 from self m held usdc to self m unapplied usdc: charge.thawed (m p)
      moved 500 from self m unapplied usdc to self m available usdc: charge.approved (m p)
      told payment.restored (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: usdc, amount: 400, reference: tx}
      told payment.approved (payment p #7 m caudal): payment p approved, attempt a settled, {state: approved, reason: null}`,
  ],
  "a part of what waits is back, and doesn't cover": [
    {
      payments: [payment()],
      attempts: [address({ received: { usdc: "99" } })],
      sightings: [
        sighting({ ...frozen, amount: 400n, appliedAmount: 400n, booked: 400n, state: "final" }),
      ],
      balances: { "self m held usdc": 400n, "self m unapplied usdc": 99n },
    },
    apply(),
    `
      not foreseen: accounts of m in usdc
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {usdc: 99} → {usdc: 499}, touched
      sighting chain|s: applied orphaned → final, frozen true → false
      frozen of a: []
      moved 400 from self m held usdc to self m unapplied usdc: charge.thawed (m p)
      told payment.restored (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: usdc, amount: 400, reference: tx}`,
  ],
  "what would cover is back, and went to a debt": [
    {
      payments: [payment()],
      attempts: [address({ received: { usdc: "100" } })],
      sightings: [
        sighting({ ...frozen, amount: 400n, appliedAmount: 400n, booked: 400n, state: "final" }),
      ],
      balances: {
        "self m held usdc": 400n,
        "self m unapplied usdc": 100n,
        "self m owed usdc": -1n,
      },
    },
    apply(),
    `
      not foreseen: accounts of m in usdc
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {usdc: 100} → {usdc: 500}, touched
      sighting chain|s: applied orphaned → final, frozen true → false
      frozen of a: []
      moved 1 from self m held usdc to self m owed usdc: charge.thawed.owed (m p)
      moved 399 from self m held usdc to self m unapplied usdc: charge.thawed (m p)
      told payment.restored (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: usdc, amount: 400, reference: tx}`,
  ],
  "what vanished is back with less": [
    {
      payments: [paid()],
      attempts: [robbed()],
      sightings: [sighting({ ...frozen, state: "final", amount: 450n })],
      balances: { "self m held usdc": 500n },
    },
    apply(),
    `
      not foreseen: accounts of m in usdc
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 450}, touched
      sighting chain|s: applied orphaned → final, appliedAmount 500 → 450, booked 500 → 450, frozen true → false
      frozen of a: []
      moved 50 from self m held usdc to self chain outside usdc: charge.shrunk (m p)
      moved 450 from self m held usdc to self m available usdc: charge.thawed (m p)
      told payment.restored (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 450, reference: tx}`,
  ],
  "what vanished is back with nothing": [
    {
      payments: [paid()],
      attempts: [robbed()],
      sightings: [sighting({ ...frozen, state: "final", amount: 0n })],
      balances: { "self m held usdc": 500n },
    },
    apply(),
    `
      answered applied: true
      attempt a: touched
      sighting chain|s: applied orphaned → final, appliedAmount 500 → 0, booked 500 → 0, frozen true → false
      frozen of a: []
      moved 500 from self m held usdc to self chain outside usdc: charge.shrunk (m p)`,
  ],
  "what vanished is back with more": [
    {
      payments: [paid()],
      attempts: [robbed()],
      sightings: [sighting({ ...frozen, state: "final", amount: 550n })],
      balances: { "self m held usdc": 500n },
    },
    apply(),
    `
      not foreseen: accounts of m in usdc
      answered applied: true
      payment p: version 5 → 7, touched
      attempt a: received {} → {usdc: 550}, touched
      sighting chain|s: applied orphaned → final, appliedAmount 500 → 550, booked 500 → 550, frozen true → false
      frozen of a: []
      moved 500 from self m held usdc to self m available usdc: charge.thawed (m p)
      moved 50 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.restored (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, reference: tx}
      told payment.unapplied (payment p #7 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 50, reference: tx, received: 550, due: 500}`,
  ],
  "what vanished is back at another place": [
    {
      payments: [paid()],
      attempts: [robbed({ seen: { usdc: "500" } })],
      sightings: [sighting(wasSeen), sighting({ ...frozen, place: "old" })],
      balances: { "self m held usdc": 500n },
    },
    apply(),
    `
      not foreseen: accounts of m in usdc
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 500}, seen {usdc: 500} → {}, touched
      sighting chain|old: booked 500 → 0, frozen true → false
      sighting chain|s: applied seen → final, booked 0 → 500
      frozen of a: []
      moved 500 from self m held usdc to self m available usdc: charge.thawed (m p)
      told payment.restored (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, reference: tx}`,
  ],
  "what vanished twice is back: of the same amount first": [
    {
      payments: [paid()],
      attempts: [robbed()],
      sightings: [
        sighting(),
        sighting({ ...frozen, place: "old", amount: 400n, booked: 400n }),
        sighting({ ...frozen, place: "same" }),
      ],
      balances: { "self m held usdc": 900n },
    },
    apply(),
    `
      not foreseen: accounts of m in usdc
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 500}, touched
      sighting chain|same: booked 500 → 0, frozen true → false
      sighting chain|s: applied null → final, appliedAmount null → 500, booked 0 → 500
      frozen of a: [chain|old]
      moved 500 from self m held usdc to self m available usdc: charge.thawed (m p)
      told payment.restored (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, reference: tx}`,
  ],
  "what vanished twice is back with another amount": [
    {
      payments: [paid()],
      attempts: [robbed()],
      sightings: [
        sighting({ amount: 300n }),
        sighting({ ...frozen, place: "old", amount: 400n, booked: 400n }),
        sighting({ ...frozen, place: "same" }),
      ],
      balances: { "self m held usdc": 900n },
    },
    apply(),
    `
      not foreseen: accounts of m in usdc
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 300}, touched
      sighting chain|old: booked 400 → 0, frozen true → false
      sighting chain|s: applied null → final, appliedAmount null → 300, booked 0 → 300
      frozen of a: [chain|same]
      moved 100 from self m held usdc to self chain outside usdc: charge.shrunk (m p)
      moved 300 from self m held usdc to self m available usdc: charge.thawed (m p)
      told payment.restored (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 300, reference: tx}`,
  ],
  "what vanished is back in part already": [
    {
      payments: [paid()],
      attempts: [robbed()],
      sightings: [sighting(), sighting({ ...frozen, ...seen, place: "old" })],
    },
    apply(),
    `
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 500}, touched
      sighting chain|s: applied null → final, appliedAmount null → 500, booked 0 → 500
      frozen of a: [chain|old]
      moved 500 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.unapplied (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, reference: tx, received: 500, due: 500}`,
  ],
  "the smallest part is back": [
    {
      payments: [payment()],
      attempts: [address()],
      sightings: [
        sighting({ ...frozen, amount: 1n, appliedAmount: 1n, booked: 1n, state: "final" }),
      ],
      balances: { "self m held usdc": 1n },
    },
    apply(),
    `
      not foreseen: accounts of m in usdc
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 1}, touched
      sighting chain|s: applied orphaned → final, frozen true → false
      frozen of a: []
      moved 1 from self m held usdc to self m unapplied usdc: charge.thawed (m p)
      told payment.restored (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null, asset: usdc, amount: 1, reference: tx}`,
  ],
  "what vanished is back with more at another place, where it was seen": [
    {
      payments: [paid()],
      attempts: [robbed({ seen: { usdc: "2000" } })],
      sightings: [
        sighting({ ...wasSeen, amount: 550n, appliedAmount: 550n }),
        sighting({ ...frozen, place: "old" }),
      ],
      balances: { "self m held usdc": 500n },
    },
    apply(),
    `
      not foreseen: accounts of m in usdc
      answered applied: true
      payment p: version 5 → 7, touched
      attempt a: received {} → {usdc: 550}, seen {usdc: 2000} → {usdc: 1450}, touched
      sighting chain|old: booked 500 → 0, frozen true → false
      sighting chain|s: applied seen → final, booked 0 → 550
      frozen of a: []
      moved 500 from self m held usdc to self m available usdc: charge.thawed (m p)
      moved 50 from self chain outside usdc to self m unapplied usdc: charge.received (m p)
      told payment.restored (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, reference: tx}
      told payment.unapplied (payment p #7 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 50, reference: tx, received: 550, due: 500}`,
  ],
  "more than what paid is back": [
    {
      payments: [paid()],
      attempts: [robbed()],
      sightings: [
        sighting({ ...frozen, amount: 600n, appliedAmount: 600n, booked: 600n, state: "final" }),
      ],
      balances: { "self m held usdc": 600n },
    },
    apply(),
    `
      not foreseen: accounts of m in usdc
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 600}, touched
      sighting chain|s: applied orphaned → final, frozen true → false
      frozen of a: []
      moved 500 from self m held usdc to self m available usdc: charge.thawed (m p)
      moved 100 from self m held usdc to self m unapplied usdc: charge.thawed (m p)
      told payment.restored (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 600, reference: tx}`,
  ],
  "more than what paid is back, and some is owed": [
    {
      payments: [paid()],
      attempts: [robbed()],
      sightings: [
        sighting({ ...frozen, amount: 600n, appliedAmount: 600n, booked: 600n, state: "final" }),
      ],
      balances: { "self m held usdc": 600n, "self m owed usdc": -200n },
    },
    apply(),
    `
      not foreseen: accounts of m in usdc
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 600}, touched
      sighting chain|s: applied orphaned → final, frozen true → false
      frozen of a: []
      moved 200 from self m held usdc to self m owed usdc: charge.thawed.owed (m p)
      moved 300 from self m held usdc to self m available usdc: charge.thawed (m p)
      moved 100 from self m held usdc to self m unapplied usdc: charge.thawed (m p)
      told payment.restored (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 600, reference: tx}`,
  ],
  "less than what paid is back, and some is owed": [
    {
      payments: [paid()],
      attempts: [robbed()],
      sightings: [
        sighting({ ...frozen, amount: 400n, appliedAmount: 400n, booked: 400n, state: "final" }),
      ],
      balances: { "self m held usdc": 400n, "self m owed usdc": -100n },
    },
    apply(),
    `
      not foreseen: accounts of m in usdc
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 400}, touched
      sighting chain|s: applied orphaned → final, frozen true → false
      frozen of a: []
      moved 100 from self m held usdc to self m owed usdc: charge.thawed.owed (m p)
      moved 300 from self m held usdc to self m available usdc: charge.thawed (m p)
      told payment.restored (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 400, reference: tx}`,
  ],
  "what was seen again is back, and what else is on its way stays so": [
    {
      payments: [paid()],
      attempts: [robbed({ seen: { usdc: "800" } })],
      sightings: [sighting({ ...frozen, applied: "seen", state: "final" })],
      balances: { "self m held usdc": 500n },
    },
    apply(),
    `
      not foreseen: accounts of m in usdc
      answered applied: true
      payment p: version 5 → 6, touched
      attempt a: received {} → {usdc: 500}, touched
      sighting chain|s: applied seen → final, frozen true → false
      frozen of a: []
      moved 500 from self m held usdc to self m available usdc: charge.thawed (m p)
      told payment.restored (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null, asset: usdc, amount: 500, reference: tx}`,
  ],
}

for (const [name, row] of Object.entries(CASES)) test(name, () => check(applySighting, row))
