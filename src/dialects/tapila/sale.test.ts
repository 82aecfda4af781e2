/** What is sold: how amounts are read, and what a company takes or refuses. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { errorAnswer } from "./answers.ts"
import { problem } from "./errors.ts"
import { company, example } from "./examples/rows.ts"
import { rechargeBody } from "./requests.ts"
import { readAmount, saleOf } from "./sale.ts"

const AMOUNTS: [value: unknown, hundredths: bigint | "RPA04022" | "XPA04000"][] = [
  [1500, 150_000n],
  [1500.5, 150_050n],
  [1500.55, 150_055n],
  [0.01, 1n],
  [0, 0n],
  [-5, -500n],
  [-0.001, "RPA04022"],
  [1500.555, "RPA04022"],
  [2 ** 53, "RPA04022"],
  [1e21, "RPA04022"],
  [1e-7, "RPA04022"],
  [Number.NaN, "RPA04022"],
  ["", "RPA04022"],
  ["1500", "RPA04022"],
  [null, "RPA04022"],
  [true, "RPA04022"],
  [[1500], "RPA04022"],
  [{}, "RPA04022"],
  [undefined, "XPA04000"],
]
for (const [value, expected] of AMOUNTS) {
  test(`an amount of ${JSON.stringify(value)} is read as ${expected}`, () => {
    const read = readAmount(value)
    const got = typeof read === "bigint" ? read : codeOf(problem(read, "r").body)
    assert.equal(got, expected)
  })
}

function codeOf(body: unknown): string {
  return errorAnswer.parse(body).code
}

type Ask = {
  productId?: string
  amount?: bigint
  identifierValue?: string
  identifierName?: string
}
const SALES: [what: string, ask: Ask, result: bigint | string][] = [
  ["an open product at its least", { amount: 10_000n }, 10_000n],
  ["an open product at its most", { amount: 500_000n }, 500_000n],
  ["an open product below its least", { amount: 9_999n }, "RPA04041"],
  ["an open product above its most", { amount: 500_001n }, "RPA04041"],
  ["nothing at all", { amount: 0n }, "RPA04041"],
  ["less than nothing", { amount: -10_000n }, "RPA04041"],
  ["a closed product at its price", { productId: "closed", amount: 2_990n }, 2_990n],
  ["a closed product at another price", { productId: "closed", amount: 2_991n }, "RPA04041"],
  ["a fixed product at one of its amounts", { productId: "fixed", amount: 20_000n }, 20_000n],
  ["a fixed product between its amounts", { productId: "fixed", amount: 10_000n }, "RPA04041"],
  ["a product that isn't sold any more", { productId: "gone", amount: 100n }, "RPA04345"],
  ["a product that never was", { productId: "nope" }, "RPA04345"],
  ["a number that is too short", { identifierValue: "115555019" }, "XPA04001"],
  ["a number that is too long", { identifierValue: "11555501999" }, "XPA04001"],
  ["a number with a letter", { identifierValue: "115555019a" }, "XPA04001"],
  ["a number of another form", { identifierValue: "2255550199" }, "XPA04001"],
  ["digits of another script", { identifierValue: "١١٥٥٥٥٠١٩٩" }, "XPA04001"],
  ["the identifier's own name", { identifierName: "IDC" }, 150_000n],
  ["another identifier's name", { identifierName: "DNI" }, "XPA04001"],
  ["a wrong number before a wrong product", { identifierValue: "1", productId: "x" }, "XPA04001"],
  ["a wrong product before a wrong amount", { productId: "x", amount: 0n }, "RPA04345"],
]
for (const [what, ask, result] of SALES) {
  test(`asked for ${what}, the sale is ${result}`, () => {
    const { amount = 150_000n, ...over } = ask
    const body = rechargeBody.parse({ ...example("recharge.request"), productId: "open", ...over })
    const sale = saleOf(company, body, amount)
    assert.equal("code" in sale ? codeOf(problem(sale, "r").body) : sale.amount, result)
  })
}

test("a currency without decimals takes whole amounts only", () => {
  const chile = { ...company, currency: "CLP" }
  const body = rechargeBody.parse({ ...example("recharge.request"), productId: "open" })
  const sale = saleOf(chile, body, 1_000_000n)
  assert.ok("amount" in sale)
  assert.equal(sale.amount, 10_000n)
  const half = saleOf(chile, body, 1_000_050n)
  assert.equal("code" in half && codeOf(problem(half, "r").body), "RPA04022")
})
