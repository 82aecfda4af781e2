/** `caudal key`: what a merchant proves itself with in a dialect, and an operator to us. */
import type { Core, Credential, Merchant } from "../core/index.ts"
import type { Dialect } from "../dialects/index.ts"
import { tellGuess } from "./address.ts"
import { CommandError, command, UsageError } from "./command.ts"
import { addOperator, listOperators, revokeOperator } from "./key-operator.ts"
import { dialectNames, findDialect, findMerchant, readId } from "./named.ts"
import { instant, list, table } from "./shell.ts"

const MERCHANT = { value: "MERCHANT", about: "whose: its name or id" } as const
const DIALECT_ABOUT = `one of ${dialectNames().join(", ")}`

const add = command({
  name: "key add",
  about: "Makes new credentials for a merchant in a dialect, or for an operator; shown once.",
  options: {
    merchant: MERCHANT,
    dialect: { value: "DIALECT", about: DIALECT_ABOUT },
    operator: { value: "NAME", about: "instead of both: for whoever books money that came in" },
  },
  forms: ["--merchant MERCHANT --dialect DIALECT", "--operator NAME"],
  example: "key add --merchant Demo --dialect pentagoo",
  async run(values, shell) {
    const { operator } = values
    if (operator !== undefined) {
      refuseBoth("--operator", values)
      return addOperator(shell, operator)
    }
    const named = needed("key add", "merchant", values.merchant)
    const dialect = findDialect(needed("key add", "dialect", values.dialect))
    await shell.withCore(async (core, config) => {
      const merchant = await findMerchant(core, named)
      const { ids, shown } = await issue(core, merchant, dialect)
      const baseUrl = core.publicUrl + dialect.basePath
      shell.show(
        { merchantId: merchant.id, dialect: dialect.name, ids, baseUrl, credentials: shown },
        () =>
          [
            `${merchant.name} can use ${dialect.name} with:`,
            "",
            list([
              ["base URL", baseUrl],
              ...Object.entries(shown),
              ...ids.map((id) => ["id", id] as const),
            ]),
            "",
            "Keep them now: API secrets are stored as hashes and can't be shown again.",
            `An id is what caudal key revoke ID --merchant "${merchant.name}" takes.`,
          ].join("\n"),
      )
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
          : table(["ID", "DIALECT", "KIND", "KNOWN BY", "SINCE", "STATE"], keys.map(rowOf)),
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
      const all = await core.merchants.credentials(merchant.id)
      const key = all.find(
        (each) => each.id === id && (dialect === null || each.dialect === dialect.name),
      )
      if (!key) throw new CommandError(`${merchant.name} has no key ${id}; see caudal key list`)
      const ended = await core.merchants.revoke(merchant.id, id)
      shell.show({ id, revoked: ended }, () =>
        ended ? `Revoked ${id} (${key.dialect}).` : `${id} was revoked before.`,
      )
    })
  },
})

export const commands = [add, listAll, revoke]

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

/** Agrees terms where there are none yet and stores new credentials, all of them or none. */
async function issue(core: Core, merchant: Merchant, dialect: Dialect) {
  const { merchants } = core
  const signingKey =
    (await merchants.signingKey(merchant.id, dialect.name)) ??
    (await merchants.agree(merchant.id, dialect.name))
  const { secrets, shown } = dialect.issue(core.ids, { merchantName: merchant.name, signingKey })
  try {
    const stored = await merchants.addCredentials(merchant.id, dialect.name, secrets)
    return { ids: stored.map(({ id }) => id), shown }
  } catch (error) {
    if ((error as { code?: string }).code !== "23505") throw error
    throw new CommandError(
      `${merchant.name} holds such a key for ${dialect.name} already; see caudal key list`,
    )
  }
}

/** A `key` is found by its hash, which says nothing to anybody. */
function knownBy({ kind, lookup }: Credential): string | null {
  return kind === "key" ? null : lookup
}

function jsonOf(credential: Credential) {
  const { id, dialect, kind, createdAt, revokedAt } = credential
  return { id, dialect, kind, knownBy: knownBy(credential), createdAt, revokedAt }
}

function rowOf(credential: Credential): string[] {
  const { id, dialect, kind, createdAt, revokedAt } = credential
  const state = revokedAt === null ? "in use" : `revoked ${instant(revokedAt)}`
  return [id, dialect, kind, knownBy(credential) ?? "-", instant(createdAt), state]
}
