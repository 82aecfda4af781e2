/** `caudal endpoint`: where a merchant is told of what happens. */
import type { Core, Endpoint } from "../core/index.ts"
import { CommandError, command, UsageError } from "./command.ts"
import { dialectNames, findDialect, findMerchant, readId } from "./named.ts"
import { instant, list, table } from "./shell.ts"

const MERCHANT = { value: "MERCHANT", required: true, about: "its name or id" } as const
const DIALECT_ABOUT = `one of ${dialectNames().join(", ")}`

/** What the sender takes; see its own limits in http. */
const HEADER =
  /^([A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}):[ \t]*([\x21-\x7e](?:[\t\x20-\x7e]{0,1000}[\x21-\x7e])?)$/
const HEADERS_MAX = 20
/** They frame the message or prove it, so they are ours. */
const OUR_HEADERS =
  /^(host|content-.*|transfer-encoding|connection|keep-alive|upgrade|expect|te|trailer|user-agent|proxy-.*|webhook-.*|x-encoded-data|x-signature)$/

const add = command({
  name: "endpoint add",
  about: "Tells a merchant at an address, in the words of a dialect.",
  options: {
    merchant: MERCHANT,
    dialect: { value: "DIALECT", required: true, about: DIALECT_ABOUT },
    url: { value: "URL", required: true, about: "where to" },
    header: {
      value: "NAME:VALUE",
      many: true,
      about: "sent with each call, such as a key of the receiver's own",
    },
  },
  example: "endpoint add --merchant Demo --dialect caudal --url https://shop.example/hooks",
  async run(values, shell) {
    const dialect = findDialect(values.dialect)
    const headers = readHeaders(values.header)
    await shell.withCore(async (core) => {
      const { merchants } = core
      const merchant = await findMerchant(core, values.merchant)
      const problem = await core.checkAddress(values.url)
      if (problem) throw new CommandError(`--url ${values.url}: ${problem}`)
      await refuseTwice(core, merchant.id, dialect.name, values.url)
      const signingKey =
        (await merchants.signingKey(merchant.id, dialect.name)) ??
        (await merchants.agree(merchant.id, dialect.name))
      const { endpoint, secret } = await merchants.addEndpoint({
        merchantId: merchant.id,
        dialect: dialect.name,
        url: values.url,
        ...(headers ? { headers } : {}),
      })
      shell.show({ endpoint: jsonOf(endpoint), webhookSecret: secret, signingKey }, () =>
        [
          `${merchant.name} is told at ${endpoint.url} (${dialect.name}).`,
          "",
          list([
            ["id", endpoint.id],
            ["webhook secret", `${secret}  (Standard Webhooks)`],
            ["signing key", `${signingKey}  (the dialect's own signature, where it has one)`],
          ]),
          "",
          "Keep the webhook secret now: it is not shown again.",
        ].join("\n"),
      )
    })
  },
})

const listAll = command({
  name: "endpoint list",
  about: "Lists a merchant's endpoints.",
  options: { merchant: MERCHANT, dialect: { value: "DIALECT", about: DIALECT_ABOUT } },
  example: "endpoint list --merchant Demo",
  async run(values, shell) {
    const dialect = values.dialect === undefined ? null : findDialect(values.dialect)
    await shell.withCore(async (core) => {
      const merchant = await findMerchant(core, values.merchant)
      const all = await core.merchants.endpoints(merchant.id)
      const endpoints = all.filter((each) => dialect === null || each.dialect === dialect.name)
      shell.show({ endpoints: endpoints.map(jsonOf) }, () =>
        endpoints.length === 0
          ? `${merchant.name} is told nowhere${dialect ? ` in ${dialect.name}` : ""}`
          : table(["ID", "DIALECT", "URL", "SINCE", "STATE"], endpoints.map(rowOf)),
      )
    })
  },
})

const disable = command({
  name: "endpoint disable",
  about: "Stops telling a merchant at an endpoint; what waits for it is kept.",
  operands: ["ID"],
  options: {
    merchant: MERCHANT,
    reason: { value: "TEXT", about: "shown to the merchant" },
  },
  example: "endpoint disable 01234567-89ab-4cde-8f01-23456789abcd --merchant Demo",
  async run(values, shell, [given]) {
    await shell.withCore(async (core) => {
      const reason = values.reason ?? "disabled by the operator"
      const endpoint = await change(core, values.merchant, given, {
        at: core.clock.now(),
        reason,
      })
      shell.show({ endpoint: jsonOf(endpoint) }, () => `Disabled ${endpoint.url}.`)
    })
  },
})

const enable = command({
  name: "endpoint enable",
  about: "Tells a merchant again at an endpoint that was disabled.",
  operands: ["ID"],
  options: { merchant: MERCHANT },
  example: "endpoint enable 01234567-89ab-4cde-8f01-23456789abcd --merchant Demo",
  async run(values, shell, [given]) {
    await shell.withCore(async (core) => {
      const endpoint = await change(core, values.merchant, given, null)
      shell.show({ endpoint: jsonOf(endpoint) }, () => `Enabled ${endpoint.url}.`)
    })
  },
})

export const commands = [add, listAll, disable, enable]

async function change(
  core: Core,
  name: string,
  given: string,
  disabled: { readonly at: Date; readonly reason: string } | null,
): Promise<Endpoint> {
  const id = readId(given, "an endpoint")
  const merchant = await findMerchant(core, name)
  const changed = await core.merchants.disableEndpoint(merchant.id, id, disabled)
  const endpoint = changed ? await core.merchants.findEndpoint(merchant.id, id) : null
  if (endpoint) return endpoint
  throw new CommandError(`${merchant.name} has no endpoint ${id}; see caudal endpoint list`)
}

/** A merchant that adds an endpoint twice would be told everything twice. */
async function refuseTwice(
  core: Core,
  merchantId: string,
  dialect: string,
  url: string,
): Promise<void> {
  const all = await core.merchants.endpoints(merchantId)
  const same = all.find(
    (each) => each.dialect === dialect && each.url === url && each.disabledAt === null,
  )
  if (same) throw new CommandError(`${url} is told already (${same.id})`)
}

function readHeaders(given: readonly string[]): Record<string, string> | null {
  if (given.length === 0) return null
  if (given.length > HEADERS_MAX) throw new UsageError(`at most ${HEADERS_MAX} headers can be sent`)
  const headers = new Map<string, string>()
  for (const text of given) {
    const [, name = "", value = ""] = HEADER.exec(text) ?? []
    const lower = name.toLowerCase()
    // The value may be a secret: it isn't repeated.
    if (lower === "") throw new UsageError("--header: write a name, a colon and a value")
    if (OUR_HEADERS.test(lower)) throw new UsageError(`--header ${name}: that one is ours to set`)
    if (headers.has(lower)) throw new UsageError(`--header ${name} was given twice`)
    headers.set(lower, value)
  }
  return Object.fromEntries(headers)
}

function jsonOf({ id, dialect, url, createdAt, disabledAt, disabledReason }: Endpoint) {
  return { id, dialect, url, createdAt, disabledAt, disabledReason }
}

function rowOf({ id, dialect, url, createdAt, disabledAt, disabledReason }: Endpoint): string[] {
  const state = disabledAt === null ? "in use" : `disabled: ${disabledReason}`
  return [id, dialect, url, instant(createdAt), state]
}
