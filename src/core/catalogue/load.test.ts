/** Catalogue files: how they are read, how a wrong one is told, and that they can be written. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import {
  CatalogueError,
  parseCatalogue,
  readCatalogue,
  sandboxCatalogue,
  writeCatalogue,
} from "./load.ts"

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

/** A catalogue of the company with something of it, or of its only product, as it must not be. */
const withCompany = (over: object) => ({ companies: [{ ...company, ...over }] })
const withProduct = (over: object) => withCompany({ products: [{ ...closed, ...over }] })
const many = <T extends object>(count: number, make: (at: number) => T) =>
  Array.from({ length: count }, (_, at) => make(at))
const nested = (depth: number) =>
  JSON.parse(`${'{"in":'.repeat(depth)}{}${"}".repeat(depth)}`) as object

const AT = String.raw`^companies\.0 \(AR-R-0001\)\.`
const PROBLEMS: readonly (readonly [what: string, content: unknown, message: RegExp])[] = [
  ["nothing", null, /^the catalogue: /],
  ["a list", [company], /^the catalogue: /],
  ["no companies", { companies: [] }, /^companies: /],
  ["5,001 companies", { companies: many(5_001, () => ({})) }, /^companies: /],
  ["an entry that is none", { companies: [null] }, /^companies\.0: /],
  ["an unknown member", withCompany({ colour: "red" }), /^companies\.0 .*colour/],
  [
    "a wrong code",
    { companies: [company, { ...company, code: "ar-1" }] },
    /^companies\.1 \(ar-1\)\.code: must look like AR-R-0901$/,
  ],
  ["a code of bills", withCompany({ code: "AR-S-0001" }), /code: must look like/],
  ["an unknown currency", withCompany({ currency: "XXX" }), /currency: must be one/],
  ["a currency of the language", withCompany({ currency: "toString" }), /currency: must be one/],
  [
    "another country",
    withCompany({ country: "CL" }),
    new RegExp(`${AT}country: the code begins with another$`),
  ],
  ["a company twice", { companies: [company, company] }, /^AR-R-0001: is there twice$/],
  ["a name of spaces", withCompany({ name: "  " }), /name: must be text/],
  ["a name that rings", withCompany({ name: "UNA\u0007" }), /name: must be text/],
  ["half a pair in a name", withCompany({ name: "UNA\ud83d" }), /name: must be text/],
  ["a logo that acts", withCompany({ logo: "javascript:alert(1)" }), /logo: /],
  ["a logo of a file", withCompany({ logo: "file:///etc/passwd" }), /logo: /],
  ["a type that isn't sold", withCompany({ dataType: "FEC" }), /dataType: /],
  ["an identifier of nothing", withCompany({ minLength: 0 }), /minLength: /],
  ["an identifier without end", withCompany({ maxLength: 41 }), /maxLength: /],
  ["half a length", withCompany({ minLength: 9.5 }), /minLength: /],
  ["lengths upside down", withCompany({ minLength: 11, maxLength: 10 }), /: is above maxLength$/],
  ["a pattern that isn't one", withCompany({ regex: "(" }), /regex: must be a regular expression/],
  [
    "a pattern that could hang",
    withCompany({ regex: "(a+)+$" }),
    new RegExp(`${AT}regex: must be a simple pattern: it repeats what repeats already$`),
  ],
  ["an empty pattern", withCompany({ regex: "" }), /regex: /],
  ["no products", withCompany({ products: [] }), /products: /],
  [
    "501 products",
    withCompany({ products: many(501, (at) => ({ ...closed, id: `${at}` })) }),
    /products: /,
  ],
  [
    "a product twice",
    withCompany({ products: [open, open] }),
    new RegExp(`${AT}products\\.1 \\(1\\): is there twice$`, "m"),
  ],
  [
    "an amount that is a number",
    withCompany({ products: [open, { ...closed, amount: 4.5 }] }),
    new RegExp(`${AT}products\\.1 \\(2\\)\\.amount: `),
  ],
  ["an amount below zero", withProduct({ amount: "-1" }), /amount: must be decimal text/],
  ["an amount with an exponent", withProduct({ amount: "1e3" }), /amount: must be decimal text/],
  ["an amount of nothing", withProduct({ amount: "0.00" }), /\(2\): an amount is zero$/],
  ["an amount of another kind", withProduct({ minAmount: "1" }), /\(2\): .*minAmount/],
  ["an unknown kind", withProduct({ amountType: "SOME" }), /amountType: /],
  ["an amount without end", withProduct({ amount: "1".repeat(14) }), /amount: must be decimal/],
  [
    "more decimals than the currency has",
    withCompany({ code: "CL-R-1", country: "CL", currency: "CLP" }),
    /^companies\.0 \(CL-R-1\)\.products\.1 \(2\): an amount has more decimals than CLP$/,
  ],
  [
    "a commission with more decimals than the currency has",
    {
      companies: [
        {
          ...{ ...company, code: "CL-R-1", country: "CL", currency: "CLP" },
          products: [{ ...closed, amount: "450", commission: { fixed: "0.5" } }],
        },
      ],
    },
    /\(2\): its commission has more decimals than CLP$/,
  ],
  [
    "a range that is upside down",
    withCompany({ products: [{ ...open, minAmount: "10" }] }),
    /\(1\): minAmount is above maxAmount/,
  ],
  [
    "an amount twice",
    withCompany({ products: [{ ...fixed, allowedAmounts: ["10", "10.00"] }] }),
    /\(3\): an amount is there twice/,
  ],
  ["101 per cent", withProduct({ commission: { basisPoints: 10_100 } }), /basisPoints: /],
  ["half a point", withProduct({ commission: { basisPoints: 1.5 } }), /basisPoints: /],
  ["a negative commission", withProduct({ commission: { fixed: "-1" } }), /fixed: /],
  ["data that is a list", withProduct({ additionalData: [] }), /additionalData: must be an object/],
  ["deep data", withProduct({ additionalData: nested(6) }), /additionalData: must be an object/],
  ["endless data", withProduct({ additionalData: nested(50_000) }), /additionalData: /],
  ["much data", withProduct({ additionalData: { a: "a".repeat(4_000) } }), /additionalData: /],
  ["a zero in data", withProduct({ additionalData: { a: { b: "\0" } } }), /additionalData: /],
  ["half a pair in data", withProduct({ additionalData: { "\ud83d": 1 } }), /additionalData: /],
]
for (const [what, content, message] of PROBLEMS) {
  test(`a catalogue with ${what} is told by the entry that is wrong`, () => {
    assert.throws(
      () => parseCatalogue(content),
      (error: Error) => error instanceof CatalogueError && message.test(error.message),
    )
  })
}

