/** A little of everything in a sandbox, so that pages of the console have something to show. */
import type { Gateway } from "./gateway.ts"

/** Accounts whose endings say how a debit goes: see `docs/sandbox.md`. */
const ENDINGS = ["11", "22", "33", "01", "02", "09", "44", "08", "55", "66"]

/** Plays debits of the sandbox's own merchant, and a wallet that is filled. */
export async function playDay(
  { core }: Pick<Gateway, "core">,
  { prefix = "ORDEN-2026", count = ENDINGS.length } = {},
): Promise<void> {
  const merchant = (await core.merchants.findByName("Demo"))!
  for (const [at, ending] of ENDINGS.slice(0, count).entries()) {
    const holder = { name: "Lucía Prueba", documentType: "CC", documentNumber: "1020304050" }
    const account = { bank: "bancolombia", accountType: "savings", holder } as const
    await core.pay.create({
      ...{ merchant, dialect: "caudal", kind: "charge", repeat: "answer", asset: "COP" },
      reference: `${prefix}-${1_000 + at}`,
      amount: BigInt(at + 1) * 1_250_000n,
      description: "Café de origen, 2 libras",
      purpose: {},
      ...{ customerId: null, instrumentId: null, expiresAt: null },
      way: { method: "bank", target: { ...account, accountNumber: `520771123${ending}` } },
    })
  }
  await core.pass()
  await core.pass()
}
