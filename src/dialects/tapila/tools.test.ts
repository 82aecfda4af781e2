/** The wallet and the exchange rates, as their pages have them. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Account } from "../../core/index.ts"
import { ratesAnswer, walletAnswer } from "./answers.ts"
import { example, payment, START, TRACE } from "./examples/rows.ts"
import { ratesQuery } from "./requests.ts"
import { balancesOf, ratesOf } from "./tools.ts"

test("the tools' examples are what is answered", () => {
  const account = (kind: Account["kind"], asset: string, balance: bigint): Account => ({
    id: `${kind} ${asset}`,
    custodian: "gateway",
    merchantId: payment().merchantId,
    rail: null,
    kind,
    asset,
    balance,
    floor: 0n,
    createdAt: new Date(START),
  })
  const accounts = [
    account("available", "ARS", 9_848_850n),
    account("held", "ARS", 151_150n),
    account("available", "CLP", 50_000n),
    account("available", "USD", 1n),
  ]
  const wallet = { balances: balancesOf(accounts, null), ...TRACE }
  assert.deepEqual(walletAnswer.parse(wallet), example("wallet.response"))
  const asked = ratesQuery.parse({ countryCode: "AR" })
  const rates = { exchanges: ratesOf(asked, "sandbox"), ...TRACE }
  assert.deepEqual(ratesAnswer.parse(rates), example("rates.response"))
  assert.deepEqual(ratesOf(asked, "live"), [])
})
