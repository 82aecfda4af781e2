/** The four creates of a plain server, which ask for and answer what the gateway's do. */
import type { BeginPayments } from "./begin.ts"
import {
  attemptOf,
  type Charge,
  createByTokens,
  type PaymentRow,
  paymentOf,
  writeCharge,
} from "./charge.ts"
import { once } from "./once.ts"
import type { Plain } from "./server.ts"
import { findStored, type Stored } from "./stored.ts"

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const CURRENCY = "USD"
const text = { type: "string" } as const
const amountText = { type: "string", pattern: "^[1-9][0-9]{0,17}$" } as const
const maybe = { type: ["string", "null"] } as const
const words = { type: "string", minLength: 1, maxLength: 500 } as const
const reference = { type: "string", minLength: 1, maxLength: 255 } as const

const object = <Properties extends object>(properties: Properties) => ({
  type: "object" as const,
  required: Object.keys(properties),
  properties,
})

const option = object({
  blockchain: text,
  chainId: { type: "integer" },
  token: text,
  amount: text,
  address: text,
  uri: text,
})

/** Registers the routes. */
export function createRoutes(plain: Plain, begin: BeginPayments): void {
  pentagooRoute(plain)
  native(plain)
  palommaPay(plain)
  directDebit(plain, begin)
}

/** Registers Pentagoo's create alone: under `/pentagoo`, as the gateway has it. */
export function pentagooRoute(plain: Plain): void {
  const { app, clock } = plain
  type Body = { readonly refId: string; readonly description: string; readonly amount: string }
  const body = object({
    refId: reference,
    description: words,
    amount: { type: "string", pattern: "^[0-9]{1,12}\\.[0-9]{2}$" },
  })
  const answer = object({
    paymentId: text,
    refId: text,
    description: text,
    amount: text,
    currency: text,
    status: text,
    url: text,
    expiresAt: maybe,
    options: { type: "array", items: option },
  })
  const url = "/pentagoo/api/payment/create"
  const schema = { body, response: { 200: answer } }
  app.post<{ Body: Body }>(url, { schema }, async ({ body: { amount, description, refId } }) => {
    const charge = await createByTokens(plain, {
      dialect: "pentagoo",
      reference: refId,
      amount: String(BigInt(amount.replace(".", ""))),
      asset: CURRENCY,
      description,
      purpose: { methods: ["crypto"] },
      expires_at: new Date(clock.now().getTime() + HOUR_MS),
    })
    const { payment } = charge
    return {
      paymentId: payment.id,
      refId: payment.reference,
      description: payment.description,
      amount: `${payment.amount.slice(0, -2)}.${payment.amount.slice(-2)}`,
      currency: payment.asset,
      status: payment.state,
      url: pageOf(payment),
      expiresAt: payment.expires_at,
      options: optionsOf(charge),
    }
  })
}

function native(plain: Plain): void {
  const { app, clock } = plain
  type Body = Readonly<Record<"amount" | "asset" | "reference" | "description" | "method", string>>
  const body = object({
    amount: amountText,
    asset: { type: "string", pattern: "^[A-Z]{3}$" },
    reference,
    description: words,
    method: { type: "string", enum: ["crypto"] },
  })
  const names = ["id", "object", "dialect", "dialect_id", "kind", "amount", "asset", "state"]
  const nullable = ["reference", "reason", "description", "customer", "instrument", "url"]
  const counts = ["captured", "refunded", "fee", "commission", "created_at", "updated_at"]
  const times = ["expires_at", "approved_at", "settled_at"]
  const answer = object({
    ...Object.fromEntries([...names, ...counts].map((name) => [name, text])),
    ...Object.fromEntries([...nullable, ...times].map((name) => [name, maybe])),
    version: { type: "integer" },
  })
  const schema = { body, response: { 201: answer } }
  app.post<{ Body: Body }>("/v1/payments", { schema }, async (request, reply) => {
    const { method, ...said } = request.body
    const { payment } = await createByTokens(plain, {
      ...said,
      dialect: "caudal",
      purpose: { methods: [method] },
      expires_at: new Date(clock.now().getTime() + DAY_MS),
    })
    reply.code(201)
    return nativeOut(payment)
  })
}

