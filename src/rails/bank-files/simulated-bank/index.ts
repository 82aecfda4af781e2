/** The bank of a sandbox: the other side of the exchange folder, with books of its own. */
import { join } from "node:path"
import type { Clock, Fact, Ids, Order, Rail, Sighting } from "../../../core/index.ts"
import { toFileId } from "../../../iso20022/ids.ts"
import { dayIn } from "../when.ts"
import { makeAgenda } from "./agenda.ts"
import { netOf, putAnswer, referenceOf } from "./answers.ts"
import { type Books, type Known, lookUp, openBooks } from "./books.ts"
import { takeIn } from "./intake.ts"
import type { Line, ToldLine } from "./lines.ts"
import { stateDay } from "./statements.ts"
import { type Happening, type Instance, storyOf, tellsOf } from "./story.ts"
import { openTape } from "./tape.ts"

export type { Books } from "./books.ts"

export type BankParts = {
  readonly clock: Clock
  readonly ids: Pick<Ids, "next">
  /** The exchange folder. Nothing in it is touched before the bank works. */
  readonly folder: string
  /** Where the bank is: its days decide its statements. */
  readonly timeZone?: string
  /** Whether orders of one group stand on the account as one entry. */
  readonly batched?: boolean
}

export type SimulatedBank = {
  /**
   * Takes what lies in `out/`, and puts into `in/` what is due. Quick when there is nothing, and
   * never longer than some milliseconds without a turn of the event loop.
   */
  work(): Promise<void>
  readonly simulate: NonNullable<Rail["simulate"]>
  readonly books: Books
}

/** Makes the bank over its folder. Everything it knows stands in `simulated-bank/` there. */
export function makeSimulatedBank(parts: BankParts): SimulatedBank {
  const { batched = false, clock, folder, ids, timeZone = "America/Bogota" } = parts
  const home = join(folder, "simulated-bank")
  const out = join(folder, "out")
  const tray = { folder: join(folder, "in"), mark: ids.next() }
  const tape = openTape<Line>(join(home, "books.jsonl"))
  const agenda = makeAgenda()
  let readTo = 0
  let last: Promise<unknown> = Promise.resolve()
  let working: Promise<void> | null = null

  /** One thing after the other: what is decided stands on all that was written before. */
  function alone<T>(task: () => Promise<T>): Promise<T> {
    const done = last.then(task)
    // Whoever asked hears of it.
    last = done.catch(() => undefined)
    return done
  }

  async function catchUp(): Promise<void> {
    for await (const { line, next } of tape.from(readTo)) {
      agenda.fold(line)
      readTo = next
    }
  }

  async function answer(): Promise<void> {
    for (const each of agenda.due(clock.now())) {
      const day = dayIn(timeZone, each.dueAt)
      await putAnswer(tray, each, { batched, bookedOn: day })
      const net = netOf(each)
      const moved =
        each.tells === "money" && net !== null
          ? { account: each.account, currency: each.currency, day, net: String(net) }
          : null
      tape.append({ did: "put", answer: each.id, moved })
      await catchUp()
    }
  }

  const statementParts = { tape, tray, timeZone, batched }

  async function workOnce(): Promise<void> {
    await catchUp()
    await takeIn({ clock, ids, out, home, tape, agenda })
    await catchUp()
    await answer()
    const now = clock.now()
    for (const day of agenda.unstated(dayIn(timeZone, now))) {
      await stateDay(statementParts, day, now)
      tape.append({ did: "stated", day })
    }
    await catchUp()
  }

  async function tell(...[order, outcome, reason]: Parameters<SimulatedBank["simulate"]>) {
    const endToEndId = toFileId(order.attemptId)
    const known = await find(endToEndId)
    const now = clock.now()
    const of = order.kind === "refund" ? "transfer" : "debit"
    const stepsFor = (instance: Instance | null) =>
      tellsOf(storyOf(instance, known.told, now), of, outcome, reason)
    const tells = known.instances.map((instance) => {
      const { amount, batch, position } = instance.order
      const { count } = instance
      return { batch, position, amount: String(amount), count, steps: stepsFor(instance) }
    })
    // What was never handed in is only written down, for the time when it is.
    const all = tells.length === 0 ? [stepsFor(null)] : tells.map(({ steps }) => steps)
    if (all.some((steps) => steps.length > 0)) {
      const told = { outcome: outcome as ToldLine["outcome"], reason, at: now.toISOString() }
      tape.append({ did: "told", id: ids.next(), endToEndId, tells, ...told })
    }
    return sightingsOf(order, await find(endToEndId), now)
  }

  async function find(id: string): Promise<Known> {
    const found = await lookUp(tape, (each) => each === id)
    return found.get(id) ?? { instances: [], told: [] }
  }

  return {
    work() {
      working ??= alone(workOnce).finally(() => {
        working = null
      })
      return working
    },
    simulate: (...told) => alone(() => tell(...told)),
    books: openBooks({ clock, tape }, (day) =>
      alone(async () => {
        await stateDay(statementParts, day, clock.now())
      }),
    ),
  }
}

/** What happened to an order when it was first handed in, or to one that never was. */
function seen({ instances, told }: Known, now: Date): readonly Happening[] {
  return storyOf(instances[0] ?? null, told, now)
}

/** What moved money, or never will: with the places under which the bank's files tell of it. */
function sightingsOf({ attemptId }: Order, known: Known, now: Date): readonly Sighting[] {
  const [first] = known.instances
  return seen(known, now).flatMap(({ at, kind, reason }) => {
    const fact = FACTS[kind]?.(reason) ?? null
    if (fact === null) return []
    const sighting = { attemptId, place: `${kind}:${attemptId}`, fact, at }
    return [first ? { ...sighting, railReference: referenceOf(first.order) } : sighting]
  })
}

const FACTS: Readonly<Partial<Record<Happening["kind"], (reason: Happening["reason"]) => Fact>>> = {
  settled: () => ({ kind: "settled" }),
  declined: (reason) => ({ kind: "declined", reason: reason ?? "other" }),
  returned: (reason) => ({ kind: "returned", reason: reason ?? "returned_by_bank" }),
}
