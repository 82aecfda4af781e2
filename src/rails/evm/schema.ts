/** What may stand in caudal.json under `rails.evm`, member by member, each judged alone. */
import { z } from "zod"
import { issueSentence } from "../../core/index.ts"
import { CURRENCY_DECIMALS, parseDecimal } from "../../money.ts"
import { readAddress, ZERO_ADDRESS } from "./address.ts"
import type { Chain, Coin, RateSource, RpcNode, Token } from "./chain.ts"
import { PRESET_NAMES } from "./presets.ts"

/** Far more than anybody runs; each chain is read on and on. */
const CHAINS_MAX = 20
/** A few to fail over to; each is asked about its chain again and again. */
const NODES_MAX = 10
/** They all stand in each question for logs, and on the payer's page. */
const TOKENS_MAX = 20
/** What fits a callback's field and a page's heading. */
const NAME_MAX = 64
/** With more decimals a few tokens would overflow the 78 digits of the database. */
const DECIMALS_MAX = 36
/** A feed that may be older than a week says nothing about today. */
const HEARTBEAT_MAX_SECONDS = 604_800
/** Digits behind the point of a rate: more than any currency needs. */
const RATE_DECIMALS = 30
/** Nobody lets a payer wait for more blocks, not even for the quickest chain's. */
const CONFIRMATIONS_MAX = 10_000

/** One of several forms, told apart by the value itself, so that problems are those of one form. */
function choose<T>(pick: (value: unknown) => z.ZodType<T>) {
  return z.unknown().transform((value, context): T => {
    const parsed = pick(value).safeParse(value)
    if (parsed.success) return parsed.data
    for (const issue of parsed.error.issues) {
      context.addIssue({ code: "custom", message: issueSentence(issue), path: [...issue.path] })
    }
    return z.NEVER
  })
}

const has = (value: unknown, member: string) =>
  typeof value === "object" && value !== null && member in value

const currency = z.enum(Object.keys(CURRENCY_DECIMALS), { error: "must be a currency known here" })
const symbol = z.string().regex(/^[\w.$₮-]{1,16}$/, "must be 1 to 16 letters or digits")
const decimals = z.int().min(0).max(DECIMALS_MAX)
const chainId = z.int().min(1)

const contract = z.string().transform((text, context) => {
  const address = readAddress(text)
  if (address !== null && address !== ZERO_ADDRESS) return address
  const isForm = /^\s*0x[0-9a-f]{40}\s*$/i.test(text)
  context.addIssue(isForm ? "has a wrong checksum, or is nobody's" : "must be 0x and 40 hex digits")
  return z.NEVER
})

export const fixed = z
  .strictObject({
    fixed: z.string().refine((text) => (parseDecimal(text, RATE_DECIMALS) ?? 0n) > 0n, {
      error: 'must be dollars for one unit, above zero and in quotes: "0.00025"',
    }),
  })
  .transform(({ fixed: dollars }): RateSource => ({ kind: "fixed", dollars }))

export const aggregator = z
  .strictObject({
    aggregator: z.strictObject({
      chainId,
      address: contract,
      heartbeatSeconds: z.int().min(1).max(HEARTBEAT_MAX_SECONDS),
      inverted: z.boolean().default(false),
    }),
  })
  .transform(({ aggregator: feed }): RateSource => ({ kind: "aggregator", ...feed }))

const source = choose<RateSource>((value) => (has(value, "aggregator") ? aggregator : fixed))

export const token = z
  .strictObject({
    symbol,
    address: contract,
    decimals,
    offered: z.boolean().default(true),
    peg: currency.optional(),
    rate: source.optional(),
  })
  .transform(({ peg, rate, ...rest }, context): Token => {
    if (peg !== undefined && rate === undefined) {
      return { ...rest, worth: { kind: "peg", currency: peg } }
    }
    if (peg === undefined && rate !== undefined) {
      return { ...rest, worth: { kind: "source", source: rate } }
    }
    // None is assumed: a token that is worth less than thought would be money lost.
    context.addIssue("needs either peg (a currency) or rate (a source)")
    return z.NEVER
  })

const node = choose<RpcNode>((value) =>
  typeof value === "string"
    ? z.string().transform((url) => ({ url, trusted: false }))
    : z.strictObject({ url: z.string(), trusted: z.boolean().default(false) }),
)

export const coin = z
  .strictObject({ symbol, decimals: decimals.default(18), slip44: z.int().min(0), rate: source })
  .transform(({ rate, ...rest }): Coin => ({ ...rest, worth: { kind: "source", source: rate } }))

const off = z.literal(false).transform(() => null)

const confirmations = choose<Chain["finality"]>((value) =>
  typeof value === "number"
    ? z
        .int()
        .min(1)
        .max(CONFIRMATIONS_MAX)
        .transform((blocks) => ({ kind: "confirmations", blocks }))
    : z
        .enum(["safe", "finalized"], { error: 'must be a number, "safe" or "finalized"' })
        .transform((tag) => ({ kind: "tag", tag })),
)

const explorer = z
  .string()
  .max(300)
  .regex(/^https:\/\/[^/\s]+\/\S*\{hash\}\S*$/, "must be https and hold {hash}")
  .nullable()

const name = z.string().trim().min(1).max(NAME_MAX)
const rpc = z.array(node).min(1).max(NODES_MAX)
// From quicker than any chain there is to one that makes a block in ten minutes.
const blockMs = z.int().min(50).max(600_000)
// Beyond that an answer is larger than anybody sends.
const logRange = z.int().min(1).max(50_000)

/** A chain that is known by name. What is given here stands in the place of the preset's. */
export const onPreset = z.strictObject({
  preset: z.enum(PRESET_NAMES, { error: `must be one of ${PRESET_NAMES.join(", ")}` }),
  rpc,
  name: name.optional(),
  confirmations: confirmations.optional(),
  blockMs: blockMs.optional(),
  logRange: logRange.optional(),
  explorer: explorer.optional(),
  tokens: z
    .array(choose<string | Token>((value) => (typeof value === "string" ? symbol : token)))
    .max(TOKENS_MAX)
    .optional(),
  native: choose<{ rate: RateSource } | null>((value) =>
    value === false ? off : z.strictObject({ rate: source }),
  ).default(null),
})

/** Any other chain. */
export const inFull = z.strictObject({
  chainId,
  rpc,
  name,
  confirmations,
  blockMs,
  logRange: logRange.default(500),
  explorer: explorer.default(null),
  tokens: z.array(token).max(TOKENS_MAX).default([]),
  native: choose<Coin | null>((value) => (value === false ? off : coin)).default(null),
})

export type OnPreset = z.infer<typeof onPreset>
export type InFull = z.infer<typeof inFull>

export const evmSchema = z.strictObject({
  chains: z
    .array(choose<OnPreset | InFull>((value) => (has(value, "preset") ? onPreset : inFull)))
    .max(CHAINS_MAX)
    .default([]),
  rates: z.record(z.string(), source).default({}),
})
