/** Compares the guide to Tapila with the program, plays its calls, and its two languages. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { createHmac } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import * as answers from "../src/dialects/tapila/answers.ts"
import { problem } from "../src/dialects/tapila/errors.ts"
import { tapila } from "../src/dialects/tapila/index.ts"
import { catalogueQuery, rechargeBody } from "../src/dialects/tapila/requests.ts"
import { readAmount } from "../src/dialects/tapila/sale.ts"
import { FOR_ADDRESS, FOR_USER } from "../src/dialects/tapila/throttle.ts"
import { type Fate, fateOf } from "../src/rails/simulator/magic.ts"
import { temporaryFolder } from "./cli/caudal.ts"
import { startGateway } from "./support/gateway.ts"
import { codeIn, lacksPhp, namesIn, numbersOf, openGuide } from "./support/guide.ts"
import { play } from "./support/play.ts"

const guide = openGuide("tapila")
const { english, tableWith, example } = guide
const root = join(import.meta.dirname, "..")
const source = (file: string) => readFileSync(join(root, "src", file), "utf8")

test("both languages have the same tables, headings, examples and links", () => {
  guide.assertTwins(16)
})

test("the guide has the calls", () => {
  const found: string[] = []
  const record = (method: string) => (url: string) => void found.push(`${method} ${url}`)
  const app = { get: record("GET"), post: record("POST") }
  const anything = () => undefined
  const rest = { get: (known: object, name: string) => Reflect.get(known, name) ?? anything }
  tapila.routes(new Proxy(app, rest) as never, { clock: {}, catalogue: {}, pay: {} } as never)
  const wire = found
    .map((call) => call.replace(/\(.*/, "").replace(/:(\w+)/, "{$1}"))
    // A refresh token opens nothing, as the guide says.
    .filter((call) => call !== "POST /refresh")
  assert.deepEqual(namesIn(tableWith("POST /payment")).sort(), wire.sort())
})

test("the guide has every field of a recharge, and its limits", () => {
  const table = tableWith("externalPaymentId")
  assert.deepEqual(namesIn(table).sort(), Object.keys(rechargeBody.shape).sort())
  const given: object = example("recharge.request")
  const taken = (over: object) => rechargeBody.safeParse({ ...given, ...over }).success
  assert.ok(taken({}))
  for (const field of namesIn(table)) {
    const left = Object.fromEntries(Object.entries(given).filter(([name]) => name !== field))
    const optional = field === "identifierName" || field === "amount"
    assert.equal(rechargeBody.safeParse(left).success, optional, field)
    const [most] = numbersOf(table, field)
    if (most === undefined) continue
    assert.ok(taken({ [field]: "x".repeat(most) }) && !taken({ [field]: "x".repeat(most + 1) }))
  }
  for (const method of ["DEBIT", "ACCOUNT", "CREDIT"]) assert.ok(english.includes(`\`${method}\``))
  assert.equal(readAmount(1.25), 125n)
  for (const wrong of ["1", 1.255, undefined]) assert.equal(typeof readAmount(wrong), "object")
})

test("the guide has the parameters of the catalogue, and their limits", () => {
  const table = tableWith("searchCompany")
  assert.deepEqual(namesIn(table).sort(), Object.keys(catalogueQuery.shape).sort())
  const taken = (over: object) => catalogueQuery.safeParse(over).success
  for (const field of ["page", "limit"]) {
    const [least, most] = numbersOf(table, field)
    const ends = [least! - 1, least!, most!, most! + 1].map((n) => taken({ [field]: String(n) }))
    assert.deepEqual(ends, [false, true, true, false], field)
  }
  const [least, most] = numbersOf(table, "searchCompany")
  const lengths = [least! - 1, least!, most!, most! + 1]
  assert.deepEqual(
    lengths.map((length) => taken({ searchCompany: "x".repeat(length) })),
    [false, true, true, false],
  )
  const cells = new Map(table.map(([name, ...rest]) => [name, rest.join(" ")]))
  const { active, page, limit } = catalogueQuery.parse({})
  assert.match(cells.get("`active`")!, new RegExp(`\`${active}\` when left out`))
  assert.match(cells.get("`page`")!, new RegExp(`\`${page}\` when left out`))
  assert.match(cells.get("`limit`")!, new RegExp(`\`${limit}\` when left out`))
})

