/** The pages of all settings are what the schemas say, whole, and of use in both languages. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { EXAMPLES } from "../../ops/reference/examples.ts"
import { configurationPage, valueText } from "../../ops/reference/page.ts"
import { type SectionName, sections, type Told } from "../../ops/reference/sections.ts"
import type { Words } from "../../ops/reference/words.ts"
import { ENGLISH } from "../../ops/reference/words-en.ts"
import { SPANISH } from "../../ops/reference/words-es.ts"
import { SETTINGS } from "../../src/config.ts"
import { CONFIGURED } from "../../src/rails/index.ts"

const docs = join(import.meta.dirname, "..", "..", "docs")
const LANGUAGES: readonly [page: string, words: Words][] = [
  ["operating/configuration.md", ENGLISH],
  ["es/operating/configuration.md", SPANISH],
]

test("both pages are as `npm run reference` writes them", () => {
  for (const [page, words] of LANGUAGES) {
    const written = readFileSync(join(docs, page), "utf8")
    assert.equal(written, configurationPage(words), `${page} is old: npm run reference`)
  }
})

test("every setting has its meaning in both languages, and an example; nothing else has", () => {
  for (const { members, name } of sections()) {
    const names = Object.keys(members)
    assert.ok(names.length > 0, name)
    const section = name as SectionName
    const tables = [EXAMPLES[section], ...LANGUAGES.map(([, { meanings }]) => meanings[section])]
    for (const table of tables) assert.deepEqual(Object.keys(table), names, name)
    for (const [page, { defaults }] of LANGUAGES) {
      const unknown = Object.keys(defaults[section] ?? {}).filter((each) => !names.includes(each))
      assert.deepEqual(unknown, [], `${page}: ${name}`)
    }
  }
})

test("no variable and no rail's settings are missing", () => {
  const all = sections()
  const variables = all.find(({ name }) => name === "environment")!
  assert.deepEqual(Object.keys(variables.members), SETTINGS)
  for (const rail of CONFIGURED) {
    assert.ok(
      all.some(({ path }) => path.startsWith(`rails.${rail}.`)),
      rail,
    )
  }
})

test("every example is one that a gateway takes", () => {
  for (const { members, name, takes } of sections()) {
    for (const member of Object.keys(members)) {
      const example = EXAMPLES[name as SectionName][member]
      assert.ok(takes(member, example), `${name}.${member}: ${JSON.stringify(example)}`)
    }
  }
})

test("what a setting takes is said by its schema", () => {
  const table: [english: string, spanish: string, told: Told][] = [
    ["text", "texto", { type: "string" }],
    [
      "text, at most 64 characters",
      "texto, hasta 64 caracteres",
      { type: "string", maxLength: 64 },
    ],
    [
      "whole number, 1 to 9",
      "número entero, de 1 a 9",
      { type: "integer", minimum: 1, maximum: 9 },
    ],
    [
      "whole number, from 1 on",
      "número entero, desde 1",
      { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
    ],
    ["`a`, `b`", "`a`, `b`", { type: "string", enum: ["a", "b"] }],
    ["`true` or `false`", "`true` o `false`", { type: "boolean" }],
    ["list, at most 3", "lista, hasta 3", { type: "array", maxItems: 3 }],
    ["object, by name", "objeto, por nombre", { type: "object", additionalProperties: {} }],
    ["text or object", "texto o objeto", { anyOf: [{ type: "string" }, { type: "object" }] }],
    ["text", "texto", { anyOf: [{ type: "string" }, { type: "null" }] }],
    ["several forms", "varias formas", {}],
  ]
  for (const [english, spanish, told] of table) {
    assert.equal(valueText(told, ENGLISH), english)
    assert.equal(valueText(told, SPANISH), spanish)
  }
})
