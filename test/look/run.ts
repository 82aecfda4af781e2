/** How long the looks at the books take where there are millions of payments: `npm run look`. */
import { parseArgs } from "node:util"
import { testClock } from "../../src/clock.ts"
import { isRefusal } from "../../src/core/index.ts"
import { firstIdAt } from "../../src/core/retention/months.ts"
import { masterKey, openKeyring } from "../../src/core/seal.ts"
import { takeLook } from "../../src/core/verify/look.ts"
import { claimWatch, saveWatch } from "../../src/core/verify/store/watch.ts"
import { verifyBooks } from "../../src/core/verify/whole.ts"
import { type Database, openDatabase } from "../../src/db/database.ts"
import { type TestCore, testCore } from "../support/core.ts"
import { databaseOn, onServer, startTestServer, TEMPLATE } from "../support/server.ts"
import { add, fill, type Owner } from "./fill.ts"

const USAGE = "Usage: npm run look -- [--payments N] [--minute N] [--looks N]"
const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
/** As `watch.ts` has them: how long ids stay unsettled, how long a look is leased. */
const SETTLED_MS = 120_000
const LEASE_MS = 90_000
/** What a look may take of a minute, and while it is late; each part a statement more. */
const BUDGET = "600 ms, 3,000 while it is late"
const NAME = "look"
const NODE = "00000000-0000-4000-8000-000000000001"

const { payments, minute, looks } = asked()
const keyring = openKeyring(
  { bytes: (count) => Buffer.alloc(count, 7) },
  { current: masterKey(Buffer.alloc(32, 7)) },
)
let server: ReturnType<typeof startTestServer> | null = null
let opened: Database | null = null
let ending: Promise<void> | null = null
// Statements take minutes here: who stops it doesn't wait for them, and no server is left behind.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    console.error("it was stopped")
    void end().finally(() => process.exit(2))
  })
}
try {
  server = startTestServer()
  const { url } = await server
  await onServer(url, `create database ${NAME} template ${TEMPLATE}`)
  const database = openDatabase({ url: databaseOn(url, NAME) })
  opened = database
  const now = new Date(performance.timeOrigin + performance.now())
  const begun = new Date(now.getTime() - 61 * DAY_MS)
  const owner = await makeOwner(await testCore(database, { keyring, clock: testClock(begun) }))
  const old = { count: payments, from: new Date(now.getTime() - 60 * DAY_MS), to: now }
  const startedMs = performance.now()
  await fill(database, owner, old, (written) => console.error(`${written} payments written`))
  console.log(
    `${payments} payments, ${await gigabytes(database)} GB, written in ${since(startedMs)}.`,
  )
  await lookOn(database, owner, new Date(now.getTime() + MINUTE_MS))
} finally {
  await end()
}

/** Stops the server, whose folder goes with it; one that is being started is waited for. */
function end(): Promise<void> {
  ending ??= (async () => {
    const started = await server?.catch(() => null)
    await started?.stop()
    await opened?.close()
  })()
  return ending
}

/** Takes looks a minute apart by the clock, and at once by the machine's; prints what they took. */
async function lookOn(database: Database, owner: Owner, from: Date): Promise<void> {
  const tookMs: number[] = []
  const rows: bigint[] = []
  let wrong = 0
  let whole: number | null = null
  let at = from
  let behindMs = 0
  for (let look = 1; look <= looks && whole === null; look += 1) {
    const minuteLater = new Date(at.getTime() + MINUTE_MS)
    if (minute > 0) await add(database, owner, { count: minute, from: at, to: minuteLater })
    at = minuteLater
    const clock = { now: () => at, elapsedMs: () => performance.now() }
    const until = new Date(at.getTime() + LEASE_MS)
    const claimed = await claimWatch(database, { node: NODE, now: at, until, before: at })
    if (claimed === null) throw new Error("another node has the look")
    const settled = firstIdAt(new Date(at.getTime() - SETTLED_MS))
    const startedMs = performance.now()
    const seen = await takeLook({ database, clock, keyring }, claimed, settled)
    await saveWatch(database, seen)
    tookMs.push(performance.now() - startedMs)
    rows.push(seen.checkedRows - claimed.checkedRows)
    wrong = seen.wrong.length
    if (seen.wholeAt !== null) whole = look
    const upto = Number.parseInt((seen.eventsUpto ?? settled).replaceAll("-", "").slice(0, 12), 16)
    behindMs = Math.max(behindMs, at.getTime() - SETTLED_MS - upto)
    if (wrong > 0) console.log(JSON.stringify(seen.wrong.slice(0, 3)))
  }
  const sorted = tookMs.toSorted((a, b) => a - b)
  const share = (part: number) => Math.round(sorted[Math.ceil(sorted.length * part) - 1]!)
  const read = rows.reduce((sum, each) => sum + each, 0n)
  console.log(`${tookMs.length} looks, ${minute} new payments before each; budget ${BUDGET}.`)
  console.log(`took: median ${share(0.5)} ms, p99 ${share(0.99)} ms, longest ${share(1)} ms.`)
  console.log(`read: ${read / BigInt(rows.length)} rows a look, ${read} in all; wrong: ${wrong}.`)
  console.log(`new rows were looked at ${Math.round(behindMs / 1_000)} s late at most.`)
  console.log(whole === null ? "not all was read yet." : `all was read after ${whole} looks.`)
  const wholeMs = performance.now()
  const found = await verifyBooks(database, { keyring })
  console.log(`caudal verify: ${found.length} wrong, in ${since(wholeMs)}.`)
  if (wrong > 0 || found.length > 0) process.exitCode = 1
}

/** One real charge gives the accounts, and the merchant an endpoint that hears of everything. */
async function makeOwner({ core, clock, merchantId, payment }: TestCore): Promise<Owner> {
  const native = { merchantId, dialect: "caudal", url: "https://shop.example/hooks" } as const
  const { endpoint } = await core.merchants.addEndpoint(native)
  const merchant = (await core.merchants.find(merchantId))!
  const { id: _id, merchantId: _of, attempt: _attempt, ...rest } = payment()
  const way = { method: "bank", target: {} } as const
  const spec = { ...rest, merchant, way }
  const created = await core.pay.create(spec as Parameters<typeof core.pay.create>[0])
  if (isRefusal(created)) throw new Error("the first payment was refused")
  await core.pass()
  const transfers = await core.payments.transfers(created.payment.id)
  const { debitId, creditId } = transfers.find(({ kind }) => kind === "charge.approved")!
  clock.advance(MINUTE_MS)
  return { merchantId, endpointId: endpoint.id, debitId, creditId }
}

async function gigabytes(from: Database): Promise<string> {
  const { rows } = await from.query<{ size: number }>(
    "select pg_database_size(current_database())::float8 / 1e9 as size",
  )
  return rows[0]!.size.toFixed(1)
}

function since(startedMs: number): string {
  return `${Math.round((performance.now() - startedMs) / 1_000)} s`
}

function asked() {
  const options = {
    payments: { type: "string", default: "2000000" },
    minute: { type: "string", default: "3000" },
    looks: { type: "string", default: "1000" },
  } as const
  try {
    const { values } = parseArgs({ options })
    const whole = (name: keyof typeof options) => {
      if (!/^\d{1,8}$/.test(values[name])) throw new Error(`--${name} must be a whole number.`)
      return Number(values[name])
    }
    return { payments: whole("payments"), minute: whole("minute"), looks: whole("looks") }
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`)
    process.exit(2)
  }
}
