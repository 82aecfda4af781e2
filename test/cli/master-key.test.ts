/** `caudal master-key`: what operators see of keys, and rotating them, a sandbox's own included. */
import assert from "node:assert/strict"
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { readConfig } from "../../src/config.ts"
import { masterKey } from "../../src/core/seal.ts"
import { makeLogger } from "../../src/http/log.ts"
import { startSystem } from "../../src/system.ts"
import { lastFirst } from "../support/cleanup.ts"
import { testDatabase } from "../support/database.ts"
import { startGateway } from "../support/gateway.ts"
import { caudal, operator, temporaryFolder } from "./caudal.ts"

const { url } = await testDatabase({ after })
const folder = temporaryFolder({ after })
const path = join(folder, "master.key")
const settings = { DATABASE_URL: url, CAUDAL_DATA_DIR: folder }
const { does, asked } = operator(settings)
const keys = () => readFileSync(path, "utf8").trim().split("\n")
const idOf = (text: string) => masterKey(Buffer.from(text, "base64")).id

await does("merchant", "add", "Tienda")
await does("key", "add", "--merchant", "Tienda", "--dialect", "caudal")
const [first] = keys() as [string]

test("each key is shown with what it sealed", async () => {
  const { out } = await does("master-key", "show")
  assert.match(out, new RegExp(`${idOf(first)} +current +2 `))
  const { boxes } = await asked("master-key", "show")
  assert.deepEqual(
    boxes.filter((each: { keys: object }) => Object.keys(each.keys).length > 0),
    [
      { table: "terms", column: "signing_key_sealed", keys: { [idOf(first)]: 1 } },
      { table: "installation", column: "key_check_sealed", keys: { [idOf(first)]: 1 } },
    ],
  )
})

test("a sandbox's key is rotated in its file, and the old one opens nothing any more", async () => {
  const { resealed, retired, keyId } = await asked("master-key", "rotate")
  const [second, ...more] = keys() as [string]
  assert.deepEqual([resealed, retired, keyId, more], [2, [idOf(first)], idOf(second), []])
  assert.notEqual(second, first)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith("master.key.")),
    [],
  )
  const old = await caudal(["merchant", "list"], { ...settings, CAUDAL_MASTER_KEY: first })
  assert.equal(old.code, 1)
  assert.match(old.err, new RegExp(`the one with the id ${idOf(second)}\\.`))
  assert.ok(!old.err.includes(first) && !old.err.includes(second))
  const told = await asked("audit", "list", "--action", "master-key.rotate")
  assert.equal(told.entries.length, 1, "a rotation is one entry")
})

test("a rotation that was cut short goes on with the key that it had made", async () => {
  const [current] = keys() as [string]
  const next = Buffer.alloc(32, 9).toString("base64")
  writeFileSync(path, `${next}\n${current}\n`)
  const { retired, keyId } = await asked("master-key", "rotate")
  assert.deepEqual([retired, keyId, keys()], [[idOf(current)], idOf(next), [next]])
})

test("keys of the settings: the new one beside the older, then alone", async () => {
  const [older] = keys() as [string]
  const current = Buffer.alloc(32, 10).toString("base64")
  const alone = operator({ ...settings, CAUDAL_MASTER_KEY: current })
  const both = { ...settings, CAUDAL_MASTER_KEY: current, CAUDAL_MASTER_KEY_OLDER: older }
  assert.match((await operator(both).does("master-key", "show")).out, /older +2 /)
  const { out } = await operator(both).does("master-key", "rotate")
  assert.match(out, /^2 boxes were sealed anew under the key [0-9a-f]{8}; 0 were already\.\n/)
  assert.match(out, new RegExp(`Nothing bears the key ${idOf(older)} any more`))
  assert.match((await alone.does("master-key", "rotate")).out, /^0 boxes .*; 2 were already\.\n/)
  assert.deepEqual(keys(), [older])
  for (const wrong of [current, "no key"]) {
    const ran = await caudal(["master-key", "show"], {
      ...settings,
      CAUDAL_MASTER_KEY_OLDER: wrong,
    })
    assert.equal(ran.code, 1)
    assert.match(ran.err, /^CAUDAL_MASTER_KEY_OLDER: /)
  }
})

test("what sandbox.json says of the webhooks' secret is true after a rotation, too", async (t) => {
  const context = lastFirst(t)
  const { url: DATABASE_URL } = await testDatabase(context)
  const CAUDAL_DATA_DIR = temporaryFolder(context)
  const CAUDAL_SANDBOX_WEBHOOK_URL = "http://127.0.0.1:9/hook"
  const own = { DATABASE_URL, CAUDAL_DATA_DIR, CAUDAL_SANDBOX_WEBHOOK_URL }
  const toldAndStored = async () => {
    const config = readConfig({ ...own, PORT: "0", CAUDAL_SANDBOX_CHAIN: "0" }, CAUDAL_DATA_DIR)
    const system = await startSystem({ config, log: makeLogger({ level: "silent" }) })
    const { merchants } = system.core
    const demo = (await merchants.findByName("Demo"))!
    const endpoints = await merchants.endpoints(demo.id)
    const stored = endpoints
      .filter(({ dialect, disabledAt }) => dialect === "caudal" && disabledAt === null)
      .map((endpoint) => merchants.endpointSecret(endpoint))
    await system.stop()
    const file = JSON.parse(readFileSync(join(CAUDAL_DATA_DIR, "sandbox.json"), "utf8"))
    return { told: [file.caudal.webhookSecret], stored }
  }
  const before = await toldAndStored()
  assert.deepEqual(before.told, before.stored)
  await operator(own).does("master-key", "rotate")
  const afterwards = await toldAndStored()
  assert.deepEqual(afterwards.told, afterwards.stored)
})

test("a sandbox's own key stays while its gateway runs", async (t) => {
  const context = lastFirst(t)
  const own = await testDatabase(context)
  const gateway = await startGateway(context, { DATABASE_URL: own.url })
  const beside = { DATABASE_URL: own.url, CAUDAL_DATA_DIR: gateway.dataDir }
  const before = readFileSync(join(gateway.dataDir, "master.key"), "utf8")
  const ran = await caudal(["master-key", "rotate"], beside)
  assert.equal(ran.code, 1)
  assert.match(ran.err, /A gateway runs on this database/)
  assert.equal(readFileSync(join(gateway.dataDir, "master.key"), "utf8"), before)
})
