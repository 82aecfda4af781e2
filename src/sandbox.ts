/**
 * The sandbox: a demo merchant with credentials in every dialect, written down for scripts to read.
 */
import { createHmac } from "node:crypto"
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Ids } from "./clock.ts"
import { sandboxCatalogueFor } from "./core/catalogue/load.ts"
import {
  type Core,
  credentialLookup,
  type DialectName,
  isRefusal,
  type Merchant,
  newOperatorKey,
} from "./core/index.ts"
import type { Dialect } from "./dialects/index.ts"
import { CURRENCY_DECIMALS } from "./money.ts"

/**
 * What `sandbox.json` says; `dialects` hold base URL and credentials under the names of the page.
 */
export type Sandbox = { readonly url: string } & Readonly<Record<string, unknown>>

/** One dialect of the demo merchant, with a command that shows it at work. */
export type Shown = {
  readonly dialect: DialectName
  readonly baseUrl: string
  readonly credentials: Readonly<Record<string, string>>
  readonly curl: string
  /** What the command is about. */
  readonly about: string
}

/** What opening the sandbox came to; without one there is nobody and nothing to show. */
export type Sandboxed = {
  readonly shown: readonly Shown[]
  /** Whom requests without credentials stand for, where only this machine can make them. */
  readonly demoMerchantId: string | null
  /** Who can sign in to the console; null in live mode. */
  readonly owner: ConsoleOwner | null
}

/** The console's address with an owner who can sign in to it. */
export type ConsoleOwner = {
  readonly url: string
  readonly email: string
  /** Null once the owner has chosen another one. */
  readonly password: string | null
}

const DEMO = "Demo"
const DEMO_SPEC = {
  name: DEMO,
  settings: { displayName: "Tienda Demo", supportInfo: "soporte@demo.example" },
}
const FILE = "sandbox.json"
/** The wallet starts with this many times the largest recharge that can be sold in each country. */
const WALLET_TIMES = 100n

