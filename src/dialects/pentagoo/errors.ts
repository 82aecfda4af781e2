/** How each problem sounds in Pentagoo: its one documented error shape, for every status. */
import type { Problem, ProblemCode, WireAnswer } from "../dialect.ts"

const PHRASES = {
  400: "Bad Request",
  401: "Unauthorized",
  404: "Not Found",
  405: "Method Not Allowed",
  413: "Payload Too Large",
  415: "Unsupported Media Type",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
} as const

/** The vendor documents no 409 or 422: whatever a merchant can set right is a 400. */
const STATUS = {
  payment_not_found: 404,
  customer_not_found: 404,
  instrument_not_found: 404,
  instrument_not_active: 400,
  instrument_ended: 400,
  company_not_found: 404,
  product_not_found: 404,
  reference_in_use: 400,
  reference_conflict: 400,
  idempotency_conflict: 400,
  amount_out_of_range: 400,
  identifier_invalid: 400,
  identifier_limit_reached: 429,
  balance_insufficient: 400,
  payment_not_open: 400,
  payment_has_open_attempt: 400,
  refund_too_large: 400,
  refund_not_possible: 400,
  refund_receiver_missing: 400,
  quote_unavailable: 503,
  address_unavailable: 503,
  method_not_offered: 400,
  simulation_not_possible: 400,
  lease_lost: 500,
  endpoint_disabled: 400,
  message_deleted: 400,
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
} as const satisfies Record<ProblemCode, keyof typeof PHRASES>

/** Long enough for every field of a request; proxies refuse much longer headers. */
const DETAIL_MAX = 1_000

/** The body is exactly the vendor's; what was wrong stands in a header of ours. */
export function problem({ code, message, details }: Problem): WireAnswer {
  const status = STATUS[code]
  const detail = (details ?? [message]).join("; ")
  return {
    status,
    headers: { "caudal-detail": detail.replace(/[^\x20-\x7e]/g, "?").slice(0, DETAIL_MAX) },
    body: { code: String(status), message: PHRASES[status] },
  }
}
