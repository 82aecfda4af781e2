/**
 * The statement of a merchant's wallet: each movement with the balance after it, and the proof that
 * all of them come to what the accounts hold.
 *
 * Movements stand in the order of the time that their batch was decided at, then of their ids. Two
 * nodes may commit in another order, and their clocks differ by milliseconds: a balance in the
 * middle may then be one that the account never had. Sums don't ask for the order, and days are cut
 * by the same time as the rows are sorted by, so each opening is the closing before it; only what
 * is being committed while somebody reads may still join a stretch that has just ended.
 */
import type { Day } from "../../calendar.ts"
import type { Database, Transaction } from "../../db/database.ts"
import { findMerchant } from "../merchants/store.ts"
import { assert } from "../refusal.ts"
import { inSnapshot } from "../store/snapshot.ts"
import { beginOf, dayAfter } from "./day.ts"
import {
  type Balances,
  balancesOf,
  eachMovement,
  firstMovements,
  type Movement,
  movedBy,
  type Range,
  type Wallet,
  walletOf,
} from "./store/statement.ts"

/** Which wallet, and between which days of its merchant, both included; without one: all. */
export type StatementAsked = {
  readonly merchantId: string
  readonly asset: string
  readonly from?: Day | null | undefined
  readonly to?: Day | null | undefined
}

/** A movement with what the wallet then had. */
export type StatementLine = Movement & { readonly after: Balances }

type Stated = {
  readonly timeZone: string
  /** The instants that the days stand for; null where the statement has no such end. */
  readonly from: Date | null
  readonly to: Date | null
  /** Before the first movement, and after the last. */
  readonly opening: Balances
  readonly closing: Balances
}

export type Statement = Stated &
  Omit<StatementAsked, "from" | "to"> & {
    readonly movements: number
    /** What the accounts held at the end. */
    readonly ledger: Balances
    /** Whether the movements lead there. */
    readonly agrees: boolean
  }

/** Where a page ended, and what the wallet had there. */
export type StatementPlace = Balances & { readonly at: Date; readonly id: string }

export type StatementPage = Stated & {
  readonly lines: readonly StatementLine[]
  /** Where the next page begins; null for the last. */
  readonly next: StatementPlace | null
  /** Of the last page, whether all before it led to what the accounts hold; null before it. */
  readonly agrees: boolean | null
}

const NOTHING: Balances = { available: 0n, held: 0n }

/** What each kind of transfer is to the merchant. */
const WORDS: Readonly<Record<string, string>> = {
  "top-up": "money paid in",
  "owed.paid": "debt paid",
  "recharge.hold": "held for a recharge",
  "recharge.confirmed": "recharge delivered",
  "recharge.released": "recharge not delivered, given back",
  "recharge.late": "recharge delivered late",
  "recharge.late.owed": "recharge delivered late, owed",
  "recharge.commission": "commission earned",
  fee: "fee",
  "charge.approved": "payment approved",
  "charge.received": "payment came in",
  "charge.unapplied": "payment came in, not assigned",
  "charge.settled": "payment settled",
  "charge.returned": "payment taken back",
  "charge.returned.owed": "payment taken back, owed",
  "charge.returned.settled": "payment taken back after it was settled",
  "charge.frozen": "payment in doubt, held",
  "charge.frozen.owed": "payment in doubt, owed",
  "charge.thawed": "payment no longer in doubt",
  "charge.thawed.owed": "payment no longer in doubt, no longer owed",
  "charge.shrunk": "payment came to less",
  "refund.reserved": "held for a refund",
  "refund.confirmed": "refund paid",
  "refund.failed": "refund failed, given back",
  "refund.late": "refund paid late",
  "refund.late.owed": "refund paid late, owed",
  "refund.returned": "refund came back",
}

/** What a movement was, in plain words. */
export function wordsOf(kind: string): string {
  return WORDS[kind] ?? kind
}

