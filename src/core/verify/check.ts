/** What a check of the books is: its name, what it says, what it reads, how it finds faults. */
import type { Queries } from "../../db/database.ts"
import type { Keyring } from "../seal.ts"

/** A row that can't be as it is: of which table's kind it is, its id, and what is wrong with it. */
export type Found = { readonly what: string; readonly id: string; readonly detail: string }
export type Discrepancy = Found & { readonly check: string }

/** The tables whose ids divide the work, in the order in which they are read. */
export const TABLES = {
  payments: { key: "id", type: "uuid" },
  instruments: { key: "id", type: "uuid" },
  events: { key: "id", type: "uuid" },
  transfers: { key: "id", type: "uuid" },
  accounts: { key: "id", type: "uuid" },
  answers: { key: "key", type: "text" },
} as const
export type Table = keyof typeof TABLES

/** Which of its table's rows are looked at: behind an id up to another, or those that are named. */
export type Scope =
  | { readonly from: string; readonly to: string }
  | { readonly ids: readonly string[] }

/** The condition of a statement that a column lies in a scope. */
export type Within = (column: string) => string

/** What a check may use beside the database; without a keyring nothing is opened. */
export type Means = { readonly keyring: Keyring | null }

/** One statement a scope: each sees one instant, also beside commits. */
export type RangeCheck = {
  readonly name: string
  readonly says: string
  readonly over: Table
  find(db: Queries, scope: Scope, means: Means): Promise<readonly Found[]>
}

/** A check that needs no dividing: it reads what is open, or one row for each account. */
export type SmallCheck = {
  readonly name: string
  readonly says: string
  find(db: Queries): Promise<readonly Found[]>
}

/** More of one kind in one stretch say no more than these. */
export const FOUND_MAX = 20

/** The columns' condition for a scope, and its parameters. */
export function within(scope: Scope, { type }: { readonly type: string }) {
  return "ids" in scope
    ? { condition: (column: string) => `${column} = any($1::${type}[])`, params: [scope.ids] }
    : {
        condition: (column: string) => `${column} > $1 and ${column} <= $2`,
        params: [scope.from, scope.to],
      }
}
