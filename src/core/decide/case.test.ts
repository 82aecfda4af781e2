/** What a rail may say before it comes to an end: it left, was taken on, or nobody knows it. */
import { test } from "node:test"
import { check, type Row } from "../../../test/support/decided.ts"
import { atBank, attempt, payment, report } from "../../../test/support/rows.ts"
import type { Fact } from "../rail.ts"
import { type ReportAttempt, reportAttempt } from "./report-attempt.ts"

const offered: Fact = { kind: "offered", instructions: { url: "https://bank.test/b" } }

const CASES: Readonly<Record<string, Row<ReportAttempt>>> = {
  "it left: a payment that waited is under way": [
    { payments: [payment()], attempts: [attempt()] },
    report({ kind: "sent" }),
    `
      answered payment: p processing, attempt: a unknown
      payment p: state pending → processing, version 5 → 6, touched
      told payment.processing (payment p #6 m caudal): payment p processing, attempt a unknown, {state: processing, reason: null}`,
  ],
  "it left, as was known": [
    { payments: [payment({ state: "processing" })], attempts: [attempt()] },
    report({ kind: "sent" }),
    `
      answered payment: p processing, attempt: a unknown`,
  ],
  "another attempt left than the open one": [
    { payments: [payment({ openAttemptId: "b" })], attempts: [attempt()] },
    report({ kind: "sent" }),
    `
      answered payment: p pending, attempt: a unknown`,
  ],
  "it left after it was taken on": [
    { payments: [payment()], attempts: [attempt({ state: "open" })] },
    report({ kind: "sent" }),
    `
      answered payment: p pending, attempt: a open`,
  ],
  "it was taken on": [
    { payments: [payment()], attempts: [attempt()] },
    report({ kind: "accepted" }),
    `
      answered payment: p processing, attempt: a open
      payment p: state pending → processing, version 5 → 6, touched
      attempt a: state unknown → open, touched
      told payment.processing (payment p #6 m caudal): payment p processing, attempt a open, {state: processing, reason: null}`,
  ],
  "it was taken on before anybody knew that it had begun": [
    { payments: [payment()], attempts: [attempt({ state: "waiting" })] },
    report({ kind: "accepted" }),
    `
      answered payment: p processing, attempt: a open
      payment p: state pending → processing, version 5 → 6, touched
      attempt a: state waiting → open, touched
      told payment.processing (payment p #6 m caudal): payment p processing, attempt a open, {state: processing, reason: null}`,
  ],
  "it was taken on for a payer who has to act": [
    {
      payments: [payment()],
      attempts: [attempt({ instructions: { url: "https://bank.test/a" } })],
    },
    report({ kind: "accepted" }),
    `
      answered payment: p pending, attempt: a open
      attempt a: state unknown → open, touched`,
  ],
  "its payer agreed at the bank": [
    { payments: [payment()], attempts: [atBank()] },
    report({ kind: "accepted" }),
    `
      answered payment: p processing, attempt: a open
      payment p: state pending → processing, version 5 → 6, touched
      attempt a: instructions {url: https://bank.test/a} → null, touched
      told payment.processing (payment p #6 m caudal): payment p processing, attempt a open, {state: processing, reason: null}`,
  ],
  "the payer of an attempt that isn't the open one agreed": [
    { payments: [payment({ openAttemptId: "b" })], attempts: [atBank()] },
    report({ kind: "accepted" }),
    `
      answered payment: p pending, attempt: a open
      attempt a: instructions {url: https://bank.test/a} → null, touched`,
  ],
  "it was taken on twice": [
    { payments: [payment({ state: "processing" })], attempts: [attempt({ state: "open" })] },
    report({ kind: "accepted" }),
    `
      answered payment: p processing, attempt: a open`,
  ],
  "it is taken on for a payment that is under way by now": [
    { payments: [payment({ state: "processing" })], attempts: [attempt()] },
    report({ kind: "accepted" }),
    `
      answered payment: p processing, attempt: a open
      attempt a: state unknown → open, touched`,
  ],
  "it is the payer's turn": [
    { payments: [payment()], attempts: [attempt()] },
    report(offered),
    `
      answered payment: p pending, attempt: a open
      payment p: version 5 → 6, touched
      attempt a: state unknown → open, instructions null → {url: https://bank.test/b}, touched
      told payment.attempt_ready (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null}`,
  ],
  "it is the turn of a payer whose attempt nobody had begun": [
    { payments: [payment()], attempts: [attempt({ state: "waiting" })] },
    report(offered),
    `
      answered payment: p pending, attempt: a open
      payment p: version 5 → 6, touched
      attempt a: state waiting → open, instructions null → {url: https://bank.test/b}, touched
      told payment.attempt_ready (payment p #6 m caudal): payment p pending, attempt a open, {state: pending, reason: null}`,
  ],
  "it was the payer's turn before": [
    { payments: [payment()], attempts: [atBank()] },
    report(offered),
    `
      answered payment: p pending, attempt: a open`,
  ],
  "nobody knows it, and asking again moves nothing twice": [
    { payments: [payment()], attempts: [attempt()] },
    report({ kind: "absent" }, { absence: "ask-again" }),
    `
      answered payment: p pending, attempt: a waiting
      attempt a: state unknown → waiting, lookAt now-1h → now, leaseOwner node → null, begunAt now-1h → null, touched`,
  ],
  "nobody knows it, which proves that it never was": [
    { payments: [payment()], attempts: [attempt()] },
    report({ kind: "absent" }, { absence: "declines" }),
    `
      answered payment: p pending, attempt: a declined
      payment p: openAttemptId a → null, version 5 → 6, touched
      attempt a: state unknown → declined, reason null → operator_unavailable, lookAt now-1h → null, leaseOwner node → null, touched
      told payment.attempt_declined (payment p #6 m caudal): payment p pending, attempt a declined, {state: pending, reason: null, attemptReason: operator_unavailable}`,
  ],
  "nobody knows it, which proves nothing": [
    { payments: [payment()], attempts: [attempt()] },
    report({ kind: "absent" }),
    `
      answered payment: p pending, attempt: a unknown`,
  ],
  "nobody knows it any more, after it was taken on": [
    { payments: [payment()], attempts: [attempt({ state: "open" })] },
    report({ kind: "absent" }, { absence: "declines" }),
    `
      answered payment: p pending, attempt: a open`,
  ],
}

for (const [name, row] of Object.entries(CASES)) test(name, () => check(reportAttempt, row))
