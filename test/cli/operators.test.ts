/** What operators ask of an installation: is it well, what is in it, and the same elsewhere. */
import assert from "node:assert/strict"
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { lastFirst } from "../support/cleanup.ts"
import { testDatabase } from "../support/database.ts"
import { besideCore, caudal, operator, type Settings, temporaryFolder } from "./caudal.ts"

const context = lastFirst({ after })
const { url, database } = await testDatabase(context)
const folder = temporaryFolder(context)
const settings: Settings = besideCore(url, folder)
const { does, asked } = operator(settings)
const file = (name: string) => join(folder, name)

before(async () => {
  await does("merchant", "add", "Tienda Azul", "--display-name", "Azul")
  await does("key", "add", "--merchant", "Tienda Azul", "--dialect", "tapila")
  const terms = ["--dialect", "tapila", "--fee-percent", "2.9", "--low-balance", "COP=1000.00"]
  await does("terms", "set", "Tienda Azul", ...terms)
  const about = ["--merchant", "Tienda Azul"]
  await does("endpoint", "add", ...about, "--dialect", "caudal", "--url", "http://127.0.0.1:9/hook")
  const topUp = ["wallet", "top-up", ...about, "--currency", "COP", "--amount", "1500.50"]
  await does(...topUp, "--reference", "bank-17")
})

type Finding = { readonly area: string; readonly level: string; readonly text: string }
const findings = async (over: Settings = {}): Promise<Finding[]> =>
  (await caudal(["doctor", "--json"], { ...settings, ...over })).json().findings

test("the doctor finds a sound installation well, but that no gateway runs", async () => {
  const found = await findings()
  const ill = found.filter(({ level }) => level !== "ok")
  assert.deepEqual([...new Set(ill.map(({ area }) => area))].sort(), ["books", "gateway"])
  const areas = new Set(found.map(({ area }) => area))
  for (const area of ["node", "settings", "files", "disk", "database", "tables", "receivers"]) {
    assert.ok(areas.has(area), area)
  }
  const text = await does("doctor")
  assert.match(text.out, /^✓ node /)
  assert.match(text.out, /\n! gateway {4}nothing answers at .*\n {13}→ start it/)
  assert.equal((await caudal(["doctor", "--strict"], settings)).code, 1)
})

test("what is wrong is found, and said with what to do", async () => {
  const secret = file("master.key")
  writeFileSync(secret, "not looked at")
  chmodSync(secret, 0o644)
  await database.query(
    `update books_watch set wrong = '[{"check":"a","what":"b","id":"c","detail":"d","cycle":1}]'::jsonb,
  wrong_since = '2026-01-05T00:00Z'`,
  )
  try {
    const ran = await caudal(["doctor", "--json"], settings)
    assert.equal(ran.code, 1)
    const { well, findings: found } = ran.json()
    assert.equal(well, false)
    const bad = found.filter(({ level }: Finding) => level === "bad")
    assert.deepEqual(
      bad.map(({ area }: Finding) => area),
      ["files", "books"],
    )
    assert.equal(bad[0].todo, `chmod 600 ${secret}`)
    assert.match(bad[1].text, /^1 rows are wrong since 2026-01-05/)
    assert.ok(found.some(({ text }: Finding) => /a master\.key lies in the data folder/.test(text)))
  } finally {
    await database.query("update books_watch set wrong = '[]'::jsonb, wrong_since = null")
    chmodSync(secret, 0o600)
    writeFileSync(secret, "")
  }
})

