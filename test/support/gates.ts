/**
 * Gates in the seams of a core. What it asks of the database, of a rail or of a receiver has one
 * before it, and what changes something one while it is under way and one after it, too: a death
 * behind what changed nothing is a death before what comes next. A life that is to end at a gate
 * ends there.
 */
import { setImmediate as turn } from "node:timers/promises"
import {
  begin,
  type Call,
  commit,
  type Database,
  type Queries,
  rollback,
  type Writer,
} from "../../src/db/database.ts"
import type { Simulator } from "../../src/rails/simulator/index.ts"

export type Gates = {
  /** The gates that were come to, in order. */
  readonly met: readonly string[]
  /** From here on there are gates, or none any more. */
  open(are: boolean): void
  /** Comes to a gate. */
  come(where: string): void
  /** Makes a call that changes something, with its three gates. */
  through<Answer>(what: string, call: () => Promise<Answer>): Promise<Answer>
}

/**
 * What each pass of the loops does for the tables, and not for any payment: new tables analyzed,
 * months made ahead, what has served its time deleted, rails looked for that aren't there.
 */
const HOUSEKEEPING = /\bpg_class\b|^analyze\b|^delete from|message_sealed = null|rail <> all/

/** Ends the process as the kernel would, with nothing said to anybody. */
const die = () => process.kill(process.pid, "SIGKILL")

/** Makes the gates of one life, which ends at the one of this name; null: it goes through all. */
export function makeGates(last: string | null): Gates {
  const met: string[] = []
  const counts = new Map<string, number>()
  let isOpen = false

  /** What is done more than once has a number each time. Two things at once keep theirs. */
  function isLast(where: string): boolean {
    if (!isOpen) return false
    const count = (counts.get(where) ?? 0) + 1
    counts.set(where, count)
    const name = `${where} (${count})`
    met.push(name)
    return name === last
  }

  function come(where: string): void {
    if (isLast(where)) die()
  }

  return {
    met,
    open: (are) => {
      isOpen = are
    },
    come,
    async through(what, call) {
      come(`before ${what}`)
      const called = call()
      if (isLast(`during ${what}`)) {
        called.catch(() => undefined)
        // What was to be sent is with the kernel by then.
        await turn()
        die()
      }
      try {
        return await called
      } finally {
        come(`after ${what}`)
      }
    },
  }
}

/** A database all of whose statements and rounds have gates. */
export function gatedDatabase(real: Database, gates: Gates): Database {
  const gated = ({ query }: Queries): Pick<Queries, "query"> => ({
    async query(text, params) {
      const name = nameOf(text)
      if (name !== null) gates.come(`before ${name}`)
      const result = await query<never>(text, params)
      if (name !== null && isChange(text) && result.rowCount > 0) gates.come(`after ${name}`)
      return result
    },
  })
  return {
    ...real,
    ...gated(real),
    transaction: (work, limits) =>
      gates.through("a transaction", () =>
        real.transaction(async (transaction) => {
          const answer = await work({ ...transaction, ...gated(transaction) })
          gates.come("before the commit of a transaction")
          return answer
        }, limits),
      ),
    writer: () => gatedWriter(real.writer(), gates),
  }
}

function gatedWriter(real: Writer, gates: Gates): Writer {
  return {
    async round(calls) {
      const name = kindOf(calls)
      if (calls.at(-1) === commit) return gates.through(name, () => real.round(calls))
      gates.come(`before ${name}`)
      return real.round(calls)
    },
    close: () => real.close(),
  }
}

/** The simulator with gates around all that it is asked. */
export function gatedRail(real: Simulator, gates: Gates): Simulator {
  return {
    ...real,
    begin: (order) => gates.through("the rail's begin", () => real.begin(order)),
    async observe(open, cursor) {
      gates.come("before a look at the rail")
      return real.observe(open, cursor)
    },
    async verify(target) {
      gates.come("before the rail's verdict")
      return real.verify!(target)
    },
    simulate: (order, outcome, reason) =>
      gates.through("the far side's doing", () => real.simulate!(order, outcome, reason)),
  }
}

/** What a round of the engine is: see `Writer`. */
function kindOf(calls: readonly Call[]): string {
  const last = calls.at(-1)
  if (last === rollback) return "the round that gives up"
  if (last !== commit) return "the round that loads"
  return calls[0] === begin ? "the round that adds and commits" : "the round that commits"
}

const CHANGE = /\b(update|insert into|delete from)\s+(?!of\b|skip\b)(\w+)/
const isChange = (text: string) => CHANGE.test(text)

/** A statement by what it does to which table; null: it is about no payment. */
function nameOf(text: string): string | null {
  if (HOUSEKEEPING.test(text)) return null
  const changed = CHANGE.exec(text)
  if (changed) return `${changed[1]} ${changed[2]}`
  return `a read of ${/\bfrom\s+(\w+)/.exec(text)?.[1] ?? "nothing"}`
}
