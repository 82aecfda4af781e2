/** A running gateway whose debits leave in files, in a time that runs faster, and its bank. */
import assert from "node:assert/strict"
import { createHmac } from "node:crypto"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { readConfig } from "../../src/config.ts"
import { makeLogger } from "../../src/http/log.ts"
import { toFileId } from "../../src/iso20022/ids.ts"
import { makeSimulatedBank } from "../../src/rails/bank-files/simulated-bank/index.ts"
import { startSystem } from "../../src/system.ts"
import { lastFirst } from "./cleanup.ts"
import { type Cleanup, testDatabase } from "./database.ts"
import { type Client, demoClient } from "./direct-debit.ts"
import { ask, type Gateway, type Received, startReceiver } from "./gateway.ts"
import { hurry, type RunningClock, runningClock, SPEED } from "./running-clock.ts"

/** On a busy machine; what is waited for takes a tenth of it. */
const PATIENCE_MS = 30_000

/** Waits until `look` finds something, and answers it. */
export async function until<Found>(
  what: string,
  look: () => Promise<Found | null | undefined | false> | Found | null | undefined | false,
  patienceMs = PATIENCE_MS,
): Promise<Found> {
  const giveUpAt = performance.now() + patienceMs
  for (;;) {
    const found = await look()
    if (found !== null && found !== undefined && found !== false) return found
    assert.ok(performance.now() < giveUpAt, `waited in vain: ${what}`)
    await sleep(20 * SPEED)
  }
}

/** A line of a bank's file, as it is kept. */
export type KeptLine = {
  readonly file: string
  readonly attemptId: string | null
  readonly source: string
  readonly says: string
  readonly outcome: string
}
/** A file of the bank, as it is kept. */
export type KeptFile = {
  readonly name: string
  readonly state: string
  readonly lines: number
  readonly repeats: number
  readonly why: string | null
  /** Whether it lies where it is kept. */
  readonly kept: boolean
}
export type BankGateway = Gateway & {
  readonly clock: RunningClock
  readonly merchantId: string
  /** The exchange folder. */
  path(...names: string[]): string
  names(...names: string[]): string[]
  /** The vendor's API as the demo merchant uses it. */
  readonly api: Client
  /** The native API. */
  native(method: string, path: string, body?: unknown): ReturnType<typeof ask>
  /** Stores accounts with these numbers and charges them, each its own amount in pesos. */
  charge(...accounts: readonly string[]): Promise<readonly Charged[]>
  /** Has everything sent that waits, and waits until it left. */
  send(): Promise<void>
  /** What each webhook told of a request, in the order in which it was written. */
  told(id: string): readonly Told[]
  /** The kinds of the transfers of a payment, sorted. */
  moves(paymentId: string): Promise<readonly string[]>
  lines(): Promise<readonly KeptLine[]>
  files(): Promise<readonly KeptFile[]>
  /** How often the bank collected, or paid, for an attempt, by its own books. */
  collected(attemptId: string): Promise<number>
}
export type Charged = {
  readonly id: string
  readonly methodId: string
  readonly attemptId: string
  readonly pesos: number
}
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came and asserts on it.
export type Told = { readonly webhookId: string; readonly timestamp: string; readonly event: any }

const ANA = {
  name: "Ana Ruiz",
  documentType: "cc",
  documentNumber: "1020304050",
  email: "ana@example.test",
}

/**
 * Starts a gateway whose demo merchant is debited over files. They leave once a day, and when the
 * test says so.
 */
