/** Makes the marks of persons and accounts that have none yet, or whose key is gone. */
import type { Database } from "../../db/database.ts"
import type { Log } from "../core.ts"
import type { Pass } from "../loops/loops.ts"
import type { Target } from "../rail.ts"
import type { Keyring } from "../seal.ts"
import { SEALED } from "../store/sealed.ts"
import type { Person } from "./customer.ts"
import { makeMarks } from "./marks.ts"
import { keysGone, type Marked, type Unmarked, unmarked, writeMarks } from "./store/marks.ts"

type Parts = { readonly database: Database; readonly keyring: Keyring; readonly log: Log }

/** Who comes has marks from the start: only an upgrade and a change of the key leave work. */
const EVERY_MS = 60_000
/** A few milliseconds of opening boxes; what is left is the next pass. */
const MOST = 500
/** What is put in place of marks that can't be made: its box doesn't open, which `verify` tells. */
const NONE = "none"

/** Makes the pass of one node. Two nodes that do the same write the same. */
export function makeMarking({ database, keyring, log }: Parts): Pass {
  const marks = makeMarks(keyring)
  const making = {
    customers: (row: Unmarked) =>
      marks.person(row.merchantId, opened<Person>(keyring, row, SEALED.person)),
    instruments: (row: Unmarked) =>
      marks.account(row.merchantId, opened<Target>(keyring, row, SEALED.details)),
  } satisfies Record<Marked, (row: Unmarked) => string>

  function markOf(table: Marked, row: Unmarked): string {
    try {
      return making[table](row)
    } catch (error) {
      log.warn({ err: error, table, id: row.id }, "a person can't be read, and not be found")
      return NONE
    }
  }

  async function run(): Promise<number> {
    const gone = (await keysGone(database, keyring.keyIds)).map((id) => marks.keyMark(id))
    let done = 0
    for (const table of ["customers", "instruments"] as const) {
      const rows = await unmarked(database, table, gone, MOST)
      const made = rows.map((row) => ({ id: row.id, marks: markOf(table, row) }))
      if (made.length > 0) await writeMarks(database, table, made)
      done += made.length
    }
    return done
  }

  return { name: "marks", everyMs: EVERY_MS, run }
}

function opened<Content>(keyring: Keyring, { box }: Unmarked, purpose: string): Content {
  return JSON.parse(keyring.unseal(box, purpose).toString())
}
