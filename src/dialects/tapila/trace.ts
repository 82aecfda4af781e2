/** The two ids on every answer of this API; pure. */
import { hash } from "node:crypto"

/** The id of this step, and of the transaction that it belongs to. */
export type Trace = { readonly tx: string; readonly mainTx: string }

/** A UUID in either case: a client compares its own with what it sent. */
const REQUEST_ID =
  /^(?:req_)?([0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$/i

/**
 * The ids of an answer. The transaction is the request's own id, so that a client who sends
 * `x-request-id` (a UUID) finds its own; any other id is made into one that stays the same for it.
 * `tx` is given where a fresh id can be had; an error's follows from its request.
 */
export function traceOf(requestId: string, tx?: string): Trace {
  const mainTx = REQUEST_ID.exec(requestId)?.[1] ?? derivedId("mainTx", requestId)
  return { tx: tx ?? derivedId("tx", requestId), mainTx }
}

function derivedId(purpose: string, from: string): string {
  const hex = hash("sha256", `${purpose}|${from}`, "hex")
  const head = `${hex.slice(0, 8)}-${hex.slice(8, 12)}`
  return `${head}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
