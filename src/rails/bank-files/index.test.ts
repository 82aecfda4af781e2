/** The rail as a whole, over a real folder: orders go out, a bank's files come in. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { bankOrder, fileOf, settingsOf } from "../../../test/support/bank-files.ts"
import { account, idOf, movement } from "../../../test/support/bank-samples.ts"
import { makeIds, testClock } from "../../clock.ts"
import type { BankLine, FileOrder, Said } from "../../core/index.ts"
import { writeNotification } from "../../iso20022/bank-account.ts"
import { fromFileId } from "../../iso20022/ids.ts"
import { type FarSide, makeBankFiles } from "./index.ts"

function world(t: TestContext, simulatedBank: FarSide | null = null) {
  const folder = mkdtempSync(join(tmpdir(), "caudal-bank-files-"))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const clock = testClock()
  const rail = makeBankFiles({ clock, settings: settingsOf(folder), simulatedBank })
  const { exchange } = rail
  return {
    folder,
    clock,
    rail,
    exchange,
    id: makeIds(clock).next,
    async rested() {
      await exchange.arrived()
      clock.advance(2_000)
      return exchange.arrived()
    },
  }
}

async function sayings(said: AsyncIterable<Said>): Promise<Said[]> {
  const all: Said[] = []
  for await (const each of said) all.push(each)
  return all
}

test("the rail says what it is, and touches nothing by being made", async (t) => {
  const { folder, rail } = world(t)
  assert.equal(rail.name, "bank-files")
  assert.equal(rail.needsMandate, true)
  assert.equal(rail.lookDelayMs?.(0, "bank"), null)
  assert.equal(rail.simulate, undefined)
  await assert.rejects(rail.begin(bankOrder(1)), /none is begun alone/)
  assert.deepEqual(await rail.observe([bankOrder(1)], null), { sightings: [], cursor: null })
  assert.deepEqual(readdirSync(folder), [])
})

test("an order goes over its merchant's account, or the usual one, by its cut-off", (t) => {
  const { exchange } = world(t)
  // Monday the 5th; in Bogotá five hours earlier; Epiphany is kept on Monday the 12th.
  const table: [account: string | null, asset: string, now: string, slot: object | RegExp][] = [
    [null, "COP", "2026-01-05T19:59:59Z", { account: "main", day: "2026-01-06" }],
    [null, "COP", "2026-01-05T20:00:00Z", { account: "main", day: "2026-01-07" }],
    [null, "COP", "2026-01-09T20:00:00Z", { account: "main", day: "2026-01-14" }],
    ["second", "COP", "2026-01-05T15:59:59Z", { account: "second", day: "2026-01-05" }],
    ["second", "COP", "2026-01-10T15:00:00Z", { account: "second", day: "2026-01-13" }],
    ["clp", "CLP", "2026-01-05T17:59:59Z", { account: "clp", day: "2026-01-06" }],
    ["clp", "CLP", "2026-01-05T18:00:00Z", { account: "clp", day: "2026-01-07" }],
    ["closed", "COP", "2026-01-05T15:00:00Z", /^there is no account closed in rails\.bank-files/],
    ["toString", "COP", "2026-01-05T15:00:00Z", /^there is no account toString/],
    [null, "USD", "2026-01-05T15:00:00Z", /^account main is in COP, not USD$/],
    ["clp", "COP", "2026-01-05T15:00:00Z", /^account clp is in CLP, not COP$/],
  ]
  for (const [account, asset, now, expected] of table) {
    const slot = exchange.slotOf({ account, asset }, new Date(now))
    if (expected instanceof RegExp) assert.match(slot as string, expected)
    else assert.deepEqual(slot, expected, `${account} ${now}`)
  }
})

test("an account is judged by its form until it is charged", async (t) => {
  const { rail } = world(t)
  const { mandate: _, ...target } = bankOrder(1).target
  assert.deepEqual(await rail.verify!(target), { state: "active" })
  for (const bad of [{ bank: "lulo" }, { accountNumber: "1é" }]) {
    const verdict = await rail.verify!({ ...target, ...bad })
    assert.deepEqual(verdict, { state: "error", reason: "invalid_account" })
  }
})

test("a file is written, found to be what was said, and handed over", async (t) => {
  const { folder, exchange } = world(t)
  await exchange.identify(null, "mark")
  const file = fileOf("debits", [{ orders: [bankOrder(1), bankOrder(2)] }])
  const { bytes, sha256 } = await exchange.write(file, "debits-7-1")
  assert.deepEqual(await exchange.write(file, "debits-8-1"), { bytes, sha256 })
  await exchange.send("debits-7-1", "debits-20260105-1.xml")
  const sent = readFileSync(join(folder, "out", "debits-20260105-1.xml"))
  assert.equal(sent.length, bytes)
  assert.equal(createHash("sha256").update(sent).digest("hex"), sha256)
  await exchange.discard("debits-8-1")
  assert.deepEqual(readdirSync(join(folder, "work")), [])
})

test("a file that holds other orders than were said isn't written at all", async (t) => {
  const { folder, exchange } = world(t)
  await exchange.identify(null, "mark")
  const file = fileOf("debits", [{ orders: [bankOrder(1)], count: 2 }])
  await assert.rejects(exchange.write(file, "debits-7-1"), /were said/)
  assert.deepEqual(readdirSync(join(folder, "work")), [])
})

test("a bank's file is taken, read and kept; it reads the same once more", async (t) => {
  const { folder, exchange, id, rested } = world(t)
  await exchange.identify(null, "mark")
  const written = [...writeNotification(account([movement(1), movement(2)]))].join("")
  writeFileSync(join(folder, "in", "camt 054.xml"), written)
  const [arrived] = await rested()
  const file = id()
  assert.equal(await exchange.take(arrived!, file), true)
  const first = await sayings(exchange.read(file))
  assert.deepEqual(
    first.map(({ said }) => said),
    ["header", "line", "line", "end"],
  )
  assert.deepEqual(await sayings(exchange.read(file)), first)
  await exchange.keep(file, arrived!.name, "archive", null)
  assert.ok(existsSync(join(folder, "archive", "2026-01-05", `${file}-camt_054.xml`)))
})

test("the far side works before each look, and what it answers is told of", async (t) => {
  let worked = 0
  const far: FarSide = {
    work: async () => {
      worked += 1
      if (worked === 1) {
        const path = join(folder, "in", ".a.xml")
        writeFileSync(path, "a")
        renameSync(path, join(folder, "in", "a.xml"))
      }
    },
    simulate: async () => [],
  }
  const { folder, exchange, rail, rested } = world(t, far)
  assert.equal(rail.simulate, far.simulate)
  await exchange.identify(null, "mark")
  assert.equal((await rested()).length, 1)
  assert.equal(worked, 2)
})

/** Runs work while it counts how long the event loop was kept from turning. */
async function longestStretchMs(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let before = performance.now()
  let running = true
  const turn = () => {
    const now = performance.now()
    longest = Math.max(longest, now - before)
    before = now
    if (running) setImmediate(turn)
  }
  setImmediate(turn)
  await work()
  running = false
  return longest
}

