/** Reads much at once: from one snapshot of the database, in parts that fit into memory. */
import type { Database, Parameter, Transaction } from "../../db/database.ts"

/** Rows that are held in memory at a time. */
const ROWS_AT_ONCE = 250
/** A report waits for its reader, who may be a slow disk; the sessions' own limit is for nodes. */
const IDLE_MS = 600_000
/** Of one statement: a day of a large installation is read in seconds. */
const STATEMENT_MS = 600_000
/** The server says first that it took too long. */
const ANSWER = { answerMs: STATEMENT_MS + 2_000 }

/**
 * Runs `work` on the database as it is at one instant, whatever is written meanwhile. It changes
 * nothing.
 */
export function inSnapshot<Answer>(
  database: Database,
  work: (snapshot: Transaction) => Promise<Answer>,
): Promise<Answer> {
  return database.transaction(async (snapshot) => {
    await snapshot.script(`set transaction isolation level repeatable read, read only;
set local statement_timeout = ${STATEMENT_MS};
set local idle_in_transaction_session_timeout = ${IDLE_MS};
set local enable_hashjoin = on; set local jit = off`)
    return work(snapshot)
  }, ANSWER)
}

/** Passes all rows of a statement to `visit`, in parts, one after the other. */
export async function eachPart<Row>(
  snapshot: Transaction,
  cursor: { readonly name: string; readonly text: string; readonly params: readonly Parameter[] },
  visit: (rows: readonly Row[]) => Promise<void>,
): Promise<void> {
  const { name, text, params } = cursor
  await snapshot.query(`declare ${name} no scroll cursor for ${text}`, params)
  for (;;) {
    const { rows } = await snapshot.query<Row>(`fetch ${ROWS_AT_ONCE} from ${name}`)
    if (rows.length > 0) await visit(rows)
    if (rows.length < ROWS_AT_ONCE) break
  }
  await snapshot.query(`close ${name}`)
}
