/** The shape of the tree: who imports whom, what stands where, how long, under which name. */
import assert from "node:assert/strict"
import { existsSync, globSync, readFileSync } from "node:fs"
import { dirname, join, posix } from "node:path"
import { test } from "node:test"
import { readConfig, SETTINGS } from "../src/config.ts"
import { dialects } from "../src/dialects/index.ts"
import { codeOf, importsOf, piecesOf, stringsOf } from "./support/source.ts"

const root = join(import.meta.dirname, "..")

/**
 * Who may import whom. The longest pattern that fits a file counts; `*` stands for one folder. What
 * lies under the pattern itself may always be imported. A name that ends in `/` is a whole folder.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "src/clock.ts": [],
  "src/money.ts": [],
  "src/calendar.ts": [],
  "src/iso20022/": ["src/core/index.ts", "src/money.ts", "src/calendar.ts"],
  "src/config.ts": [],
  "src/db/": ["src/clock.ts"],
  "src/core/": ["src/clock.ts", "src/money.ts", "src/calendar.ts", "src/db/database.ts"],
  "src/http/": ["src/clock.ts", "src/core/index.ts", "src/outbound/pool.ts"],
  "src/rails/index.ts": ["src/core/index.ts", "src/rails/"],
  "src/rails/*/": ["src/core/index.ts", "src/money.ts", "src/clock.ts"],
  "src/rails/bank-files/": [
    "src/core/index.ts",
    "src/money.ts",
    "src/clock.ts",
    "src/calendar.ts",
    "src/iso20022/",
  ],
  "src/rails/tapila/": ["src/core/index.ts", "src/money.ts", "src/clock.ts", "src/outbound/"],
  "src/outbound/": ["src/clock.ts"],
  "src/backup/": ["src/config.ts", "src/db/"],
  "src/anvil/": ["src/clock.ts", "src/db/owner.ts"],
  "src/dialects/index.ts": ["src/dialects/"],
  "src/dialects/dialect.ts": ["src/core/index.ts"],
  "src/dialects/redirect.ts": [],
  "src/dialects/sentences.ts": ["src/dialects/dialect.ts"],
  "src/dialects/mount.ts": [
    "src/core/index.ts",
    "src/dialects/dialect.ts",
    "src/dialects/foreign.ts",
    "src/dialects/hostile.ts",
    "src/dialects/limit.ts",
    "src/dialects/sentences.ts",
  ],
  "src/dialects/foreign.ts": ["src/core/index.ts"],
  "src/dialects/once.ts": ["src/core/index.ts", "src/dialects/mount.ts"],
  "src/dialects/hostile.ts": ["src/dialects/dialect.ts"],
  "src/dialects/limit.ts": ["src/core/index.ts", "src/dialects/dialect.ts"],
  "src/dialects/*/": [
    "src/core/index.ts",
    "src/money.ts",
    "src/dialects/dialect.ts",
    "src/dialects/limit.ts",
    "src/dialects/mount.ts",
    "src/dialects/once.ts",
    "src/dialects/redirect.ts",
  ],
  "src/openapi/": ["src/dialects/dialect.ts"],
  "src/pages/": ["src/core/index.ts"],
  "src/checkout/": ["src/core/index.ts", "src/money.ts", "src/pages/"],
  "src/console/": ["src/core/index.ts", "src/money.ts", "src/pages/"],
  "src/docs/": ["src/core/index.ts", "src/pages/"],
  "src/sandbox.ts": [
    "src/clock.ts",
    "src/money.ts",
    "src/core/index.ts",
    "src/core/catalogue/load.ts",
    "src/dialects/index.ts",
  ],
  "src/sampled.ts": ["src/core/index.ts"],
  "src/telemetry.ts": ["src/core/index.ts"],
  "src/master-key.ts": ["src/clock.ts", "src/config.ts", "src/core/seal.ts"],
  // These put the parts together, so they alone see the insides.
  "src/installation.ts": ["src/"],
  "src/prepare.ts": ["src/"],
  "src/system.ts": ["src/"],
  "src/own-chain.ts": ["src/"],
  "src/processes/": ["src/"],
  "src/main.ts": ["src/gateway.ts"],
  "src/gateway.ts": [
    "src/config.ts",
    "src/greeting.ts",
    "src/http/log.ts",
    "src/processes/index.ts",
    "src/processes/limit.ts",
    "src/system.ts",
  ],
  "src/greeting.ts": ["src/config.ts", "src/core/index.ts", "src/sandbox.ts"],
  "src/cli/": [
    "src/config.ts",
    "src/clock.ts",
    "src/money.ts",
    "src/installation.ts",
    "src/master-key.ts",
    "src/backup/index.ts",
    "src/gateway.ts",
    "src/system.ts",
    "src/core/index.ts",
    "src/core/catalogue/load.ts",
    "src/dialects/index.ts",
    "src/http/log.ts",
  ],
  "test/": ["src/"],
  "test/browser/": ["src/", "sdk/src/"],
  "test/ops/": ["src/", "ops/"],
  "test/bench/": ["bench/", "src/"],
  "test/look/": ["bench/growth/", "src/"],
  "bench/": ["src/", "test/support/"],
  "ops/reference/": ["src/config.ts", "src/rails/"],
  // The client is a package of its own.
  "sdk/src/": [],
  "sdk/generate/": ["src/openapi/", "src/dialects/", "test/support/"],
  "sdk/test/": ["src/", "sdk/", "test/support/"],
}
/** What a test may use beside what it tests. */
const TESTS_MAY_IMPORT = ["src/clock.ts", "test/support/"]

