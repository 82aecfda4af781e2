/** What a database remembers of its installation: its mode, and which master key opens it. */
import type { Database, Queries } from "../../db/database.ts"
import { doubtFolders } from "../exchange/store/lease.ts"
import { listKeys, useKey } from "../rotation/store.ts"
import { type Keyring, SealError } from "../seal.ts"
import { RESTORED_GAP } from "../xpubs/keys.ts"
import { KEY_CHECK } from "./sealed.ts"

export type Claimed = {
  readonly mode: "sandbox" | "live"
  /** The ids of master keys that sealed something here and aren't given. */
  readonly missingKeys: readonly string[]
  /** The database is another copy than at the last start: restored, failed over, or moved. */
  readonly restored: boolean
}

/**
 * Writes mode and key down at the first start; later it says what was written, and which keys are
 * missing. Where none is, the current key counts as one that seals from now on.
 */
export async function claimInstallation(
  db: Queries,
  mode: "sandbox" | "live",
  keyring: Keyring,
  now: Date,
): Promise<Claimed> {
  await db.query(
    `insert into installation (mode, key_check_sealed, created_at) values ($1, $2, $3)
on conflict do nothing`,
    [mode, keyring.seal(KEY_CHECK, KEY_CHECK), now],
  )
  const { rows } = await db.query<Row>(
    `select mode, key_check_sealed as "keyCheckSealed", copy from installation`,
  )
  const row = rows[0]!
  const restored = row.copy !== null && row.copy !== (await copyOf(db))
  const inUse = (await listKeys(db)).filter(({ retiredAt }) => retiredAt === null)
  const missing = inUse.map(({ id }) => id).filter((id) => !keyring.keyIds.includes(id))
  const own = idOf(keyring, row.keyCheckSealed)
  // Another key may have the same id, and a table of ids could be emptied: this box decides.
  const unopened = opens(keyring, row.keyCheckSealed) || missing.includes(own) ? [] : [own]
  const missingKeys = [...missing, ...unopened]
  if (missingKeys.length === 0 && row.mode === mode) await useKey(db, keyring.keyId, now)
  return { mode: row.mode, missingKeys, restored }
}

type Row = {
  readonly mode: Claimed["mode"]
  readonly keyCheckSealed: Buffer
  readonly copy: string | null
}

/**
 * Remembers which copy this is. If it is another than before, every key's next index moves
 * ahead first, and bank files rest until an operator says so: what was given out or sent after the
 * backup was taken must not be given out or sent again.
 */
export async function settleCopy(db: Database): Promise<void> {
  const copy = await copyOf(db)
  if ((await rememberedCopy(db)) === copy) return
  await db.transaction(async (tx) => {
    const before = await rememberedCopy(tx, "for update")
    if (before === undefined || before === copy) return
    if (before !== null) {
      await tx.query(
        "update xpubs set next_index = (least(next_index::bigint + $1, 2147483647))::integer",
        [RESTORED_GAP],
      )
      await doubtFolders(tx)
    }
    await tx.query("update installation set copy = $1", [copy])
  })
}

/** Null before the first start has ended; undefined where nothing was installed. */
async function rememberedCopy(
  db: Queries,
  lock: "" | "for update" = "",
): Promise<string | null | undefined> {
  const { rows } = await db.query<{ copy: string | null }>(`select copy from installation ${lock}`)
  return rows[0]?.copy
}

/**
 * What tells one copy of a database from another: the cluster, the database in it, and the
 * timeline, which a restored backup and a failed-over server begin anew.
 */
async function copyOf(db: Queries): Promise<string> {
  const { rows } = await db.query<{ database: string; cluster: string | null }>(
    `select oid::text as database,
  case when has_function_privilege('pg_control_system()', 'execute')
    and has_function_privilege('pg_walfile_name(pg_lsn)', 'execute')
  then (select system_identifier from pg_control_system())
    -- The control file names a new timeline only after the next checkpoint.
    || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8) end as cluster
from pg_database where datname = current_database()`,
  )
  const { database, cluster } = rows[0]!
  return `${cluster ?? "unknown"}/${database}`
}

/** The id of the key that a box names; it may itself be damaged. */
function idOf(keyring: Keyring, box: Buffer): string {
  try {
    return keyring.keyIdOf(box)
  } catch (error) {
    if (error instanceof SealError) return "unknown"
    throw error
  }
}

function opens(keyring: Keyring, box: Buffer): boolean {
  try {
    keyring.unseal(box, KEY_CHECK)
    return true
  } catch (error) {
    if (error instanceof SealError) return false
    throw error
  }
}
