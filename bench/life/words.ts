/** What the control of a life is asked and answers: the native API's own words. */
import type { PaymentRow } from "../controls/charge.ts"

export type Creation = Readonly<
  Record<"amount" | "asset" | "reference" | "description" | "method", string>
>

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

const payment = object({
  ...Object.fromEntries([...TEXTS, ...COUNTS].map((name) => [name, text])),
  ...Object.fromEntries([...MAYBE, ...TIMES].map((name) => [name, maybe])),
  version: { type: "integer" },
})

export const CREATE = {
  body: object({
    amount: { type: "string", pattern: "^[1-9][0-9]{0,15}$" },
    asset: { type: "string", pattern: "^[A-Z]{3}$" },
    reference: { type: "string", minLength: 1, maxLength: 255 },
    description: { type: "string", minLength: 1, maxLength: 500 },
    method: { type: "string", enum: ["crypto"] },
  }),
  response: { 201: { ...payment, properties: { ...payment.properties, url: text } } },
}

export const APPROVE = {
  params: object({ id: { type: "string", pattern: "^pay_[0-9a-f]{32}$" } }),
  body: object({ outcome: { type: "string", enum: ["approved"] } }),
  response: { 200: payment },
}

/** A payment as the native API shows it. */
export function shown(row: PaymentRow, approvedAt: Date | null) {
  return {
    id: idOut(row.id),
    object: "payment",
    dialect: row.dialect,
    dialect_id: row.id,
    kind: "charge",
    reference: row.reference,
    amount: row.amount,
    asset: row.asset,
    state: row.state,
    reason: null,
    description: row.description,
    customer: null,
    instrument: null,
    captured: approvedAt ? row.amount : "0",
    refunded: "0",
    fee: "0",
    commission: "0",
    version: row.version,
    expires_at: row.expires_at,
    created_at: row.created_at,
    updated_at: row.updated_at,
    approved_at: approvedAt,
    settled_at: approvedAt,
    url: `http://127.0.0.1:8080/pay/${row.id}`,
  }
}
export type Shown = ReturnType<typeof shown>

/** An id with its prefix. */
export function idOut(id: string): string {
  return `pay_${id.replaceAll("-", "")}`
}

/** An id without it. */
export function idIn(text: string): string {
  return text.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")
}
