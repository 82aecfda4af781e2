/** What a key of the native API may be kept to: scopes, as `what:how`. Pure. */

/** Of merchants' keys. Which route needs which is a table of the native API. */
export const SCOPES = [
  "payments:read",
  "payments:write",
  "refunds:read",
  "refunds:write",
  "customers:read",
  "customers:write",
  "books:read",
  "webhooks:read",
  "webhooks:write",
  "sandbox:write",
] as const

/** Of operators' keys. */
export const OPERATOR_SCOPES = ["top-ups:write", "balances:read"] as const

export type Scope = (typeof SCOPES)[number]
export type OperatorScope = (typeof OPERATOR_SCOPES)[number]

/**
 * Whether a key may do what needs a scope; null stands for a key that may do all. Who may write
 * something may read it: answers to writes show it anyway.
 */
export function allows(scopes: readonly string[] | null, needed: string): boolean {
  if (scopes === null || scopes.includes(needed)) return true
  const [what, how] = needed.split(":")
  return how === "read" && scopes.includes(`${what}:write`)
}
