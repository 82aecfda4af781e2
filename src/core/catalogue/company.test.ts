/** Which identifiers a company takes, and which amounts a product. */
import assert from "node:assert/strict"
import { test } from "node:test"
import {
  amountProblem,
  type CompanyDetails,
  commissionOf,
  identifierProblem,
  type Product,
} from "./company.ts"
import { parseCatalogue, sandboxCatalogue } from "./load.ts"

const companies = sandboxCatalogue()

/** Of each country: numbers of its form, and such as people mistake for one. */
const NUMBERS: Readonly<Record<string, { good: readonly string[]; bad: readonly string[] }>> = {
  AR: {
    good: ["1155550101", "3514567801", "2944555501"],
    bad: ["01155550101", "0115555010", "5491155550101", "+541155550101", "155550101"],
  },
  CO: {
    good: ["3001234501", "3509876501"],
    bad: ["6011234501", "573001234501", "+573001234501", "300123450"],
  },
  MX: {
    good: ["5512345601", "3312345601", "9991234501"],
    bad: ["0512345601", "525512345601", "+525512345601", "551234560"],
  },
  PE: { good: ["912345601", "999999901"], bad: ["812345601", "51912345601", "91234560"] },
  CL: { good: ["912345601", "987654301"], bad: ["212345601", "56912345601", "91234560"] },
}
/** Made of a good number: nothing that looks like digits may pass for them. */
const SPOILT: readonly (readonly [what: string, spoil: (number: string) => string])[] = [
  ["nothing", () => ""],
  ["a letter", (number) => `${number.slice(0, -1)}a`],
  ["a space inside", (number) => `${number.slice(0, 3)} ${number.slice(4)}`],
  ["a space in front", (number) => ` ${number.slice(1)}`],
  ["a new line at the end", (number) => `${number}\n`],
  ["a hyphen", (number) => `${number.slice(0, 3)}-${number.slice(4)}`],
  ["a plus", (number) => `+${number.slice(1)}`],
  ["full-width digits", (number) => number.replace(/\d/g, fullWidth)],
  ["one full-width digit", (number) => number.replace(/\d$/, fullWidth)],
  [
    "Arabic digits",
    (number) => number.replace(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit))),
  ],
  ["an emoji", (number) => `${number.slice(0, -2)}📱`],
  ["a combining mark", (number) => `${number.slice(0, -1)}\u0301`],
  ["a zero-width space", (number) => `${number.slice(0, -1)}\u200b`],
  ["a zero character", (number) => `${number.slice(0, -1)}\0`],
  ["half a pair", (number) => `${number.slice(0, -1)}\ud83d`],
  ["one digit more", (number) => `${number}1`],
  ["1,000 digits", (number) => number.padEnd(1_000, "1")],
  ["a million digits", (number) => number.padEnd(1_000_000, "1")],
]

function fullWidth(digit: string): string {
  return String.fromCodePoint(0xff10 + Number(digit))
}

for (const [country, { good, bad }] of Object.entries(NUMBERS)) {
  test(`companies of ${country} take its numbers and nothing that looks like one`, () => {
    const started = performance.now()
    for (const { code, details } of companies.filter((each) => each.country === country)) {
      for (const number of good) assert.equal(identifierProblem(details, number), null, code)
      for (const number of bad) assert.ok(identifierProblem(details, number), `${code} ${number}`)
      for (const [what, spoil] of SPOILT) {
        assert.ok(identifierProblem(details, spoil(good[0]!)), `${code}: ${what}`)
      }
    }
    assert.ok(performance.now() - started < 1_000)
  })
}

const alphanumeric: CompanyDetails = {
  ...companies[0]!.details,
  dataType: "ALF",
  minLength: 4,
  maxLength: 8,
  regex: null,
}
const ALPHANUMERIC: readonly (readonly [value: string, says: RegExp | null])[] = [
  ["AB-1234", null],
  ["user@tv", null],
  ["ABC", /4 to 8 characters/],
  ["ABCDEFGHI", /4 to 8 characters/],
  ["AB 1234", /no spaces/],
  ["AÑO1234", /without accents/],
  ["AB1234📱", /letters/],
  ["ＡＢ1234", /letters/],
  ["AB\t1234", /no spaces/],
]
for (const [value, says] of ALPHANUMERIC) {
  test(`a company of letters and digits ${says ? "refuses" : "takes"} ${value}`, () => {
    const problem = identifierProblem(alphanumeric, value)
    if (says === null) assert.equal(problem, null)
    else assert.match(problem ?? "", says)
  })
}

test("a pattern that could take forever is never run, wherever it came from", () => {
  const details = { ...alphanumeric, maxLength: 40, regex: "(a+)+" }
  const started = performance.now()
  assert.match(identifierProblem(details, `${"a".repeat(39)}!`) ?? "", /can't be checked/)
  assert.ok(performance.now() - started < 1_000)
})

const [sold] = parseCatalogue({
  companies: [
    {
      ...{ code: "AR-R-1", country: "AR", currency: "ARS", name: "UNA", logo: "" },
      ...{ identifierName: "IDC", dataType: "NUM", helpText: "Diez", minLength: 10, maxLength: 10 },
      products: [
        { id: "1", description: "a", amountType: "OPEN", minAmount: "1", maxAmount: "9" },
        { id: "2", description: "b", amountType: "CLOSED", amount: "4.50" },
        { id: "3", description: "c", amountType: "FIXED", allowedAmounts: ["20", "10"] },
      ],
    },
  ],
})
const [open, closed, fixed] = sold!.products as [Product, Product, Product]
const AMOUNTS: readonly (readonly [Product, good: readonly bigint[], bad: readonly bigint[]])[] = [
  [open, [100n, 101n, 900n], [-100n, 0n, 99n, 901n]],
  [closed, [450n], [0n, 449n, 451n]],
  [fixed, [1_000n, 2_000n], [0n, 1_500n, 3_000n]],
]
for (const [product, good, bad] of AMOUNTS) {
  test(`a product that is ${product.amountType} is sold for its amounts alone`, () => {
    for (const amount of good) assert.equal(amountProblem(product, amount), null)
    for (const amount of bad) assert.ok(amountProblem(product, amount))
  })
}

const COMMISSIONS: readonly (readonly [fixed: bigint, points: number, of: bigint, bigint])[] = [
  [0n, 0, 10_000n, 0n],
  [0n, 250, 10_000n, 250n],
  [30n, 250, 10_000n, 280n],
  [0n, 50, 100n, 1n],
  [0n, 49, 100n, 0n],
  [900n, 500, 500n, 500n],
  [0n, 10_000, 777n, 777n],
]
for (const [commissionFixed, commissionBasisPoints, amount, earned] of COMMISSIONS) {
  test(`${commissionFixed} and ${commissionBasisPoints} points of ${amount} are ${earned}`, () => {
    assert.equal(commissionOf({ ...open, commissionFixed, commissionBasisPoints }, amount), earned)
  })
}