/** Where each package may be used. Every dependency has a line; tests may also use the dev ones. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "@noble/curves": ["src/rails/evm/"],
  "@noble/hashes": ["src/rails/evm/"],
  "@opentelemetry/api": ["src/telemetry.ts"],
  "@scalar/fastify-api-reference": ["src/docs/"],
  "@scure/bip32": ["src/rails/evm/"],
  fastify: [
    "src/http/",
    "src/dialects/",
    "src/openapi/",
    "src/checkout/",
    "src/console/",
    "src/docs/",
    "src/pages/",
    "src/system.ts",
    "src/telemetry.ts",
  ],
  "ipaddr.js": ["src/http/"],
  jose: ["src/dialects/tapila/"],
  marked: ["src/docs/"],
  pg: ["src/db/"],
  pino: ["src/http/", "src/system.ts"],
  "prom-client": ["src/http/"],
  saxes: ["src/iso20022/"],
  undici: ["src/http/", "src/outbound/"],
  uplot: ["src/console/"],
  uqr: ["src/checkout/", "src/console/"],
  zod: [
    "src/config.ts",
    "src/core/",
    "src/dialects/",
    "src/openapi/",
    "ops/reference/",
    "src/rails/bank-files/",
    "src/rails/evm/",
    "src/rails/simulator/",
    "src/rails/tapila/",
    "src/checkout/",
    "src/console/",
  ],
  // Processes and sockets of our own belong to those who are responsible for them.
  "node:child_process": ["src/db/", "src/anvil/"],
  "node:cluster": ["src/processes/"],
  "node:dgram": [],
  "node:http2": [],
  "node:https": [],
  "node:net": [
    "src/db/",
    "src/http/",
    "src/prepare.ts",
    "src/system.ts",
    "src/cli/demo/",
    "src/cli/listen-follow.ts",
  ],
  "node:tls": ["src/db/", "src/http/"],
}

type Ban = {
  readonly rule: string
  readonly kind: "code" | "string"
  readonly pattern: RegExp
  readonly allowed: readonly string[]
  readonly inTests: boolean
}

/** How statements begin; a sentence that begins with the same word goes on otherwise. */
const SQL = new RegExp(
  [
    String.raw`(?:select|SELECT)\s[\s\S]*?(?:\sfrom\s|\sFROM\s|\(|\$\{)`,
    String.raw`(?:insert\s+into\s|INSERT\s+INTO\s)`,
    String.raw`(?:update\s+\S+\s+(?:\w+\s+)?set\s|UPDATE\s+\S+\s+(?:\w+\s+)?SET\s)`,
    String.raw`(?:delete\s+from\s|DELETE\s+FROM\s)`,
    String.raw`with\s+\w+\s+(?:\([^)]*\)\s+)?as\s*\(`,
    String.raw`(?:create|alter|drop)\s+(?:table|index|unique|function|database|role)\s`,
    String.raw`(?:truncate|lock)\s+table\s`,
  ]
    .map((statement) => `^[\`"'\\s]*${statement}`)
    .join("|"),
)

