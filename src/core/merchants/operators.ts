/** Operators: who books money that came in for merchants, without being one of them. */
import type { Ids } from "../../clock.ts"
import { type AuditParts, append, audited } from "../audit/audited.ts"
import { differences } from "../audit/entry.ts"
import { hashSecret } from "../seal.ts"
import { flawIn, hintOf, type KeyFlaw, type KeyTerms } from "./key-terms.ts"
import { ENDED, isInUse, KEY_OVERLAP_MAX_S, ROLLED, sameLifetime, UNKNOWN } from "./keys.ts"
import type { OperatorScope } from "./scopes.ts"
import * as store from "./store/operators.ts"

type Parts = AuditParts & { readonly ids: Ids }

/** The prefix lets scanners of leaked secrets recognise one, and tells it from a merchant's. */
const PREFIX = "co_"
const KEY_BYTES = 32

/** Makes an operator's key in the clear: it is shown once and stored as a hash. */
export function newOperatorKey(ids: Pick<Ids, "bytes">): string {
  return PREFIX + ids.bytes(KEY_BYTES).toString("base64url")
}

/** What is said of a new key beside its holder's name. */
export type NewOperatorKey = Omit<KeyTerms, "name"> & {
  /** Made once by whoever asks, so that asking twice makes one; left out, it is made here. */
  readonly id?: string | undefined
}

/**
 * Stores a key by its hash; one that is stored already stays as it is, also revoked. What is asked
 * of the key has been looked at with `flawIn`: scopes that don't exist are the caller's bug.
 */
export async function addOperatorKey(
  parts: Parts,
  name: string,
  key: string,
  { id: given, ...terms }: NewOperatorKey = {},
): Promise<store.OperatorKey & { readonly isNew: boolean }> {
  const fresh = keyOf(parts, given ?? parts.ids.next(), name, key, terms)
  const added = await audited(
    parts,
    (tx) => store.insertOperatorKey(tx, fresh),
    (stored) => ({
      action: "operator-key.add",
      merchantId: null,
      subject: stored.id,
      outcome: isNew(stored) ? "done" : "unchanged",
      change: isNew(stored) ? differences(null, told(fresh)) : {},
    }),
  )
  return { ...added, isNew: isNew(added) }

  function isNew({ id, lookup }: store.OperatorKey): boolean {
    return id === fresh.id && lookup === fresh.lookup
  }
}

function keyOf(
  { clock }: Parts,
  id: string,
  name: string,
  key: string,
  { scopes = null, expiresAt = null }: KeyTerms,
): store.OperatorKey {
  return {
    id,
    name,
    lookup: hashSecret(key),
    hint: hintOf({ kind: "key", key }),
    scopes: scopes as readonly OperatorScope[] | null,
    createdAt: clock.now(),
    expiresAt,
    lastUsedAt: null,
    revokedAt: null,
    rolledTo: null,
  }
}

function told({ name, scopes, expiresAt }: store.OperatorKey) {
  return { name, scopes, expiresAt: expiresAt?.toISOString() ?? null }
}

/**
 * Puts a new key in the place of one, which is taken for as long as the overlap, in seconds. The
 * new one has its name and scopes, and the end that is given, or lasts as long as the old one.
 */
export async function rollOperatorKey(
  parts: Parts,
  old: string,
  key: string,
  how: {
    readonly overlapSeconds: number
    readonly expiresAt?: Date | null | undefined
    readonly id?: string | undefined
  },
): Promise<store.OperatorKey | { readonly wrong: KeyFlaw }> {
  const now = parts.clock.now()
  const overlapS = Math.min(Math.max(how.overlapSeconds, 0), KEY_OVERLAP_MAX_S)
  const endsAt = new Date(now.getTime() + overlapS * 1_000)
  return parts.database.transaction(async (tx) => {
    const before = await store.lockOperatorKey(tx, old)
    if (!before) return { wrong: UNKNOWN }
    if (before.rolledTo !== null) return { wrong: ROLLED }
    if (!isInUse(before, now)) return { wrong: ENDED }
    const { name, scopes } = before
    const expiresAt = how.expiresAt === undefined ? sameLifetime(before, now) : how.expiresAt
    const wrong = flawIn({ expiresAt }, null, now)
    if (wrong) return { wrong }
    const fresh = keyOf(parts, how.id ?? parts.ids.next(), name, key, { scopes, expiresAt })
    await store.insertOperatorKey(tx, fresh)
    await store.rollOperatorKey(tx, old, fresh.id, endsAt)
    await append(tx, parts, {
      action: "operator-key.roll",
      merchantId: null,
      subject: old,
      outcome: "done",
      change: differences(
        { expiresAt: before.expiresAt?.toISOString() ?? null },
        { key: fresh.id, expiresAt: endsAt.toISOString() },
      ),
    })
    return fresh
  })
}

/** Ends a key: whether it was in use, or null when there is none. */
export function revokeOperatorKey(parts: AuditParts, id: string): Promise<boolean | null> {
  const now = parts.clock.now()
  return audited(
    parts,
    (tx) => store.revokeOperatorKey(tx, id, now),
    (ended) =>
      ended === null
        ? null
        : {
            action: "operator-key.revoke",
            merchantId: null,
            subject: id,
            outcome: ended ? "done" : "unchanged",
            change: ended ? differences(null, { revokedAt: now.toISOString() }) : {},
          },
  )
}
