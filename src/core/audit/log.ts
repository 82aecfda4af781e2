/** What one may ask of the audit log. */
import type { Queries } from "../../db/database.ts"
import { type Page, type PageRequest, pageOf } from "../page.ts"
import { inSnapshot } from "../store/snapshot.ts"
import { type AuditParts, append } from "./audited.ts"
import { type Broken, START, walk } from "./chain.ts"
import type { Actor, Content, Entry } from "./entry.ts"
import {
  type AuditFilter,
  type AuditRow,
  type AuditSearch,
  eachEntry,
  listAudit,
  pageOfAudit,
  readContent,
  readHead,
} from "./store.ts"

/** An entry as it is shown; hashes in hex. */
export type Shown = Content & { readonly position: number; readonly hash: string }

/** `head`: the last row's hash, to be noted outside. `missing`: the noted one is in no row. */
export type Verified = {
  readonly rows: number
  readonly head: string
  readonly broken: Broken | null
  readonly missing: boolean
}

/** Does work of a name when what was asked for before is done. */
export type InTurn = <T>(name: string, work: () => Promise<T>) => Promise<T>

/** Makes the questions. Walks along the chain go in turn: each holds a connection for long. */
export function makeAuditLog(parts: AuditParts, inTurn: InTurn) {
  const { database } = parts
  return {
    /** The newest entries, newest first. */
    async list(filter: AuditFilter, most: number): Promise<Shown[]> {
      return (await listAudit(database, filter, most)).map(shown)
    },
    /** A page of entries, newest first; the cursor is the position of its last one. */
    async page(search: AuditSearch, { limit, before }: PageRequest): Promise<Page<Shown>> {
      const at = before === null ? null : BigInt(before)
      const rows = await pageOfAudit(database, search, { before: at, most: limit + 1 })
      return pageOf(rows.map(shown), limit, ({ position }) => String(position))
    },
    /** The last row's number and hash, in hex: to be noted outside. */
    async head(): Promise<{ readonly position: number; readonly hash: string }> {
      const { position, hash } = await readHead(database)
      return { position: Number(position), hash: hash.toString("hex") }
    },
    /** Passes all entries to `visit`, oldest first, in parts; from one snapshot. */
    each: (filter: AuditFilter, visit: (rows: readonly Shown[]) => Promise<void>) =>
      inSnapshot(database, (snapshot) =>
        eachEntry(snapshot, filter, (rows) => visit(rows.map(shown))),
      ),
    /** Walks the whole chain; `noted` is a hash, in hex, that has to be one of its rows'. */
    verify: (noted: string | null): Promise<Verified> =>
      inTurn("verify", () => inSnapshot(database, (snapshot) => verified(snapshot, noted))),
    /** Writes down what is no change of one commit: a refusal, a look at somebody's data. */
    note: (entry: Entry, by: Actor | null = parts.by) =>
      database.transaction((each) => append(each, { ...parts, by }, entry)),
  }
}

async function verified(snapshot: Queries, noted: string | null): Promise<Verified> {
  let found = noted === null
  const visit = ({ hash }: AuditRow) => {
    if (hash.toString("hex") === noted) found = true
  }
  const { broken, place, rows } = await walk(snapshot, START, { visit })
  return { rows, head: place.hash.toString("hex"), broken, missing: !found }
}

function shown(row: AuditRow): Shown {
  const { position, hash } = row
  return { position: Number(position), ...readContent(row), hash: hash.toString("hex") }
}
