/** Compares the guide to the rail of Tapila's API with the program, plays it, and its languages. */
import assert from "node:assert/strict"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { hostClock } from "../src/clock.ts"
import type { Order } from "../src/core/index.ts"
import { BREAKER_LIMITS } from "../src/outbound/index.ts"
import { PROVIDER_LIMITS } from "../src/outbound/provider.ts"
import { CATALOGUE_LIMITS } from "../src/rails/tapila/catalogue.ts"
import { COUNTRIES } from "../src/rails/tapila/countries.ts"
import { makeTapila, readSettings } from "../src/rails/tapila/index.ts"
import { type Look, sightingsOf } from "../src/rails/tapila/look.ts"
import { refusedBy } from "../src/rails/tapila/refusals.ts"
import { schemaFor } from "../src/rails/tapila/schema.ts"
import { temporaryFolder } from "./cli/caudal.ts"
import { lastFirst } from "./support/cleanup.ts"
import { testDatabase } from "./support/database.ts"
import { startGateway } from "./support/gateway.ts"
import { codeIn, liveWith, namesIn, numbersOf, openGuide } from "./support/guide.ts"
import { play } from "./support/play.ts"
import {
  failure,
  operationOf,
  type TapilaProvider,
  tapilaWorld,
} from "./support/tapila-provider.ts"

const guide = openGuide("tapila", "rails")
const { english, tableWith } = guide
const [example] = guide.answers()
const root = join(import.meta.dirname, "..")
const rail = (file: string) => readFileSync(join(root, "src", "rails", "tapila", file), "utf8")

/** The number that stands under a name in a source, in units of `unit`. */
function constant(text: string, name: string, unit = 1): number {
  const [, number] =
    new RegExp(`${name}(?: = |: )([\\d_]+)`).exec(text) ?? assert.fail(`there is no ${name}`)
  return Number(number!.replaceAll("_", "")) / unit
}

test("both languages have the same tables, headings, examples and links", () => {
  guide.assertTwins(7)
})

const connection = schemaFor("live").shape.connections.valueType

test("the guide has every setting, with its default and bounds", () => {
  const table = tableWith("countries")
  assert.deepEqual(namesIn(table), Object.keys(connection.shape))
  const timeouts = (table.find(([name]) => name === "`timeoutMs`") ?? []).flatMap(codeIn)
  const taken = (timeoutMs: number) => connection.shape.timeoutMs.safeParse(timeoutMs).success
  const [standard] = numbersOf(table, "timeoutMs")
  assert.equal(connection.shape.timeoutMs.parse(undefined), standard)
  const [least, most] = timeouts.filter((name) => /^\d+$/.test(name) && Number(name) !== standard)
  const ends = [Number(least) - 1, Number(least), Number(most), Number(most) + 1]
  assert.deepEqual(ends.map(taken), [false, true, true, false])
  const countries = table.find(([name]) => name === "`countries`")!.at(-1)!
  assert.deepEqual(codeIn(countries), [...COUNTRIES].sort())
})

test("a live gateway starts with the guide's configuration, once its secrets are there", (t) => {
  const folder = temporaryFolder(t)
  const secrets = join(folder, "secrets")
  mkdirSync(secrets)
  const text = JSON.stringify(example).replaceAll("/run/secrets", secrets)
  for (const [, path] of text.matchAll(/"file":"([^"]+)"/g)) writeFileSync(path!, "a secret\n")
  const { config, rails } = liveWith(folder, text)
  assert.ok(rails.some(({ name, sells }) => name === config.file.rails.default && sells))
  const { connections } = readSettings(JSON.parse(text).rails.tapila, "live")
  assert.deepEqual(
    connections.map(({ name, password }) => [name, password]),
    [
      ["north", "a secret"],
      ["south", "a secret"],
    ],
  )
})