/** Members that stand on every answer, which the guide says once. */
const TRACE = ["tx", "mainTx"]

test("the guide has every member of a company, a product, a webhook and a wallet", () => {
  const company = answers.companyAnswer.shape
  assert.deepEqual(namesIn(tableWith("companyLogo")), Object.keys(company))
  const product = company.products.element.shape
  assert.deepEqual(namesIn(tableWith("productType")), Object.keys(product))
  assert.deepEqual(namesIn(tableWith("CLOSED")), product.amountType.options)
  assert.deepEqual(namesIn(tableWith("hash")), Object.keys(answers.confirmPayment.shape))
  const balance = answers.walletAnswer.shape.balances.element.shape
  assert.deepEqual(namesIn(tableWith("held")), Object.keys(balance))
  for (const trace of TRACE) assert.ok(english.includes(`\`${trace}\``))
})

test("the guide has the statuses", () => {
  const { status } = answers.operationAnswer.shape.operation.shape
  const said = namesIn(tableWith("processing")).filter((name) => !/[ 4]/.test(name))
  assert.deepEqual(said.sort(), [...status.options].sort())
})

/** Sounds that nothing of this API can cause. */
const UNHEARD = ["409 XPA04627"]

test("the guide has every code of an error, with its status", () => {
  const text = source("dialects/tapila/errors.ts")
  const sounds = [...text.matchAll(/status: (\d+), code: "(\w+)"/g)].map(
    ([, status, code]) => `${status} ${code}`,
  )
  const fields = ["productId", "amount"].map((field) => {
    const { status, body } = problem({ code: "body_invalid", field, message: "" }, "")
    return `${status} ${(body as { code: string }).code}`
  })
  const known = new Set([...sounds, ...fields, "401 ALO04140", "500 XX05000"])
  assert.ok(text.includes('"ALO04140"') && text.includes('status: 500, body: { code: "XX05000"'))
  const told = tableWith("400").map(([status, code]) => `${codeIn(status!)} ${codeIn(code!)}`)
  assert.deepEqual([...told, ...UNHEARD].sort(), [...known].sort())
})

test("the guide has the codes of the dialect's page, and no other", () => {
  const page = source("dialects/tapila/README.md")
  const rows = [...page.matchAll(/^\| (\d{3}) \| \**(\w+)\** \|/gm)]
  const told = tableWith("400").map(([status, code]) => `${codeIn(status!)} ${codeIn(code!)}`)
  assert.deepEqual(
    told,
    rows.map(([, status, code]) => `${status} ${code}`),
  )
})

const LIMITS: [what: string, file: string, number: RegExp, unit: number][] = [
  ["answer to a recharge", "dialects/tapila/recharge.ts", /ANSWER_WITHIN_MS = ([\d_]+)/, 1_000],
  ["recharges of one number", "dialects/tapila/recharge.ts", /PER_NUMBER = ([\d_]+)/, 1],
  ["requests", "dialects/limit.ts", /live: ([\d_]+)/, 1],
  ["token", "dialects/tapila/token.ts", /LIFETIME_S = ([\d_]+) \* 3_600/, 1],
  ["catalogue", "dialects/tapila/freshness.ts", /max-age=([\d_]+)/, 1],
  ["catalogue", "dialects/tapila/catalogue.ts", /REMEMBERED_MS = ([\d_]+)/, 1_000],
  ["body", "http/server.ts", /bodyBytes: ([\d_]+)/, 1_024],
  ["answer to a webhook", "dialects/tapila/index.ts", /deliveryTimeoutMs: ([\d_]+)/, 1_000],
]

test("the guide has the limits", () => {
  const [, below] = english.split("\n## Limits\n")
  const lineOf = (what: string) => below!.split("\n").find((line) => line.startsWith(`| ${what} |`))
  for (const [what, file, pattern, unit] of LIMITS) {
    const [, number] = pattern.exec(source(file)) ?? assert.fail(`${file} has no ${pattern}`)
    const said = String(Number(number!.replaceAll("_", "")) / unit)
    assert.ok(codeIn(lineOf(what)!).includes(said), `${what}: ${said}`)
  }
  const patience = [FOR_USER, FOR_ADDRESS].flatMap(({ free, most }) => [free, most]).map(String)
  assert.deepEqual(codeIn(lineOf("failed logins")!).sort(), [...patience, "429"].sort())
})

