/** The operator's commands: what they do to a database, what they print, how they say no. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { closeSync, existsSync, openSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { sandboxCatalogue } from "../../src/core/catalogue/load.ts"
import { testDatabase } from "../support/database.ts"
import {
  BIN,
  CLI,
  caudal,
  environment,
  listen,
  operator,
  run,
  type Settings,
  temporaryFolder,
} from "./caudal.ts"

const { url, database } = await testDatabase({ after })
const settings: Settings = { DATABASE_URL: url, CAUDAL_DATA_DIR: temporaryFolder({ after }) }

const { does, asked } = operator(settings)

before(async () => {
  const rail = ["--rail", "bank=simulator"]
  await does("merchant", "add", "Tienda Azul", "--display-name", "Azul", ...rail)
})

test("a merchant that was added is listed and shown, and its name is taken", async () => {
  const { merchants } = await asked("merchant", "list")
  assert.deepEqual(
    merchants.map(({ name }: { name: string }) => name),
    ["Tienda Azul"],
  )
  const { merchant, keys } = await asked("merchant", "show", "tienda azul")
  assert.equal(merchant.settings.displayName, "Azul")
  assert.deepEqual(merchant.settings.rails, { bank: "simulator" })
  assert.equal(merchant.timeZone, "America/Bogota")
  assert.deepEqual(keys, [])
  const byId = await does("merchant", "show", merchant.id)
  assert.match(byId.out, /^Tienda Azul\n {2}id {10}/)

  const again = await caudal(["merchant", "add", "TIENDA AZUL"], settings)
  assert.equal(again.code, 1)
  assert.match(again.err, /There is a merchant "TIENDA AZUL" already/)
})

const SHOWN: readonly (readonly [dialect: string, shown: readonly string[], stored: number])[] = [
  ["pentagoo", ["key", "secret"], 1],
  ["tapila", ["clientUsername", "password", "apiKey", "webhookKey"], 2],
  ["palomma-pay", ["privateKey", "integrityKey"], 1],
  ["palomma-direct-debit", ["apiKey", "integrityKey"], 1],
  ["caudal", ["apiKey"], 1],
]
for (const [dialect, shown, stored] of SHOWN) {
  test(`a key for ${dialect} is shown once, listed without its secret, and revoked`, async () => {
    const about = ["--merchant", "Tienda Azul", "--dialect", dialect]
    const made = await asked("key", "add", ...about)
    assert.deepEqual(Object.keys(made.credentials), shown)
    assert.equal(made.ids.length, stored)
    assert.match(made.baseUrl, /^http:\/\/127\.0\.0\.1:8080\//)

    const listed = await does("key", "list", ...about, "--json")
    const open: string[] = ["key", "clientUsername"]
    for (const [name, value] of Object.entries<string>(made.credentials)) {
      if (!open.includes(name)) assert.ok(!listed.out.includes(value), name)
    }
    for (const id of made.ids) {
      const ended = await asked("key", "revoke", id, "--merchant", "Tienda Azul")
      assert.equal(ended.revoked, true)
    }
    const again = await asked("key", "revoke", made.ids[0], "--merchant", "Tienda Azul")
    assert.equal(again.revoked, false)
    const { keys } = await asked("key", "list", ...about)
    assert.ok(keys.every(({ revokedAt }: { revokedAt: string | null }) => revokedAt !== null))
  })
}

test("a second key signs with the same key as the first", async () => {
  const about = ["--merchant", "Tienda Azul", "--dialect", "palomma-pay"]
  const first = await asked("key", "add", ...about)
  const second = await asked("key", "add", ...about)
  assert.notEqual(first.credentials.privateKey, second.credentials.privateKey)
  assert.equal(first.credentials.integrityKey, second.credentials.integrityKey)
})

test("an endpoint is added once, disabled with a reason, and enabled again", async () => {
  const about = ["--merchant", "Tienda Azul", "--dialect", "caudal"]
  const add = ["endpoint", "add", ...about, "--url", "http://127.0.0.1:9/hook"]
  const made = await asked(...add, "--header", "X-Api-Key: s3cret value", "--header", "b:2")
  assert.match(made.webhookSecret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  const { rows } = await database.query<{ sealed: Buffer }>(
    "select headers_sealed as sealed from endpoints where id = $1",
    [made.endpoint.id],
  )
  assert.ok(!rows[0]!.sealed.toString("latin1").includes("s3cret"))

  const twice = await caudal(add, settings)
  assert.equal(twice.code, 1)
  assert.match(twice.err, new RegExp(`is told already \\(${made.endpoint.id}\\)`))

  const { id } = made.endpoint
  const named = [id, "--merchant", "Tienda Azul"]
  const off = await asked("endpoint", "disable", ...named, "--reason", "it moved")
  assert.equal(off.endpoint.disabledReason, "it moved")
  const on = await asked("endpoint", "enable", ...named)
  assert.equal(on.endpoint.disabledAt, null)
  const { endpoints } = await asked("endpoint", "list", ...about)
  assert.deepEqual(
    endpoints.map((each: { id: string }) => each.id),
    [id],
  )
})

test("a top-up is booked once per reference, and the books stay right", async () => {
  const about = ["wallet", "top-up", "--merchant", "Tienda Azul", "--currency", "cop"]
  const topUp = [...about, "--amount", "1500.5", "--reference", "bank-17"]
  const { currency, amount, available, repeated } = await asked(...topUp)
  assert.deepEqual(
    { currency, amount, available, repeated },
    { currency: "COP", amount: "1500.50", available: "1500.50", repeated: false },
  )
  assert.equal((await asked(...topUp)).repeated, true)
  const other = await caudal([...about, "--amount", "99", "--reference", "bank-17"], settings)
  assert.equal(other.code, 1)
  assert.match(other.err, /bank-17: this reference was booked with another amount/)

  const { balances } = await asked("wallet", "balance", "--merchant", "Tienda Azul")
  assert.deepEqual(balances, [
    { asset: "COP", account: "available", custodian: "gateway", amount: "1500.50" },
  ])
  assert.equal((await does("verify")).out, "The books are right.\n")
})

test("books that are wrong end verify with 1 and say where", async () => {
  // Only the program may not do this: the check on the floor lets a larger balance through.
  await database.query("update accounts set balance = balance + 1 where merchant_id is not null")
  try {
    const ran = await caudal(["verify", "--json"], settings)
    assert.equal(ran.code, 1)
    const { right, wrong } = ran.json()
    assert.equal(right, false)
    assert.deepEqual(
      wrong.map(({ what }: { what: string }) => what),
      ["account", "asset"],
    )
    assert.match((await caudal(["verify"], settings)).out, /^The books are wrong:\n.*\naccount /)
  } finally {
    await database.query("update accounts set balance = balance - 1 where merchant_id is not null")
  }
})

test("a catalogue is tried before it is loaded, and what it lacks is no longer sold", async () => {
  const folder = settings["CAUDAL_DATA_DIR"]!
  const [first, second] = sandboxCatalogue()
  const file = (name: string, companies: unknown) => {
    const path = join(folder, name)
    writeFileSync(path, JSON.stringify({ companies }))
    return path
  }
  const company = (code: string) => ({
    code,
    country: code.slice(0, 2),
    currency: "COP",
    name: "Prueba",
    logo: "https://logos.example/x.png",
    identifierName: "Número",
    dataType: "NUM",
    helpText: "10 dígitos",
    minLength: 10,
    maxLength: 10,
    products: [{ id: "1", description: "Saldo", amountType: "CLOSED", amount: "1000" }],
  })
  const [one, two] = [first!.code, second!.code].map((_, at) => `CO-R-100${at}`)
  const both = file("both.json", [company(one!), company(two!)])
  const tried = await asked("catalogue", "load", both, "--dry-run")
  assert.deepEqual(
    { dryRun: tried.dryRun, products: tried.products, added: tried.added },
    { dryRun: true, products: 2, added: [one, two] },
  )
  assert.deepEqual((await asked("catalogue", "load", both)).added, [one, two])
  const less = await asked("catalogue", "load", file("less.json", [company(two!)]))
  assert.deepEqual({ kept: less.kept, ended: less.ended }, { kept: [two], ended: [one] })

  const wrong = await caudal(["catalogue", "load", file("wrong.json", [{}])], settings)
  assert.equal(wrong.code, 1)
  assert.match(wrong.err, /wrong\.json/)
})

const REFUSED: readonly (readonly [words: readonly string[], code: number, says: RegExp])[] = [
  [["key", "list", "--merchant", "Nobody"], 1, /no merchant "Nobody"; there are: Tienda Azul/],
  [["key", "revoke", "x", "--merchant", "Tienda Azul"], 1, /"x" is not the id of a key/],
  [
    ["endpoint", "disable", "01234567-89ab-4cde-8f01-23456789abcd", "--merchant", "Tienda Azul"],
    1,
    /Tienda Azul has no endpoint/,
  ],
  [
    "endpoint add --merchant x --dialect caudal --url ftp://a.example".split(" "),
    1,
    /no merchant "x"/,
  ],
  [
    [..."endpoint add --dialect caudal --url ftp://a.example --merchant".split(" "), "Tienda Azul"],
    1,
    /--url ftp:\/\/a\.example: /,
  ],
]
for (const [words, code, says] of REFUSED) {
  test(`caudal ${words.join(" ")} says no and why`, async () => {
    const ran = await caudal(words, settings)
    assert.equal(ran.code, code, ran.err)
    assert.match(ran.err, says)
    assert.equal(ran.out, "")
  })
}

test("a database of live mode is refused to a sandbox's command", async () => {
  await database.query("update installation set mode = 'live'")
  try {
    const ran = await caudal(["merchant", "list"], settings)
    assert.equal(ran.code, 1)
    assert.match(ran.err, /^CAUDAL_MODE: this database belongs to a live installation/)
  } finally {
    await database.query("update installation set mode = 'sandbox'")
  }
})

/** Nothing of these needs a database: one that was opened would show as another error. */
const NOWHERE = {
  DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
  CAUDAL_DATA_DIR: temporaryFolder({ after }),
}

