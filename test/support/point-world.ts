/**
 * Where cores that die at a gate live: one database, one receiver, and who starts a new core after
 * each death, lets clients ask again for all that they wanted, and looks at what became of it.
 */
import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { type TestClock, testClock } from "../../src/clock.ts"
import { isRefusal, type Merchant } from "../../src/core/index.ts"
import type { Database } from "../../src/db/database.ts"
import { type BareCore, bareCore } from "./bare-core.ts"
import { lastFirst } from "./cleanup.ts"
import { type Cleanup, testDatabase } from "./database.ts"
import { type Life, lifeOf, RECEIVERS, type ReceiverKind } from "./lives.ts"
import { assertRight, isQuiet, type Message, pendingOf } from "./point-books.ts"
import type { PointNode, Said } from "./point-node.ts"

export type PointWorld = {
  /**
   * Lives a life until its gate, or to its end (null), and then goes on with a new core. Throws
   * where anything was lost, doubled or forgotten. Answers the gates that the life came to.
   */
  live(life: string, gate: string | null): Promise<Lived>
}

/** `died`: whether it came to its gate. `met`: all gates, of one that lived to its end. */
export type Lived = { readonly died: boolean; readonly met: readonly string[] }

const PROGRAM = join(import.meta.dirname, "point-node.ts")
/** Longer than any lease that a dead core may have left. */
const TAKEN_OVER_MS = 61_000
/** Until what waits is due: a delivery that was refused, an order at a slow bank. */
const ROUND_MS = 31_000
/** Far more than any story of the simulator, or a receiver that refuses once, can take. */
const ROUNDS_MAX = 20

const STATUS: Readonly<Record<ReceiverKind, (isFirst: boolean) => number>> = {
  "takes all": () => 200,
  "refuses first": (isFirst) => (isFirst ? 500 : 200),
  gone: () => 410,
}

/** Opens one; it ends with the test. */
export async function openPointWorld(testContext: Cleanup): Promise<PointWorld> {
  const context = lastFirst(testContext)
  const { url: databaseUrl, database } = await testDatabase(context)
  // New cores on old connections: most of what one costs is that its server learns all tables.
  const writer = database.writer()
  const receiver = await startReceiver(context)
  const folder = mkdtempSync(join(tmpdir(), "caudal-points-"))
  context.after(async () => rmSync(folder, { recursive: true, force: true }))
  const nodes = spareNodes(context)
  const clock = testClock()
  let made = 0

  async function newMerchant({ core }: BareCore, life: Life): Promise<Merchant> {
    made += 1
    const merchant = await core.merchants.add({ name: `Shop ${made}` })
    await core.merchants.agree(merchant.id, "caudal", { feeBasisPoints: 100 })
    for (const kind of life.receivers) {
      const url = receiver.urlOf(merchant.id, kind)
      await core.merchants.addEndpoint({ merchantId: merchant.id, dialect: "caudal", url })
    }
    return merchant
  }

  return {
    async live(name, gate) {
      const life = lifeOf(name)
      const dir = join(folder, String(made))
      mkdirSync(dir)
      const merchant = await newMerchant(bareCore({ database, clock, dir }), life)
      const nowMs = clock.now().getTime()
      const { signal, said } = await nodes.live({
        ...{ databaseUrl, dir, nowMs, gate },
        merchantId: merchant.id,
        life: name,
      })
      const over = said.find((each) => each.kind === "over")
      assert.equal(signal, over ? null : "SIGKILL", "it ends by itself, or dies at its gate")
      assert.deepEqual(over?.faults ?? [], [])
      const last = said.findLast((each) => each.kind === "clock")?.nowMs ?? nowMs
      clock.set(new Date(last + TAKEN_OVER_MS))
      const answers = new Map(
        said.flatMap((each) => (each.kind === "answer" ? [[each.step, each.answer]] : [])),
      )
      const again = bareCore({ database, clock, dir, writer })
      await goOn(again, { database, clock, merchant, life, answers })
      await assertRight({
        ...{ database, dir, clock, life, merchant },
        told: receiver.take(merchant.id),
      })
      clock.advance(TAKEN_OVER_MS)
      return { died: over === undefined, met: over?.met ?? [] }
    },
  }
}

