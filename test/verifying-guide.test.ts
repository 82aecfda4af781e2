/** The recipes of docs/webhooks/verifying.md do in three languages what they are there for. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { newWebhookSecret, standardHeaders } from "../src/core/webhooks/sign.ts"
import { dialects } from "../src/dialects/index.ts"
import { notice } from "../src/dialects/palomma-direct-debit/examples/rows.ts"
import { lacksPhp } from "./support/guide.ts"

const docs = join(import.meta.dirname, "..", "docs")
const read = (path: string) => readFileSync(join(docs, path), "utf8")
const NAMES = ["standard", "tapila", "palomma-pay", "palomma-direct-debit"]
const LANGUAGES = { ts: "ts", php: "php", python: "py" }
const lacksPython = spawnSync("python3", ["--version"]).status !== 0 && "there is no Python"

function blocks(path: string, language: string): string[] {
  const found = read(path).matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)
  return [...found].flatMap(([, name, code]) => (name === language ? [code!] : []))
}

test("the recipes are the files of docs/snippets, in both languages", () => {
  for (const [language, ending] of Object.entries(LANGUAGES)) {
    const files = NAMES.map((name) => read(`snippets/verify-${name}.${ending}`))
    assert.deepEqual(blocks("webhooks/verifying.md", language), files)
    assert.deepEqual(blocks("es/webhooks/verifying.md", language), files)
  }
})

type Case = {
  readonly of: string
  /** The arguments in their order; a body is bytes in Python. */
  readonly given: readonly unknown[]
  /** What it answers: whether it is genuine, or the message. */
  readonly answers: unknown
}

function message(name: string, over: object = {}) {
  const { callback } = dialects.find((dialect) => dialect.name === name)!
  const payment = { ...notice.payment!, ...over, approvedAt: notice.event.createdAt }
  return callback({ ...notice, payment, signingKey: "key" })!
}

const AT_SECONDS = 1_000_000

/** Messages as they are sent, changed on the way, and made up. */
function cases(): Case[] {
  const key = Buffer.alloc(32, 7)
  const [secret, other] = [newWebhookSecret(key), newWebhookSecret(Buffer.alloc(32, 8))]
  const { body } = message("caudal")
  const signed = (secrets: Buffer[]) =>
    standardHeaders({ id: "d", atSeconds: AT_SECONDS, body, secrets })
  const headers = signed([key])
  const standard = (given: unknown[], answers: boolean) => ({ of: "standard", given, answers })

  const purpose = { externalClientId: "u", companyCode: "AR-R-0901", companyName: "Demo" }
  const tapila = message("tapila", { purpose, deferred: true, reference: "pay-1" }).body
  const ofTapila = (given: unknown[], answers: boolean) => ({ of: "tapila", given, answers })
  const pay = message("palomma-pay").body
  const told = JSON.parse(Buffer.from(JSON.parse(pay).data, "base64").toString())
  const ofPay = (given: unknown[], answers: unknown) => ({ of: "palomma-pay", given, answers })
  const debit = message("palomma-direct-debit")
  const proof = Object.fromEntries(
    Object.entries(debit.headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
  const ofDebit = (given: unknown[], answers: unknown) => ({
    of: "palomma-direct-debit",
    given,
    answers,
  })
  return [
    standard([headers, body, secret, AT_SECONDS + 299], true),
    standard([headers, body, secret, AT_SECONDS + 301], false),
    standard([headers, body, secret, AT_SECONDS - 301], false),
    standard([signed([Buffer.alloc(32, 8), key]), body, secret, AT_SECONDS], true),
    standard([headers, `${body} `, secret, AT_SECONDS], false),
    standard([headers, body, other, AT_SECONDS], false),
    standard([{ ...headers, "webhook-id": "e" }, body, secret, AT_SECONDS], false),
    standard([{ ...headers, "webhook-timestamp": "x" }, body, secret, AT_SECONDS], false),
    standard([{ ...headers, "webhook-signature": "v1,ñ" }, body, secret, AT_SECONDS], false),
    standard([{}, body, secret, AT_SECONDS], false),
    ofTapila([tapila, "key"], true),
    ofTapila([tapila, "another"], false),
    ofTapila([tapila.replace("pay-1", "pay-2"), "key"], false),
    ...["null", "x", "[]", '{"amount":"1"}'].map((junk) => ofTapila([junk, "key"], false)),
    ofPay([pay, "key"], told),
    ofPay([pay, "another"], null),
    ...["null", "x", "[]", '{"data":1,"signature":2}'].map((junk) => ofPay([junk, "key"], null)),
    ofDebit([proof, debit.body, "key"], JSON.parse(debit.body)),
    ofDebit([proof, `${debit.body} `, "key"], null),
    ofDebit([proof, debit.body, "another"], null),
    ofDebit([{}, debit.body, "key"], null),
  ]
}

/** Runs a program over all cases; it answers a list in their order. */
function answers(program: string, file: string, code: string, context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "caudal-recipes-"))
  context.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, file), code)
  const input = JSON.stringify(cases())
  const run = spawnSync(program, [join(folder, file)], { input, encoding: "utf8" })
  assert.equal(run.status, 0, run.stderr)
  return JSON.parse(run.stdout)
}

const expected = () => cases().map((each) => each.answers)

test("the recipes in Python accept what is sent, and not what was changed", {
  skip: lacksPython,
}, (t) => {
  const recipes = blocks("webhooks/verifying.md", "python").join("\n")
  const code = `${recipes}
import sys

found = []
for case in json.load(sys.stdin):
    given = case["given"]
    at = 1 if isinstance(given[0], dict) else 0
    given[at] = given[at].encode()
    found.append(globals()["verify_" + case["of"].replace("-", "_")](*given))
print(json.dumps(found))
`
  assert.deepEqual(answers("python3", "recipes.py", code, t), expected())
})

test("the recipes in PHP do the same", { skip: lacksPhp }, (t) => {
  const [first, ...others] = blocks("webhooks/verifying.md", "php")
  const recipes = [first, ...others.map((code) => code.replace("<?php\n", ""))].join("\n")
  const code = `${recipes}
$found = [];
foreach (json_decode(stream_get_contents(STDIN), true) as $case) {
    $found[] = ("verify_" . str_replace("-", "_", $case["of"]))(...$case["given"]);
}
echo json_encode($found);
`
  assert.deepEqual(answers("php", "recipes.php", code, t), expected())
})

test("the recipes in TypeScript do the same", async () => {
  const calls: Record<string, (...given: unknown[]) => unknown> = {}
  for (const name of NAMES) {
    Object.assign(calls, await import(`../docs/snippets/verify-${name}.ts`))
  }
  const found = cases().map(({ of, given }) => {
    const name = of.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())
    const inMs = given.map((each) => (typeof each === "number" ? each * 1_000 : each))
    return calls[`verify${name}`]!(...inMs)
  })
  assert.deepEqual(found, expected())
})
