/** The one connection that writes state: whole rounds of statements in one network round trip. */
import type pg from "pg"
import { wantsNewSession } from "./classify.ts"
import {
  ANSWER_TIMEOUT_MS,
  connectClient,
  type DatabaseSettings,
  endClient,
  within,
} from "./connection.ts"
import { type Answer, openRounds, type Rounds } from "./round.ts"
import type { Call, Result } from "./statement.ts"

/** Opens a transaction: the first statement of a round that starts one. */
export const begin: Call = { text: "begin" }
/** Ends a transaction: the last statement of the round that finishes it. */
export const commit: Call = { text: "commit" }
/** Gives a transaction up. A round that failed has already done this. */
export const rollback: Call = { text: "rollback" }

/** There is no connection to send a round over: nothing of its transaction was committed. */
export class NothingSent extends Error {
  override name = "NothingSent"
}

/** The connection is gone and took the open transaction with it. */
export class TransactionLost extends NothingSent {
  override name = "TransactionLost"
  readonly code = "08006"
  constructor() {
    super("the connection was lost between two rounds of one transaction; it was rolled back")
  }
}

/** A connection for one caller, which sends one round after the other. */
export type Writer = {
  /**
   * Sends all statements at once and waits for every answer.
   *
   * A transaction may span rounds: the first opens with `begin`, the last ends with `commit`. When
   * a statement fails, the transaction is rolled back, the connection is ready for a new `begin`,
   * and the promise rejects with the error that came first. If the connection dies during a round
   * with `commit` (see `classify`), whether it committed is unknown; in any other round, and where
   * the error is `NothingSent`, it didn't.
   */
  round(calls: readonly Call[]): Promise<Result[]>
  /** Waits for a round under way and ends the connection, which rolls back what is open. */
  close(): Promise<void>
}

type Connected = { readonly client: pg.Client; readonly rounds: Rounds }

/** Makes a writer, which connects at its first round and again after the connection was lost. */
export function openWriter(settings: DatabaseSettings): Writer {
  let current: Connected | undefined
  let inTransaction = false
  let running: Promise<Answer[]> | null = null
  let closed = false

  async function connected(): Promise<Connected> {
    if (current !== undefined) return current
    const client = await connectClient({ ...settings, plans: "indexed" }).catch((cause) => {
      throw new NothingSent("the database could not be reached", { cause })
    })
    const fresh = { client, rounds: openRounds(client) }
    client.once("end", () => forget(client))
    client.once("error", () => forget(client))
    current = fresh
    return fresh
  }

  function forget(gone: pg.Client): void {
    if (current?.client === gone) current = undefined
  }

  function drop(broken: pg.Client): void {
    forget(broken)
    broken.connection.stream.destroy()
  }

  function send({ client, rounds }: Connected, calls: readonly Call[]): Promise<Answer[]> {
    return within(client, settings.answerMs ?? ANSWER_TIMEOUT_MS, () => rounds.send(calls))
  }

  /** After a failure: nothing of the transaction may stay. */
  async function giveUp(failed: Connected, error: Error): Promise<void> {
    inTransaction = false
    if (current !== failed) return
    if (wantsNewSession(error)) return drop(failed.client)
    await send(failed, [rollback]).catch(() => drop(failed.client))
  }

  async function run(calls: readonly Call[]): Promise<Answer[]> {
    const starts = calls[0] === begin
    if (starts === inTransaction) {
      throw new Error(starts ? "a transaction is open already" : "a round must open with begin")
    }
    if (inTransaction && current === undefined) {
      inTransaction = false
      throw new TransactionLost()
    }
    const used = await connected()
    let answers: Answer[]
    try {
      answers = await send(used, calls)
    } catch (error) {
      await giveUp(used, error as Error)
      throw error
    }
    inTransaction = true
    const last = calls.at(-1)
    if (last === commit || last === rollback) inTransaction = false
    const command = answers.at(-1)?.command
    // The server answers the commit of a failed transaction with ROLLBACK and no error.
    if (last === commit && command !== "COMMIT") throw new Error(`commit answered ${command}`)
    return answers
  }

  return {
    async round(calls) {
      if (closed) throw new Error("the writer is closed")
      if (running) throw new Error("a round is still under way: the writer serves one caller")
      running = run(calls)
      try {
        return await running
      } finally {
        running = null
      }
    },
    async close() {
      closed = true
      // Cut off now, a commit's answer would be lost, and whoever waits for it would ask for long.
      await running?.catch(() => undefined)
      const last = current
      current = undefined
      if (last) await endClient(last.client)
    },
  }
}
