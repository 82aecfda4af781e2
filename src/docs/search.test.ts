/** What a search finds, in which order, and what it makes of words that nobody wrote. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { openFinder } from "./finder.ts"
import { passagesOf } from "./passages.ts"
import { excerpt, isNear, makeIndex, wordsOf } from "./search.ts"
import { openShelf } from "./shelf.ts"
import type { Language } from "./tree.ts"

const shelf = await openShelf()
const finder = await openFinder(shelf, async () => {})

test("a question leads to the page that answers it", () => {
  const table: [query: string, language: Language, among: string][] = [
    ["verify webhook signature", "en", "webhooks/verifying"],
    ["CAUDAL_MASTER_KEY", "en", "operating"],
    ["when is a webhook tried again", "en", "webhooks"],
    ["what does unapplied mean", "en", "glossary"],
    ["reorganisation", "en", "rails/evm"],
    ["camt.053", "en", "rails/bank-files"],
    ["idempotensy", "en", "problems"],
    ["operationId hash", "en", "dialects/tapila"],
    ["fail-over patroni", "en", "operating/fail-over"],
    ["cuenta bancaria debito", "es", "dialects/palomma-direct-debit"],
    ["CONFIRMACIONES", "es", "rails/evm"],
    ["recarga de celular", "es", "dialects/tapila"],
  ]
  for (const [query, language, among] of table) {
    const ids = finder.find(query, language, 8).map(({ document }) => document.id)
    assert.ok(ids.includes(among), `${query}: ${ids}`)
  }
})

test("in Spanish the Spanish page is found, and an English one where there is no other", () => {
  const finds = finder.find("webhook", "es", 30)
  assert.ok(finds.length > 5)
  assert.equal(finds[0]!.document.language, "es")
  for (const { document } of finds) {
    assert.equal(shelf.nearest(document.id, "es"), document)
  }
})

test("no question is too odd: it finds something, or nothing, soon", () => {
  const odd = ["", " ", "?", "…", "a", "\u0000", "<script>", "x".repeat(10_000), "é ".repeat(5_000)]
  for (const query of [...odd, "constructor __proto__ toString", "(a+)+$", "\ud800"]) {
    const startMs = performance.now()
    assert.ok(Array.isArray(finder.find(query, "en", 30)))
    assert.ok(performance.now() - startMs < 500, query.slice(0, 20))
  }
  assert.deepEqual(finder.find("?!", "en", 30), [])
})

test("headings count more than text, words more than beginnings, all more than some", async () => {
  const entry = (key: number, heading: string, text: string) => {
    return { key, title: "T", heading, text, share: 1 }
  }
  const index = await makeIndex([
    entry(1, "Other", "a refund of money"),
    entry(2, "Refund", "money"),
    entry(3, "Refunding", "something else"),
    entry(4, "Other", "key"),
    entry(5, "Other", "key with a refund, Ñandú"),
  ])
  const keys = (query: string) => index.search(query, 9).map(({ key }) => key)
  assert.equal(keys("money")[0], 2, "a shorter passage")
  assert.equal(keys("refund")[0], 2)
  assert.ok(keys("refund").includes(3), "a beginning")
  assert.equal(keys("key refund")[0], 5, "every word")
  assert.deepEqual(keys("nandu"), [5], "without accents")
  assert.deepEqual(keys("ñandí"), [5], "one letter off")
  assert.deepEqual(keys("nothing like it"), [])
})

test("words are compared without case, accents and marks; parts of names count, too", () => {
  assert.deepEqual(wordsOf("Débito: webhook-id, A.b"), [
    "debito",
    "webhook-id",
    "webhook",
    "id",
    "a.b",
    "a",
    "b",
  ])
  const pairs: [one: string, other: string, near: boolean][] = [
    ["refund", "refnud", true],
    ["refund", "refun", true],
    ["refund", "refundo", true],
    ["refund", "rebund", true],
    ["refund", "rebuny", false],
    ["refund", "fund", false],
  ]
  for (const [one, other, near] of pairs) assert.equal(isNear(one, other), near, `${one} ${other}`)
})

test("a passage is a heading with what stands below it, without marks", () => {
  const source =
    "# T\n\nfirst *b*\n\n## A `b`\n\n| a | [c](d) |\n| --- | --- |\n\n```sh\n# no heading\n```\n"
  assert.deepEqual(passagesOf(source), [
    { anchor: null, heading: "T", text: "first b" },
    { anchor: "a-b", heading: "A b", text: "a · c # no heading" },
  ])
})

test("a long section is several passages under one heading, and one find", () => {
  const rows = Array.from(
    { length: 60 },
    (_, at) => `| word${at} | what it means, at some length |`,
  )
  const passages = passagesOf(`# T\n\n## W\n\n| a | b |\n| --- | --- |\n${rows.join("\n")}\n`)
  assert.ok(passages.length > 3)
  assert.deepEqual(new Set(passages.slice(1).map(({ anchor }) => anchor)), new Set(["w"]))
  assert.equal(passages.filter(({ text }) => text.includes("word33 ")).length, 1)
  for (const query of ["attempt", "unapplied"]) {
    const places = finder.find(query, "en", 30).map((each) => {
      return `${each.document.path}#${each.passage.anchor}`
    })
    assert.equal(new Set(places).size, places.length)
  }
})

test("an excerpt stands around the word, which is marked", () => {
  const text = `${"before ".repeat(60)}Débito ${"after ".repeat(60)}`
  const pieces = excerpt(text, ["debito"], 60)
  assert.deepEqual(
    pieces.filter(({ marked }) => marked).map(({ text }) => text),
    ["Débito"],
  )
  const whole = pieces.map(({ text }) => text).join("")
  assert.ok(whole.startsWith("… ") && whole.endsWith(" …") && whole.length < 80, whole)
  assert.deepEqual(excerpt("short", [], 60), [{ text: "short", marked: false }])
})
