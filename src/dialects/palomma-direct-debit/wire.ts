/** What goes out: the core's customers, instruments and payments as this API's objects. Pure. */
import { z } from "zod"
import {
  type Customer,
  type Instrument,
  type InstrumentState,
  maskNumber,
  type Method,
  type Payment,
  type Person,
  type Reason,
  type Refusal,
  refuse,
  STATES,
  type State,
  type Target,
  type TermsSettings,
} from "../../core/index.ts"
import { type CreatePaymentMethod, cursorOf, type MethodType } from "./requests.ts"

/** The only currency of this API, and how many minor units one of its amounts counts. */
export const ASSET = "COP"
const CENTAVOS = 100n
/** The page's own call sends 123, so nothing above one peso may be the least. */
const MIN_DEFAULT = 1n * CENTAVOS
/** What the vendor allows a merchant that agreed nothing else, in its other APIs. */
const MAX_DEFAULT = 2_000_000n * CENTAVOS
/** In the sandbox nobody picks an account on the bank's page; these digits stand for "approved". */
const SANDBOX_ACCOUNT = "10000001234"

const person = z.strictObject({
  name: z.string(),
  documentType: z.string(),
  documentNumber: z.string(),
  email: z.string(),
})
const account = z.strictObject({
  bank: z.string(),
  accountType: z.string(),
  accountNumber: z.string(),
})
const affiliate = z.strictObject({
  name: z.string(),
  documentType: z.string(),
  documentNumber: z.string(),
  accountType: z.string(),
  accountNumber: z.string(),
})
const nequi = z.strictObject({ phoneNumber: z.string() })
const type = z.enum(["bankAccount", "bancolombiaInstant", "nequiInstant"])
const instants = { createdAt: z.iso.datetime(), updatedAt: z.iso.datetime() }

export const customerSchema = z.strictObject({ id: z.uuid(), ...person.shape, ...instants })
export const paymentMethodSchema = z.strictObject({
  id: z.uuid(),
  status: z.enum(["pending", "active", "error"]),
  customerId: z.uuid(),
  customerDetails: person,
  type,
  bankAccount: account.optional(),
  bancolombiaInstant: z
    .strictObject({ authUrl: z.url().optional(), affiliate: affiliate.optional() })
    .optional(),
  nequiInstant: nequi.optional(),
  ...instants,
})
export const paymentRequestSchema = z.strictObject({
  id: z.uuid(),
  status: z.enum(["pending", "processing", "approved", "error"]),
  customerId: z.uuid(),
  customerDetails: person,
  paymentMethodId: z.uuid(),
  paymentMethodDetails: z.strictObject({
    type,
    bankAccount: account.optional(),
    bancolombiaInstant: z.strictObject({ affiliate }).optional(),
    nequiInstant: nequi.optional(),
  }),
  currency: z.literal("cop"),
  amount: z.int().positive(),
  ...instants,
  approvedDetails: z
    .strictObject({
      status: z.literal("approved"),
      approvedAt: z.iso.datetime(),
      paidAt: z.iso.datetime().nullable(),
    })
    .optional(),
  errorDetails: z
    .strictObject({
      status: z.literal("error"),
      errorCode: z.string(),
      errorMessage: z.string(),
      errorAt: z.iso.datetime(),
    })
    .optional(),
})
export type CustomerOut = z.output<typeof customerSchema>
export type PaymentMethodOut = z.output<typeof paymentMethodSchema>
export type PaymentRequestOut = z.output<typeof paymentRequestSchema>

/** The schema of one page of `item`. */
export function pageSchema<T extends z.ZodType>(item: T) {
  return z.strictObject({
    items: z.array(item),
    cursor: z.string().nullable(),
    count: z.int().nonnegative(),
  })
}

/** One page: its items, the cursor of the next one, and how many items it has. */
export function pageOut<T>(items: readonly T[], lastId: string | null) {
  return {
    items: [...items],
    cursor: lastId === null ? null : cursorOf(lastId),
    count: items.length,
  }
}

type Status = PaymentRequestOut["status"]
const STATUS_OF = {
  pending: "pending",
  processing: "processing",
  approved: "approved",
  declined: "error",
  expired: "error",
  cancelled: "error",
  returned: "error",
} as const satisfies Record<State, Status>

const METHOD_STATUS_OF = {
  pending: "pending",
  active: "active",
  error: "error",
  revoked: "error",
} as const satisfies Record<InstrumentState, PaymentMethodOut["status"]>

/** By what kind of thing each type is charged. */
export const METHOD_OF = {
  bankAccount: "bank",
  bancolombiaInstant: "bank",
  nequiInstant: "wallet",
} as const satisfies Record<MethodType, Method>

/** Our reasons in this API's codes: D23 is the vendor's own, the others are ours. */
export const ERRORS = {
  not_enough_funds: ["D23", "Not enough funds"],
  invalid_account: ["D01", "The account does not exist"],
  account_blocked: ["D02", "The account is closed or blocked"],
  holder_mismatch: ["D03", "The account holder does not match"],
  limit_exceeded: ["D04", "The amount is over the bank's limit"],
  mandate_revoked: ["D05", "The payer revoked the mandate"],
  returned_by_bank: ["D06", "Returned by the bank"],
  operator_unavailable: ["D90", "The bank is not available"],
  declined_by_bank: ["D99", "Declined by the bank"],
  invalid_identifier: ["D99", "Other error"],
  expired: ["D99", "Expired"],
  cancelled_by_payer: ["D99", "Cancelled by the payer"],
  cancelled_by_merchant: ["D99", "Cancelled by the merchant"],
  other: ["D99", "Other error"],
} as const satisfies Record<Reason, readonly [code: string, message: string]>

