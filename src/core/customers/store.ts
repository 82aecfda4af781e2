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