const BANS: readonly Ban[] = [
  {
    rule: "environment outside config",
    kind: "code",
    pattern: /\bprocess\s*\.\s*env\b/,
    allowed: ["src/config.ts"],
    inTests: false,
  },
  {
    rule: "time outside clock",
    kind: "code",
    pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(?:\(\s*\)|(?![\w(\s]))/,
    allowed: ["src/clock.ts", "sdk/src/clock.ts"],
    inTests: false,
  },
  {
    rule: "randomness outside clock",
    kind: "code",
    pattern: /\bMath\s*\.\s*random\b|\brandomUUID\b/,
    allowed: ["src/clock.ts"],
    inTests: true,
  },
  {
    rule: "SQL outside stores",
    kind: "string",
    pattern: SQL,
    allowed: [
      "src/core/store/",
      "src/core/*/store.ts",
      "src/core/*/store/",
      "src/db/",
      "bench/",
      "bench/*/",
    ],
    inTests: false,
  },
  {
    // Time is an argument in SQL, too.
    rule: "SQL that asks for the time",
    kind: "string",
    pattern: /\b(?:now|clock_timestamp|statement_timestamp)\(\)|\bcurrent_timestamp\b/i,
    // The offset between the two clocks is measured there.
    allowed: ["src/db/"],
    inTests: false,
  },
]

const NAMES = /^(?:utils?|helpers?|common|shared|lib|managers?|services?|types?)$/i
const LINES_MAX = 300
const TEST_LINES_MAX = 600
const COLUMNS_MAX = 100

const isTest = (path: string) => path.startsWith("test/") || path.endsWith(".test.ts")

/** Whether a path lies under a pattern: a file, a folder ending in `/`, with `*` for one name. */
function fits(path: string, pattern: string): boolean {
  const names = path.split("/")
  const wanted = pattern.split("/")
  const folder = wanted.at(-1) === ""
  if (folder) wanted.pop()
  if (folder ? names.length <= wanted.length : names.length !== wanted.length) return false
  return wanted.every((name, at) => name === "*" || name === names[at])
}

/** The part of a path that a pattern covers: what a file may import from for being there. */
function ownFolder(path: string, pattern: string): string {
  const depth = pattern.split("/").length - 1
  return `${path.split("/").slice(0, depth).join("/")}/`
}

function ruleOf(path: string): string | undefined {
  const fitting = Object.keys(MAY_IMPORT).filter((pattern) => fits(path, pattern))
  return fitting.sort((a, b) => b.length - a.length)[0]
}

type Sources = ReadonlyMap<string, string>

/** All breaches of one source in a tree, each as `rule: path: what`. */
function breaches(path: string, source: string, sources: Sources): string[] {
  return [
    ...importBreaches(path, source, sources),
    ...banBreaches(path, source),
    ...formBreaches(path, source),
  ]
}

function importBreaches(path: string, source: string, sources: Sources): string[] {
  // A test keeps to the rule of what it tests, which lies beside it.
  const subject = path.replace(/\.test\.ts$/, ".ts")
  const rule = ruleOf(path) ?? ruleOf(subject)
  if (rule === undefined) return [`no rule for imports: ${path}`]
  const own = rule.endsWith("/") ? [ownFolder(path, rule)] : []
  const more = isTest(path) ? [subject, ...TESTS_MAY_IMPORT] : []
  const allowed = [...own, ...MAY_IMPORT[rule]!, ...more]
  return importsOf(source).flatMap((name) => {
    if (!name.startsWith(".")) return packageBreaches(path, name)
    const target = posix.join(posix.dirname(path), name)
    if (!sources.has(target)) return [`import of nothing: ${path}: ${name}`]
    return allowed.some((each) => fits(target, each)) ? [] : [`import: ${path}: ${target}`]
  })
}

function packageBreaches(path: string, name: string): string[] {
  // A bench starts processes and servers of its own, as tests do.
  if (isTest(path) || path.startsWith("bench/")) return []
  const [scope, rest] = name.split("/")
  const bare = name.startsWith("@") ? `${scope}/${rest}` : scope!
  const allowed = PACKAGES[bare]
  if (!allowed) return name.startsWith("node:") ? [] : [`package without a line: ${path}: ${bare}`]
  return allowed.some((each) => fits(path, each)) ? [] : [`package: ${path}: ${bare}`]
}

function banBreaches(path: string, source: string): string[] {
  return BANS.filter(({ allowed, inTests, kind, pattern }) => {
    if (allowed.some((each) => fits(path, each)) || (isTest(path) && !inTests)) return false
    const texts = kind === "code" ? [codeOf(source)] : stringsOf(source)
    return texts.some((text) => pattern.test(text))
  }).map(({ rule }) => `${rule}: ${path}`)
}

function formBreaches(path: string, source: string): string[] {
  const found: string[] = []
  const bad = path.split("/").find((part) => NAMES.test(part.replace(/(?:\.test)?\.ts$/, "")))
  if (bad) found.push(`name: ${path}: ${bad}`)
  const lines = source.split("\n")
  const count = lines.at(-1) === "" ? lines.length - 1 : lines.length
  const max = isTest(path) ? TEST_LINES_MAX : LINES_MAX
  // Nobody reads what a program wrote from the top down.
  const isWritten = fits(path, "sdk/src/generated/")
  if (count > max && !isWritten) found.push(`length: ${path}: ${count} lines`)
  found.push(...tooWide(source).map((line) => `width: ${path}: line ${line}`))
  if (!/^(?:#!.*\n)?\/\*\*\s/.test(source)) found.push(`no sentence of purpose: ${path}`)
  return found
}

/** The numbers of lines that could be broken before they are too long: a literal can't be. */
function tooWide(source: string): number[] {
  if (!source.split("\n").some((line) => line.length > COLUMNS_MAX)) return []
  const found: number[] = []
  let line = 1
  let column = 0
  for (const { kind, text } of piecesOf(source)) {
    for (const [at, part] of text.split("\n").entries()) {
      if (at > 0) {
        line += 1
        column = 0
      }
      const before = column
      column += part.length
      // What follows a literal on its line, such as a bracket and a comma, stays with it.
      const closing = kind === "code" && before > COLUMNS_MAX
      if (column > COLUMNS_MAX && kind !== "string" && !closing) found.push(line)
    }
  }
  return found
}

function readTree(): Sources {
  const paths = globSync("{src,test,bench,sdk,ops}/**/*.ts", { cwd: root })
    // What `npm pack` made, and what it was made of outside.
    .filter((path) => !/\/(?:dist|node_modules)\//.test(path))
    .sort()
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), "utf8")]))
}