function nativeOut(payment: PaymentRow) {
  return {
    id: `pay_${payment.id.replaceAll("-", "")}`,
    object: "payment",
    dialect: payment.dialect,
    dialect_id: payment.id,
    kind: "charge",
    reference: payment.reference,
    amount: payment.amount,
    asset: payment.asset,
    state: payment.state,
    reason: null,
    description: payment.description,
    customer: null,
    instrument: null,
    captured: "0",
    refunded: "0",
    fee: "0",
    commission: "0",
    version: payment.version,
    expires_at: payment.expires_at,
    created_at: payment.created_at,
    updated_at: payment.updated_at,
    approved_at: null,
    settled_at: null,
    url: pageOf(payment),
  }
}

function palommaPay(plain: Plain): void {
  type Body = { readonly amount_cents: number; readonly description: string }
  const body = object({
    amount_cents: { type: "integer", minimum: 500_000, maximum: 200_000_000 },
    description: words,
  })
  const url = "/palomma-pay/payment-requests"
  plain.app.post<{ Body: Body }>(url, { schema: { body } }, (request, reply) =>
    once(plain, request, reply, {
      status: 200,
      async make(client) {
        const { amount_cents, description } = request.body
        const personal = JSON.stringify({ payer: null, enforcedDocument: null })
        const said = {
          dialect: "palomma-pay",
          amount: String(amount_cents),
          asset: "COP",
          description,
          purpose: {
            personal: plain.keyring.seal(personal, "payment.purpose").toString("base64"),
            displayName: null,
            redirectUrl: null,
            supportInfo: null,
          },
        }
        const payment = paymentOf(plain, said, null)
        await writeCharge(client, plain, payment, null)
        return { id: payment.id, payment_url: pageOf(payment) }
      },
    }),
  )
}

function directDebit(plain: Plain, begin: BeginPayments): void {
  type Body = { readonly paymentMethodId: string; readonly amount: number }
  const body = object({
    paymentMethodId: reference,
    amount: { type: "integer", minimum: 1, maximum: 10_000_000 },
  })
  const url = "/palomma-direct-debit/v1/paymentRequests"
  plain.app.post<{ Body: Body }>(url, { schema: { body } }, async (request, reply) => {
    const { amount, paymentMethodId } = request.body
    const stored = await findStored(plain, paymentMethodId)
    if (stored === null) return reply.code(404).send({ message: "there is no such paymentMethod" })
    const { account, customerId } = stored
    const attemptId = plain.ids.next()
    const said = {
      dialect: "palomma-direct-debit",
      amount: String(amount * 100),
      asset: "COP",
      purpose: {},
      customer_id: customerId,
      instrument_id: paymentMethodId,
    }
    const payment = paymentOf(plain, said, attemptId)
    const unknown = { id: attemptId, method: "bank", target: account, ...begin.born() }
    const attempt = attemptOf(plain, payment, unknown)
    return once(plain, request, reply, {
      status: 201,
      async make(client) {
        await writeCharge(client, plain, payment, attempt)
        return requestOut(payment, request.body, stored)
      },
      made: () => begin.begin(payment, attemptId),
    })
  })
}

function requestOut(
  { created_at, id, state, updated_at }: PaymentRow,
  { amount, paymentMethodId }: { readonly amount: number; readonly paymentMethodId: string },
  { account: { accountNumber, accountType, bank }, customerId, person }: Stored,
) {
  return {
    id,
    status: state,
    customerId,
    customerDetails: person,
    paymentMethodId,
    paymentMethodDetails: {
      type: "bankAccount",
      bankAccount: { bank, accountType, accountNumber },
    },
    currency: "cop",
    amount,
    createdAt: created_at,
    updatedAt: updated_at,
  }
}

function pageOf({ id }: PaymentRow): string {
  return `http://127.0.0.1:8080/pay/${id}`
}

type Option = Readonly<Record<"blockchain" | "token" | "amount" | "address" | "uri", string>> & {
  readonly chainId: number
}

function optionsOf({ attempt }: Charge): readonly Option[] {
  return (attempt?.instructions as { readonly options: readonly Option[] }).options
}
