/** Operators: who books money that came in for merchants, without being one of them. */
import type { Ids } from "../../clock.ts"
import { type AuditParts, audited } from "../audit/audited.ts"
import { differences } from "../audit/entry.ts"
import { hashSecret } from "../seal.ts"
import * as store from "./store/operators.ts"

type Parts = AuditParts & { readonly ids: Ids }

/** The prefix lets scanners of leaked secrets recognise one, and tells it from a merchant's. */
const PREFIX = "co_"
const KEY_BYTES = 32

/** Makes an operator's key in the clear: it is shown once and stored as a hash. */
export function newOperatorKey(ids: Pick<Ids, "bytes">): string {
  return PREFIX + ids.bytes(KEY_BYTES).toString("base64url")
}

/** Stores a key by its hash; one that is stored already stays as it is, also revoked. */
export async function addOperatorKey(
  parts: Parts,
  name: string,
  key: string,
): Promise<store.OperatorKey> {
  const { clock, ids } = parts
  const fresh: store.OperatorKey = {
    id: ids.next(),
    name,
    lookup: hashSecret(key),
    createdAt: clock.now(),
    revokedAt: null,
  }
  return audited(
    parts,
    (tx) => store.insertOperatorKey(tx, fresh),
    ({ id }) => ({
      action: "operator-key.add",
      merchantId: null,
      subject: id,
      outcome: id === fresh.id ? "done" : "unchanged",
      change: id === fresh.id ? differences(null, { name }) : {},
    }),
  )
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