const MISUSED: readonly (readonly [words: string, says: RegExp])[] = [
  ["", /^$/],
  ["pay", /no command "pay" \(did you mean "payment"\?\); there are: start, demo, merchant, key/],
  ["xyzzy", /no command "xyzzy"; there are: start/],
  ["merchant lsit", /no command "merchant lsit" \(did you mean "merchant list"\?\); there are/],
  ["verify --lang", /--lang : there are en, es/],
  ["verify --lang fr", /--lang fr: there are en, es/],
  ["verify --lang es --lang=en", /--lang was given twice/],
  ["merchant", /^$/],
  ["merchant remove", /no command "merchant remove"; there are: merchant add, merchant list/],
  ["merchant add", /merchant add also needs NAME/],
  ["merchant add a b", /does not know what to do with "b"/],
  ["merchant add a --colour red", /no option --colour; it has --time-zone, .*--json, --help/],
  ["merchant add a --time-zone Mars/Base", /--time-zone Mars\/Base: there is no such zone/],
  ["merchant add \u200b", /NAME must have 1 to 120 characters, a letter or digit among them/],
  ["merchant add \u202egro.live", /NAME must have .* none that controls/],
  ["merchant add a --display-name \u001b[31mred", /--display-name must have 1 to 80 characters/],
  [`merchant add a --support-info ${"x".repeat(201)}`, /--support-info must have 1 to 200 char/],
  ["merchant add a --rail boat", /--rail boat: write a method \(bank, wallet, crypto, recharge\)/],
  ["key add --merchant a", /key add also needs --dialect DIALECT/],
  ["key add --merchant a --dialect stripe", /no dialect "stripe"; there are: pentagoo, /],
  ["key add --merchant --dialect tapila", /--merchant needs a value: --merchant MERCHANT/],
  ["key add --merchant a --merchant b --dialect tapila", /--merchant was given twice/],
  ["verify --json=yes", /--json takes no value/],
  ["payment show x --jsno", /no option --jsno \(did you mean "--json"\?\); it has/],
  ["start --json", /start prints no JSON/],
  ["start --colour red", /no option --colour; it has --processes, --help$/m],
  ["wallet top-up --merchant a --currency XXX --amount 1 --reference r", /no currency "XXX"/],
  ["wallet top-up --merchant a --currency COP --amount 1.005 --reference r", /at most 2 decimals/],
  ["wallet top-up --merchant a --currency CLP --amount 1.5 --reference r", /without decimals/],
  ["wallet top-up --merchant a --currency COP --amount 0 --reference r", /above zero/],
  ["wallet top-up --merchant a --currency COP --amount=-5 --reference r", /is not an amount/],
  ["endpoint add --merchant a --dialect caudal --url x --header host:b", /that one is ours/],
  ["endpoint add --merchant a --dialect caudal --url x --header b", /a name, a colon and a value/],
]
for (const [words, says] of MISUSED) {
  test(`"caudal ${words}" is a mistake: 2, and what exists`, async () => {
    const ran = await caudal(words === "" ? [] : words.split(" "), NOWHERE)
    assert.equal(ran.code, 2, ran.err + ran.out)
    assert.match(ran.err, says)
  })
}

