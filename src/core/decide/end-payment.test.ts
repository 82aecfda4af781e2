/** Who ends a payment that nobody paid, gives up a way of paying it, or opens another. */
import { test } from "node:test"
import { check, type Row } from "../../../test/support/decided.ts"
import {
  address,
  atBank,
  attempt,
  giving,
  hours,
  NOW,
  newAttempt,
  options,
  paid,
  payment,
  xpub,
} from "../../../test/support/rows.ts"
import type { Attempt } from "../payments/attempt.ts"
import { type DeferAnswer, deferAnswer } from "./defer-answer.ts"
import { type EndPayment, endPayment } from "./end-payment.ts"
import { type LeaveAttempt, leaveAttempt } from "./leave-attempt.ts"
import { type OpenAttempt, openAttempt } from "./open-attempt.ts"

const ids = { paymentId: "p", merchantId: "m" } as const
const expire: EndPayment = { ...ids, how: { kind: "expire" } }
const force: EndPayment = { ...ids, how: { kind: "expire", force: true } }
const cancel: EndPayment = { ...ids, how: { kind: "cancel", by: "merchant" } }
const giveUp: EndPayment = { ...ids, how: { kind: "cancel", by: "payer" } }
const overdue = { expiresAt: NOW } as const
const unseen = [{ ...options[0], mayComeUnseen: true }]

