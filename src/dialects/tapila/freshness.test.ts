/** Entity tags: what they follow from, and which of a client's headers name them. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Company } from "../../core/index.ts"
import * as rows from "./examples/rows.ts"
import { entityTag, names } from "./freshness.ts"

// With one product: what is changed below is all there is.
const company: Company = { ...rows.company, products: [rows.product] }
const { product } = rows

const CHANGES: [what: string, changed: Company, shows: boolean][] = [
  ["a price", { ...company, products: [{ ...product, maxAmount: 500_001n }] }, true],
  ["a product that is gone", { ...company, products: [{ ...product, active: false }] }, true],
  ["a company that is gone", { ...company, active: false }, true],
  ["a name", { ...company, name: "DEMO" }, true],
  ["what the client earns", { ...company, products: [{ ...product, commissionFixed: 1n }] }, false],
]
for (const [what, changed, shows] of CHANGES) {
  test(`${what} ${shows ? "makes another" : "leaves the"} tag`, () => {
    assert.equal(entityTag([changed]) !== entityTag([company]), shows)
  })
}

test("the same content has the same tag, whoever remembers it", () => {
  assert.equal(entityTag([{ ...company }]), entityTag([company]))
  assert.match(entityTag(company), /^W\/"[\w-]{22}"$/)
  assert.notEqual(entityTag([company, company]), entityTag([company]))
})

const HEADERS: [header: string | undefined, named: boolean][] = [
  [undefined, false],
  ["", false],
  ["*", true],
  [" * ", true],
  ['W/"tag"', true],
  // The weak comparison: a proxy may have made a strong one of it.
  ['"tag"', true],
  ['"other", W/"tag"', true],
  ['"other",W/"tag" , "third"', true],
  ['"a,b", "tag"', true],
  ['"other"', false],
  ['W/"TAG"', false],
  ['w/"tag"', false],
  ["tag", false],
  ['"tag', false],
  ['"tag" "other"', false],
  ['"tag,", "other"', false],
  ['*, "tag"', false],
  [`${'"x", '.repeat(2_000)}"tag`, false],
]
for (const [header, named] of HEADERS) {
  test(`${named ? "named" : "not named"} by If-None-Match: ${header?.slice(0, 40)}`, () => {
    assert.equal(names(header, 'W/"tag"'), named)
  })
}
