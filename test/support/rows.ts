/** Rows as the database could have them, for deciders that are tested without one. */
import type { Customer, Instrument } from "../../src/core/customers/customer.ts"
import type { ApplySighting } from "../../src/core/decide/apply-sighting.ts"
import type { NewAttempt } from "../../src/core/decide/decider.ts"
import type { ReportAttempt } from "../../src/core/decide/report-attempt.ts"
import type { Merchant, Terms, TermsSettings } from "../../src/core/merchants/merchant.ts"
import type { Attempt, PayOption, Refund } from "../../src/core/payments/attempt.ts"
import type { Payment } from "../../src/core/payments/payment.ts"
import type { Fact } from "../../src/core/rail.ts"
import type { SightingRow } from "../../src/core/store/schema.ts"
import type { Xpub } from "../../src/core/xpubs/xpub.ts"

/** The instant at which everything is decided. */
export const NOW = new Date("2026-01-05T14:00:00.000Z")
/** Rows were made and changed an hour before. */
export const BEFORE = hours(-1)

/** An instant so many hours from now. */
export function hours(count: number): Date {
  return new Date(NOW.getTime() + count * 3_600_000)
}

export const USDC = "usdc"
export const ETH = "eth"

/** The only merchant; it accepts money two hours late. */
export const merchant: Merchant = {
  id: "m",
  name: "Shop",
  timeZone: "UTC",
  settings: {
    displayName: null,
    supportInfo: null,
    colour: null,
    language: null,
    logo: null,
    rails: {},
    bankAccount: null,
    lateMoneyHours: 2,
  },
  createdAt: BEFORE,
}

/** What it agreed to for the native dialect. */
export function terms(settings: Partial<TermsSettings> = {}): Terms {
  return {
    merchantId: "m",
    dialect: "caudal",
    settings: {
      feeFixed: "0",
      feeBasisPoints: 0,
      minAmount: null,
      maxAmount: null,
      currency: null,
      ttlSeconds: null,
      redirectUrl: null,
      country: null,
      clientUsername: null,
      answerWithinMs: null,
      lowBalance: {},
      requestsPerMinute: null,
      identifierLimit: null,
      notifyAlways: false,
      ...settings,
    },
    signingKeySealed: Buffer.from("sealed"),
    createdAt: BEFORE,
  }
}

/** A charge of 1,000 that waits for what its open attempt `a` brings, and has an hour left. */
export function payment(over: Partial<Payment> = {}): Payment {
  return {
    id: "p",
    merchantId: "m",
    dialect: "caudal",
    kind: "charge",
    reference: "r",
    amount: 1_000n,
    asset: "COP",
    state: "pending",
    reason: null,
    description: null,
    purpose: {},
    customerId: null,
    instrumentId: null,
    openAttemptId: "a",
    captured: 0n,
    refunded: 0n,
    fee: 0n,
    held: 0n,
    commission: 0n,
    deferred: false,
    version: 5,
    expiresAt: hours(1),
    createdAt: BEFORE,
    updatedAt: BEFORE,
    approvedAt: null,
    settledAt: null,
    ...over,
  }
}

/** The same once it was approved. */
export function paid(over: Partial<Payment> = {}): Payment {
  return payment({
    state: "approved",
    openAttemptId: null,
    captured: 1_000n,
    approvedAt: BEFORE,
    ...over,
  })
}

/** An attempt that a rail was asked for, and hasn't answered yet. */
export function attempt(over: Partial<Attempt> = {}): Attempt {
  return {
    id: "a",
    paymentId: "p",
    merchantId: "m",
    refundId: null,
    rail: "bank",
    method: "bank",
    kind: "charge",
    amount: 1_000n,
    asset: "COP",
    state: "unknown",
    reason: null,
    targetSealed: Buffer.from("sealed"),
    instructions: null,
    received: {},
    seen: {},
    paidAsset: null,
    paidAmount: null,
    railReference: null,
    looks: 3,
    lookAt: BEFORE,
    leaseOwner: "node",
    fence: 7,
    begunAt: BEFORE,
    createdAt: BEFORE,
    updatedAt: BEFORE,
    ...over,
  }
}

function option(asset: string, amount: string, over: Partial<PayOption>): PayOption {
  return {
    blockchain: "chain",
    chainId: 1,
    token: asset.toUpperCase(),
    decimals: 2,
    asset,
    amount,
    address: "0xa",
    uri: "ethereum:0xa",
    ...over,
  }
}

/** To pay by sending 500 usdc, whose worth is fixed, or 20 eth, whose worth isn't. */
export const options = [option(USDC, "500", { pegged: true }), option(ETH, "20", {})] as const

