/**
 * A core over the simulator without a server of its own, which tells receivers over plain http:
 * what is quick to start, to kill and to start again.
 */
import { request } from "node:http"
import { makeIds, type TestClock } from "../../src/clock.ts"
import { type Core, openCore } from "../../src/core/core.ts"
import type { Send, Sent } from "../../src/core/loops/deliver.ts"
import { makePasswords } from "../../src/core/password.ts"
import { masterKey, openKeyring } from "../../src/core/seal.ts"
import type { Database, Writer } from "../../src/db/database.ts"
import { makeSimulator, type Simulator } from "../../src/rails/simulator/index.ts"
import { testVoice } from "./core.ts"

export type BareCore = {
  readonly core: Core
  readonly rail: Simulator
  /** What it logged as an error. */
  readonly faults: readonly string[]
}

type BareParts = {
  readonly database: Database
  readonly clock: TestClock
  /** Where the simulated world keeps its books. */
  readonly dir: string
  /** A connection of the database's for the engine; a new one when left out. */
  readonly writer?: Writer
  /** What stands between the core and its rail. */
  readonly rail?: (real: Simulator) => Simulator
  /** Hears that all of a message left. */
  readonly posted?: () => void
  readonly send?: (real: Send) => Send
}

/** Opens one; its loops run when they are told to. */
export function bareCore({ database, clock, dir, ...over }: BareParts): BareCore {
  // Ids need real time: two cores on one database must not make the same.
  const ids = makeIds({ ...clock, now: () => new Date(performance.timeOrigin + performance.now()) })
  const simulator = makeSimulator({ clock, ids, dir, publicUrl: "http://127.0.0.1:1" })
  const rail = over.rail?.(simulator) ?? simulator
  const post = poster(over.posted)
  const faults: string[] = []
  const core = openCore({
    mode: "sandbox",
    publicUrl: "http://127.0.0.1:1",
    database,
    clock,
    ids,
    keyring: openKeyring(ids, { current: masterKey(Buffer.alloc(32, 7)) }),
    passwords: makePasswords(ids),
    rails: [rail],
    defaultRails: [rail.name],
    voices: [testVoice],
    ...(over.writer && { writer: () => over.writer! }),
    send: over.send?.(post) ?? post,
    checkAddress: async () => null,
    metrics: { count: () => {}, gauge: () => {}, observe: () => {} },
    log: {
      info: () => {},
      warn: () => {},
      error: (about, text) => {
        const { err } = about as { readonly err?: Error }
        faults.push(`${text}: ${err?.message}`)
      },
    },
  })
  return { core, rail, faults }
}

/** Posts to a receiver on loopback, over a connection for each message. */
function poster(posted: () => void = () => {}): Send {
  return ({ url, headers, body, timeoutMs }) =>
    new Promise<Sent>((resolve) => {
      const failed = (error: Error) =>
        resolve({ kind: "failed", why: "network", message: error.message })
      const sending = request(url, { method: "POST", headers, timeout: timeoutMs, agent: false })
      sending.once("error", failed)
      sending.once("finish", posted)
      sending.once("response", (response) => {
        response.resume()
        response.once("error", failed)
        response.once("end", () =>
          resolve({ kind: "answered", status: response.statusCode!, body: "" }),
        )
      })
      sending.end(body)
    })
}
