/** What the database says of a bench with bank files. */
import type { Database } from "../../src/db/database.ts"

/** Has all charges of the demo merchant go over files. */
export async function useFiles(database: Database): Promise<void> {
  await database.query(
    `update merchants set settings = settings || '{"rails": {"bank": "bank-files"}}'`,
  )
}

/** Makes every order that waits due at once; answers how many there are. */
export async function release(database: Database, now: Date): Promise<number> {
  const text = `update attempts set look_at = $1 where rail = 'bank-files' and state = 'waiting'`
  return (await database.query(text, [now])).rowCount
}

/** How many orders have left, with their payments told of it; how many lines were booked. */
export async function progress(database: Database): Promise<{ told: number; booked: number }> {
  const { rows } = await database.query<{ told: number; booked: number }>(`select
  (select coalesce(sum(g.orders), 0) from bank_groups g join bank_files f on f.id = g.file_id
    where f.state = 'told')::int4 as told,
  (select coalesce(sum(lines), 0) from bank_files where direction = 'in' and state = 'done')::int4
    as booked`)
  return rows[0]!
}

export type Counted = {
  readonly settled: number
  readonly transfers: number
  readonly sum: bigint
}

/** What reached the books. */
export async function count(database: Database): Promise<Counted> {
  const { rows } = await database.query<Counted>(`select
  (select count(*) from attempts where rail = 'bank-files' and state = 'settled')::int4 as settled,
  (select count(*) from transfers where kind = 'charge.settled')::int4 as transfers,
  (select coalesce(sum(amount), 0) from transfers where kind = 'charge.settled') as sum`)
  return rows[0]!
}

/** The tables of the control, with as many payments as will be booked. */
export async function prepareControl(database: Database, most: number): Promise<void> {
  await database.query("create table c_payments (id int4 primary key, state text not null)")
  await database.query(
    "create table c_events (id int4 generated always as identity primary key, payment int4)",
  )
  await database.query(
    "create table c_transfers (id int4 generated always as identity primary key, amount int8)",
  )
  await database.query("create table c_balances (id int4 primary key, balance int8 not null)")
  await database.query("insert into c_balances values (1, 0), (2, 0), (3, 0)")
  await database.query("insert into c_payments select n, 'open' from generate_series(1, $1) n", [
    most,
  ])
}

/** Books one answer as most programs would: in a transaction of its own. */
export async function bookPlainly(database: Database, payment: number): Promise<void> {
  await database.transaction(async ({ query }) => {
    await query("update c_payments set state = 'settled' where id = $1", [payment])
    await query("insert into c_events (payment) values ($1), ($1)", [payment])
    await query("insert into c_transfers (amount) values ($1), ($1)", [10_000])
    // In one order, or two of them wait for each other.
    for (const account of [1, 2, 3]) {
      await query("update c_balances set balance = balance + $1 where id = $2", [10_000, account])
    }
  })
}
