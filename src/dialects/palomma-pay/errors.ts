/** How each problem sounds in Palomma Pay: a status, and one sentence that names the field. */
import type { Problem, ProblemCode, WireAnswer } from "../dialect.ts"

/** The status of each problem. */
export const STATUS = {
  payment_not_found: 404,
  customer_not_found: 404,
  instrument_not_found: 404,
  instrument_not_active: 400,
  instrument_ended: 409,
  company_not_found: 404,
  product_not_found: 404,
  reference_in_use: 409,
  reference_conflict: 409,
  idempotency_conflict: 422,
  amount_out_of_range: 400,
  identifier_invalid: 400,
  identifier_limit_reached: 429,
  balance_insufficient: 400,
  payment_not_open: 409,
  payment_has_open_attempt: 409,
  refund_too_large: 400,
  refund_not_possible: 409,
  refund_receiver_missing: 400,
  quote_unavailable: 503,
  address_unavailable: 503,
  method_not_offered: 400,
  simulation_not_possible: 409,
  lease_lost: 500,
  endpoint_disabled: 409,
  message_deleted: 409,
  body_malformed: 400,
  body_invalid: 400,
  body_too_large: 413,
  media_type_unsupported: 415,
  route_not_found: 404,
  method_not_allowed: 405,
  unauthorized: 401,
  forbidden: 401,
  too_many_requests: 429,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<ProblemCode, number>

/** A 401 says no more than that: a stranger learns nothing about keys. */
export function problem({ code, message }: Problem): WireAnswer {
  const status = STATUS[code]
  return { status, body: { message: status === 401 ? "Unauthorized" : message } }
}
