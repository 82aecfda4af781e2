/** The files that the bank owes, as its books make them: pure, and the same after any crash. */
import type { Day } from "../../../calendar.ts"
import { toFileId } from "../../../iso20022/ids.ts"
import { type Handed, type Line, makeIntakes, type Original, type ToldLine } from "./lines.ts"
import { type Fault, STATUS_MS, type Step } from "./magic.ts"
import { fateOf, isUndone, type Told } from "./story.ts"

export type Item = { readonly order: Handed; readonly step: Step }

/** A file of the bank's. */
export type Answer = {
  /** The message's own id, and part of the file's name. */
  readonly id: string
  readonly dueAt: Date
  /** How many orders were handed in with those that it is about. */
  readonly count: number
} & (
  | { readonly tells: "refusal"; readonly original: Original }
  | { readonly tells: "statuses"; readonly original: Original; readonly items: readonly Item[] }
  | {
      readonly tells: "money"
      readonly account: string
      readonly currency: string
      readonly fault: Exclude<Fault, "amount"> | null
      readonly items: readonly Item[]
    }
)

/** An answer whose file is still being read. */
type Draft = Pick<Answer, "id" | "tells"> & {
  readonly firm: boolean
  readonly afterMs: number
  readonly items: readonly Item[]
}
type Sheaf = { readonly open: Map<string, Item[]>; readonly drafts: Draft[] }

export type Agenda = {
  /** Reads the next line of the books. */
  fold(line: Line): void
  /** The answers that are due, oldest first. */
  due(now: Date): readonly Answer[]
  /** An answer that isn't in the folder yet. */
  find(id: string): Answer | null
  /** How many orders of a file need not be read any more, and whether it was read to its end. */
  read(intake: string): number
  isOver(intake: string): boolean
  /** Days before this one whose statements aren't in the folder yet. */
  unstated(today: Day): readonly Day[]
  /** The accounts on which money moved, with what was on them before a day. */
  openings(day: Day): readonly Opening[]
}
export type Opening = {
  readonly account: string
  readonly currency: string
  /** Minor units. */
  readonly amount: bigint
}

/** Orders in one answer, so that none takes long to write: some 3 MB of a notification. */
export const ANSWER_ITEMS_MAX = 5_000
/** An id has 35 characters at most: these, a dash, and a number of ten digits. */
const ID_PREFIX = 24

