/**
 * The engine: the only writer of payments, money and events.
 *
 * Commands that arrive while a commit is in flight form the next batch. A batch is two round trips:
 * one locks and loads what its commands need, one writes what they decided and commits; between
 * them the pure deciders are folded. Each caller has its answer after the commit, never before.
 */
import { setImmediate } from "node:timers"
import type { Clock, Ids } from "../clock.ts"
import {
  begin,
  type Call,
  classify,
  commit,
  NothingSent,
  type Queries,
  rollback,
  type Writer,
} from "../db/database.ts"
import type { Decider } from "./decide/decider.ts"
import { Draft, type Needs } from "./draft.ts"
import { OutcomeUnknown, wasCommitted } from "./fate.ts"
import {
  type Entry,
  type Folded,
  fold,
  needsOf,
  type Once,
  type StoredAnswer,
  together,
} from "./fold.ts"
import { makePresumption } from "./presume.ts"
import { makeQueue } from "./queue.ts"
import { assert, Bug, type Refusal } from "./refusal.ts"
import type { Keyring } from "./seal.ts"
import { keep, loads } from "./store/load.ts"
import type { Agreements } from "./store/load-merchants.ts"
import { checkWritten, type Write, writes } from "./store/write.ts"
import type { SpanWords, Tracing } from "./tracing.ts"
import type { Announce } from "./webhooks/announce.ts"

/** Above this a batch's rows cost more than the commit they share. */
const BATCH_MAX = 512
/** How often a batch is folded anew because a decider reached for rows that were not loaded. */
const FOLDS_MAX = 5
/** Tries of one batch after deadlocks, serialization failures or a lost connection. */
const TRIES_MAX = 5
/** The gateway can't take the command now; nothing was done. */
export class Unavailable extends Error {
  override name = "Unavailable"
}

export type EngineParts = {
  readonly writer: Writer
  readonly database: Queries
  readonly clock: Clock
  readonly ids: Ids
  readonly keyring: Keyring
  readonly announce: Announce
  /** Hears what a batch wrote, right after its commit and before its callers do. */
  readonly committed: (draft: Draft) => void
  /** Hears of faults that no caller is told in full. */
  readonly onFault: (error: unknown, about: string) => void
  readonly onBatch?: (size: number, elapsedMs: number) => void
  readonly tracing?: Tracing | undefined
}

export type Engine = {
  /**
   * Decides one command. Rejects with `Unavailable` when nothing was done, or with its own fault.
   */
  submit<C extends { readonly merchantId: string }, A>(
    decider: Decider<C, A>,
    command: C,
  ): Promise<A | Refusal>
  /** The same for a request with an Idempotency-Key: the first answer, given again to repeats. */
  submitOnce<C extends { readonly merchantId: string }, A>(
    decider: Decider<C, A>,
    command: C,
    once: Once<A>,
  ): Promise<StoredAnswer>
  /** Commands that wait for their batch. */
  readonly queued: () => number
  /** Takes no new commands and resolves when those taken are answered. */
  stop(): Promise<void>
}

/** What a batch came to, and the statements that its last round begins with. */
type Decided = {
  readonly draft: Draft
  readonly folded: Folded[]
  readonly opening: readonly Call[]
  readonly written: readonly Write[]
}

type Waiting = Entry & {
  settle(folded: Folded): void
  fail(error: unknown): void
  /** The span in which it waits. */
  readonly cause: unknown
}

