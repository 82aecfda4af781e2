/** Lets nodes that share a database do something one after the other. */
import type { Database } from "./database.ts"

/** An arbitrary number, the same for every node; another than that of migrations. */
const LOCK = 4_277_021_966
/** Longer than what is done in turn takes on a busy machine, for each of a few nodes. */
const TURN_MS = 60_000

/**
 * Runs `work` while no other node runs its own. The turn ends with this process or its connection,
 * so nobody waits for the dead; `work` itself need not be one transaction. Throws when the turn
 * doesn't come within a minute.
 */
export async function inTurn<Answer>(
  database: Pick<Database, "transaction">,
  work: () => Promise<Answer>,
): Promise<Answer> {
  return database.transaction(async (transaction) => {
    await transaction.script(
      `set local statement_timeout = 0; set local lock_timeout = ${TURN_MS};
       set local idle_in_transaction_session_timeout = ${TURN_MS};
       select pg_advisory_xact_lock(${LOCK})`,
    )
    return work()
  })
}