/** The states that a status stands for. */
export function statesOf(status: Status): State[] {
  return STATES.filter((state) => STATUS_OF[state] === status)
}

/** Whole pesos as centavos, refused outside what the merchant agreed. */
export function centavosOf(pesos: number, terms: TermsSettings): bigint | Refusal {
  const least = terms.minAmount === null ? MIN_DEFAULT : BigInt(terms.minAmount)
  const most = terms.maxAmount === null ? MAX_DEFAULT : BigInt(terms.maxAmount)
  const centavos = BigInt(pesos) * CENTAVOS
  if (centavos > 0n && centavos >= least && centavos <= most) return centavos
  const from = (least + CENTAVOS - 1n) / CENTAVOS
  return refuse("amount_out_of_range", `amount must be from ${from} to ${most / CENTAVOS} pesos`)
}

/** What a new payment method charges, in full and as others may see it. */
export function detailsOf(
  body: CreatePaymentMethod,
  { name, documentType, documentNumber }: Person,
): { readonly details: Target; readonly masked: Target } {
  const holder = { name, documentType, documentNumber }
  if (body.type === "nequiInstant") {
    const { phoneNumber } = body
    return {
      details: { phoneNumber, holder },
      masked: { phoneNumber: maskNumber(phoneNumber) },
    }
  }
  const { accountType = "savings", accountNumber = SANDBOX_ACCOUNT } = body
  const bank = body.type === "bankAccount" ? body.bank : "bancolombia"
  return {
    details: { bank, accountType, accountNumber, holder },
    masked: { bank, accountType, accountNumber: maskNumber(accountNumber) },
  }
}

/** A customer as this API shows it. */
export function customerOut({ id, person, createdAt, updatedAt }: Customer): CustomerOut {
  return {
    id,
    ...personOut(person),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}

/**
 * A payment method as this API shows it. `seen` are its details as this reader may see them;
 * `authUrl` is the page where its owner agrees, as long as that is awaited.
 */
export function paymentMethodOut(
  instrument: Instrument,
  customer: Customer,
  seen: Target,
  authUrl: string,
): PaymentMethodOut {
  const { id, state, customerId, createdAt, updatedAt } = instrument
  const type = instrument.type as MethodType
  return {
    id,
    status: METHOD_STATUS_OF[state],
    customerId,
    customerDetails: personOut(customer.person),
    type,
    ...(type === "bancolombiaInstant"
      ? { bancolombiaInstant: consentOut(state, authUrl, customer, seen) }
      : chargedOut(type, customer, seen)),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}

/** A payment request as this API shows it. `seen` are its method's details for this reader. */
export function paymentRequestOut(
  payment: Payment,
  customer: Customer,
  instrument: Instrument,
  seen: Target,
): PaymentRequestOut {
  const status = STATUS_OF[payment.state]
  const type = instrument.type as MethodType
  return {
    id: payment.id,
    status,
    customerId: customer.id,
    customerDetails: personOut(customer.person),
    paymentMethodId: instrument.id,
    paymentMethodDetails: { type, ...chargedOut(type, customer, seen) },
    currency: "cop",
    amount: Number(payment.amount / CENTAVOS),
    createdAt: payment.createdAt.toISOString(),
    updatedAt: payment.updatedAt.toISOString(),
    // A bank that takes the money back does not undo that it had said yes.
    ...(payment.approvedAt && {
      approvedDetails: {
        status: "approved",
        approvedAt: payment.approvedAt.toISOString(),
        paidAt: payment.settledAt?.toISOString() ?? null,
      },
    }),
    ...(status === "error" && { errorDetails: errorOut(payment) }),
  }
}

function errorOut({ state, reason, updatedAt }: Payment): PaymentRequestOut["errorDetails"] {
  const [errorCode, errorMessage] =
    ERRORS[state === "returned" ? "returned_by_bank" : (reason ?? "other")]
  return { status: "error", errorCode, errorMessage, errorAt: updatedAt.toISOString() }
}

function personOut({ name, documentType, documentNumber, email }: Person) {
  return { name, documentType, documentNumber, email }
}

/** The one sub-object of a type. */
function chargedOut(type: MethodType, customer: Customer, seen: Target) {
  if (type === "nequiInstant") return { nequiInstant: { phoneNumber: seen.phoneNumber! } }
  if (type === "bancolombiaInstant") {
    return { bancolombiaInstant: { affiliate: affiliateOut(customer, seen) } }
  }
  const { bank, accountType, accountNumber } = seen
  return {
    bankAccount: { bank: bank!, accountType: accountType!, accountNumber: accountNumber! },
  }
}

/** Until its owner has agreed, only the page is known; afterwards only whose account it is. */
function consentOut(state: InstrumentState, authUrl: string, customer: Customer, seen: Target) {
  if (state === "pending") return { authUrl }
  return state === "active" ? { affiliate: affiliateOut(customer, seen) } : {}
}

function affiliateOut({ person }: Customer, { accountType, accountNumber }: Target) {
  const { name, documentType, documentNumber } = person
  return {
    name,
    documentType,
    documentNumber,
    accountType: accountType!,
    accountNumber: maskNumber(accountNumber!),
  }
}
