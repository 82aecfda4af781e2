/** Translates between Pentagoo's wire and the core's words; pure. */
import { hash } from "node:crypto"
import { z } from "zod"
import type { Attempt, Payment, PayOption, State } from "../../core/index.ts"
import {
  CURRENCY_DECIMALS,
  decimalsOf,
  formatDecimal,
  type Money,
  parseDecimal,
} from "../../money.ts"

/**
 * Digits, at most two decimals, and perhaps a blank and a currency. Fifteen digits stay exact in
 * any client that reads them as a number of cents.
 */
const AMOUNT = /^(\d{1,15}(?:\.\d{1,2})?)(?: ([A-Z]{3}))?$/
/** Pentagoo writes every fiat amount with two decimals, whatever the currency has. */
const WIRE_DECIMALS = 2
const REF_ID = /^(?=.*\S)[^\p{C}\p{Zl}\p{Zp}]{1,128}$/u
const DESCRIPTION = /^(?=[\s\S]*\S)(?:[\t\n\r]|[^\p{Cc}\p{Cs}]){1,500}$/u

const refId = z.string().regex(REF_ID, "must be 1 to 128 printable characters")

/** The body of a create. Members that aren't named are ignored. */
export const createBody = z.object({
  refId,
  description: z.string().regex(DESCRIPTION, "must be 1 to 500 characters"),
  amount: z
    .string()
    .regex(AMOUNT, 'must be text such as "25.50" or "25.50 USD", with at most two decimals'),
})

export const findQuery = z.object({ refId })

/** How each state is called here. The vendor documents none of these words but an order's own. */
const STATUS = {
  pending: "pending",
  processing: "processing",
  approved: "approved",
  declined: "declined",
  expired: "expired",
  cancelled: "cancelled",
  returned: "returned",
} as const satisfies Record<State, string>

const option = z.strictObject({
  blockchain: z.string(),
  chainId: z.int(),
  token: z.string(),
  amount: z.string(),
  address: z.string(),
  uri: z.string(),
})

/** What a create answers; the vendor leaves the body of its 200 open. */
export const createdAnswer = z.strictObject({
  paymentId: z.string(),
  refId: z.string(),
  description: z.string(),
  amount: z.string(),
  currency: z.string(),
  status: z.enum(STATUS),
  url: z.string(),
  expiresAt: z.string().nullable(),
  options: z.array(option),
})
type CreatedAnswer = z.infer<typeof createdAnswer>

/** What a look-up answers: the same, and what arrived so far. */
export const readAnswer = createdAnswer.extend({
  received: z.array(
    z.strictObject({
      blockchain: z.string(),
      chainId: z.int().nullable(),
      token: z.string(),
      amount: z.string(),
    }),
  ),
  hash: z.string().nullable(),
})
type ReadAnswer = z.infer<typeof readAnswer>

/** The six fields of the vendor's callback, all of them text. */
export const callbackSchema = z.strictObject({
  amount: z.string(),
  date: z.string(),
  blockchain: z.string(),
  hash: z.string(),
  paymentId: z.uuid(),
  orderId: z.string(),
})
export type CallbackBody = z.infer<typeof callbackSchema>

/**
 * Reads an amount that fits `createBody`; `own` is the currency of amounts that name none. Null
 * when the currency isn't known here, the amount is zero, or it has more decimals than its
 * currency.
 */
export function readAmount(text: string, own: string): Money | null {
  const [, digits, named] = AMOUNT.exec(text) ?? []
  const asset = named ?? own
  if (digits === undefined || !Object.hasOwn(CURRENCY_DECIMALS, asset)) return null
  const amount = parseDecimal(digits, decimalsOf(asset))
  return amount === null || amount === 0n ? null : { amount, asset }
}

/** Writes a payment's fiat amount with two decimals. */
export function amountText({ amount, asset }: Money): string {
  const scale = 10n ** BigInt(WIRE_DECIMALS - decimalsOf(asset))
  return formatDecimal(amount * scale, WIRE_DECIMALS)
}

