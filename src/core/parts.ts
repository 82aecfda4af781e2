/** What a core is put together from: what it is given, and by whom it is used. */
import type { Clock, Ids } from "../clock.ts"
import type { Database, Writer } from "../db/database.ts"
import type { Actor } from "./audit/entry.ts"
import type { DialectDoor, DialectVoice } from "./dialect.ts"
import type { Send } from "./loops/deliver.ts"
import type { Passwords } from "./password.ts"
import type { Rail } from "./rail.ts"
import type { Keyring } from "./seal.ts"
import type { Movable } from "./test-clock/test-clock.ts"
import type { Tracing } from "./tracing.ts"

/** A place for figures; http gives the one behind /metrics. */
export type Metrics = {
  count(name: string, labels?: Record<string, string>, by?: number): void
  gauge(name: string, value: number, labels?: Record<string, string>): void
  observe(name: string, seconds: number, labels?: Record<string, string>): void
}

/** A place for lines of log; pino's methods fit. */
export type Log = {
  info(about: object, text: string): void
  warn(about: object, text: string): void
  error(about: object, text: string): void
}

export type CoreParts = {
  readonly mode: "sandbox" | "live"
  /** Where payers and clients reach us, without a slash at the end. */
  readonly publicUrl: string
  readonly database: Database
  readonly clock: Clock
  /** That clock, where a sandbox may move it. */
  readonly movable?: Movable
  readonly ids: Ids
  readonly keyring: Keyring
  readonly passwords: Passwords
  readonly rails: readonly Rail[]
  /** The rails of merchants that chose none, the first choice first. */
  readonly defaultRails: readonly string[]
  readonly voices: readonly DialectVoice[]
  /** What this installation was told, for people; of what is secret only whether it is set. */
  readonly settings?: readonly {
    readonly name: string
    readonly value: string | null
    readonly isSecret: boolean
  }[]
  /** What a sandbox wrote down for scripts: the demo merchant's credentials by dialect. */
  readonly demo?: () => Readonly<Record<string, unknown>> | null
  /** Where clients reach the dialects; left out where nobody is given a key. */
  readonly doors?: readonly DialectDoor[]
  /** Null where nobody is told from: what is to be told is left to a node that runs. */
  readonly send: Send | null
  /** Why a webhook address can't be used, as a sentence; null when it can. */
  readonly checkAddress: (url: string) => Promise<string | null>
  readonly metrics: Metrics
  readonly log: Log
  /** Who is written down as having done what is changed by verbs; unset: the gateway's callers. */
  readonly by?: Actor
  /** For benches: what stands between the engine and its connection. */
  readonly writer?: (real: Writer) => Writer
  /** For whoever traces; unset where nobody does. */
  readonly tracing?: Tracing | undefined
}