test("the guide has the simulator's digits", () => {
  const table = tableWith("01")
  const named = namesIn(table)
  for (let number = 0; number < 100; number += 1) {
    const digits = String(number).padStart(2, "0")
    const row = table[named.indexOf(digits)] ?? table[named.indexOf("others")]!
    const fate = fateOf({
      kind: "recharge",
      method: "recharge",
      target: { identifier: `11555501${digits}` },
    })
    assert.deepEqual(row.slice(1, 3).map(outcomeIn), outcomesOf(fate), digits)
    const told = fate.answer === "rejected" || fate.answer === "settled"
    assert.equal(row[3] === "none", told, digits)
  }
})

function outcomeIn(cell: string): string {
  const [seconds = ""] = / \d+ seconds/.exec(cell) ?? []
  return codeIn(cell).join(" ") + seconds
}

/** What the recharge is answered, and what a look-up then finds. */
function outcomesOf({ answer, steps }: Fate): [string, string] {
  if (answer === "rejected") return ["500 XX05000", "failed"]
  const [step] = steps
  if (!step) return ["202", "processing"]
  const status = step.kind === "declined" ? "failed" : "confirmed"
  return answer === "settled"
    ? ["200", status]
    : ["202", `${status} ${step.afterMs / 1_000} seconds`]
}

const WEBHOOK_KEY = "the-webhook-key"

test("the guide's answers and its webhook are the examples", () => {
  const [recharge, lookUp, webhook, ...others] = guide.answers()
  assert.deepEqual(others, [])
  assert.deepEqual(recharge, example("recharge.response"))
  assert.deepEqual(lookUp, example("operation.response"))
  assert.deepEqual({ ...example("confirm-payment"), hash: webhook.hash }, webhook)
  assert.ok(english.includes(`\`${WEBHOOK_KEY}\``) && english.includes(`\`${textOf(webhook)}\``))
  assert.equal(webhook.hash, hashOf(webhook))
  const sent = JSON.parse(/-d '(\{\s+"companyCode"[^']+)'/.exec(english)![1]!)
  assert.deepEqual(sent, example("recharge.request"))
})

type Notice = { readonly amount: number } & Readonly<Record<string, unknown>>

function textOf({ operationId, externalPaymentId, status, amount }: Notice): string {
  return [operationId, externalPaymentId, status, amount.toFixed(2)].join("|")
}

function hashOf(notice: Notice, key = WEBHOOK_KEY): string {
  return createHmac("sha256", key).update(textOf(notice)).digest("hex")
}

/** Bodies that a receiver may get, and whether they are genuine. */
function messages(): [what: string, body: string, genuine: boolean][] {
  const notice: Notice = guide.answers()[2]
  const signed = (over: object) => {
    const changed = { ...notice, ...over }
    return { ...changed, hash: hashOf(changed) }
  }
  const changes: [string, object, boolean][] = [
    ["as it is sent", {}, true],
    ["failed", signed({ status: "failed" }), true],
    ["with cents", signed({ amount: 1500.5 }), true],
    ["with the largest amount", signed({ amount: 9_999_999_999.99 }), true],
    ["under another key", { hash: hashOf(notice, "another") }, false],
    ["with another status", { status: "failed" }, false],
    ["with another amount", { amount: 1500.01 }, false],
    ["with another id", { externalPaymentId: "pay-000124" }, false],
    ["with an amount that is text", { amount: "1500" }, false],
    ["with a cut hash", { hash: hashOf(notice).slice(1) }, false],
    ["with an empty hash", { hash: "" }, false],
    ["without a hash", { hash: undefined }, false],
    ["with a list as hash", { hash: [hashOf(notice)] }, false],
    ["with true as hash", { hash: true }, false],
    ["with no ASCII in its hash", { hash: `é${hashOf(notice).slice(2)}` }, false],
    ["with a list as amount", { amount: [1500] }, false],
    ["with null for an id", { operationId: null }, false],
  ]
  return [
    ...changes.map(([what, over, genuine]): [string, string, boolean] => {
      return [what, JSON.stringify({ ...notice, ...over }), genuine]
    }),
    ...["null", "x", "", "7", "[]", '"text"', "{}"].map((body): [string, string, boolean] => {
      return [`which is ${body}`, body, false]
    }),
  ]
}