type Left = {
  readonly database: Database
  readonly clock: TestClock
  readonly merchant: Merchant
  readonly life: Life
  /** What the dead core answered, by the number of the step. */
  readonly answers: ReadonlyMap<number, string>
}

/** What a new core makes of what a dead one left; whoever has no answer asks again. */
async function goOn({ core, faults }: BareCore, left: Left): Promise<void> {
  const { answers, clock, database, life, merchant } = left
  await untilQuiet(core, database, clock)
  const client = { core, merchant, wait: (ms: number) => clock.advance(ms) }
  for (const [at, step] of life.steps.entries()) {
    const answer = await step.ask(client)
    const before = answers.get(at)
    if (before !== undefined) assert.equal(answer, before, `${step.name} was answered otherwise`)
  }
  await untilQuiet(core, database, clock)
  // What waits for its payer would be in the way of the lives after this one.
  for (const paymentId of await pendingOf(database, merchant.id)) {
    const how = { kind: "cancel", by: "merchant" } as const
    const ended = await core.pay.end({ paymentId, merchantId: merchant.id, how })
    assert.ok(!isRefusal(ended), "what waits can be given up")
  }
  await untilQuiet(core, database, clock)
  assert.deepEqual(faults, [])
}

async function untilQuiet(
  core: BareCore["core"],
  database: Database,
  clock: TestClock,
): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    await core.pass()
    if (await isQuiet(database, clock.now())) return
    clock.advance(ROUND_MS)
  }
  assert.fail(`not quiet after ${ROUNDS_MAX} rounds`)
}

type Ended = { readonly signal: NodeJS.Signals | null; readonly said: readonly Said[] }

/** Processes that have loaded their program and wait for what to live: one is always ready. */
function spareNodes(context: Cleanup) {
  let spare = start()
  context.after(async () => {
    spare.kill("SIGKILL")
    await once(spare, "close")
  })
  return {
    async live(given: PointNode): Promise<Ended> {
      const node = spare
      spare = start()
      node.stdin!.end(JSON.stringify(given))
      const [out, [, signal]] = await Promise.all([text(node.stdout!), once(node, "close")])
      const lines = out.split("\n").filter((line) => line !== "")
      return { signal, said: lines.map((line) => JSON.parse(line)) }
    },
  }
}

function start(): ChildProcess {
  return spawn(process.execPath, [PROGRAM], { stdio: ["pipe", "pipe", "inherit"] })
}

/** Starts a server for all merchants, which keeps what each of them is told. */
async function startReceiver(context: Cleanup) {
  const told = new Map<string, Message[]>()
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on("data", (part: Buffer) => parts.push(part))
    request.on("end", () => {
      const [, merchantId = "", at] = request.url!.split("/")
      const kind = RECEIVERS[Number(at)]!
      const id = String(request.headers["webhook-id"])
      const messages = told.get(merchantId) ?? []
      const isFirst = !messages.some((each) => each.id === id && each.kind === kind)
      messages.push({ kind, id, body: Buffer.concat(parts).toString("utf8") })
      told.set(merchantId, messages)
      response.writeHead(STATUS[kind](isFirst)).end()
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  context.after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return {
    urlOf: (merchantId: string, kind: ReceiverKind) =>
      `http://127.0.0.1:${port}/${merchantId}/${RECEIVERS.indexOf(kind)}`,
    /** Gives away what a merchant was told. */
    take(merchantId: string): readonly Message[] {
      const messages = told.get(merchantId) ?? []
      told.delete(merchantId)
      return messages
    },
  }
}
