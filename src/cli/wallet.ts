/** `caudal wallet`: money that a merchant paid in beforehand, which its recharges spend. */
import { type Account, isRefusal, TOP_UP_MAX } from "../core/index.ts"
import { CommandError, command, UsageError } from "./command.ts"
import { findCurrency, findMerchant, readAmount, writeAmount } from "./named.ts"
import { table } from "./shell.ts"
import { providers } from "./wallet-providers.ts"
import { statement } from "./wallet-statement.ts"

const MERCHANT = { value: "MERCHANT", required: true, about: "its name or id" } as const

const topUp = command({
  name: "wallet top-up",
  about: "Books money that came in, once per reference: repeating the command books nothing more.",
  options: {
    merchant: MERCHANT,
    currency: { value: "CODE", required: true, about: "such as COP" },
    amount: { value: "AMOUNT", required: true, about: "such as 1500.00" },
    reference: {
      value: "TEXT",
      required: true,
      about: "your own id for the money that came in; capitals count",
    },
  },
  example: "wallet top-up --merchant Demo --currency COP --amount 1500.00 --reference bank-17",
  async run(values, shell) {
    const { currency, decimals } = findCurrency(values.currency)
    const amount = readAmount(values.amount, currency, decimals)
    if (amount > TOP_UP_MAX) {
      const most = `${currency} ${writeAmount(TOP_UP_MAX, currency)}`
      throw new UsageError(`--amount ${values.amount}: a top-up is at most ${most}`)
    }
    await shell.withCore(async (core) => {
      const read = core.readTopUpReference(values.reference)
      if ("rule" in read) throw new UsageError(`--reference ${read.rule}`)
      const { reference } = read
      const merchant = await findMerchant(core, values.merchant)
      const booked = await core.wallet.topUp({
        merchantId: merchant.id,
        asset: currency,
        amount,
        reference,
      })
      if (isRefusal(booked)) throw new CommandError(`--reference ${reference}: ${booked.message}`)
      const balance = writeAmount(booked.balance, currency)
      shell.show(
        {
          merchantId: merchant.id,
          currency,
          amount: writeAmount(amount, currency),
          reference,
          repeated: booked.repeated,
          available: balance,
        },
        () =>
          booked.repeated
            ? `${reference} was booked before; nothing changed. Available: ${currency} ${balance}.`
            : `Booked ${currency} ${writeAmount(amount, currency)}. Available: ${currency} ${balance}.`,
      )
    })
  },
})

const balance = command({
  name: "wallet balance",
  about: "Shows what a merchant has, by asset and account.",
  options: { merchant: MERCHANT, currency: { value: "CODE", about: "only this one" } },
  example: "wallet balance --merchant Demo",
  async run(values, shell) {
    const only = values.currency === undefined ? null : findCurrency(values.currency).currency
    await shell.withCore(async (core) => {
      const merchant = await findMerchant(core, values.merchant)
      const all = await core.books.accounts(merchant.id)
      const accounts = all.filter(({ asset }) => only === null || asset === only)
      shell.show({ merchantId: merchant.id, balances: accounts.map(jsonOf) }, () =>
        accounts.length === 0
          ? `${merchant.name} has no money here yet`
          : table(
              ["ASSET", "ACCOUNT", "AMOUNT"],
              accounts.map((each) => [
                each.asset,
                each.custodian === "self" ? `${each.kind} (own wallet)` : each.kind,
                writeAmount(each.balance, each.asset),
              ]),
            ),
      )
    })
  },
})

export const commands = [topUp, balance, statement, providers]

function jsonOf({ asset, kind, custodian, balance: amount }: Account) {
  return { asset, account: kind, custodian, amount: writeAmount(amount, asset) }
}
