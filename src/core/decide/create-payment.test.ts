/** A payment is created once per reference, and a recharge only if its money is there. */
import { test } from "node:test"
import { check, type Row } from "../../../test/support/decided.ts"
import {
  attempt,
  customer,
  hours,
  instrument,
  NOW,
  newAttempt,
  payment,
  terms,
  xpub,
} from "../../../test/support/rows.ts"
import { type CreatePayment, createPayment } from "./create-payment.ts"

function create(over: Partial<CreatePayment> = {}): CreatePayment {
  return {
    id: "p",
    merchantId: "m",
    dialect: "caudal",
    kind: "charge",
    reference: "r",
    amount: 1_000n,
    asset: "COP",
    description: "shoes",
    purpose: { cart: 1 },
    customerId: null,
    instrumentId: null,
    expiresAt: hours(1),
    attempt: null,
    repeat: "answer",
    ...over,
  }
}

const recharge = (over: Partial<CreatePayment> = {}) =>
  create({
    kind: "recharge",
    expiresAt: null,
    description: null,
    purpose: {},
    commission: 40n,
    ...over,
  })
const charging = { customerId: "c", instrumentId: "i" } as const
const stored = payment({ description: "shoes", openAttemptId: null })
const fee = [terms({ feeFixed: "20" })]
const low = [terms({ feeFixed: "20", lowBalance: { COP: "500" } })]
const limit = { key: "number", most: 3, windowMs: 7_200_000 }
const tally = (count: number, expiresAt = hours(1)) => ({ key: "number", count, expiresAt })
const told = (count: number, expiresAt = hours(1)) => ({ key: "low|m|COP", count, expiresAt })
const allotment = {
  xpubId: "x",
  vetted: true,
  addressAt: (index: number) => `0x${index}`,
  instructionsAt: (to: string) => ({ url: to }),
}

