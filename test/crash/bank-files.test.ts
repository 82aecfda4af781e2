/**
 * A gateway is killed at every step of sending debits and of booking what the bank says of them:
 * each is debited once, and booked once.
 */
import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { makeIds } from "../../src/clock.ts"
import { verifyBooks } from "../../src/core/verify/whole.ts"
import { clusterDir, databaseUrl, readAccess } from "../../src/db/cluster.ts"
import { type Database, openDatabase } from "../../src/db/database.ts"
import { makeSimulatedBank } from "../../src/rails/bank-files/simulated-bank/index.ts"
import type { BankNode, Fault } from "../support/bank-node.ts"
import { lastFirst } from "../support/cleanup.ts"
import { testDatabase } from "../support/database.ts"
import { clientOf, PERSON } from "../support/direct-debit.ts"
import { type Receiver, startReceiver } from "../support/gateway.ts"
import { endProcessesIn } from "../support/leftovers.ts"
import { mortalNodes, PATIENCE_MS } from "../support/mortal-nodes.ts"
import { onDisk } from "../support/temporary.ts"

/** Charges that are asked for while a node lives. */
const BURST = 6

/** Where a node dies, in the order of its work. */
const STEPS: readonly (readonly [name: string, Fault])[] = [
  ["before orders are begun", { at: "statement", fits: "insert into bank_orders" }],
  ["before their file is written", { at: "open", fits: "/work/[^/]+\\.part$" }],
  ["before it is noted as whole", { at: "statement", fits: "set state = 'ready'" }],
  ["before it is handed over", { at: "rename", fits: "\\.part -> .*/out/" }],
  ["after it was handed over", { at: "rename", fits: "\\.part -> .*/out/", done: true }],
  ["before all is told", { at: "statement", fits: "set state = 'told'" }],
  ["before an answer is taken", { at: "rename", fits: "/in/[^/]+ -> .*/work/" }],
  ["while an answer is taken", { at: "rename", fits: "/in/[^/]+ -> .*/work/", done: true }],
  ["before an answer is read", { at: "rename", fits: "taking -> ", done: true }],
  ["before what was read is believed", { at: "statement", fits: "set state = 'applying'" }],
  ["before its lines are begun", { at: "statement", fits: "update bank_lines l set outcome = u" }],
  ["in the middle of booking", { at: "statement", fits: "insert into transfers", after: 1 }],
  [
    "before its lines are noted",
    { at: "statement", fits: "update bank_lines l set outcome = u", after: 1 },
  ],
  ["before an answer is kept", { at: "rename", fits: "/work/[^/]+ -> .*/archive/" }],
  ["after an answer was kept", { at: "rename", fits: "/work/[^/]+ -> .*/archive/", done: true }],
]

type Charge = { readonly key: string; id: string | null }

/** Nodes in one folder, of which one lives at a time, and who charges over them. */
function makeStation(receiver: Receiver, database: string | null) {
  const dataDir = mkdtempSync(join(onDisk(), "caudal-bank-crash-"))
  const rails = { "bank-files": { sendEverySeconds: 1 } }
  writeFileSync(join(dataDir, "caudal.json"), JSON.stringify({ rails }))
  const nodes = mortalNodes<BankNode>("bank-node.ts", dataDir)
  const charges: Charge[] = []
  let methodId: string | null = null

  function api() {
    const sandbox = JSON.parse(readFileSync(join(dataDir, "sandbox.json"), "utf8"))
    const { baseUrl, apiKey } = sandbox.palommaDirectDebit
    return clientOf(baseUrl, apiKey)
  }

  async function method(): Promise<string> {
    const client = api()
    methodId ??= await client.newMethod({
      customerId: await client.newCustomer(PERSON),
      type: "bankAccount",
      bank: "bancolombia",
      accountType: "savings",
      accountNumber: "12345678900",
    })
    return methodId
  }

  /** Asks once more, under its key: who heard no answer does so. */
  async function ask(charge: Charge, paymentMethodId: string): Promise<void> {
    const body = { paymentMethodId, amount: 45_000 }
    const headers = { "idempotency-key": charge.key }
    const made = await api().call("POST", "/paymentRequests", body, headers)
    if (made.status >= 500) return
    assert.equal(made.status, 201, JSON.stringify(made.body))
    assert.equal(charge.id ?? made.body.id, made.body.id, "the same answer as before")
    charge.id = made.body.id
  }

  /** Asks for what has no answer; a node that dies meanwhile gives none. */
  async function askAll(): Promise<void> {
    const open = charges.filter(({ id }) => id === null)
    const asked = await method().then(
      (paymentMethodId) => Promise.allSettled(open.map((each) => ask(each, paymentMethodId))),
      (reason) => [{ status: "rejected", reason } as const],
    )
    for (const each of asked) {
      const wrong = each.status === "rejected" && each.reason instanceof assert.AssertionError
      if (wrong) throw each.reason
    }
  }

  return {
    dataDir,
    charges,
    start: (fault: Fault | null) =>
      nodes.start({ databaseUrl: database, webhookUrl: receiver.url, fault }),
    pass: nodes.pass,
    clock: nodes.clock,
    died: nodes.died,
    end: nodes.end,
    askAll,
    async burst() {
      for (let at = 0; at < BURST; at += 1) {
        charges.push({ key: `charge-${charges.length}`, id: null })
      }
      await askAll()
    },
  }
}
type Station = ReturnType<typeof makeStation>

