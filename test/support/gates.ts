/**
 * Gates in the seams of a core: each call to the database, to a rail or to a receiver is one before
 * it, one while it is under way and one after it. A life that is to end at a gate ends there.
 */
import { setImmediate as turn } from "node:timers/promises"
import type { Call, Database, Queries, Writer } from "../../src/db/database.ts"
import type { Simulator } from "../../src/rails/simulator/index.ts"

export type Gates = {
  /** The gates that were come to, in order. */
  readonly met: readonly string[]
  /** From here on there are gates, or none any more. */
  open(are: boolean): void
  /** Comes to a gate. */
  come(where: string): void
  /** Makes a call with its three gates. */
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
    query(text, params) {
      const name = nameOf(text)
      const call = () => query<never>(text, params)
      return name === null ? call() : gates.through(name, call)
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
    round: (calls) => gates.through(kindOf(calls), () => real.round(calls)),
    close: () => real.close(),
  }
}

/** The simulator with gates around all that it is asked. */
export function gatedRail(real: Simulator, gates: Gates): Simulator {
  return {
    ...real,
    begin: (order) => gates.through("the rail's begin", () => real.begin(order)),
    observe: (open, cursor) =>
      gates.through("a look at the rail", () => real.observe(open, cursor)),
    verify: (target) => gates.through("the rail's verdict", () => real.verify!(target)),
    simulate: (order, outcome, reason) =>
      gates.through("the far side's doing", () => real.simulate!(order, outcome, reason)),
  }
}

/** What a round of the engine is: see `Writer`. */
function kindOf(calls: readonly Call[]): string {
  const [first, last] = [calls[0]?.text, calls.at(-1)?.text]
  if (last === "rollback") return "the round that gives up"
  if (last !== "commit") return "the round that loads"
  return first === "begin" ? "the round that adds and commits" : "the round that commits"
}

/** A statement by what it does to which table; null: it is about no payment. */
function nameOf(text: string): string | null {
  if (HOUSEKEEPING.test(text)) return null
  const changed = /\b(update|insert into|delete from)\s+(?!of\b|skip\b)(\w+)/.exec(text)
  if (changed) return `${changed[1]} ${changed[2]}`
  return `a read of ${/\bfrom\s+(\w+)/.exec(text)?.[1] ?? "nothing"}`
}