/** Makes the engine of a node; it owns `writer`'s rounds. */
export function makeEngine(parts: EngineParts): Engine {
  const { writer, clock, ids, tracing } = parts
  const queue = makeQueue<Waiting>(clock, ({ fail }) => fail(tooMuch()))
  const agreements: Agreements = new Map()
  const presumption = makePresumption(agreements)
  let running: Promise<void> | null = null
  let stopped = false
  /** Set while more is asked for than can be done. */
  let refusing = false
  let recovering = false

  function submitted(entry: Entry): Promise<Folded> {
    if (!tracing) return enqueue(entry)
    return tracing.span(`engine ${entry.decider.name}`, {}, () => enqueue(entry))
  }

  function enqueue(entry: Entry): Promise<Folded> {
    if (stopped) return Promise.reject(new Unavailable("the gateway is stopping"))
    if (recovering) return Promise.reject(new Unavailable("the database is not answering"))
    return new Promise((settle, fail) => {
      if (!queue.add({ ...entry, settle, fail, cause: tracing?.here() })) return fail(tooMuch())
      running ??= new Promise<void>((done) => setImmediate(() => void drain().then(done)))
    })
  }

  /** Said once in the log, until everybody was served again: thousands may hear it. */
  function tooMuch(): Unavailable {
    const refusal = new Unavailable("too much work is waiting")
    if (!refusing) parts.onFault(refusal, "commands are refused")
    refusing = true
    return refusal
  }

  async function drain(): Promise<void> {
    for (;;) {
      const batch = queue.take(BATCH_MAX)
      if (batch.length === 0) break
      const startedMs = clock.elapsedMs()
      if (tracing) await tracing.span("engine batch", spanOf(batch), () => process(batch))
      else await process(batch)
      parts.onBatch?.(batch.length, clock.elapsedMs() - startedMs)
    }
    running = null
    refusing = false
  }

  /** Commits a batch, or finds the commands in it that can't be committed. Never rejects. */
  async function process(batch: readonly Waiting[]): Promise<void> {
    let uniqueFailures = 0
    for (let tries = 1; ; tries += 1) {
      try {
        const folded = await once(batch)
        for (const [at, entry] of batch.entries()) entry.settle(folded[at]!)
        return
      } catch (error) {
        if (error instanceof OutcomeUnknown) {
          for (const entry of batch) entry.fail(error)
          return
        }
        const fault = classify(error)
        if (fault === "unique") uniqueFailures += 1
        const again =
          fault === "retry" || fault === "connection" || fault === "readonly"
            ? tries < (fault === "retry" ? TRIES_MAX : 2)
            : fault === "unique" && uniqueFailures < (batch.length === 1 ? TRIES_MAX : 2)
        if (again) continue
        if (fault === "connection" || fault === "readonly" || fault === "disk") {
          parts.onFault(error, "the database refused a batch")
          const unavailable = new Unavailable("the database is not available", { cause: error })
          for (const entry of [...batch, ...queue.take(queue.size())]) entry.fail(unavailable)
          return
        }
        if (batch.length === 1) {
          parts.onFault(error, `command ${batch[0]!.decider.name} failed`)
          batch[0]!.fail(error)
          return
        }
        // One of them is poisoned: halve until it stands alone and the others are through.
        const middle = batch.length >> 1
        await process(batch.slice(0, middle))
        await process(batch.slice(middle))
        return
      }
    }
  }

  /** One try of a whole batch. Rejects when nothing of it was committed. */
  async function once(batch: readonly Waiting[], batchId = ids.next()): Promise<Folded[]> {
    const needs = needsOf(batch)
    const { draft, folded, opening, written } =
      decideAsNew(batch, needs, batchId) ?? (await loadAndFold(batch, needs, batchId))
    if (written.length === 0) {
      await writer.round([rollback])
      return folded
    }
    try {
      const calls = [...opening, ...written.map((write) => write.call), commit]
      const results = await writer.round(calls)
      checkWritten(written, results.slice(opening.length))
    } catch (error) {
      if (opening.length > 0 && presumption.wasWrong(error, needs)) return once(batch, batchId)
      // What was committed is never tried again, however wrong it is.
      if (error instanceof Bug) throw new OutcomeUnknown(error.message, { cause: error })
      if (classify(error) !== "connection" || error instanceof NothingSent) throw error
      parts.onFault(error, "a commit's answer was lost")
      if (!(await recovered(batchId))) throw error
    }
    try {
      parts.committed(draft)
    } catch (error) {
      // The loops find what was not handed on; the callers' answers stand.
      parts.onFault(error, "handing a commit on failed")
    }
    return folded
  }

  /** What throws between two rounds must not leave the transaction open and its rows locked. */
  async function orRollback<T>(work: () => T): Promise<T> {
    try {
      return work()
    } catch (error) {
      await writer.round([rollback])
      throw error
    }
  }

  /** Decides a batch as if nothing of it were known; null where that can't be presumed. */
  function decideAsNew(batch: readonly Waiting[], needs: Needs, batchId: string): Decided | null {
    const draft = new Draft(clock.now(), ids.next)
    const opening = presumption.presume(needs, draft)
    if (opening === null) return null
    const { folded, missing } = fold(batch, draft, parts)
    // What is not written is confirmed by no index: the key of a no may have an answer already.
    const isProven = batch.every(({ once }) => !once || draft.answers.inserted.has(once.key))
    const written = missing.length === 0 && isProven ? writes(draft, batchId) : []
    return written.length === 0 ? null : { draft, folded, opening, written }
  }

  async function loadAndFold(
    batch: readonly Waiting[],
    known: Needs,
    batchId: string,
  ): Promise<Decided> {
    let needs = known
    for (let folds = 0; ; folds += 1) {
      assert(folds < FOLDS_MAX, "a command keeps reaching for rows that it does not name")
      const draft = new Draft(clock.now(), ids.next)
      const loaded = loads(needs, draft, { keyring: parts.keyring, agreements })
      const [, ...results] = await writer.round([begin, ...loaded.map((load) => load.call)])
      const { folded, missing, written } = await orRollback(() => {
        keep(loaded, results)
        const all = fold(batch, draft, parts)
        return { ...all, written: all.missing.length === 0 ? writes(draft, batchId) : [] }
      })
      if (missing.length === 0) return { draft, folded, opening: [], written }
      await writer.round([rollback])
      needs = together([needs, ...missing])
    }
  }

  /** Nobody is made to wait while the fate of a commit is being asked for. */
  async function recovered(batchId: string): Promise<boolean> {
    recovering = true
    return wasCommitted(parts, batchId).finally(() => {
      recovering = false
    })
  }

  return {
    async submit(decider, command) {
      const folded = await submitted({ decider: decider as Entry["decider"], command, once: null })
      return answerOf(folded) as never
    },
    async submitOnce(decider, command, once) {
      const entry = { decider: decider as Entry["decider"], command, once: once as Once<unknown> }
      return answerOf(await submitted(entry)) as StoredAnswer
    },
    queued: queue.size,
    async stop() {
      stopped = true
      await running
    },
  }
}

/** A batch is nobody's child: many wait for it. */
function spanOf(batch: readonly Waiting[]): SpanWords {
  const attributes = { "caudal.commands": batch.length }
  return { attributes, causes: batch.map(({ cause }) => cause) }
}

function answerOf(folded: Folded): unknown {
  if (folded.kind === "fault") throw folded.error
  return folded.kind === "answer" ? folded.answer : folded.stored
}
