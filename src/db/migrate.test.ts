/** Which files are migrations, and which of them comes next. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { nextMigration, readMigrations } from "./migrate.ts"

function folder(t: TestContext, files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), "caudal-migrations-"))
  t.after(() => rmSync(dir, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
  return dir
}

test("numbered files are migrations, in order; others are left alone", async (t) => {
  const files = { "0002_more.sql": "b", "0001_core.sql": "a", "schema.sql": "", "README.md": "" }
  const migrations = await readMigrations(folder(t, files))
  assert.deepEqual(
    migrations.map(({ number, name, sql }) => [number, name, sql]),
    [
      [1, "0001_core.sql", "a"],
      [2, "0002_more.sql", "b"],
    ],
  )
})

test("a gap and a doubled number are refused with the file's name", async (t) => {
  const gap = folder(t, { "0001_a.sql": "", "0003_c.sql": "" })
  await assert.rejects(readMigrations(gap), /0003_c\.sql: expected .* 0002/)
  const double = folder(t, { "0001_a.sql": "", "0001_b.sql": "" })
  await assert.rejects(readMigrations(double), /0001_b\.sql: expected .* 0002/)
})

test("line ends don't change a file's checksum", async (t) => {
  const [unix] = await readMigrations(folder(t, { "0001_a.sql": "a\nb\n" }))
  const [windows] = await readMigrations(folder(t, { "0001_a.sql": "a\r\nb\r\n" }))
  assert.equal(unix!.checksum, windows!.checksum)
})

const file = (number: number, checksum = "same") => {
  const name = `000${number}_x.sql`
  return { number, name, sql: "", checksum }
}

test("the next migration is the first that wasn't applied", () => {
  assert.equal(nextMigration([file(1), file(2)], [])?.number, 1)
  assert.equal(nextMigration([file(1), file(2)], [file(1)])?.number, 2)
  assert.equal(nextMigration([file(1)], [file(1)]), undefined)
})

test("a changed file, a renamed file and a newer database are refused", () => {
  assert.throws(() => nextMigration([file(1)], [file(1, "other")]), /0001_x\.sql is not what was/)
  const renamed = [{ ...file(1), name: "0001_y.sql" }]
  assert.throws(() => nextMigration(renamed, [file(1)]), /0001_y\.sql is not what was/)
  assert.throws(() => nextMigration([file(1)], [file(1), file(2)]), /0002_x\.sql.*newer/)
})
