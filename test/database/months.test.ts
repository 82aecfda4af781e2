/** Events and deliveries by months: moved there by the migration, made ahead by every node. */
import assert from "node:assert/strict"
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { makeIds, testClock } from "../../src/clock.ts"
import { makeAhead } from "../../src/core/retention/ahead.ts"
import { type Database, openDatabase } from "../../src/db/database.ts"
import { migrate } from "../../src/db/migrate.ts"
import { lastFirst } from "../support/cleanup.ts"
import { testDatabase } from "../support/database.ts"

const MIGRATIONS = join(import.meta.dirname, "..", "..", "migrations")
const MERCHANT = "019b8e40-0000-4000-8000-000000000001"
const ENDPOINT = "019b8e40-0000-4000-8000-000000000002"

const idsAt = (at: string) => makeIds(testClock(new Date(at)))
const idAt = (at: string) => idsAt(at).next()

async function addRow(database: Database, id: string, subjectId = id, seq = 1): Promise<void> {
  await database.query(
    `insert into events (id, subject, subject_id, seq, merchant_id, dialect, type, data, created_at)
values ($1, 'payment', $2, $3, $4, 'caudal', 'payment.created', '{}', '2026-01-05')`,
    [id, subjectId, seq, MERCHANT],
  )
  await database.query(
    `insert into deliveries (id, event_id, endpoint_id, merchant_id, state, due_at, created_at)
values ($1, $1, $2, $3, 'due', '2026-01-05', '2026-01-05')`,
    [id, ENDPOINT, MERCHANT],
  )
}

async function placesOf(database: Database, table: string): Promise<[string, string][]> {
  const { rows } = await database.query<{ id: string; part: string }>(
    `select id, tableoid::regclass::text as part from ${table} order by id`,
  )
  return rows.map(({ id, part }) => [id, part])
}

async function monthsOf(database: Database, table: string): Promise<string[]> {
  const { rows } = await database.query<{ part: string }>(
    `select inhrelid::regclass::text as part from pg_inherits
where inhparent = $1::text::regclass order by 1`,
    [table],
  )
  return rows.map(({ part }) => part)
}

function aheadOf(database: Database, at: string) {
  const warned: object[] = []
  const quiet = { info: () => {}, error: () => {} }
  const log = { ...quiet, warn: (about: object) => void warned.push(about) }
  return { warned, ahead: makeAhead({ database, ids: idsAt(at), log }) }
}

test("rows from before lie in the months of their ids, whatever those are", async (t) => {
  const { database } = await testDatabase(t)
  await database.transaction((tx) => tx.script("drop schema public cascade; create schema public"))
  const folder = mkdtempSync(join(tmpdir(), "caudal-months-"))
  t.after(() => rmSync(folder, { recursive: true }))
  const files = readdirSync(MIGRATIONS).filter((name) => name < "0008")
  for (const name of files) cpSync(join(MIGRATIONS, name), join(folder, name))
  await migrate(database, folder)
  await database.query(
    `insert into merchants (id, name, time_zone, settings, created_at)
values ($1, 'Azul', 'UTC', '{}', '2026-01-05')`,
    [MERCHANT],
  )
  await database.query(
    `insert into endpoints (id, merchant_id, dialect, url, secret_sealed, created_at)
values ($1, $2, 'caudal', 'https://x.example', '\\x00', '2026-01-05')`,
    [ENDPOINT, MERCHANT],
  )
  const table: [id: string, month: string][] = [
    ["00000000-0000-4000-8000-000000000007", "default"],
    [idAt("2025-02-28T23:59:59.999Z"), "2025_02"],
    [idAt("2025-03-01T00:00:00.000Z"), "2025_03"],
    ["ffffffff-ffff-4fff-bfff-ffffffffffff", "default"],
  ]
  for (const [id] of table) await addRow(database, id)
  cpSync(join(MIGRATIONS, "0008_growth.sql"), join(folder, "0008_growth.sql"))
  await migrate(database, folder)

  for (const whole of ["events", "deliveries"]) {
    const expected = table.map(([id, part]) => [id, `${whole}_${part}`])
    assert.deepEqual(await placesOf(database, whole), expected)
  }
})

test("events are never changed nor doubled, whichever part they lie in", async (t) => {
  const { database } = await testDatabase(t)
  const id = idAt("2024-05-05T00:00:00Z")
  await database.query(
    "select add_month('events', '2024-05-01'), add_month('deliveries', '2024-05-01')",
  )
  await addRow(database, id)
  await addRow(database, "00000000-0000-4000-8000-000000000007")
  for (const part of ["events", "events_2024_05", "events_default"]) {
    for (const change of [`delete from ${part}`, `update ${part} set seq = 7`]) {
      await assert.rejects(database.query(change), { code: "23001" }, change)
    }
  }
  await assert.rejects(addRow(database, idAt("2024-05-06T00:00:00Z"), id), { code: "23505" })
  await assert.rejects(addRow(database, idAt("2024-05-06T00:00:00Z"), id, 0), { code: "23514" })
  const told = database.query(
    "insert into deliveries select (d).* from (select jsonb_populate_record(d, $1) d from deliveries d where id = $2) d",
    [JSON.stringify({ id: idAt("2024-05-07T00:00:00Z") }), id],
  )
  await assert.rejects(told, { code: "23505" }, "one event is told once to one receiver")
})

test("of many nodes that make months at once, each month is made by one", async (t) => {
  const { database, url } = await testDatabase(t)
  const nodes = Array.from({ length: 4 }, () => openDatabase({ url, plans: "indexed" }))
  const at = "2031-11-30T23:59:59Z"
  const made = nodes.map((node) => aheadOf(node, at))
  await Promise.all(made.map(({ ahead }) => ahead.run()))
  await Promise.all(nodes.map((node) => node.close()))
  assert.deepEqual(
    made.flatMap(({ warned }) => warned),
    [],
  )
  for (const whole of ["events", "deliveries"]) {
    const months = (await monthsOf(database, whole)).filter((name) => /_203/.test(name))
    assert.deepEqual(months, [`${whole}_2031_11`, `${whole}_2031_12`, `${whole}_2032_01`])
  }
  await addRow(database, idAt("2032-01-31T23:59:59.999Z"))
  assert.match((await placesOf(database, "events"))[0]![1], /events_2032_01/)
})

test("a month with rows in the default part is told once, and the others are made", async (t) => {
  const { database } = await testDatabase(t)
  await addRow(database, idAt("2031-12-05T00:00:00Z"))
  const { ahead, warned } = aheadOf(database, "2031-11-05T00:00:00Z")
  await ahead.run()
  await ahead.run()
  assert.deepEqual(
    warned.map((about) => (about as { table: string; month: string }).month),
    ["2031-12", "2031-12"],
  )
  const months = await monthsOf(database, "events")
  assert.deepEqual(
    months.filter((name) => /_203/.test(name)),
    ["events_2031_11", "events_2032_01"],
  )
})

test("who uses the tables isn't kept waiting by a month that can't be made now", async (t) => {
  const context = lastFirst(t)
  const { database, url } = await testDatabase(context)
  const reader = openDatabase({ url })
  context.after(() => reader.close())
  await reader.transaction(async (reading) => {
    await reading.query("select 1 from events limit 1")
    const { ahead, warned } = aheadOf(database, "2031-11-05T00:00:00Z")
    await ahead.run()
    assert.equal((warned[0] as { err: { code: string } }).err.code, "55P03")
  })
})
