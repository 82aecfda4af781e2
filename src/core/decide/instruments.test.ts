/** A stored account is verified, charged under a consent, and its consent taken back. */
import { test } from "node:test"
import { check, type Row } from "../../../test/support/decided.ts"
import { customer, hours, instrument } from "../../../test/support/rows.ts"
import { type CreateCustomer, createCustomer } from "./create-customer.ts"
import { type CreateInstrument, createInstrument } from "./create-instrument.ts"
import { type ReportInstrument, reportInstrument } from "./report-instrument.ts"
import { type RevokeInstrument, revokeInstrument } from "./revoke-instrument.ts"

const { person, personSealed, marks } = customer()
const own = {
  id: "c",
  merchantId: "m",
  dialect: "caudal",
  person,
  personSealed,
  marks: marks!,
} as const

const CUSTOMERS: Readonly<Record<string, Row<CreateCustomer>>> = {
  "a person is stored": [
    {},
    own,
    `
      answered c
      new customer c {id: c, merchantId: m, dialect: caudal, person: {name: A, documentType: CC, documentNumber: 1, email: a@shop.test}, personSealed: <sealed>, marks: marks, createdAt: now, updatedAt: now}`,
  ],
}

for (const [name, row] of Object.entries(CUSTOMERS)) test(name, () => check(createCustomer, row))

const consent = { at: hours(-9), sealed: Buffer.from("proof") }

function create(over: Partial<CreateInstrument> = {}): CreateInstrument {
  const { id, merchantId, dialect, customerId, rail, type, details, detailsSealed, masked } =
    instrument()
  const stored = { id, merchantId, dialect, customerId, rail, type, details, detailsSealed }
  return { ...stored, marks: "marks", masked, consent: null, ...over }
}

const CREATES: Readonly<Record<string, Row<CreateInstrument>>> = {
  "an account whose owner has to agree waits": [
    { customers: [customer()] },
    create(),
    `
      answered instrument: i pending, customer: c
      new instrument i {id: i, merchantId: m, dialect: caudal, customerId: c, rail: bank, type: bankAccount, details: {accountNumber: 1234}, detailsSealed: <sealed>, marks: marks, masked: {accountNumber: *34}, state: pending, reason: null, consentedAt: null, consentChannel: null, consentSealed: null, revokedAt: null, revokedBy: null, version: 1, lookAt: null, leaseOwner: null, fence: 1, createdAt: now, updatedAt: now}
      told instrument.created (instrument i #1 m caudal): instrument i pending, {state: pending, reason: null}`,
  ],
  "an account whose owner agreed is to be verified": [
    { customers: [customer()] },
    create({ consent }),
    `
      answered instrument: i pending, customer: c
      new instrument i {id: i, merchantId: m, dialect: caudal, customerId: c, rail: bank, type: bankAccount, details: {accountNumber: 1234}, detailsSealed: <sealed>, marks: marks, masked: {accountNumber: *34}, state: pending, reason: null, consentedAt: now-9h, consentChannel: merchant, consentSealed: <proof>, revokedAt: null, revokedBy: null, version: 1, lookAt: now, leaseOwner: null, fence: 1, createdAt: now, updatedAt: now}
      told instrument.created (instrument i #1 m caudal): instrument i pending, {state: pending, reason: null}`,
  ],
  "an account whose owner agrees now": [
    { customers: [customer()] },
    create({ consent: { ...consent, at: null } }),
    `
      answered instrument: i pending, customer: c
      new instrument i {id: i, merchantId: m, dialect: caudal, customerId: c, rail: bank, type: bankAccount, details: {accountNumber: 1234}, detailsSealed: <sealed>, marks: marks, masked: {accountNumber: *34}, state: pending, reason: null, consentedAt: now, consentChannel: merchant, consentSealed: <proof>, revokedAt: null, revokedBy: null, version: 1, lookAt: now, leaseOwner: null, fence: 1, createdAt: now, updatedAt: now}
      told instrument.created (instrument i #1 m caudal): instrument i pending, {state: pending, reason: null}`,
  ],
  "an account of another merchant's customer": [
    { customers: [customer({ merchantId: "n" })] },
    create(),
    `
      refused customer_not_found: there is no such customer`,
  ],
  "an account of nobody": [
    {},
    create(),
    `
      refused customer_not_found: there is no such customer`,
  ],
}

for (const [name, row] of Object.entries(CREATES)) test(name, () => check(createInstrument, row))

function says(outcome: ReportInstrument["outcome"], fence: number | null = null): ReportInstrument {
  return { instrumentId: "i", customerId: "c", merchantId: "m", fence, outcome }
}

const pending = instrument({ state: "pending" })
const active = { state: "active" } as const
const agreed = { ...active, consentSealed: Buffer.from("page") }
const failed = { state: "error", reason: "invalid_account" } as const
const unagreed = { consentedAt: null, consentChannel: null, consentSealed: null } as const