/** An attempt whose payer sends by himself. */
export function address(over: Partial<Attempt> = {}): Attempt {
  return attempt({
    rail: "chain",
    method: "crypto",
    state: "open",
    instructions: { options },
    lookAt: null,
    leaseOwner: null,
    ...over,
  })
}

/** An attempt whose payer has to agree at a bank. */
export function atBank(over: Partial<Attempt> = {}): Attempt {
  return attempt({ state: "open", instructions: { url: "https://bank.test/a" }, ...over })
}

/** 300 of a payment that are being given back by attempt `b`. */
export function refund(over: Partial<Refund> = {}): Refund {
  return {
    id: "f",
    paymentId: "p",
    merchantId: "m",
    amount: 300n,
    state: "pending",
    reason: null,
    createdAt: BEFORE,
    updatedAt: BEFORE,
    ...over,
  }
}

/** The attempt that gives them back. */
export function giving(over: Partial<Attempt> = {}): Attempt {
  return attempt({ id: "b", kind: "refund", refundId: "f", amount: 300n, ...over })
}

export function customer(over: Partial<Customer> = {}): Customer {
  return {
    id: "c",
    merchantId: "m",
    dialect: "caudal",
    person: { name: "A", documentType: "CC", documentNumber: "1", email: "a@shop.test" },
    personSealed: Buffer.from("sealed"),
    marks: "marks",
    createdAt: BEFORE,
    updatedAt: BEFORE,
    ...over,
  }
}

/** A stored account that can be charged. */
export function instrument(over: Partial<Instrument> = {}): Instrument {
  return {
    id: "i",
    merchantId: "m",
    dialect: "caudal",
    customerId: "c",
    rail: "bank",
    type: "bankAccount",
    state: "active",
    reason: null,
    details: { accountNumber: "1234" },
    detailsSealed: Buffer.from("sealed"),
    marks: "marks",
    masked: { accountNumber: "*34" },
    consentedAt: BEFORE,
    consentChannel: "merchant",
    consentSealed: Buffer.from("consent"),
    revokedAt: null,
    revokedBy: null,
    version: 2,
    lookAt: BEFORE,
    leaseOwner: "node",
    fence: 4,
    createdAt: BEFORE,
    updatedAt: BEFORE,
    ...over,
  }
}

/** 500 usdc that a chain has at its depth, and of which nothing is in the books. */
export function sighting(over: Partial<SightingRow> = {}): SightingRow {
  return {
    rail: "chain",
    place: "s",
    attemptId: "a",
    fact: "received",
    amount: 500n,
    asset: USDC,
    at: BEFORE,
    createdAt: BEFORE,
    watch: "w",
    block: 1n,
    blockHash: "h",
    sender: "0xs",
    receiver: "0xa",
    reference: "tx",
    state: "final",
    applied: null,
    appliedAmount: null,
    booked: 0n,
    frozen: false,
    applyAt: BEFORE,
    ...over,
  }
}

/** Brings the sighting at place `s` into the books. */
export function apply(over: Partial<ApplySighting> = {}): ApplySighting {
  return {
    rail: "chain",
    place: "s",
    attemptId: "a",
    paymentId: "p",
    merchantId: "m",
    kind: "charge",
    custodian: "self",
    asset: USDC,
    customerId: null,
    instrumentId: null,
    dueNow: null,
    ...over,
  }
}

export function xpub(over: Partial<Xpub> = {}): Xpub {
  return {
    id: "x",
    merchantId: "m",
    rail: "chain",
    fingerprint: "fp",
    keySealed: Buffer.from("sealed"),
    nextIndex: 4,
    vettedBelow: 9,
    skipped: [],
    createdAt: BEFORE,
    retiredAt: null,
    ...over,
  }
}

/** An attempt as its caller prepares it, to be begun at once. */
export function newAttempt(over: Partial<NewAttempt> = {}): NewAttempt {
  return {
    id: "n",
    rail: "bank",
    method: "bank",
    targetSealed: Buffer.from("sealed"),
    instructions: null,
    allotment: null,
    waitsUntil: null,
    beginner: "node",
    leaseMs: 3_600_000,
    lookAt: null,
    ...over,
  }
}

/** What the rail of attempt `a` says of it, whoever has the lease. */
export function report(fact: Fact | null, over: Partial<ReportAttempt> = {}): ReportAttempt {
  return {
    attemptId: "a",
    paymentId: "p",
    merchantId: "m",
    kind: "charge",
    rail: "bank",
    custodian: "gateway",
    assets: ["COP"],
    fence: null,
    facts: fact ? [{ place: null, fact, at: NOW }] : [],
    instructions: null,
    lookAt: null,
    absence: "proves-nothing",
    customerId: null,
    instrumentId: null,
    ...over,
  }
}
