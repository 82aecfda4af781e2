/** A database is used only as it was first started: in its mode, under its master key. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { ConfigError, readConfig } from "../../src/config.ts"
import { makeLogger } from "../../src/http/log.ts"
import { startSystem } from "../../src/system.ts"
import { lastFirst } from "../support/cleanup.ts"
import { testDatabase } from "../support/database.ts"

const KEY = Buffer.alloc(32, 1).toString("base64")
const OTHER = Buffer.alloc(32, 2).toString("base64")

test("a start with another key, rail, dialect or address says what is wrong", async (t) => {
  const context = lastFirst(t)
  const { url } = await testDatabase(context)
  const dataDir = mkdtempSync(join(tmpdir(), "caudal-installation-"))
  context.after(async () => rmSync(dataDir, { recursive: true, force: true }))
  const start = async (over: Record<string, string>, file: object = {}) => {
    const settings = {
      PORT: "0",
      DATABASE_URL: url,
      CAUDAL_DATA_DIR: dataDir,
      CAUDAL_MASTER_KEY: KEY,
      ...over,
    }
    const read = readConfig(settings, dataDir)
    const config = { ...read, file: { ...read.file, ...file } }
    const system = await startSystem({ config, log: makeLogger({ level: "silent" }) })
    await system.stop()
  }
  await start({})
  await start({})
  const table: [over: Record<string, string>, file: object, says: RegExp][] = [
    [{ CAUDAL_MASTER_KEY: OTHER }, {}, /sealed with another master key/],
    [{ CAUDAL_SANDBOX_WEBHOOK_URL: "http://10.0.0.1/" }, {}, /^CAUDAL_SANDBOX_WEBHOOK_URL: /],
    [{}, { rails: { default: "pigeon" } }, /there is no rail "pigeon".*simulator/],
    [{}, { hosts: { "x.co": "stripe" } }, /hosts\.x\.co.*"stripe" is none of pentagoo/],
  ]
  for (const [over, file, says] of table) {
    await assert.rejects(start(over, file), (error: unknown) => {
      assert.ok(error instanceof ConfigError, String(error))
      assert.match(error.message, says)
      return true
    })
  }
})
