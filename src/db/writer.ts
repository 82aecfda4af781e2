/** The one connection that writes state: whole rounds of statements in one network round trip. */
import type pg from "pg"
import {
  ANSWER_TIMEOUT_MS,
  connectClient,
  type DatabaseSettings,
  endClient,
  within,
} from "./connection.ts"
import { type Call, type DriverQuery, driverQuery, type Result } from "./statement.ts"

/** Opens a transaction: the first statement of a round that starts one. */
export const begin: Call = { text: "begin" }
/** Ends a transaction: the last statement of the round that finishes it. */
export const commit: Call = { text: "commit" }
/** Gives a transaction up. A round that failed has already done this. */
export const rollback: Call = { text: "rollback" }

/** The connection is gone and took the open transaction with it: nothing of it was committed. */
export class TransactionLost extends Error {
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
   * with `commit` (see `classify`), whether it committed is unknown; in any other round it didn't.
   */
  round(calls: readonly Call[]): Promise<Result[]>
  /** Ends the connection; an open transaction is rolled back by the server. */
  close(): Promise<void>
}

type Answer = { error?: Error; result?: Result & { command?: string } }

/** Makes a writer, which connects at its first round and again after the connection was lost. */
export function openWriter(settings: DatabaseSettings): Writer {
  let client: pg.Client | undefined
  let inTransaction = false
  let busy = false
  let closed = false

  async function connected(): Promise<pg.Client> {
    if (client !== undefined) return client
    const fresh = await connectClient({ ...settings, plans: "indexed" }, { pipeline: true })
    fresh.once("end", () => forget(fresh))
    fresh.once("error", () => forget(fresh))
    client = fresh
    return fresh
  }

  function forget(gone: pg.Client): void {
    if (client === gone) client = undefined
  }

  function drop(broken: pg.Client): void {
    forget(broken)
    broken.connection.stream.destroy()
  }

  async function answersOf(current: pg.Client, calls: readonly Call[]): Promise<Answer[]> {
    let queries: DriverQuery[]
    try {
      queries = calls.map(driverQuery)
    } catch (error) {
      return [{ error: error as Error }]
    }
    return exchange(current, queries)
  }

  /**
   * After a failure: nothing of the transaction may stay, and the answers must be in step again.
   */
  async function giveUp(failed: pg.Client, error: Error): Promise<void> {
    inTransaction = false
    // 0A000, 26000: a statement prepared before a migration no longer fits; a new session has none.
    const stale = "code" in error && (error.code === "0A000" || error.code === "26000")
    if (client !== failed) return
    const [answer] = stale ? [undefined] : await exchange(failed, [driverQuery(rollback)])
    if (answer === undefined || answer.error) drop(failed)
  }

  async function run(calls: readonly Call[]): Promise<Result[]> {
    const starts = calls[0] === begin
    if (starts === inTransaction) {
      throw new Error(starts ? "a transaction is open already" : "a round must open with begin")
    }
    if (inTransaction && client === undefined) {
      inTransaction = false
      throw new TransactionLost()
    }
    const current = await connected()
    const answers = await answersOf(current, calls)
    const error = firstError(answers)
    if (error) {
      await giveUp(current, error)
      throw error
    }
    inTransaction = true
    const last = calls.at(-1)
    if (last === commit || last === rollback) inTransaction = false
    const command = answers.at(-1)?.result?.command
    // The server answers the commit of a failed transaction with ROLLBACK and no error.
    if (last === commit && command !== "COMMIT") throw new Error(`commit answered ${command}`)
    return answers.map((answer) => answer.result!)
  }

  return {
    async round(calls) {
      if (closed) throw new Error("the writer is closed")
      if (busy) throw new Error("a round is still under way: the writer serves one caller")
      busy = true
      try {
        return await run(calls)
      } finally {
        busy = false
      }
    },
    async close() {
      closed = true
      const last = client
      client = undefined
      if (last) await endClient(last)
    },
  }
}

/** Sends everything in one write and resolves when each statement has its answer; never rejects. */
function exchange(client: pg.Client, queries: readonly DriverQuery[]): Promise<Answer[]> {
  return within(client, ANSWER_TIMEOUT_MS, () => {
    const { promise, resolve } = Promise.withResolvers<Answer[]>()
    const answers: Answer[] = new Array(queries.length)
    let open = queries.length
    const { stream } = client.connection
    stream.cork()
    for (let at = 0; at < queries.length; at += 1) {
      client.query(queries[at]!, (error: Error | null, result: pg.QueryResult) => {
        if (answers[at] !== undefined) return
        answers[at] = error ? { error } : { result: result as Answer["result"] }
        open -= 1
        if (open === 0) resolve(answers)
      })
    }
    stream.uncork()
    return promise
  })
}

/** The cause: what fails after it only fails because the transaction is aborted (25P02). */
function firstError(answers: readonly Answer[]): Error | undefined {
  const errors = answers.flatMap(({ error }) => (error ? [error] : []))
  return errors.find((error) => !("code" in error) || error.code !== "25P02") ?? errors[0]
}
