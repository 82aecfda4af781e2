/** What operators see of bank files, and the little that they may change. */
import { type AuditParts, audited } from "../audit/audited.ts"
import type { Action, Entry } from "../audit/entry.ts"
import { orderOf } from "../payments/prepare.ts"
import type { Rail } from "../rail.ts"
import type { Keyring } from "../seal.ts"
import { inSnapshot } from "../store/snapshot.ts"
import type { Exchange, FileKind, Slot } from "./exchange.ts"
import * as store from "./store/view.ts"

export type ViewParts = AuditParts & {
  readonly keyring: Keyring
  readonly rails: ReadonlyMap<string, Rail>
}

/** Orders of one kind over one account of ours for one day. */
export type DryGroup = Slot & {
  readonly kind: FileKind
  readonly asset: string
  readonly orders: number
  /** Minor units. */
  readonly total: bigint
}

/** Orders that would not leave, and why; `attemptId` is one of them. */
export type DryLeftOut = {
  readonly kind: FileKind
  readonly why: string
  /** `declined` when a file leaves without it, `waits` as long as that isn't settled. */
  readonly becomes: "declined" | "waits" | "expires"
  readonly orders: number
  readonly attemptId: string
}

/** What a rail would send now, and what waits for later. */
export type DryRun = {
  readonly rail: string
  readonly at: Date
  readonly files: Readonly<Record<FileKind, number>>
  readonly groups: readonly DryGroup[]
  readonly leftOut: readonly DryLeftOut[]
  readonly later: readonly store.Later[]
}

export type FileStory = {
  readonly file: store.BankFile
  readonly groups: readonly store.BankGroup[]
  readonly lines: readonly store.LineCount[]
}

/** Times at which something leaves later; more are no help. */
const LATER_MAX = 100
/** A file listed in full is shown; of more that came under one name, the newest. */
const LISTED_MAX = 10_000

/** Makes the questions and actions. */
export function makeView(parts: ViewParts) {
  const { database, clock } = parts
  return {
    /** The rails that work with files. */
    rails: (): string[] => [...exchangesOf(parts)].map(({ rail }) => rail.name),
    /** Files in and out, newest first. */
    files: (of: { limit: number; direction: "in" | "out" | null }) =>
      store.listFiles(database, { ...of, limit: Math.min(of.limit, LISTED_MAX) }),
    /** Files by id or name, with their groups and what became of their lines. */
    async find(idOrName: string): Promise<FileStory[]> {
      const files = await store.findFiles(database, idOrName)
      return Promise.all(
        files.map(async (file) => ({
          file,
          groups: await store.groupsOfFile(database, file.id),
          lines: await store.countLines(database, file.id),
        })),
      )
    },
    /** Passes lines to `visit` in parts: the open ones, or all that came to `outcomes`. */
    lines: (
      of: Parameters<typeof store.eachLine>[1],
      visit: (rows: readonly store.ShownLine[]) => Promise<void>,
    ): Promise<void> => inSnapshot(database, (snapshot) => store.eachLine(snapshot, of, visit)),
    /**
     * Writes down that an operator has seen to an open line, with a note that is kept for good;
     * answers the line as it is then, and whether this did it. Null when there is none.
     */
    async clear(id: string, note: string) {
      const cleared = await audited(
        parts,
        (tx) => store.clearLine(tx, id, { at: clock.now(), note }),
        (done) => told("bank-files.clear", id, done ? {} : null),
      )
      const line = await store.findLine(database, id)
      return line && { line, cleared }
    },
    /** What each rail would send now. Nothing is written, in the database or in the folder. */
    async dryRun(): Promise<DryRun[]> {
      const runs: DryRun[] = []
      for (const { rail, exchange } of exchangesOf(parts)) {
        runs.push(await dryRun(parts, rail, exchange))
      }
      return runs
    },
    /** Makes what waits for a later file due now; answers how many orders. */
    async sendNow(): Promise<{ rail: string; orders: number }[]> {
      const sent: { rail: string; orders: number }[] = []
      for (const { rail } of exchangesOf(parts)) {
        const orders = await audited(
          parts,
          (tx) => store.wakeWaiting(tx, { rail: rail.name, now: clock.now() }),
          (count) => told("bank-files.send", rail.name, { orders: { old: null, new: count } }),
        )
        sent.push({ rail: rail.name, orders })
      }
      return sent
    },
    /** Lets a rail take whatever folder it finds next; false when it knew none before. */
    adopt: (rail: string): Promise<boolean> =>
      audited(
        parts,
        (tx) => store.adoptFolder(tx, rail, clock.now()),
        (done) => told("bank-files.adopt", rail, done ? {} : null),
      ),
  }
}

