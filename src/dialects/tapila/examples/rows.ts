/** The rows behind the examples of this folder, from which tests make the same answers again. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Company, Event, Notice, Payment, Product } from "../../../core/index.ts"
import type { RechargePurpose } from "../wire.ts"

// biome-ignore lint/suspicious/noExplicitAny: an example is whatever its file says.
export function example(name: string): any {
  return JSON.parse(readFileSync(join(import.meta.dirname, `${name}.json`), "utf8"))
}

export const TRACE = { tx: example("login.response").tx, mainTx: example("login.response").mainTx }
export const KEY = "the webhook key"
export const START = Date.parse("2026-01-05T14:00:00.000Z")

export const purpose: RechargePurpose = {
  companyCode: "AR-R-0901",
  companyName: "DEMO MOVIL",
  productId: "1",
  productDescription: "Saldo",
  identifierName: "IDC",
  identifierMasked: "*0199",
  paymentMethod: "ACCOUNT",
  agent: "Simulator",
  clientUsername: "acme.3fa19c",
  externalClientId: "user-77",
  notifyAlways: false,
}

export function payment(over: Partial<Payment> = {}): Payment {
  return {
    id: example("recharge.response").operationId,
    merchantId: "01a1f93e-cffa-40ea-8158-ffb391a282eb",
    dialect: "tapila",
    kind: "recharge",
    reference: "pay-000123",
    amount: 150_000n,
    asset: "ARS",
    state: "approved",
    reason: null,
    description: null,
    purpose,
    customerId: null,
    instrumentId: null,
    openAttemptId: null,
    captured: 150_000n,
    refunded: 0n,
    fee: 0n,
    held: 150_000n,
    commission: 0n,
    deferred: true,
    version: 2,
    expiresAt: null,
    createdAt: new Date(START),
    updatedAt: new Date(START),
    approvedAt: new Date(START),
    settledAt: new Date(START),
    ...over,
  }
}

export function notice(over: {
  payment?: Payment | null
  type?: string
  signingKey?: string
}): Notice {
  const event: Event = {
    id: "01a1f93e-cffa-40ea-8158-ffb391a282ec",
    subject: "payment",
    subjectId: "01a1f93e-cffa-40ea-8158-ffb391a282ea",
    seq: 2,
    merchantId: "01a1f93e-cffa-40ea-8158-ffb391a282eb",
    dialect: "tapila",
    type: over.type ?? "payment.approved",
    data: {},
    createdAt: new Date(START),
  }
  return {
    event,
    payment: over.payment === undefined ? payment() : over.payment,
    attempt: null,
    customer: null,
    instrument: null,
    refund: null,
    railName: null,
    signingKey: over.signingKey ?? KEY,
    deliveryId: "01a1f93e-cffa-40ea-8158-ffb391a282ed",
  }
}

/** Sold for any amount between two. */
export const product: Product = {
  companyCode: "AR-R-0901",
  id: "open",
  type: "RECARGA_SALDO",
  description: "Saldo",
  amountType: "OPEN",
  amount: 0n,
  minAmount: 10_000n,
  maxAmount: 500_000n,
  allowedAmounts: [],
  additionalData: {},
  commissionFixed: 0n,
  commissionBasisPoints: 0,
  active: true,
}

export const company: Company = {
  code: "AR-R-0901",
  country: "AR",
  currency: "ARS",
  name: "DÉMO MÓVIL",
  details: {
    logo: "https://logos.example/demo.png",
    tags: ["telefonia"],
    identifierName: "IDC",
    dataType: "NUM",
    helpText: "Número sin 0 ni 15",
    minLength: 10,
    maxLength: 10,
    regex: "11[0-9]*",
  },
  active: true,
  products: [
    product,
    {
      ...product,
      id: "closed",
      amountType: "CLOSED",
      amount: 2_990n,
      minAmount: 2_990n,
      maxAmount: 2_990n,
      allowedAmounts: [],
    },
    {
      ...product,
      id: "fixed",
      amountType: "FIXED",
      amount: 0n,
      minAmount: 5_000n,
      maxAmount: 20_000n,
      allowedAmounts: [5_000n, 20_000n],
    },
    {
      ...product,
      id: "gone",
      active: false,
      amountType: "CLOSED",
      amount: 100n,
      minAmount: 100n,
      maxAmount: 100n,
      allowedAmounts: [],
    },
  ],
}
