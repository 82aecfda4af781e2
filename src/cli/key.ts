/** `caudal key`: what a merchant proves itself with in a dialect, and an operator to us. */
import type { Core, Credential, Merchant } from "../core/index.ts"
import type { Dialect } from "../dialects/index.ts"
import { tellGuess } from "./address.ts"
import { CommandError, command, UsageError } from "./command.ts"
import { addOperator, listOperators, revokeOperator, rollOperator } from "./key-operator.ts"
import {
  flawError,
  KEY_TERMS,
  OVERLAP,
  readOverlap,
  readTerms,
  stateOf,
  termRows,
} from "./key-terms.ts"
import { dialectNames, findDialect, findMerchant, readId } from "./named.ts"
import { instant, list, type Shell, table } from "./shell.ts"

const MERCHANT = { value: "MERCHANT", about: "whose: its name or id" } as const
const DIALECT_ABOUT = `one of ${dialectNames().join(", ")}`

const add = command({
  name: "key add",
  about: "Makes new credentials for a merchant in a dialect, or for an operator; shown once.",
  options: {
    merchant: MERCHANT,
    dialect: { value: "DIALECT", about: DIALECT_ABOUT },
    operator: { value: "NAME", about: "instead of both: for whoever books money that came in" },
    ...KEY_TERMS,
  },
  forms: [
    "--merchant MERCHANT --dialect DIALECT [--name NAME] [--scopes LIST] [--expires TIME]",
    "--operator NAME [--scopes LIST] [--expires TIME]",
  ],
  example: "key add --merchant Demo --dialect caudal --scopes payments:read --expires 90d",
  async run(values, shell) {
    const { operator } = values
    if (operator !== undefined) {
      refuseBoth("--operator", values)
      if (values.name !== undefined) throw new UsageError("--operator goes without --name")
      return addOperator(shell, operator, values)
    }
    const named = needed("key add", "merchant", values.merchant)
    const dialect = findDialect(needed("key add", "dialect", values.dialect))
    await shell.withCore(async (core, config) => {
      const merchant = await findMerchant(core, named)
      const { merchants } = core
      const { secrets, shown } = await newSecrets(core, merchant, dialect)
      const terms = readTerms(values, core.clock.now())
      const made = await merchants.issueKeys(merchant.id, dialect.name, secrets, terms)
      if ("wrong" in made) throw flawError(made.wrong)
      showMade(shell, core, { merchant, dialect, shown, made, ended: null })
      tellGuess(shell, config)
    })
  },
})

const roll = command({
  name: "key roll",
  about:
    "Makes new credentials in the place of old ones, with their name and scopes; the old ones " +
    "are taken for the overlap yet. What was made together is replaced together.",
  operands: ["ID"],
  options: {
    merchant: MERCHANT,
    operator: { value: null, about: "it is an operator's instead" },
    overlap: OVERLAP,
    expires: KEY_TERMS.expires,
  },
  forms: [
    "--merchant MERCHANT [--overlap TIME] [--expires TIME]",
    "--operator [--overlap TIME] [--expires TIME]",
  ],
  example: "key roll 01234567-89ab-4cde-8f01-23456789abcd --merchant Demo --overlap 24h",
  async run(values, shell, [given]) {
    const id = readId(given, "a key")
    const overlapSeconds = readOverlap(values.overlap)
    if (values.operator) {
      refuseBoth("--operator", values)
      return rollOperator(shell, id, overlapSeconds, values.expires)
    }
    const named = needed("key roll", "merchant", values.merchant)
    await shell.withCore(async (core, config) => {
      const merchant = await findMerchant(core, named)
      const old = await findKey(core, merchant, id)
      const dialect = findDialect(old.dialect)
      const { secrets, shown } = await newSecrets(core, merchant, dialect)
      const { expiresAt } = readTerms({ expires: values.expires }, core.clock.now())
      const how = { overlapSeconds, expiresAt }
      const made = await core.merchants.rollKeys(merchant.id, old.issueId, secrets, how)
      if ("wrong" in made) throw flawError(made.wrong)
      const ended = overlapSeconds === 0 ? "ended" : `ends in ${overlapSeconds / 60} minutes`
      showMade(shell, core, { merchant, dialect, shown, made, ended })
      tellGuess(shell, config)
    })
  },
})

const listAll = command({
  name: "key list",
  about: "Lists a merchant's credentials, or operators', without what is secret in them.",
  options: {
    merchant: MERCHANT,
    dialect: { value: "DIALECT", about: DIALECT_ABOUT },
    operators: { value: null, about: "those of operators instead" },
  },
  forms: ["--merchant MERCHANT [--dialect DIALECT]", "--operators"],
  example: "key list --merchant Demo",
  async run(values, shell) {
    if (values.operators) {
      refuseBoth("--operators", values)
      return listOperators(shell)
    }
    const named = needed("key list", "merchant", values.merchant)
    const dialect = values.dialect === undefined ? null : findDialect(values.dialect)
    await shell.withCore(async (core) => {
      const merchant = await findMerchant(core, named)
      const all = await core.merchants.credentials(merchant.id)
      const keys = all.filter((each) => dialect === null || each.dialect === dialect.name)
      shell.show({ keys: keys.map(jsonOf) }, () =>
        keys.length === 0
          ? `${merchant.name} has no keys${dialect ? ` for ${dialect.name}` : ""}`
          : table(
              HEADINGS,
              keys.map((each) => rowOf(each, core.clock.now())),
            ),
      )
    })
  },
})