const MANY = 8_000

test("a long file is written and read without keeping others waiting", async (t) => {
  const { folder, exchange, id, rested } = world(t)
  await exchange.identify(null, "mark")
  const orders: FileOrder[] = Array.from({ length: MANY }, (_, at) => bankOrder(at))
  const file = fileOf("debits", [{ orders }])
  const writing = await longestStretchMs(() => exchange.write(file, "p"))
  const movements = orders.map((_, at) => movement(at))
  writeFileSync(join(folder, "in", "a.xml"), [...writeNotification(account(movements))].join(""))
  const [arrived] = await rested()
  const taken = id()
  await exchange.take(arrived!, taken)
  const heard: BankLine[] = []
  const reading = await longestStretchMs(async () => {
    for await (const said of exchange.read(taken)) if (said.said === "line") heard.push(said)
  })
  assert.equal(heard.length, MANY)
  assert.equal(heard.at(-1)?.endToEndId, idOf(MANY - 1))
  assert.deepEqual(heard[1]?.about, { of: "order", id: fromFileId(idOf(1)) })
  // A piece of 64 KB takes a few milliseconds; a whole file would take seconds.
  assert.ok(writing < 200, `writing kept others ${writing} ms`)
  assert.ok(reading < 200, `reading kept others ${reading} ms`)
})
