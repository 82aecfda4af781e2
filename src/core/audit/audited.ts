/** Writes down what somebody did, in the commit that does it. */
import type { Clock } from "../../clock.ts"
import type { Database, Queries, Transaction } from "../../db/database.ts"
import { type Actor, contentOf, type Entry } from "./entry.ts"
import { appendCall } from "./store.ts"

export type AuditParts = {
  readonly database: Database
  readonly clock: Clock
  /** Null where nobody acts but the gateway itself, or a merchant by its own API. */
  readonly by: Actor | null
}

/** Appends an entry in a transaction. It is its last statement: all appends wait for one row. */
export async function append(db: Queries, { by, clock }: AuditParts, entry: Entry): Promise<void> {
  if (by === null) return
  const { text, params = [] } = appendCall([contentOf(entry, by, clock.now())])
  await db.query(text, params)
}

/** Does `work` and appends what `told` makes of its answer, all of it or nothing. */
export function audited<Answer>(
  parts: AuditParts,
  work: (transaction: Transaction) => Promise<Answer>,
  told: (answer: Answer) => Entry | null,
): Promise<Answer> {
  return parts.database.transaction(async (transaction) => {
    const answer = await work(transaction)
    const entry = told(answer)
    if (entry) await append(transaction, parts, entry)
    return answer
  })
}
