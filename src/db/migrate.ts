/**
 * Brings the database's schema forward: numbered SQL files, each applied once, in one transaction.
 */
import { createHash } from "node:crypto"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { classify } from "./classify.ts"
import type { Database, Queries, Transaction } from "./database.ts"

/** One file of the migrations folder. */
export type Migration = { number: number; name: string; sql: string; checksum: string }

/** Outside of functions (whose bodies end in `end;`) these words end the runner's transaction. */
const endsTransaction = /^\s*(commit|rollback|abort|end\s+transaction)\b[^;]*;/im

const fileName = /^(\d{4})_[a-z0-9_]+\.sql$/

/** An arbitrary number, the same for every node: whoever holds it is the one that migrates. */
const LOCK = 4_277_021_965
/** Other nodes wait this long for the one that migrates; then they start anew and look again. */
const WAIT_FOR_OTHERS_MS = 120_000
/**
 * Who waits for a table's lock keeps all others waiting behind it. So a migration that meets a long
 * reader, such as a back-up, steps back after this long, lets the nodes that work go on, and tries
 * again.
 */
const PATIENCE = { lockMs: 1_000, pauseMs: 1_000, tries: 60 }

/**
 * Reads the folder's migrations in order. Files that don't look like `0001_name.sql` are left alone
 * (the folder also holds the schema's description), but the numbers must have no gap and no double.
 */
export async function readMigrations(dir: string): Promise<Migration[]> {
  const names = (await readdir(dir)).filter((name) => fileName.test(name)).sort()
  return Promise.all(
    names.map(async (name, at) => {
      const number = Number(name.slice(0, 4))
      if (number !== at + 1) {
        const expected = String(at + 1).padStart(4, "0")
        throw new Error(`${join(dir, name)}: expected a migration with the number ${expected}`)
      }
      // A checkout with Windows line ends is the same migration.
      const sql = (await readFile(join(dir, name), "utf8")).replaceAll("\r\n", "\n")
      return { number, name, sql, checksum: createHash("sha256").update(sql).digest("hex") }
    }),
  )
}

/**
 * Applies what is missing and answers the names of what it applied; many nodes may call it at once.
 *
 * Throws when an applied file has changed since, when the database knows a migration that this
 * program doesn't have (an older program on a newer database), or when somebody keeps a table for
 * minutes. `patience` is for tests.
 */
export async function migrate(
  database: Database,
  dir: string,
  patience: typeof PATIENCE = PATIENCE,
): Promise<string[]> {
  const migrations = await readMigrations(dir)
  const applied: string[] = []
  for (let tries = 1; ; ) {
    try {
      const name = await database.transaction((transaction) =>
        applyNext(transaction, migrations, patience.lockMs),
      )
      if (name === undefined) return applied
      applied.push(name)
      tries = 1
    } catch (error) {
      if (!mayPass(error) || tries === patience.tries) throw error
      tries += 1
      await sleep(patience.pauseMs)
    }
  }
}

/** Whether a file met others who had what it needs, also in another order than its own. */
function mayPass(error: unknown): boolean {
  return error instanceof Error && classify(error.cause) === "retry"
}

/**
 * One transaction a file, and the lock within it: a crash leaves neither a lock nor half a file.
 */
async function applyNext(
  transaction: Transaction,
  migrations: readonly Migration[],
  lockMs: number,
): Promise<string | undefined> {
  await transaction.script(
    `set local statement_timeout = 0; set local lock_timeout = ${WAIT_FOR_OTHERS_MS};
     select pg_advisory_xact_lock(${LOCK})`,
  )
  const done = await readApplied(transaction)
  const next = nextMigration(migrations, done)
  if (next === undefined) return undefined
  if (endsTransaction.test(next.sql)) {
    throw new Error(`${next.name} ends its transaction; each migration runs in one, by itself`)
  }
  try {
    await transaction.script(`set local lock_timeout = ${lockMs}`)
    await transaction.script(next.sql)
  } catch (cause) {
    throw new Error(`migration ${next.name} failed: ${(cause as Error).message}`, { cause })
  }
  await transaction.query("insert into migrations (number, name, checksum) values ($1, $2, $3)", [
    next.number,
    next.name,
    next.checksum,
  ])
  return next.name
}

/** What the database remembers of a migration. */
export type Applied = { number: number; name: string; checksum: string }

async function readApplied(transaction: Transaction): Promise<Applied[]> {
  // Asked first, because `create table if not exists` alone would warn at each start.
  const { rows } = await transaction.query<{ there: boolean }>(
    "select to_regclass('migrations') is not null as there",
  )
  if (!rows[0]!.there) {
    await transaction.script(
      `create table migrations (
         number int primary key, name text not null unique, checksum text not null)`,
    )
  }
  return appliedMigrations(transaction)
}

/** The migrations that a database has had, in order. */
export async function appliedMigrations(queries: Queries): Promise<Applied[]> {
  const { rows } = await queries.query<Applied>(
    "select number, name, checksum from migrations order by number",
  )
  return rows
}

/** Picks the migration to apply, or undefined when there is none; throws if the two don't fit. */
export function nextMigration(
  migrations: readonly Migration[],
  applied: readonly Applied[],
): Migration | undefined {
  for (const [at, { name, checksum }] of applied.entries()) {
    const ours = migrations[at]
    if (ours === undefined) {
      throw new Error(
        `The database has had the migration ${name}, which this program doesn't know: ` +
          "it is newer than the program. Start the version that made it, or a later one.",
      )
    }
    if (ours.name !== name || ours.checksum !== checksum) {
      throw new Error(
        `The migration ${ours.name} is not what was applied to the database (as ${name}). ` +
          "Restore the file: what was applied can only be changed by a further migration.",
      )
    }
  }
  return migrations[applied.length]
}
