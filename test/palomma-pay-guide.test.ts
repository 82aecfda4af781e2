/** Compares the guide to Palomma Pay with the program, and its two languages with each other. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { pathToFileURL } from "node:url"
import { REASONS } from "../src/core/index.ts"
import { STATUS as ERRORS } from "../src/dialects/palomma-pay/errors.ts"
import * as wire from "../src/dialects/palomma-pay/wire.ts"
import { type Fate, fateOf, isRefusedAtOnce } from "../src/rails/simulator/magic.ts"

const root = join(import.meta.dirname, "..")
const read = (path: string) => readFileSync(join(root, path), "utf8")
const GUIDE = read("docs/dialects/palomma-pay.md")
const GUIA = read("docs/es/dialects/palomma-pay.md")

type Block = { readonly language: string; readonly code: string }

function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].map(([, language, code]) => ({
    language: language!,
    code: code!,
  }))
}

/** Every table of a document: its rows without the heading, each as its cells. */
function tablesOf(text: string): string[][][] {
  const tables = text.replace(/^```[\s\S]*?^```/gm, "").match(/(?:^\|.*\n?)+/gm) ?? []
  return tables.map((table) =>
    table
      .trim()
      .split("\n")
      .slice(2)
      .map((row) => row.slice(1, -1).split("|"))
      .map((cells) => cells.map((cell) => cell.trim())),
  )
}

/** What stands as code in a cell, in an order that doesn't depend on the language. */
function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!).sort()
}

/** The table in which `name` stands first in a row. */
function tableWith(name: string): string[][] {
  const found = tablesOf(GUIDE).find((table) => table.some(([cell]) => cell === `\`${name}\``))
  return found ?? assert.fail(`no table has ${name}`)
}

const namesIn = (table: string[][]) => table.map(([name]) => name!.replaceAll("`", ""))

