/** Reads what was answered under an Idempotency-Key; only the engine writes it. */
import type { Queries } from "../../db/database.ts"
import type { Bound, StoredAnswer } from "../fold.ts"
import type { Keyring } from "../seal.ts"
import type { AnswerRow } from "./schema.ts"
import { SEALED } from "./sealed.ts"

/** The answer to this very request under its key; null for none, or for another request. */
export async function findAnswer(
  db: Queries,
  keyring: Keyring,
  { key, fingerprint }: Bound,
  now: Date,
): Promise<StoredAnswer | null> {
  const { rows } = await db.query<Pick<AnswerRow, "status" | "bodySealed">>(
    `select status, body_sealed as "bodySealed" from answers
where key = $1 and fingerprint = $2 and expires_at > $3`,
    [key, fingerprint, now],
  )
  const [row] = rows
  if (!row) return null
  return { status: row.status, body: keyring.unseal(row.bodySealed, SEALED.answer).toString() }
}
