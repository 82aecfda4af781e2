/** What this API refuses with, and what of it is ours to hear: a table of its codes. */
import type { Reason } from "../../core/index.ts"

export type Refused = {
  readonly status: number
  readonly reason: Reason
  /** What somebody has to see to, as the end of a sentence about the provider; null for nothing. */
  readonly loud: string | null
  /** Whether every recharge is refused so, until somebody has seen to it. */
  readonly isLasting: boolean
}

const refused = (status: number, reason: Reason, loud: string | null = null): Refused => ({
  status,
  reason,
  loud,
  isLasting: false,
})
const lasting = (status: number, loud: string): Refused => ({
  ...refused(status, "operator_unavailable", loud),
  isLasting: true,
})

const CATALOGUE = "sells something else than our catalogue says: import it anew"
const FIELD = "takes a field of ours for wrong"
const KEY = "refuses our key, or recharges are not enabled for us"
const PLACE = "knows no such path: check the base URL"
const OFTEN = "is asked too often"
const TOKEN = "takes none of our tokens"
const WALLET = "has no money of ours left: top the wallet up"

/**
 * Refusals that create nothing, so that nothing has moved. A code counts with its own status only:
 * with another, somebody else may be speaking.
 */
const REFUSALS: Readonly<Record<string, Refused>> = {
  XPA04000: refused(400, "operator_unavailable", FIELD),
  XPA04001: refused(400, "invalid_identifier"),
  XPA04023: refused(400, "operator_unavailable", FIELD),
  RPA04022: refused(400, "operator_unavailable", FIELD),
  RPA04041: refused(400, "operator_unavailable", CATALOGUE),
  XPA04402: lasting(400, WALLET),
  XCX04140: lasting(401, TOKEN),
  XCX04143: lasting(403, KEY),
  XCX04304: lasting(404, PLACE),
  XCX04325: refused(404, "operator_unavailable", CATALOGUE),
  RPA04345: refused(404, "operator_unavailable", CATALOGUE),
  XCX04305: lasting(405, PLACE),
  XPA04013: refused(413, "operator_unavailable", FIELD),
  XPA04015: refused(415, "operator_unavailable", FIELD),
  RPA04680: refused(429, "limit_exceeded"),
  XCX04680: refused(429, "operator_unavailable", OFTEN),
}

/** What the vendor answers with a status and without a code, before a request gets anywhere. */
const WITHOUT_CODE: readonly Refused[] = [
  lasting(401, TOKEN),
  lasting(403, KEY),
  refused(429, "operator_unavailable", OFTEN),
]

/** The operator, not the provider, said no: it is well. */
export const OPERATOR_REFUSED = "XX05000"
/** The id was used before, by this very order. */
export const DUPLICATE = "XPA04626"

/** What is meant by a status with a code (null for none); null for what isn't known. */
export function refusedBy(status: number, code: string | null): Refused | null {
  if (code === null) return WITHOUT_CODE.find((each) => each.status === status) ?? null
  const known = Object.hasOwn(REFUSALS, code) ? REFUSALS[code]! : null
  return known?.status === status ? known : null
}
