/** Compares the guide to bank files with the program, plays its start, and its two languages. */
import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { collectionDate } from "../src/calendar.ts"
import { hostClock } from "../src/clock.ts"
import { type Kind, verdictOn, wordOf } from "../src/core/exchange/meaning.ts"
import { OUTCOMES_OF_LINES, type Saying } from "../src/core/index.ts"
import type { AttemptState } from "../src/core/payments/attempt.ts"
import { BANKS } from "../src/dialects/palomma-direct-debit/requests.ts"
import { ANSWER_KINDS, ORDER_KINDS } from "../src/iso20022/items.ts"
import { readAnswers } from "../src/iso20022/read.ts"
import { reasonOf } from "../src/iso20022/reasons.ts"
import { BANK_CODES } from "../src/rails/bank-files/banks.ts"
import { FOLDERS } from "../src/rails/bank-files/folder.ts"
import { sayingsOf } from "../src/rails/bank-files/incoming.ts"
import { bankFilesSchema } from "../src/rails/bank-files/schema.ts"
import { readSettings } from "../src/rails/bank-files/settings.ts"
import { temporaryFolder } from "./cli/caudal.ts"
import { lastFirst } from "./support/cleanup.ts"
import { testDatabase } from "./support/database.ts"
import { startGateway } from "./support/gateway.ts"
import { codeIn, liveWith, namesIn, openGuide, type Table } from "./support/guide.ts"
import { play } from "./support/play.ts"

const guide = openGuide("bank-files", "rails")
const { english, tableWith } = guide
const root = join(import.meta.dirname, "..")
const [example] = guide.answers()
const given = example.rails["bank-files"]

/** The rows of the table whose heading begins so, of which a first cell isn't always code. */
function tableBelow(heading: string): Table {
  const [, below] = english.split(`\n| ${heading}`)
  assert.ok(below, `no table begins with ${heading}`)
  const [table] = /(?:^\|.*\n)+/m.exec(below.slice(below.indexOf("\n") + 1))!
  const lines = table.trim().split("\n").slice(1)
  return lines.map((line) => line.slice(1, -1).split("|")).map((row) => row.map((c) => c.trim()))
}

test("both languages have the same tables, headings, examples and links", () => {
  guide.assertTwins(13)
})

test("the guide has every setting, with its default and bounds", () => {
  const shape = bankFilesSchema.shape
  assert.deepEqual(namesIn(tableWith("ordersPerFile")), Object.keys(shape))
  const account = shape.accounts.unwrap().valueType
  assert.deepEqual(namesIn(tableWith("cutOff")), Object.keys(account.shape))
  const defaults = bankFilesSchema.parse({})
  const cells = new Map(tableWith("ordersPerFile").map(([name, ...rest]) => [name, rest]))
  for (const name of ["timeZone", "ordersPerFile", "letters"] as const) {
    assert.equal(cells.get(`\`${name}\``)![0], `\`${defaults[name]}\``, name)
  }
  const most = Number(codeIn(cells.get("`ordersPerFile`")![1]!)[0])
  assert.ok(bankFilesSchema.safeParse({ ordersPerFile: most }).success)
  assert.ok(!bankFilesSchema.safeParse({ ordersPerFile: most + 1 }).success)
  const sandbox = readSettings({}, { mode: "sandbox", dataDir: "/data" })
  const seconds = Number(codeIn(cells.get("`sendEverySeconds`")![0]!)[0])
  assert.deepEqual(sandbox.sending, { kind: "every", seconds })
  assert.equal(sandbox.folder, "/data/bank-files")
  assert.equal([...sandbox.accounts.values()][0]!.currency, "COP")
})

test("a live gateway starts with the guide's configuration, as it stands", (t) => {
  const folder = temporaryFolder(t)
  const { config, rails } = liveWith(folder, JSON.stringify(example))
  assert.ok(rails.some(({ name }) => name === config.file.rails.default))
  const read = readSettings(given, { mode: "live", dataDir: folder })
  assert.equal(read.folder, given.folder)
  assert.equal(read.simulatedBank, false)
  // What can be left out is shown all the same, but for what has a default that fits.
  for (const member of Object.keys(given)) assert.ok(member in bankFilesSchema.shape, member)
})