const CASES: Readonly<Record<string, Row<CreatePayment>>> = {
  "a link waits for its payer to choose": [
    {},
    create(),
    `
      answered payment: p pending, attempt: null, repeated: false
      new payment p {id: p, merchantId: m, dialect: caudal, kind: charge, reference: r, amount: 1000, asset: COP, state: pending, reason: null, description: shoes, purpose: {cart: 1}, customerId: null, instrumentId: null, openAttemptId: null, captured: 0, refunded: 0, fee: 0, held: 0, commission: 0, deferred: false, version: 1, expiresAt: now+1h, createdAt: now, updatedAt: now, approvedAt: null, settledAt: null}
      reference m|caudal|r is p
      attempts of p: 
      told payment.created (payment p #1 m caudal): payment p pending, {state: pending}`,
  ],
  "a payment without a reference has none to be repeated by": [
    { payments: [stored] },
    create({ id: "q", reference: null, description: null, expiresAt: null }),
    `
      answered payment: q pending, attempt: null, repeated: false
      new payment q {id: q, merchantId: m, dialect: caudal, kind: charge, reference: null, amount: 1000, asset: COP, state: pending, reason: null, description: null, purpose: {cart: 1}, customerId: null, instrumentId: null, openAttemptId: null, captured: 0, refunded: 0, fee: 0, held: 0, commission: 0, deferred: false, version: 1, expiresAt: null, createdAt: now, updatedAt: now, approvedAt: null, settledAt: null}
      attempts of q: 
      told payment.created (payment q #1 m caudal): payment q pending, {state: pending}`,
  ],
  "a stored account is charged at once": [
    { customers: [customer()], instruments: [instrument()] },
    create({ ...charging, attempt: newAttempt({ id: "a" }) }),
    `
      answered payment: p pending, attempt: a unknown, repeated: false
      new payment p {id: p, merchantId: m, dialect: caudal, kind: charge, reference: r, amount: 1000, asset: COP, state: pending, reason: null, description: shoes, purpose: {cart: 1}, customerId: c, instrumentId: i, openAttemptId: a, captured: 0, refunded: 0, fee: 0, held: 0, commission: 0, deferred: false, version: 1, expiresAt: now+1h, createdAt: now, updatedAt: now, approvedAt: null, settledAt: null}
      reference m|caudal|r is p
      new attempt a {id: a, paymentId: p, merchantId: m, refundId: null, rail: bank, method: bank, kind: charge, amount: 1000, asset: COP, state: unknown, lookAt: now+1h, leaseOwner: node, begunAt: now, reason: null, targetSealed: <sealed>, instructions: null, received: {}, seen: {}, paidAsset: null, paidAmount: null, railReference: null, looks: 0, fence: 1, createdAt: now, updatedAt: now}
      attempts of p: a
      told payment.created (payment p #1 m caudal): payment p pending, attempt a unknown, {state: pending}`,
  ],
  "an address is given out": [
    { xpubs: [xpub({ skipped: [4, 5] })] },
    create({ attempt: newAttempt({ id: "a", allotment, lookAt: hours(2) }) }),
    `
      answered payment: p pending, attempt: a open, repeated: false
      new payment p {id: p, merchantId: m, dialect: caudal, kind: charge, reference: r, amount: 1000, asset: COP, state: pending, reason: null, description: shoes, purpose: {cart: 1}, customerId: null, instrumentId: null, openAttemptId: a, captured: 0, refunded: 0, fee: 0, held: 0, commission: 0, deferred: false, version: 1, expiresAt: now+1h, createdAt: now, updatedAt: now, approvedAt: null, settledAt: null}
      reference m|caudal|r is p
      new attempt a {id: a, paymentId: p, merchantId: m, refundId: null, rail: bank, method: bank, kind: charge, amount: 1000, asset: COP, state: open, lookAt: now+2h, leaseOwner: null, begunAt: now, reason: null, targetSealed: <sealed>, instructions: {url: 0x6}, received: {}, seen: {}, paidAsset: null, paidAmount: null, railReference: null, looks: 0, fence: 1, createdAt: now, updatedAt: now}
      attempts of p: a
      xpub x: nextIndex 4 → 7
      new address chain|0x6 {rail: chain, address: 0x6, xpubId: x, position: 6, attemptId: a, createdAt: now}
      told payment.created (payment p #1 m caudal): payment p pending, attempt a open, {state: pending}`,
  ],
  "no address is left": [
    { xpubs: [xpub({ nextIndex: 9 })] },
    create({ attempt: newAttempt({ id: "a", allotment }) }),
    `
      refused address_unavailable: no fresh address is ready; try again in a moment`,
  ],
  "a reference that was used is answered with its payment": [
    { payments: [stored] },
    create({ id: "q" }),
    `
      not foreseen: {attemptsOf: [p]}
      answered payment: p pending, attempt: null, repeated: true`,
  ],
  "a reference that was used is answered with the first attempt, too": [
    { payments: [stored], attempts: [attempt(), attempt({ id: "b" })] },
    create({ id: "q" }),
    `
      not foreseen: {attemptsOf: [p]}
      answered payment: p pending, attempt: a unknown, repeated: true`,
  ],
  "a reference that was used is refused where its dialect says so": [
    { payments: [stored] },
    create({ id: "q", repeat: "refuse" }),
    `
      refused reference_in_use: this external payment id was used before`,
  ],
  "a reference that was used with another amount": [
    { payments: [stored] },
    create({ id: "q", amount: 999n }),
    `
      refused reference_conflict: this reference belongs to a payment that differs`,
  ],
  "a reference that was used in another currency": [
    { payments: [stored] },
    create({ id: "q", asset: "USD" }),
    `
      refused reference_conflict: this reference belongs to a payment that differs`,
  ],
  "a reference that was used with another description": [
    { payments: [stored] },
    create({ id: "q", description: null }),
    `
      refused reference_conflict: this reference belongs to a payment that differs`,
  ],
  "a customer of somebody else": [
    { customers: [customer({ merchantId: "n" })] },
    create({ customerId: "c" }),
    `
      refused customer_not_found: there is no such customer`,
  ],
  "no such customer": [
    {},
    create({ customerId: "c" }),
    `
      refused customer_not_found: there is no such customer`,
  ],
  "a customer without a stored account": [
    { customers: [customer()] },
    create({ customerId: "c" }),
    `
      answered payment: p pending, attempt: null, repeated: false
      new payment p {id: p, merchantId: m, dialect: caudal, kind: charge, reference: r, amount: 1000, asset: COP, state: pending, reason: null, description: shoes, purpose: {cart: 1}, customerId: c, instrumentId: null, openAttemptId: null, captured: 0, refunded: 0, fee: 0, held: 0, commission: 0, deferred: false, version: 1, expiresAt: now+1h, createdAt: now, updatedAt: now, approvedAt: null, settledAt: null}
      reference m|caudal|r is p
      attempts of p: 
      told payment.created (payment p #1 m caudal): payment p pending, {state: pending}`,
  ],
  "a stored account of somebody else": [
    { customers: [customer()], instruments: [instrument({ merchantId: "n" })] },
    create(charging),
    `
      refused instrument_not_found: there is no such payment method`,
  ],
  "a stored account of another customer": [
    { customers: [customer()], instruments: [instrument({ customerId: "d" })] },
    create(charging),
    `
      refused instrument_not_found: there is no such payment method`,
  ],
  "no such stored account": [
    { customers: [customer()] },
    create(charging),
    `
      refused instrument_not_found: there is no such payment method`,
  ],
  "a stored account without a customer, and nobody asks for one": [
    {},
    create({ instrumentId: "i" }),
    `
      refused instrument_not_found: there is no such payment method`,
  ],
  "a stored account that isn't verified": [
    { customers: [customer()], instruments: [instrument({ state: "pending" })] },
    create(charging),
    `
      refused instrument_not_active: the payment method is pending, not active`,
  ],
  "a recharge holds its amount and its fee": [
    { terms: fee, balances: { "m available COP": 1_020n } },
    recharge({ attempt: newAttempt({ id: "a", method: "recharge", rail: "operator" }) }),
    `
      answered payment: p pending, attempt: a unknown, repeated: false
      new payment p {id: p, merchantId: m, dialect: caudal, kind: recharge, reference: r, amount: 1000, asset: COP, state: pending, reason: null, description: null, purpose: {}, customerId: null, instrumentId: null, openAttemptId: a, captured: 0, refunded: 0, fee: 0, held: 1020, commission: 40, deferred: false, version: 1, expiresAt: null, createdAt: now, updatedAt: now, approvedAt: null, settledAt: null}
      reference m|caudal|r is p
      new attempt a {id: a, paymentId: p, merchantId: m, refundId: null, rail: operator, method: recharge, kind: recharge, amount: 1000, asset: COP, state: unknown, lookAt: now+1h, leaseOwner: node, begunAt: now, reason: null, targetSealed: <sealed>, instructions: null, received: {}, seen: {}, paidAsset: null, paidAmount: null, railReference: null, looks: 0, fence: 1, createdAt: now, updatedAt: now}
      attempts of p: a
      moved 1020 from m available COP to m held COP: recharge.hold (m p)
      told payment.created (payment p #1 m caudal): payment p pending, attempt a unknown, {state: pending}`,
  ],
  "a recharge whose fee isn't there": [
    { terms: fee, balances: { "m available COP": 1_019n } },
    recharge(),
    `
      refused balance_insufficient: the balance does not cover this recharge`,
  ],
  "a recharge of a merchant without terms has no fee": [
    { balances: { "m available COP": 1_000n } },
    recharge({ commission: undefined }),
    `
      answered payment: p pending, attempt: null, repeated: false
      new payment p {id: p, merchantId: m, dialect: caudal, kind: recharge, reference: r, amount: 1000, asset: COP, state: pending, reason: null, description: null, purpose: {}, customerId: null, instrumentId: null, openAttemptId: null, captured: 0, refunded: 0, fee: 0, held: 1000, commission: 0, deferred: false, version: 1, expiresAt: null, createdAt: now, updatedAt: now, approvedAt: null, settledAt: null}
      reference m|caudal|r is p
      attempts of p: 
      moved 1000 from m available COP to m held COP: recharge.hold (m p)
      told payment.created (payment p #1 m caudal): payment p pending, {state: pending}`,
  ],
  "a recharge of nothing holds nothing": [
    {},
    recharge({ amount: 0n }),
    `
      answered payment: p pending, attempt: null, repeated: false
      new payment p {id: p, merchantId: m, dialect: caudal, kind: recharge, reference: r, amount: 0, asset: COP, state: pending, reason: null, description: null, purpose: {}, customerId: null, instrumentId: null, openAttemptId: null, captured: 0, refunded: 0, fee: 0, held: 0, commission: 40, deferred: false, version: 1, expiresAt: null, createdAt: now, updatedAt: now, approvedAt: null, settledAt: null}
      reference m|caudal|r is p
      attempts of p: 
      told payment.created (payment p #1 m caudal): payment p pending, {state: pending}`,
  ],
  "the first recharge of a number": [
    { balances: { "m available COP": 1_000n } },
    recharge({ limit }),
    `
      answered payment: p pending, attempt: null, repeated: false
      new payment p {id: p, merchantId: m, dialect: caudal, kind: recharge, reference: r, amount: 1000, asset: COP, state: pending, reason: null, description: null, purpose: {}, customerId: null, instrumentId: null, openAttemptId: null, captured: 0, refunded: 0, fee: 0, held: 1000, commission: 40, deferred: false, version: 1, expiresAt: null, createdAt: now, updatedAt: now, approvedAt: null, settledAt: null}
      reference m|caudal|r is p
      attempts of p: 
      new tally number {key: number, count: 1, expiresAt: now+2h}
      moved 1000 from m available COP to m held COP: recharge.hold (m p)
      told payment.created (payment p #1 m caudal): payment p pending, {state: pending}`,
  ],
  "the last recharge of a number that its window allows": [
    { balances: { "m available COP": 1_000n }, tallies: [tally(2)] },
    recharge({ limit }),
    `
      answered payment: p pending, attempt: null, repeated: false
      new payment p {id: p, merchantId: m, dialect: caudal, kind: recharge, reference: r, amount: 1000, asset: COP, state: pending, reason: null, description: null, purpose: {}, customerId: null, instrumentId: null, openAttemptId: null, captured: 0, refunded: 0, fee: 0, held: 1000, commission: 40, deferred: false, version: 1, expiresAt: null, createdAt: now, updatedAt: now, approvedAt: null, settledAt: null}
      reference m|caudal|r is p
      attempts of p: 
      tally number: count 2 → 3
      moved 1000 from m available COP to m held COP: recharge.hold (m p)
      told payment.created (payment p #1 m caudal): payment p pending, {state: pending}`,
  ],
  "one recharge of a number too many": [
    { balances: { "m available COP": 1_000n }, tallies: [tally(3)] },
    recharge({ limit }),
    `
      refused identifier_limit_reached: the limit of recharges for this number is reached`,
  ],
  "a recharge of a number whose window is over": [
    { balances: { "m available COP": 1_000n }, tallies: [tally(3, NOW)] },
    recharge({ limit }),
    `
      answered payment: p pending, attempt: null, repeated: false
      new payment p {id: p, merchantId: m, dialect: caudal, kind: recharge, reference: r, amount: 1000, asset: COP, state: pending, reason: null, description: null, purpose: {}, customerId: null, instrumentId: null, openAttemptId: null, captured: 0, refunded: 0, fee: 0, held: 1000, commission: 40, deferred: false, version: 1, expiresAt: null, createdAt: now, updatedAt: now, approvedAt: null, settledAt: null}
      reference m|caudal|r is p
      attempts of p: 
      tally number: count 3 → 1, expiresAt now → now+2h
      moved 1000 from m available COP to m held COP: recharge.hold (m p)
      told payment.created (payment p #1 m caudal): payment p pending, {state: pending}`,
  ],
  "the wallet falls below its limit": [
    { terms: low, balances: { "m available COP": 1_519n } },
    recharge(),
    `
      answered payment: p pending, attempt: null, repeated: false
      new payment p {id: p, merchantId: m, dialect: caudal, kind: recharge, reference: r, amount: 1000, asset: COP, state: pending, reason: null, description: null, purpose: {}, customerId: null, instrumentId: null, openAttemptId: null, captured: 0, refunded: 0, fee: 0, held: 1020, commission: 40, deferred: false, version: 2, expiresAt: null, createdAt: now, updatedAt: now, approvedAt: null, settledAt: null}
      reference m|caudal|r is p
      attempts of p: 
      new tally low|m|COP {key: low|m|COP, count: 1, expiresAt: now+1h}
      moved 1020 from m available COP to m held COP: recharge.hold (m p)
      told payment.created (payment p #1 m caudal): payment p pending, {state: pending}
      told wallet.low (payment p #2 m caudal): payment p pending, {state: pending, reason: null, asset: COP, available: 499, limit: 500}`,
  ],
  "the wallet falls from its limit": [
    { terms: low, balances: { "m available COP": 500n } },
    recharge({ amount: 1n }),
    `
      answered payment: p pending, attempt: null, repeated: false
      new payment p {id: p, merchantId: m, dialect: caudal, kind: recharge, reference: r, amount: 1, asset: COP, state: pending, reason: null, description: null, purpose: {}, customerId: null, instrumentId: null, openAttemptId: null, captured: 0, refunded: 0, fee: 0, held: 2, commission: 40, deferred: false, version: 2, expiresAt: null, createdAt: now, updatedAt: now, approvedAt: null, settledAt: null}
      reference m|caudal|r is p
      attempts of p: 
      new tally low|m|COP {key: low|m|COP, count: 1, expiresAt: now+1h}
      moved 2 from m available COP to m held COP: recharge.hold (m p)
      told payment.created (payment p #1 m caudal): payment p pending, {state: pending}
      told wallet.low (payment p #2 m caudal): payment p pending, {state: pending, reason: null, asset: COP, available: 498, limit: 500}`,
  ],
  "the wallet falls to its limit": [
    { terms: low, balances: { "m available COP": 1_520n } },
    recharge(),
    `
      answered payment: p pending, attempt: null, repeated: false
      new payment p {id: p, merchantId: m, dialect: caudal, kind: recharge, reference: r, amount: 1000, asset: COP, state: pending, reason: null, description: null, purpose: {}, customerId: null, instrumentId: null, openAttemptId: null, captured: 0, refunded: 0, fee: 0, held: 1020, commission: 40, deferred: false, version: 1, expiresAt: null, createdAt: now, updatedAt: now, approvedAt: null, settledAt: null}
      reference m|caudal|r is p
      attempts of p: 
      moved 1020 from m available COP to m held COP: recharge.hold (m p)
      told payment.created (payment p #1 m caudal): payment p pending, {state: pending}`,
  ],
  "the wallet was below its limit": [
    { terms: low, balances: { "m available COP": 499n } },
    recharge({ amount: 1n }),
    `
      answered payment: p pending, attempt: null, repeated: false
      new payment p {id: p, merchantId: m, dialect: caudal, kind: recharge, reference: r, amount: 1, asset: COP, state: pending, reason: null, description: null, purpose: {}, customerId: null, instrumentId: null, openAttemptId: null, captured: 0, refunded: 0, fee: 0, held: 2, commission: 40, deferred: false, version: 1, expiresAt: null, createdAt: now, updatedAt: now, approvedAt: null, settledAt: null}
      reference m|caudal|r is p
      attempts of p: 
      moved 2 from m available COP to m held COP: recharge.hold (m p)
      told payment.created (payment p #1 m caudal): payment p pending, {state: pending}`,
  ],
  "the wallet falls below its limit, as was told": [
    { terms: low, balances: { "m available COP": 1_519n }, tallies: [told(1)] },
    recharge(),
    `
      answered payment: p pending, attempt: null, repeated: false
      new payment p {id: p, merchantId: m, dialect: caudal, kind: recharge, reference: r, amount: 1000, asset: COP, state: pending, reason: null, description: null, purpose: {}, customerId: null, instrumentId: null, openAttemptId: null, captured: 0, refunded: 0, fee: 0, held: 1020, commission: 40, deferred: false, version: 1, expiresAt: null, createdAt: now, updatedAt: now, approvedAt: null, settledAt: null}
      reference m|caudal|r is p
      attempts of p: 
      moved 1020 from m available COP to m held COP: recharge.hold (m p)
      told payment.created (payment p #1 m caudal): payment p pending, {state: pending}`,
  ],
  "the wallet falls below its limit, as was told long ago": [
    { terms: low, balances: { "m available COP": 1_519n }, tallies: [told(1, NOW)] },
    recharge(),
    `
      answered payment: p pending, attempt: null, repeated: false
      new payment p {id: p, merchantId: m, dialect: caudal, kind: recharge, reference: r, amount: 1000, asset: COP, state: pending, reason: null, description: null, purpose: {}, customerId: null, instrumentId: null, openAttemptId: null, captured: 0, refunded: 0, fee: 0, held: 1020, commission: 40, deferred: false, version: 2, expiresAt: null, createdAt: now, updatedAt: now, approvedAt: null, settledAt: null}
      reference m|caudal|r is p
      attempts of p: 
      tally low|m|COP: expiresAt now → now+1h
      moved 1020 from m available COP to m held COP: recharge.hold (m p)
      told payment.created (payment p #1 m caudal): payment p pending, {state: pending}
      told wallet.low (payment p #2 m caudal): payment p pending, {state: pending, reason: null, asset: COP, available: 499, limit: 500}`,
  ],
  "the wallet falls below its limit, and was filled since it was told": [
    { terms: low, balances: { "m available COP": 1_519n }, tallies: [told(0)] },
    recharge(),
    `
      answered payment: p pending, attempt: null, repeated: false
      new payment p {id: p, merchantId: m, dialect: caudal, kind: recharge, reference: r, amount: 1000, asset: COP, state: pending, reason: null, description: null, purpose: {}, customerId: null, instrumentId: null, openAttemptId: null, captured: 0, refunded: 0, fee: 0, held: 1020, commission: 40, deferred: false, version: 2, expiresAt: null, createdAt: now, updatedAt: now, approvedAt: null, settledAt: null}
      reference m|caudal|r is p
      attempts of p: 
      tally low|m|COP: count 0 → 1
      moved 1020 from m available COP to m held COP: recharge.hold (m p)
      told payment.created (payment p #1 m caudal): payment p pending, {state: pending}
      told wallet.low (payment p #2 m caudal): payment p pending, {state: pending, reason: null, asset: COP, available: 499, limit: 500}`,
  ],
  "a limit in another currency says nothing": [
    { terms: [terms({ lowBalance: { USD: "500" } })], balances: { "m available COP": 1_000n } },
    recharge(),
    `
      answered payment: p pending, attempt: null, repeated: false
      new payment p {id: p, merchantId: m, dialect: caudal, kind: recharge, reference: r, amount: 1000, asset: COP, state: pending, reason: null, description: null, purpose: {}, customerId: null, instrumentId: null, openAttemptId: null, captured: 0, refunded: 0, fee: 0, held: 1000, commission: 40, deferred: false, version: 1, expiresAt: null, createdAt: now, updatedAt: now, approvedAt: null, settledAt: null}
      reference m|caudal|r is p
      attempts of p: 
      moved 1000 from m available COP to m held COP: recharge.hold (m p)
      told payment.created (payment p #1 m caudal): payment p pending, {state: pending}`,
  ],
  "a recharge of the smallest amount, and nothing is there": [
    {},
    recharge({ amount: 1n }),
    `
      refused balance_insufficient: the balance does not cover this recharge`,
  ],
  "a charge looks at no wallet": [
    { terms: low },
    create(),
    `
      answered payment: p pending, attempt: null, repeated: false
      new payment p {id: p, merchantId: m, dialect: caudal, kind: charge, reference: r, amount: 1000, asset: COP, state: pending, reason: null, description: shoes, purpose: {cart: 1}, customerId: null, instrumentId: null, openAttemptId: null, captured: 0, refunded: 0, fee: 0, held: 0, commission: 0, deferred: false, version: 1, expiresAt: now+1h, createdAt: now, updatedAt: now, approvedAt: null, settledAt: null}
      reference m|caudal|r is p
      attempts of p: 
      told payment.created (payment p #1 m caudal): payment p pending, {state: pending}`,
  ],
}

for (const [name, row] of Object.entries(CASES)) test(name, () => check(createPayment, row))