test("the recipe in Node accepts what is sent, and nothing that was changed", async (t) => {
  const { readNotice } = await guide.nodeRecipe(t)
  for (const [what, body, genuine] of messages()) {
    assert.deepEqual(readNotice(body, WEBHOOK_KEY), genuine ? JSON.parse(body) : null, what)
  }
})

test("the receiver in Node confirms what it stored, and nothing else", async (t) => {
  const { receiver } = await guide.nodeRecipe(t)
  const stored: unknown[] = []
  let full = false
  const store = async (notice: unknown) => {
    if (full) throw new Error("the disk is full")
    stored.push(notice)
  }
  const server = createServer(receiver(WEBHOOK_KEY, store))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const post = async (body: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body })
    return [answer.status, await answer.text()]
  }
  const bodyOf = (wanted: string) => messages().find(([what]) => what === wanted)![1]
  const genuine = bodyOf("as it is sent")
  assert.deepEqual(await post(genuine), [200, '{"status":"Confirm"}'])
  assert.deepEqual(await post(bodyOf("with another status")), [401, ""])
  full = true
  assert.deepEqual(await post(genuine), [503, ""])
  assert.deepEqual(stored, [JSON.parse(genuine)])
})

test("the recipe in PHP does the same", { skip: lacksPhp }, (t) => {
  const read = guide.phpRecipe(t, "read_notice(getenv('BODY'), getenv('KEY'))")
  for (const [what, BODY, genuine] of messages()) {
    assert.deepEqual(read({ BODY, KEY: WEBHOOK_KEY }), genuine ? JSON.parse(BODY) : null, what)
  }
})

const lacksPython = spawnSync("python3", ["--version"]).status !== 0 && "there is no Python"

test("the recipe in Python does the same", { skip: lacksPython }, (t) => {
  const [recipe, ...others] = guide.blocks("python")
  assert.deepEqual(others, [])
  const path = join(temporaryFolder(t), "recipe.py")
  // One process reads all of them: a start takes longer than everything else.
  const all =
    "for body in json.load(sys.stdin): read.append(read_notice(body.encode(), sys.argv[1]))"
  const main = `import sys\nread = []\n${all}\nprint(json.dumps(read))\n`
  writeFileSync(path, `${recipe}\n\n${main}`)
  const bodies = messages().map(([, body]) => body)
  const { stdout, stderr } = spawnSync("python3", [path, WEBHOOK_KEY], {
    input: JSON.stringify(bodies),
    encoding: "utf8",
  })
  assert.notEqual(stdout, "", stderr)
  const expected = messages().map(([, body, genuine]) => (genuine ? JSON.parse(body) : null))
  assert.deepEqual(JSON.parse(stdout), expected)
})

test("the guide's calls go as it tells them", async (t: TestContext) => {
  const gateway = await startGateway(t)
  const [login, catalogue, recharge, lookUp, wallet, ...others] = guide.blocks("sh")
  assert.deepEqual(others, [])
  const mark = (name: string) => `\necho; echo "--- ${name}"\n`
  const parts = [login, mark("catalogue"), catalogue, mark("recharge"), recharge]
  const script = [...parts, mark("look-up"), lookUp, mark("wallet"), wallet].join("")
  const local = "http://127.0.0.1:8080"
  assert.ok(script.includes(local))
  const folders = { data: gateway.dataDir }
  const out = await play(t, script.replace(local, gateway.url), {}, folders)
  const said = Object.fromEntries(
    out.split(/^--- /m).map((part) => {
      const [name, ...lines] = part.split("\n")
      return [name, lines.join("\n").trim()]
    }),
  )
  const [unchanged, company, ...more] = said["catalogue"]!.split("\n{")
  assert.deepEqual(more, [])
  assert.match(unchanged!, /^HTTP\/1\.1 304 /)
  assert.match(unchanged!, /^cache-control: private, max-age=3600$/m)
  assert.equal(JSON.parse(`{${company}`).companyCode, "AR-R-0901")
  assert.equal(answers.rechargeAnswer.parse(JSON.parse(said["recharge"]!)).status, "confirmed")
  const { operation } = answers.operationAnswer.parse(JSON.parse(said["look-up"]!))
  assert.deepEqual([operation.status, operation.externalPaymentId], ["confirmed", "pay-000123"])
  const { balances } = answers.walletAnswer.parse(JSON.parse(said["wallet"]!))
  assert.ok(balances.find(({ currency }) => currency === "ARS")!.available > 0)
})