test("the tree keeps to its rules", () => {
  const tree = readTree()
  const found = [...tree].flatMap(([path, source]) => breaches(path, source, tree))
  assert.deepEqual(found, [])
})

test("a planted breach of each kind is found, and its lawful neighbour is not", () => {
  const purpose = "/** Planted. */\n"
  const long = `${purpose}${"x()\n".repeat(299)}`
  const table: [breach: string | null, path: string, source: string][] = [
    [null, "src/core/x.ts", 'import { y } from "../money.ts"\n'],
    ["import", "src/core/x.ts", 'import { y } from "../rails/index.ts"\n'],
    ["import", "src/core/x.ts", 'import type { y } from "../db/server.ts"\n'],
    ["import", "src/core/x.ts", 'export * from "../http/log.ts"\n'],
    ["import", "src/core/x.ts", 'type A = import("../config.ts").Config\n'],
    ["import", "src/core/x.ts", 'await import("../config.ts")\n'],
    ["import", "src/core/x.ts", 'import "../config.ts"\n'],
    ["import", "src/core/x.ts", 'import {\n  a, // from\n  b,\n} from "../config.ts"\n'],
    [null, "src/core/x.ts", '// import { y } from "../rails/index.ts"\n'],
    [null, "src/rails/x/a.ts", 'import { y } from "../../core/index.ts"\n'],
    ["import", "src/rails/x/a.ts", 'import { y } from "../../core/engine.ts"\n'],
    ["import", "src/rails/x/a.ts", 'import { y } from "../simulator/magic.ts"\n'],
    ["import", "src/dialects/x/a.ts", 'import { y } from "../pentagoo/wire.ts"\n'],
    ["import", "src/dialects/x/a.ts", 'import { y } from "../index.ts"\n'],
    ["import", "src/dialects/x/a.ts", 'import { y } from "../../db/database.ts"\n'],
    ["import", "src/checkout/a.ts", 'import { y } from "../dialects/index.ts"\n'],
    ["import", "src/clock.ts", 'import { y } from "./money.ts"\n'],
    ["import of nothing", "src/core/x.ts", 'import { y } from "./gone.ts"\n'],
    ["no rule for imports", "src/planted.ts", ""],
    [null, "src/db/x.ts", 'import { y } from "pg"\n'],
    ["package", "src/core/x.ts", 'import { y } from "pg"\n'],
    ["package", "src/core/x.ts", 'import { y } from "fastify"\n'],
    ["package", "src/core/x.ts", 'import { y } from "node:net"\n'],
    ["package", "src/rails/x/a.ts", 'import { y } from "@noble/curves/secp256k1.js"\n'],
    ["package", "src/dialects/x/a.ts", 'import { y } from "undici"\n'],
    ["package without a line", "src/core/x.ts", 'import { y } from "left-pad"\n'],
    [null, "src/core/x.test.ts", 'import { y } from "fast-check"\n'],
    ["environment outside config", "src/core/x.ts", "y(process.env.HOME)\n"],
    ["environment outside config", "src/core/x.ts", "y(`$" + "{process.env.HOME}`)\n"],
    [null, "src/core/x.ts", 'y("process.env") // process.env\n'],
    ["time outside clock", "src/core/x.ts", "y(Date.now())\n"],
    ["time outside clock", "src/core/x.ts", "y(new Date())\n"],
    [null, "src/core/x.ts", "y(new Date(at), new Date('2026'), clock.now())\n"],
    ["randomness outside clock", "src/core/x.ts", "y(Math.random())\n"],
    ["randomness outside clock", "src/core/x.test.ts", "y(crypto.randomUUID())\n"],
    [null, "src/core/x/store.ts", 'y("select id from payments")\n'],
    ["SQL outside stores", "src/core/x.ts", 'y("select id from payments")\n'],
    ["SQL outside stores", "src/core/x.ts", "y(`\n  insert into payments values ($1)`)\n"],
    ["SQL outside stores", "src/core/x.ts", "y(/[\"`]/, 'UPDATE payments SET a = 1')\n"],
    ["SQL outside stores", "src/cli/x.ts", "y(`with a as (select 1) select 2`)\n"],
    ["SQL outside stores", "src/cli/x.ts", "y(`select $" + "{columns} from payments`)\n"],
    [null, "src/core/x.ts", 'y("select how to pay", "updated payments", "with a smile")\n'],
    ["SQL that asks for the time", "src/core/x/store.ts", 'y("a < now()")\n'],
    ["name", "src/core/utils.ts", ""],
    ["name", "src/core/helpers/x.ts", ""],
    ["name", "test/types.test.ts", ""],
    [null, "src/core/x.ts", long],
    ["length", "src/core/x.ts", `${long}x()\n`],
    [null, "src/core/x.test.ts", `${long}x()\n`],
    ["length", "src/core/x.test.ts", `${long.repeat(2)}x()\n`],
    [null, "src/core/x.ts", `// ${"x".repeat(97)}\n`],
    ["width", "src/core/x.ts", `// ${"x".repeat(98)}\n`],
    ["no sentence of purpose", "src/core/x.ts", "#x()\n"],
  ]
  const tree = readTree()
  for (const [breach, path, body] of table) {
    const whole = body.startsWith(purpose) || body.startsWith("#") ? body : purpose + body
    const found = breaches(path, whole, tree).map((each) => each.slice(0, each.indexOf(":")))
    assert.deepEqual(found, breach === null ? [] : [breach], `${path}\n${body.slice(0, 200)}`)
  }
})

