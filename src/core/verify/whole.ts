/** Reads the books as a whole, as they are at one instant, and names the rows that are wrong. */
import type { Database, Transaction } from "../../db/database.ts"
import { START, walk } from "../audit/chain.ts"
import type { Keyring } from "../seal.ts"
import { inSnapshot } from "../store/snapshot.ts"
import { type Discrepancy, FOUND_MAX, type Found, TABLES, type Table } from "./check.ts"
import { checksOver, SMALL_CHECKS } from "./checks.ts"
import { accountsIn, sumsIn } from "./store/accounts.ts"
import { beginningOf, type Stretch, stretchOf } from "./store/range.ts"

/** Rows of one statement: some tens of milliseconds, and little memory. */
const STRETCH_ROWS = 10_000
/** One that takes longer meets a server that has other worries. */
const STATEMENT_MS = 120_000

export type WholeOptions = {
  /** Opens what is sealed; without it that is left out. */
  readonly keyring?: Keyring | null
  /** Hears how many rows of which table were read so far. */
  readonly progress?: (table: string, rows: number) => void
  /** Rows of one statement; for tests. */
  readonly stretchRows?: number
}

/** `rows`: how many were read. `wrong` has the first rows that are, at most 20. */
export type Whole = { readonly rows: number; readonly wrong: readonly Discrepancy[] }

/** Reads everything by every check. It changes nothing, and nothing waits for it. */
export function verifyWhole(database: Database, options: WholeOptions = {}): Promise<Whole> {
  const { keyring = null, progress = () => {}, stretchRows = STRETCH_ROWS } = options
  return inSnapshot(database, async (snapshot) => {
    await snapshot.script(`set local statement_timeout = ${STATEMENT_MS}`)
    const wrong: Discrepancy[] = []
    const keep = (check: string, found: readonly Found[]) => {
      wrong.push(...found.map((each) => ({ check, ...each })))
    }
    const sums = new Map<string, bigint>()
    let rows = 0
    for (const table of Object.keys(TABLES) as Table[]) {
      if (wrong.length >= FOUND_MAX) break
      for await (const stretch of stretchesOf(snapshot, table, stretchRows)) {
        for (const { name, find } of checksOver(table)) {
          keep(name, await find(snapshot, stretch, { keyring }))
        }
        if (table === "transfers") await addUp(snapshot, stretch, sums)
        if (table === "accounts") keep("balances", await compare(snapshot, stretch, sums))
        rows += stretch.rows
        progress(table, rows)
        if (wrong.length >= FOUND_MAX) break
      }
    }
    for (const { name, find } of SMALL_CHECKS) keep(name, await find(snapshot))
    const walked = await walk(snapshot, START)
    progress("audit_log", rows + walked.rows)
    if (walked.broken) {
      const { position, why } = walked.broken
      keep("audit-chain", [{ what: "audit", id: String(position), detail: why }])
    }
    return { rows: rows + walked.rows, wrong: wrong.slice(0, FOUND_MAX) }
  })
}

/** The same, when only what is wrong matters: an empty list says that the books are right. */
export async function verifyBooks(
  database: Database,
  options: WholeOptions = {},
): Promise<readonly Discrepancy[]> {
  return (await verifyWhole(database, options)).wrong
}

async function* stretchesOf(db: Transaction, table: Table, rows: number): AsyncGenerator<Stretch> {
  let from = beginningOf(table)
  for (;;) {
    const stretch = await stretchOf(db, table, from, rows)
    yield stretch
    if (stretch.last) return
    from = stretch.to
  }
}

async function addUp(db: Transaction, stretch: Stretch, sums: Map<string, bigint>): Promise<void> {
  for (const { id, amount } of await sumsIn(db, stretch)) {
    sums.set(id, (sums.get(id) ?? 0n) + amount)
  }
}

async function compare(
  db: Transaction,
  stretch: Stretch,
  sums: ReadonlyMap<string, bigint>,
): Promise<Found[]> {
  return (await accountsIn(db, stretch)).flatMap(({ id, balance }) => {
    const sum = sums.get(id) ?? 0n
    const detail = `balance ${balance}, transfers ${sum}`
    return balance === sum ? [] : [{ what: "account", id, detail }]
  })
}
