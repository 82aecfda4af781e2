/** Catalogue files: what the sandbox's holds, and how a wrong one is told. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { identifierProblem } from "./company.ts"
import { CatalogueError, parseCatalogue, readCatalogue, sandboxCatalogue } from "./load.ts"

/** A number that the rule of each country takes, and one that it doesn't. */
const NUMBERS: Record<string, [good: string, bad: string]> = {
  AR: ["1155550101", "155550101"],
  CO: ["3001234501", "6011234501"],
  MX: ["5512345601", "525512345601"],
  PE: ["912345601", "812345601"],
  CL: ["912345601", "212345601"],
}

test("the sandbox sells something of every kind in every country", () => {
  const companies = sandboxCatalogue()
  const kinds = new Set<string>()
  for (const [country, [good, bad]] of Object.entries(NUMBERS)) {
    const sellers = companies.filter((each) => each.country === country && each.active)
    assert.ok(sellers.length >= 3, country)
    const products = sellers.flatMap((each) => each.products)
    assert.ok(
      products.some(({ amountType }) => amountType === "OPEN"),
      country,
    )
    for (const { amountType } of products) kinds.add(amountType)
    for (const { details } of sellers) {
      assert.equal(identifierProblem(details, good), null)
      assert.notEqual(identifierProblem(details, bad), null)
    }
  }
  assert.deepEqual([...kinds].sort(), ["CLOSED", "FIXED", "OPEN"])
  assert.equal(Object.keys(Object.groupBy(companies, ({ country }) => country)).length, 5)
})

const open = { id: "1", description: "Saldo", amountType: "OPEN", minAmount: "1", maxAmount: "9" }
const closed = { id: "2", description: "Pack", amountType: "CLOSED", amount: "4.50" }
const fixed = { id: "3", description: "Fijo", amountType: "FIXED", allowedAmounts: ["20", "10"] }
const company = {
  code: "AR-R-0001",
  country: "AR",
  currency: "ARS",
  name: "UNA",
  logo: "https://logos.example/una.png",
  identifierName: "IDC",
  dataType: "NUM",
  helpText: "Diez dígitos",
  minLength: 10,
  maxLength: 10,
  products: [open, closed, fixed],
}

test("amounts are read in the company's currency, each kind with its least and its most", () => {
  const [read] = parseCatalogue({ companies: [company] })
  const rows = read!.products.map((each) => [
    each.amountType,
    each.amount,
    each.minAmount,
    each.maxAmount,
    each.allowedAmounts,
  ])
  assert.deepEqual(rows, [
    ["OPEN", 0n, 100n, 900n, []],
    ["CLOSED", 450n, 450n, 450n, []],
    ["FIXED", 0n, 1_000n, 2_000n, [1_000n, 2_000n]],
  ])
})

const PROBLEMS: [what: string, content: unknown, message: RegExp][] = [
  ["nothing", null, /^the catalogue: /],
  ["no companies", { companies: [] }, /^companies: /],
  ["an unknown member", { companies: [{ ...company, colour: "red" }] }, /^companies\.0 .*colour/],
  [
    "a wrong code",
    { companies: [company, { ...company, code: "ar-1" }] },
    /^companies\.1 \(ar-1\)\.code: must look like AR-R-0901$/,
  ],
  [
    "an unknown currency",
    { companies: [{ ...company, currency: "XXX" }] },
    /currency: must be one/,
  ],
  ["another country", { companies: [{ ...company, country: "CL" }] }, /^AR-R-0001: country: /],
  ["a company twice", { companies: [company, company] }, /^AR-R-0001: is there twice$/],
  [
    "a product twice",
    { companies: [{ ...company, products: [open, open] }] },
    /^AR-R-0001: product 1: is there twice$/,
  ],
  [
    "an amount that is a number",
    { companies: [{ ...company, products: [open, { ...closed, amount: 4.5 }] }] },
    /^companies\.0 \(AR-R-0001\)\.products\.1 \(2\)\.amount: /,
  ],
  [
    "an amount of nothing",
    { companies: [{ ...company, products: [{ ...closed, amount: "0.00" }] }] },
    /product 2: an amount is zero/,
  ],
  [
    "more decimals than the currency has",
    { companies: [{ ...company, code: "CL-R-1", country: "CL", currency: "CLP" }] },
    /^CL-R-1: product 2: an amount has more decimals than CLP$/,
  ],
  [
    "a range that is upside down",
    { companies: [{ ...company, products: [{ ...open, minAmount: "10" }] }] },
    /product 1: minAmount is above maxAmount/,
  ],
  [
    "lengths that are upside down",
    { companies: [{ ...company, minLength: 11 }] },
    /minLength: is above maxLength/,
  ],
  [
    "a pattern that isn't one",
    { companies: [{ ...company, regex: "(" }] },
    /regex: must be a regular expression/,
  ],
]
for (const [what, content, message] of PROBLEMS) {
  test(`a catalogue with ${what} is told by the entry that is wrong`, () => {
    assert.throws(
      () => parseCatalogue(content),
      (error: Error) => error instanceof CatalogueError && message.test(error.message),
    )
  })
}

test("a file that can't be read is told by its name", (context) => {
  const dir = mkdtempSync(join(tmpdir(), "caudal-catalogue-"))
  context.after(() => rmSync(dir, { recursive: true, force: true }))
  const path = join(dir, "catalogue.json")
  const told = (error: Error) => error instanceof CatalogueError && error.message.includes(path)
  assert.throws(() => readCatalogue(path), told)
  writeFileSync(path, "{")
  assert.throws(() => readCatalogue(path), told)
  writeFileSync(path, JSON.stringify({ companies: [] }))
  assert.throws(() => readCatalogue(path), told)
})