/** Begins with empty books. */
export function makeAgenda(): Agenda {
  const intakes = makeIntakes()
  const sheaves = new Map<string, Sheaf>()
  const waiting = new Map<string, Answer & { readonly firm: boolean }>()
  const told = new Map<string, Told[]>()
  const accounts = new Map<string, Opening & { readonly nets: Map<Day, bigint> }>()
  const days = new Set<Day>()

  function sheafOf(id: string): Sheaf {
    const sheaf = sheaves.get(id) ?? { open: new Map(), drafts: [] }
    sheaves.set(id, sheaf)
    return sheaf
  }

  function add(id: string, order: Handed, steps: readonly Step[], firm: boolean): void {
    for (const step of steps) {
      const sheaf = sheafOf(id)
      const { key, draft } = draftOf(order, step, firm)
      const open = sheaf.open.get(key)
      if (open && open.length < ANSWER_ITEMS_MAX) {
        open.push({ order, step })
        continue
      }
      const items = [{ order, step }]
      sheaf.open.set(key, items)
      sheaf.drafts.push({ ...draft, id: idOf(id, sheaf.drafts.length), items } as Draft)
    }
  }

  /** From here on, time runs for what was gathered. */
  function release(id: string, at: string, count: number): void {
    for (const { afterMs, ...draft } of sheaves.get(id)?.drafts ?? []) {
      const dueAt = new Date(Date.parse(at) + afterMs)
      const answer = { ...draft, dueAt, count } as Answer & { firm: boolean }
      waiting.set(answer.id, answer)
    }
    sheaves.delete(id)
  }

  function foldTold({ at, endToEndId, id, outcome, reason, tells }: ToldLine): void {
    for (const { amount, steps, ...place } of tells) {
      add(id, { ...place, endToEndId, amount: BigInt(amount), digits: "" }, steps, true)
    }
    release(id, at, tells[0]?.count ?? 0)
    told.set(endToEndId, [...(told.get(endToEndId) ?? []), { at, outcome, reason }])
  }

  /** Without what was undone by hand meanwhile. */
  function current({ firm, ...answer }: Answer & { readonly firm: boolean }): Answer {
    if (answer.tells === "refusal" || firm || told.size === 0) return answer
    const items = answer.items.filter(({ order }) => {
      const since = told.get(order.endToEndId)
      return since === undefined || !isUndone(answer.dueAt, since)
    })
    return { ...answer, items }
  }

  const folds: { readonly [Did in Line["did"]]: (line: Extract<Line, { did: Did }>) => void } = {
    read(line) {
      for (const order of intakes.fresh(line)) {
        const { steps, firm } = fateOf(order, told.get(order.endToEndId) ?? [])
        add(line.batch.intake, order, steps, firm)
      }
    },
    taken({ at, count, intake }) {
      if (intakes.end(intake)) release(intake, at, count)
    },
    refused({ at, count, intake, original }) {
      sheaves.delete(intake)
      if (!intakes.end(intake) || original === null) return
      const id = idOf(intake, 0)
      const dueAt = new Date(Date.parse(at) + STATUS_MS)
      waiting.set(id, { id, dueAt, count, tells: "refusal", original, firm: true })
    },
    told: foldTold,
    put({ answer, moved }) {
      if (!waiting.delete(answer) || moved === null) return
      const { account, currency, day, net } = moved
      const key = `${account} ${currency}`
      const known = accounts.get(key) ?? { account, currency, amount: 0n, nets: new Map() }
      accounts.set(key, known)
      known.nets.set(day, (known.nets.get(day) ?? 0n) + BigInt(net))
      days.add(day)
    },
    stated: ({ day }) => void days.delete(day),
  }

  return {
    fold: (line) => (folds[line.did] as ((line: Line) => void) | undefined)?.(line),
    due: (now) =>
      [...waiting.values()]
        .filter(({ dueAt }) => dueAt <= now)
        .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime())
        .map(current),
    find(id) {
      const answer = waiting.get(id)
      return answer ? current(answer) : null
    },
    read: intakes.read,
    isOver: intakes.isOver,
    unstated: (today) => [...days].filter((day) => day < today).sort(),
    openings: (day) =>
      [...accounts.values()].map(({ account, currency, nets }) => {
        const before = [...nets].filter(([each]) => each < day)
        return { account, currency, amount: before.reduce((sum, [, net]) => sum + net, 0n) }
      }),
  }
}

function idOf(id: string, number: number): string {
  return `${toFileId(id).slice(0, ID_PREFIX)}-${number + 1}`
}

const IS_MONEY: Readonly<Record<Step["kind"], boolean>> = {
  accepted: false,
  approved: false,
  declined: false,
  settled: true,
  returned: true,
}

/** Which answer a step stands in: the key is the same for those that stand together. */
function draftOf({ batch }: Handed, { afterMs, fault, kind }: Step, firm: boolean) {
  const { account, currency, original } = batch
  if (!IS_MONEY[kind]) {
    const key = `${afterMs} ${firm} ${original.messageId}`
    return { key, draft: { firm, afterMs, tells: "statuses", original } }
  }
  // Another amount is a fault of an entry, not of its file.
  const ofFile = fault === "amount" ? null : fault
  const key = `${afterMs} ${firm} ${ofFile} ${account} ${currency}`
  return { key, draft: { firm, afterMs, tells: "money", account, currency, fault: ofFile } }
}
