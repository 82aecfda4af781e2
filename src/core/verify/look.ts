/** One look at the books: what is new, what accounts come to, and a further part of the old. */
import type { Clock } from "../../clock.ts"
import type { Database, Transaction } from "../../db/database.ts"
import { START, stillHolds, walk } from "../audit/chain.ts"
import { firstIdAt, timeOfId } from "../retention/months.ts"
import type { Keyring } from "../seal.ts"
import { inSnapshot } from "../store/snapshot.ts"
import { type Discrepancy, FOUND_MAX, type Found, type Scope, TABLES, type Table } from "./check.ts"
import { checksOver, SMALL_CHECKS } from "./checks.ts"
import { beginningOf, type Stretch, stretchOf } from "./store/range.ts"
import * as store from "./store/watch.ts"

export type LookParts = {
  readonly database: Database
  readonly clock: Clock
  readonly keyring: Keyring
}

/** Another node goes on with it: what this one did not write down is read there again. */
export class LookLost extends Error {
  override name = "LookLost"
}

/**
 * Rows of a stretch. A look begins with few; as a statement costs the same to plan whatever it
 * reads, the next stretch is as long as `STRETCH_MS` allow, a tenth of what a look may take: so
 * it ends close to its budget, on a slow server, too.
 */
const STRETCH_ROWS = { first: 1_000, least: 250, most: 10_000 } as const
const STRETCH_MS = 60
/**
 * How long a look goes on: a hundredth of the database's time, of a look a minute. Where more comes
 * in than that can read, five hundredths: what is new would be later and later. Each part has its
 * own end, and reads one stretch whatever the time, so that none of them keeps another from going
 * on.
 */
const UNTIL_MS = { events: 240, sums: 330, old: 600 } as const
const UNTIL_LATE_MS = { events: 2_000, sums: 2_700, old: 3_000 } as const
/** From here on what is new is late. */
const LATE_MS = 300_000
/** Audit entries of a look: an operator does not do so much in a minute. */
const AUDIT_ROWS = 500

const NAMES = Object.keys(TABLES) as Table[]

/**
 * Takes a look and answers what is known afterwards; most of it is written down on the way.
 * `settled` is an id below which nothing is committed any more. Throws `LookLost`.
 */
