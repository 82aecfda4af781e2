/** What goes to the provider and comes back, and the pure translation between it and an order. */
import { z } from "zod"
import type { Order } from "../../core/index.ts"
import { decimalsOf, parseNumber, toNumber } from "../../money.ts"
import type { Answer } from "../../outbound/index.ts"
import { countryOf, currencyOf } from "./countries.ts"

/** Longer than the provider's own ids, which are UUIDs. */
const ID_MAX = 200
const id = z.string().min(1).max(ID_MAX)

/** A recharge as the provider has it. Fields that nothing depends on are not looked at. */
const operation = z.object({
  operationId: id,
  externalPaymentId: id,
  companyCode: z.string().max(40),
  amount: z.number(),
  status: z.string().max(40).optional(),
})
export type Operation = z.infer<typeof operation>

/** The recharge host wraps an operation in a look-up, the others don't. */
const wrapped = z.object({ operation })

const failure = z.object({ code: z.string().regex(/^[A-Z]{2,8}\d{4,6}$/), message: z.string() })
const anObject = z.record(z.string(), z.unknown())

/** `pending` is what an older page calls `processing`. */
const STATUSES: Readonly<Record<string, Standing>> = {
  confirmed: "confirmed",
  failed: "failed",
  processing: "processing",
  pending: "processing",
}
export type Standing = "confirmed" | "failed" | "processing"

/** What an answer says about a recharge; null when it says nothing that can be read. */
export function operationIn({ body }: Pick<Answer, "body">): Operation | null {
  const inside = wrapped.safeParse(body)
  if (inside.success) return inside.data.operation
  return operation.safeParse(body).data ?? null
}

/** How it stands with a recharge; `unsaid` is what it means that there is no status. */
export function standingOf({ status }: Operation, unsaid: Standing | null): Standing | null {
  if (status === undefined) return unsaid
  return Object.hasOwn(STATUSES, status) ? STATUSES[status]! : null
}

/** Whether it can be asked for here: an amount counts in the money of the company's country. */
export function isRecharge({ kind, asset, target }: Order): boolean {
  const country = countryOf(target.companyCode ?? "")
  const isNamed = target.productId !== undefined && target.identifier !== undefined
  return kind === "recharge" && country !== null && currencyOf(country) === asset && isNamed
}

/** The names of the fields in which an operation is another than the one that was ordered. */
export function differences(found: Operation, order: Order): readonly string[] {
  const amount = parseNumber(found.amount, decimalsOf(order.asset))
  return [
    ...(found.externalPaymentId === order.attemptId ? [] : ["externalPaymentId"]),
    ...(found.companyCode === order.target.companyCode ? [] : ["companyCode"]),
    ...(amount === order.amount ? [] : ["amount"]),
  ]
}

/**
 * The code of an error: null for an object without one, undefined for what isn't this API's own
 * shape, such as a page of something in between.
 */
export function codeIn({ body }: Pick<Answer, "body">): string | null | undefined {
  const said = failure.safeParse(body)
  if (said.success) return said.data.code
  const plain = anObject.safeParse(body)
  return plain.success && !Object.hasOwn(plain.data, "code") ? null : undefined
}

/** An amount as a JSON number of major units, or null where it would not be exact. */
export function exactAmount({ amount, asset }: Pick<Order, "amount" | "asset">): number | null {
  const decimals = decimalsOf(asset)
  const number = toNumber(amount, decimals)
  return parseNumber(number, decimals) === amount ? number : null
}

/** The recharge as it is asked for. The attempt's id is what it is looked up by. */
export function rechargeOf(order: Order, amount: number, identifierName: string | null) {
  const { companyCode, productId, identifier } = order.target
  return {
    companyCode,
    productId,
    amount,
    identifierValue: identifier,
    ...(identifierName === null ? {} : { identifierName }),
    paymentMethod: "ACCOUNT",
    externalPaymentId: order.attemptId,
    externalClientId: order.merchantId,
  }
}
