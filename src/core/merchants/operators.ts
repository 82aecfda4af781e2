/** Operators: who books money that came in for merchants, without being one of them. */
import type { Clock, Ids } from "../../clock.ts"
import type { Database } from "../../db/database.ts"
import { hashSecret } from "../seal.ts"
import * as store from "./store/operators.ts"

type Parts = { readonly database: Database; readonly clock: Clock; readonly ids: Ids }

/** The prefix lets scanners of leaked secrets recognise one, and tells it from a merchant's. */
const PREFIX = "co_"
const KEY_BYTES = 32

/** Makes an operator's key in the clear: it is shown once and stored as a hash. */
export function newOperatorKey(ids: Pick<Ids, "bytes">): string {
  return PREFIX + ids.bytes(KEY_BYTES).toString("base64url")
}

/** Stores a key by its hash; one that is stored already stays as it is, also revoked. */
export async function addOperatorKey(
  { database, clock, ids }: Parts,
  name: string,
  key: string,
): Promise<store.OperatorKey> {
  const fresh: store.OperatorKey = {
    id: ids.next(),
    name,
    lookup: hashSecret(key),
    createdAt: clock.now(),
    revokedAt: null,
  }
  return store.insertOperatorKey(database, fresh)
}
