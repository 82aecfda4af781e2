/** What stands in the bank's books: a line for each thing that happened, in their order. */
import type { Day } from "../../../calendar.ts"
import type { Reason } from "../../../core/index.ts"
import type { ORDER_KINDS } from "../../../iso20022/items.ts"
import type { OrderedAs, Step } from "./magic.ts"

/** The message that orders came in. */
export type Original = {
  readonly messageId: string
  readonly kind: (typeof ORDER_KINDS)[number]
}

/** What orders have in common that stand together in a file. */
export type Batch = {
  /** The bank's own id for the file that it took: the same file handed in twice has two. */
  readonly intake: string
  readonly of: OrderedAs
  readonly original: Original
  readonly group: string
  /** Of the customer who handed it in, as is all else: no payer's account is written down. */
  readonly account: string
  readonly currency: string
}

/** An order that was handed in. */
export type Handed = {
  readonly batch: Batch
  /** Its place in the file, from 0 on. */
  readonly position: number
  readonly endToEndId: string
  /** Minor units. */
  readonly amount: bigint
  /** The last two of the payer's account. */
  readonly digits: string
}

type At = { /** ISO 8601, UTC. */ readonly at: string }

/** Orders that were read. They count once the file was read to its end: then it is `taken`. */
export type ReadLine = {
  readonly did: "read"
  readonly batch: Batch
  readonly from: number
  readonly orders: readonly (readonly [endToEndId: string, amount: string, digits: string])[]
}
export type TakenLine = At & {
  readonly did: "taken"
  readonly intake: string
  readonly count: number
}
export type RefusedLine = At & {
  readonly did: "refused"
  readonly intake: string
  readonly count: number
  readonly why: string
  /** Null where not even that could be read: then nobody can be told. */
  readonly original: Original | null
}
/** An outcome that somebody made by hand, and what the bank then tells of each such order. */
export type ToldLine = At & {
  readonly did: "told"
  readonly id: string
  readonly endToEndId: string
  readonly outcome: "approved" | "declined" | "returned"
  readonly reason: Reason | null
  readonly tells: readonly {
    readonly batch: Batch
    readonly position: number
    readonly amount: string
    readonly count: number
    readonly steps: readonly Step[]
  }[]
}
/** An answer lies in the folder, whole; with what it says about an account. */
export type PutLine = {
  readonly did: "put"
  readonly answer: string
  readonly moved: {
    readonly account: string
    readonly currency: string
    readonly day: Day
    /** Minor units, with their sign. */
    readonly net: string
  } | null
}
/** The statements of a day that is over lie in the folder. */
export type StatedLine = { readonly did: "stated"; readonly day: Day }

export type Line = ReadLine | TakenLine | RefusedLine | ToldLine | PutLine | StatedLine

/** Which files were read, and how far: what is read twice after a crash counts once. */
export type Intakes = {
  /** The orders of a line that are new. */
  fresh(line: ReadLine): readonly Handed[]
  /** How many orders of a file need not be read any more. */
  read(intake: string): number
  /** Whether a file was read to its end. */
  isOver(intake: string): boolean
  /** Ends a file; false when it had ended before. */
  end(intake: string): boolean
}

/** Begins with none. */
export function makeIntakes(): Intakes {
  const counts = new Map<string, number>()
  const over = new Set<string>()
  const read = (intake: string) =>
    over.has(intake) ? Number.POSITIVE_INFINITY : (counts.get(intake) ?? 0)
  return {
    fresh({ batch, from, orders }) {
      const { intake } = batch
      if (from !== read(intake)) return []
      counts.set(intake, from + orders.length)
      return orders.map(([endToEndId, amount, digits], at) => {
        return { batch, position: from + at, endToEndId, amount: BigInt(amount), digits }
      })
    },
    read,
    isOver: (intake) => over.has(intake),
    end(intake) {
      counts.delete(intake)
      if (over.has(intake)) return false
      over.add(intake)
      return true
    },
  }
}
