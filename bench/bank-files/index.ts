/** How soon 100,000 debits leave in files, and how soon a bank's 100,000 answers are booked. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { Database } from "../../src/db/database.ts"
import type { Bench, Context, Measured } from "../bench.ts"
import { type Child, startChild, type Usage } from "../children.ts"
import { startGateway } from "../gateways.ts"
import { latencies, none, one } from "../measures.ts"
import { openPlace, type Place } from "../place.ts"
import type { Taken } from "./bank.ts"
import type { Calls, Settings } from "./client.ts"
import * as rows from "./rows.ts"

const DEBITS = 100_000
const SHORT_DEBITS = 300
const ACCOUNTS = 2_000
const SHORT_ACCOUNTS = 20
const WITHIN_BAR_S = 60
const P99_BAR_MS = 50
const RSS_BAR_MB = 500
const CALLS_PER_SECOND = 100
/** Calls with nothing else going on, to compare with; the plain way of booking, likewise. */
const CONTROL_S = 5
const SHORT_CONTROL_S = 0.5
const PLAIN_AT_ONCE = 8
const POLL_MS = 50
const GIVE_UP_MS = 600_000

/** What was measured while something went on. */
type Phase = { readonly seconds: number; readonly calls: Calls; readonly cpu: number }
type Parts = Record<"gateway" | "client", Child> & { readonly context: Context }

async function run(context: Context): Promise<readonly Measured[]> {
  const debits = context.short ? SHORT_DEBITS : DEBITS
  const controlS = context.short ? SHORT_CONTROL_S : CONTROL_S
  context.stage("starting the gateway")
  const place = await openPlace(context)
  const { gateway, client, bank, database } = await startAll(context, place)
  const parts = { context, gateway, client }
  context.stage("storing accounts")
  const accounts = context.short ? SHORT_ACCOUNTS : ACCOUNTS
  const ids = await client.ask<readonly string[]>("storeAccounts", accounts)
  context.stage("making debits")
  await client.ask<number>("charge", { ids, count: debits })
  context.stage("resting")
  const idle = await phase(parts, () => sleep(controlS * 1_000, undefined, context))
  const plain = await bookPlainly(place, controlS)

  context.stage("writing files")
  await rows.release(database, new Date(performance.timeOrigin + performance.now()))
  const writing = await phase(parts, () => reach(context, database, "told", debits))
  const taken = await bank.ask<Taken>("take")
  const { peakRssBytes: writingPeak } = await gateway.ask<Usage>("usage")
  await bank.ask("prepare", { at: new Date(performance.timeOrigin + performance.now()) })
  context.stage("booking answers")
  await bank.ask("answer")
  const booking = await phase(parts, () => reach(context, database, "booked", debits))
  const { peakRssBytes } = await gateway.ask<Usage>("usage")
  context.stage("counting")
  const counted = await rows.count(database)
  for (const sentence of [...taken.wrong, ...writing.calls.wrong, ...booking.calls.wrong]) {
    context.note(sentence)
  }
  const p99 = ({ calls }: Phase) => latencies([calls], 0.99)
  const rate = ({ seconds }: Phase) => [debits / seconds]
  return [
    bar("writing", "s", [writing.seconds], WITHIN_BAR_S),
    { name: "debits written", unit: "/s", samples: rate(writing) },
    bar("API's p99 while writing", "ms", p99(writing), P99_BAR_MS, p99(idle)),
    one("CPU while writing", "of a core", writing.cpu),
    bar("memory at most, writing", "MB", [writingPeak / 1_048_576], RSS_BAR_MB),
    bar("booking", "s", [booking.seconds], WITHIN_BAR_S),
    { name: "answers booked", unit: "/s", samples: rate(booking), control: [plain] },
    bar("API's p99 while booking", "ms", p99(booking), P99_BAR_MS, p99(idle)),
    one("CPU while booking", "of a core", booking.cpu),
    bar("memory at most, in all", "MB", [peakRssBytes / 1_048_576], RSS_BAR_MB),
    none("debits that left not exactly once", debits - taken.orders + 2 * taken.twice),
    none("debits not settled", debits - counted.settled),
    none("transfers too many or missing", debits - counted.transfers),
    none("wrong", taken.wrong.length + writing.calls.wrong.length + booking.calls.wrong.length),
  ]
}

