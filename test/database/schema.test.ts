/** migrations/schema.txt says what all migrations together make: a change of theirs shows there. */
import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { describeSchema } from "../../src/db/describe.ts"
import { testDatabase } from "../support/database.ts"

const FILE = join(import.meta.dirname, "..", "..", "migrations", "schema.txt")
const HEAD = `-- What the migrations make, table by table, as the database's own catalogue tells it.
-- Written by: CAUDAL_WRITE_SCHEMA=1 npm test -- test/database/schema.test.ts
`

test("migrations/schema.txt describes the result of the migrations", async (t) => {
  const { database } = await testDatabase(t)
  const described = `${HEAD}\n${(await describeSchema(database)).trim()}\n`
  if (process.env.CAUDAL_WRITE_SCHEMA === "1") writeFileSync(FILE, described)
  assert.equal(readFileSync(FILE, "utf8"), described)
})