export async function startBankGateway(
  testContext: Cleanup,
  settings: object = {},
): Promise<BankGateway> {
  hurry()
  const context = lastFirst(testContext)
  const { url } = await testDatabase(context)
  const receiver = await startReceiver(context)
  const dataDir = mkdtempSync(join(tmpdir(), "caudal-bank-"))
  const rails = { "bank-files": { sendEverySeconds: 86_400, ...settings } }
  writeFileSync(join(dataDir, "caudal.json"), JSON.stringify({ rails }))
  const clock = runningClock()
  const config = readConfig(
    {
      PORT: "0",
      DATABASE_URL: url,
      CAUDAL_DATA_DIR: dataDir,
      CAUDAL_SANDBOX_WEBHOOK_URL: receiver.url,
      CAUDAL_SANDBOX_CHAIN: "0",
      CAUDAL_LOG_LEVEL: process.env.CAUDAL_TEST_LOG_LEVEL ?? "silent",
    },
    dataDir,
  )
  const system = await startSystem({ config, log: makeLogger({ level: config.logLevel }), clock })
  context.after(async () => {
    await system.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })
  const credentials = JSON.parse(readFileSync(join(dataDir, "sandbox.json"), "utf8"))
  const gateway: Gateway = { ...system, receiver, dataDir, credentials }
  const merchant = (await system.core.merchants.findByName("Demo"))!
  await system.core.route(merchant.id, { rails: { bank: "bank-files" } })
  const folder = join(dataDir, "bank-files")
  await until("the folder", () => readdirSync(dataDir).includes("bank-files"))
  return { ...gateway, clock, merchantId: merchant.id, ...toolsOf(gateway, clock, folder) }
}

function toolsOf(gateway: Gateway, clock: RunningClock, folder: string) {
  const { core, credentials, database, receiver } = gateway
  const api = demoClient(gateway)
  const path = (...names: string[]) => join(folder, ...names)
  const { books } = makeSimulatedBank({ clock, ids: core.ids, folder })
  let asked = 0

  async function chargeOne(customerId: string, accountNumber: string): Promise<Charged> {
    const account = { bank: "bancolombia", accountType: "savings", accountNumber }
    const methodId = await api.newMethod({ customerId, type: "bankAccount", ...account })
    asked += 1
    const pesos = 45_000 + asked
    const body = { paymentMethodId: methodId, amount: pesos }
    const { id, status } = await api.make("/paymentRequests", body)
    assert.equal(status, "pending")
    const [attempt] = await core.payments.attempts(id)
    return { id, methodId, attemptId: attempt!.id, pesos }
  }

  return {
    api,
    path,
    names: (...names: string[]) => readdirSync(path(...names)).sort(),
    native: (method: string, of: string, body?: unknown) =>
      ask(method, credentials.caudal.baseUrl + of, {
        body,
        headers: { authorization: `Bearer ${credentials.caudal["apiKey"]}` },
      }),
    async charge(...accounts: readonly string[]) {
      const customer = await api.make("/customers", ANA)
      return Promise.all(accounts.map((account) => chargeOne(customer.id, account)))
    },
    async send() {
      await core.exchange.sendNow()
      await until("all that waits is sent", async () => {
        const { rows } = await database.query(
          `select from attempts where rail = 'bank-files' and state = 'waiting'
union all select from bank_files where direction = 'out' and ended_at is null`,
        )
        return rows.length === 0
      })
    },
    told: (id: string) =>
      receiver.received
        .filter((each) => "webhookId" in JSON.parse(each.body) && each.body.includes(id))
        .map((each) => proven(each, credentials.palommaDirectDebit["integrityKey"]!))
        .filter(({ event }) => event.id === id)
        .sort((one, other) => one.timestamp.localeCompare(other.timestamp)),
    async moves(paymentId: string) {
      const { rows } = await database.query<{ kind: string }>(
        "select kind from transfers where payment_id = $1 order by kind",
        [paymentId],
      )
      return rows.map(({ kind }) => kind)
    },
    async lines() {
      const { rows } = await database.query<KeptLine>(
        `select f.name as file, l.attempt_id as "attemptId", l.source, l.says, l.outcome
from bank_lines l join bank_files f on f.id = l.file_id order by f.id, l.position`,
      )
      return rows
    },
    async files() {
      const { rows } = await database.query<KeptFile>(
        `select name, state, lines, repeats, why, ended_at is not null as kept from bank_files
where direction = 'in' order by id`,
      )
      return rows
    },
    collected: (attemptId: string) => books.collected(toFileId(attemptId)),
  }
}

/** The vendor's recipe for its receivers; answers what the proven header holds. */
function proven({ headers, body }: Received, integrityKey: string): Told {
  const encoded = String(headers["x-encoded-data"])
  const expected = createHmac("sha256", integrityKey).update(encoded).digest("hex")
  assert.equal(headers["x-signature"], expected)
  const decoded = JSON.parse(Buffer.from(encoded, "base64").toString("utf8"))
  assert.deepEqual(decoded, JSON.parse(body))
  return decoded
}
