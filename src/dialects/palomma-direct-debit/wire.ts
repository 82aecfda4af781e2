/** What goes out: the core's customers, instruments and payments as this API's objects. Pure. */
import {
  type Consent,
  type Customer,
  INSTRUMENT_STATES,
  type Instrument,
  type InstrumentState,
  type Method,
  maskNumber,
  type Payment,
  type Person,
  type Refusal,
  refuse,
  STATES,
  type State,
  type Target,
  type TermsSettings,
} from "../../core/index.ts"
import type { CustomerOut, PaymentMethodOut, PaymentRequestOut, Status } from "./answers.ts"
import { ERRORS } from "./errors.ts"
import { type CreatePaymentMethod, cursorOf, type MethodType } from "./requests.ts"

/** The only currency of this API, and how many minor units one of its amounts counts. */
export const ASSET = "COP"
const CENTAVOS = 100n
/** The page's own call sends 123, so nothing above one peso may be the least. */
const MIN_DEFAULT = 1n * CENTAVOS
/** What the vendor allows a merchant that agreed nothing else, in its other APIs. */
const MAX_DEFAULT = 2_000_000n * CENTAVOS
/** Clocks differ: what is ahead of ours by less than this was agreed to just now. */
const CLOCKS_DIFFER_MS = 60_000
/** Where nobody picks an account, as in the sandbox: its last two digits stand for "approved". */
const SANDBOX_ACCOUNT = "10000001234"

/** One page: its items, the cursor of the next one, and how many items it has. */
export function pageOut<T>(items: readonly T[], lastId: string | null) {
  return {
    items: [...items],
    cursor: lastId === null ? null : cursorOf(lastId),
    count: items.length,
  }
}

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

/** The states of a method that a status stands for. */
export function methodStatesOf(status: PaymentMethodOut["status"]): InstrumentState[] {
  return INSTRUMENT_STATES.filter((state) => METHOD_STATUS_OF[state] === status)
}

/** By what kind of thing each type is charged. */
export const METHOD_OF = {
  bankAccount: "bank",
  bancolombiaInstant: "bank",
  nequiInstant: "wallet",
} as const satisfies Record<MethodType, Method>

/** Whether a payment in this state failed, as this API says it. */
export function isError(state: State): boolean {
  return STATUS_OF[state] === "error"
}

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
  const first = (least + CENTAVOS - 1n) / CENTAVOS
  return refuse(
    "amount_out_of_range",
    `amount must be between ${first} and ${most / CENTAVOS} pesos`,
  )
}

/**
 * The member without which a payment method could not be charged; null when it has all. Owners
 * would pick a Bancolombia account on the bank's own page, which no rail opens yet: only the
 * sandbox has one at hand.
 */
export function lackedBy(body: CreatePaymentMethod, mode: "sandbox" | "live"): string | null {
  if (mode === "sandbox" || body.type !== "bancolombiaInstant") return null
  return body.accountNumber === undefined ? "accountNumber" : null
}

/**
 * Under whose word a new payment method is charged: the merchant's, whose `acceptedAt` must not lie
 * in the future (then this answers the sentence that says so), or null where its owner has still to
 * agree on our page.
 */
export function consentOf(
  { type, mandate }: CreatePaymentMethod,
  { name, documentType, documentNumber }: Person,
  now: Date,
): { readonly at: Date | null; readonly proof: Consent } | null | string {
  if (type === "bancolombiaInstant") return null
  const given = mandate ? new Date(mandate.acceptedAt) : null
  const aheadMs = given === null ? 0 : given.getTime() - now.getTime()
  if (aheadMs > CLOCKS_DIFFER_MS) return "mandate.acceptedAt must not be in the future"
  const proof: Consent = {
    person: { name, documentType, documentNumber },
    channel: "merchant",
    givenBy: mandate?.channel ?? null,
    reference: mandate?.reference ?? null,
  }
  return { at: aheadMs > 0 ? now : given, proof }
}

/**
 * What a charge of a stored method moves money by; null while nobody has consented to it. Rails of
 * banks write the mandate into the order.
 */
export function chargedBy({ id, details, consentedAt }: Instrument): Target | null {
  return consentedAt && { ...details, mandate: { id, consentedAt: consentedAt.toISOString() } }
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

/**
 * A payment request as this API shows it. `seen` are its method's details for this reader;
 * `endedAt` is when it failed, for one that did.
 */
export function paymentRequestOut(
  payment: Payment,
  customer: Customer,
  instrument: Instrument,
  seen: Target,
  endedAt: Date | null,
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
      approvedDetails: approvedOut(payment.approvedAt, payment.settledAt),
    }),
    ...(status === "error" && { errorDetails: errorOut(payment, endedAt!) }),
  }
}

/** A rail's clock may date the money before the approval that it caused: nobody is paid before. */
function approvedOut(approvedAt: Date, settledAt: Date | null) {
  const paidAt = settledAt && settledAt < approvedAt ? approvedAt : settledAt
  return {
    status: "approved",
    approvedAt: approvedAt.toISOString(),
    paidAt: paidAt?.toISOString() ?? null,
  } as const
}

function errorOut({ state, reason }: Payment, endedAt: Date): PaymentRequestOut["errorDetails"] {
  const [errorCode, errorMessage] =
    ERRORS[state === "returned" ? "returned_by_bank" : (reason ?? "other")]
  return { status: "error", errorCode, errorMessage, errorAt: endedAt.toISOString() }
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