const BROKEN: readonly (readonly [over: Settings, area: string, says: RegExp])[] = [
  [{ PORT: "x" }, "settings", /^PORT: /],
  [{ DATABASE_URL: "postgres://n@127.0.0.1:1/x" }, "database", /^Can't use n@127\.0\.0\.1:1\/x/],
  [
    { CAUDAL_MASTER_KEY: Buffer.alloc(32, 8).toString("base64") },
    "master key",
    /sealed with another master key/,
  ],
]
for (const [over, area, says] of BROKEN) {
  test(`the doctor says what is wrong with ${Object.keys(over)[0]}`, async () => {
    const found = (await findings(over)).filter(({ level }) => level === "bad")
    assert.ok(found.length > 0)
    assert.equal(found[0]!.area, area)
    assert.match(found[0]!.text, says)
  })
}

test("settings go to another gateway and come out the same, also twice", async () => {
  const path = file("tienda.json")
  const out = ["export", "settings", "--merchant", "Tienda Azul", "--out", path]
  await database.query(
    `update merchants set settings = settings || '{"lateMoneyHours": 72}' where name = $1`,
    ["Tienda Azul"],
  )
  await does(...out)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  const text = readFileSync(path, "utf8")
  assert.ok(!/whsec_|password|secret/i.test(text), text)

  const { url: otherUrl } = await testDatabase(context)
  const other = operator(besideCore(otherUrl, temporaryFolder(context)))
  const tried = await other.asked("import", "settings", path, "--dry-run")
  assert.equal(tried.added, true)
  assert.ok(tried.changes.some(({ what }: { what: string }) => what === "tapila feeBasisPoints"))
  assert.deepEqual((await other.asked("merchant", "list")).merchants, [])

  const done = await other.asked("import", "settings", path)
  assert.equal(done.endpoints.length, 1)
  assert.match(done.endpoints[0].webhookSecret, /^whsec_/)
  const again = await other.asked("import", "settings", path)
  assert.deepEqual([again.changes, again.endpoints], [[], []])
  const back = await other.does("export", "settings", "--merchant", "Tienda Azul")
  const strip = (json: string) => {
    const { terms, ...rest } = JSON.parse(json)
    return { ...rest, terms: { ...terms, tapila: { ...terms.tapila, clientUsername: null } } }
  }
  assert.deepEqual({ ...strip(back.out), caudal: 0 }, { ...strip(text), caudal: 0 })
  const long = "x".repeat(120)
  await other.asked("import", "settings", path, "--as", long)
  const theirs = await other.does("export", "settings", "--merchant", long)
  assert.equal(JSON.parse(theirs.out).merchant.settings.lateMoneyHours, 72)
})

test("customers are masked in an export, and revealing them is written down", async () => {
  const path = file("customers.csv")
  const core = await import("../../src/cli/core.ts")
  const { readConfig } = await import("../../src/config.ts")
  await core.withCore(
    readConfig(settings, folder),
    () => {},
    async ({ customers, merchants }) => {
      const { id: merchantId } = (await merchants.findByName("Tienda Azul"))!
      for (let at = 0; at < 3; at += 1) {
        await customers.create({
          merchantId,
          dialect: "caudal",
          person: {
            ...{ name: `Ana =Ruiz ${at}`, documentType: "cc", documentNumber: `102030405${at}` },
            email: "ana@example.test",
          },
        } as Parameters<typeof customers.create>[0])
      }
    },
  )
  const words = ["export", "customers", "--merchant", "Tienda Azul", "--from", "1h"]
  assert.equal((await asked(...words, "--out", path)).rows, 3)
  const masked = readFileSync(path, "utf8")
  assert.match(masked, /^id,created_at,dialect,name,document_type,document_number,email/)
  assert.match(masked, /,A\* =\* \d\*,cc,\*405\d,a\*@example\.test,/)
  assert.ok(!masked.includes("Ruiz"))
  assert.deepEqual((await asked("audit", "list", "--action", "export.reveal")).entries, [])

  const shown = await does(...words, "--reveal", "--format", "ndjson")
  const rows = shown.out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    rows.map(({ document_number }) => document_number),
    ["1020304052", "1020304051", "1020304050"],
  )
  assert.equal((await asked("audit", "list", "--action", "export.reveal")).entries.length, 1)
  assert.equal((await does(...words.slice(0, 4), "--to", "1h")).out.split("\r\n").length, 2)
})

