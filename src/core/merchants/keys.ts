/** Gives merchants credentials, puts new ones in the place of old ones, and ends them. */
import type { Clock, Ids } from "../../clock.ts"
import type { Database, Queries, Transaction } from "../../db/database.ts"
import { append, audited } from "../audit/audited.ts"
import { type Actor, differences } from "../audit/entry.ts"
import type { Passwords } from "../password.ts"
import type { DialectName } from "../payments/payment.ts"
import { flawIn, hintOf, type KeyFlaw, type KeyTerms } from "./key-terms.ts"
import type { Scope } from "./scopes.ts"
import { credentialLookup, type Secret, verifierOf } from "./secret.ts"
import * as store from "./store/credentials.ts"
import { lockMerchant } from "./store.ts"

export type KeyParts = {
  readonly database: Database
  readonly clock: Clock
  readonly ids: Ids
  readonly passwords: Passwords
  /** Who is written down as having done it; null for nobody. */
  readonly by: Actor | null
}

/** In use at a time, of a merchant in a dialect: more than anybody can tell apart. */
export const ISSUES_MAX = 50
/** How long an old key may be taken beside the one that took its place. */
export const KEY_OVERLAP_MAX_S = 30 * 86_400

export type NewIssue = KeyTerms & {
  /** Made once by whoever asks, so that asking twice makes one; left out, it is made here. */
  readonly issueId?: string | undefined
}

type Refused = { readonly wrong: KeyFlaw }

/** Stores a credential by what can prove it, with no name, all scopes and no end. */
export async function addCredential(
  parts: KeyParts,
  merchantId: string,
  dialect: DialectName,
  secret: Secret,
): Promise<store.Credential> {
  return (await addCredentials(parts, merchantId, dialect, [secret]))[0]!
}

/** The same of credentials that belong together, all of them or none. */
export async function addCredentials(
  parts: KeyParts,
  merchantId: string,
  dialect: DialectName,
  secrets: readonly Secret[],
): Promise<readonly store.Credential[]> {
  const place = { merchantId, dialect, issueId: parts.ids.next() }
  const made = await credentialsOf(parts, place, secrets, {})
  return parts.database.transaction((tx) => insertAll(parts, tx, made))
}

/** Stores credentials as they were asked for, all of them or none; or says what is wrong. */
export async function issueKeys(
  parts: KeyParts,
  merchantId: string,
  dialect: DialectName,
  secrets: readonly Secret[],
  { issueId = parts.ids.next(), ...terms }: NewIssue = {},
): Promise<readonly store.Credential[] | Refused> {
  const now = parts.clock.now()
  const wrong = flawIn(terms, dialect, now)
  if (wrong) return { wrong }
  // Passwords are hashed before anything is locked: it takes long.
  const made = await credentialsOf(parts, { merchantId, dialect, issueId }, secrets, terms)
  return unlessTaken(issueId, () =>
    parts.database.transaction(async (tx) => {
      // Whoever counts does it alone.
      await lockMerchant(tx, merchantId)
      const count = await store.countIssues(tx, merchantId, dialect, now)
      if (count >= ISSUES_MAX) return { wrong: tooMany(dialect) }
      return insertAll(parts, tx, made)
    }),
  )
}

/**
 * Puts new credentials in the place of an issue. The old ones are taken for as long as the overlap,
 * in seconds, or end at once; the new ones have their name and scopes, and the end that is given:
 * left out, they have as long to go as the old ones had when they were made.
 */
export async function rollKeys(
  parts: KeyParts,
  merchantId: string,
  old: string,
  secrets: readonly Secret[],
  how: {
    readonly overlapSeconds: number
    readonly expiresAt?: Date | null | undefined
    readonly issueId?: string | undefined
  },
): Promise<readonly store.Credential[] | Refused> {
  const { issueId = parts.ids.next() } = how
  const now = parts.clock.now()
  const [known] = (await store.listCredentials(parts.database, merchantId)).filter(
    (each) => each.issueId === old,
  )
  if (!known) return { wrong: UNKNOWN }
  const { dialect, name, scopes } = known
  const expiresAt = how.expiresAt === undefined ? sameLifetime(known, now) : how.expiresAt
  const wrong = flawIn({ expiresAt }, dialect, now)
  if (wrong) return { wrong }
  const place = { merchantId, dialect, issueId }
  const made = await credentialsOf(parts, place, secrets, { name, scopes, expiresAt })
  const overlapS = Math.min(Math.max(how.overlapSeconds, 0), KEY_OVERLAP_MAX_S)
  const endsAt = new Date(now.getTime() + overlapS * 1_000)
  return unlessTaken(issueId, () =>
    parts.database.transaction(async (tx) => {
      const before = await store.lockIssue(tx, merchantId, old)
      const inUse = before.filter((each) => isInUse(each, now))
      if (before.some(({ rolledTo }) => rolledTo !== null)) return { wrong: ROLLED }
      if (inUse.length === 0) return { wrong: ENDED }
      const ids = inUse.map(({ id }) => id)
      await store.rollCredentials(tx, ids, issueId, endsAt)
      await store.insertCredentials(tx, made)
      await append(tx, parts, {
        action: "key.roll",
        merchantId,
        subject: old,
        outcome: "done",
        change: differences(
          { expiresAt: inUse[0]!.expiresAt?.toISOString() ?? null },
          { dialect, issue: issueId, expiresAt: endsAt.toISOString() },
        ),
      })
      return made
    }),
  )
}