test("each dependency has a line that says where it may be used", () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  for (const name of Object.keys(dependencies)) assert.ok(PACKAGES[name], name)
})

const DIALECT_FILES = [
  "README.md",
  "auth.ts",
  "callback.ts",
  "errors.ts",
  "index.ts",
  "routes.ts",
  "wire.test.ts",
  "wire.ts",
]

test("each dialect is a whole folder and a line in the list", () => {
  const folders = globSync("src/dialects/*/", { cwd: root }).map((path) => posix.basename(path))
  assert.deepEqual(dialects.map(({ name }) => name).sort(), folders.sort())
  for (const folder of folders) {
    const at = join(root, "src/dialects", folder)
    const missing = DIALECT_FILES.filter((file) => !existsSync(join(at, file)))
    assert.deepEqual(missing, [], folder)
    assert.notDeepEqual(globSync("examples/*.json", { cwd: at }), [], `${folder} has no example`)
  }
})

test("each rail is a folder and a line in the list", () => {
  const list = importsOf(readFileSync(join(root, "src/rails/index.ts"), "utf8"))
  for (const path of globSync("src/rails/*/", { cwd: root })) {
    assert.ok(list.includes(`./${posix.basename(path)}/index.ts`), path)
  }
})

test("each relative link of a document leads somewhere", () => {
  const documents = globSync("**/*.md", { cwd: root, exclude: ["node_modules/**", "data/**"] })
  for (const document of documents) {
    for (const link of linksOf(readFileSync(join(root, document), "utf8"))) {
      const [path = "", anchor] = link.split("#")
      const target = path === "" ? document : join(dirname(document), decodeURIComponent(path))
      assert.ok(existsSync(join(root, target)), `${document}: ${link}`)
      if (anchor === undefined || !target.endsWith(".md")) continue
      const headings = headingsOf(readFileSync(join(root, target), "utf8"))
      assert.ok(headings.includes(anchor), `${document}: ${link}`)
    }
  }
})