/** `palomma-pay` → `palommaPay`: the names that scripts find in sandbox.json. */
function entryName(dialect: DialectName): string {
  return dialect.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

export type SandboxParts = {
  readonly core: Core
  readonly dialects: readonly Dialect[]
  readonly dataDir: string
  readonly url: string
  readonly webhookUrl: string | null
  /** Whether only this machine can reach us: then requests without credentials are the demo's. */
  readonly loopback: boolean
  /** The chain that runs here; null when crypto is simulated. */
  readonly chain: SandboxChain | null
}

/** A chain as scripts find it: `payer` is an unlocked account of it that holds test dollars. */
export type SandboxChain = {
  readonly rpcUrl: string
  readonly chainId: number
  readonly token: { readonly address: string; readonly decimals: number }
  readonly payer: string
}

/**
 * The demo merchant's wallet: the second account of the phrase "test test test test test test test
 * test test test test junk", which anybody may import to see the money and to spend it.
 */
const DEMO_XPUB =
  "xpub6Ce9NcJvTk372KjsGfWqbcex5DumjpNquQLApoeQUavSCjEc823BV1tb4rXUuPuht8h2hSxkg2EXUaKUJmniJvRZAELxypsCzBFdtosmV76"

/** Makes the demo merchant where there is none, and writes `sandbox.json` anew. */
export async function openSandbox(parts: SandboxParts): Promise<Sandboxed> {
  const { core } = parts
  const merchant = (await core.merchants.findByName(DEMO)) ?? (await core.merchants.add(DEMO_SPEC))
  // Each step may find its work done: the start before may have been cut short anywhere.
  const invented = sandboxCatalogueFor(await core.catalogue.list(null))
  if (invented) await core.catalogue.replace(invented)
  // Hashing a password takes as long as much of what follows, and a core of its own.
  const owner = consoleUser(core, parts.url)
  owner.catch(() => undefined)
  await fillWallet(core, merchant)
  const shown: Shown[] = []
  const entries: Record<string, unknown> = {}
  if (parts.chain) {
    await giveKey(core, merchant)
    const { rpcUrl, chainId, token, payer } = parts.chain
    entries["chain"] = { rpcUrl, chainId, token: token.address, decimals: token.decimals, payer }
  }
  for (const dialect of parts.dialects) {
    const fresh = webhookSecret(core, dialect.name)
    const credentials = await credentialsIn(core, dialect, merchant)
    const baseUrl = parts.url + dialect.basePath
    const { webhookUrl } = parts
    const secret = webhookUrl
      ? await tellAt(core, dialect.name, merchant, webhookUrl, fresh)
      : fresh
    const entry = { baseUrl, ...credentials, webhookSecret: secret }
    const operator = dialect.name === "caudal" && { operatorKey: await operatorKey(core) }
    entries[entryName(dialect.name)] = { ...entry, ...operator }
    const curl = dialect.curl(baseUrl, credentials)
    shown.push({ dialect: dialect.name, baseUrl, credentials, curl, about: dialect.about })
  }
  const console = await owner
  entries["console"] = console
  writeWhole(join(parts.dataDir, FILE), JSON.stringify({ url: parts.url, ...entries }, null, 2))
  return { shown, owner: console, demoMerchantId: parts.loopback ? merchant.id : null }
}

/** What `sandbox.json` says; null where there is none yet. */
export function readSandboxFile(dataDir: string): Sandbox | null {
  try {
    return JSON.parse(readFileSync(join(dataDir, FILE), "utf8")) as Sandbox
  } catch {
    return null
  }
}

/** A file from an earlier sandbox must not outlive a start in live mode. */
export function removeSandboxFile(dataDir: string): void {
  rmSync(join(dataDir, FILE), { force: true })
}

/** A merchant that was given another key keeps it. */
async function giveKey(core: Core, merchant: Merchant): Promise<void> {
  if ((await core.keys.list(merchant.id)).length > 0) return
  const added = await core.keys.add(merchant.id, "evm", DEMO_XPUB)
  if ("wrong" in added) throw new Error(`the demo merchant's key: ${added.wrong}`)
}

async function fillWallet(core: Core, merchant: Merchant): Promise<void> {
  const companies = await core.catalogue.list(null)
  const byCurrency = Map.groupBy(companies, (company) => company.currency)
  for (const [currency, sellers] of byCurrency) {
    const open = sellers.flatMap(({ products }) =>
      products.filter((product) => product.amountType === "OPEN"),
    )
    const largest = open.reduce((most, { maxAmount }) => (maxAmount > most ? maxAmount : most), 0n)
    if (largest === 0n || CURRENCY_DECIMALS[currency] === undefined) continue
    const booked = await core.wallet.topUp({
      merchantId: merchant.id,
      asset: currency,
      amount: largest * WALLET_TIMES,
      reference: `sandbox-start-${currency}`,
    })
    // Booked at an earlier start, when the catalogue was another one: it stays as it was.
    if (isRefusal(booked) && booked.refused !== "reference_conflict")
      throw new Error(booked.message)
  }
}

/** Agrees terms and stores credentials at the first start; later it only shows the same again. */
async function credentialsIn(
  core: Core,
  dialect: Dialect,
  merchant: Merchant,
): Promise<Readonly<Record<string, string>>> {
  const { merchants } = core
  const known = await merchants.signingKey(merchant.id, dialect.name)
  const signingKey = known ?? (await merchants.agree(merchant.id, dialect.name))
  const ids = seededIds(core, `credentials ${dialect.name}`)
  const issued = dialect.issue(ids, { merchantName: DEMO, signingKey })
  const stored = await merchants.credentials(merchant.id)
  const lookups = new Set(stored.map((each) => `${each.dialect} ${each.kind} ${each.lookup}`))
  const missing = issued.secrets.filter(
    (secret) => !lookups.has(`${dialect.name} ${secret.kind} ${credentialLookup(secret)}`),
  )
  if (missing.length === 0) return issued.shown
  const made = await merchants.issueKeys(merchant.id, dialect.name, missing, { name: "sandbox" })
  if ("wrong" in made) throw new Error(`${DEMO}'s keys for ${dialect.name}: ${made.wrong.message}`)
  return issued.shown
}

const DEMO_EMAIL = "demo@caudal.example"
const PASSWORD_BYTES = 12

/** An owner who can sign in to the console; one whose password was changed keeps it. */
async function consoleUser(core: Core, url: string): Promise<ConsoleOwner> {
  const password = seededIds(core, "console").bytes(PASSWORD_BYTES).toString("base64url")
  const added = await core.users.add({
    email: DEMO_EMAIL,
    name: DEMO,
    role: "owner",
    merchantId: null,
    language: "es",
  })
  const user = "wrong" in added ? await core.users.findByEmail(DEMO_EMAIL) : added.user
  if (user?.invited) await core.users.give(user.id, password)
  const isSame = user?.invited || (user && (await core.users.has(user.id, password)))
  return { url: `${url}/console`, email: DEMO_EMAIL, password: isSame ? password : null }
}

/** The key of an operator, who may fill every wallet. */
async function operatorKey(core: Core): Promise<string> {
  const key = newOperatorKey(seededIds(core, "operator"))
  await core.operators.add(DEMO, key)
  return key
}

/**
 * Sees to it that the demo merchant is told at `url`, and no longer where it was told before.
 * Answers under which secret: an endpoint keeps its own, also when the master key is rotated.
 */
async function tellAt(
  core: Core,
  dialect: DialectName,
  merchant: Merchant,
  url: string,
  secret: string,
): Promise<string> {
  const { merchants } = core
  const reason = "the sandbox's webhook address changed"
  const others = (await merchants.endpoints(merchant.id)).filter((each) => each.dialect === dialect)
  const same = others.find((each) => each.url === url)
  for (const other of others) {
    if (other.url === url || other.disabledAt !== null) continue
    const ours = await merchants.endpointSecret(other)
    if (ours !== secret) continue
    await merchants.disableEndpoint(merchant.id, other.id, { at: core.clock.now(), reason })
  }
  if (!same) {
    return (await merchants.addEndpoint({ merchantId: merchant.id, dialect, url, secret })).secret
  }
  if (same.disabledAt) await merchants.disableEndpoint(merchant.id, same.id, null)
  return merchants.endpointSecret(same)
}

function webhookSecret(core: Core, dialect: DialectName): string {
  return `whsec_${seededIds(core, `webhook ${dialect}`).bytes(32).toString("base64")}`
}

/**
 * Random bytes that follow from the sandbox's master key: the file can be written anew at each
 * start without the database having kept a secret that can be read.
 */
function seededIds(core: Core, purpose: string): Ids {
  const { key } = core.deriveKeys(`sandbox ${purpose}`)[0]!
  let used = 0
  const bytes = (count: number): Buffer => {
    let out = Buffer.alloc(0)
    while (out.length < count) {
      used += 1
      out = Buffer.concat([out, createHmac("sha256", key).update(String(used)).digest()])
    }
    return out.subarray(0, count)
  }
  return {
    bytes,
    next: () => {
      const hex = bytes(16).toString("hex")
      return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-a$4-$5")
    },
  }
}

/** A reader never sees half a file, and nobody but its owner sees it at all. */
function writeWhole(path: string, text: string): void {
  const draft = `${path}.new`
  rmSync(draft, { force: true })
  writeFileSync(draft, `${text}\n`, { mode: 0o600 })
  renameSync(draft, path)
}
