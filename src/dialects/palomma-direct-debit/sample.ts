/** A debit of a stored account to try things out with. */
import type { Sample, SampleAsked } from "../../core/index.ts"
import { detailsOf } from "./wire.ts"

const PERSON = {
  name: "Ana Ruiz",
  documentType: "cc",
  documentNumber: "1020304050",
  email: "ana@example.com",
} as const

/** Makes it: the account's number ends as asked, which decides what its bank says. */
export function sample({ digits, merchant }: SampleAsked): Sample {
  const accountNumber = `300000${digits}`
  const account = { type: "bankAccount", bank: "bancodebogota", accountNumber } as const
  const whole = { ...account, customerId: "", accountType: "savings" } as const
  const { details, masked } = detailsOf(whole, PERSON)
  return {
    payment: {
      merchant,
      dialect: "palomma-direct-debit",
      kind: "charge",
      reference: null,
      amount: 1_250_000n,
      asset: "COP",
      description: null,
      purpose: {},
      expiresAt: null,
      way: { method: "bank", target: details },
      repeat: "answer",
    },
    account: { person: PERSON, type: account.type, details, masked },
  }
}
