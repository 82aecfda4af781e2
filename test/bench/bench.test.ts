/** Each bench runs, on a small scale: its parts fit together, and what it counts adds up. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { findAnvil } from "../../src/anvil/index.ts"
import { endProcessesIn, processesOf } from "../support/leftovers.ts"

const RUN = join(import.meta.dirname, "..", "..", "bench", "run.ts")
/** Both cores may be busy with other tests. */
const GIVE_UP_MS = 120_000

/** Signals that are one request come so close together, and are not taken for one by the kernel. */
const APART_MS = 20
/** A gateway that stops and a database that is closed, on a busy machine. */
const GONE_MS = 20_000

type Figure = { readonly name: string; readonly value: number; readonly ratio: number | null }
/** From and to, both included. A small scale on a busy machine proves no speed. */
type Bounds = readonly [least: number, most: number]

/** On the run's own PostgreSQL, where there is one: starting another takes seconds. */
function start(...words: readonly string[]) {
  return startOn(process.env["CAUDAL_TEST_DATABASE_URL"], words)
}

function startOn(url: string | undefined, words: readonly string[]) {
  const { DATABASE_URL: _, ...rest } = process.env
  const child = spawn(process.execPath, [RUN, ...words], {
    env: { ...rest, ...(url && { DATABASE_URL: url }) },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: GIVE_UP_MS,
  })
  const said = { out: "", err: "" }
  child.stdout.on("data", (text) => {
    said.out += text
  })
  child.stderr.on("data", (text) => {
    said.err += text
  })
  return { child, said, ended: once(child, "close") }
}

const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith("caudal-bench-"))

