/** What becomes of a provider's listing before it is loaded. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Company, Product } from "./company.ts"
import { type ImportOptions, prepareImport, usableOf } from "./import.ts"
import { sandboxCatalogue } from "./load.ts"

/** As a provider lists it: it doesn't know what we earn. */
const unearned = (company: Company): Company => ({
  ...company,
  products: company.products.map((product) => ({
    ...product,
    commissionFixed: 0n,
    commissionBasisPoints: 0,
  })),
})
const stored = sandboxCatalogue()
const listed = stored.filter(({ active }) => active).map(unearned)
const inCountry = (country: string) => listed.filter((each) => each.country === country)
const chile = inCountry("CL")
const [good, other] = chile as [Company, Company]
const [open, closed] = good.products as [Product, Product]
const COUNTRIES = ["AR", "CL", "CO", "MX", "PE"]

function prepared(
  before: readonly Company[],
  listing: readonly Company[],
  options: Partial<ImportOptions> = {},
) {
  const usable = usableOf(listing)
  const usual = { countries: null, served: COUNTRIES, allowFewer: false }
  return prepareImport(before, usable, { ...usual, ...options })
}

/** What is to be loaded; fails where nothing is. */
function loaded(...args: Parameters<typeof prepared>) {
  const found = prepared(...args)
  assert.ok(!("refused" in found), "refused" in found ? found.why : "")
  return found
}

test("what we earn by a product that stays is kept, also one that wasn't sold for a while", () => {
  const resting = stored.map((each) =>
    each.code === "CL-R-0901" ? { ...each, active: false } : each,
  )
  const { companies, countries, leftOut } = loaded(resting, listed)
  assert.deepEqual(
    companies,
    stored.filter(({ active }) => active),
  )
  assert.deepEqual(countries, ["AR", "CL", "CO", "MX", "PE"])
  assert.deepEqual(leftOut, [])
})

test("our pattern of a company's numbers is kept, unless their type or length changes", () => {
  const patterns = (over: Partial<Company["details"]>) => {
    const told = chile.map((each) => ({
      ...each,
      details: { ...each.details, regex: null, ...over },
    }))
    return loaded(stored, told, { served: [] }).companies.map(({ details }) => details.regex)
  }
  assert.deepEqual(patterns({}), ["9[0-9]{8}", "9[0-9]{8}", "9[0-9]{8}"])
  assert.deepEqual(patterns({ regex: "[89][0-9]{8}" })[0], "[89][0-9]{8}")
  for (const over of [{ maxLength: 10 }, { minLength: 8 }, { dataType: "ALF" as const }]) {
    assert.deepEqual(patterns(over)[0], null)
  }
})

test("what is only for show keeps nobody from selling", () => {
  const [company] = usableOf([
    {
      ...good,
      details: { ...good.details, logo: "javascript:alert(1)", tags: ["", "a"], helpText: "" },
      products: [{ ...open, description: "" }, closed],
    },
  ]).companies
  const { logo, tags, helpText } = company!.details
  assert.deepEqual([logo, tags, helpText], ["", ["a"], ""])
  assert.equal(company!.products[0]!.description, open.type)
})

test("a company that changes its currency keeps none of what was earned in the other", () => {
  const dollars = listed.map((each) =>
    each.code === "CL-R-0901" ? { ...each, currency: "USD" } : each,
  )
  const { companies } = loaded(stored, dollars)
  const found = companies.find(({ code }) => code === "CL-R-0901")!
  assert.deepEqual(
    found.products.map(({ commissionFixed, commissionBasisPoints }) => [
      commissionFixed,
      commissionBasisPoints,
    ]),
    [
      [0n, 0],
      [0n, 0],
    ],
  )
})

test("the countries are those that were asked for, or else those served and those listed", () => {
  const table: [options: Partial<ImportOptions>, listing: readonly Company[], taken: string][] = [
    [{ countries: ["MX", "CL", "MX"] }, listed, "CL MX"],
    [{ countries: ["CL"], served: ["CL", "PE"] }, listed, "CL"],
    [{ served: ["CL"] }, chile, "CL"],
    [{ served: ["PE", "CL"], allowFewer: true }, chile, "CL PE"],
    [{ served: ["CL", "UY"] }, chile, "CL"],
    // Who doesn't know beforehand, or more than it said.
    [{ served: [] }, chile, "CL"],
    [{ served: ["CL"] }, listed, "AR CL CO MX PE"],
  ]
  for (const [options, listing, taken] of table) {
    const { companies, countries } = loaded(stored, listing, options)
    assert.equal(countries.join(" "), taken)
    assert.ok(companies.every(({ country }) => taken.includes(country)))
  }
})

