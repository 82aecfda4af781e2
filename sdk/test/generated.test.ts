/** The client is what the API's document says, and stands on the web platform alone. */
import assert from "node:assert/strict"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { codeOf, importsOf } from "../../test/support/source.ts"
import { callsOf } from "../generate/operations.ts"
import { typeOf } from "../generate/schema.ts"
import { nativeDocument, writtenFrom } from "../generate/written.ts"
import { createCaudal } from "../src/index.ts"

const folder = join(import.meta.dirname, "..")
const read = (path: string) => readFileSync(join(folder, path), "utf8")
const sources = globSync("src/**/*.ts", { cwd: folder }).sort()

test("the generated files are those of the document: `npm run sdk` writes them", () => {
  for (const [name, text] of Object.entries(writtenFrom(nativeDocument()))) {
    assert.equal(read(`src/generated/${name}`), text, `${name} is old: npm run sdk`)
  }
})

test("every operation of the document has a call, and that one asks for it", async () => {
  const asked: string[] = []
  const fetch = async (input: unknown, init?: RequestInit) => {
    asked.push(`${init?.method ?? "GET"} ${new URL(String(input)).pathname}`)
    return Response.json({ code: "not_today" }, { status: 400 })
  }
  const options = { baseUrl: "https://x.example/v1", apiKey: "ck", maxRetries: 0 }
  const caudal = createCaudal({ ...options, fetch: fetch as typeof globalThis.fetch })
  type Calls = Record<string, Record<string, (...args: unknown[]) => unknown>>
  const calls = callsOf(nativeDocument())
  for (const { answer, method, name, parameters, path } of calls) {
    const call = (caudal as unknown as Calls)[name.resource]?.[name.call]
    assert.ok(call, `${name.resource}.${name.call}`)
    const called = call(...parameters.map((each) => `an-${each}`), {})
    const told = answer.way === "stream" ? (called as AsyncGenerator).next() : called
    await assert.rejects(Promise.resolve(told as Promise<unknown>), { code: "not_today" })
    const wanted = path.replace(/\{(\w+)\}/g, "an-$1")
    assert.equal(asked.at(-1), `${method} /v1${wanted}`)
  }
  const written = Object.entries(nativeDocument().paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((verb) => `${verb.toUpperCase()} ${path}`),
  )
  assert.deepEqual(
    [...new Set(calls.map(({ method, path }) => `${method} ${path}`))].sort(),
    written.sort(),
  )
})

test("it imports nothing but itself, and names nothing that only one runtime has", () => {
  assert.ok(sources.length > 10)
  for (const path of sources) {
    const source = read(path)
    for (const name of importsOf(source)) assert.match(name, /^\.\.?\//, `${path}: ${name}`)
    const foreign = /\b(?:process|Buffer|require|__dirname|Deno|Bun|setImmediate)\b/.exec(
      codeOf(source),
    )
    assert.equal(foreign?.[0], undefined, path)
  }
})

test("the package has no dependencies, ships what it names, and has the gateway's version", () => {
  const { dependencies, files, peerDependencies, version } = JSON.parse(read("package.json"))
  assert.deepEqual([dependencies, peerDependencies], [undefined, undefined])
  assert.equal(version, JSON.parse(read("../package.json")).version)
  assert.deepEqual(files, ["dist", "src", "README.es.md"])
  assert.equal(read("LICENSE"), read("../LICENSE"))
})

test("each kind of schema has its type", () => {
  const table: [type: string, schema: Parameters<typeof typeOf>[0]][] = [
    ["string", { type: "string" }],
    ["number", { type: "integer" }],
    ["string | null", { type: ["string", "null"] }],
    ['"a"', { const: "a" }],
    ["string | null", { anyOf: [{ type: "string" }, { type: "null" }, { not: {} }] }],
    ["string", { anyOf: [{ type: "string" }, { type: "string", pattern: "x" }] }],
    ["readonly string[]", { type: "array", items: { type: "string" } }],
    ['readonly ("a" | "b")[]', { type: "array", items: { enum: ["a", "b"] } }],
    [
      "Readonly<Record<string, number>>",
      { type: "object", additionalProperties: { type: "number" } },
    ],
    ["Readonly<Record<string, never>>", { type: "object", additionalProperties: false }],
    [
      '{\n  readonly a: string\n  readonly "b-c"?: unknown\n}',
      {
        type: "object",
        properties: { a: { type: "string" }, "b-c": {} },
        required: ["a"],
      },
    ],
    ["unknown", {}],
  ]
  for (const [type, schema] of table)
    assert.equal(
      typeOf(schema, () => null),
      type,
    )
})
