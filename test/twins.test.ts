/** Every document that people use stands in English and Spanish, and both say the same. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { openShelf } from "../src/docs/shelf.ts"
import { assertTwins } from "./support/guide.ts"

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
/** The front page lists other pages in each language; the settings are made in both by a program. */
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
