/** Compares documents with what they speak about; that links lead somewhere is tidy's affair. */
import assert from "node:assert/strict"
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { test } from "node:test"
import { run } from "../src/cli/run.ts"
import { readConfig, SETTINGS } from "../src/config.ts"
import { type Method, OUTCOMES, REASONS } from "../src/core/index.ts"
import { WAITS_MS } from "../src/core/webhooks/schedule.ts"
import { dialects } from "../src/dialects/index.ts"
import { openShelf } from "../src/docs/shelf.ts"
import { parseAllowList } from "../src/http/address.ts"
import { type Fate, fateOf, flawOf, type Step } from "../src/rails/simulator/magic.ts"
import { assertTwins } from "./support/guide.ts"

const root = join(import.meta.dirname, "..")
const read = (path: string) => readFileSync(join(root, path), "utf8")
const DOCUMENTS = globSync("{*.md,docs/**/*.md,src/**/*.md}", { cwd: root }).sort()
const { version, scripts, dependencies, optionalDependencies, devDependencies } = JSON.parse(
  read("package.json"),
)

/** The code blocks of a document in one language. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)]
    .filter(([, found]) => found === language)
    .map(([, , code]) => code!)
}

/** What stands in a table below its heading, as cells without the marks of code. */
function rows(text: string, heading: string): string[][] {
  const [, below = ""] = `\n${text}`.split(`\n${heading}\n`)
  const [table = ""] = /(?:^\|.*\n)+/m.exec(below) ?? []
  return table
    .trim()
    .split("\n")
    .slice(2)
    .map((row) => row.slice(1, -1).split("|"))
    .map((cells) => cells.map((cell) => cell.replaceAll("`", "").trim()))
}

/** Names that stand for what a start fills in. */
function placeholders(dialect: (typeof dialects)[number]): Record<string, string> {
  const ids = { next: () => "", bytes: (count: number) => Buffer.alloc(count) }
  const { shown } = dialect.issue(ids, { merchantName: "Demo", signingKey: "" })
  return Object.fromEntries(Object.keys(shown).map((name) => [name, `<${name}>`]))
}

test("the npm scripts that documents name exist", () => {
  for (const document of DOCUMENTS) {
    const named = read(document).matchAll(/npm (?:run (?:-s )?([\w:-]+)|(start|test))\b/g)
    for (const [text, name, short] of named) {
      assert.ok(scripts[name ?? short!], `${document}: ${text}`)
    }
  }
})

test("both READMEs have the commands, and the calls that the start prints", () => {
  const commands = blocks(read("README.md"), "sh")
  assert.deepEqual(blocks(read("README.es.md"), "sh"), commands)
  assert.deepEqual(commands.slice(0, 2), ["npm ci && npm start\n", "npm ci && npm test\n"])
  for (const dialect of dialects.filter(({ name }) => name !== "caudal")) {
    const curl = dialect.curl(`http://127.0.0.1:8080${dialect.basePath}`, placeholders(dialect))
    assert.ok(commands.includes(`${curl}\n`), `README.md lacks\n${curl}`)
  }
})

test("both READMEs say which version this is", () => {
  const short = version.split(".").slice(0, 2).join(".")
  assert.match(read("README.md"), new RegExp(`^Version ${short},`, "m"))
  assert.match(read("README.es.md"), new RegExp(`^Versión ${short},`, "m"))
})

test("the commands that documents name exist, with the options that they show", async () => {
  let count = 0
  for (const document of DOCUMENTS) {
    for (const words of commandsIn(read(document))) {
      let said = ""
      const out = { write: (text: string) => (said += text) }
      const code = await run([...words, "--help"], { out, err: out } as never)
      assert.equal(code, 0, `${document}: caudal ${words.join(" ")}\n${said}`)
      count += 1
    }
  }
  assert.ok(count > 10, `only ${count} commands were found`)
})

