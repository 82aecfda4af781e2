/** `caudal key`: what a merchant proves itself with in a dialect. */
import type { Core, Credential, Merchant } from "../core/index.ts"
import type { Dialect } from "../dialects/index.ts"
import { CommandError, command } from "./command.ts"
import { dialectNames, findDialect, findMerchant, readId } from "./named.ts"
import { instant, list, table } from "./shell.ts"

const MERCHANT = { value: "MERCHANT", required: true, about: "its name or id" } as const
const DIALECT_ABOUT = `one of ${dialectNames().join(", ")}`

const add = command({
  name: "key add",
  about: "Makes new credentials for a merchant and shows them, once.",
  options: {
    merchant: MERCHANT,
    dialect: { value: "DIALECT", required: true, about: DIALECT_ABOUT },
  },
  example: "key add --merchant Demo --dialect pentagoo",
  async run(values, shell) {
    const dialect = findDialect(values.dialect)
    await shell.withCore(async (core) => {
      const merchant = await findMerchant(core, values.merchant)
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
            "An id is what caudal key revoke takes.",
          ].join("\n"),
      )
    })
  },
})

const listAll = command({
  name: "key list",
  about: "Lists a merchant's credentials, without what is secret in them.",
  options: { merchant: MERCHANT, dialect: { value: "DIALECT", about: DIALECT_ABOUT } },
  example: "key list --merchant Demo",
  async run(values, shell) {
    const dialect = values.dialect === undefined ? null : findDialect(values.dialect)
    await shell.withCore(async (core) => {
      const merchant = await findMerchant(core, values.merchant)
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
  options: { merchant: MERCHANT, dialect: { value: "DIALECT", about: DIALECT_ABOUT } },
  example: "key revoke 01234567-89ab-4cde-8f01-23456789abcd --merchant Demo",
  async run(values, shell, [given]) {
    const dialect = values.dialect === undefined ? null : findDialect(values.dialect)
    const id = readId(given, "a key")
    await shell.withCore(async (core) => {
      const merchant = await findMerchant(core, values.merchant)
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
