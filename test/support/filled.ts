/** Tables with tens of thousands of rows, for tests that look at plans. */
import type { Database } from "../../src/db/database.ts"

/** 10,000 payments: the newest of a busy merchant, the oldest of one that has few. */
export async function fill(
  database: Database,
  of: { few: string; many: string; endpointId: string },
): Promise<void> {
  const id = (n: string) => `('0190' || lpad(to_hex(${n}), 28, '0'))::uuid`
  for (const text of [
    `insert into merchants (id, name, time_zone, settings, created_at)
select ${id("n")}, 'filled ' || n, 'UTC', '{}', now() from generate_series(1, 100) n`,
    `insert into customers (id, merchant_id, dialect, person_sealed, created_at, updated_at)
select ${id("n")}, case when n <= 50 then '${of.few}'::uuid when n > 5000 then '${of.many}'::uuid
  else ${id("n % 100 + 1")} end, 'caudal',
  '\\x00', now(), now() from generate_series(1, 10000) n`,
    `insert into payments (id, merchant_id, dialect, kind, reference, amount, asset, state, purpose,
  customer_id, deferred, version, created_at, updated_at, expires_at)
select ${id("n")}, c.merchant_id, 'caudal', 'charge', 'r' || n, 1, 'COP', 'pending', '{}', c.id,
  false, 1, now(), now(), now() + interval '1 day'
from generate_series(1, 10000) n join customers c on c.id = ${id("n")}`,
    `insert into attempts (id, payment_id, merchant_id, rail, method, kind, amount, asset, state,
  target_sealed, received, created_at, updated_at, begun_at, look_at)
select id, id, merchant_id, 'test', 'bank', 'charge', 1, 'COP',
  case when right(id::text, 1) = '0' then 'open' else 'settled' end, '\\x', '{}', now(), now(),
  now(), case when right(id::text, 1) = '0' then now() + interval '1 day' end from payments`,
    `insert into events (id, subject, subject_id, seq, merchant_id, dialect, type, data, created_at)
select id, 'payment', id, 1, merchant_id, 'caudal', 'x', '{}', now() from payments`,
    `insert into deliveries (id, event_id, endpoint_id, merchant_id, state, due_at, created_at,
  message_sealed)
select id, id, '${of.endpointId}', merchant_id, 'due', now() + interval '1 day', now(), '\\x00'
from events`,
    `insert into accounts (id, custodian, merchant_id, kind, asset, balance, created_at)
values (${id("1")}, 'gateway', '${of.few}', 'available', 'XTS', 0, now()),
  (${id("2")}, 'gateway', '${of.many}', 'available', 'XTS', 0, now())`,
    `insert into transfers (id, debit_id, credit_id, amount, kind, merchant_id, payment_id, created_at)
select id, ${id("1")}, ${id("2")}, 1, 'x', merchant_id, id, now() from payments`,
    `insert into batches select ${id("n")}, false, now() from generate_series(1, 10000) n`,
    `insert into answers select 'k' || n, '', 200, '\\x', now(), now() + interval '1 day'
from generate_series(1, 10000) n`,
    `insert into tallies select 'k' || n, 1, now() + interval '1 day'
from generate_series(1, 10000) n`,
    `insert into refunds (id, payment_id, merchant_id, amount, state, created_at, updated_at)
select id, id, merchant_id, 1, 'confirmed', now(), now() from payments`,
    `insert into accounts (id, custodian, merchant_id, kind, asset, balance, created_at)
select ${id("n + 100")}, 'self', '${of.many}', 'available', 'X' || n, 0, now()
from generate_series(1, 10000) n`,
    `insert into instruments (id, merchant_id, dialect, customer_id, rail, type, state,
  details_sealed, masked, version, created_at, updated_at, look_at)
select id, merchant_id, dialect, id, 'test', 'bank', 'pending', '\\x', '{}', 1, now(), now(),
  now() + interval '1 day' from customers`,
    `insert into sightings (rail, place, attempt_id, fact, amount, asset, at, created_at, state,
  applied, applied_amount, apply_at, watch, block, block_hash, sender, receiver, reference)
select 'test', id, id, 'received', 1, 'COP', now(), now(), 'final', 'final', 1, now(), 'w', 7, 'h',
  's', 'r', id from attempts`,
    `insert into bank_files (id, rail, direction, state, kind, name, created_at)
values (${id("1")}, 'test', 'out', 'writing', 'debits', 'f', now())`,
    `insert into bank_groups (id, file_id, account, asset, day, orders, total)
select ${id("n")}, ${id("1")}, 'a', 'COP', '2026-01-05', 1, 1 from generate_series(1, 1000) n`,
    `insert into bank_orders (attempt_id, group_id, file_id)
select id, ${id("1")}, ${id("1")} from attempts`,
    `insert into bank_lines (id, file_id, position, fingerprint, source, says, attempt_id, at,
  outcome, created_at)
select id, ${id("1")}, row_number() over (), id, 'statement', 'credit', id, now(), 'booked', now()
from attempts`,
    // Not the months that are empty: the server takes what it has seen empty for small.
    `analyze payments, refunds, attempts, events_default, deliveries_default, transfers, accounts,
  batches, answers, tallies, customers, instruments, sightings, bank_orders, bank_groups,
  bank_lines, merchants`,
  ]) {
    await database.query(text)
  }
}
