/** One life of a node: the whole program but its sockets, on a database of its own connections. */
import type { FastifyBaseLogger, InjectOptions, LightMyRequestResponse as Response } from "fastify"
import { type Core, type CoreParts, openCore } from "../../src/core/core.ts"
import type { Passwords } from "../../src/core/password.ts"
import { masterKey, openKeyring } from "../../src/core/seal.ts"
import type { Database } from "../../src/db/database.ts"
import { dialects } from "../../src/dialects/index.ts"
import { NodeFailure } from "../../src/rails/evm/rpc.ts"
import { type Connections, gatedDatabase } from "./connections.ts"
import { openDoors } from "./doors.ts"
import { isPlanted } from "./faults.ts"
import type { Rails } from "./rails.ts"
import { seededIds } from "./random.ts"
import type { Receivers } from "./receivers.ts"
import type { Scheduler } from "./scheduler.ts"
import { inContext, type Life } from "./time.ts"

/**
 * Account numbers begin with it; nothing that is kept or told may show it. What is sealed is read
 * as hex: of seven digits, one of some ten thousand seeds had them in it by chance.
 */
export const NUMBERS_BEGIN = "73409152684"
export const PUBLIC_URL = "http://torture.example"

/** The installation's key: the same for the base that every seed begins from. */
const KEY = masterKey(Buffer.alloc(32, 7))

/**
 * Passwords without their price: the real ones are made in threads, which come back in any order,
 * and what they cost is tested where they are.
 */
const PASSWORDS: Passwords = {
  hashPassword: async (password) => `plain ${password}`,
  verifyPassword: async (password, stored) => stored === `plain ${password}`,
}

const NO_METRICS = { count() {}, gauge() {}, observe() {} }

const NO_RATE = "its rate is not known now"

/** What a node says rightly when answers are held back, or hours pass while it is at work. */
function isLate(error: unknown): boolean {
  // What is said of a chain's nodes: in the end all was read, or a check fails.
  if (error === NO_RATE || error instanceof NodeFailure) return true
  if (!(error instanceof Error)) return false
  return error.name === "Unavailable" || /^no answer within \d+ ms$/.test(error.message)
}

export type Node = {
  readonly life: Life
  readonly core: Core
  /** Sends a request, as if it came by the network. */
  ask(request: InjectOptions): Promise<Response>
  readonly connections: Connections
  /** Gives up what it has open; its connections stay. */
  close(): Promise<void>
}

export type NodeParts = {
  /** Its connections, which others may have used before and will use again. */
  readonly real: Database
  readonly seed: number
  readonly life: Life
  readonly scheduler: Scheduler
  readonly rails: Rails
  readonly receivers: Receivers
  /** What nodes told their logs of faults that nobody planted. */
  readonly faults: string[]
}

/** What a node and its server say: faults that nobody planted, and every word for the history. */
function loggerOf({ faults, life, scheduler }: NodeParts): FastifyBaseLogger & CoreParts["log"] {
  const quiet = () => undefined
  const error = (about: object, text: string) => {
    const { err = JSON.stringify(about) } = about as { readonly err?: unknown }
    warn(about, text)
    // Its gate has told of it, and of an outage a server speaks once a second.
    if (isPlanted(err)) return
    if (!isLate(err)) faults.push(`${life.name}: ${text}: ${err}`)
    scheduler.tell(`${life.name} says: ${text}: ${err}`)
  }
  const warn = (about: object, text: string) => {
    const { err } = about as { readonly err?: unknown }
    const whole = `${text} ${JSON.stringify(about)} ${err}`
    if (whole.includes(NUMBERS_BEGIN)) faults.push(`${life.name}: a log shows an account number`)
  }
  const logger = { level: "error", info: warn, warn, debug: quiet, trace: quiet, error }
  const whole = { ...logger, fatal: error, silent: quiet, child: () => whole }
  return whole as unknown as FastifyBaseLogger & CoreParts["log"]
}

/** Builds a node; its loops don't run yet. */
export async function openNode(parts: NodeParts): Promise<Node> {
  const { life, rails, real, receivers, scheduler, seed } = parts
  const connections = gatedDatabase(scheduler, life, real)
  const clock = life.time.clockOf(life)
  const ids = seededIds(clock, seed, life.name)
  const log = loggerOf(parts)
  const core = openCore({
    mode: "sandbox",
    publicUrl: PUBLIC_URL,
    database: connections.database,
    clock,
    ids,
    keyring: openKeyring(ids, { current: KEY }),
    passwords: PASSWORDS,
    rails: rails.forNode(clock),
    defaultRails: rails.chain ? ["evm", "simulator"] : ["simulator"],
    voices: dialects,
    send: (request) =>
      scheduler.pass("send", new URL(request.url).pathname.slice(1), (fault) =>
        receivers.take(request, fault),
      ),
    checkAddress: async () => null,
    metrics: NO_METRICS,
    log,
  })
  const doors = openDoors({ core, log })
  return {
    ...{ life, core, connections },
    ask: doors.ask,
    async close() {
      doors.close()
      await connections.drop()
    },
  }
}

/** Starts a node's loops, which never end by themselves: a life ends by a crash. */
export function startLoops({ core, life }: Node): void {
  inContext({ life, origin: "loops" }, () => void core.start())
}
