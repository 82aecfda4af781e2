/** What is asked of customers and instruments outside the engine. */
import type { Queries } from "../../db/database.ts"
import { LAST_ID, type Page, type PageRequest, pageOf } from "../page.ts"
import { DIALECT_NAMES, type DialectName } from "../payments/payment.ts"
import type { Keyring } from "../seal.ts"
import * as schema from "../store/schema.ts"
import { openCustomer, openInstrument } from "../store/sealed.ts"
import { selectList } from "../store/tables.ts"
import type { Customer, Instrument, InstrumentState } from "./customer.ts"

const customerColumns = selectList(schema.customers, "c")
const instrumentColumns = selectList(schema.instruments, "i")

/** Customers by their ids, whoever they belong to, in any order. */
export async function findCustomers(
  db: Queries,
  keyring: Keyring,
  ids: readonly string[],
): Promise<Customer[]> {
  const text = `select ${customerColumns} from customers c where c.id = any($1::uuid[])`
  const { rows } = await db.query<Customer>(text, [ids])
  return rows.map((row) => openCustomer(row, keyring))
}

export type CustomerFilter = {
  /** Null: everybody's, for operators. */
  readonly merchantId: string | null
  readonly dialect?: DialectName | undefined
  /** Nobody but these. */
  readonly ids?: readonly string[] | undefined
}

/** Customers, newest first. */
export async function listCustomers(
  db: Queries,
  keyring: Keyring,
  { merchantId, dialect, ids }: CustomerFilter,
  page: PageRequest,
): Promise<Page<Customer>> {
  const { rows } = await db.query<Customer>(
    ids
      ? `select ${customerColumns} from customers c where c.id = any($5::uuid[])
  and ($1::uuid is null or c.merchant_id = $1) and c.dialect = any($2::text[])
  and c.id < $3 order by c.id desc limit $4`
      : newestOf("customers c", customerColumns, merchantId === null),
    [
      merchantId,
      dialect ? [dialect] : DIALECT_NAMES,
      page.before ?? LAST_ID,
      page.limit + 1,
      ...(ids ? [ids] : []),
    ],
  )
  const opened = rows.map((row) => openCustomer(row, keyring))
  return pageOf(opened, page.limit, (row) => row.id)
}

/**
 * Reads the newest rows of all merchants, or of one by the index of each dialect. `$1` is the
 * merchant, `$2` the dialects, `$3` the first id that is too new, `$4` how many.
 */
function newestOf(table: string, columns: string, ofAll: boolean, also = ""): string {
  const [, alias] = table.split(" ")
  if (ofAll) {
    return `select ${columns} from ${table} where $1::uuid is null
  and ${alias}.dialect = any($2::text[]) and ${alias}.id < $3 ${also}
order by ${alias}.id desc limit $4`
  }
  return `select found.* from unnest($2::text[]) as asked (dialect) cross join lateral (
  select ${columns} from ${table}
  where ${alias}.merchant_id = $1 and ${alias}.dialect = asked.dialect and ${alias}.id < $3 ${also}
  order by ${alias}.id desc limit $4
) found order by found.id desc limit $4`
}

/** Instruments by their ids, whoever they belong to, in any order. */
export async function findInstruments(
  db: Queries,
  keyring: Keyring,
  ids: readonly string[],
): Promise<Instrument[]> {
  const text = `select ${instrumentColumns} from instruments i where i.id = any($1::uuid[])`
  const { rows } = await db.query<Instrument>(text, [ids])
  return rows.map((row) => openInstrument(row, keyring))
}

export type InstrumentFilter = {
  /** Null: everybody's, for operators. */
  readonly merchantId: string | null
  readonly dialect?: DialectName | undefined
  readonly customerId?: string | undefined
  readonly states?: readonly InstrumentState[] | undefined
}

/** Instruments, newest first. */
export async function listInstruments(
  db: Queries,
  keyring: Keyring,
  { merchantId, dialect, customerId, states }: InstrumentFilter,
  page: PageRequest,
): Promise<Page<Instrument>> {
  const wanted = "and ($5::text[] is null or i.state = any($5))"
  const { rows } = await db.query<Instrument>(
    customerId === undefined
      ? newestOf("instruments i", instrumentColumns, merchantId === null, wanted)
      : `select ${instrumentColumns} from instruments i where i.customer_id = $6
  and ($1::uuid is null or i.merchant_id = $1) and i.dialect = any($2::text[])
  and i.id < $3 ${wanted}
order by i.id desc limit $4`,
    [
      merchantId,
      dialect ? [dialect] : DIALECT_NAMES,
      page.before ?? LAST_ID,
      page.limit + 1,
      states ?? null,
      ...(customerId === undefined ? [] : [customerId]),
    ],
  )
  const opened = rows.map((row) => openInstrument(row, keyring))
  return pageOf(opened, page.limit, (row) => row.id)
}
