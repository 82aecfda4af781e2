/** Reads customers and instruments for requests: those asked for at one moment are one query. */
import type { Queries } from "../../db/database.ts"
import { gatherById } from "../gather.ts"
import type { Keyring } from "../seal.ts"
import type { Customer, Instrument } from "./customer.ts"
import { findCustomers, findInstruments } from "./store.ts"

/** Of some kind of row; ids were checked to be ids. */
export type Owned<Row> = {
  /** Whoever it belongs to: for pages, whose link is the permission. */
  any(id: string): Promise<Row | null>
  /** A merchant's; null also when it belongs to somebody else. */
  find(merchantId: string, id: string): Promise<Row | null>
  /** Several of a merchant's. */
  findMany(merchantId: string, ids: readonly string[]): Promise<Map<string, Row>>
}

/** Makes the readers of a node. */
export function makeReaders(
  database: Queries,
  keyring: Keyring,
): { readonly customers: Owned<Customer>; readonly instruments: Owned<Instrument> } {
  return {
    customers: owned((ids) => findCustomers(database, keyring, ids)),
    instruments: owned((ids) => findInstruments(database, keyring, ids)),
  }
}

function owned<Row extends { readonly id: string; readonly merchantId: string }>(
  ask: (ids: readonly string[]) => Promise<readonly Row[]>,
): Owned<Row> {
  const any = gatherById(ask)
  return {
    any,
    async find(merchantId, id) {
      const row = await any(id)
      return row?.merchantId === merchantId ? row : null
    },
    async findMany(merchantId, ids) {
      const rows = await ask([...new Set(ids)])
      return new Map(rows.flatMap((row) => (row.merchantId === merchantId ? [[row.id, row]] : [])))
    },
  }
}
