/**
 * A core in a process of its own that lives one life and kills itself at one gate of it: `node
 * point-node.ts`, which is told as JSON on its standard input what to live.
 */
import { readFileSync, writeSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { testClock } from "../../src/clock.ts"
import { openDatabase } from "../../src/db/database.ts"
import { bareCore } from "./bare-core.ts"
import { gatedDatabase, gatedRail, makeGates } from "./gates.ts"
import { lifeOf } from "./lives.ts"

export type PointNode = {
  readonly databaseUrl: string
  /** Where the simulated world keeps its books. */
  readonly dir: string
  readonly merchantId: string
  /** The instant at which it begins, in milliseconds. */
  readonly nowMs: number
  readonly life: string
  /** The gate at which it dies; null: it lives to its end. */
  readonly gate: string | null
}

/** What it says, a line each: nothing of it can be lost by its death. */
export type Said =
  | { readonly kind: "clock"; readonly nowMs: number }
  | { readonly kind: "answer"; readonly step: number; readonly answer: string }
  | { readonly kind: "over"; readonly met: readonly string[]; readonly faults: readonly string[] }

const say = (said: Said) => void writeSync(1, `${JSON.stringify(said)}\n`)

async function run(given: PointNode): Promise<void> {
  const gates = makeGates(given.gate)
  const clock = testClock(new Date(given.nowMs))
  const real = openDatabase({ url: given.databaseUrl, poolSize: 1 })
  const { core, faults } = bareCore({
    database: gatedDatabase(real, gates),
    clock,
    dir: given.dir,
    rail: (rail) => gatedRail(rail, gates),
    posted: () => gates.come("during the post of a webhook"),
    send: (post) => async (request) => {
      gates.come("before the post of a webhook")
      const sent = await post(request)
      gates.come("after the post of a webhook")
      return sent
    },
  })
  const merchant = (await core.merchants.find(given.merchantId))!
  const wait = (ms: number) => {
    clock.advance(ms)
    say({ kind: "clock", nowMs: clock.now().getTime() })
  }
  gates.open(true)
  for (const [at, step] of lifeOf(given.life).steps.entries()) {
    const answer = await step.ask({ core, merchant, wait })
    gates.come("before the answer leaves")
    say({ kind: "answer", step: at, answer })
    gates.come("after the answer left")
  }
  gates.open(false)
  say({ kind: "over", met: gates.met, faults })
  await real.close()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await run(JSON.parse(readFileSync(0, "utf8")))
  process.exit(0)
}
