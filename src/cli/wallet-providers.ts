/** `caudal wallet providers`: our own prepaid money at those whose recharges are sold on. */
import type { Core, ProviderBalance, Rail } from "../core/index.ts"
import { CommandError, command } from "./command.ts"
import { writeAmount } from "./named.ts"
import { NO_PROVIDER } from "./rails.ts"
import { table } from "./shell.ts"

export const providers = command({
  name: "wallet providers",
  about:
    "Shows what is left of our money at each provider, as it says itself, and what our books say " +
    "has gone there.",
  options: {},
  example: "wallet providers",
  async run(_values, shell) {
    await shell.withCore(async (core) => {
      const rails = [...core.rails.values()].filter(({ balances }) => balances)
      if (rails.length === 0) throw new CommandError(NO_PROVIDER)
      const rows = (await Promise.all(rails.map((rail) => rowsOf(core, rail)))).flat()
      shell.show({ providers: rows }, () =>
        table(
          ["RAIL", "CONNECTION", "ASSET", "LEFT THERE", "HELD THERE", "GONE THERE BY OUR BOOKS"],
          rows.map((row) => Object.values(row)),
        ),
      )
    })
  },
})

async function rowsOf(core: Core, rail: Rail) {
  const accounts = await core.books.accountsOfRail(rail.name)
  const gone = (asset: string) =>
    accounts.find((each) => each.asset === asset && each.kind === "outside")?.balance ?? 0n
  return (await balancesAt(rail)).map(({ asset, available, connection, held }) => ({
    rail: rail.name,
    connection,
    asset,
    available: writeAmount(available, asset),
    held: writeAmount(held, asset),
    gone: writeAmount(gone(asset), asset),
  }))
}

async function balancesAt(rail: Rail): Promise<readonly ProviderBalance[]> {
  try {
    return await rail.balances!()
  } catch (error) {
    throw new CommandError(`${rail.name}: ${(error as Error).message}`)
  }
}