test("the banks without a code are those that the guide names", () => {
  const without = BANKS.filter((bank) => !(bank in BANK_CODES))
  const [, named] = /before you go live\.\s+([\s\S]*?) have none/.exec(english)!
  assert.deepEqual(codeIn(named!), without.sort())
  assert.equal(BANKS.length, 40)
})

test("the guide has the messages, the folders, the outcomes and the metrics", () => {
  const messages = tableWith("camt.053.001.08")
  assert.deepEqual(
    messages.map(([kind, way]) => `${way} ${codeIn(kind!)[0]}`),
    [...ORDER_KINDS.map((kind) => `out ${kind}`), ...ANSWER_KINDS.map((kind) => `in ${kind}`)],
  )
  const inFolder = namesIn(tableWith("work/")).map((name) => name.split("/")[0]!)
  assert.deepEqual([...new Set(inFolder)].sort(), [...FOLDERS, ".caudal", "simulated-bank"].sort())
  assert.deepEqual(namesIn(tableWith("unmatched")).sort(), [...OUTCOMES_OF_LINES].sort())
  const source = ["send.ts", "receive.ts", "passes.ts"]
    .map((file) => readFileSync(join(root, "src/core/exchange", file), "utf8"))
    .join("")
  for (const [, name] of english.matchAll(/`caudal_(exchange_\w+)`/g)) {
    assert.ok(source.includes(`"${name}"`), name)
  }
  const [, codes] = /a bank that says so \(([^)]*)\)/.exec(english)!
  for (const code of codeIn(codes!)) assert.equal(reasonOf(code), "mandate_revoked", code)
})

const STATES = ["unknown", "open", "approved", "settled", "declined", "returned"] as const

for (const [heading, kind] of [
  ["of a debit,", "charge"],
  ["of a refund,", "refund"],
] as const satisfies readonly (readonly [string, Kind])[]) {
  test(`the guide says what becomes of each line about a ${kind}`, () => {
    const told = new Map<string, string[][]>()
    for (const [says, ...cells] of tableBelow(heading)) {
      const words = new Set(says!.split(", ").map((each) => wordOf(kind, each as Saying)!))
      assert.equal(words.size, 1, says)
      told.set([...words][0]!, cells.map(codeIn))
    }
    assert.equal(told.size, 5)
    for (const [word, cells] of told) {
      const outcomes = STATES.map((state: AttemptState) => {
        const verdict = verdictOn(kind, word as never, state)
        return [verdict === "tell" ? "booked" : verdict]
      })
      assert.deepEqual(cells, outcomes, word)
    }
  })
}

test("the guide says how each status is read", async () => {
  const means = new Map(
    tableBelow("status in a").flatMap(([codes, read]) => {
      return codeIn(codes!).map((code) => [code, read!.startsWith("nothing") ? "nothing" : read!])
    }),
  )
  assert.equal(means.size, 15)
  const orders = [...means.keys()].map(
    (code) =>
      `<TxInfAndSts><OrgnlEndToEndId>1</OrgnlEndToEndId><TxSts>${code}</TxSts></TxInfAndSts>`,
  )
  const report =
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>' +
    "<GrpHdr><MsgId>1</MsgId><CreDtTm>2026-01-05T10:00:00Z</CreDtTm></GrpHdr>" +
    "<OrgnlGrpInfAndSts><OrgnlMsgId>1</OrgnlMsgId><OrgnlMsgNmId>pain.008</OrgnlMsgNmId>" +
    "</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>1</OrgnlPmtInfId>" +
    `${orders.join("")}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>`
  async function* bytes() {
    yield Buffer.from(report)
  }
  const settings = { accounts: new Map(), timeZone: "America/Bogota" }
  const said: string[] = []
  for await (const each of sayingsOf({ clock: hostClock(), settings }, readAnswers(bytes()))) {
    assert.notEqual(each.said, "refused", JSON.stringify(each))
    if (each.said === "line") said.push(each.says)
  }
  assert.deepEqual(said, [...means.values()])
})

