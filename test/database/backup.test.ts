/** A cold copy of the data folder, as docs/operating/backups.md has it, put elsewhere. */
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import { topUp } from "../../src/core/decide/top-up.ts"
import { isRefusal } from "../../src/core/index.ts"
import { verifyBooks } from "../../src/core/verify/whole.ts"
import { openDatabase } from "../../src/db/database.ts"
import { startEmbedded } from "../../src/db/embedded.ts"
import { migrate } from "../../src/db/migrate.ts"
import { lastFirst } from "../support/cleanup.ts"
import { testCore } from "../support/core.ts"
import type { Cleanup } from "../support/database.ts"

const MIGRATIONS = join(import.meta.dirname, "..", "..", "migrations")

/** The embedded server of a folder, with a database open on it; both may be stopped early. */
async function served(context: Cleanup, dataDir: string) {
  const server = await startEmbedded({ dataDir })
  context.after(() => server.stop())
  const database = openDatabase({ url: server.url })
  context.after(() => database.close())
  await migrate(database, MIGRATIONS)
  return {
    database,
    async stop() {
      await database.close()
      await server.stop()
    },
  }
}

test("a cold copy that was unpacked elsewhere has all payments, and right books", async (t) => {
  const context = lastFirst(t)
  const folder = mkdtempSync(join(tmpdir(), "caudal-backup-"))
  context.after(async () => rmSync(folder, { recursive: true }))
  const [data, backup] = [join(folder, "data"), join(folder, "elsewhere", "data")]
  const before = await served(context, data)
  const { core, payment, merchantId } = await testCore(before.database)
  const made = await Promise.all(
    Array.from({ length: 20 }, () => core.engine.submit(createPayment, payment())),
  )
  await core.engine.submit(topUp, { merchantId, asset: "COP", amount: 500n, reference: "bank-1" })
  await before.stop()
  const archive = join(folder, "backup.tar")
  execFileSync("tar", ["-cpf", archive, "-C", folder, "data"])
  rmSync(data, { recursive: true })
  mkdirSync(join(folder, "elsewhere"))
  execFileSync("tar", ["-xpf", archive, "-C", join(folder, "elsewhere")])

  const { database } = await served(context, backup)
  assert.deepEqual(await verifyBooks(database), [])
  const { rows } = await database.query<{ ids: string[]; moved: bigint }>(
    `select array(select id::text from payments) as ids,
  (select sum(amount) from transfers) as moved`,
  )
  const ids = made.map((each) => (isRefusal(each) ? "" : each.payment.id))
  assert.deepEqual(rows[0]!.ids.sort(), ids.sort())
  assert.equal(rows[0]!.moved, 500n)
})