/** The answer to a create. `attempt` is the one whose options the payer is offered. */
export function createdOf(
  payment: Payment,
  attempt: Attempt | null,
  publicUrl: string,
): CreatedAnswer {
  return {
    paymentId: payment.id,
    refId: payment.reference ?? "",
    description: payment.description ?? "",
    amount: amountText(payment),
    currency: payment.asset,
    status: STATUS[payment.state],
    url: `${publicUrl}/pay/${payment.id}`,
    expiresAt: payment.expiresAt?.toISOString() ?? null,
    options: (attempt?.instructions?.options ?? []).map((each) => ({
      blockchain: each.blockchain,
      chainId: each.chainId,
      token: each.token,
      amount: tokenAmount(each.amount, each.decimals),
      address: each.address,
      uri: each.uri,
    })),
  }
}

/** The answer to a look-up. `attempts` are the payment's, oldest first. */
export function readOf(
  payment: Payment,
  attempts: readonly Attempt[],
  publicUrl: string,
  railName: (rail: string) => string,
): ReadAnswer {
  const offered = attempts.findLast((each) => each.instructions?.options !== undefined) ?? null
  const paid = attempts.find(({ state }) => PAID.has(state))
  return {
    ...createdOf(payment, offered, publicUrl),
    received: attempts.flatMap((attempt) => receivedBy(attempt, railName(attempt.rail))),
    hash: paid && payment.approvedAt ? hashOf(paid) : null,
  }
}

const PAID: ReadonlySet<Attempt["state"]> = new Set(["approved", "settled", "returned"])

function receivedBy(attempt: Attempt, railName: string): ReadAnswer["received"] {
  return Object.entries(attempt.received).map(([asset, amount]) => {
    const offered = optionOf(attempt, asset)
    if (offered) {
      const { blockchain, chainId, token, decimals } = offered
      return { blockchain, chainId, token, amount: tokenAmount(amount, decimals) }
    }
    const decimals = CURRENCY_DECIMALS[asset] ?? 0
    const text = formatDecimal(BigInt(amount), decimals)
    return { blockchain: railName, chainId: null, token: asset, amount: text }
  })
}

/** The callback of an approved payment, which `attempt` completed. */
export function callbackOf(payment: Payment, attempt: Attempt, railName: string): CallbackBody {
  const at = payment.settledAt ?? payment.approvedAt ?? payment.updatedAt
  return {
    amount: amountText(payment),
    date: at.toISOString().replace(/\.\d{3}Z$/, "Z"),
    blockchain: networkOf(attempt) ?? railName,
    hash: hashOf(attempt),
    paymentId: payment.id,
    orderId: payment.reference ?? "",
  }
}

/**
 * The network whose money completed the attempt: the one that covers what was asked, if one does.
 */
function networkOf(attempt: Attempt): string | undefined {
  const came = (attempt.instructions?.options ?? []).filter(
    ({ asset }) => attempt.received[asset] !== undefined,
  )
  const covers = came.find((each) => BigInt(attempt.received[each.asset]!) >= BigInt(each.amount))
  return (covers ?? came[0])?.blockchain
}

/** The transaction, or the rail's own id, or (where it has none) a stand-in of the same form. */
function hashOf(attempt: Attempt): string {
  if (attempt.railReference !== null) return attempt.railReference
  return `0x${hash("sha256", attempt.id, "hex")}`
}

function optionOf(attempt: Attempt, asset: string): PayOption | undefined {
  return attempt.instructions?.options?.find((each) => each.asset === asset)
}

/** A token's minor units in decimal notation; the zeros that eighteen decimals bring are cut. */
function tokenAmount(amount: string, decimals: number): string {
  return formatDecimal(BigInt(amount), decimals).replace(/(\.\d{2}\d*?)0+$/, "$1")
}