export async function takeLook(
  parts: LookParts,
  begun: store.Claimed,
  settled: string,
): Promise<store.Claimed> {
  const { clock, database, keyring } = parts
  const startMs = clock.elapsedMs()
  const until = isLate(begun, settled) ? UNTIL_LATE_MS : UNTIL_MS
  const within = (part: keyof typeof UNTIL_MS) => clock.elapsedMs() - startMs < until[part]
  let watch = begun
  const found: Discrepancy[] = []
  let isAuditRead = false
  let stretchRows: number = STRETCH_ROWS.first

  /** Does what reads a stretch, and learns from it how long the next one may be. */
  async function paced<T extends { readonly rows: number }>(work: () => Promise<T>): Promise<T> {
    const beganMs = clock.elapsedMs()
    const done = await work()
    // A short one says little: most of its time is not its rows'.
    if (done.rows < stretchRows) return done
    const perMs = stretchRows / Math.max(clock.elapsedMs() - beganMs, 1)
    const fitting = Math.min(Math.round(perMs * STRETCH_MS), 2 * stretchRows)
    stretchRows = Math.max(STRETCH_ROWS.least, Math.min(fitting, STRETCH_ROWS.most))
    return done
  }
  const keep = (check: string, rows: readonly Found[]) => {
    found.push(...rows.map((row) => ({ check, ...row })))
  }
  const judge = async (db: Transaction, table: Table, scope: Scope) => {
    for (const { name, find } of checksOver(table)) keep(name, await find(db, scope, { keyring }))
  }
  const read = (rows: number) => {
    watch = { ...watch, checkedRows: watch.checkedRows + BigInt(rows) }
  }
  /** Sums and the place up to which they are go into one commit. */
  const add = (next: Partial<store.Claimed>, work: (db: Transaction) => Promise<void>) =>
    database.transaction(async (db) => {
      const saved = { ...watch, ...next }
      if (!(await store.saveWatch(db, saved))) throw new LookLost()
      await work(db)
      watch = saved
    })

  async function lookAtNew(): Promise<void> {
    // What was there before the first look is read with the old.
    let from = watch.eventsUpto ?? settled
    let last = false
    do {
      const stretch = await paced(() =>
        inSnapshot(database, async (db) => {
          const each = await stretchOf(db, "events", from, stretchRows)
          await judge(db, "events", each)
          for (const { subject, ids } of await store.subjectsIn(db, each)) {
            const table = subject === "instrument" ? "instruments" : "payments"
            await judge(db, table, { ids })
          }
          return each
        }),
      )
      read(stretch.rows)
      from = stretch.to
      last = stretch.last
      watch = { ...watch, eventsUpto: from < settled ? from : settled }
    } while (!last && within("events"))
  }

  async function addUpNew(): Promise<void> {
    const isBehind = () => watch.foldedUpto !== null && watch.foldedUpto < settled
    for (let first = true; isBehind() && (first || within("sums")); first = false) {
      const from = watch.foldedUpto!
      const stretch = await paced(async () => {
        const each = await stretchOf(database, "transfers", from, stretchRows)
        const to = each.to < settled ? each.to : settled
        await add({ foldedUpto: to }, (db) => store.foldStretch(db, { ...each, to }))
        return each
      })
      read(stretch.rows)
    }
    const { foldedUpto } = watch
    if (foldedUpto === null || foldedUpto < settled) return
    const off = await accountsOff(foldedUpto)
    keep(
      "balances",
      off.map(({ id, balance, sum }) => ({
        what: "account",
        id,
        detail: `balance ${balance}, transfers ${sum}`,
      })),
    )
  }

  /**
   * A node that was frozen for minutes, or whose clock was moved on meanwhile, commits what has an
   * older id than what was added up already. So an account that seems wrong is added up anew from
   * its first transfer on, once, before anybody is told.
   */
  async function accountsOff(upto: string) {
    const seen = () => inSnapshot(database, (db) => store.balancesOff(db, upto, FOUND_MAX))
    const off = await seen()
    const known = new Set(watch.wrong.map(nameOf))
    const suspects = off.filter(({ id }) => !known.has(nameOf({ check: "balances", id })))
    if (suspects.length === 0) return off
    await add({}, (db) =>
      store.sumAnew(
        db,
        suspects.map(({ id }) => id),
        upto,
      ),
    )
    return seen()
  }

  async function lookAtAudit(): Promise<void> {
    await inSnapshot(database, async (db) => {
      const { auditUpto: position, auditHash: hash } = watch
      const known = hash === null ? START : { position, hash }
      // Beside a row that changed, what follows it is no news.
      const from = (await stillHolds(db, known)) ? known : START
      const { broken, place, rows } = await walk(db, from, { most: AUDIT_ROWS })
      read(rows)
      isAuditRead = rows < AUDIT_ROWS
      watch = { ...watch, auditUpto: place.position, auditHash: place.hash }
      if (!broken) return
      keep("audit-chain", [{ what: "audit", id: String(broken.position), detail: broken.why }])
    })
  }

  /** Reads one stretch of what is old; answers whether that was the last of everything. */
  async function lookAtOld(): Promise<boolean> {
    const table = NAMES[watch.placeTable]!
    const stretch = await paced(() =>
      inSnapshot(database, async (db) => {
        const each = await stretchOf(db, table, watch.placeId ?? beginningOf(table), stretchRows)
        await judge(db, table, each)
        return each
      }),
    )
    read(stretch.rows)
    // What a row of another table costs isn't known yet: some are opened and read.
    if (stretch.last) stretchRows = STRETCH_ROWS.first
    const isEnd = stretch.last && watch.placeTable === NAMES.length - 1
    const place = stretch.last
      ? { placeTable: isEnd ? 0 : watch.placeTable + 1, placeId: null }
      : { placeTable: watch.placeTable, placeId: stretch.to }
    if (table === "transfers") await countOld(stretch, place)
    else watch = { ...watch, ...place }
    return isEnd
  }

  async function countOld(
    stretch: Stretch,
    place: Pick<store.Claimed, "placeTable" | "placeId">,
  ): Promise<void> {
    // What is not settled may still be joined by lower ids, and is counted as new.
    const isOver = stretch.last || stretch.to >= settled
    const to = isOver && settled < stretch.to ? settled : stretch.to
    const ended = { placeTable: NAMES.indexOf("transfers") + 1, placeId: null, foldedUpto: to }
    await add(isOver ? ended : place, async (db) => {
      if (to > stretch.from) await store.countStretch(db, { ...stretch, to })
      if (isOver) await store.useCount(db)
    })
  }

  for (const { name, find } of SMALL_CHECKS) keep(name, await find(database))
  await lookAtNew()
  stretchRows = STRETCH_ROWS.first
  await addUpNew()
  stretchRows = STRETCH_ROWS.first
  await lookAtAudit()
  let isWhole = false
  do isWhole = await lookAtOld()
  while (!isWhole && within("old"))
  return concluded(watch, found, { isWhole: isWhole && isAuditRead, now: clock.now() })
}

/** Whether the first of what is new is late: for as long as it was there, nobody looked at it. */
function isLate({ eventsUpto, foldedUpto }: store.Claimed, settled: string): boolean {
  const late = firstIdAt(new Date(timeOfId(settled).getTime() - LATE_MS))
  return [eventsUpto, foldedUpto].some((upto) => upto !== null && upto < late)
}

/** Keeps what was found, and lets go of what a whole reading did not find again. */
function concluded(
  watch: store.Claimed,
  found: readonly Discrepancy[],
  { isWhole, now }: { readonly isWhole: boolean; readonly now: Date },
): store.Claimed {
  const { cycle } = watch
  const byName = new Map(watch.wrong.map((each) => [nameOf(each), each]))
  for (const each of found) byName.set(nameOf(each), { ...each, cycle })
  const isCurrent = (each: store.Kept) => !isWhole || each.cycle === cycle
  const wrong = [...byName.values()].filter(isCurrent).slice(0, FOUND_MAX)
  return {
    ...watch,
    cycle: isWhole ? cycle + 1 : cycle,
    wholeAt: isWhole ? now : watch.wholeAt,
    // The log is walked from its beginning with each reading of everything.
    ...(isWhole && { auditUpto: 0n, auditHash: null }),
    lookedAt: now,
    wrong,
    wrongSince: wrong.length === 0 ? null : (watch.wrongSince ?? now),
  }
}

/** What a fault is known by from one look to the next. */
export function nameOf({ check, id }: Pick<Discrepancy, "check" | "id">): string {
  return `${check} ${id}`
}
