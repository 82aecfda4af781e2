/** Merchants from before there were colours, languages and logos have none of them afterwards. */
import assert from "node:assert/strict"
import { cpSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { merchantSettings } from "../../src/core/merchants/merchant.ts"
import { migrate } from "../../src/db/migrate.ts"
import { testDatabase } from "../support/database.ts"

const MIGRATIONS = join(import.meta.dirname, "..", "..", "migrations")

test("a merchant's settings from before keep their values, and gain the new ones", async (t) => {
  const { database } = await testDatabase(t)
  await database.transaction((tx) => tx.script("drop schema public cascade; create schema public"))
  const folder = mkdtempSync(join(tmpdir(), "caudal-branding-"))
  t.after(() => rmSync(folder, { recursive: true }))
  const bring = (name: string) => cpSync(join(MIGRATIONS, name), join(folder, name))
  bring("0001_core.sql")
  bring("0002_receiving.sql")
  await migrate(database, folder)

  const old = { displayName: "Azul", supportInfo: null, rails: {}, lateMoneyHours: 48 }
  await database.query(
    `insert into merchants (id, name, time_zone, settings, created_at)
values ('019b8e40-0000-4000-8000-000000000001', 'Azul', 'UTC', $1, '2026-01-05')`,
    [JSON.stringify(old)],
  )
  bring("0003_branding.sql")
  await migrate(database, folder)
  const { rows } = await database.query<{ settings: unknown }>("select settings from merchants")
  const expected = { ...old, colour: null, language: null, logo: null }
  assert.deepEqual(rows[0]!.settings, expected)
  // What came later still has its value.
  assert.deepEqual(merchantSettings.parse(rows[0]!.settings), { ...expected, bankAccount: null })
})
