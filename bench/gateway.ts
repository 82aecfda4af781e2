/** A whole gateway in a process of its own, as `src/main.ts` starts it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { readConfig } from "../src/config.ts"
import { isRefusal, type NewPayment } from "../src/core/index.ts"
import { makeLogger } from "../src/http/log.ts"
import { type System, startSystem } from "../src/system.ts"
import { serveStarted, settings } from "./child.ts"
import { nothing } from "./controls/nothing.ts"
import { addHooks, type Charges, charge, type NewHooks } from "./deliver/hooks.ts"

export type GatewaySettings = {
  readonly databaseUrl: string
  readonly dataDir: string
  /** Settings beside those that every bench needs. */
  readonly environment?: Readonly<Record<string, string>>
  /** What stands in caudal.json under `rails`. */
  readonly rails?: Readonly<Record<string, unknown>>
  /** Whether the engine's store does nothing: see `controls/nothing.ts`. */
  readonly storesNothing?: boolean
}

/** The demo merchant's Pentagoo credentials. */
export type Credentials = {
  readonly baseUrl: string
  readonly key: string
  readonly secret: string
}

/** What the sandbox wrote down for scripts: of each dialect its base URL and credentials. */
export type Sandbox = {
  readonly pentagoo: Credentials
  readonly tapila: Readonly<Record<"baseUrl" | "clientUsername" | "password" | "apiKey", string>>
  readonly palommaPay: { readonly baseUrl: string; readonly privateKey: string }
  readonly palommaDirectDebit: { readonly baseUrl: string; readonly apiKey: string }
  readonly caudal: { readonly baseUrl: string; readonly apiKey: string }
  readonly chain?: object
}

/** A merchant with one open payment, of which others may be copied. */
export type Opened = { readonly merchantId: string; readonly paymentId: string }

type Callback = { readonly webhookUrl: string }
/** `amount` in minor units. */
type Filling = { readonly asset: string; readonly amount: string }

/**
 * Of the phrase that all test chains know: "test test test test test test test test test test test
 * junk": its account m/44'/60'/2'.
 */
const XPUB =
  "xpub6Ce9NcJvTk374xmC966FRY8NvVzjBr7FGiEf1h8mWkSwvCkvZ7PsCWEJS3nMsKLtRwsuEWY6indWjZFCB7yTqMpAoU7Z8c8TEkanQrsMF6j"
/** Addresses may have to be looked up before the first one is given out. */
const OPEN_TRIES = 100
const OPEN_WAIT_MS = 100

const {
  databaseUrl,
  dataDir,
  environment = {},
  rails = {},
  storesNothing = false,
} = settings<GatewaySettings>()

async function start() {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const file = join(dataDir, "caudal.json")
  writeFileSync(file, JSON.stringify({ rails }))
  const config = readConfig(
    {
      PORT: "0",
      DATABASE_URL: databaseUrl,
      CAUDAL_DATA_DIR: dataDir,
      CAUDAL_CONFIG: file,
      CAUDAL_LOG_LEVEL: "error",
      ...environment,
    },
    dataDir,
  )
  const log = makeLogger({ level: config.logLevel })
  return startSystem({ config, log, ...(storesNothing && { writer: nothing }) })
}

/** Makes a merchant who is called back at an address, and a payment of 10.00 that waits. */
async function open({ core }: System, { webhookUrl }: Callback): Promise<Opened> {
  const merchant = await core.merchants.add({ name: "Bench" })
  const { id: merchantId } = merchant
  await core.merchants.agree(merchantId, "pentagoo")
  await core.merchants.addEndpoint({ merchantId, dialect: "pentagoo", url: webhookUrl })
  const added = await core.keys.add(merchantId, "evm", XPUB)
  if ("wrong" in added) throw new Error(added.wrong)
  const spec: NewPayment = {
    merchant,
    dialect: "pentagoo",
    kind: "charge",
    reference: "bench",
    amount: 1_000n,
    asset: "USD",
    description: "2 x cafe",
    purpose: {},
    customerId: null,
    instrumentId: null,
    expiresAt: new Date(core.clock.now().getTime() + 86_400_000),
    way: { method: "crypto", target: {} },
    repeat: "answer",
  }
  for (let tries = 1; ; tries += 1) {
    const created = await core.pay.create(spec)
    if (!isRefusal(created)) return { merchantId, paymentId: created.payment.id }
    if (tries === OPEN_TRIES) throw new Error(created.message)
    await sleep(OPEN_WAIT_MS)
  }
}

/** Pays into the demo merchant's wallet. */
async function fillWallet({ core }: System, { asset, amount }: Filling): Promise<void> {
  const merchant = await core.merchants.findByName("Demo")
  const topUp = { merchantId: merchant!.id, asset, amount: BigInt(amount), reference: "bench" }
  const booked = await core.wallet.topUp(topUp)
  if (isRefusal(booked)) throw new Error(booked.message)
}

function sandbox(): Sandbox {
  return JSON.parse(readFileSync(join(dataDir, "sandbox.json"), "utf8"))
}

serveStarted(
  start,
  {
    sandbox,
    credentials: (): Credentials => sandbox().pentagoo,
    /** Whether this sandbox keeps a chain of its own. */
    hasChain: (): boolean => sandbox().chain !== undefined,
    /** The demo client's, for recharges. */
    tapila: (): object => sandbox().tapila,
    /** Commands that wait for their batch. */
    queued: ({ core }) => core.engine.queued(),
    fillWallet,
    addHooks: ({ core }, spec: NewHooks) => addHooks(core, spec),
    charge: ({ core }, wanted: Charges) => charge(core, wanted),
    open,
  },
  ({ stop }) => stop(),
)
