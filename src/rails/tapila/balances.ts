/** What is left of our money at a provider, as it says itself. */
import { z } from "zod"
import type { ProviderBalance } from "../../core/index.ts"
import { CURRENCY_DECIMALS, decimalsOf, parseNumber } from "../../money.ts"
import type { Connection } from "./connection.ts"

const wallet = z.object({
  balances: z.array(
    z.object({
      currency: z.enum(Object.keys(CURRENCY_DECIMALS)),
      available: z.number(),
      held: z.number().default(0),
    }),
  ),
})

/** Asks one provider. Throws when its answer can't be read whole. */
export async function balancesOf(
  connection: Connection,
  untilAt: Date,
): Promise<readonly ProviderBalance[]> {
  const request = { method: "POST", path: "/wallet/balance" } as const
  const { status, body } = await connection.ask("tools", request, untilAt)
  if (status !== 200) throw new Error(`the provider answers ${status} for its wallet`)
  return wallet.parse(body).balances.map(({ currency, available, held }) => {
    const [there, kept] = [available, held].map((each) => parseNumber(each, decimalsOf(currency)))
    if (there == null || kept == null) throw new Error("a balance of the wallet can't be read")
    return { connection: connection.name, asset: currency, available: there, held: kept }
  })
}
