/** The examples: each is what the schema of its page says. */
import assert from "node:assert/strict"
import { globSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import type { z } from "zod"
import {
  catalogueAnswer,
  companyPage,
  confirmPayment,
  errorAnswer,
  loginAnswer,
  operationAnswer,
  ratesAnswer,
  rechargeAnswer,
  tagsAnswer,
  walletAnswer,
} from "./answers.ts"
import { example } from "./examples/rows.ts"
import { loginBody, rechargeBody } from "./requests.ts"

const EXAMPLES: Readonly<Record<string, z.ZodType>> = {
  "login.request": loginBody,
  "login.response": loginAnswer,
  "catalogue.response": catalogueAnswer,
  "company.response": companyPage,
  "tags.response": tagsAnswer,
  "recharge.request": rechargeBody,
  "recharge.response": rechargeAnswer,
  "recharge-later.response": rechargeAnswer,
  "recharge.error": errorAnswer,
  "operation.response": operationAnswer,
  "wallet.response": walletAnswer,
  "rates.response": ratesAnswer,
  "confirm-payment": confirmPayment,
  "confirm-payment-failed": confirmPayment,
}

test("every example in the folder is what its schema says", () => {
  for (const [name, schema] of Object.entries(EXAMPLES)) schema.parse(example(name))
  const files = globSync("*.json", { cwd: join(import.meta.dirname, "examples") })
  assert.deepEqual(
    files.sort(),
    Object.keys(EXAMPLES)
      .map((name) => `${name}.json`)
      .sort(),
  )
})
