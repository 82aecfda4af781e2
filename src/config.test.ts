/** The settings: what is taken, what is refused, and that no value of a secret is ever repeated. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { ConfigError, readConfig } from "./config.ts"

const folder = mkdtempSync(join(tmpdir(), "caudal-config-"))
after(() => rmSync(folder, { recursive: true, force: true }))

const KEY = Buffer.alloc(32, 1).toString("base64")
const LIVE = {
  CAUDAL_MODE: "live",
  CAUDAL_MASTER_KEY: KEY,
  CAUDAL_PUBLIC_URL: "https://pay.example.com/",
}

test("without any setting it is a sandbox that only this machine can reach", () => {
  const config = readConfig({}, folder)
  assert.equal(config.mode, "sandbox")
  assert.equal(config.loopback, true)
  assert.deepEqual([config.host, config.port], ["127.0.0.1", 8080])
  assert.equal(config.dataDir, join(folder, "data"))
  assert.equal(config.databaseUrl, null)
})

test("a variable that is set to nothing counts as unset", () => {
  const empty = { DATABASE_URL: "", PORT: "", CAUDAL_PUBLIC_URL: "" }
  assert.deepEqual(readConfig(empty, folder), readConfig({}, folder))
})

const REFUSED: [what: string, environment: Record<string, string>, says: RegExp][] = [
  ["a port that is none", { PORT: "70000" }, /^PORT:/],
  ["a port in words", { PORT: "http" }, /^PORT:/],
  ["a mode that is none", { CAUDAL_MODE: "test" }, /^CAUDAL_MODE:/],
  ["another database", { DATABASE_URL: "mysql://secret@x/y" }, /^DATABASE_URL:.*postgres:/],
  ["a sandbox for everybody", { HOST: "0.0.0.0" }, /^HOST:.*CAUDAL_SANDBOX_PUBLIC=1/],
  ["a file that isn't there", { CAUDAL_CONFIG: "no.json" }, /^CAUDAL_CONFIG: there is no file/],
  ["live without a key", { ...LIVE, CAUDAL_MASTER_KEY: "" }, /CAUDAL_MASTER_KEY: live needs/],
  ["live without an address", { ...LIVE, CAUDAL_PUBLIC_URL: "" }, /CAUDAL_PUBLIC_URL: live needs/],
  ["live without TLS", { ...LIVE, CAUDAL_PUBLIC_URL: "http://x.example" }, /live needs https/],
  ["live without a rail", LIVE, /rails\.default/],
]
for (const [what, environment, says] of REFUSED) {
  test(`${what} is refused with what to do`, () => {
    assert.throws(
      () => readConfig(environment, folder),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError)
        assert.match(error.message, says)
        assert.doesNotMatch(error.message, /secret/)
        return true
      },
    )
  })
}

const FILES: [what: string, text: string, says: RegExp | null][] = [
  ["an empty object", "{}", null],
  ["hosts and addresses", '{"hosts":{"api.x.co":"tapila"},"webhooks":{"allow":["::1"]}}', null],
  ["no JSON", "{hosts}", /not valid JSON/],
  ["a member nobody knows", '{"railz":{}}', /railz/],
  ["a list for hosts", '{"hosts":["x.co"]}', /hosts/],
]
for (const [what, text, says] of FILES) {
  test(`a configuration file with ${what} is ${says ? "refused" : "taken"}`, () => {
    writeFileSync(join(folder, "one.json"), text)
    const read = () => readConfig({ CAUDAL_CONFIG: "one.json" }, folder)
    if (says) assert.throws(read, says)
    else assert.doesNotThrow(read)
  })
}

test("a secret may lie in a file, whose last line may end as editors end it", () => {
  const path = join(folder, "url")
  writeFileSync(path, "postgres://caudal:hush@db/caudal\n")
  writeFileSync(join(folder, "key"), KEY)
  const given = { DATABASE_URL_FILE: path, CAUDAL_MASTER_KEY_FILE: "key" }
  const { databaseUrl, masterKey } = readConfig(given, folder)
  assert.deepEqual([databaseUrl, masterKey], ["postgres://caudal:hush@db/caudal", KEY])
})

test("a secret's file that can't be meant is refused without what stands in it", () => {
  writeFileSync(join(folder, "none"), "\n")
  writeFileSync(join(folder, "large"), "hush".repeat(3_000))
  writeFileSync(join(folder, "hush"), "mysql://hush@db/caudal")
  const table: [says: RegExp, environment: Record<string, string>][] = [
    [
      /^DATABASE_URL_FILE: the file .*gone can't be read \(ENOENT\)$/,
      { DATABASE_URL_FILE: "gone" },
    ],
    [/^DATABASE_URL_FILE: the file .* can't be read \(EISDIR\)$/, { DATABASE_URL_FILE: "." }],
    [/^DATABASE_URL_FILE: the file .*none is empty$/, { DATABASE_URL_FILE: "none" }],
    [/^DATABASE_URL_FILE: is too large$/, { DATABASE_URL_FILE: "large" }],
    [/^DATABASE_URL: must be an address/, { DATABASE_URL_FILE: "hush" }],
    [
      /^CAUDAL_MASTER_KEY_FILE: CAUDAL_MASTER_KEY is given, too$/,
      { CAUDAL_MASTER_KEY: KEY, CAUDAL_MASTER_KEY_FILE: "key" },
    ],
  ]
  for (const [says, environment] of table) {
    assert.throws(
      () => readConfig(environment, folder),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError)
        assert.match(error.message, says)
        assert.doesNotMatch(error.message, /:\/\/hush|hushhush/)
        return true
      },
    )
  }
})