const ENDS: Readonly<Record<string, Row<EndPayment>>> = {
  "its time is over": [
    { payments: [payment({ ...overdue, openAttemptId: null })] },
    expire,
    `
      answered p expired
      payment p: state pending → expired, reason null → expired, version 5 → 6, touched
      told payment.expired (payment p #6 m caudal): payment p expired, {state: expired, reason: expired}`,
  ],
  "its time isn't over": [
    { payments: [payment({ openAttemptId: null })] },
    expire,
    `
      refused payment_not_open: the payment has time left`,
  ],
  "it has no time": [
    { payments: [payment({ openAttemptId: null, expiresAt: null })] },
    expire,
    `
      refused payment_not_open: the payment has time left`,
  ],
  "somebody says that its time is over": [
    { payments: [payment({ openAttemptId: null })] },
    force,
    `
      answered p expired
      payment p: state pending → expired, reason null → expired, version 5 → 6, touched
      told payment.expired (payment p #6 m caudal): payment p expired, {state: expired, reason: expired}`,
  ],
  "a merchant needs no time to be over": [
    { payments: [payment({ openAttemptId: null })] },
    cancel,
    `
      answered p cancelled
      payment p: state pending → cancelled, reason null → cancelled_by_merchant, version 5 → 6, touched
      told payment.cancelled (payment p #6 m caudal): payment p cancelled, {state: cancelled, reason: cancelled_by_merchant}`,
  ],
  "its payer gives up": [
    { payments: [payment({ openAttemptId: null })] },
    giveUp,
    `
      answered p cancelled
      payment p: state pending → cancelled, reason null → cancelled_by_payer, version 5 → 6, touched
      told payment.cancelled (payment p #6 m caudal): payment p cancelled, {state: cancelled, reason: cancelled_by_payer}`,
  ],
  "it expired before": [
    { payments: [payment({ state: "expired", openAttemptId: null })] },
    expire,
    `
      answered p expired`,
  ],
  "it was cancelled before": [
    { payments: [payment({ state: "cancelled", openAttemptId: null })] },
    cancel,
    `
      answered p cancelled`,
  ],
  "it was cancelled before its time was over": [
    { payments: [payment({ state: "cancelled", openAttemptId: null })] },
    expire,
    `
      refused payment_not_open: the payment is cancelled`,
  ],
  "it was paid": [
    { payments: [paid(overdue)] },
    expire,
    `
      refused payment_not_open: the payment is approved`,
  ],
  "another merchant's doesn't exist": [
    { payments: [payment({ merchantId: "n" })] },
    cancel,
    `
      refused payment_not_found: there is no such payment`,
  ],
  "there is none": [
    {},
    cancel,
    `
      refused payment_not_found: there is no such payment`,
  ],
  "what waits for transfers is given up with it": [
    {
      payments: [payment(overdue)],
      attempts: [address({ instructions: { options: unseen }, received: { usdc: "7" } })],
    },
    expire,
    `
      answered p expired
      payment p: state pending → expired, reason null → expired, openAttemptId a → null, version 5 → 6, touched
      attempt a: state open → closed, lookAt null → now+0.3333333333333333h, touched
      told payment.expired (payment p #6 m caudal): payment p expired, attempt a open, {state: expired, reason: expired, received: {usdc: 7}}`,
  ],
  "what nobody has begun is given up with it": [
    { payments: [payment(overdue)], attempts: [attempt({ state: "waiting", looks: 0 })] },
    expire,
    `
      answered p expired
      payment p: state pending → expired, reason null → expired, openAttemptId a → null, version 5 → 6, touched
      attempt a: state waiting → closed, lookAt now-1h → null, leaseOwner node → null, touched
      told payment.expired (payment p #6 m caudal): payment p expired, attempt a waiting, {state: expired, reason: expired, received: {}}`,
  ],
  "what waits to be begun again may be moving money": [
    { payments: [payment(overdue)], attempts: [attempt({ state: "waiting", looks: 1 })] },
    expire,
    `
      refused payment_has_open_attempt: a try to pay this is under way`,
  ],
  "what was begun may be moving money": [
    { payments: [payment(overdue)], attempts: [attempt({ looks: 0 })] },
    expire,
    `
      refused payment_has_open_attempt: a try to pay this is under way`,
  ],
  "what was taken on is moving money": [
    { payments: [payment(overdue)], attempts: [attempt({ state: "open" })] },
    expire,
    `
      refused payment_has_open_attempt: a try to pay this is under way`,
  ],
  "what was approved with instructions moved money": [
    { payments: [payment(overdue)], attempts: [address({ state: "approved" })] },
    expire,
    `
      refused payment_has_open_attempt: a try to pay this is under way`,
  ],
  "what is under way isn't ended": [
    { payments: [payment({ ...overdue, state: "processing" })], attempts: [address()] },
    expire,
    `
      refused payment_has_open_attempt: a try to pay this is under way`,
  ],
  "a bank's page ends with the payment's time, and is withdrawn": [
    { payments: [payment(overdue)], attempts: [atBank()] },
    expire,
    `
      answered p expired
      payment p: state pending → expired, reason null → expired, openAttemptId a → null, version 5 → 6, touched
      attempt a: lookAt now-1h → now
      told payment.expired (payment p #6 m caudal): payment p expired, attempt a open, {state: expired, reason: expired, received: {}}`,
  ],
  "a bank's page has to be withdrawn before a cancel": [
    { payments: [payment()], attempts: [atBank()] },
    cancel,
    `
      refused payment_has_open_attempt: a try to pay this is under way`,
  ],
  "an address needs no withdrawal": [
    { payments: [payment()], attempts: [address()] },
    cancel,
    `
      answered p cancelled
      payment p: state pending → cancelled, reason null → cancelled_by_merchant, openAttemptId a → null, version 5 → 6, touched
      attempt a: state open → closed, touched
      told payment.cancelled (payment p #6 m caudal): payment p cancelled, attempt a open, {state: cancelled, reason: cancelled_by_merchant, received: {}}`,
  ],
  "what was set aside for a recharge is free again": [
    {
      payments: [payment({ ...overdue, kind: "recharge", held: 1_020n, openAttemptId: null })],
      balances: { "m held COP": 1_020n },
    },
    expire,
    `
      not foreseen: accounts of m in COP
      answered p expired
      payment p: state pending → expired, reason null → expired, version 5 → 6, touched
      moved 1020 from m held COP to m available COP: recharge.released (m p)
      told payment.expired (payment p #6 m caudal): payment p expired, {state: expired, reason: expired}`,
  ],
}