const TABLE: readonly [name: string, bounds: Readonly<Record<string, Bounds>>][] = [
  [
    "follow",
    {
      "behind, at the end": [0, 20],
      "transfers that paid": [4, 200],
      "not booked exactly once": [0, 0],
      "booked otherwise": [0, 0],
      "not called back exactly once": [0, 0],
      "rows that the books disagree on": [0, 0],
      "block to callback, median": [1, 10_000],
      CPU: [0.001, 2],
    },
  ],
  [
    "create",
    {
      "create: payments in all": [100, 1_000_000],
      "create: wrong answers": [0, 0],
      "create: rows without an answer, or the reverse": [0, 0],
      "create: rows that only one side writes": [0, 0],
      "create: rows of the store that does nothing": [0, 0],
      "create.vs-nothing": [0, 1_000_000],
      ...Object.fromEntries(
        ["native", "pentagoo", "palomma-pay", "palomma-direct-debit", "tapila"].flatMap((name) => [
          [`create.${name}`, [0, 1_000_000]],
          [`create.${name}, CPU of the server`, [0.001, 1_000]],
        ]),
      ),
      ...(findAnvil() && {
        "create.evm": [0, 1_000_000],
        "create: evm payments without an answer, or the reverse": [0, 0],
        "create: payments without an address": [0, 0],
        "create: addresses given twice": [0, 0],
        "create: indexes left out": [0, 0],
      }),
    },
  ],
  [
    "life",
    {
      life: [0.1, 1_000_000],
      "life, CPU of the server": [0.01, 1_000],
      "life: wrong answers": [0, 0],
      "life: payments without an answer, or the reverse": [0, 0],
      "life: books that don't add up": [0, 0],
      "life: payments without their two events": [0, 0],
      "life: ends without their delivery, or the reverse": [0, 0],
      "life: not told": [0, 0],
      "life: not marked as told": [0, 0],
      "life: ends that were not heard of": [0, 0],
      "life: messages that are not signed right": [0, 0],
    },
  ],
  [
    "hot",
    {
      hot: [1, 1_000_000],
      "hot, CPU of the server": [0.001, 1_000],
      "hot: wrong answers": [0, 0],
      "hot: transfers without an answer, or the reverse": [0, 0],
      "hot: centavos astray": [0, 0],
      "hot: books that don't add up": [0, 0],
    },
  ],
  [
    "two-nodes",
    {
      "two-nodes": [1, 1_000_000],
      "two-nodes: errors": [0, 0],
      "two-nodes: deadlocks": [0, 0],
      "two-nodes: differing answers": [0, 0],
      "two-nodes: payments without an answer, or the reverse": [0, 0],
      "two-nodes: top-ups without an answer, or the reverse": [0, 0],
      "two-nodes: payments with a gap in their events": [0, 0],
      "two-nodes: books that don't add up": [0, 0],
    },
  ],
  [
    "poison",
    {
      "poison, 0.1 %": [1, 1_000_000],
      "poison, 1 %": [1, 1_000_000],
      "poison: refused": [1, 100_000],
      "poison: neighbours hurt": [0, 0],
      "poison: poisoned that got through": [0, 0],
      "poison: payments without an answer, or the reverse": [0, 0],
    },
  ],
  [
    "pay-page",
    {
      "page, median": [0.1, 10_000],
      "CPU of the gateway for one": [0.05, 100],
      asked: [20, 400],
      "wrong answers": [0, 0],
    },
  ],
  [
    "bank-files",
    {
      writing: [0.1, 60],
      booking: [0.1, 60],
      "API's p99 while writing": [0.1, 10_000],
      "API's p99 while booking": [0.1, 10_000],
      "debits that left not exactly once": [0, 0],
      "debits not settled": [0, 0],
      "transfers too many or missing": [0, 0],
      wrong: [0, 0],
    },
  ],
  [
    "deliver",
    {
      deliver: [10, 100_000],
      "deliver, to one receiver": [10, 100_000],
      "deliver, beside a hanging receiver: p99": [0.1, 10_000],
      "deliver, CPU of the gateway for one": [0.001, 10],
      "deliver: delivered in all": [1_000, 20_000],
      "deliver: not received": [0, 0],
      "deliver: received again": [0, 0],
      "deliver: wrong signatures": [0, 0],
      "deliver: received and not marked, or the reverse": [0, 0],
      "deliver: marked by more tries than one": [0, 0],
    },
  ],
  [
    "recharges",
    {
      recharges: [20, 400],
      "CPU of the gateway for a recharge": [0.05, 100],
      "look-ups": [40, 800],
      "wrong answers": [0, 0],
      "confirmed without an answer, or the reverse": [0, 0],
      "recharges without an end": [0, 0],
      "centavos astray": [0, 0],
    },
  ],
  [
    "latency",
    {
      "latency.p50": [0.05, 10_000],
      "latency.p99": [0.1, 10_000],
      "latency: asked": [20, 200],
      "latency: wrong answers": [0, 0],
      "latency: payments without an answer, or the reverse": [0, 0],
    },
  ],
  [
    "memory",
    {
      "memory.idle": [80, 1_000],
      "memory.load": [60, 1_000],
      "memory: creates": [10, 50_000],
      "memory: wrong answers": [0, 0],
      "memory: payments without an answer, or the reverse": [0, 0],
    },
  ],
  [
    "start",
    {
      "start.warm": [0.1, 30],
      "start.cold": [0.2, 60],
      "start: wrong answers": [0, 0],
      "start: payments lost between starts": [0, 0],
    },
  ],
  [
    "growth",
    {
      "growth.create": [10, 20_000],
      "growth.list, p99": [0.1, 10_000],
      "growth: lists": [300, 900],
      "growth: creates": [20, 50_000],
      "growth: wrong answers": [0, 0],
      "growth: rows without an answer, or the reverse": [0, 0],
    },
  ],
  [
    "first-load",
    {
      // What the line itself takes is the least.
      "largest paint, DevTools' slow 4G": [562, 20_000],
      "largest paint, Lighthouse's": [150, 20_000],
      "bytes of all that is loaded": [3_000, 29_999],
      "requests that rendering waits for": [1, 1],
    },
  ],
]