for (const what of ["payments", "instruments", "events", "deliveries"]) {
  test(`export ${what} has its columns, also where there is none`, async () => {
    const { out } = await does("export", what, "--merchant", "Tienda Azul", "--format", "csv")
    assert.match(out, /^id,created_at,[a-z_,]+\r\n$/)
  })
}

test("a statement is exported with its balances", async () => {
  const words = ["export", "statement", "--merchant", "Tienda Azul", "--currency", "COP"]
  const { out } = await does(...words)
  assert.match(out, /1500\.50/)
})

const REFUSED: readonly (readonly [words: string, code: number, says: RegExp])[] = [
  ["export paymnets --merchant T", 2, /export paymnets \(did you mean "payments"\?\): there are/],
  ["export payments", 2, /export also needs --merchant/],
  ["export statement --merchant T", 1, /no merchant "T"/],
  ["export payments --merchant T --format xml", 2, /--format xml: there are csv and ndjson/],
  ["export payments --merchant T --json", 2, /it needs --out FILE/],
  ["import settings /nowhere.json", 1, /\/nowhere\.json: ENOENT/],
]
for (const [words, code, says] of REFUSED) {
  test(`"caudal ${words}" says no and why`, async () => {
    const ran = await caudal(words.split(" "), settings)
    assert.equal(ran.code, code, ran.err)
    assert.match(ran.err, says)
  })
}

const plain = { caudalSettings: 1, merchant: { name: "x", timeZone: "UTC", settings: {} } }
const HOSTILE: readonly (readonly [text: string, says: RegExp])[] = [
  ["{", /it is no JSON/],
  ["[]", /it holds no settings/],
  ['{"caudalSettings":1}', /merchant: it is missing/],
  [
    '{"caudalSettings":1,"merchant":{"name":"x","timeZone":"UTC","settings":{}},"terms":{"stripe":{}},"endpoints":[]}',
    /terms\.stripe: there is no such dialect/,
  ],
  [
    '{"caudalSettings":1,"merchant":{"name":"x","timeZone":"Mars/Base","settings":{}},"terms":{},"endpoints":[]}',
    /there is no such zone/,
  ],
  [
    '{"caudalSettings":1,"merchant":{"name":"x","timeZone":"UTC","settings":{"colour":"red"}},"terms":{},"endpoints":[]}',
    /colour: /,
  ],
  [
    '{"caudalSettings":1,"merchant":{"name":"x","timeZone":"UTC","settings":{}},"terms":{},"endpoints":[{"dialect":"caudal","url":"ftp://x"}]}',
    /endpoint ftp:\/\/x: /,
  ],
  [
    JSON.stringify({ ...plain, terms: { caudal: { ttlSeconds: 0 } }, endpoints: [] }),
    /terms\.caudal\.ttlSeconds: /,
  ],
  [
    JSON.stringify({
      ...{ ...plain, terms: {} },
      endpoints: ["", "d".repeat(201)].map((description, at) => {
        return { dialect: "caudal", url: `http://127.0.0.1:9/${at}`, description }
      }),
    }),
    /endpoints\[0\]\.description: it must be 1 to 200 characters/,
  ],
]
for (const [text, says] of HOSTILE) {
  test(`a settings file is refused: ${says.source}`, async () => {
    const path = file("hostile.json")
    writeFileSync(path, text)
    const dry = await caudal(["import", "settings", path, "--as", "Nueva", "--dry-run"], settings)
    const ran = await caudal(["import", "settings", path, "--as", "Nueva"], settings)
    assert.notEqual(ran.code, 0)
    assert.match(ran.err, says)
    assert.deepEqual([dry.code, dry.err], [ran.code, ran.err], "a dry run says the same")
    const { rows } = await database.query("select from merchants where name = 'Nueva'")
    assert.deepEqual(rows, [], "nothing of it was brought")
  })
}
