/** Kills on purpose: at every gate of a payment's life, or at random under load. */
import { join } from "node:path"
import { parseArgs } from "node:util"
import type { Cleanup } from "../support/database.ts"
import { startTestServer } from "../support/server.ts"
import { makeRunFolders } from "../support/temporary.ts"
import { dieAt, listPoints } from "./points.ts"
import { killAtRandom, type Summary, VICTIMS } from "./random.ts"

const USAGE = `Usage: npm run kill -- --points [--list]
       npm run kill -- --random KILLS [--seed NUMBER] [--seconds SECONDS]

  --points   a core is killed at each point at which it waits for something, and checked
  --list     only says which points there are
  --random   a gateway, its database or both are killed so often while payments are created
  --seed     chooses who is killed, and when; 1 when left out
  --seconds  no more is killed after so long`

/** As many lives at once as the smallest machine has cores. */
const WORLDS = 2
const KILLS_MAX = 100_000
/** Progress is told so often, in kills. */
const EVERY = 10

const stopping = new AbortController()
process.once("SIGINT", () => stopping.abort())
process.once("SIGTERM", () => stopping.abort())

/** Nothing was tried: another end than that of a proof that failed. */
function stop(sentence: string): never {
  console.error(`${sentence}\n${USAGE}`)
  process.exit(2)
}

function options() {
  try {
    return parseArgs({
      options: {
        points: { type: "boolean", default: false },
        list: { type: "boolean", default: false },
        random: { type: "string" },
        seed: { type: "string", default: "1" },
        seconds: { type: "string" },
      },
    }).values
  } catch (error) {
    return stop((error as Error).message)
  }
}

function whole(name: string, text: string, most: number): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || number < 1 || number > most) {
    stop(`--${name}: ${text} is no number from 1 to ${most}`)
  }
  return number
}

/** What was set up is undone, last first, whatever became of the work. */
async function withCleanup<Answer>(work: (context: Cleanup) => Promise<Answer>): Promise<Answer> {
  const steps: (() => Promise<void>)[] = []
  try {
    return await work({ after: (step) => void steps.push(step) })
  } finally {
    for (const step of steps.toReversed()) await step()
  }
}

/** Gives the worlds a server where the tests' own lies: in memory, if there is enough. */
async function prepareServer(context: Cleanup): Promise<void> {
  const { folder, remove, temporary } = makeRunFolders()
  context.after(async () => remove())
  process.env.TMPDIR = temporary
  const server = await startTestServer(join(folder, "server"))
  context.after(() => server.stop())
  process.env.CAUDAL_TEST_DATABASE_URL = server.url
}

/** Whether a core came through its death at every point. */
async function points(onlyList: boolean): Promise<boolean> {
  return withCleanup(async (context) => {
    const beganMs = performance.now()
    await prepareServer(context)
    // Only now: as it is loaded it learns which server there is.
    const { openPointWorld } = await import("../support/point-world.ts")
    const worlds = await Promise.all(Array.from({ length: WORLDS }, () => openPointWorld(context)))
    const all = await listPoints(worlds)
    if (onlyList) {
      for (const { life, gate } of all) console.log(`${life}: ${gate}`)
      console.log(`${all.length} points`)
      return true
    }
    const told = (done: number) => {
      if (done % EVERY === 0) console.log(`${done} of ${all.length}`)
    }
    const { died, failed, unreached } = await dieAt(worlds, all, told, stopping.signal)
    for (const { error, gate, life } of failed) console.error(`${life}: ${gate}:`, error)
    for (const { gate, life } of unreached) console.log(`not come to again: ${life}: ${gate}`)
    const lives = Map.groupBy(died, ({ life }) => life)
    for (const [life, each] of lives) console.log(`${life}: killed at ${each.length} points`)
    const seconds = ((performance.now() - beganMs) / 1_000).toFixed(0)
    console.log(
      `${died.length} of ${all.length} points, ${failed.length} failed, ${seconds} s in all`,
    )
    return failed.length === 0 && died.length + unreached.length === all.length
  })
}

/** Whether nothing was lost, doubled, changed or forgotten. */
async function random(kills: number, seed: number, seconds: number | null): Promise<boolean> {
  const progress = (done: number) => {
    if (done % EVERY === 0) console.log(`${done} kills`)
  }
  const wanted = { kills, seed, seconds, progress, signal: stopping.signal }
  const summary = await withCleanup((context) => killAtRandom(context, wanted))
  for (const line of linesOf(summary, seed)) console.log(line)
  const { changed, doubled, lost, untold, wrong } = summary
  return [changed, doubled, lost, untold, wrong].every((count) => count === 0)
}

function linesOf(summary: Summary, seed: number): string[] {
  const { acknowledged, changed, doubled, kills, lost, told, tries, untold, wrong } = summary
  const sorted = summary.recoveriesMs.toSorted((a, b) => a - b)
  const at = (ms: number | undefined) => (ms === undefined ? "-" : `${(ms / 1_000).toFixed(2)} s`)
  return [
    `kills (seed ${seed}): ${VICTIMS.map((victim) => `${victim} ${kills[victim]}`).join(", ")}`,
    `payments: acknowledged ${acknowledged}, lost ${lost}, doubled ${doubled}`,
    `webhooks: told ${told} in ${tries} tries, changed ${changed}, never told ${untold}`,
    `books: ${wrong === 0 ? "right" : `${wrong} things are wrong`}`,
    `served again after ${at(sorted[sorted.length >> 1])} (median), ${at(sorted.at(-1))} (worst)`,
  ]
}

const { list, points: atPoints, random: times, seconds, seed } = options()
if (atPoints === (times !== undefined)) stop("Either --points or --random is needed.")
const right = atPoints
  ? await points(list)
  : await random(
      whole("random", times!, KILLS_MAX),
      whole("seed", seed, 2 ** 32 - 1),
      seconds === undefined ? null : whole("seconds", seconds, 1_000_000),
    )
process.exitCode = right ? 0 : 1
