/**
 * The closed sets of ways in which business says no: refusals to a caller, reasons on a payment.
 */

/** Why a command was refused. Each dialect says how each of them sounds on its wire. */
export const REFUSALS = [
  "payment_not_found",
  "customer_not_found",
  "instrument_not_found",
  "instrument_not_active",
  "instrument_ended",
  "company_not_found",
  "product_not_found",
  "reference_in_use",
  "reference_conflict",
  "idempotency_conflict",
  "amount_out_of_range",
  "identifier_invalid",
  "identifier_limit_reached",
  "balance_insufficient",
  "payment_not_open",
  "payment_has_open_attempt",
  "refund_too_large",
  "refund_not_possible",
  "refund_receiver_missing",
  "method_not_offered",
  "quote_unavailable",
  "address_unavailable",
  "simulation_not_possible",
  "lease_lost",
  "endpoint_disabled",
  "message_deleted",
] as const
export type RefusalCode = (typeof REFUSALS)[number]

/**
 * A no, with one English sentence that says what was wrong (and names the field, if there is one).
 */
export type Refusal = { readonly refused: RefusalCode; readonly message: string }

/** Makes a refusal. */
export function refuse(refused: RefusalCode, message: string): Refusal {
  return { refused, message }
}

/** Tells a refusal from an answer. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === "object" && value !== null && "refused" in value
}

/** Why a payment, an attempt or an instrument ended as it did. */
export const REASONS = [
  "not_enough_funds",
  "declined_by_bank",
  "invalid_account",
  "account_blocked",
  "holder_mismatch",
  "limit_exceeded",
  "mandate_revoked",
  "returned_by_bank",
  "operator_unavailable",
  "invalid_identifier",
  "expired",
  "cancelled_by_payer",
  "cancelled_by_merchant",
  "other",
] as const
export type Reason = (typeof REASONS)[number]

/** A rule of ours was broken: a bug, never an answer. */
export class Bug extends Error {
  override name = "Bug"
}

/** Stops with a `Bug` when `condition` does not hold. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Bug(message)
}