/**
 * Reads a statement as of one instant, in parts that fit into memory. `visit` first gets no lines
 * and the opening balances, then lines in their order. The proof adds up all movements that the
 * wallet ever had. Throws for a merchant that isn't there.
 */
export function statement(
  database: Database,
  asked: StatementAsked,
  visit: (lines: readonly StatementLine[], opening: Balances) => Promise<void>,
): Promise<Statement> {
  return inSnapshot(database, async (snapshot) => {
    const { wallet, timeZone, range } = await placed(snapshot, asked)
    const opening = await before(snapshot, wallet, range)
    let closing = opening
    let movements = 0
    await visit([], opening)
    await eachMovement(snapshot, wallet, range, async (part) => {
      const lines = linesOf(part, closing)
      closing = lines.at(-1)!.after
      movements += lines.length
      await visit(lines, opening)
    })
    const ledger = await ledgerAt(snapshot, wallet, range.to)
    const { merchantId, asset } = asked
    return {
      ...{ merchantId, asset, timeZone, from: range.from, to: range.to, opening, closing },
      ...{ movements, ledger, agrees: same(closing, ledger) },
    }
  })
}

/**
 * Reads one page of a statement, `limit` lines at most, from where the page before ended. Each page
 * is of its own instant, and costs no more than its lines; the first and the last also add up what
 * came since the stretch began, and since it ended.
 */
export function statementPage(
  database: Database,
  asked: StatementAsked,
  { limit, after }: { readonly limit: number; readonly after: StatementPlace | null },
): Promise<StatementPage> {
  return inSnapshot(database, async (snapshot) => {
    const { wallet, timeZone, range } = await placed(snapshot, asked)
    const opening = after ?? (range.from ? await ledgerAt(snapshot, wallet, range.from) : NOTHING)
    // One more tells whether there is a next page.
    const found = await firstMovements(snapshot, wallet, { ...range, after }, limit + 1)
    const lines = linesOf(found.slice(0, limit), opening)
    const last = lines.at(-1)
    const closing = last?.after ?? opening
    const next = found.length > limit && last ? { ...last.after, at: last.at, id: last.id } : null
    const agrees = next ? null : same(closing, await ledgerAt(snapshot, wallet, range.to))
    const { from, to } = range
    return { timeZone, from, to, opening, closing, lines, next, agrees }
  })
}

async function placed(
  snapshot: Transaction,
  { merchantId, asset, from = null, to = null }: StatementAsked,
): Promise<{ wallet: Wallet; timeZone: string; range: Range }> {
  const merchant = await findMerchant(snapshot, merchantId)
  assert(merchant, `there is no merchant ${merchantId}`)
  const { timeZone } = merchant
  const range = {
    from: from === null ? null : beginOf(from, timeZone),
    to: to === null ? null : beginOf(dayAfter(to), timeZone),
  }
  return { wallet: walletOf(merchantId, asset), timeZone, range }
}

/** What the wallet had when the stretch began: all that had moved it until then. */
async function before(snapshot: Transaction, wallet: Wallet, { from }: Range): Promise<Balances> {
  return from === null ? NOTHING : movedBy(snapshot, wallet, { from: null, to: from })
}

/** What its accounts had at an instant: what they have, less what has moved them since. */
async function ledgerAt(snapshot: Transaction, wallet: Wallet, at: Date | null): Promise<Balances> {
  const now = await balancesOf(snapshot, wallet)
  if (at === null) return now
  const since = await movedBy(snapshot, wallet, { from: at, to: null })
  return { available: now.available - since.available, held: now.held - since.held }
}

function linesOf(rows: readonly Movement[], opening: Balances): StatementLine[] {
  let { available, held } = opening
  return rows.map((row) => {
    available += row.amount
    held += row.heldAmount
    return { ...row, after: { available, held } }
  })
}

function same(a: Balances, b: Balances): boolean {
  return a.available === b.available && a.held === b.held
}
