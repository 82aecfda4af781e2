/** How this API says no: each problem's status and sentence, and the code of each failed charge. */
import type { Reason } from "../../core/index.ts"
import type { Problem, ProblemCode, WireAnswer } from "../dialect.ts"

/** `says`: where the sentence at hand names no field, or uses a word that isn't this API's. */
type Sound = { readonly status: number; readonly says?: string }

/** How each problem sounds. */
export const SOUNDS = {
  body_malformed: { status: 400 },
  body_invalid: { status: 400 },
  body_too_large: { status: 413 },
  media_type_unsupported: { status: 415 },
  route_not_found: { status: 404 },
  method_not_allowed: { status: 405 },
  unauthorized: { status: 401 },
  unavailable: { status: 503 },
  internal: { status: 500 },
  customer_not_found: { status: 404, says: "customerId: there is no such customer" },
  instrument_not_found: {
    status: 404,
    says: "paymentMethodId: there is no such payment method",
  },
  payment_not_found: { status: 404, says: "paymentRequestId: there is no such payment request" },
  instrument_not_active: {
    status: 400,
    says: "paymentMethodId: only an active payment method can be charged",
  },
  instrument_ended: {
    status: 409,
    says: "paymentMethodId: this payment method failed, there is nothing to revoke",
  },
  method_not_offered: {
    status: 400,
    says: "type: payment methods of this type are not offered to this merchant",
  },
  amount_out_of_range: { status: 400 },
  idempotency_conflict: {
    status: 422,
    says: "Idempotency-Key: it was used before for another request",
  },
  too_many_requests: { status: 429 },
  // None of these can come of what this API offers; they would be told as what they are. What a
  // caller may not see does not exist for it.
  forbidden: { status: 404 },
  company_not_found: { status: 404 },
  product_not_found: { status: 404 },
  reference_in_use: { status: 409 },
  reference_conflict: { status: 409 },
  identifier_invalid: { status: 400 },
  identifier_limit_reached: { status: 429 },
  balance_insufficient: { status: 409 },
  payment_not_open: { status: 409 },
  payment_has_open_attempt: { status: 409 },
  refund_too_large: { status: 409 },
  refund_not_possible: { status: 409 },
  refund_receiver_missing: { status: 400 },
  quote_unavailable: { status: 503 },
  address_unavailable: { status: 503 },
  simulation_not_possible: { status: 409 },
  lease_lost: { status: 409 },
  endpoint_disabled: { status: 409 },
  message_deleted: { status: 409 },
} as const satisfies Record<ProblemCode, Sound>

/** RFC 9110 wants a 401 to say which scheme is expected. */
const CHALLENGE = { "www-authenticate": "Bearer" }

/** A problem as this API answers it: one sentence. */
export function problem({ code, message }: Problem): WireAnswer {
  const sound: Sound = SOUNDS[code]
  return {
    status: sound.status,
    ...(code === "unauthorized" && { headers: CHALLENGE }),
    body: { message: sound.says ?? message },
  }
}

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
