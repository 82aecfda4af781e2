/** `caudal merchant`: who uses this gateway. */
import type { Core, Merchant } from "../core/index.ts"
import { CommandError, command, UsageError } from "./command.ts"
import { set } from "./merchant-set.ts"
import { style, styleRows } from "./merchant-style.ts"
import { findMerchant, readTimeZone, writeAmount } from "./named.ts"
import { checkText, DISPLAY_MAX, NAME_MAX, SUPPORT_MAX } from "./payer-text.ts"
import { instant, list, table } from "./shell.ts"

const METHODS = ["bank", "wallet", "crypto", "recharge"] as const

const add = command({
  name: "merchant add",
  about: "Adds a merchant. Give it keys next: caudal key add.",
  operands: ["NAME"],
  options: {
    "time-zone": { value: "ZONE", about: "decides its days; America/Bogota when left out" },
    "display-name": { value: "TEXT", about: "what payers see" },
    "support-info": { value: "TEXT", about: "whom payers can ask" },
    rail: { value: "METHOD=RAIL", many: true, about: `what ${METHODS.join(", ")} go over` },
  },
  example: 'merchant add "Tienda Azul" --display-name "Tienda Azul"',
  async run(values, shell, [given]) {
    const name = given.trim()
    checkText("NAME", name, NAME_MAX)
    checkText("--display-name", values["display-name"], DISPLAY_MAX)
    checkText("--support-info", values["support-info"], SUPPORT_MAX)
    const rails = Object.fromEntries(values.rail.map(readRail))
    const timeZone = readTimeZone(values["time-zone"] ?? "America/Bogota")
    await shell.withCore(async (core) => {
      if (await core.merchants.findByName(name)) throw taken(name)
      const merchant = await core.merchants
        .add({
          name,
          timeZone,
          settings: {
            displayName: values["display-name"] ?? null,
            supportInfo: values["support-info"] ?? null,
            rails,
          },
        })
        .catch((error: unknown) => {
          throw explained(error, name)
        })
      shell.show({ merchant: jsonOf(merchant) }, () => `Added ${name} (${merchant.id}).`)
    })
  },
})

const listAll = command({
  name: "merchant list",
  about: "Lists all merchants.",
  async run(_values, shell) {
    await shell.withCore(async (core) => {
      const merchants = await core.merchants.list()
      shell.show({ merchants: merchants.map(jsonOf) }, () =>
        merchants.length === 0
          ? 'There are no merchants yet; add one: caudal merchant add "…"'
          : table(
              ["NAME", "ID", "SINCE"],
              merchants.map(({ name, id, createdAt }) => [name, id, instant(createdAt)]),
            ),
      )
    })
  },
})

const show = command({
  name: "merchant show",
  about: "Shows a merchant: its settings, keys, xpubs, endpoints and balances.",
  operands: ["MERCHANT"],
  example: "merchant show Demo",
  async run(_values, shell, [name]) {
    await shell.withCore(async (core) => {
      const about = await all(core, await findMerchant(core, name))
      shell.show(about, () => pageOf(about))
    })
  },
})

export const commands = [add, listAll, show, style, set]

async function all(core: Core, merchant: Merchant) {
  const credentials = await core.merchants.credentials(merchant.id)
  const endpoints = await core.merchants.endpoints(merchant.id)
  const xpubs = await core.keys.list(merchant.id)
  const accounts = await core.books.accounts(merchant.id)
  return {
    merchant: jsonOf(merchant),
    keys: credentials
      .filter(({ revokedAt }) => revokedAt === null)
      .map(({ id, dialect, kind }) => ({ id, dialect, kind })),
    xpubs: xpubs.map(({ xpub, addresses }) => ({
      id: xpub.id,
      rail: xpub.rail,
      inUse: xpub.retiredAt === null,
      nextIndex: xpub.nextIndex,
      firstAddress: addresses[0]!,
    })),
    endpoints: endpoints.map(({ id, dialect, url, disabledAt }) => ({
      id,
      dialect,
      url,
      disabledAt,
    })),
    balances: accounts.map(({ asset, kind, custodian, balance }) => ({
      asset,
      kind,
      custodian,
      amount: writeAmount(balance, asset),
    })),
  }
}

type About = Awaited<ReturnType<typeof all>>

function pageOf({ merchant, keys, xpubs, endpoints, balances }: About): string {
  const { name, id, timeZone, settings } = merchant
  const rails = Object.entries(settings.rails).map(([method, rail]) => `${method} over ${rail}`)
  const section = (title: string, text: string, empty: boolean) =>
    empty ? `\nNo ${title}.` : `\n${title[0]!.toUpperCase()}${title.slice(1)}\n${text}`
  return [
    name,
    list([
      ["id", id],
      ["time zone", timeZone],
      ...styleRows(settings),
      ["rails", rails.join(", ") || "the installation's default"],
      ["bank account", settings.bankAccount ?? "the usual one"],
      ["late money", `${settings.lateMoneyHours} h`],
    ]),
    section("keys", list(keys.map((each) => [each.dialect, `${each.kind}  ${each.id}`])), !keys[0]),
    section(
      "xpubs",
      list(
        xpubs.map(({ rail, inUse, nextIndex, firstAddress }) => [
          rail,
          `${firstAddress} first, next index ${nextIndex}${inUse ? "" : "  (retired)"}`,
        ]),
      ),
      !xpubs[0],
    ),
    section(
      "endpoints",
      list(
        endpoints.map(({ dialect, url, disabledAt }) => [
          dialect,
          `${url}${disabledAt ? "  (disabled)" : ""}`,
        ]),
      ),
      !endpoints[0],
    ),
    section(
      "balances",
      list(balances.map(({ asset, kind, amount }) => [`${asset} ${kind}`, amount])),
      !balances[0],
    ),
  ].join("\n")
}

function jsonOf({ id, name, timeZone, settings, createdAt }: Merchant) {
  return { id, name, timeZone, settings, createdAt }
}

function readRail(text: string): [(typeof METHODS)[number], string] {
  const [method = "", rail = ""] = text.split("=")
  const known = METHODS.find((each) => each === method)
  if (known && rail !== "") return [known, rail]
  throw new UsageError(
    `--rail ${text}: write a method (${METHODS.join(", ")}), = and a rail's name`,
  )
}

function taken(name: string): CommandError {
  return new CommandError(`There is a merchant "${name}" already`)
}

/** Two commands at once may want the same name; a text may be longer than is stored. */
function explained(error: unknown, name: string): unknown {
  if ((error as { code?: string }).code === "23505") return taken(name)
  if (error instanceof Error && error.name === "ZodError") {
    return new UsageError(`a text is too long: ${error.message}`)
  }
  return error
}
