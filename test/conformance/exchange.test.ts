/** What every rail must do whose orders and answers are files. A new one needs its samples. */
import assert from "node:assert/strict"
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { makeIds, testClock } from "../../src/clock.ts"
import {
  type BankLine,
  type Exchange,
  type FileKind,
  type FileOrder,
  FolderLost,
  type Rail,
  type Said,
} from "../../src/core/index.ts"
import { makeRails } from "../../src/rails/index.ts"
import { bankOrder, fileOf } from "../support/bank-files.ts"

/** How to bring a rail into the situations that all of them must master. */
type Samples = {
  /** The folder that it exchanges over, below the data folder. */
  readonly folder: string
  /** Where the bank finds what was sent, and puts what it answers. */
  readonly out: string
  readonly in: string
  /** The account of ours in a sandbox, and an asset that it has none for. */
  readonly account: string
  readonly asset: string
  readonly foreign: string
  /** Orders as the core makes them; those that can't stand in a file. */
  order(number: number, more?: Partial<FileOrder>): FileOrder
  readonly flawed: readonly Partial<FileOrder>[]
  /** After this time everything that was sent is answered, and came to rest. */
  readonly overMs: number
}

const { target } = bankOrder(0)
const SAMPLES: Readonly<Record<string, Samples>> = {
  "bank-files": {
    folder: "bank-files",
    out: "out",
    in: "in",
    account: "sandbox",
    asset: "COP",
    foreign: "USD",
    order: bankOrder,
    flawed: [
      { target: { ...target, bank: "nobodys" } },
      { target: { ...target, accountNumber: "" } },
      { target: {} },
      { amount: 0n },
    ],
    overMs: 10_000,
  },
}

const PARTS = { mode: "sandbox", publicUrl: "http://127.0.0.1:1" } as const
const STEP_MS = 1_000

type Exchanging = Rail & { readonly exchange: Exchange }
const hasExchange = (rail: Rail): rail is Exchanging => rail.exchange !== undefined

const names = makeRails({
  ...PARTS,
  clock: testClock(),
  ids: makeIds(testClock()),
  dataDir: null,
})
  .filter(hasExchange)
  .map(({ name }) => name)

function world(t: TestContext, name: string) {
  const dataDir = mkdtempSync(join(tmpdir(), "caudal-exchange-"))
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const clock = testClock()
  const ids = makeIds(clock)
  /** The same rail as another process has it, or the next one after a crash. */
  const another = (dir: string | null = dataDir): Exchanging => {
    const rail = makeRails({ ...PARTS, clock, ids, dataDir: dir }).find(
      (each) => each.name === name,
    )
    assert.ok(rail && hasExchange(rail))
    return rail
  }
  const samples = SAMPLES[name]
  assert.ok(samples, `${name} has no row in SAMPLES`)
  const rail = another()
  const at = (folder: string) => join(dataDir, samples.folder, folder)
  return {
    rail,
    exchange: rail.exchange,
    samples,
    clock,
    ids,
    another,
    path: at,
    list: (folder: string) => readdirSync(at(folder)).sort(),
    file(kind: FileKind, numbers: readonly number[]) {
      const of = kind === "debits" ? "charge" : "refund"
      const orders = numbers.map((number) => samples.order(number, { kind: of }))
      return fileOf(kind, [{ orders, account: samples.account, asset: samples.asset }])
    },
    /** Looks again and again, as the core does, until all was answered. */
    async answered(which = rail.exchange) {
      for (let ms = 0; ms < samples.overMs; ms += STEP_MS) {
        await which.arrived()
        clock.advance(STEP_MS)
      }
      return which.arrived()
    },
  }
}

async function sayings(exchange: Exchange, id: string): Promise<Said[]> {
  const all: Said[] = []
  for await (const said of exchange.read(id)) all.push(said)
  return all
}