test("the guide's days of collection are those of its account", () => {
  const { cutOff, leadDays } = given.accounts.main
  assert.ok(english.includes(`With a cut-off at ${cutOff} and one day:`))
  assert.equal(leadDays, 1)
  const table = tableBelow("leaves, in Bogotá")
  assert.equal(table.length, 4)
  for (const [leaves, day] of table) {
    const [date, time] = leaves!.split(" ")
    const now = new Date(`${date}T${time}:00-05:00`)
    const found = collectionDate({ now, cutOff, leadDays, timeZone: "America/Bogota" })
    assert.equal(found, day!.slice(0, 10), leaves)
  }
})

const INBOX = "src/rails/bank-files/inbox.ts"
const SCHEMA = "src/rails/bank-files/schema.ts"
const LIMITS = [
  ["orders in a file", SCHEMA, "ORDERS_MAX", 1],
  ["a file that comes", INBOX, "BYTES_MAX", 1],
  ["files looked at", INBOX, "LOOKED_MAX", 1],
  ["files looked at", INBOX, "TOLD_MAX", 1],
  ["at rest", INBOX, "REST_MS", 1_000],
  ["nodes", "src/core/exchange/lease.ts", "LEASE_MS", 1_000],
  ["accounts", SCHEMA, "ACCOUNTS_MAX", 1],
] as const

for (const [what, file, name, unit] of LIMITS) {
  test(`the guide has the limit ${name}`, () => {
    const [, limits] = english.split("\n## Limits\n")
    const line = limits!.split("\n").find((each) => each.startsWith(`| ${what} |`))!
    const [, number] = new RegExp(`const ${name} = ([\\d_]+)`).exec(
      readFileSync(join(root, file), "utf8"),
    )!
    assert.ok(codeIn(line).includes(String(Number(number!.replaceAll("_", "")) / unit)), line)
  })
}

test("the start in five minutes goes as the guide tells it", async (t) => {
  const context = lastFirst(t)
  const folder = temporaryFolder(context)
  const config = join(folder, "caudal.json")
  // As in a sandbox without settings, but that files leave sooner.
  const rails = { "bank-files": { sendEverySeconds: 1 } }
  writeFileSync(config, JSON.stringify({ rails }))
  const { url: database } = await testDatabase(context)
  const settings = { DATABASE_URL: database, CAUDAL_CONFIG: config, CAUDAL_SANDBOX_CHAIN: "0" }
  const gateway = await startGateway(context, settings)
  const [start, charge, look, ...others] = guide.blocks("sh")
  assert.deepEqual(others, [])
  const shown = (path: string, has: string) =>
    `until curl -s "$URL/${path}" -H "Authorization: Bearer $KEY" | grep -q '${has}'; do sleep 0.1; done\n`
  const active = shown("paymentMethods/$METHOD", '"status":"active"')
  const paid = shown("paymentRequests/$REQUEST", '"paidAt":"')
  // The answer is booked a moment before its file is put away.
  const kept = "until ls data/bank-files/archive/*/*camt.054* >/dev/null 2>&1; do sleep 0.1; done\n"
  const script = [start, active, charge, paid, kept, look].join("")
  assert.ok(script.includes("http://127.0.0.1:8080"))
  const typed = script.replace("http://127.0.0.1:8080", gateway.url)
  const withData = { ...settings, CAUDAL_DATA_DIR: gateway.dataDir }
  const out = await play(t, typed, withData, { data: gateway.dataDir })
  assert.match(out, /bank over bank-files/)
  assert.match(out, /^bank-files: (?:no file would be sent now|would send 1 file of debits)\./m)
  assert.match(out, /^data\/bank-files\/\.caudal$/m)
  assert.match(out, /^data\/bank-files\/simulated-bank\/taken\/\S+-debits-\d{8}-\S+\.xml$/m)
  assert.match(out, /^data\/bank-files\/archive\/[\d-]+\/\S+-pain\.002-\S+\.xml$/m)
  assert.match(out, /^data\/bank-files\/archive\/[\d-]+\/\S+-camt\.054-\S+\.xml$/m)
  assert.match(out, /^out +debits-\d{8}-\S+\.xml +debits +told .* 1 +COP 45000\.00/m)
  assert.match(out, /^in +pain\.002-\S+\.xml +pain\.002\.001\.10 +done/m)
  assert.match(out, /^Payment [0-9a-f-]{36}$/m)
  assert.match(out, /notification says credit/)
  assert.ok(!out.includes("12345678999"), "an account in full")
})