/** In blocks of shell as they are typed; in the running text without what is made up. */
function commandsIn(text: string): string[][] {
  const lines = blocks(text, "sh").join("").split("\n")
  const typed = lines.flatMap(
    (line) => /^(?:\.\/bin\/caudal|npm run -s caudal --) (.*)/.exec(line)?.[1] ?? [],
  )
  const inline = [...text.matchAll(/`(?:\.\/bin\/)?caudal ([a-z][^`<]*)`/g)].map(
    ([, rest]) => rest!,
  )
  return [...typed, ...inline].map((line) =>
    [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!),
  )
}

test("docs/operating.md names every setting, with its default", () => {
  const defaults = [...read(".env.example").matchAll(/^([A-Z_]+)=(.*)$/gm)]
  const table = rows(read("docs/operating.md"), "## Settings")
  assert.deepEqual(
    table.map(([name, value]) => [name, value]).sort(),
    defaults.map(([, name, value]) => [name, value || "unset"]).sort(),
  )
  assert.equal(table.length, SETTINGS.length)
})

test("the configuration file of docs/operating.md can be used as it stands", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "caudal-documents-"))
  t.after(() => rmSync(folder, { recursive: true }))
  const [example] = blocks(read("docs/operating.md"), "json")
  writeFileSync(join(folder, "caudal.json"), example!)
  const { file } = readConfig({}, folder)
  assert.deepEqual(file, JSON.parse(example!))
  assert.doesNotThrow(() => parseAllowList(file.webhooks.allow))
  const members = rows(read("docs/operating.md"), "### caudal.json").map(
    ([member]) => member!.split(".")[0],
  )
  assert.deepEqual([...new Set(members)], Object.keys(file))
})

test("docs/operating.md names every metric of ours", () => {
  const suffix = { count: "_total", gauge: "", observe: "_seconds" } as const
  const counted = new Set<string>()
  for (const path of globSync("src/**/*.ts", { cwd: root })) {
    if (path.endsWith(".test.ts")) continue
    const calls = read(path).matchAll(/metrics\s*\.(count|gauge|observe)\(\s*"(\w+)"/g)
    for (const [, kind, name] of calls) {
      counted.add(`caudal_${name}${suffix[kind as keyof typeof suffix]}`)
    }
  }
  const [, section] = /\n## Health, metrics, log\n([\s\S]*?)\n## /.exec(read("docs/operating.md"))!
  const named = [...section!.matchAll(/^\| `(caudal_\w+)`/gm)].map(([, name]) => name!)
  assert.ok(counted.size > 0)
  assert.deepEqual(named.sort(), [...counted].sort())
})

test("docs/webhooks.md has the schedule", () => {
  const units: Record<string, number> = { s: 1_000, min: 60_000, h: 3_600_000 }
  const waits = rows(read("docs/webhooks.md"), "## When it is tried").map(([, after]) => {
    const [count, unit] = after!.split(" ")
    return Number(count) * units[unit!]!
  })
  assert.deepEqual(waits, WAITS_MS)
})

test("docs/sandbox.md has the simulator's table", () => {
  const table = rows(read("docs/sandbox.md"), "## Who decides the outcome")
  assert.equal(table.length, 10)
  const named = table.map(([digits]) => digits!)
  for (let number = 0; number < 100; number += 1) {
    const digits = String(number).padStart(2, "0")
    const cells = table[named.indexOf(digits)] ?? table[named.indexOf("others")]!
    const fate = (kind: "charge" | "recharge" | "refund", method: Method) =>
      wordsFor(fateOf({ kind, method, target: { accountNumber: `123456${digits}` } }))
    const flaw = flawOf({ accountNumber: `123456${digits}` })
    assert.deepEqual(cells.slice(1), [
      flaw === null ? "good" : `bad: ${flaw}`,
      fate("charge", "bank"),
      fate("charge", "wallet"),
      fate("recharge", "recharge"),
      fate("refund", "bank"),
    ])
  }
})

function wordsFor({ answer, steps }: Fate): string {
  const begun = { settled: [], rejected: [], accepted: ["taken on"], none: ["no answer"] }[answer]
  return [...begun, ...(steps.length === 0 ? ["waits"] : steps.map(wordsForStep))].join("; ")
}

function wordsForStep(step: Step): string {
  const word = step.kind === "settled" ? "paid" : step.kind
  const late = step.afterMs === 0 ? "" : ` after ${step.afterMs / 1_000} s`
  return "reason" in step ? `${word}${late}: ${step.reason}` : `${word}${late}`
}

test("docs/sandbox.md names every outcome and reason, and what sandbox.json holds", () => {
  const text = read("docs/sandbox.md")
  assert.deepEqual(
    rows(text, "## Simulate").map(([outcome]) => outcome),
    OUTCOMES,
  )
  const [, listed] = /`reason` is optional, one of ([\s\S]*?)\. What/.exec(text)!
  assert.deepEqual(
    [...listed!.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    REASONS,
  )
  const entries = rows(text, "## sandbox.json").slice(1)
  assert.deepEqual(
    entries.map(([, holds]) => holds),
    dialects.map((dialect) => ["baseUrl", ...Object.keys(placeholders(dialect))].join(", ")),
  )
})

test("docs/dialects has the base URL and the page of each", () => {
  const table = rows(read("docs/dialects/README.md"), "# Dialects")
  assert.deepEqual(
    table.map(([, baseUrl, , page]) => [baseUrl, page]),
    dialects.map(({ name, basePath }) => [
      `{url}${basePath}`,
      `[${name}](../../src/dialects/${name}/README.md)`,
    ]),
  )
})

test("docs/glossary.md names every account that the books may have", () => {
  const kinds = new Set<string>()
  for (const path of globSync("migrations/*.sql", { cwd: root }).sort()) {
    const [, accounts] = /create table accounts \(([\s\S]*?)\n\);/.exec(read(path)) ?? []
    const [, list] = /kind\s+text not null check\s*\(kind in \(([^)]*)\)/.exec(accounts ?? "") ?? []
    for (const [, kind] of (list ?? "").matchAll(/'(\w+)'/g)) kinds.add(kind!)
  }
  const named = rows(read("docs/glossary.md"), "## Accounts").map(([kind]) => kind!)
  assert.deepEqual(named.sort(), [...kinds].sort())
})

test("each dependency has a line in its decision record, and nothing else has", () => {
  const named = [...read("docs/decisions/0002-dependencies.md").matchAll(/^\| (`.*?`) \|/gm)]
  assert.deepEqual(
    named.flatMap(([, cell]) => cell!.replaceAll("`", "").split(", ")).sort(),
    Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies }).sort(),
  )
})

