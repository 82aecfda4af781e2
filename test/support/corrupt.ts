/** Breaks what the database guards, as a mistake or an attacker with its owner's rights could. */
import type { Database } from "../../src/db/database.ts"

/** Tables whose triggers are off meanwhile. */
export const GUARDED = ["audit_log", "audit_head", "events", "transfers"]

/** Runs statements with no trigger in their way, all of them or none. */
export async function corrupt(database: Database, ...statements: readonly string[]): Promise<void> {
  const triggers = (how: string) =>
    GUARDED.map((table) => `alter table ${table} ${how} trigger user`).join("; ")
  await database.transaction(async (transaction) => {
    await transaction.script(triggers("disable"))
    for (const statement of statements) await transaction.script(statement)
    // A trigger that waits for the commit would keep its table from being altered.
    await transaction.script("set constraints all immediate")
    await transaction.script(triggers("enable"))
  })
}
