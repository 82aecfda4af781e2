/**
 * A gateway in a process of its own, in a time that runs faster, which kills itself as it comes to
 * a given step of its work: `node bank-node.ts <JSON>`.
 */
import fs from "node:fs/promises"
import { flushCompileCache, syncBuiltinESMExports } from "node:module"
import { fileURLToPath } from "node:url"
import pg from "pg"
import { readConfig } from "../../src/config.ts"
import type { Call } from "../../src/db/database.ts"
import { makeLogger } from "../../src/http/log.ts"
import { type System, startSystem } from "../../src/system.ts"
import { hurry, type Pace, runningClock } from "./running-clock.ts"

/** A step: a file that is moved or opened, or a statement that is sent. */
export type Fault = {
  readonly at: "rename" | "open" | "statement"
  /** Fits the paths, joined by ` -> `, or the statement's text: a regular expression. */
  readonly fits: string
  /** How often it happens before it is the one. */
  readonly after?: number
  /** Whether it is done first; a statement never is. */
  readonly done?: boolean
}
export type BankNode = {
  readonly dataDir: string
  /** Null: an embedded database in the data folder. */
  readonly databaseUrl: string | null
  readonly webhookUrl: string
  readonly pace: Pace
  readonly fault: Fault | null
}
type Step = (...args: never[]) => unknown

/** Dies as the kernel would have it, with nothing said to anybody. */
export function plant({ at, fits, after = 0, done = false }: Fault): void {
  const pattern = new RegExp(fits)
  let left = after
  const isIt = (text: string) => pattern.test(text) && left-- === 0
  const die = () => process.kill(process.pid, "SIGKILL")
  if (at === "statement") {
    const { query } = pg.Client.prototype
    pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
      const [asked] = args as [string | Call | { readonly calls: readonly Call[] }]
      if (textsOf(asked).some(isIt)) die()
      return Reflect.apply(query, this, args)
    } as typeof query
    return
  }
  const real = fs[at] as Step
  const wrapped = async (...args: never[]) => {
    const isHere = isIt(at === "rename" ? args.slice(0, 2).join(" -> ") : String(args[0]))
    if (isHere && !done) die()
    const answer = await real(...args)
    if (isHere) die()
    return answer
  }
  Object.assign(fs, { [at]: wrapped })
  // Whoever imported it has this one from now on.
  syncBuiltinESMExports()
}

/** A round has many of them, and is sent as a whole. */
function textsOf(asked: string | Call | { readonly calls: readonly Call[] }): readonly string[] {
  if (typeof asked === "string") return [asked]
  return "calls" in asked ? asked.calls.map(({ text }) => text) : [asked.text]
}

/** Starts a gateway in its faster time, which ends by SIGTERM. */
export async function startNode(about: Omit<BankNode, "fault">): Promise<System> {
  const { dataDir, databaseUrl, webhookUrl, pace } = about
  // One that is killed leaves nothing for the next, which begins in half the time with it.
  flushCompileCache()
  hurry(pace.speed)
  const config = readConfig(
    {
      PORT: "0",
      DATABASE_URL: databaseUrl ?? "",
      CAUDAL_DATA_DIR: dataDir,
      CAUDAL_SANDBOX_WEBHOOK_URL: webhookUrl,
      CAUDAL_SANDBOX_CHAIN: "0",
    },
    dataDir,
  )
  const log = makeLogger({ level: config.logLevel })
  const system = await startSystem({ config, log, clock: runningClock(pace) })
  process.once("SIGTERM", () => void system.stop().then(() => process.exit(0)))
  return system
}

async function run({ fault, ...about }: BankNode): Promise<void> {
  if (fault) plant(fault)
  const system = await startNode(about)
  const merchant = (await system.core.merchants.findByName("Demo"))!
  await system.core.route(merchant.id, { rails: { bank: "bank-files" } })
  process.stdout.write("ready\n")
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run(JSON.parse(process.argv[2]!))