/** A page: what is read in one go. */
const RECORD_LINES_MAX = 60

test("each decision record is a page, and is listed under its number", () => {
  const list = read("docs/decisions/README.md")
  const records = globSync("docs/decisions/[0-9]*.md", { cwd: root }).sort()
  for (const [at, path] of records.entries()) {
    const text = read(path)
    const number = at + 1
    assert.equal(Number(basename(path).slice(0, 4)), number, path)
    assert.match(text, new RegExp(`^# ${number}\\. `), path)
    for (const part of ["**Situation.**", "**Choice.**", "**Price.**"]) {
      assert.ok(text.includes(part), `${path}: ${part}`)
    }
    assert.ok(text.split("\n").length <= RECORD_LINES_MAX, `${path} is too long`)
    assert.ok(list.includes(`| [${number}](${basename(path)}) |`), `${path} is not listed`)
  }
})

const shelf = await openShelf()

/** Documents in one language, and why. A page that merchants or operators need isn't one. */
const ENGLISH_ALONE: readonly (readonly [of: RegExp, why: string])[] = [
  [/^(?:architecture|style|contributing)$/, "for those who change the code, which is in English"],
  [/^changelog$/, "written once, as things change"],
  [/^decisions(?:\/|$)/, "why it was built so: for those who change it"],
  [/^dialects\/[\w-]+\/readme$/, "for those who change the dialect"],
  [/^security\/asvs$/, "answers a list that exists in English"],
  [/^ops$/, "a list of files"],
]
/** The front page lists other pages in each language; a program makes the settings in both. */
const COMPARED_ELSEWHERE = ["", "operating/configuration"]

/** All that stands as a number, so that a new figure isn't put into one language alone. */
const numbersOf = (text: string) => (text.match(/\d+(?:[.,]\d+)*/g) ?? []).sort()
const MEASURED = ["performance", "reliability"]

test("each document for people who use it has its other language", () => {
  const alone = shelf.documents.filter(({ id, language }) => {
    return shelf.find(id, language === "en" ? "es" : "en") === null
  })
  const unexplained = alone.filter(
    ({ id, language }) => language === "es" || !ENGLISH_ALONE.some(([of]) => of.test(id)),
  )
  assert.deepEqual(
    unexplained.map(({ path }) => path),
    [],
  )
  for (const [of] of ENGLISH_ALONE) {
    assert.ok(
      alone.some(({ id }) => of.test(id)),
      `nothing is as ${of} any more`,
    )
  }
})

for (const document of shelf.documents) {
  const spanish = shelf.find(document.id, "es")
  if (document.language !== "en" || spanish === null) continue
  if (COMPARED_ELSEWHERE.includes(document.id)) continue
  test(`${document.path} says the same in Spanish`, () => {
    assertTwins(document.source, spanish.source, spanish.path)
    if (!MEASURED.includes(document.id)) return
    assert.deepEqual(numbersOf(spanish.source), numbersOf(document.source), "figures")
  })
}
