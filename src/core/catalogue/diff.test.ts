/** What a new catalogue changes, in words. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Company, CompanyDetails, Product } from "./company.ts"
import { type ChangeKind, diffCatalogue } from "./diff.ts"
import { sandboxCatalogue } from "./load.ts"

const catalogue = sandboxCatalogue()
const [first, second] = catalogue as [Company, Company]
const [open, closed] = first.products as [Product, Product]
const fixed = second.products[1]!

const withDetails = (over: Partial<CompanyDetails>) => ({
  ...first,
  details: { ...first.details, ...over },
})
const withProduct = (over: Partial<Product>) => ({
  ...first,
  products: [{ ...open, ...over }, closed],
})

test("the same catalogue changes nothing", () => {
  assert.deepEqual(diffCatalogue(catalogue, sandboxCatalogue()), {
    companies: catalogue.length,
    products: catalogue.flatMap(({ products }) => products).length,
    unchanged: catalogue.filter(({ active }) => active).map(({ code }) => code),
    reordered: [],
    changes: [],
  })
})

const KINDS: readonly (readonly [
  what: string,
  before: readonly Company[],
  after: readonly Company[],
  kind: ChangeKind | null,
])[] = [
  ["that wasn't known", [], [first], "new"],
  ["that isn't named any more", [first], [], "ended"],
  ["that is named as not sold", [first], [{ ...first, active: false }], "ended"],
  ["that is sold again", [{ ...first, active: false }], [first], "again"],
  ["that is known and not sold, before and after", [{ ...first, active: false }], [], null],
  ["that is new and not sold", [], [{ ...first, active: false }], null],
  ["of another name", [first], [{ ...first, name: "OTRA" }], "changed"],
]
for (const [what, before, after, kind] of KINDS) {
  test(`a company ${what} is ${kind ?? "no change"}`, () => {
    const { changes } = diffCatalogue(before, after)
    assert.deepEqual(
      changes.map((change) => [change.code, change.kind]),
      kind === null ? [] : [[first.code, kind]],
    )
  })
}

const FIELDS: readonly (readonly [field: string, after: Company, was: string, is: string])[] = [
  ["name", { ...first, name: "OTRA" }, "DEMO MOVIL", "OTRA"],
  ["currency", { ...first, currency: "USD", products: [] }, "ARS", "USD"],
  ["identifier", withDetails({ identifierName: "celular" }), "IDC", "celular"],
  ["identifier's type", withDetails({ dataType: "ALF" }), "NUM", "ALF"],
  ["identifier's length", withDetails({ minLength: 8 }), "10", "8 to 10"],
  ["identifier's pattern", withDetails({ regex: null }), "[1-9][0-9]{9}", "none"],
  ["help text", withDetails({ helpText: "x" }), "Número de 10 dígitos, sin 0 ni 15", "x"],
  ["logo", withDetails({ logo: "" }), "https://logos.example/ar-r-0901.png", "none"],
  ["tags", withDetails({ tags: [] }), "telefonia", "none"],
  ["order", { ...first, products: [closed, open] }, "1, 2", "2, 1"],
]
for (const [field, after, was, is] of FIELDS) {
  test(`a company's ${field} is told as it was and as it is`, () => {
    const [change] = diffCatalogue([first], [after]).changes
    assert.deepEqual(change!.fields, [{ field, before: was, after: is }])
  })
}

const PRODUCT_FIELDS: readonly (readonly [string, Partial<Product>, was: string, is: string])[] = [
  ["description", { description: "x" }, "Saldo", "x"],
  ["type", { type: "x" }, "RECARGA_SALDO", "x"],
  ["price", { minAmount: 20_050n }, "ARS 100.00 to ARS 50000.00", "ARS 200.50 to ARS 50000.00"],
  ["price", { amountType: "CLOSED", amount: 45_000n }, "ARS 100.00 to ARS 50000.00", "ARS 450.00"],
  [
    "price",
    { amountType: "FIXED", allowedAmounts: [100n, 250n] },
    "ARS 100.00 to ARS 50000.00",
    "one of ARS 1.00, ARS 2.50",
  ],
  ["commission", { commissionBasisPoints: 250 }, "none", "2.50 %"],
  [
    "commission",
    { commissionBasisPoints: 5, commissionFixed: 150n },
    "none",
    "0.05 % and ARS 1.50",
  ],
  ["data", { additionalData: { b: 1, a: [2] } }, "{}", '{"a":[2],"b":1}'],
]
for (const [field, over, was, is] of PRODUCT_FIELDS) {
  test(`a product's ${field} is told as it was and as it is: ${is}`, () => {
    const [change] = diffCatalogue([first], [withProduct(over)]).changes
    assert.deepEqual(change, {
      code: first.code,
      name: first.name,
      kind: "changed",
      fields: [],
      products: [
        {
          id: "1",
          description: over.description ?? "Saldo",
          kind: "changed",
          fields: [{ field, before: was, after: is }],
        },
      ],
    })
  })
}

test("the order in which a database keeps the members of data is no change", () => {
  const before = withProduct({ additionalData: { a: { x: 1, y: 2 }, bb: 3 } })
  const after = withProduct({ additionalData: { bb: 3, a: { y: 2, x: 1 } } })
  assert.deepEqual(diffCatalogue([before], [after]).changes, [])
})

test("products come, go and come again as companies do", () => {
  const was = { ...first, products: [open, closed, { ...fixed, id: "3", active: false }] }
  const is = {
    ...first,
    products: [open, { ...fixed, id: "3" }, { ...fixed, id: "4" }],
  }
  const [change] = diffCatalogue([was], [is]).changes
  assert.deepEqual(
    change!.products.map(({ id, kind }) => [id, kind]),
    [
      ["3", "again"],
      ["4", "new"],
      ["2", "ended"],
    ],
  )
  assert.deepEqual(change!.fields, [])
})

test("companies in another order are told by their country", () => {
  const [one, two, ...rest] = catalogue
  const diff = diffCatalogue(catalogue, [two!, one!, ...rest])
  assert.deepEqual(diff.reordered, ["AR"])
  assert.deepEqual(diff.changes, [])
  // What comes between them, or goes, moves nobody.
  assert.deepEqual(diffCatalogue(catalogue, [one!, ...rest]).reordered, [])
  assert.deepEqual(diffCatalogue([one!, ...rest], catalogue).reordered, [])
})
