/** What the sandbox's invented catalogue offers, and which sandboxes are given it. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Company } from "./company.ts"
import { sandboxCatalogue, sandboxCatalogueFor } from "./load.ts"

const companies = sandboxCatalogue()
const CURRENCIES = { AR: "ARS", CL: "CLP", CO: "COP", MX: "MXN", PE: "PEN" }

for (const [country, currency] of Object.entries(CURRENCIES)) {
  test(`${country} has three companies or more, and products of every kind`, () => {
    const sold = companies.filter((each) => each.country === country && each.active)
    assert.ok(sold.length >= 3)
    assert.ok(sold.every((each) => each.currency === currency))
    const kinds = sold.flatMap(({ products }) => products.map(({ amountType }) => amountType))
    assert.deepEqual([...new Set(kinds)].sort(), ["CLOSED", "FIXED", "OPEN"])
    const types = sold.flatMap(({ products }) => products.map(({ type }) => type))
    assert.ok(types.includes("RECARGA_SALDO") && types.includes("PAQUETE_DATOS"), types.join())
  })
}

test("each company explains its number, and none has an address of anybody's", () => {
  for (const { code, name, details } of companies) {
    assert.match(new URL(details.logo).hostname, /(^|\.)example$/, code)
    assert.match(details.helpText, /dígitos/, code)
    assert.notEqual(details.regex, null, code)
    assert.equal(name, name.toUpperCase(), code)
  }
})

test("each product earns its seller something, but the demo company's balance", () => {
  const nothing = companies.flatMap(({ products }) =>
    products.filter((each) => each.commissionFixed === 0n && each.commissionBasisPoints === 0),
  )
  const names = nothing.map(({ companyCode, id }) => `${companyCode} ${id}`)
  assert.deepEqual(names, ["AR-R-0901 1"])
})

test("packages of Mexico say what is in them", () => {
  const packages = companies
    .filter(({ country }) => country === "MX")
    .flatMap(({ products }) => products.filter(({ amountType }) => amountType === "CLOSED"))
  assert.ok(packages.length >= 5)
  for (const { companyCode, additionalData } of packages) {
    const told = Object.keys(additionalData["packageInformation"] ?? {}).sort()
    assert.deepEqual(
      told,
      ["callMinutes", "internet", "messagesNumber", "socialMedia"],
      companyCode,
    )
  }
})

test("the test company of the vendor's pages sells one thing, for 200", () => {
  const known = companies.find(({ code }) => code === "MX-R-90006")!
  const products = known.products.map(({ amountType, amount }) => [amountType, amount])
  assert.deepEqual(products, [["CLOSED", 20_000n]])
})

const STORED: readonly (readonly [what: string, stored: readonly Company[], given: boolean])[] = [
  ["nothing", [], true],
  ["an older release's companies", companies.filter(({ code }) => code !== "MX-R-90006"), true],
  ["all of them", companies, false],
  ["all of them, ended", companies.map((each) => ({ ...each, active: false })), false],
  ["one of its owner's", [{ ...companies[0]!, code: "CO-R-1" }], false],
  ["its owner's beside ours", [...companies, { ...companies[0]!, code: "CO-R-1" }], false],
]
for (const [what, stored, given] of STORED) {
  test(`a sandbox with ${what} is ${given ? "" : "not "}given the catalogue`, () => {
    assert.deepEqual(sandboxCatalogueFor(stored), given ? companies : null)
  })
}
