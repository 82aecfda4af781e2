/** How the control of a life shows an approval: in the native API's words, and in the vendor's. */
import type { PaymentRow } from "../controls/charge.ts"

const text = { type: "string" } as const
const maybe = { type: ["string", "null"] } as const

const object = <Properties extends object>(properties: Properties) => ({
  type: "object" as const,
  required: Object.keys(properties),
  properties,
})

const TEXTS = ["id", "object", "dialect", "dialect_id", "kind", "amount", "asset", "state"]
const COUNTS = ["captured", "refunded", "fee", "commission", "created_at", "updated_at"]
const MAYBE = ["reference", "reason", "description", "customer", "instrument", "expires_at"]
const TIMES = ["approved_at", "settled_at"]

/** What an approval is asked with, and what it answers. */
export const APPROVE = {
  params: object({
    id: { type: "string", pattern: "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" },
  }),
  body: object({ outcome: { type: "string", enum: ["approved"] } }),
  response: {
    200: object({
      ...Object.fromEntries([...TEXTS, ...COUNTS].map((name) => [name, text])),
      ...Object.fromEntries([...MAYBE, ...TIMES].map((name) => [name, maybe])),
      version: { type: "integer" },
    }),
  },
}

/** A payment that was just approved, as the native API shows it. */
export function shown(row: PaymentRow, approvedAt: Date) {
  return {
    id: `pay_${row.id.replaceAll("-", "")}`,
    object: "payment",
    dialect: row.dialect,
    dialect_id: row.id,
    kind: "charge",
    reference: row.reference,
    amount: row.amount,
    asset: row.asset,
    state: "approved",
    reason: null,
    description: row.description,
    customer: null,
    instrument: null,
    captured: row.amount,
    refunded: "0",
    fee: "0",
    commission: "0",
    version: 2,
    expires_at: row.expires_at,
    created_at: row.created_at,
    updated_at: approvedAt,
    approved_at: approvedAt,
    settled_at: approvedAt,
  }
}

/** The callback by which Pentagoo would tell the merchant of it. */
export function callbackOf(row: PaymentRow, hash: string, approvedAt: Date) {
  return {
    amount: `${row.amount.slice(0, -2)}.${row.amount.slice(-2)}`,
    date: approvedAt.toISOString().replace(/\.\d{3}Z$/, "Z"),
    blockchain: "BNB Smart Chain Testnet",
    hash,
    paymentId: row.id,
    orderId: row.reference,
  }
}
