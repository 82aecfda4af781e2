/** What may be asked of the bank's books afterwards: by the bank itself, and by tests. */
import type { Clock } from "../../../core/index.ts"
import { toFileId } from "../../../iso20022/ids.ts"
import { type Line, makeIntakes, type ReadLine, type RefusedLine, type TakenLine } from "./lines.ts"
import { fateOf, type Instance, movesOf, type Told } from "./story.ts"
import type { Tape } from "./tape.ts"

export type Books = {
  /**
   * How often the bank collected, or paid, for an order up to now: more than once is a fault of
   * whoever handed it in. The order's `EndToEndId`, or the UUID that it is made of.
   */
  collected(endToEndId: string): Promise<number>
  /** The same of every order that the bank knows. */
  totals(): Promise<ReadonlyMap<string, number>>
  /** Writes the statements of a day (`YYYY-MM-DD` where the bank is), as far as it has come. */
  statement(day: string): Promise<void>
}

/** An order as the books have it. */
export type Known = {
  readonly instances: readonly KnownInstance[]
  readonly told: readonly Told[]
}
type KnownInstance = Instance & {
  /** How many orders stood in its file. */
  readonly count: number
}

/** Looks orders up from the beginning of the books. */
export async function lookUp(
  tape: Tape<Line>,
  isWanted: (endToEndId: string) => boolean,
): Promise<ReadonlyMap<string, Known>> {
  const intakes = makeIntakes()
  const read = new Map<string, Pick<Instance, "order" | "steps" | "firm">[]>()
  const found = new Map<string, { instances: KnownInstance[]; told: Told[] }>()
  const entryOf = (id: string) => {
    const entry = found.get(id) ?? { instances: [], told: [] }
    found.set(id, entry)
    return entry
  }

  function readOn(line: ReadLine): void {
    const { intake } = line.batch
    for (const order of intakes.fresh(line)) {
      if (!isWanted(order.endToEndId)) continue
      const orders = read.get(intake) ?? []
      read.set(intake, orders)
      orders.push({ order, ...fateOf(order, found.get(order.endToEndId)?.told ?? []) })
    }
  }

  function end({ at, count, did, intake }: TakenLine | RefusedLine): void {
    const orders = read.get(intake) ?? []
    read.delete(intake)
    if (!intakes.end(intake) || did === "refused") return
    for (const each of orders) {
      entryOf(each.order.endToEndId).instances.push({ ...each, at, count })
    }
  }

  for await (const { line } of tape.from(0)) {
    if (line.did === "read") readOn(line)
    else if (line.did === "taken" || line.did === "refused") end(line)
    else if (line.did === "told" && isWanted(line.endToEndId)) {
      entryOf(line.endToEndId).told.push(line)
    }
  }
  return found
}

/** Opens the books for questions. `statement` is the bank's own doing. */
export function openBooks(
  { clock, tape }: { readonly clock: Clock; readonly tape: Tape<Line> },
  statement: Books["statement"],
): Books {
  return {
    statement,
    async collected(endToEndId) {
      const id = fileIdOf(endToEndId)
      const entry = (await lookUp(tape, (each) => each === id)).get(id)
      return entry ? movesOf(entry, clock.now()) : 0
    },
    async totals() {
      const totals = new Map<string, number>()
      for (const [id, entry] of await lookUp(tape, () => true)) {
        totals.set(id, movesOf(entry, clock.now()))
      }
      return totals
    },
  }
}

const UUID_CHARS = 36

function fileIdOf(id: string): string {
  // An end-to-end id is never as long.
  return id.length === UUID_CHARS ? toFileId(id) : id
}
