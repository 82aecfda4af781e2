/** A node's connections to the real database, each call of which waits at a gate and may fail. */
import {
  begin,
  commit,
  type Database,
  NothingSent,
  rollback,
  type Transaction,
  TransactionLost,
  type Writer,
} from "../../src/db/database.ts"
import { databaseError, type Fault, planted } from "./faults.ts"
import type { Scheduler } from "./scheduler.ts"
import { inContext, type Life, outside } from "./time.ts"

export type Connections = {
  /** What the node is given. */
  readonly database: Database
  /** After a crash: gives up what was open, as the server does when a client is gone. */
  drop(): Promise<void>
}

/** Statements are told by their first words, so that a history can be read. */
function wordsOf(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, 48)
}

/** Puts gates before a database that was opened for one life of a node. */
export function gatedDatabase(scheduler: Scheduler, life: Life, real: Database): Connections {
  const server: Life = { name: "the server", dead: false, skewMs: 0, time: life.time }
  const open = new Set<() => Promise<unknown>>()
  const writers = new Set<() => Promise<unknown>>()

  function writer(): Writer {
    let used = real.writer()
    let inTransaction = false

    /** What the server does with a transaction whose client it no longer hears. */
    async function giveUp(): Promise<void> {
      if (!inTransaction) return
      inTransaction = false
      scheduler.openTransactions -= 1
      await used.round([rollback])
    }
    writers.add(giveUp)

    /** The client is gone; the server is still at it, and ends it in its own time. */
    function leaveBehind(how: "committed" | "rolled back"): void {
      const left = used
      used = real.writer()
      inTransaction = false
      const end = how === "committed" ? commit : rollback
      void inContext({ life: server, origin: life.name }, () =>
        scheduler.pass("late end", how, () =>
          left.round([end]).finally(() => {
            scheduler.openTransactions -= 1
          }),
        ),
      )
    }

    async function perform(calls: Parameters<Writer["round"]>[0], fault: Fault | null) {
      const starts = calls[0] === begin
      const ends = calls.at(-1) === commit || calls.at(-1) === rollback
      const error = databaseError(fault)
      const late = fault?.startsWith("answer lost, ")
      if (fault === "connection gone") {
        await giveUp()
        const away = new NothingSent("the database could not be reached")
        throw planted(starts ? away : new TransactionLost())
      }
      if (error && !late && fault !== "connection reset after") {
        await giveUp()
        throw error
      }
      if (starts) scheduler.openTransactions += 1
      try {
        const answers = await used.round(late ? calls.slice(0, -1) : calls)
        inTransaction = true
        if (late)
          leaveBehind(fault === "answer lost, committed later" ? "committed" : "rolled back")
        else if (ends) {
          inTransaction = false
          scheduler.openTransactions -= 1
        }
        if (error) throw error
        return answers
      } catch (failed) {
        // The real writer has rolled back already.
        if (failed !== error) {
          inTransaction = false
          scheduler.openTransactions -= 1
        }
        throw failed
      }
    }

    return {
      round(calls) {
        const kind = calls.at(-1) === commit ? "commit" : "round"
        const own = calls.find(({ text }) => !["begin", "commit"].includes(text))
        const about = `of ${calls.length}: ${wordsOf(own?.text ?? "nothing")}`
        const starts = calls[0] === begin
        const isInside = () => starts || inTransaction
        return scheduler.pass(kind, about, (fault) => perform(calls, fault), isInside)
      },
      close: async () => undefined,
    }
  }

  async function transaction<Answer>(
    work: (transaction: Transaction) => Promise<Answer>,
    limits?: { readonly answerMs: number },
  ): Promise<Answer> {
    const opened = Promise.withResolvers<Transaction>()
    const finish = Promise.withResolvers<void>()
    const cutOff = Object.assign(new Error("the client is gone"), { code: "08006" })
    let ended: Promise<unknown> = Promise.resolve()
    const giveUp = async () => {
      finish.reject(cutOff)
      await ended.catch(() => undefined)
    }

    async function start(fault: Fault | null): Promise<Transaction> {
      const error = databaseError(fault)
      if (error) throw error
      scheduler.openTransactions += 1
      open.add(giveUp)
      ended = real
        .transaction(async (given) => {
          opened.resolve(given)
          await finish.promise.catch(async (why: unknown) => {
            // Now, and not some time after the connection was cut: a run has to replay.
            await given.script("rollback")
            throw why
          })
        }, limits)
        .finally(() => {
          open.delete(giveUp)
          scheduler.openTransactions -= 1
        })
      ended.catch(() => undefined)
      return opened.promise
    }

    async function during<T>(fault: Fault | null, what: () => Promise<T>): Promise<T> {
      const error = databaseError(fault)
      if (error === null) return what()
      await giveUp()
      throw error
    }

    const inside = () => true
    const given = await scheduler.pass("transaction", "begins", start, inside)
    const gated: Transaction = {
      query: (text, params) =>
        scheduler.pass(
          "statement",
          wordsOf(text),
          (fault) => during(fault, () => given.query(text, params)),
          inside,
        ),
      script: (text) =>
        scheduler.pass(
          "statement",
          wordsOf(text),
          (fault) => during(fault, () => given.script(text)),
          inside,
        ),
    }
    let answer: Answer
    try {
      answer = await work(gated)
    } catch (error) {
      await scheduler.pass("late end", "rolls back", giveUp)
      throw error
    }
    await scheduler.pass("end", "commits", async (fault) => {
      const error = databaseError(fault)
      if (error && fault !== "connection reset after") {
        await giveUp()
        throw error
      }
      finish.resolve()
      await ended
      if (error) throw error
    })
    return answer
  }

  const database: Database = {
    query: (text, params) =>
      scheduler.pass("query", wordsOf(text), async (fault) => {
        const error = databaseError(fault)
        if (error && fault !== "connection reset after") throw error
        const found = await real.query(text, params)
        if (error) throw error
        return found as never
      }),
    transaction,
    writer,
    ping: async () => void (await database.query("select 1")),
    connections: () => real.connections(),
    close: async () => undefined,
  }
  return {
    database,
    drop: () =>
      outside(async () => {
        for (const giveUp of [...open, ...writers]) await giveUp().catch(() => undefined)
      }),
  }
}
