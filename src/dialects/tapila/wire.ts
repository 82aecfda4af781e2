/** Translates between this API's wire and the core's words; pure. */
import { createHash } from "node:crypto"
import type { z } from "zod"
import {
  type Account,
  amountProblem,
  type Company,
  identifierProblem,
  type Payment,
  type Product,
  type State,
} from "../../core/index.ts"
import { decimalsOf, formatDecimal, parseNumber, toNumber } from "../../money.ts"
import type { Problem } from "../dialect.ts"
import type { companyAnswer, Operation, RechargeAnswer, Status, walletAnswer } from "./answers.ts"
import type { RechargeBody } from "./requests.ts"

/** Amounts on this wire have at most two decimals, whatever their currency has. */
const WIRE_DECIMALS = 2

/** What this dialect keeps beside a payment. The identifier itself is only in the sealed target. */
export type RechargePurpose = {
  readonly companyCode: string
  readonly companyName: string
  readonly productId: string
  readonly productDescription: string
  readonly identifierName: string
  readonly identifierMasked: string
  readonly paymentMethod: string
  readonly agent: string
  readonly clientUsername: string
  readonly externalClientId: string
  /** How long the answer to the request waited for the operator: see callback.ts. */
  readonly answerWithinMs: number
  readonly notifyAlways: boolean
}

/** A recharge that its company can sell. `amount` is in minor units of the company's currency. */
export type Sale = { readonly product: Product; readonly amount: bigint }

/** What was kept beside a recharge when it was created. */
export function purposeOf(payment: Payment): RechargePurpose {
  return payment.purpose as RechargePurpose
}

/**
 * Reads an amount of major units as hundredths, which may be below zero: how much can be sold is for
 * the product to say. A problem when it isn't a number with at most two decimals.
 */
export function readAmount(value: unknown): bigint | Problem {
  if (value === undefined) return { code: "body_invalid", message: "amount is required" }
  const hundredths =
    typeof value === "number" ? parseNumber(Math.abs(value), WIRE_DECIMALS) : null
  if (hundredths === null) return wrongAmount("amount must be a number with at most 2 decimals")
  return (value as number) < 0 ? -hundredths : hundredths
}

function wrongAmount(message: string): Problem {
  return { code: "body_invalid", field: "amount", message }
}

/** Finds out what a request buys of a company, or the first thing that keeps it from being sold. */
export function saleOf(company: Company, body: RechargeBody, hundredths: bigint): Sale | Problem {
  const { details, currency } = company
  if (body.identifierName !== undefined && body.identifierName !== details.identifierName) {
    const message = `identifierName must be ${details.identifierName} for ${company.code}`
    return { code: "identifier_invalid", message }
  }
  const wrong = identifierProblem(details, body.identifierValue)
  if (wrong !== null) return { code: "identifier_invalid", message: `identifierValue ${wrong}` }
  const product = company.products.find(({ id, active }) => active && id === body.productId)
  if (!product) {
    return { code: "product_not_found", message: `${company.code} has no such product` }
  }
  const scale = 10n ** BigInt(WIRE_DECIMALS - decimalsOf(currency))
  if (hundredths % scale !== 0n) return wrongAmount(`amount has more decimals than ${currency}`)
  const amount = hundredths / scale
  const outside = amountProblem(product, amount)
  return outside === null ? { product, amount } : { code: "amount_out_of_range", message: outside }
}

/** Final states never change again on this wire, whatever the books still learn. */
const STATUS = {
  pending: "processing",
  processing: "processing",
  approved: "confirmed",
  returned: "confirmed",
  declined: "failed",
  expired: "failed",
  cancelled: "failed",
} as const satisfies Record<State, Status>

/** How a payment's state is called here. */
export function statusOf({ state }: Pick<Payment, "state">): Status {
  return STATUS[state]
}

/** A payment's amount in major units. */
export function amountOf({ amount, asset }: Pick<Payment, "amount" | "asset">): number {
  return toNumber(amount, decimalsOf(asset))
}

/** A payment's amount with two decimals, as the webhook's hash has it. */
export function amountText({ amount, asset }: Pick<Payment, "amount" | "asset">): string {
  const scale = 10n ** BigInt(WIRE_DECIMALS - decimalsOf(asset))
  return formatDecimal(amount * scale, WIRE_DECIMALS)
}

