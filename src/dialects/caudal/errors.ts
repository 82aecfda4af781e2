/** How each problem sounds here: problem details (RFC 9457) with a code that programs can tell. */
import type { Problem, ProblemCode, WireAnswer } from "../dialect.ts"
import { VERSION_HEADER } from "./version.ts"

/** `code` where ours would not fit: queries and paths are requests, too. */
type Sound = { readonly status: number; readonly title: string; readonly code?: string }

const SOUNDS = {
  payment_not_found: { status: 404, title: "Payment not found" },
  customer_not_found: { status: 404, title: "Customer not found" },
  instrument_not_found: { status: 404, title: "Instrument not found" },
  instrument_not_active: { status: 409, title: "Instrument not active" },
  instrument_ended: { status: 409, title: "Instrument ended" },
  company_not_found: { status: 404, title: "Company not found" },
  product_not_found: { status: 404, title: "Product not found" },
  reference_in_use: { status: 409, title: "Reference in use" },
  reference_conflict: { status: 409, title: "Reference of something else" },
  idempotency_conflict: { status: 422, title: "Idempotency-Key of another request" },
  amount_out_of_range: { status: 422, title: "Amount out of range" },
  identifier_invalid: { status: 422, title: "Identifier not valid" },
  identifier_limit_reached: { status: 429, title: "Limit of an identifier reached" },
  balance_insufficient: { status: 409, title: "Balance insufficient" },
  payment_not_open: { status: 409, title: "Payment not open" },
  payment_has_open_attempt: { status: 409, title: "An attempt is under way" },
  refund_too_large: { status: 409, title: "Refund too large" },
  refund_not_possible: { status: 409, title: "Refund not possible" },
  method_not_offered: { status: 409, title: "Method not offered" },
  quote_unavailable: { status: 503, title: "No exchange rate now" },
  address_unavailable: { status: 503, title: "No fresh address now" },
  refund_receiver_missing: { status: 422, title: "Receiver of the refund missing" },
  simulation_not_possible: { status: 409, title: "Simulation not possible" },
  lease_lost: { status: 409, title: "Overtaken by another change" },
  endpoint_disabled: { status: 409, title: "Endpoint disabled" },
  message_deleted: { status: 409, title: "Message deleted for its age" },
  body_malformed: { status: 400, title: "Request malformed", code: "request_malformed" },
  body_invalid: { status: 400, title: "Request not valid", code: "request_invalid" },
  body_too_large: { status: 413, title: "Body too large" },
  media_type_unsupported: { status: 415, title: "Media type not supported" },
  route_not_found: { status: 404, title: "Not found", code: "not_found" },
  method_not_allowed: { status: 405, title: "Method not allowed" },
  unauthorized: { status: 401, title: "Unauthorized" },
  forbidden: { status: 403, title: "Forbidden" },
  too_many_requests: { status: 429, title: "Too many requests" },
  unavailable: { status: 503, title: "Unavailable" },
  internal: { status: 500, title: "Internal error" },
} as const satisfies Record<ProblemCode, Sound>

/** Every code that an answer may have: each has its words in docs/problems.md. */
export const PROBLEM_CODES: readonly string[] = [
  ...new Set(Object.entries(SOUNDS).map(([own, { code = own }]: [string, Sound]) => code)),
].sort()

export const PROBLEM_TYPE = "application/problem+json; charset=utf-8"

/** RFC 9110 wants a 401 to say which scheme is expected. */
const CHALLENGE = { "www-authenticate": "Bearer" }

/** A problem as this API answers it. `errors` is there when several members were wrong. */
export function problem(about: Problem, requestId: string, publicUrl: string): WireAnswer {
  const { message, field, details = [] } = about
  const { status, title, code = about.code }: Sound = SOUNDS[about.code]
  return {
    status,
    headers: { "content-type": PROBLEM_TYPE, ...VERSION_HEADER, ...(status === 401 && CHALLENGE) },
    body: {
      type: `urn:caudal:problem:${code}`,
      title,
      status,
      detail: message,
      code,
      ...(field && { field }),
      ...(details.length > 1 && { errors: details }),
      docs_url: `${publicUrl}/docs/problems#${code}`,
      request_id: requestId,
    },
  }
}
