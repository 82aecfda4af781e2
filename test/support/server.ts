/** The PostgreSQL that tests run on: one for the whole run, or one for a file that is run alone. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openDatabase } from "../../src/db/database.ts"
import { startEmbedded } from "../../src/db/embedded.ts"
import { migrate } from "../../src/db/migrate.ts"

/** The migrated, otherwise empty database that each test database is copied from. */
export const TEMPLATE = "caudal_template"

const migrations = join(import.meta.dirname, "..", "..", "migrations")

/** A server for tests. */
export type TestServer = { url: string; stop(): Promise<void> }

/** Starts a server in a fresh folder, durable like every other, with the template in it. */
export async function startTestServer(
  dataDir = mkdtempSync(join(tmpdir(), "caudal-test-")),
): Promise<TestServer> {
  const server = await startEmbedded({ dataDir, onDown: (reason) => console.error(reason) })
  const stop = async () => {
    await server.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  try {
    await makeTemplate(server.url)
  } catch (error) {
    await stop()
    throw error
  }
  return { url: server.url, stop }
}

/** Makes the template anew on a server and migrates it. */
export async function makeTemplate(serverUrl: string): Promise<void> {
  await dropDatabase(serverUrl, TEMPLATE)
  await onServer(serverUrl, `create database ${TEMPLATE}`)
  const template = openDatabase({ url: databaseOn(serverUrl, TEMPLATE) })
  try {
    await migrate(template, migrations)
  } finally {
    await template.close()
  }
}

/** Removes a database if it is there, and whoever is connected to it. */
export function dropDatabase(serverUrl: string, name: string): Promise<void> {
  return onServer(serverUrl, `drop database if exists ${name} with (force)`)
}

/** To make or drop a database the server writes all that is dirty: on a busy disk it takes long. */
const WHOLE_MS = 120_000

/** Runs one statement on the server's own database. */
export async function onServer(serverUrl: string, statement: string): Promise<void> {
  const database = openDatabase({
    url: serverUrl,
    applicationName: "caudal test",
    answerMs: WHOLE_MS,
    // One connection, so that what is set holds for what follows.
    poolSize: 1,
  })
  try {
    await database.query(`set statement_timeout = ${WHOLE_MS}`)
    await database.query(statement)
  } finally {
    await database.close()
  }
}

/** The URL of another database on the same server. */
export function databaseOn(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}