for (const [name, row] of Object.entries(ENDS)) test(name, () => check(endPayment, row))

const leave: LeaveAttempt = { ...ids, attemptId: "a" }

const LEAVES: Readonly<Record<string, Row<LeaveAttempt>>> = {
  "an address to which nothing came is left": [
    { payments: [payment()], attempts: [address({ instructions: { options: unseen } })] },
    leave,
    `
      answered p pending
      payment p: openAttemptId a → null, version 5 → 6, touched
      attempt a: state open → closed, lookAt null → now+0.3333333333333333h, touched
      told payment.attempt_left (payment p #6 m caudal): payment p pending, attempt a closed, {state: pending, reason: null}`,
  ],
  "an address that isn't the open one was left": [
    { payments: [payment({ openAttemptId: null })], attempts: [address()] },
    leave,
    `
      answered p pending`,
  ],
  "an address to which something came isn't left": [
    { payments: [payment()], attempts: [address({ received: { usdc: "1" } })] },
    leave,
    `
      refused payment_has_open_attempt: a try to pay this is under way`,
  ],
  "an address to which something is on its way isn't left": [
    { payments: [payment()], attempts: [address({ seen: { eth: "1" } })] },
    leave,
    `
      refused payment_has_open_attempt: a try to pay this is under way`,
  ],
  "an address of a payment that is under way isn't left": [
    { payments: [payment({ state: "processing" })], attempts: [address()] },
    leave,
    `
      refused payment_has_open_attempt: a try to pay this is under way`,
  ],
  "a bank's page isn't left": [
    { payments: [payment()], attempts: [atBank()] },
    leave,
    `
      refused payment_has_open_attempt: a try to pay this is under way`,
  ],
  "an order without instructions isn't left": [
    { payments: [payment()], attempts: [attempt({ state: "open" })] },
    leave,
    `
      refused payment_has_open_attempt: a try to pay this is under way`,
  ],
  "an address that has ended isn't left": [
    { payments: [payment()], attempts: [address({ state: "settled" })] },
    leave,
    `
      refused payment_has_open_attempt: a try to pay this is under way`,
  ],
  "another merchant's payment is nobody's to leave": [
    { payments: [payment({ merchantId: "n" })], attempts: [address()] },
    leave,
    `
      refused payment_not_found: there is no such payment`,
  ],
  "no payment can't be left": [
    {},
    leave,
    `
      refused payment_not_found: there is no such payment`,
  ],
}

for (const [name, row] of Object.entries(LEAVES)) test(name, () => check(leaveAttempt, row))

const open: OpenAttempt = { ...ids, attempt: newAttempt() }
const waiting = payment({ openAttemptId: null })
const tries = (count: number): Attempt[] =>
  Array.from({ length: count }, (_, at) => attempt({ id: `t${at}`, state: "declined" }))
const fresh = newAttempt({
  rail: "chain",
  method: "crypto",
  lookAt: hours(3),
  allotment: {
    xpubId: "x",
    vetted: true,
    addressAt: (index) => `0x${index}`,
    instructionsAt: (to) => ({ url: to }),
  },
})

