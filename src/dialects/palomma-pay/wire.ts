/** Translates between Palomma Pay's wire and the core's words; pure. */
import { z } from "zod"
import type { Payment, Purpose, Reason, State } from "../../core/index.ts"

/** The only currency: amounts are its centavos. */
export const ASSET = "COP"
/** 5,000 pesos. The vendor says "greater than" and sends exactly this in its own example. */
export const AMOUNT_MIN = 500_000n
/**
 * 2,000,000 pesos, where nothing else was agreed: what the vendor's older API allows by default.
 */
export const AMOUNT_MAX = 200_000_000n
const TTL_MAX_S = 31_536_000
const URL_MAX = 2_048

/**
 * Text of at most `max` characters, however many units each takes, without control characters.
 * Null and blank text count as left out: shops send their empty fields along.
 */
function text(max: number) {
  return z
    .string()
    .refine(
      (value) => value.length <= max || [...value].length <= max,
      `must have at most ${max} characters`,
    )
    .regex(/^(?:[\t\n\r]|[^\p{Cc}])*$/u, "must not hold control characters")
    .nullish()
    .transform((value) => (value?.trim() ? value : null))
}

/** A person or a business; the members of both stand side by side, and none has to be there. */
const userInformation = z.object({
  first_name: text(80),
  last_name: text(80),
  business_name: text(160),
  document_type: text(20)
    .transform((value) => value?.toLowerCase() ?? null)
    .pipe(z.enum(["cc", "ce", "nit"]).nullable()),
  document_number: text(20),
  email: text(254),
  phone_number: text(20),
})
export type UserInformation = z.infer<typeof userInformation>

/** The body of a create. Members that aren't named are ignored. */
export const createBody = z.object({
  amount_cents: z.int(),
  // The vendor's own plugin puts a JSON document in here.
  description: text(500),
  redirect_url: text(URL_MAX),
  // Null and left out have to read the same: an Idempotency-Key compares what was read.
  ttl: z.int().min(1).max(TTL_MAX_S).nullable().default(null),
  user_information: userInformation.nullable().default(null),
  // Empty text is refused here: whoever asks for this check must not lose it unnoticed.
  enforced_document_number: z
    .string()
    .regex(/^\d{3,15}$/, "must be 3 to 15 digits")
    .nullable()
    .default(null),
  merchant_display_name: text(80),
  merchant_support_info: text(200),
})
export type CreateBody = z.infer<typeof createBody>

export const createdAnswer = z.strictObject({ id: z.string(), payment_url: z.string() })

const STATUSES = ["PENDING", "APPROVED", "REJECTED", "ERROR"] as const
type Status = (typeof STATUSES)[number]

export const readAnswer = z.strictObject({
  id: z.string(),
  payment_url: z.string(),
  status: z.enum(STATUSES),
  status_reason: z.string().nullable(),
  amount_cents: z.int(),
  description: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
  expires_at: z.string().nullable(),
})
type ReadAnswer = z.infer<typeof readAnswer>

/** What the webhook's `data` holds. */
export type CallbackData = Pick<
  ReadAnswer,
  "id" | "status" | "status_reason" | "amount_cents" | "description" | "updated_at"
>

/** The vendor's receivers know four words; these are the states that lead to each. */
const STATUS = {
  pending: "PENDING",
  processing: "PENDING",
  approved: "APPROVED",
  declined: "REJECTED",
  expired: "REJECTED",
  cancelled: "REJECTED",
  returned: "REJECTED",
} as const satisfies Record<State, Status>

/** How each reason is called here; only DECLINED_BY_BANK and its like are the siblings' words. */
const REASON = {
  not_enough_funds: "NOT_ENOUGH_FUNDS",
  declined_by_bank: "DECLINED_BY_BANK",
  invalid_account: "INVALID_ACCOUNT",
  account_blocked: "ACCOUNT_BLOCKED",
  holder_mismatch: "HOLDER_MISMATCH",
  limit_exceeded: "LIMIT_EXCEEDED",
  mandate_revoked: "MANDATE_REVOKED",
  returned_by_bank: "RETURNED",
  operator_unavailable: "BANK_UNAVAILABLE",
  invalid_identifier: "INVALID_IDENTIFIER",
  expired: "EXPIRED",
  cancelled_by_payer: "CUSTOMER_CANCELLATION",
  cancelled_by_merchant: "MERCHANT_CANCELLATION",
  other: "OTHER",
} as const satisfies Record<Reason, string>

/** The outward status of a payment, and why it is so where there is a why. */
export function statusOf({ state, reason }: Pick<Payment, "state" | "reason">): {
  status: Status
  status_reason: string | null
} {
  const status = STATUS[state]
  if (status !== "REJECTED") return { status, status_reason: null }
  if (state === "returned") return { status, status_reason: REASON.returned_by_bank }
  // A breakdown is nobody's decision: the vendor's word for it is ERROR.
  const broke = state === "declined" && reason === "operator_unavailable"
  return { status: broke ? "ERROR" : status, status_reason: reason && REASON[reason] }
}

/** Where the payer is sent: the vendor's form of the link. */
export function paymentUrl(id: string, publicUrl: string): string {
  return `${publicUrl}/pay/?transaccion=${id}`
}

/** The answer to a read or a cancel. */
export function readOf(payment: Payment, publicUrl: string): ReadAnswer {
  return {
    id: payment.id,
    payment_url: paymentUrl(payment.id, publicUrl),
    ...statusOf(payment),
    amount_cents: Number(payment.amount),
    description: payment.description,
    created_at: payment.createdAt.toISOString(),
    updated_at: payment.updatedAt.toISOString(),
    expires_at: payment.expiresAt?.toISOString() ?? null,
  }
}

/** What a webhook says about a payment. */
export function callbackDataOf(payment: Payment): CallbackData {
  return {
    id: payment.id,
    ...statusOf(payment),
    amount_cents: Number(payment.amount),
    description: payment.description,
    updated_at: payment.updatedAt.toISOString(),
  }
}

/** What the payer's page needs to know beside the payment; `redirectUrl` is the one that counts. */
export function purposeOf(body: CreateBody, redirectUrl: string | null): Purpose {
  return {
    redirectUrl,
    displayName: body.merchant_display_name,
    supportInfo: body.merchant_support_info,
    enforcedDocument: body.enforced_document_number,
    payer: body.user_information && payerOf(body.user_information),
  }
}

function payerOf(user: UserInformation) {
  const person = [user.first_name, user.last_name].filter(Boolean).join(" ") || null
  // A shop may know its customer and the company: the document says whose money it is.
  const isPerson = user.document_type === "cc" || user.document_type === "ce"
  return {
    name: isPerson ? (person ?? user.business_name) : (user.business_name ?? person),
    documentType: user.document_type,
    documentNumber: user.document_number,
    email: user.email,
    phoneNumber: user.phone_number,
  }
}