test("each command has help, which shows its name and all its options", async () => {
  const overview = await caudal(["--help"], NOWHERE)
  assert.equal(overview.code, 0)
  const groups = [...overview.out.matchAll(/^ {2}caudal ([a-z-]+) /gm)].map(([, word]) => word!)
  assert.ok(groups.length > 18, overview.out)
  for (const word of groups) {
    const group = await caudal([word, "--help"], NOWHERE)
    assert.equal(group.code, 0, group.err)
    const names = [...group.out.matchAll(/^ {2}caudal ([a-z-]+(?: [a-z][a-z-]*)?)(?: |$)/gm)]
    assert.ok(names.length > 0, group.out)
    for (const [, name] of names) {
      const help = await caudal([...name!.split(" "), "--help"], NOWHERE)
      assert.equal(help.code, 0, help.err)
      assert.ok(help.out.includes(`\n  caudal ${name}`), help.out)
      // A gateway that runs prints no result, and a script is for a shell.
      const printsNone = /^(start|completion)\b/.test(name!)
      assert.equal(/^ {2}--json /m.test(help.out), !printsNone, help.out)
      const [usage = "", about = ""] = help.out.split(/\n\n(?= {2}--)/)
      const optionsIn = (text: string) => new Set(text.match(/(?<=[ [])--[a-z-]+/g))
      const explained = optionsIn(about.split("\n\n")[0]!)
      const own = [...explained].filter((option) => !["--json", "--help"].includes(option))
      assert.deepEqual([...optionsIn(usage)].sort(), own.sort(), help.out)
    }
  }
})

test("a command whose options exclude one another shows each of its forms", async () => {
  const help = await caudal(["key", "revoke", "--help"], NOWHERE)
  assert.deepEqual(help.out.match(/^ {2}caudal key revoke.*$/gm)?.slice(0, 2), [
    "  caudal key revoke ID --merchant MERCHANT [--dialect DIALECT]",
    "  caudal key revoke ID --operator",
  ])
})

test("a database that can't be reached is named without its password", async () => {
  const url = "postgres://teller:s3cret@127.0.0.1:1/till"
  const there = { ...NOWHERE, DATABASE_URL: url }
  const ran = await caudal(["verify"], there)
  assert.equal(ran.code, 1)
  assert.match(ran.err, /^Can't use teller@127\.0\.0\.1:1\/till: .*correct DATABASE_URL/)
  assert.ok(!ran.err.includes("s3cret"))
  const json = await caudal(["verify", "--json"], there)
  assert.equal(JSON.parse(json.err).error.kind, "OpenError")
  assert.equal(json.out, "")
})

test("a wrong setting is told in a line", async () => {
  const ran = await caudal(["verify"], { CAUDAL_MODE: "dead" })
  assert.equal(ran.code, 1)
  assert.match(ran.err, /^CAUDAL_MODE: [^\n]+\n$/)
})

test("bin/caudal runs the command with the project's own Node, from any folder", async () => {
  const ran = await run(BIN, ["--version"], NOWHERE)
  assert.equal(ran.code, 0, ran.err)
  assert.match(ran.out, /^\d+\.\d+\.\d+\n$/)
})

test("who reads what is printed may leave early: nothing is said about it", async () => {
  const rows: readonly string[][] = [
    ["merchant", "list"],
    ["report", "daily", "--merchant", "Tienda Azul"],
    ["attempts", "unknown", "--json"],
  ]
  for (const words of rows) {
    const child = spawn(process.execPath, [CLI, ...words], {
      env: environment(settings),
      stdio: ["ignore", "pipe", "pipe"],
    })
    child.stdout.destroy()
    const said = listen(child)
    const [code] = await once(child, "close")
    assert.deepEqual([code, said.err()], [1, ""], words.join(" "))
  }
})

test("a disk without room for what is printed is named, and isn't taken for the database's", {
  skip: existsSync("/dev/full") ? false : "this machine has no /dev/full",
}, async () => {
  for (const words of [
    ["merchant", "list"],
    ["attempts", "unknown"],
  ]) {
    const full = openSync("/dev/full", "w")
    const child = spawn(process.execPath, [CLI, ...words], {
      env: environment(settings),
      stdio: ["ignore", full, "pipe"],
    })
    closeSync(full)
    const said = listen(child)
    const [code] = await once(child, "close")
    assert.equal(code, 1)
    assert.match(said.err(), /^What was printed could not be written: ENOSPC[^\n]+\n$/)
  }
})