const revoke = command({
  name: "key revoke",
  about: "Ends a credential: requests with it are refused from now on.",
  operands: ["ID"],
  options: {
    merchant: MERCHANT,
    dialect: { value: "DIALECT", about: DIALECT_ABOUT },
    operator: { value: null, about: "it is an operator's instead" },
  },
  forms: ["--merchant MERCHANT [--dialect DIALECT]", "--operator"],
  example: "key revoke 01234567-89ab-4cde-8f01-23456789abcd --merchant Demo",
  async run(values, shell, [given]) {
    const id = readId(given, "a key")
    if (values.operator) {
      refuseBoth("--operator", values)
      return revokeOperator(shell, id)
    }
    const named = needed("key revoke", "merchant", values.merchant)
    const dialect = values.dialect === undefined ? null : findDialect(values.dialect)
    await shell.withCore(async (core) => {
      const merchant = await findMerchant(core, named)
      const key = await findKey(core, merchant, id)
      if (dialect !== null && key.dialect !== dialect.name) throw noKey(merchant, id)
      const ended = await core.merchants.revoke(merchant.id, id)
      shell.show({ id, revoked: ended }, () =>
        ended ? `Revoked ${id} (${key.dialect}).` : `${id} was revoked before.`,
      )
    })
  },
})

export const commands = [add, listAll, roll, revoke]

const HEADINGS = ["ID", "DIALECT", "NAME", "KNOWN BY", "SCOPES", "SINCE", "LAST USED", "STATE"]

/** What every merchant's key needs. Throws `UsageError`. */
function needed(name: string, option: "merchant" | "dialect", value: string | undefined): string {
  if (value !== undefined) return value
  throw new UsageError(`${name} also needs --${option} ${option.toUpperCase()}`)
}

/** An operator is no merchant's, and speaks the native API alone. Throws `UsageError`. */
function refuseBoth(
  option: string,
  { merchant, dialect }: { readonly merchant?: string; readonly dialect?: string },
): void {
  if (merchant === undefined && dialect === undefined) return
  throw new UsageError(`${option} goes without --merchant and --dialect`)
}

/** New credentials as a dialect makes them; agrees terms where there are none yet. */
async function newSecrets(core: Core, merchant: Merchant, dialect: Dialect) {
  const { merchants } = core
  const signingKey =
    (await merchants.signingKey(merchant.id, dialect.name)) ??
    (await merchants.agree(merchant.id, dialect.name))
  return dialect.issue(core.ids, { merchantName: merchant.name, signingKey })
}

async function findKey(core: Core, merchant: Merchant, id: string): Promise<Credential> {
  const all = await core.merchants.credentials(merchant.id)
  const key = all.find((each) => each.id === id)
  if (!key) throw noKey(merchant, id)
  return key
}

function noKey({ name }: Merchant, id: string): CommandError {
  return new CommandError(`${name} has no key ${id}; see caudal key list`)
}

type Made = {
  readonly merchant: Merchant
  readonly dialect: Dialect
  readonly shown: Readonly<Record<string, string>>
  readonly made: readonly Credential[]
  /** What becomes of the old key; null where there is none. */
  readonly ended: string | null
}

function showMade(shell: Shell, core: Core, { merchant, dialect, shown, made, ended }: Made): void {
  const ids = made.map(({ id }) => id)
  const { name, scopes, expiresAt } = made[0]!
  const baseUrl = core.publicUrl + dialect.basePath
  const about = { name, scopes, expiresAt }
  shell.show(
    {
      merchantId: merchant.id,
      dialect: dialect.name,
      ids,
      baseUrl,
      ...about,
      credentials: shown,
    },
    () =>
      [
        `${merchant.name} can use ${dialect.name} with:`,
        "",
        list([
          ["base URL", baseUrl],
          ...Object.entries(shown),
          ...ids.map((id) => ["id", id] as const),
          ...termRows(about),
          ...(ended === null ? [] : [["the old one", ended] as const]),
        ]),
        "",
        "Keep them now: API secrets are stored as hashes and can't be shown again.",
        `An id is what caudal key revoke ID --merchant "${merchant.name}" takes.`,
      ].join("\n"),
  )
}

/** A `key` is found by its hash, which says nothing to anybody. */
function knownBy({ kind, lookup }: Credential): string | null {
  return kind === "key" ? null : lookup
}

function jsonOf(credential: Credential) {
  const { id, issueId, dialect, kind, name, hint, scopes } = credential
  const { createdAt, expiresAt, lastUsedAt, revokedAt, rolledTo } = credential
  const about = { id, issueId, dialect, kind, knownBy: knownBy(credential), name, hint, scopes }
  return { ...about, createdAt, expiresAt, lastUsedAt, revokedAt, rolledTo }
}

function rowOf(credential: Credential, now: Date): string[] {
  const { id, dialect, name, hint, scopes, createdAt, lastUsedAt } = credential
  const known = knownBy(credential) ?? (hint === null ? "-" : `…${hint}`)
  return [
    id,
    dialect,
    name ?? "-",
    known,
    scopes?.join(" ") ?? "all",
    instant(createdAt),
    instant(lastUsedAt),
    stateOf(credential, now),
  ]
}