/** The answer to a recharge that was not refused. `identifierValue` is as the client sent it. */
export function rechargeOf(
  payment: Payment,
  identifierValue: string,
  trace: Trace,
): RechargeAnswer {
  const purpose = purposeOf(payment)
  const { clientUsername, identifierName } = purpose
  const status = statusOf(payment)
  return {
    operationId: payment.id,
    createdAt: payment.createdAt.toISOString(),
    status: status === "failed" ? "processing" : status,
    companyCode: purpose.companyCode,
    companyName: purpose.companyName,
    amount: amountOf(payment),
    identifiers: [{ identifierName, identifierValue }],
    agent: purpose.agent,
    clientUsername,
    clientUserName: clientUsername,
    externalClientId: purpose.externalClientId,
    externalPaymentId: payment.reference ?? "",
    additionalData: {},
    ...trace,
  }
}

/** What a look-up shows of an operation. */
export function operationOf(payment: Payment): Operation {
  const { agent, companyCode, companyName, externalClientId } = purposeOf(payment)
  return {
    operationId: payment.id,
    status: statusOf(payment),
    externalPaymentId: payment.reference ?? "",
    externalClientId,
    additionalData: { agent, customerId: externalClientId },
    companyCode,
    companyName,
    amount: amountOf(payment),
    createdAt: payment.createdAt.toISOString(),
  }
}

/** A company of the catalogue with what it sells now. */
export function companyOf({ currency, details, ...company }: Company): CompanyAnswer {
  const major = (amount: bigint) => toNumber(amount, decimalsOf(currency))
  return {
    companyCode: company.code,
    companyName: company.name,
    companyType: "RECHARGE",
    companyLogo: details.logo,
    tags: [...details.tags],
    products: company.products
      .filter(({ active }) => active)
      .map((product) => ({
        productType: product.type,
        productId: product.id,
        productDescription: product.description,
        status: "live",
        amountType: product.amountType,
        amount: major(product.amount),
        minAmount: major(product.minAmount),
        maxAmount: major(product.maxAmount),
        allowedAmounts: product.allowedAmounts.map(major),
        additionalData: { ...product.additionalData },
      })),
    identifierName: details.identifierName,
    identifierValue: null,
    dataType: details.dataType,
    helpText: details.helpText,
    minLength: details.minLength,
    maxLength: details.maxLength,
  }
}
type CompanyAnswer = z.infer<typeof companyAnswer>

/** Whether a company is one that a client looks for, by a part of its name or code. */
export function matches({ name, code }: Company, wanted: string): boolean {
  const plain = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()
  return plain(`${name} ${code}`).includes(plain(wanted.trim()))
}

/** The country of each currency in which a wallet is kept. */
export const COUNTRY_OF: Readonly<Record<string, string>> = {
  ARS: "AR",
  CLP: "CL",
  COP: "CO",
  MXN: "MX",
  PEN: "PE",
}

/** A client's wallet in each country, or in `country` alone. */
export function balancesOf(
  accounts: readonly Account[],
  country: string | null,
): z.infer<typeof walletAnswer>["balances"] {
  const balance = (kind: Account["kind"], currency: string) => {
    const account = accounts.find(
      (each) => each.custodian === "gateway" && each.kind === kind && each.asset === currency,
    )
    return toNumber(account?.balance ?? 0n, decimalsOf(currency))
  }
  return Object.entries(COUNTRY_OF)
    .filter(([, countryCode]) => country === null || countryCode === country)
    .map(([currency, countryCode]) => ({
      countryCode,
      currency,
      available: balance("available", currency),
      held: balance("held", currency),
    }))
}

/** The two ids on every answer: of this step, and of the transaction that it belongs to. */
export type Trace = { readonly tx: string; readonly mainTx: string }

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const REQUEST_ID = new RegExp(`^(?:req_)?(${UUID.source})`)

/**
 * The ids of an answer. The transaction is the request's own id, so that a client who sends
 * `x-request-id` (a UUID) finds its own; any other id is made into one that stays the same for it.
 * `tx` is given where a fresh id can be had; an error's follows from its request.
 */
export function traceOf(requestId: string, tx?: string): Trace {
  const mainTx = REQUEST_ID.exec(requestId)?.[1] ?? derivedId("mainTx", requestId)
  return { tx: tx ?? derivedId("tx", requestId), mainTx }
}

function derivedId(purpose: string, from: string): string {
  const hex = createHash("sha256").update(`${purpose}|${from}`).digest("hex")
  const tail = `${hex.slice(20, 32)}`
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${tail}`
}