for (const [name, bounds] of TABLE) {
  test(`${name} measures, compares with its control and leaves nothing behind`, async () => {
    const before = left()
    // A block comes each second: less than two have nothing to follow.
    const long = name === "follow" ? ["--seconds", "2"] : []
    const { ended, said } = start(name, "--short", "--json", ...long)
    const [code] = await ended
    assert.ok((code === 0 || code === 1) && said.out !== "", `${code}\n${said.err}`)
    const figures: readonly Figure[] = JSON.parse(said.out)
    const missed = figures.filter((each) => "met" in each && each.met === false)
    assert.equal(code, missed.length === 0 ? 0 : 1, "a bar that is missed is a failure")
    for (const [figure, [least, most]] of Object.entries(bounds)) {
      const found = figures.find((each) => each.name === figure)
      const fits = found && found.value >= least && found.value <= most
      const about = `${said.out}${said.err}`
      assert.ok(fits, `${figure}: ${found?.value}, not ${least} to ${most}\n${about}`)
    }
    assert.ok(figures.some(({ ratio }) => ratio !== null && ratio > 0))
    assert.deepEqual(left(), before)
  })
}

test("a bench that is interrupted stops what it has started", async () => {
  const before = left()
  const { child, ended, said } = start("follow", "--short", "--seconds", "5")
  const runs = () => left().some((name) => existsSync(join(tmpdir(), name, "data", "sandbox.json")))
  while (!runs() && child.exitCode === null) await sleep(50)
  child.kill("SIGINT")
  assert.deepEqual((await ended).slice(0, 1), [1], said.err)
  assert.equal(said.err.trim(), "stopped")
  assert.deepEqual(left(), before)
})

const ENDS: readonly [how: string, signals: readonly NodeJS.Signals[], says: string][] = [
  // So do `timeout`, and npm, which passes on what the terminal has told everybody.
  ["told to end twice at once", ["SIGTERM", "SIGTERM"], "stopped"],
  ["killed", ["SIGKILL"], ""],
]
const IS_LINUX = process.platform === "linux"

for (const [how, signals, says] of ENDS) {
  const title = `a bench that is ${how} leaves neither server nor database running`
  test(title, { skip: !IS_LINUX }, async (t) => {
    const before = left()
    const { child, ended, said } = startOn(undefined, ["latency", "--short", "--seconds", "20"])
    const made = () => left().find((name) => !before.includes(name))
    const runs = (name = made()) =>
      name !== undefined && existsSync(join(tmpdir(), name, "latency", "sandbox.json"))
    while (!runs() && child.exitCode === null) await sleep(20)
    const folder = join(tmpdir(), made()!)
    t.after(async () => {
      await endProcessesIn(folder)
      rmSync(folder, { recursive: true, force: true })
    })
    for (const signal of signals) {
      child.kill(signal)
      await sleep(APART_MS)
    }
    await ended
    assert.equal(said.err.trim(), says)
    const giveUpMs = performance.now() + GONE_MS
    while (processesOf(folder).length > 0 && performance.now() < giveUpMs) await sleep(20)
    assert.deepEqual(processesOf(folder), [])
  })
}

test("a bench that fails is told of, and the next one runs all the same", async () => {
  const nowhere = "postgres://caudal@127.0.0.1:1/nowhere"
  const { ended, said } = startOn(nowhere, ["pay-page", "recharges", "--short", "--json"])
  assert.deepEqual((await ended).slice(0, 1), [1])
  assert.deepEqual(JSON.parse(said.out), [])
  for (const name of ["pay-page", "recharges"])
    assert.match(said.err, new RegExp(`^${name} failed:`, "m"))
})

test("a name that is no bench is answered with those that are", async () => {
  const { ended, said } = start("fallow")
  assert.deepEqual((await ended).slice(0, 1), [2])
  for (const [name] of TABLE) assert.match(said.err, new RegExp(`^ {2}${name} `, "m"))
})