/** What an operator did; null for a change says that there was none. */
function told(action: Action, subject: string, change: Entry["change"] | null): Entry {
  const outcome = change ? "done" : "unchanged"
  return { action, merchantId: null, subject, outcome, change: change ?? {} }
}

function exchangesOf({ rails }: ViewParts) {
  return [...rails.values()].flatMap((rail) =>
    rail.exchange ? [{ rail, exchange: rail.exchange }] : [],
  )
}

/** Asks of each order what the sender asks, in its order, and begins none. */
function dryRun(parts: ViewParts, rail: Rail, exchange: Exchange): Promise<DryRun> {
  const now = parts.clock.now()
  const groups = new Map<string, DryGroup>()
  const leftOut = new Map<string, DryLeftOut>()
  const slots = new Map<string, Slot | string>()

  function slotOf({ account, asset }: store.WaitingRow): Slot | string {
    const key = `${account ?? ""}|${asset}`
    const slot = slots.get(key) ?? exchange.slotOf({ account, asset }, now)
    slots.set(key, slot)
    return slot
  }

  function verdictOn(row: store.WaitingRow): Slot | Pick<DryLeftOut, "why" | "becomes"> {
    if (row.revoked) return { why: "the consent to it was taken back", becomes: "declined" }
    if (row.lapsed) return { why: "its payment's time is over", becomes: "expires" }
    const slot = slotOf(row)
    if (typeof slot === "string") return { why: slot, becomes: "waits" }
    const flaw = flawIn(parts, exchange, row)
    return flaw === null ? slot : { why: flaw, becomes: "declined" }
  }

  function count(row: store.WaitingRow): void {
    const kind = row.kind === "refund" ? "credits" : "debits"
    const verdict = verdictOn(row)
    if ("why" in verdict) {
      const key = `${kind}|${verdict.becomes}|${verdict.why}`
      const before = leftOut.get(key) ?? { kind, ...verdict, orders: 0, attemptId: row.id }
      leftOut.set(key, { ...before, orders: before.orders + 1 })
      return
    }
    const { asset } = row
    const key = `${kind}|${verdict.account}|${asset}|${verdict.day}`
    const before = groups.get(key) ?? { kind, ...verdict, asset, orders: 0, total: 0n }
    groups.set(key, { ...before, orders: before.orders + 1, total: before.total + row.amount })
  }

  return inSnapshot(parts.database, async (snapshot) => {
    await store.eachWaiting(snapshot, { rail: rail.name, now }, async (rows) => {
      for (const row of rows) count(row)
    })
    const later = await store.laterOrders(snapshot, { rail: rail.name, now, most: LATER_MAX })
    const all = inOrder(groups)
    const filesOf = (kind: FileKind) => {
      const orders = all.reduce((sum, group) => sum + (group.kind === kind ? group.orders : 0), 0)
      return Math.ceil(orders / exchange.ordersMax)
    }
    return {
      rail: rail.name,
      at: now,
      files: { debits: filesOf("debits"), credits: filesOf("credits") },
      groups: all,
      leftOut: inOrder(leftOut),
      later,
    }
  })
}

/** Why an order can't be written, without its values; null when it can. */
function flawIn(parts: ViewParts, exchange: Exchange, row: store.WaitingRow): string | null {
  try {
    const order = { ...orderOf(row, parts.keyring), remittance: row.remittance }
    return exchange.flawOf(order)?.why ?? null
  } catch {
    // The gateway logs the fault when it meets it; here it is one order that doesn't leave.
    return "what is stored of its account can't be opened"
  }
}

function inOrder<Value>(map: ReadonlyMap<string, Value>): Value[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
}