for (const name of names) {
  test(`${name}: is never begun, and charges nobody without a mandate`, async (t) => {
    const { rail, samples } = world(t, name)
    assert.equal(rail.needsMandate, true)
    assert.equal(rail.custodian, "gateway")
    assert.equal(rail.lookDelayMs?.(0, "bank"), null)
    await assert.rejects(rail.begin(samples.order(1)))
    assert.deepEqual(await rail.observe([samples.order(1)], null), { sightings: [], cursor: null })
    assert.ok(rail.exchange.everyMs > 0 && rail.exchange.ordersMax > 0)
    const { mandate: _, ...without } = samples.order(1).target
    assert.notEqual(rail.exchange.flawOf(samples.order(1, { target: without })), null)
    assert.equal(rail.exchange.flawOf(samples.order(1, { kind: "refund", target: without })), null)
  })

  test(`${name}: is made without a touch of the disk, also where there is no folder`, async (t) => {
    const { another, samples, clock, path } = world(t, name)
    const { exchange } = another(null)
    exchange.dueAt(clock.now())
    exchange.flawOf(samples.order(1))
    assert.equal(existsSync(path("")), false)
    await assert.rejects(exchange.identify(null, "mark"))
    await assert.rejects(async () => exchange.arrived())
  })

  test(`${name}: orders leave later than they are made, and the later never sooner`, (t) => {
    const { exchange, clock, another } = world(t, name)
    let before = clock.now()
    for (let step = 0; step < 200; step += 1) {
      clock.advance(step * 997)
      const due = exchange.dueAt(clock.now())
      assert.ok(due > clock.now() && due >= before)
      assert.deepEqual(another().exchange.dueAt(clock.now()), due)
      before = due
    }
  })

  test(`${name}: an order has an account and a day to come, or a sentence says why not`, (t) => {
    const { exchange, samples, clock } = world(t, name)
    const { account, asset, foreign } = samples
    const slot = exchange.slotOf({ account: null, asset }, clock.now())
    assert.ok(typeof slot !== "string")
    assert.equal(slot.account, account)
    assert.ok(slot.day >= "2026-01-05")
    assert.deepEqual(exchange.slotOf({ account, asset }, clock.now()), slot)
    for (const of of [
      { account: "nobodys", asset },
      { account: null, asset: foreign },
    ]) {
      assert.equal(typeof exchange.slotOf(of, clock.now()), "string")
    }
  })

  test(`${name}: what can't stand in a file is told before, without its values`, (t) => {
    const { exchange, samples } = world(t, name)
    assert.equal(exchange.flawOf(samples.order(1)), null)
    for (const flawed of samples.flawed) {
      const order = samples.order(1, flawed)
      const flaw = exchange.flawOf(order)
      assert.ok(flaw && flaw.why.length > 0)
      const { accountNumber = "", holder } = samples.order(1).target
      assert.ok(!flaw.why.includes(accountNumber) && !flaw.why.includes(holder!.documentNumber))
    }
  })

  test(`${name}: only the folder that is known is worked with`, async (t) => {
    const { exchange, another, path } = world(t, name)
    assert.equal(await exchange.identify(null, "mark-1"), "mark-1")
    assert.equal(await another().exchange.identify("mark-1", "mark-2"), "mark-1")
    await assert.rejects(exchange.identify("mark-3", "mark-4"), FolderLost)
    rmSync(path(""), { recursive: true })
    await assert.rejects(exchange.identify("mark-1", "mark-2"), FolderLost)
    assert.equal(existsSync(path("")), false)
  })

  test(`${name}: a file is the same whenever it is written, and leaves once`, async (t) => {
    const { exchange, another, file, list, path, samples } = world(t, name)
    await exchange.identify(null, "mark")
    for (const kind of ["debits", "credits"] as const) {
      const written = await exchange.write(file(kind, [1, 2, 3]), `${kind}-1`)
      assert.deepEqual(await exchange.write(file(kind, [1, 2, 3]), `${kind}-1`), written)
      const next = another().exchange
      assert.deepEqual(await next.write(file(kind, [1, 2, 3]), `${kind}-2`), written)
      assert.deepEqual(list(samples.out), [], "nobody sees a part")
      await exchange.send(`${kind}-1`, `${kind}.xml`)
      assert.deepEqual(list(samples.out), [`${kind}.xml`])
      assert.equal(readFileSync(join(path(samples.out), `${kind}.xml`)).length, written.bytes)
      rmSync(join(path(samples.out), `${kind}.xml`))
      await next.send(`${kind}-1`, `${kind}.xml`)
      await next.discard(`${kind}-2`)
      await next.discard(`${kind}-2`)
      assert.deepEqual(list(samples.out), [])
    }
  })

  test(`${name}: each answer is told of, taken once, read alike, and kept once`, async (t) => {
    const { exchange, another, file, clock, ids, list, path, samples, answered } = world(t, name)
    await exchange.identify(null, "mark")
    await exchange.write(file("debits", [1, 2]), "part")
    await exchange.send("part", "debits.xml")
    const arrived = await answered()
    assert.ok(arrived.length > 0)
    const lines: BankLine[] = []
    for (const each of arrived) {
      const id = ids.next()
      assert.equal(await exchange.take(each, id), true)
      assert.equal(await another().exchange.take(each, id), true)
      assert.equal(await exchange.take(each, ids.next()), false, "there is only one")
      const said = await sayings(exchange, id)
      assert.deepEqual([said[0]?.said, said.at(-1)?.said], ["header", "end"])
      const read = said.filter((one) => one.said === "line")
      clock.advance(STEP_MS)
      const again = (await sayings(another().exchange, id)).filter((one) => one.said === "line")
      assert.deepEqual(
        again.map(({ fingerprint, position }) => [position, fingerprint]),
        read.map(({ fingerprint, position }) => [position, fingerprint]),
      )
      lines.push(...read)
      for (const which of [exchange, another().exchange]) {
        await which.keep(id, each.name, "archive", null)
      }
    }
    assert.deepEqual(list(samples.in), [])
    const kept = globSync("archive/**/*", { cwd: path(""), withFileTypes: true })
    assert.equal(kept.filter((entry) => entry.isFile()).length, arrived.length)
    assert.equal(new Set(lines.map(({ fingerprint }) => fingerprint)).size, lines.length)
    for (const number of [1, 2]) {
      const { attemptId, amount, asset } = samples.order(number)
      const own = lines.filter(({ about }) => about?.of === "order" && about.id === attemptId)
      const moved = own.filter(({ says }) => says === "credit")
      assert.deepEqual(
        moved.map((line) => [line.amount, line.asset]),
        [[amount, asset]],
      )
    }
    assert.ok(lines.every(({ at }) => at <= clock.now()))
  })
}