/** So many products of the first company, and companies, of six and three. */
const cut = (products: number, companies: number) => [
  { ...chile[0]!, products: chile[0]!.products.slice(0, products) },
  ...chile.slice(1, companies),
]
const renumbered = chile.map((company) => ({
  ...company,
  products: company.products.map((product) => ({ ...product, id: `${product.id}0` })),
}))
const notIn = (country: string) => (each: Company) => each.country !== country
const DOUBTS: readonly (readonly [
  what: string,
  listing: readonly Company[],
  options: Partial<ImportOptions>,
  says: RegExp | null,
])[] = [
  ["nothing", [], {}, /lists nothing that can be sold$/],
  ["nothing, where that is allowed", [], { allowFewer: true }, null],
  ["nothing, by one who serves nobody", [], { allowFewer: true, served: [] }, /lists nothing/],
  ["nothing in one country any more", listed.filter(notIn("PE")), {}, /nothing .* in PE$/],
  ["nothing in one, where that is allowed", listed.filter(notIn("PE")), { allowFewer: true }, null],
  ["nothing in Chile", inCountry("PE"), { countries: ["CL"] }, /lists nothing/],
  ["nothing in Chile, of two", inCountry("PE"), { countries: ["CL", "PE"] }, /nothing .* in CL$/],
  ["nothing in Chile, where that is allowed", [], { countries: ["CL"], allowFewer: true }, null],
  ["two of six products", cut(2, 1), { served: ["CL"] }, /^of 6 products sold in CL .* only 2$/],
  ["two of six, where fewer is allowed", cut(2, 1), { allowFewer: true, served: ["CL"] }, null],
  ["half of the products", cut(1, 2), { served: ["CL"] }, null],
  [
    "as many, but other ones",
    renumbered,
    { served: ["CL"] },
    /^of 6 products sold in CL .* only 0$/,
  ],
  ["only what isn't sold", chile.map((each) => ({ ...each, active: false })), {}, /nothing/],
]
for (const [what, listing, options, says] of DOUBTS) {
  test(`a provider that lists ${what} is ${says ? "not " : ""}believed`, () => {
    const found = prepared(stored, listing, options)
    if (says === null) assert.ok(!("refused" in found), "refused" in found ? found.why : "")
    else {
      assert.ok("refused" in found && found.refused === "few")
      assert.match(found.why, says)
    }
  })
}

test("a listing of more companies than a catalogue may have is refused in any case", () => {
  const all = Array.from({ length: 5_001 }, (_, at) => ({ ...chile[0]!, code: `CL-R-1${at}` }))
  const usable = { companies: all, leftOut: [] }
  const found = prepareImport([], usable, { countries: null, allowFewer: true })
  assert.ok("refused" in found && found.refused === "many")
})

const LEFT_OUT: readonly (readonly [
  what: string,
  company: Company,
  productId: string | null,
  why: RegExp,
])[] = [
  ["an empty price", { ...good, products: [open, { ...closed, amount: 0n }] }, "2", /is zero/],
  ["a negative price", { ...good, products: [open, { ...closed, amount: -1n }] }, "2", /^amount /],
  [
    "a description without end",
    { ...good, products: [{ ...open, description: "x".repeat(201) }, closed] },
    "1",
    /^description /,
  ],
  ["a code of bills", { ...good, code: "CL-S-0901" }, null, /^code must look like/],
  ["another country's code", { ...good, code: "MX-R-0999" }, null, /^country /],
  ["an unknown currency", { ...good, currency: "XXX" }, null, /^currency /],
  [
    "a pattern that could hang",
    { ...good, details: { ...good.details, regex: "(9+)+" } },
    null,
    /^regex must be a simple pattern/,
  ],
  ["no products", { ...good, products: [] }, null, /^products /],
  ["only wrong products", { ...good, products: [{ ...closed, amount: 0n }] }, null, /is zero/],
]
for (const [what, company, productId, why] of LEFT_OUT) {
  test(`of a listing, ${what} is left out and told, and the rest can be sold`, () => {
    const { companies, leftOut } = usableOf([company, other])
    assert.equal(leftOut.length, 1)
    assert.equal(leftOut[0]!.code, company.code)
    assert.equal(leftOut[0]!.productId, productId)
    assert.match(leftOut[0]!.why, why)
    assert.equal(companies.length, productId === null ? 1 : 2)
    assert.deepEqual(companies.at(-1), other)
  })
}

test("of a company or a product that is listed twice nobody knows which one counts", () => {
  const twice = usableOf([good, other, { ...good, name: "OTRA" }])
  assert.deepEqual(
    twice.companies.map(({ code }) => code),
    [other.code],
  )
  assert.equal(twice.leftOut.length, 2)
  const products = usableOf([{ ...good, products: [open, closed, { ...open, minAmount: 1n }] }])
  assert.deepEqual(
    products.companies[0]!.products.map(({ id }) => id),
    [closed.id],
  )
})