test("links and headings are read as GitHub reads them", () => {
  const text = "# A `b`, c!\n[x](y.md) ![z](a/b.png) [w](https://c.d) [v](#e-f)\n```\n[no](no)\n```"
  assert.deepEqual(linksOf(text), ["y.md", "a/b.png", "#e-f"])
  assert.deepEqual(headingsOf(`${text}\n## E f\n## E f`), ["a-b-c", "e-f", "e-f-1"])
})

const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```/gm, "")

function linksOf(text: string): string[] {
  const links = withoutCode(text).matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]:\s*(\S+)/gm)
  return [...links].map((match) => (match[1] ?? match[2])!).filter((link) => !/^\w+:/.test(link))
}

function headingsOf(text: string): string[] {
  const seen = new Map<string, number>()
  return [...withoutCode(text).matchAll(/^#+ +(.*)$/gm)].map((match) => {
    const slug = match[1]!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replace(/\s/g, "-")
    const times = seen.get(slug) ?? 0
    seen.set(slug, times + 1)
    return times === 0 ? slug : `${slug}-${times}`
  })
}

test(".env.example lists every setting, with its default", () => {
  const text = readFileSync(join(root, ".env.example"), "utf8")
  const entries = [...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value])
  assert.deepEqual(entries.map(([name]) => name).sort(), [...SETTINGS].sort())
  const elsewhere = join(root, "test")
  const copied = readConfig(Object.fromEntries(entries), elsewhere)
  assert.deepEqual(copied, readConfig({}, elsewhere))
})