const REPORTS: Readonly<Record<string, Row<ReportInstrument>>> = {
  "its rail knows it: it can be charged": [
    { instruments: [pending] },
    says(active, 4),
    `
      answered i active
      instrument i: state pending → active, version 2 → 3, lookAt now-1h → null, leaseOwner node → null, touched
      told instrument.active (instrument i #3 m caudal): instrument i active, {state: active, reason: null}`,
  ],
  "its rail doesn't know it": [
    { instruments: [pending] },
    says(failed),
    `
      answered i error
      instrument i: state pending → error, reason null → invalid_account, version 2 → 3, lookAt now-1h → null, leaseOwner node → null, touched
      told instrument.error (instrument i #3 m caudal): instrument i error, {state: error, reason: invalid_account}`,
  ],
  "its rail has no answer yet": [
    { instruments: [pending] },
    says({ state: "pending", lookAt: hours(2) }),
    `
      answered i pending
      instrument i: lookAt now-1h → now+2h, leaseOwner node → null`,
  ],
  "its owner agreed on our page": [
    { instruments: [instrument({ ...unagreed, state: "pending" })] },
    says(agreed),
    `
      answered i active
      instrument i: state pending → active, consentedAt null → now, consentChannel null → page, consentSealed null → <page>, version 2 → 3, lookAt now-1h → null, leaseOwner node → null, touched
      told instrument.active (instrument i #3 m caudal): instrument i active, {state: active, reason: null}`,
  ],
  "its owner agreed on our page to what the merchant had said": [
    { instruments: [pending] },
    says(agreed),
    `
      answered i active
      instrument i: state pending → active, consentedAt now-1h → now, consentChannel merchant → page, consentSealed <consent> → <page>, version 2 → 3, lookAt now-1h → null, leaseOwner node → null, touched
      told instrument.active (instrument i #3 m caudal): instrument i active, {state: active, reason: null}`,
  ],
  "nothing is charged that nobody agreed to": [
    { instruments: [instrument({ ...unagreed, state: "pending" })] },
    says(active),
    `
      refused instrument_not_active: the owner of the account has not agreed to be charged`,
  ],
  "what nobody agreed to may fail": [
    { instruments: [instrument({ ...unagreed, state: "pending" })] },
    says(failed),
    `
      answered i error
      instrument i: state pending → error, reason null → invalid_account, version 2 → 3, lookAt now-1h → null, leaseOwner node → null, touched
      told instrument.error (instrument i #3 m caudal): instrument i error, {state: error, reason: invalid_account}`,
  ],
  "it was active before": [
    { instruments: [instrument()] },
    says(active),
    `
      answered i active`,
  ],
  "it fails after it was active": [
    { instruments: [instrument()] },
    says(failed),
    `
      refused instrument_not_active: the payment method is active already`,
  ],
  "another node verifies it": [
    { instruments: [pending] },
    says(active, 3),
    `
      refused lease_lost: another node is verifying this payment method`,
  ],
  "another merchant's account": [
    { instruments: [instrument({ state: "pending", merchantId: "n" })] },
    says(active),
    `
      refused instrument_not_found: there is no such payment method`,
  ],
  "no account": [
    {},
    says(active),
    `
      refused instrument_not_found: there is no such payment method`,
  ],
}

for (const [name, row] of Object.entries(REPORTS)) test(name, () => check(reportInstrument, row))

const ids = { instrumentId: "i", customerId: "c", merchantId: "m" } as const
const revoke: RevokeInstrument = { ...ids, by: "payer" }
const actor = { kind: "command", name: "root", id: null } as const

const REVOKES: Readonly<Record<string, Row<RevokeInstrument>>> = {
  "its owner takes the consent back": [
    { instruments: [instrument()] },
    revoke,
    `
      answered i revoked
      instrument i: state active → revoked, reason null → mandate_revoked, revokedAt null → now, revokedBy null → payer, version 2 → 3, lookAt now-1h → null, leaseOwner node → null, touched
      told instrument.revoked (instrument i #3 m caudal): instrument i revoked, {state: revoked, reason: mandate_revoked}`,
  ],
  "a consent is taken back before it was verified": [
    { instruments: [pending] },
    revoke,
    `
      answered i revoked
      instrument i: state pending → revoked, reason null → mandate_revoked, revokedAt null → now, revokedBy null → payer, version 2 → 3, lookAt now-1h → null, leaseOwner node → null, touched
      told instrument.revoked (instrument i #3 m caudal): instrument i revoked, {state: revoked, reason: mandate_revoked}`,
  ],
  "an operator who does it is written down": [
    { instruments: [instrument()] },
    { ...ids, by: "operator", actor },
    `
      answered i revoked
      instrument i: state active → revoked, reason null → mandate_revoked, revokedAt null → now, revokedBy null → operator, version 2 → 3, lookAt now-1h → null, leaseOwner node → null, touched
      told instrument.revoked (instrument i #3 m caudal): instrument i revoked, {state: revoked, reason: mandate_revoked}
      audit {"action":"mandate.revoke","at":"2026-01-05T14:00:00.000Z","by":{"id":null,"kind":"command","name":"root"},"change":{"state":{"new":"revoked","old":"active"}},"merchantId":"m","outcome":"done","subject":"i"}`,
  ],
  "the first who takes it back counts": [
    { instruments: [instrument({ state: "revoked", revokedBy: "merchant" })] },
    revoke,
    `
      answered i revoked`,
  ],
  "an operator who came second is written down, too": [
    { instruments: [instrument({ state: "revoked", revokedBy: "merchant" })] },
    { ...ids, by: "operator", actor },
    `
      answered i revoked
      audit {"action":"mandate.revoke","at":"2026-01-05T14:00:00.000Z","by":{"id":null,"kind":"command","name":"root"},"change":{},"merchantId":"m","outcome":"unchanged","subject":"i"}`,
  ],
  "there is nothing to take back of what failed": [
    { instruments: [instrument({ state: "error" })] },
    revoke,
    `
      refused instrument_ended: this payment method failed: there is nothing to revoke`,
  ],
  "another merchant's consent": [
    { instruments: [instrument({ merchantId: "n" })] },
    revoke,
    `
      refused instrument_not_found: there is no such payment method`,
  ],
  "no consent": [
    {},
    revoke,
    `
      refused instrument_not_found: there is no such payment method`,
  ],
}

for (const [name, row] of Object.entries(REVOKES)) test(name, () => check(revokeInstrument, row))
