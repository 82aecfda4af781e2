/** What is said of a new key: its name, its scopes, its end, and how long the old one stays. */
import {
  isDay,
  KEY_OVERLAP_MAX_S,
  type KeyFlaw,
  type KeyTerms,
  OPERATOR_SCOPES,
  SCOPES,
} from "../core/index.ts"
import { CommandError, UsageError } from "./command.ts"
import { instant } from "./shell.ts"

const SCOPES_ABOUT = `of ${SCOPES.join(", ")}; an operator's of ${OPERATOR_SCOPES.join(", ")}`
const UNIT_S: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400 }
const NEVER = "never"
const SPAN = /^(\d{1,5})([mhd])$/
const TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?Z)?$/

/** The options of whoever makes a key. */
export const KEY_TERMS = {
  name: { value: "NAME", about: "for lists: what the key is for" },
  scopes: {
    value: "LIST",
    about: `what a key of the native API may do, with commas: ${SCOPES_ABOUT}; none given: all`,
  },
  expires: {
    value: "TIME",
    about: "when it ends: 90d, 12h, or a day or time in UTC like 2027-01-31T09:30Z; never",
  },
} as const

const OVERLAP_MAX = `${KEY_OVERLAP_MAX_S / 86_400}d`

/** The option of whoever puts a key in the place of another. */
export const OVERLAP = {
  value: "TIME",
  about: `how long the old one is taken yet: 24h (if left out), 30m, 7d; at most ${OVERLAP_MAX}`,
} as const
const OVERLAP_S = 86_400

type Given = { readonly [Name in keyof typeof KEY_TERMS]?: string | undefined }

/** What was given; throws `UsageError` for a time that can't be read. */
export function readTerms({ name, scopes, expires }: Given, now: Date): KeyTerms {
  return {
    name: name?.trim() ?? null,
    scopes: scopes === undefined ? null : readScopes(scopes),
    ...(expires !== undefined && { expiresAt: readEnd(expires, now) }),
  }
}

function readScopes(text: string): string[] {
  return [...new Set(text.split(",").map((each) => each.trim()))].filter((each) => each !== "")
}

function readEnd(text: string, now: Date): Date | null {
  const seconds = spanOf(text)
  if (text === NEVER) return null
  if (seconds !== null) return new Date(now.getTime() + seconds * 1_000)
  const isWhole = TIME.test(text) && isDay(text.slice(0, 10))
  const at = new Date(isWhole ? text : Number.NaN)
  if (!Number.isNaN(at.getTime())) return at
  throw new UsageError(`--expires ${text}: write 90d, 12h, or a time like 2027-01-31T09:30Z`)
}

/** How many seconds the old key is taken yet; throws `UsageError`. */
export function readOverlap(text: string | undefined): number {
  const seconds = text === undefined ? OVERLAP_S : text === "0" ? 0 : spanOf(text)
  if (seconds !== null && seconds <= KEY_OVERLAP_MAX_S) return seconds
  throw new UsageError(`--overlap ${text}: write a time like 24h, 30m, 7d or 0`)
}

function spanOf(text: string): number | null {
  const [, count, unit] = SPAN.exec(text) ?? []
  return count === undefined ? null : Number(count) * UNIT_S[unit!]!
}

/** What the core says is wrong, under the option's name. */
export function flawError({ field, message }: KeyFlaw): Error {
  if (field === null) return new CommandError(message)
  return new UsageError(`--${field === "expiresAt" ? "expires" : field}: ${message}`)
}

type Kept = {
  readonly name: string | null
  readonly scopes: readonly string[] | null
  readonly expiresAt: Date | null
}

/** What a new key is kept to, for whoever made it. */
export function termRows({ name, scopes, expiresAt }: Kept): [name: string, value: string][] {
  return [
    ...(name === null ? [] : [["name", name] as [string, string]]),
    ...(scopes === null ? [] : [["scopes", scopes.join(", ")] as [string, string]]),
    ...(expiresAt === null ? [] : [["ends", instant(expiresAt)] as [string, string]]),
  ]
}

type Listed = {
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
  readonly rolledTo: string | null
}

/** How a key stands, for lists. */
export function stateOf({ expiresAt, revokedAt, rolledTo }: Listed, now: Date): string {
  if (revokedAt) return `revoked ${instant(revokedAt)}`
  if (!expiresAt) return "in use"
  const isOver = expiresAt.getTime() <= now.getTime()
  return `${isOver ? "ended" : rolledTo ? "replaced, ends" : "in use, ends"} ${instant(expiresAt)}`
}