test("of many problems the first are told and the others counted, without what rings", () => {
  const entries = many(30, () => ({ ...company, code: "\u001b[31mred", ["\u0007"]: 1 }))
  assert.throws(
    () => parseCatalogue({ companies: entries }),
    ({ message }: Error) => {
      assert.equal(message.split("\n").length, 21)
      assert.match(message, /\nand 40 more$/)
      assert.doesNotMatch(message, /[^\P{Cc}\n]/u)
      return true
    },
  )
})

test("what is written can be read again as the same companies", () => {
  const companies = [...sandboxCatalogue(), ...parseCatalogue({ companies: [company] })]
  assert.deepEqual(parseCatalogue(JSON.parse(JSON.stringify(writeCatalogue(companies)))), companies)
})

const whole = Buffer.from(JSON.stringify({ companies: [company] }))
const FILES: readonly (readonly [what: string, bytes: Buffer | null, says: RegExp])[] = [
  ["isn't there", null, /can't be read as JSON: ENOENT/],
  ["is no JSON", Buffer.from("{"), /can't be read as JSON: /],
  ["is empty", Buffer.alloc(0), /can't be read as JSON: /],
  ["is in Latin-1", Buffer.from(whole.toString(), "latin1"), /can't be read as JSON: .*utf-8/],
  ["has no companies", Buffer.from('{"companies":[]}'), /:\ncompanies: /],
]
test("a file that can't be used is told by its name", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "caudal-catalogue-"))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  const told = (path: string, says: RegExp) =>
    assert.throws(
      () => readCatalogue(path),
      ({ name, message }: Error) =>
        name === "CatalogueError" && message.startsWith(path) && says.test(message),
    )
  for (const [what, bytes, says] of FILES) {
    const path = join(folder, `${what}.json`)
    if (bytes) writeFileSync(path, bytes)
    told(path, says)
  }
  told(folder, /EISDIR/)
  const large = join(folder, "large.json")
  writeFileSync(large, whole)
  truncateSync(large, 64 * 2 ** 20 + 1)
  told(large, /it has more than 64 MiB/)
  // What never ends isn't waited for.
  told("/dev/zero", /it has more than 64 MiB/)

  const marked = join(folder, "marked.json")
  writeFileSync(marked, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), whole]))
  assert.equal(readCatalogue(marked).length, 1)
})
