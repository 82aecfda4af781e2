/** Gives a test a database of its own, and sees to it that the test gives it back. */
import assert from "node:assert/strict"
import { type Database, type DatabaseSettings, openDatabase } from "../../src/db/database.ts"
import { databaseOn, onServer, startTestServer, TEMPLATE } from "./server.ts"

/**
 * What `node:test` offers as a test's context, and also as its module: `testDatabase({ after })`.
 */
export type Cleanup = { after(work: () => Promise<void>): void }

/** A migrated, empty database. */
export type TestDatabase = {
  url: string
  /** Closed after the test. Whatever else the test opens on `url`, it has to close itself. */
  database: Database
}

/** The run's server (see test/run.ts), or one that is started for this process. */
const given = process.env.CAUDAL_TEST_DATABASE_URL
let own: ReturnType<typeof startTestServer> | undefined
let inUse = 0
let made = 0

async function serverUrl(): Promise<string> {
  if (given !== undefined) return given
  if (own === undefined) {
    own = startTestServer()
    process.on("beforeExit", stopOwn)
  }
  return (await own).url
}

/**
 * Comes again whenever there is nothing left to do, so after the hooks that drop databases, too.
 */
async function stopOwn(): Promise<void> {
  if (own === undefined || inUse > 0) return
  const server = own
  own = undefined
  await (await server).stop()
}

/** Makes a database for one test, or with `{ after }` from `node:test` for one file. */
export async function testDatabase(
  context: Cleanup,
  settings: Partial<DatabaseSettings> = {},
): Promise<TestDatabase> {
  inUse += 1
  made += 1
  const name = `test_${process.pid}_${made}`
  const server = await serverUrl()
  await onServer(server, `create database ${name} template ${TEMPLATE}`)
  const url = databaseOn(server, name)
  const database = openDatabase({ url, ...settings })
  context.after(async () => {
    const admin = openDatabase({ url: server, applicationName: "caudal test" })
    try {
      await database.close()
      await assertNoConnections(admin, name)
    } finally {
      await admin.query(`drop database if exists ${name} with (force)`).finally(() => admin.close())
      inUse -= 1
    }
  })
  return { url, database }
}

/** The server notices the end of a connection a moment after the client. */
const GRACE_MS = 2_000

async function assertNoConnections(admin: Database, name: string): Promise<void> {
  const giveUpAt = performance.now() + GRACE_MS
  for (;;) {
    const { rows } = await admin.query<{ application_name: string }>(
      "select application_name from pg_stat_activity where datname = $1 and pid is not null",
      [name],
    )
    if (rows.length === 0) return
    const left = rows.map((row) => row.application_name).join(", ")
    assert.ok(performance.now() < giveUpAt, `the test left connections open: ${left}`)
  }
}
