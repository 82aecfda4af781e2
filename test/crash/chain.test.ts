/** The process is killed between a transfer and its callback: each order is approved just once. */
import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import type { Database } from "../../src/db/database.ts"
import {
  assertBooks,
  assetOf,
  CONFIRMATIONS,
  chainAt,
  shopAt,
  until,
  usd,
} from "../support/chain.ts"
import { lastFirst } from "../support/cleanup.ts"
import { type Cleanup, testDatabase } from "../support/database.ts"
import { freePort, type Gateway, type Receiver, startReceiver } from "../support/gateway.ts"
import { endProcessesIn } from "../support/leftovers.ts"
import { onDisk } from "../support/temporary.ts"

/** Other rails have cursors, too. */
const CHAIN_HEAD = "select head from cursors where rail = 'evm'"

const MAIN = join(import.meta.dirname, "..", "..", "src", "main.ts")

/** A gateway in a process of its own; its database and its chain outlive it. */
async function makeNode(context: Cleanup, databaseUrl: string, receiver: Receiver) {
  const dataDir = mkdtempSync(join(onDisk(), "caudal-crash-"))
  const port = await freePort()
  let child: ChildProcess | null = null

  async function end(signal: NodeJS.Signals): Promise<void> {
    const gone = child
    child = null
    if (!gone || gone.exitCode !== null || gone.signalCode !== null) return
    const over = new Promise((resolve) => gone.once("exit", resolve))
    gone.kill(signal)
    await over
  }
  context.after(async () => {
    await end("SIGTERM")
    await endProcessesIn(dataDir)
    rmSync(dataDir, { recursive: true, force: true })
  })
  return {
    dataDir,
    async start(): Promise<void> {
      const started = spawn(process.execPath, [MAIN], {
        cwd: dataDir,
        env: {
          ...process.env,
          PORT: String(port),
          DATABASE_URL: databaseUrl,
          CAUDAL_DATA_DIR: dataDir,
          CAUDAL_SANDBOX_WEBHOOK_URL: receiver.url,
        },
        stdio: ["ignore", "ignore", "inherit"],
      })
      child = started
      await until("the gateway is ready", async () => {
        assert.equal(started.exitCode, null, "the gateway ended by itself")
        return fetch(`http://127.0.0.1:${port}/health/ready`).then(
          ({ status }) => status === 200,
          () => false,
        )
      })
    },
    kill: () => end("SIGKILL"),
    credentials: (): Gateway["credentials"] =>
      JSON.parse(readFileSync(join(dataDir, "sandbox.json"), "utf8")),
  }
}

/**
 * As if the time had passed for which a dead node keeps its chain and the callbacks that it was
 * sending: a minute, and half of one.
 */
async function passLeases(database: Database): Promise<void> {
  await database.query("update cursors set leased_until = updated_at")
  await database.query("update deliveries set due_at = created_at where state = 'due'")
}

test("kill -9 between the transfer and the callback: approved once, told once", async (t) => {
  const context = lastFirst(t)
  const { url, database } = await testDatabase(context)
  const receiver = await startReceiver(context)
  const node = await makeNode(context, url, receiver)
  await node.start()
  const credentials = node.credentials()
  const entry = credentials.chain!
  const chain = chainAt(entry)
  const shop = shopAt({ credentials, receiver })

  /** Waits for a row, looking as often as the database answers: the kill is to come at once. */
  async function row(sql: string, id: string): Promise<void> {
    const giveUpAt = performance.now() + 20_000
    while ((await database.query(sql, [id])).rows.length === 0) {
      assert.ok(performance.now() < giveUpAt, `there is no row: ${sql}`)
    }
  }
  const ofPayment = "join attempts a on a.id = s.attempt_id where a.payment_id = $1"
  const rows = {
    written: `select from sightings s ${ofPayment}`,
    seen: `select from sightings s ${ofPayment} and s.applied = 'seen'`,
    final: `select from sightings s ${ofPayment} and s.state = 'final'`,
    approved: "select from payments where id = $1 and state = 'approved'",
  }
  const calledBack = (id: string) => async () => shop.callbackIds(id).length > 0

  const moments: readonly [when: string, reached: (id: string) => Promise<unknown>][] = [
    ["the transfer was sent", async () => undefined],
    ["it was mined", () => chain.mine(1)],
    ["it was written down", (id) => mined(1, () => row(rows.written, id))],
    ["it was applied", (id) => mined(1, () => row(rows.seen, id))],
    ["it was written down as final", (id) => mined(CONFIRMATIONS, () => row(rows.final, id))],
    ["it was approved", (id) => mined(CONFIRMATIONS, () => row(rows.approved, id))],
    ["the callback was there", (id) => mined(CONFIRMATIONS, () => until("told", calledBack(id)))],
  ]
  async function mined(blocks: number, wait: () => Promise<unknown>): Promise<void> {
    await chain.mine(blocks)
    await wait()
  }

  let total = 0n
  for (const [at, [when, reached]] of moments.entries()) {
    const order = await shop.order(`${at + 1}`)
    const amount = usd(at + 1)
    // The last one is killed with the receiver's answer still to come.
    receiver.answer = at === moments.length - 1 ? null : { status: 200 }
    const hash = await chain.send(order.address, amount)
    await reached(order.id)
    await node.kill()
    receiver.answer = { status: 200 }
    const { rows: cursors } = await database.query<{ head: bigint }>(CHAIN_HEAD)

    await passLeases(database)
    await node.start()
    await chain.mine(CONFIRMATIONS)
    assert.equal((await shop.callback(order.id)).hash, hash, when)
    const { sightings } = await shop.in(order.id, "approved")
    assert.equal(sightings.length, 1, when)
    const told = await shop.told(order.id)
    assert.equal(told.filter((type) => type === "approved").length, 1, `${when}: ${told}`)
    await until("its delivery is written down", async () => {
      const { rows: open } = await database.query("select from deliveries where state = 'due'")
      return open.length === 0
    })
    assert.equal(new Set(shop.callbackIds(order.id)).size, 1, when)

    total += amount
    assert.deepEqual(await shop.balance(assetOf(entry)), { available: total }, when)
    await assertBooks(database, chain, entry)
    const { rows: after } = await database.query<{ head: bigint }>(CHAIN_HEAD)
    assert.ok(after[0]!.head > (cursors[0]?.head ?? 0n), when)
  }
})
