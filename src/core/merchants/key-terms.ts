/** What somebody who makes a key says of it, and what is wrong with that; pure. */
import type { DialectName } from "../payments/payment.ts"
import { OPERATOR_SCOPES, SCOPES } from "./scopes.ts"
import type { Secret } from "./secret.ts"

/** What is left out is null: no name, all scopes, no end. */
export type KeyTerms = {
  readonly name?: string | null
  readonly scopes?: readonly string[] | null
  readonly expiresAt?: Date | null
}

/** Why a key isn't made. `message` is a sentence for whoever asked. */
export type KeyFlaw = {
  readonly code:
    | "name_invalid"
    | "scopes_none"
    | "scopes_unknown"
    | "scopes_not_here"
    | "expiry_past"
    | "expiry_far"
    | "too_many"
    | "taken"
    | "repeated"
    | "unknown"
    | "ended"
    | "rolled"
  readonly field: "name" | "scopes" | "expiresAt" | null
  readonly message: string
}

export const KEY_NAME_MAX = 80
/** An end that is further away is a slip of the year, and as good as none. */
export const KEY_DAYS_MAX = 3_660
const DAY_MS = 86_400_000

/** What the first thing is that is wrong; null when nothing is. `dialect` is null for operators. */
export function flawIn(
  { name = null, scopes = null, expiresAt = null }: KeyTerms,
  dialect: DialectName | null,
  now: Date,
): KeyFlaw | null {
  return flawInName(name) ?? flawInScopes(scopes, dialect) ?? flawInExpiry(expiresAt, now)
}

function flawInName(name: string | null): KeyFlaw | null {
  if (name === null) return null
  const isText = name.trim() === name && name !== "" && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)
  if (isText && name.length <= KEY_NAME_MAX) return null
  const message = `a key's name is one line of 1 to ${KEY_NAME_MAX} characters`
  return { code: "name_invalid", field: "name", message }
}

function flawInScopes(
  scopes: readonly string[] | null,
  dialect: DialectName | null,
): KeyFlaw | null {
  if (scopes === null) return null
  const flaw = (code: KeyFlaw["code"], message: string) =>
    ({ code, field: "scopes", message }) as const
  if (dialect !== null && dialect !== "caudal") {
    const message = `only keys of the native API have scopes: ${dialect} knows none`
    return flaw("scopes_not_here", message)
  }
  const known: readonly string[] = dialect === null ? OPERATOR_SCOPES : SCOPES
  if (scopes.length === 0) return flaw("scopes_none", "a key that may do nothing is of no use")
  const other = scopes.find((each) => !known.includes(each))
  if (other === undefined) return null
  return flaw("scopes_unknown", `there is no scope ${other}; there are: ${known.join(", ")}`)
}

function flawInExpiry(expiresAt: Date | null, now: Date): KeyFlaw | null {
  if (expiresAt === null) return null
  const leftMs = expiresAt.getTime() - now.getTime()
  // Written so that a date that is none is wrong, too.
  if (!(leftMs > 0)) {
    return { code: "expiry_past", field: "expiresAt", message: "a key has to end in the future" }
  }
  if (leftMs <= KEY_DAYS_MAX * DAY_MS) return null
  const message = `a key ends within ${KEY_DAYS_MAX} days, or never`
  return { code: "expiry_far", field: "expiresAt", message }
}

/** The last four characters of a new secret, for lists; a password's are nobody's business. */
export function hintOf(secret: Secret): string | null {
  if (secret.kind === "login") return null
  return (secret.kind === "key" ? secret.key : secret.secret).slice(-4)
}