const OPENS: Readonly<Record<string, Row<OpenAttempt>>> = {
  "a way of paying is opened, and begun by the node that opened it": [
    { payments: [waiting], attempts: tries(1) },
    open,
    `
      answered payment: p pending, attempt: n unknown
      payment p: openAttemptId null → n, version 5 → 6, touched
      new attempt n {id: n, paymentId: p, merchantId: m, refundId: null, rail: bank, method: bank, kind: charge, amount: 1000, asset: COP, state: unknown, lookAt: now+1h, leaseOwner: node, begunAt: now, reason: null, targetSealed: <sealed>, instructions: null, received: {}, seen: {}, paidAsset: null, paidAmount: null, railReference: null, looks: 0, fence: 1, createdAt: now, updatedAt: now}
      attempts of p: t0 n
      told payment.attempt_opened (payment p #6 m caudal): payment p pending, attempt n unknown, {state: pending, reason: null, method: bank, rail: bank}`,
  ],
  "a fresh address is given out": [
    { payments: [waiting], xpubs: [xpub()] },
    { ...ids, attempt: fresh },
    `
      answered payment: p pending, attempt: n open
      payment p: openAttemptId null → n, version 5 → 6, touched
      new attempt n {id: n, paymentId: p, merchantId: m, refundId: null, rail: chain, method: crypto, kind: charge, amount: 1000, asset: COP, state: open, lookAt: now+3h, leaseOwner: null, begunAt: now, reason: null, targetSealed: <sealed>, instructions: {url: 0x4}, received: {}, seen: {}, paidAsset: null, paidAmount: null, railReference: null, looks: 0, fence: 1, createdAt: now, updatedAt: now}
      attempts of p: n
      xpub x: nextIndex 4 → 5
      new address chain|0x4 {rail: chain, address: 0x4, xpubId: x, position: 4, attemptId: n, createdAt: now}
      told payment.attempt_opened (payment p #6 m caudal): payment p pending, attempt n open, {state: pending, reason: null, method: crypto, rail: chain}`,
  ],
  "no address is left": [
    { payments: [waiting], xpubs: [xpub({ nextIndex: 9 })] },
    { ...ids, attempt: fresh },
    `
      refused address_unavailable: no fresh address is ready; try again in a moment`,
  ],
  "a key has given out its last address": [
    { payments: [waiting], xpubs: [xpub({ nextIndex: 2 ** 31 - 1 })] },
    { ...ids, attempt: fresh },
    `
      refused method_not_offered: this key has no addresses left`,
  ],
  "a merchant has no key": [
    { payments: [waiting] },
    { ...ids, attempt: fresh },
    `
      refused method_not_offered: the merchant has no such key`,
  ],
  "an order that leaves with others waits": [
    { payments: [waiting] },
    { ...ids, attempt: newAttempt({ waitsUntil: hours(5), lookAt: hours(9) }) },
    `
      answered payment: p pending, attempt: n waiting
      payment p: openAttemptId null → n, version 5 → 6, touched
      new attempt n {id: n, paymentId: p, merchantId: m, refundId: null, rail: bank, method: bank, kind: charge, amount: 1000, asset: COP, state: waiting, lookAt: now+5h, leaseOwner: null, begunAt: null, reason: null, targetSealed: <sealed>, instructions: null, received: {}, seen: {}, paidAsset: null, paidAmount: null, railReference: null, looks: 0, fence: 1, createdAt: now, updatedAt: now}
      attempts of p: n
      told payment.attempt_opened (payment p #6 m caudal): payment p pending, attempt n waiting, {state: pending, reason: null, method: bank, rail: bank}`,
  ],
  "the payer is told at once what to do": [
    { payments: [waiting] },
    {
      ...ids,
      attempt: newAttempt({ instructions: { url: "https://bank.test" }, lookAt: hours(2) }),
    },
    `
      answered payment: p pending, attempt: n open
      payment p: openAttemptId null → n, version 5 → 6, touched
      new attempt n {id: n, paymentId: p, merchantId: m, refundId: null, rail: bank, method: bank, kind: charge, amount: 1000, asset: COP, state: open, lookAt: now+2h, leaseOwner: null, begunAt: now, reason: null, targetSealed: <sealed>, instructions: {url: https://bank.test}, received: {}, seen: {}, paidAsset: null, paidAmount: null, railReference: null, looks: 0, fence: 1, createdAt: now, updatedAt: now}
      attempts of p: n
      told payment.attempt_opened (payment p #6 m caudal): payment p pending, attempt n open, {state: pending, reason: null, method: bank, rail: bank}`,
  ],
  "a payment that is over isn't opened": [
    { payments: [paid()] },
    open,
    `
      refused payment_not_open: the payment is approved`,
  ],
  "a payment whose time is over isn't opened": [
    { payments: [payment({ openAttemptId: null, expiresAt: NOW })] },
    open,
    `
      refused payment_not_open: the payment is pending`,
  ],
  "a payment that is under way isn't opened": [
    { payments: [payment({ openAttemptId: null, state: "processing" })] },
    open,
    `
      refused payment_not_open: the payment is processing`,
  ],
  "there is one way of paying at a time": [
    { payments: [payment()], attempts: [address()] },
    open,
    `
      refused payment_has_open_attempt: another try to pay this is under way`,
  ],
  "the twentieth try is one": [
    { payments: [waiting], attempts: tries(19) },
    open,
    `
      answered payment: p pending, attempt: n unknown
      payment p: openAttemptId null → n, version 5 → 6, touched
      new attempt n {id: n, paymentId: p, merchantId: m, refundId: null, rail: bank, method: bank, kind: charge, amount: 1000, asset: COP, state: unknown, lookAt: now+1h, leaseOwner: node, begunAt: now, reason: null, targetSealed: <sealed>, instructions: null, received: {}, seen: {}, paidAsset: null, paidAmount: null, railReference: null, looks: 0, fence: 1, createdAt: now, updatedAt: now}
      attempts of p: t0 t1 t2 t3 t4 t5 t6 t7 t8 t9 t10 t11 t12 t13 t14 t15 t16 t17 t18 n
      told payment.attempt_opened (payment p #6 m caudal): payment p pending, attempt n unknown, {state: pending, reason: null, method: bank, rail: bank}`,
  ],
  "the twenty-first isn't": [
    { payments: [waiting], attempts: tries(20) },
    open,
    `
      refused method_not_offered: this payment was tried too often`,
  ],
  "what was given back was no try": [
    { payments: [waiting], attempts: [...tries(19), giving()] },
    open,
    `
      answered payment: p pending, attempt: n unknown
      payment p: openAttemptId null → n, version 5 → 6, touched
      new attempt n {id: n, paymentId: p, merchantId: m, refundId: null, rail: bank, method: bank, kind: charge, amount: 1000, asset: COP, state: unknown, lookAt: now+1h, leaseOwner: node, begunAt: now, reason: null, targetSealed: <sealed>, instructions: null, received: {}, seen: {}, paidAsset: null, paidAmount: null, railReference: null, looks: 0, fence: 1, createdAt: now, updatedAt: now}
      attempts of p: t0 t1 t2 t3 t4 t5 t6 t7 t8 t9 t10 t11 t12 t13 t14 t15 t16 t17 t18 b n
      told payment.attempt_opened (payment p #6 m caudal): payment p pending, attempt n unknown, {state: pending, reason: null, method: bank, rail: bank}`,
  ],
  "another merchant's payment isn't opened": [
    { payments: [payment({ openAttemptId: null, merchantId: "n" })] },
    open,
    `
      refused payment_not_found: there is no such payment`,
  ],
  "no payment is opened": [
    {},
    open,
    `
      refused payment_not_found: there is no such payment`,
  ],
}

for (const [name, row] of Object.entries(OPENS)) test(name, () => check(openAttempt, row))

const DEFERS: Readonly<Record<string, Row<DeferAnswer>>> = {
  "who waited too long is promised a webhook": [
    { payments: [payment()] },
    ids,
    `
      answered p pending
      payment p: deferred false → true`,
  ],
  "who waits for what has ended is promised nothing": [
    { payments: [paid()] },
    ids,
    `
      answered p approved`,
  ],
  "nobody waits for another merchant's payment": [
    { payments: [payment({ merchantId: "n" })] },
    ids,
    `
      refused payment_not_found: there is no such payment`,
  ],
  "nobody waits for no payment": [
    {},
    ids,
    `
      refused payment_not_found: there is no such payment`,
  ],
}

for (const [name, row] of Object.entries(DEFERS)) test(name, () => check(deferAnswer, row))
