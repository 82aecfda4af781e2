/** `caudal import settings`: brings a merchant's settings over from another gateway. */
import type { Config } from "../config.ts"
import type { Core, DialectName, Merchant, NewTerms } from "../core/index.ts"
import { CommandError, command } from "./command.ts"
import { readTimeZone } from "./named.ts"
import { checkText, NAME_MAX } from "./payer-text.ts"
import { allRails } from "./rails.ts"
import { readSettings, type SettingsFile } from "./settings-file.ts"
import { list, table } from "./shell.ts"

/** One thing that differs: what it is here and what the file has. */
type Change = { readonly what: string; readonly old: unknown; readonly new: unknown }
type Made = { readonly dialect: DialectName; readonly url: string; readonly webhookSecret: string }

const STYLE = ["displayName", "supportInfo", "colour", "language"] as const

const settings = command({
  name: "import settings",
  about:
    "Makes a merchant what a file says that caudal export settings wrote: its look, its rails, " +
    "its terms and its endpoints. What is the same stays, so it may be repeated. Keys, secrets " +
    "and money stay where they are; endpoints get new secrets, shown once.",
  operands: ["FILE"],
  options: {
    as: { value: "NAME", about: "call the merchant so instead of as in the file" },
    "dry-run": { value: null, about: "say what would change" },
  },
  example: "import settings demo.json --dry-run",
  async run(values, shell, [path]) {
    const file = readSettings(path)
    const name = (values.as ?? file.merchant.name).trim()
    checkText("The merchant's name", name, NAME_MAX)
    readTimeZone(file.merchant.timeZone)
    const dryRun = values["dry-run"]
    await shell.withCore(async (core, config) => {
      const known = await core.merchants.findByName(name)
      await refuseAddresses(core, known, file)
      const { changes, skipped } = await compare(core, config, known, file)
      const made = dryRun ? [] : await bring(core, config, name, file, known)
      const shown = { merchant: name, added: known === null, dryRun, changes, skipped }
      shell.show({ ...shown, endpoints: made }, () =>
        [
          known === null ? `${name} is new here.` : `${name} is here already.`,
          changes.length === 0 && known
            ? "Nothing changes."
            : table(
                ["WHAT", "HERE", "IN THE FILE"],
                changes.map((each) => [each.what, text(each.old), text(each.new)]),
              ),
          ...skipped.map((each) => `Left out: ${each}`),
          ...(dryRun ? ["Nothing was changed."] : []),
          ...(made.length > 0
            ? [
                "",
                "New endpoints. Keep their secrets now: they are not shown again.",
                list(
                  made.map(({ dialect, url, webhookSecret }) => [
                    `${dialect} ${url}`,
                    webhookSecret,
                  ]),
                ),
              ]
            : []),
        ].join("\n"),
      )
    })
  },
})

export const commands = [settings]

function text(value: unknown): string {
  return value === null || value === undefined ? "-" : String(value)
}

type Compared = { readonly changes: readonly Change[]; readonly skipped: readonly string[] }