test("the guide has every code of a refusal, with what it means", () => {
  const table = tableWith("400")
  const known = [...rail("refusals.ts").matchAll(/^ {2}(\w+): (?:refused|lasting)\((\d+)/gm)]
  assert.deepEqual(
    table.map(([status, code]) => `${codeIn(code!)} ${codeIn(status!)}`).sort(),
    known.map(([, code, status]) => `${code} ${status}`).sort(),
  )
  for (const [status, code, reason, log] of table) {
    const refused = refusedBy(Number(codeIn(status!)[0]), codeIn(code!)[0]!)
    assert.equal(codeIn(reason!)[0], refused?.reason, code)
    assert.equal(log === "", refused?.loud === null, code)
  }
  assert.match(english, /`401`, `403` and `429` without any code/)
  for (const status of [400, 401, 403, 404, 409, 429, 500]) {
    assert.equal(refusedBy(status, null) !== null, [401, 403, 429].includes(status), `${status}`)
  }
})

type Prepare = (provider: TapilaProvider) => unknown

/** Answers that each row of the table is about, in its order. */
const CASES: readonly (readonly Prepare[])[] = [
  [answering(200, "confirmed"), answering(200)],
  [answering(200, "failed")],
  [answering(202, "processing"), answering(202), answering(200, "processing")],
  [refusing(409, "XPA04626")],
  [refusing(500, "XX05000"), refusing(500, "XPA05170"), refusing(503, "XCX05030")],
  [
    (provider) => {
      const { payment } = provider.on
      provider.on.payment = (asked) =>
        provider.count(/payment$/) > 1 ? payment(asked) : failure(401, "XCX04140")
    },
  ],
  [refusing(400, "XPA04402"), refusing(429, "XCX04680")],
  [
    (provider) => provider.stop(),
    (provider) => (provider.on.login = () => failure(401, "ALO04140")),
  ],
  [(provider) => (provider.on.payment = () => "reset")],
  [
    refusing(400, "XPA04999"),
    (provider) => (provider.on.payment = () => ({ text: "<html>" })),
    answering(200, "confirmed", { amount: 1 }),
    answering(200, "confirmed", { companyCode: "AR-R-0902" }),
    answering(200, "confirmed", { externalPaymentId: "another" }),
  ],
]

function answering(status: number, word?: string, over: object = {}): Prepare {
  return (provider) => {
    provider.on.payment = ({ body }) => ({ status, json: { ...operationOf(body, word), ...over } })
  }
}

function refusing(status: number, code: string): Prepare {
  return (provider) => (provider.on.payment = () => failure(status, code))
}

/** What the guide's words for a recharge are to the rail. */
const MEANS: readonly (readonly [RegExp, string])[] = [
  [/^is delivered/, "settled"],
  [/^is sent once more/, "settled"],
  [/^is under way/, "accepted"],
  [/^is refused/, "rejected"],
  [/^is unknown/, "unknown"],
]

test("the guide says what each answer does", async (t) => {
  const [, below] = english.split("| the provider | the recharge |\n| --- | --- |\n")
  const [table] = below!.split("\n\n")
  const rows = table!.split("\n").map((row) => row.split("|")[2]!.trim())
  assert.equal(rows.length, CASES.length)
  for (const [at, row] of rows.entries()) {
    for (const prepare of CASES[at]!) {
      // With a record there, and without: only what is looked up at once asks for it.
      for (const recorded of [true, false]) {
        const { begin, order, provider } = await tapilaWorld(t)
        const asked = order()
        provider.on.look = () => {
          if (!recorded) return failure(404, "XPA04340")
          const operation = provider.asked.find(({ path }) => path === "/payment")!.body
          return { json: { operation: operationOf(operation, "confirmed") } }
        }
        await prepare(provider)
        const answer = await begin(asked)
        const looked = /looked up at once/.test(row)
        const byRecord = recorded ? "settled" : "unknown"
        const expected = looked ? byRecord : MEANS.find(([words]) => words.test(row))?.[1]
        assert.equal(answer === "unknown" ? answer : answer.kind, expected, row)
        assert.equal(provider.count(/operation/) > 0, looked, row)
      }
    }
  }
})

test("the guide has the times of the look-ups", () => {
  const parts = { clock: hostClock(), settings: { connections: [] } }
  const log = { info() {}, warn() {}, error() {} }
  const settings = { connections: [{ timeoutMs: 1 } as never] }
  const { lookDelayMs } = makeTapila({ ...parts, log, settings })
  const told: number[] = []
  for (const [looks, after] of tableWith("8")) {
    const seconds = Number(codeIn(after!)[0])
    const numbers = codeIn(looks!).map(Number)
    const [first, last] = [Math.min(...numbers), Math.max(...numbers)]
    const count = / to /.test(looks!) ? last - first + 1 : Math.max(1, numbers.length)
    told.push(...Array<number>(count).fill(seconds))
  }
  assert.equal(told.length, 11)
  for (let look = 0; look < 20; look += 1) {
    assert.equal(
      lookDelayMs!(look, "recharge"),
      (told[look] ?? told.at(-1)!) * 1_000,
      `look ${look + 1}`,
    )
  }
})

test("the guide says what becomes of a recharge by what a look-up finds", () => {
  const source = rail("index.ts")
  const askAgainForMs = constant(source, "askAgainForMs")
  const lostAfterMs = constant(source, "lostAfterMs")
  const absentForMs = constant(source, "absentForMs")
  const limits = { askAgainForMs, lostAfterMs, absentForMs }
  const numbers = tableWith("confirmed")
    .flatMap(([says]) => codeIn(says!))
    .filter((code) => /^\d+$/.test(code) && code !== "404")
  const ends = [askAgainForMs, lostAfterMs, absentForMs]
  assert.deepEqual(numbers.map((text) => Number(text) * 1_000).sort(), [...ends].sort())
  const begunAt = new Date("2026-01-05T14:00:00.000Z")
  const order = { attemptId: "a", begunAt, createdAt: begunAt, railReference: null }
  const absent: Look = { kind: "absent" }
  const meaning = (look: Look, ageMs: number, over: object = {}, absentMs = absentForMs) => {
    const now = new Date(begunAt.getTime() + ageMs)
    const looked = { now, absentSince: new Date(now.getTime() - absentMs) }
    return sightingsOf({ ...order, ...over } as unknown as Order, look, looked, limits).map(
      ({ fact }) => fact.kind,
    )
  }
  const found = (standing: "confirmed" | "failed" | "processing"): Look => {
    return { kind: "found", standing, railReference: "b" }
  }
  // One row of the table each, in its order.
  assert.deepEqual(meaning(found("confirmed"), 0), ["settled"])
  assert.deepEqual(meaning(found("failed"), 0), ["declined"])
  assert.deepEqual(meaning(found("processing"), 0), ["accepted"])
  assert.deepEqual(meaning(absent, askAgainForMs - 1), ["absent"])
  assert.deepEqual(meaning(absent, askAgainForMs), [])
  assert.deepEqual(meaning(absent, lostAfterMs - 1), [])
  assert.deepEqual(meaning(absent, lostAfterMs, {}, absentForMs - 1), [])
  assert.deepEqual(meaning(absent, lostAfterMs), ["declined"])
  assert.deepEqual(meaning(absent, lostAfterMs, { railReference: "b" }), [])
  assert.deepEqual(meaning({ kind: "nothing" }, lostAfterMs), [])
  assert.equal(tableWith("confirmed").length, 8)
})

test("the guide has the limits", () => {
  const [, below] = english.split("\n## Limits\n")
  const saidOf = (what: string) =>
    codeIn(below!.split("\n").find((line) => line.startsWith(`| ${what} |`))!)
  const MIB = 2 ** 20
  const limits: [what: string, number: number][] = [
    ["one call", constant(rail("connection.ts"), "LOGIN_TIMEOUT_MS", 1_000)],
    ["calls at once", PROVIDER_LIMITS.connections],
    ["look-ups at once", constant(rail("index.ts"), "LOOKS_AT_ONCE")],
    ["an answer", PROVIDER_LIMITS.answerBytes / MIB],
    ["an answer", CATALOGUE_LIMITS.pageBytes / MIB],
    ["the catalogue", CATALOGUE_LIMITS.pages],
    ["the catalogue", CATALOGUE_LIMITS.bytes / MIB],
    ["the catalogue", CATALOGUE_LIMITS.companies],
    ["the catalogue", CATALOGUE_LIMITS.timeoutMs / 1_000],
    ["connections", constant(rail("schema.ts"), "CONNECTIONS_MAX")],
  ]
  for (const [what, number] of limits) {
    assert.ok(saidOf(what).includes(String(number)), `${what}: ${number}`)
  }
  const [, ill] = /\n## A provider that is ill\n([\s\S]*?)\n## /.exec(english)!
  const { faults, restMaxMs, askedMaxMs } = BREAKER_LIMITS
  for (const number of [faults, restMaxMs / 1_000, askedMaxMs / 1_000]) {
    assert.ok(codeIn(ill!).includes(String(number)), String(number))
  }
})

test("the two sandboxes go as the guide tells it", async (t) => {
  const context = lastFirst(t)
  const { url: theirDatabase } = await testDatabase(context)
  const { url: ourDatabase } = await testDatabase(context)
  const provider = await startGateway(context, { DATABASE_URL: theirDatabase })
  const [start, join_, sell, recharge, ...others] = guide.blocks("sh")
  assert.deepEqual(others, [])
  assert.match(start!, /^PORT=8081 CAUDAL_DATA_DIR=provider \S+ npm start\n$/)
  const there = "CAUDAL_DATA_DIR=provider "
  const [configure, tell] = join_!.replace(/\nnpm start\n$/, "\n").split(there)
  const folders = { provider: provider.dataDir }
  const written = await play(t, `${configure}cat caudal.json\n`, {}, folders)
  const file = join(temporaryFolder(context), "caudal.json")
  writeFileSync(file, written)

  const ours = { DATABASE_URL: ourDatabase, CAUDAL_CONFIG: file }
  const gateway = await startGateway(context, ours)
  const script = [there, tell, sell, `\necho\n`, recharge].join("")
  const typed = script
    .replaceAll("http://127.0.0.1:8080", gateway.url)
    .replaceAll(there, `DATABASE_URL='${theirDatabase}' ${there}`)
  const all = { ...folders, data: gateway.dataDir }
  const out = await play(t, typed, { ...ours, CAUDAL_DATA_DIR: "data" }, all)
  assert.match(out, /^Demo is told at \S+\/rails\/tapila\/notify\/provider \(tapila\)\.$/m)
  assert.match(out, /^Would load \d+ companies with \d+ products\.$/m)
  assert.match(out, /^Loaded \d+ companies with \d+ products\.$/m)
  assert.match(out, /recharge over tapila/)
  assert.match(out, /"name":"tapila provider","ok":true/)
  assert.match(out, /"status":"confirmed",.*"agent":"Tapila"/)
  assert.match(out, /"code":"XX05000"/)
  const balances = [...out.matchAll(/^ARS +available +(\S+)$/gm)].map(([, amount]) => amount)
  assert.equal(balances.length, 2)
  assert.equal(balances[0], balances[1])
  assert.ok(Number(balances[0]) > 0)
})
