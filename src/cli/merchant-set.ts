/** `caudal merchant set`: which way a merchant's money takes. */
import type { Core, Method, NewRoutes, Rail } from "../core/index.ts"
import { CURRENCY_DECIMALS } from "../money.ts"
import { CommandError, command, UsageError } from "./command.ts"
import { findMerchant } from "./named.ts"
import { allRails } from "./rails.ts"
import { list } from "./shell.ts"

const METHODS = ["bank", "wallet", "crypto", "recharge"] as const satisfies readonly Method[]
/** Takes a setting away. */
const NONE = "none"

export const set = command({
  name: "merchant set",
  about: "Changes which rails and which bank account a merchant's new payments take.",
  operands: ["MERCHANT"],
  options: {
    rail: {
      value: "METHOD=RAIL",
      many: true,
      about: `what ${METHODS.join(", ")} go over; METHOD=${NONE}: the installation's default`,
    },
    "bank-account": {
      value: "KEY",
      about: `the account of rails.bank-files that its debits come into; ${NONE}: the usual one`,
    },
  },
  example: 'merchant set "Tienda Azul" --rail bank=bank-files --bank-account main',
  async run(values, shell, [name]) {
    const chosen = values.rail.map(readChoice)
    const account = values["bank-account"]
    if (chosen.length === 0 && account === undefined) {
      throw new UsageError("merchant set needs something to change: --rail, --bank-account")
    }
    const twice = METHODS.find((each) => chosen.filter(([method]) => method === each).length > 1)
    if (twice) throw new UsageError(`--rail ${twice}=…: given twice`)
    await shell.withCore(async (core, config) => {
      const merchant = await findMerchant(core, name)
      const rails = allRails(core, config)
      const change: NewRoutes = {
        rails: Object.fromEntries(
          chosen.map(([method, rail]) => [method, rail && checkedRail(rails, method, rail)]),
        ),
        ...(account !== undefined && { bankAccount: checkedAccount(core, rails, account) }),
      }
      const { settings } = await core.route(merchant.id, change)
      const rows = Object.entries(settings.rails).map(([method, rail]) => `${method} over ${rail}`)
      shell.show({ merchantId: merchant.id, settings }, () =>
        [
          `New payments of ${merchant.name} take this way; what was ordered keeps its own:`,
          list([
            ["rails", rows.join(", ") || "the installation's default"],
            ["bank account", settings.bankAccount ?? "the usual one"],
          ]),
        ].join("\n"),
      )
    })
  },
})

function readChoice(text: string): [Method, string | null] {
  const [method = "", rail = ""] = text.split("=")
  const known = METHODS.find((each) => each === method)
  if (known && rail !== "") return [known, rail === NONE ? null : rail]
  throw new UsageError(
    `--rail ${text}: write a method (${METHODS.join(", ")}), = and a rail's name, or ${NONE}`,
  )
}

function checkedRail(rails: readonly Rail[], method: Method, name: string): string {
  const able = rails.filter(({ methods }) => methods.includes(method)).map((rail) => rail.name)
  if (able.includes(name)) return name
  const known = able.length === 0 ? "none does" : `there are: ${able.join(", ")}`
  throw new CommandError(`--rail ${method}=${name}: no rail of that name moves ${method}; ${known}`)
}

function checkedAccount({ clock }: Core, rails: readonly Rail[], key: string): string | null {
  if (key === NONE) return null
  const now = clock.now()
  const whys = rails.flatMap(({ exchange }) => {
    if (!exchange) return []
    const slots = Object.keys(CURRENCY_DECIMALS).map((asset) =>
      exchange.slotOf({ account: key, asset }, now),
    )
    return slots.some((slot) => typeof slot !== "string") ? [null] : [slots[0] as string]
  })
  if (whys.includes(null)) return key
  throw new CommandError(`--bank-account ${key}: ${whys[0] ?? "no rail works with bank accounts"}`)
}
