/** What is asked of customers and instruments outside the engine. */
import type { Queries } from "../../db/database.ts"
import { type Page, type PageRequest, pageOf } from "../page.ts"
import type { DialectName } from "../payments/payment.ts"
import type { Keyring } from "../seal.ts"
import * as schema from "../store/schema.ts"
import { openCustomer, openInstrument } from "../store/sealed.ts"
import { selectList } from "../store/tables.ts"
import type { Customer, Instrument, InstrumentState } from "./customer.ts"

const customerColumns = selectList(schema.customers, "c")
const instrumentColumns = selectList(schema.instruments, "i")

/** A merchant's customer; null also when it belongs to somebody else. */
export async function findCustomer(
  db: Queries,
  keyring: Keyring,
  merchantId: string,
  id: string,
): Promise<Customer | null> {
  const { rows } = await db.query<Customer>(
    `select ${customerColumns} from customers c where c.id = $1 and c.merchant_id = $2`,
    [id, merchantId],
  )
  return rows[0] ? openCustomer(rows[0], keyring) : null
}

/** Several of a merchant's customers by their ids. */
export async function findCustomers(
  db: Queries,
  keyring: Keyring,
  merchantId: string,
  ids: readonly string[],
): Promise<Map<string, Customer>> {
  const { rows } = await db.query<Customer>(
    `select ${customerColumns} from customers c
where c.id = any($1::uuid[]) and c.merchant_id = $2`,
    [[...new Set(ids)], merchantId],
  )
  return new Map(rows.map((row) => [row.id, openCustomer(row, keyring)]))
}

/** A merchant's customers, newest first. */
export async function listCustomers(
  db: Queries,
  keyring: Keyring,
  merchantId: string,
  dialect: DialectName,
  page: PageRequest,
): Promise<Page<Customer>> {
  const { rows } = await db.query<Customer>(
    `select ${customerColumns} from customers c
where c.merchant_id = $1 and c.dialect = $2 and ($3::uuid is null or c.id < $3)
order by c.id desc limit $4`,
    [merchantId, dialect, page.before, page.limit + 1],
  )
  const opened = rows.map((row) => openCustomer(row, keyring))
  return pageOf(opened, page.limit, (row) => row.id)
}

/** A merchant's instrument; null also when it belongs to somebody else. */
export async function findInstrument(
  db: Queries,
  keyring: Keyring,
  merchantId: string,
  id: string,
): Promise<Instrument | null> {
  const { rows } = await db.query<Instrument>(
    `select ${instrumentColumns} from instruments i where i.id = $1 and i.merchant_id = $2`,
    [id, merchantId],
  )
  return rows[0] ? openInstrument(rows[0], keyring) : null
}

/** An instrument whoever it belongs to: for the consent page, whose link is the permission. */
export async function findAnyInstrument(
  db: Queries,
  keyring: Keyring,
  id: string,
): Promise<Instrument | null> {
  const { rows } = await db.query<Instrument>(
    `select ${instrumentColumns} from instruments i where i.id = $1`,
    [id],
  )
  return rows[0] ? openInstrument(rows[0], keyring) : null
}

/** Several of a merchant's instruments by their ids. */
export async function findInstruments(
  db: Queries,
  keyring: Keyring,
  merchantId: string,
  ids: readonly string[],
): Promise<Map<string, Instrument>> {
  const { rows } = await db.query<Instrument>(
    `select ${instrumentColumns} from instruments i
where i.id = any($1::uuid[]) and i.merchant_id = $2`,
    [[...new Set(ids)], merchantId],
  )
  return new Map(rows.map((row) => [row.id, openInstrument(row, keyring)]))
}

export type InstrumentFilter = {
  readonly merchantId: string
  readonly dialect?: DialectName
  readonly customerId?: string
  readonly states?: readonly InstrumentState[]
}

/** A merchant's instruments, newest first. */
export async function listInstruments(
  db: Queries,
  keyring: Keyring,
  filter: InstrumentFilter,
  page: PageRequest,
): Promise<Page<Instrument>> {
  const { rows } = await db.query<Instrument>(
    `select ${instrumentColumns} from instruments i
where i.merchant_id = $1 and ($2::text is null or i.dialect = $2)
  and ($3::uuid is null or i.customer_id = $3)
  and ($4::text[] is null or i.state = any($4))
  and ($5::uuid is null or i.id < $5)
order by i.id desc limit $6`,
    [
      filter.merchantId,
      filter.dialect ?? null,
      filter.customerId ?? null,
      filter.states ?? null,
      page.before,
      page.limit + 1,
    ],
  )
  const opened = rows.map((row) => openInstrument(row, keyring))
  return pageOf(opened, page.limit, (row) => row.id)
}