async function compare(
  core: Core,
  config: Config,
  known: Merchant | null,
  file: SettingsFile,
): Promise<Compared> {
  const old = known?.settings
  const { settings: wanted, timeZone } = file.merchant
  const rails = railsHere(core, config)
  const entries: Change[] = [
    { what: "time zone", old: known?.timeZone ?? null, new: known?.timeZone ?? timeZone },
    ...STYLE.map((name) => ({
      ...{ what: name, old: old?.[name] ?? null, new: wanted[name] ?? null },
    })),
    {
      what: "late money, in hours",
      old: old?.lateMoneyHours ?? null,
      new: wanted.lateMoneyHours ?? old?.lateMoneyHours ?? null,
    },
    ...Object.entries(wanted.rails ?? {})
      .filter(([, rail]) => rails.includes(rail))
      .map(([method, rail]) => ({
        what: `rail of ${method}`,
        old: old?.rails[method as keyof typeof old.rails] ?? null,
        new: rail,
      })),
  ]
  const terms: Change[] = []
  for (const [dialect, given] of Object.entries(file.terms)) {
    const here = known && (await core.merchants.terms(known.id, dialect as DialectName))
    for (const [name, value] of Object.entries(given)) {
      const before = here?.settings[name as keyof typeof given] ?? null
      const [a, b] = [JSON.stringify(before), JSON.stringify(value)]
      if (a !== b) terms.push({ what: `${dialect} ${name}`, old: a, new: b })
    }
  }
  const endpoints = (await missing(core, known, file)).map(({ dialect, url }) => ({
    ...{ what: `endpoint (${dialect})`, old: null, new: url },
  }))
  const skipped = [
    ...Object.entries(wanted.rails ?? {})
      .filter(([, rail]) => !rails.includes(rail))
      .map(([method, rail]) => `rail of ${method}: there is no ${rail} here`),
    ...(known && known.timeZone !== timeZone
      ? [`time zone ${timeZone}: a merchant's days can't be moved afterwards`]
      : []),
    ...(wanted.bankAccount && wanted.bankAccount !== old?.bankAccount
      ? [`bank account ${wanted.bankAccount}: caudal merchant set --bank-account, if it is yours`]
      : []),
  ]
  const differ = entries.filter((each) => each.old !== each.new)
  return { changes: [...differ, ...terms, ...endpoints], skipped }
}

/** Endpoints of the file that the merchant doesn't have in use. */
async function missing(core: Core, known: Merchant | null, file: SettingsFile) {
  const here = known ? await core.merchants.endpoints(known.id) : []
  return file.endpoints.filter(
    ({ dialect, url }) =>
      !here.some((each) => each.dialect === dialect && each.url === url && !each.disabledAt),
  )
}

async function refuseAddresses(core: Core, known: Merchant | null, file: SettingsFile) {
  for (const { url } of await missing(core, known, file)) {
    const problem = await core.checkAddress(url)
    if (problem) throw new CommandError(`endpoint ${url}: ${problem}`)
  }
}

/** Does it, a step after the other; repeated after a fault it goes on where it ended. */
async function bring(
  core: Core,
  config: Config,
  name: string,
  file: SettingsFile,
  known: Merchant | null,
): Promise<readonly Made[]> {
  const { timeZone, settings: wanted } = file.merchant
  const merchant = known ?? (await core.merchants.add({ name, timeZone }))
  const { displayName, supportInfo, colour, language, lateMoneyHours } = wanted
  if (lateMoneyHours !== undefined) await core.merchants.configure(merchant.id, { lateMoneyHours })
  await core.merchants.style(merchant.id, { displayName, supportInfo, colour, language })
  const here = railsHere(core, config)
  const rails = Object.entries(wanted.rails ?? {}).filter(([, rail]) => here.includes(rail))
  if (rails.length > 0) await core.route(merchant.id, { rails: Object.fromEntries(rails) })
  for (const [each, given] of Object.entries(file.terms)) {
    const dialect = each as DialectName
    if (!(await core.merchants.terms(merchant.id, dialect))) {
      await core.merchants.agree(merchant.id, dialect)
    }
    // Who logs in how belongs to the keys, which stay where they are.
    const { clientUsername: _login, ...change } = given
    await core.merchants.changeTerms(merchant.id, dialect, change satisfies NewTerms)
  }
  const made: Made[] = []
  for (const { dialect, url, description } of await missing(core, merchant, file)) {
    if (!(await core.merchants.signingKey(merchant.id, dialect))) {
      await core.merchants.agree(merchant.id, dialect)
    }
    const spec = { merchantId: merchant.id, dialect, url, description: description ?? null }
    const { secret } = await core.merchants.addEndpoint(spec)
    made.push({ dialect, url, webhookSecret: secret })
  }
  return made
}

function railsHere(core: Core, config: Config): readonly string[] {
  return allRails(core, config).map(({ name }) => name)
}