test("both languages have the same tables, headings, examples and links", () => {
  const [english, spanish] = [tablesOf(GUIDE), tablesOf(GUIA)].map((tables) =>
    tables.map((table) => table.map((row) => row.map(codeIn))),
  )
  assert.ok(english!.length >= 10, `only ${english!.length} tables were found`)
  assert.deepEqual(spanish, english)
  assert.deepEqual(blocksOf(GUIA), blocksOf(GUIDE))
  const levels = (text: string) => [...text.matchAll(/^(#+) /gm)].map(([, level]) => level)
  assert.deepEqual(levels(GUIA), levels(GUIDE))
  const links = (text: string) =>
    [...text.matchAll(/\]\((?:\.\.\/)+([^)]+)\)/g)].map(([, to]) => to!.replace(/^es\//, ""))
  assert.deepEqual(links(GUIA).slice(1), links(GUIDE).slice(1))
})

test("the guide has every field, and its limits", () => {
  const taken = (body: object) =>
    wire.createBody.safeParse({ amount_cents: 500_000, ...body }).success
  const fields = tableWith("amount_cents")
  assert.deepEqual(namesIn(fields), Object.keys(wire.createBody.shape))
  const [, amount, ttl] = ["", "amount_cents", "ttl"].map((field) => numbersOf(fields, field))
  assert.deepEqual(amount, [Number(wire.AMOUNT_MIN), Number(wire.AMOUNT_MAX)])
  for (const [at, outside] of [-1, 1].entries()) {
    assert.ok(taken({ ttl: ttl![at]! }) && !taken({ ttl: ttl![at]! + outside }), "ttl")
  }
  const digits = numbersOf(fields, "enforced_document_number")
  for (const [at, outside] of [-1, 1].entries()) {
    const number = (count: number) => ({ enforced_document_number: "1".repeat(count) })
    assert.ok(taken(number(digits[at]!)) && !taken(number(digits[at]! + outside)))
  }
  for (const field of ["description", "merchant_display_name", "merchant_support_info"]) {
    const [most] = numbersOf(fields, field)
    const filled = (count: number) => ({ [field]: "x".repeat(count) })
    assert.ok(taken(filled(most!)) && !taken(filled(most! + 1)), field)
  }
  const user = tableWith("first_name")
  const known = wire.createBody.shape.user_information.unwrap().unwrap().shape
  assert.deepEqual(namesIn(user).sort(), Object.keys(known).sort())
  for (const [field] of user.map((row) => namesIn([row]))) {
    const filled = (value: string) => ({ user_information: { [field!]: value } })
    if (field === "document_type") {
      const types = codeIn(user.find(([name]) => name === "`document_type`")!.at(-1)!)
      assert.ok(types.length > 0 && types.every((type) => taken(filled(type))))
      continue
    }
    const [most] = numbersOf(user, field!)
    assert.ok(taken(filled("1".repeat(most!))) && !taken(filled("1".repeat(most! + 1))), field)
  }
})

/** The numbers that stand as code in the cell of what a field takes. */
function numbersOf(table: string[][], field: string): number[] {
  const row = table.find(([name]) => name === `\`${field}\``) ?? []
  const takes = row.find((cell) => /`\d+`/.test(cell)) ?? ""
  return [...takes.matchAll(/`(\d+)`/g)].map(([, number]) => Number(number))
}

test("the guide has every status and reason, every member of a read, every error", () => {
  const read = tableWith("expires_at")
  assert.deepEqual(namesIn(read), Object.keys(wire.readAnswer.shape))
  assert.deepEqual(namesIn(tableWith("PENDING")), wire.readAnswer.shape.status.options)
  const said = REASONS.map((reason) => wire.statusOf({ state: "declined", reason }))
  assert.deepEqual(
    tableWith("OTHER")
      .map(([reason, status]) => namesIn([[reason!], [status!]]))
      .sort(),
    said.map(({ status, status_reason }) => [status_reason, status]).sort(),
  )
  const statuses = [...new Set(Object.values(ERRORS))].map(String).sort()
  assert.deepEqual(namesIn(tableWith("422")), statuses)
})

test("the guide has the simulator's digits", () => {
  const table = tableWith("01")
  const named = namesIn(table)
  for (let number = 0; number < 100; number += 1) {
    const digits = String(number).padStart(2, "0")
    const [, does, status] = table[named.indexOf(digits)] ?? table[named.indexOf("others")]!
    const target = { accountNumber: `123456${digits}` }
    const fate = fateOf({ kind: "charge", method: "bank", target })
    assert.equal(codeIn(status!)[0], statusAfter(fate), digits)
    const seconds = fate.steps.find(({ afterMs }) => afterMs > 0)?.afterMs ?? 0
    assert.equal(Number(/(\d+) seconds/.exec(does!)?.[1] ?? 0), seconds / 1_000, digits)
    assert.equal(/^(?:turns|is down)/.test(does!), isRefusedAtOnce(target), digits)
  }
})

/** A declined try leaves the request open for another. */
function statusAfter({ steps }: Fate): string {
  const last = steps.at(-1)?.kind
  if (last === "settled" || last === "approved") return "APPROVED"
  return last === "returned" ? "REJECTED" : "PENDING"
}

const example = (name: string) => JSON.parse(read(`src/dialects/palomma-pay/examples/${name}.json`))

test("the guide's answer and webhook are the examples", () => {
  const [answer, body, decoded] = blocksOf(GUIDE)
    .filter(({ language }) => language === "json")
    .map(({ code }) => JSON.parse(code))
  const created = example("create-payment-request").answer
  const here = created.payment_url.replace("localhost", "127.0.0.1")
  assert.deepEqual(answer, { ...created, payment_url: here })
  const webhook = example("webhook")
  assert.deepEqual([body, decoded], [webhook.body, webhook.decoded])
  assert.ok(GUIDE.includes(`\`${webhook.integrityKey}\``))
})

/** Bodies that a receiver may get, and what it has to make of each with the example's key. */
function messages(): [what: string, body: string, key: string, genuine: boolean][] {
  const { body, integrityKey } = example("webhook")
  const { data, signature } = body
  const text = (message: unknown) => JSON.stringify(message)
  const other = Buffer.from('{"status":"APPROVED"}').toString("base64")
  return [
    ["as it is sent", text(body), integrityKey, true],
    ["with members in another order", text({ signature, data }), integrityKey, true],
    ["under another key", text(body), "another", false],
    ["with other data", text({ data: other, signature }), integrityKey, false],
    ["with a cut signature", text({ data, signature: signature.slice(1) }), integrityKey, false],
    ["with an empty signature", text({ data, signature: "" }), integrityKey, false],
    ["without a signature", text({ data }), integrityKey, false],
    ["with a list as signature", text({ data, signature: [signature] }), integrityKey, false],
    ["with true as signature", text({ data, signature: true }), integrityKey, false],
    ["with a list as data", text({ data: [data], signature }), integrityKey, false],
    ["with nothing", "{}", integrityKey, false],
  ]
}

function recipe(language: string): string {
  const found = blocksOf(GUIDE).find((block) => block.language === language)
  return found?.code ?? assert.fail(`no recipe in ${language}`)
}

function folderFor(context: { after(end: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), "caudal-guide-"))
  context.after(() => rmSync(folder, { recursive: true }))
  return folder
}

test("the recipe in Node accepts what is sent, and nothing that was changed", async (t) => {
  const path = join(folderFor(t), "recipe.mts")
  writeFileSync(path, recipe("ts"))
  const { readNotice } = await import(pathToFileURL(path).href)
  for (const [what, body, key, genuine] of messages()) {
    assert.deepEqual(readNotice(body, key), genuine ? example("webhook").decoded : null, what)
  }
})

const hasPhp = spawnSync("php", ["--version"]).status === 0

test("the recipe in PHP does the same", { skip: !hasPhp && "there is no php" }, (t) => {
  const path = join(folderFor(t), "recipe.php")
  const calls = "\necho json_encode(read_notice(getenv('BODY'), getenv('KEY')));\n"
  writeFileSync(path, recipe("php") + calls)
  for (const [what, BODY, KEY, genuine] of messages()) {
    const { stdout, stderr } = spawnSync("php", [path], {
      env: { ...process.env, BODY, KEY },
      encoding: "utf8",
    })
    const expected = genuine ? example("webhook").decoded : null
    assert.deepEqual(JSON.parse(stdout), expected, `${what}: ${stderr}`)
  }
})