async function startAll(context: Context, place: Place) {
  const { database, url } = await place.makeDatabase("bank_files")
  const dataDir = join(place.folder, "data")
  const folder = join(place.folder, "exchange")
  const environment = { CAUDAL_SANDBOX_CHAIN: "0" }
  const rails = { "bank-files": settingsFor(folder) }
  const gateway = await startGateway(context, { databaseUrl: url, dataDir, environment, rails })
  await rows.useFiles(database)
  const at = (name: string) => join(import.meta.dirname, name)
  const { palommaDirectDebit } = JSON.parse(readFileSync(join(dataDir, "sandbox.json"), "utf8"))
  const settings: Settings = palommaDirectDebit
  const client = await startChild(context, { file: at("client.ts"), settings })
  const bank = await startChild(context, { file: at("bank.ts"), settings: { folder } })
  return { gateway, client, bank, database }
}

/** Nothing leaves by itself: the bench says when. */
function settingsFor(folder: string): unknown {
  return {
    folder,
    sendEverySeconds: 86_400,
    simulatedBank: false,
    initiator: { name: "Bench S.A.S.", id: "9001234567" },
    accounts: {
      main: {
        name: "Bench S.A.S.",
        documentType: "nit",
        documentNumber: "9001234567",
        account: "12345678901",
        accountType: "checking",
        bank: "bancolombia",
        cutOff: "15:00",
        leadDays: 1,
      },
    },
    defaultAccount: "main",
  }
}

/** Does something while a merchant asks what became of its debits. */
async function phase({ client, gateway }: Parts, work: () => Promise<unknown>): Promise<Phase> {
  await client.ask("startCalls", CALLS_PER_SECOND)
  const before = await gateway.ask<Usage>("usage")
  const beganMs = performance.now()
  await work()
  const elapsedMs = performance.now() - beganMs
  const after = await gateway.ask<Usage>("usage")
  const calls = await client.ask<Calls>("stopCalls")
  return { seconds: elapsedMs / 1_000, calls, cpu: (after.cpuMs - before.cpuMs) / elapsedMs }
}

async function reach(
  context: Context,
  database: Database,
  what: "told" | "booked",
  goal: number,
): Promise<void> {
  const giveUpMs = performance.now() + GIVE_UP_MS
  for (;;) {
    const { [what]: done } = await rows.progress(database)
    context.progress(done / goal)
    if (done >= goal) return
    if (performance.now() > giveUpMs) throw new Error(`${what}: ${done} of ${goal}, and no more`)
    await sleep(POLL_MS, undefined, context)
  }
}

/** How many answers a second a transaction each would book, several at once. */
async function bookPlainly(place: Place, seconds: number): Promise<number> {
  const { database } = await place.makeDatabase("bank_files_control")
  await rows.prepareControl(database, DEBITS)
  const beganMs = performance.now()
  let booked = 0
  async function worker(): Promise<void> {
    while (performance.now() - beganMs < seconds * 1_000) {
      booked += 1
      await rows.bookPlainly(database, booked)
    }
  }
  await Promise.all(Array.from({ length: PLAIN_AT_ONCE }, worker))
  return (booked * 1_000) / (performance.now() - beganMs)
}

function bar(
  name: string,
  unit: string,
  samples: readonly number[],
  limit: number,
  control?: readonly number[],
): Measured {
  return { name, unit, samples, bar: { is: "<", limit }, ...(control && { control }) }
}

export const bankFiles: Bench = {
  about: "100,000 debits leave in files, and a bank's 100,000 answers are booked",
  seconds: 120,
  run,
}