/** Waits until all charges have their money, and compares the bank's books with ours. */
async function assertOnce(station: Station, database: Database): Promise<void> {
  const { charges, dataDir } = station
  await station.askAll()
  const giveUpAt = performance.now() + PATIENCE_MS
  for (;;) {
    const { rows } = await database.query<{ open: bigint }>(
      `select (select count(*) from payments where settled_at is null)
  + (select count(*) from bank_files where ended_at is null) as open`,
    )
    if (rows[0]!.open === 0n) break
    assert.ok(performance.now() < giveUpAt, `${rows[0]!.open} are still under way`)
    await sleep(50)
  }
  const clock = station.clock()
  const folder = join(dataDir, "bank-files")
  const { books } = makeSimulatedBank({ clock, ids: makeIds(clock), folder })
  const { rows } = await database.query<{ id: string; attempts: string[]; moves: string[] }>(
    `select p.id, array(select a.id::text from attempts a where a.payment_id = p.id) as attempts,
  array(select t.kind from transfers t where t.payment_id = p.id order by t.kind) as moves
from payments p`,
  )
  const ids = charges.map(({ id }) => id)
  assert.deepEqual(rows.map(({ id }) => id).sort(), ids.toSorted(), "a payment for each request")
  for (const { attempts, moves } of rows) {
    assert.equal(attempts.length, 1)
    assert.equal(await books.collected(attempts[0]!), 1, "the bank debited it once")
    assert.deepEqual(moves, ["charge.approved", "charge.settled"])
  }
  assert.equal((await books.totals()).size, charges.length)
  assert.deepEqual(await verifyBooks(database), [])
  for (const name of ["in", "out", "work", "errors"]) {
    // The bank, which died as well, may have left a file that it was writing.
    const left = readdirSync(join(folder, name)).filter((each) => !each.startsWith("."))
    assert.deepEqual(left, [], name)
  }
}

test("killed at each step, a debit is made once and booked once", async (t) => {
  const context = lastFirst(t)
  const { url, database } = await testDatabase(context)
  const receiver = await startReceiver(context)
  const station = makeStation(receiver, url)
  context.after(async () => {
    await station.end("SIGKILL")
    rmSync(station.dataDir, { recursive: true, force: true })
  })
  for (const [name, fault] of STEPS) {
    try {
      await station.start(fault)
      await station.burst()
      assert.equal(await station.died(), "SIGKILL")
    } catch (cause) {
      throw new Error(`killed ${name}: ${(cause as Error).message}`, { cause })
    }
    station.pass()
  }
  await station.start(null)
  await assertOnce(station, database)
  await station.end("SIGTERM")
})

/** Milliseconds after a burst was asked for, and whether the database dies with its gateway. */
const DEATHS: readonly (readonly [afterMs: number, withDatabase: boolean])[] = [
  [40, true],
  [500, false],
  [250, true],
]

test("killed with its database at any moment, a debit is made once and booked once", async (t) => {
  const context = lastFirst(t)
  const receiver = await startReceiver(context)
  const station = makeStation(receiver, null)
  const { dataDir } = station
  context.after(async () => {
    // One that was killed leaves its database behind.
    await station.end("SIGKILL")
    await endProcessesIn(dataDir)
    rmSync(dataDir, { recursive: true, force: true })
  })
  await station.start(null)
  await station.burst()
  for (const [afterMs, withDatabase] of DEATHS) {
    const asked = station.burst()
    await sleep(afterMs)
    if (withDatabase) process.kill(postmasterPid(dataDir), "SIGKILL")
    await station.end("SIGKILL")
    await asked
    station.pass()
    await station.start(null)
    await station.burst()
  }
  const database = openDatabase({ url: databaseUrl(readAccess(dataDir)!) })
  try {
    await assertOnce(station, database)
  } finally {
    await database.close()
  }
  await station.end("SIGTERM")
})

function postmasterPid(dataDir: string): number {
  const path = join(clusterDir(readAccess(dataDir)!.home), "postmaster.pid")
  return Number(readFileSync(path, "utf8").split("\n")[0])
}
