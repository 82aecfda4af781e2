/** A report counts for the lease under which it is made, and each sighting once. */
import { test } from "node:test"
import { check, type Row } from "../../../test/support/decided.ts"
import { attempt, hours, paid, payment, report, sighting } from "../../../test/support/rows.ts"
import type { Fact } from "../rail.ts"
import { type ReportAttempt, reportAttempt } from "./report-attempt.ts"

const sent: Fact = { kind: "sent" }
const seenAt = (place: string, fact: Fact): ReportAttempt["facts"][number] => ({
  place,
  fact,
  at: hours(-2),
  railReference: "rail-1",
  reference: "line-7",
})

const CASES: Readonly<Record<string, Row<ReportAttempt>>> = {
  "a look that found nothing passes the attempt on": [
    { payments: [payment()], attempts: [attempt()] },
    report(null, { fence: 7, lookAt: hours(3) }),
    `
      answered payment: p pending, attempt: a unknown
      attempt a: looks 3 → 4, lookAt now-1h → now+3h, leaseOwner node → null, touched`,
  ],
  "a begin brings instructions": [
    { payments: [payment()], attempts: [attempt()] },
    report(sent, { fence: 7, instructions: { url: "https://bank.test/a" } }),
    `
      answered payment: p processing, attempt: a unknown
      payment p: state pending → processing, version 5 → 6, touched
      attempt a: instructions null → {url: https://bank.test/a}, looks 3 → 4, lookAt now-1h → null, leaseOwner node → null, touched
      told payment.processing (payment p #6 m caudal): payment p processing, attempt a unknown, {state: processing, reason: null}`,
  ],
  "a look at what was approved passes it on": [
    { payments: [paid()], attempts: [attempt({ state: "approved", instructions: { url: "u" } })] },
    report(null, { fence: 7, lookAt: hours(3) }),
    `
      answered payment: p approved, attempt: a approved
      attempt a: looks 3 → 4, lookAt now-1h → now+3h, leaseOwner node → null, touched`,
  ],
  "what has ended is looked at for the last time": [
    { payments: [paid()], attempts: [attempt({ state: "settled" })] },
    report(null, { fence: 7, lookAt: hours(3) }),
    `
      answered payment: p approved, attempt: a settled
      attempt a: lookAt now-1h → null, leaseOwner node → null`,
  ],
  "another node has it by now": [
    { payments: [payment()], attempts: [attempt()] },
    report(sent, { fence: 6 }),
    `
      refused lease_lost: another node has taken this attempt`,
  ],
  "what is true whoever says it needs no lease": [
    { payments: [payment()], attempts: [attempt()] },
    report(sent, { fence: null, lookAt: hours(3) }),
    `
      answered payment: p processing, attempt: a unknown
      payment p: state pending → processing, version 5 → 6, touched
      told payment.processing (payment p #6 m caudal): payment p processing, attempt a unknown, {state: processing, reason: null}`,
  ],
  "a place is written down with what was seen there": [
    { payments: [payment()], attempts: [attempt()] },
    report(null, { facts: [seenAt("b-1", { kind: "approved" })] }),
    `
      answered payment: p approved, attempt: a approved
      payment p: state pending → approved, openAttemptId a → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now
      attempt a: state unknown → approved, railReference null → rail-1, touched
      new sighting bank|b-1 {rail: bank, place: b-1, attemptId: a, fact: approved, amount: null, asset: null, at: now-2h, createdAt: now, watch: null, block: null, blockHash: null, sender: null, receiver: null, reference: line-7, state: final, applied: final, appliedAmount: null, booked: 0, frozen: false, applyAt: now}
      moved 1000 from bank clearing COP to m available COP: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a approved, {state: approved, reason: null}`,
  ],
  "money is written down with its amount": [
    { payments: [payment()], attempts: [attempt()] },
    report(null, { facts: [seenAt("b-1", { kind: "received", amount: 70n, asset: "COP" })] }),
    `
      answered payment: p pending, attempt: a unknown
      payment p: version 5 → 6, touched
      attempt a: received {} → {COP: 70}, railReference null → rail-1, touched
      new sighting bank|b-1 {rail: bank, place: b-1, attemptId: a, fact: received, amount: 70, asset: COP, at: now-2h, createdAt: now, watch: null, block: null, blockHash: null, sender: null, receiver: null, reference: line-7, state: final, applied: final, appliedAmount: 70, booked: 70, frozen: false, applyAt: now}
      moved 70 from bank outside COP to m unapplied COP: charge.received (m p)
      told payment.underpaid (payment p #6 m caudal): payment p pending, attempt a unknown, {state: pending, reason: null, asset: COP, amount: 70, received: 70, due: 1000}`,
  ],
  "one place seen twice in a report counts once": [
    { payments: [payment()], attempts: [attempt()] },
    report(null, {
      facts: [
        seenAt("b-1", { kind: "received", amount: 70n, asset: "COP" }),
        seenAt("b-1", { kind: "received", amount: 70n, asset: "COP" }),
        seenAt("b-2", { kind: "received", amount: 30n, asset: "COP" }),
      ],
    }),
    `
      answered payment: p pending, attempt: a unknown
      payment p: version 5 → 7, touched
      attempt a: received {} → {COP: 100}, railReference null → rail-1, touched
      new sighting bank|b-1 {rail: bank, place: b-1, attemptId: a, fact: received, amount: 70, asset: COP, at: now-2h, createdAt: now, watch: null, block: null, blockHash: null, sender: null, receiver: null, reference: line-7, state: final, applied: final, appliedAmount: 70, booked: 70, frozen: false, applyAt: now}
      new sighting bank|b-2 {rail: bank, place: b-2, attemptId: a, fact: received, amount: 30, asset: COP, at: now-2h, createdAt: now, watch: null, block: null, blockHash: null, sender: null, receiver: null, reference: line-7, state: final, applied: final, appliedAmount: 30, booked: 30, frozen: false, applyAt: now}
      moved 70 from bank outside COP to m unapplied COP: charge.received (m p)
      moved 30 from bank outside COP to m unapplied COP: charge.received (m p)
      told payment.underpaid (payment p #6 m caudal): payment p pending, attempt a unknown, {state: pending, reason: null, asset: COP, amount: 70, received: 70, due: 1000}
      told payment.underpaid (payment p #7 m caudal): payment p pending, attempt a unknown, {state: pending, reason: null, asset: COP, amount: 30, received: 100, due: 1000}`,
  ],
  "a place that was known says nothing new": [
    {
      payments: [payment()],
      attempts: [attempt()],
      sightings: [sighting({ rail: "bank", place: "b-1" })],
    },
    report(null, { facts: [seenAt("b-1", { kind: "approved" })] }),
    `
      answered payment: p pending, attempt: a unknown`,
  ],
  "that nobody knows it is no sighting": [
    { payments: [payment()], attempts: [attempt()] },
    report(null, { facts: [seenAt("b-1", { kind: "absent" })], absence: "ask-again" }),
    `
      answered payment: p pending, attempt: a waiting
      attempt a: state unknown → waiting, railReference null → rail-1, lookAt now-1h → now, leaseOwner node → null, begunAt now-1h → null, touched`,
  ],
  "that a payer may go on is no sighting": [
    { payments: [payment()], attempts: [attempt()] },
    report(null, {
      facts: [seenAt("b-1", { kind: "offered", instructions: { url: "https://bank.test" } })],
    }),
    `
      answered payment: p pending, attempt: a open
      payment p: version 5 → 6, touched
      attempt a: state unknown → open, instructions null → {url: https://bank.test}, railReference null → rail-1, touched
      told payment.attempt_ready (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null}`,
  ],
  "another merchant's attempt doesn't exist": [
    { payments: [payment()], attempts: [attempt({ merchantId: "n" })] },
    report(sent),
    `
      refused payment_not_found: there is no such attempt`,
  ],
  "a payment that isn't there": [
    { attempts: [attempt()] },
    report(sent),
    `
      refused payment_not_found: there is no such attempt`,
  ],
  "what the rail calls it is kept, though nothing else comes of it": [
    { payments: [payment({ state: "processing" })], attempts: [attempt()] },
    report(null, { facts: [seenAt("b-1", { kind: "sent" })] }),
    `
      answered payment: p processing, attempt: a unknown
      attempt a: railReference null → rail-1
      new sighting bank|b-1 {rail: bank, place: b-1, attemptId: a, fact: sent, amount: null, asset: null, at: now-2h, createdAt: now, watch: null, block: null, blockHash: null, sender: null, receiver: null, reference: line-7, state: final, applied: final, appliedAmount: null, booked: 0, frozen: false, applyAt: now}`,
  ],
}

for (const [name, row] of Object.entries(CASES)) test(name, () => check(reportAttempt, row))