/** The end of what takes a key's place now, so that it lasts as long as that one was to. */
export function sameLifetime(
  { createdAt, expiresAt }: Pick<store.Credential, "createdAt" | "expiresAt">,
  now: Date,
): Date | null {
  return expiresAt && new Date(now.getTime() + expiresAt.getTime() - createdAt.getTime())
}

/** Ends a credential; false when there is none, or it ended before. */
export function revokeCredential(
  parts: KeyParts,
  merchantId: string,
  id: string,
): Promise<boolean> {
  const now = parts.clock.now()
  return audited(
    parts,
    async (tx) => (await store.revokeCredentials(tx, merchantId, [id], now)) > 0,
    (ended) => revoked(merchantId, id, ended ? now : null),
  )
}

/** Ends all credentials of an issue: whether any was in use, or null when there is none. */
export function revokeIssue(
  parts: KeyParts,
  merchantId: string,
  issueId: string,
): Promise<boolean | null> {
  const now = parts.clock.now()
  return audited(
    parts,
    async (tx) => {
      const ids = (await store.lockIssue(tx, merchantId, issueId)).map(({ id }) => id)
      if (ids.length === 0) return null
      return (await store.revokeCredentials(tx, merchantId, ids, now)) > 0
    },
    (ended) => (ended === null ? null : revoked(merchantId, issueId, ended ? now : null)),
  )
}

/** Whether a credential is taken at an instant. */
export function isInUse(
  { expiresAt, revokedAt }: Pick<store.Credential, "expiresAt" | "revokedAt">,
  now: Date,
): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt.getTime() > now.getTime())
}

function revoked(merchantId: string, subject: string, at: Date | null) {
  return {
    action: "key.revoke",
    merchantId,
    subject,
    outcome: at ? "done" : "unchanged",
    change: at ? differences(null, { revokedAt: at.toISOString() }) : {},
  } as const
}

async function credentialsOf(
  parts: KeyParts,
  place: Pick<store.Credential, "merchantId" | "dialect" | "issueId">,
  secrets: readonly Secret[],
  { name = null, scopes = null, expiresAt = null }: KeyTerms,
): Promise<store.Credential[]> {
  const createdAt = parts.clock.now()
  const rest = { createdAt, lastUsedAt: null, revokedAt: null, rolledTo: null }
  const made: store.Credential[] = []
  for (const [at, secret] of secrets.entries()) {
    made.push({
      ...place,
      // The first one bears the issue's id, which so can't be used twice.
      id: at === 0 ? place.issueId : parts.ids.next(),
      kind: secret.kind,
      lookup: credentialLookup(secret),
      verifier: await verifierOf(parts.passwords, secret),
      name,
      hint: hintOf(secret),
      scopes: scopes as readonly Scope[] | null,
      expiresAt,
      ...rest,
    })
  }
  return made
}

async function insertAll(
  parts: KeyParts,
  tx: Queries & Transaction,
  made: readonly store.Credential[],
): Promise<readonly store.Credential[]> {
  await store.insertCredentials(tx, made)
  for (const { id, merchantId, dialect, kind, name, scopes, expiresAt } of made) {
    const until = expiresAt?.toISOString() ?? null
    await append(tx, parts, {
      action: "key.add",
      merchantId,
      subject: id,
      outcome: "done",
      change: differences(null, { dialect, kind, name, scopes, expiresAt: until }),
    })
  }
  return made
}

async function unlessTaken<Answer>(
  issueId: string,
  work: () => Promise<Answer>,
): Promise<Answer | Refused> {
  try {
    return await work()
  } catch (error) {
    const { code, constraint, detail } = error as Readonly<Record<string, unknown>>
    if (code !== "23505") throw error
    const isIssue = constraint === "credentials_pkey" || String(detail).includes(issueId)
    return { wrong: isIssue ? REPEATED : TAKEN }
  }
}

function tooMany(dialect: DialectName): KeyFlaw {
  const message = `a merchant has at most ${ISSUES_MAX} keys in use for ${dialect}: revoke one`
  return { code: "too_many", field: null, message }
}

export const UNKNOWN: KeyFlaw = {
  code: "unknown",
  field: null,
  message: "there is no such key",
}
export const ENDED: KeyFlaw = {
  code: "ended",
  field: null,
  message: "this key has ended: there is nothing to put another one in the place of",
}
export const ROLLED: KeyFlaw = {
  code: "rolled",
  field: null,
  message: "another key was made in the place of this one before",
}
export const REPEATED: KeyFlaw = {
  code: "repeated",
  field: null,
  message: "this key was made before: it was shown then, and can't be shown again",
}
const TAKEN: KeyFlaw = {
  code: "taken",
  field: null,
  message: "such a key is there already",
}
