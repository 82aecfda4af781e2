/** How each problem sounds: one shape for every error, and the vendor's codes where it has any. */
import type { Reason } from "../../core/index.ts"
import type { Problem, ProblemCode, WireAnswer } from "../dialect.ts"
import { traceOf } from "./trace.ts"

/** `says` where the vendor's own words are known, or ours would tell too much. */
type Sound = { readonly status: number; readonly code: string; readonly says?: string }

/**
 * Codes marked "vendor" are documented; the others are ours, made after the same pattern: letters
 * of the module, a zero, and digits that begin with the class of the status.
 */
const SOUNDS = {
  body_malformed: { status: 400, code: "XPA04000" },
  body_invalid: { status: 400, code: "XPA04000" },
  body_too_large: { status: 413, code: "XPA04013" },
  media_type_unsupported: { status: 415, code: "XPA04015" },
  route_not_found: { status: 404, code: "XCX04304" },
  method_not_allowed: { status: 405, code: "XCX04305" },
  unauthorized: { status: 401, code: "XCX04140" },
  forbidden: { status: 403, code: "XCX04143" },
  too_many_requests: { status: 429, code: "XCX04680" },
  unavailable: { status: 503, code: "XCX05030" },
  // vendor
  internal: { status: 500, code: "XPA05170", says: "Internal error" },
  // vendor
  company_not_found: { status: 404, code: "XCX04325" },
  // vendor
  product_not_found: { status: 404, code: "RPA04345" },
  // vendor
  amount_out_of_range: { status: 400, code: "RPA04041" },
  identifier_invalid: { status: 400, code: "XPA04001" },
  // vendor
  reference_in_use: { status: 409, code: "XPA04626", says: "externalPaymentId was used before" },
  reference_conflict: { status: 409, code: "XPA04626", says: "externalPaymentId was used before" },
  // vendor
  identifier_limit_reached: { status: 429, code: "RPA04680" },
  balance_insufficient: { status: 400, code: "XPA04402", says: "Insufficient balance" },
  payment_not_found: { status: 404, code: "XPA04340", says: "There is no such operation" },
  method_not_offered: {
    status: 403,
    code: "XCX04143",
    says: "Recharges are not enabled for this client",
  },
  // None of these can come of what this API offers; they are told as what they are.
  customer_not_found: { status: 404, code: "XPA04340" },
  instrument_not_found: { status: 404, code: "XPA04340" },
  instrument_not_active: { status: 400, code: "XPA04000" },
  instrument_ended: { status: 400, code: "XPA04000" },
  idempotency_conflict: { status: 409, code: "XPA04626" },
  payment_not_open: { status: 409, code: "XPA04627" },
  payment_has_open_attempt: { status: 409, code: "XPA04627" },
  refund_too_large: { status: 400, code: "XPA04000" },
  refund_not_possible: { status: 400, code: "XPA04000" },
  refund_receiver_missing: { status: 400, code: "XPA04000" },
  quote_unavailable: { status: 503, code: "XCX05030" },
  address_unavailable: { status: 503, code: "XCX05030" },
  simulation_not_possible: { status: 400, code: "XPA04000" },
  lease_lost: { status: 503, code: "XCX05030" },
  endpoint_disabled: { status: 400, code: "XPA04000" },
  message_deleted: { status: 400, code: "XPA04000" },
} as const satisfies Record<ProblemCode, Sound>

/** Fields whose problems have a code of their own; the first two are the vendor's. */
const FIELDS: Readonly<Record<string, string>> = { productId: "XPA04023", amount: "RPA04022" }

/** A login that failed: the vendor's code and words, the same whichever of the two was wrong. */
export const WRONG_LOGIN: Problem = {
  code: "unauthorized",
  field: "password",
  message: "Username or password are incorrect.",
}
const WRONG_LOGIN_CODE = "ALO04140"

/** A problem as this API answers it. */
export function problem({ code, field, message }: Problem, requestId: string): WireAnswer {
  const sound: Sound = SOUNDS[code]
  const own = code === "body_invalid" ? FIELDS[field ?? ""] : undefined
  const login = code === "unauthorized" && field === WRONG_LOGIN.field
  return {
    status: sound.status,
    // A fault may come after a page of the catalogue was promised to hold for an hour.
    headers: { "cache-control": "no-store" },
    body: {
      code: login ? WRONG_LOGIN_CODE : (own ?? sound.code),
      message: sound.says ?? message,
      ...traceOf(requestId),
    },
  }
}

/** Why an operator did not deliver, in words for whoever reads the client's log. */
const REASONS = {
  not_enough_funds: "not enough funds",
  declined_by_bank: "declined",
  invalid_account: "the number does not exist",
  account_blocked: "the number is blocked",
  holder_mismatch: "the holder does not match",
  limit_exceeded: "a limit was exceeded",
  mandate_revoked: "the permission was revoked",
  returned_by_bank: "it was given back",
  operator_unavailable: "the operator is not available",
  invalid_identifier: "the number is not one of its customers",
  expired: "it took too long",
  cancelled_by_payer: "it was cancelled",
  cancelled_by_merchant: "it was cancelled",
  other: "no reason was given",
} as const satisfies Record<Reason, string>

/** The answer to a recharge that its operator refused: the vendor's "provider error". */
export function providerError(reason: Reason | null, requestId: string, tx: string): WireAnswer {
  const message = `Provider error: ${REASONS[reason ?? "other"]}`
  return { status: 500, body: { code: "XX05000", message, ...traceOf(requestId, tx) } }
}
