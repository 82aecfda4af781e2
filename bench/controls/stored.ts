/** A stored account of a plain server: sealed in its rows, read for each charge. */
import type { Plain } from "./server.ts"

export type Account = Readonly<Record<"bank" | "accountType" | "accountNumber", string>>

export type Stored = {
  readonly customerId: string
  readonly person: object
  readonly account: Account
}

type Row = {
  readonly customer_id: string
  readonly person_sealed: Buffer
  readonly details_sealed: Buffer
}

const PERSON = "customer.person"
const DETAILS = "instrument.details"

/** Stores a person and an account that its owner agreed to have charged; answers its id. */
export async function addStored(
  { clock, ids, keyring, merchantId, pool }: Plain,
  { account, person }: Pick<Stored, "account" | "person">,
): Promise<string> {
  const [customerId, id, at] = [ids.next(), ids.next(), clock.now()]
  await pool.query(
    `insert into customers (id, merchant_id, dialect, person_sealed, created_at, updated_at)
values ($1, $2, 'palomma-direct-debit', $3, $4, $4)`,
    [customerId, merchantId, keyring.seal(JSON.stringify(person), PERSON), at],
  )
  const details = JSON.stringify({ ...account, holder: person })
  await pool.query(
    `insert into instruments (id, merchant_id, dialect, customer_id, rail, type, state,
  details_sealed, masked, version, created_at, updated_at, consented_at, consent_channel)
values ($1, $2, 'palomma-direct-debit', $3, 'simulator', 'bankAccount', 'active',
  $4, '{}', 1, $5, $5, $5, 'merchant')`,
    [id, merchantId, customerId, keyring.seal(details, DETAILS), at],
  )
  return id
}

/** The merchant's own stored account; null when it has none of this id. */
export async function findStored(plain: Plain, id: string): Promise<Stored | null> {
  const { keyring, merchantId, pool } = plain
  const { rows } = await pool.query<Row>({
    name: "find stored",
    text: `select i.customer_id, i.details_sealed, c.person_sealed
from instruments i join customers c on c.id = i.customer_id
where i.id = $1 and i.merchant_id = $2 and i.state = 'active'`,
    values: [id, merchantId],
  })
  const [row] = rows
  if (!row) return null
  const open = (box: Buffer, context: string) => JSON.parse(keyring.unseal(box, context).toString())
  return {
    customerId: row.customer_id,
    person: open(row.person_sealed, PERSON),
    account: open(row.details_sealed, DETAILS),
  }
}
