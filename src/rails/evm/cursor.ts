/** How far a chain was read: its newest block, ever rarer older ones, and what is to be re-read. */
import { isHash } from "./values.ts"

export type Point = { readonly number: number; readonly hash: string }

/** Blocks to be read once more, as soon as the chain's head is at `dueAt`. Both ends belong. */
export type Owed = { readonly from: number; readonly to: number; readonly dueAt: number }

/** `points` stand below the tip, the newest first: a fork is found by them. */
export type Cursor = {
  readonly tip: Point
  readonly points: readonly Point[]
  readonly owed: readonly Owed[]
  /** How often blocks were owed anew, so that a cursor which says so differs from all others. */
  readonly starts: number
}

/** Points are kept to 2^13 blocks below the tip: far more than any chain is asked to wait. */
const REACH_BITS = 13
/** Blocks that one entry of `owed` may grow to; so there are few, however many are in doubt. */
const OWED_SPAN = 200
/** Entries of `owed`: further blocks widen the last, so that the text stays short. */
const OWED_MAX = 16
/** How long a block in doubt is left alone, in blocks: nodes have caught up with themselves. */
const DOUBT_BLOCKS = 64

export function startAt({ hash, number }: Point): Cursor {
  return { tip: { number, hash }, points: [], owed: [], starts: 0 }
}

/** Moves the tip up to blocks that are above it, the oldest first. */
export function advance(cursor: Cursor, blocks: readonly Point[]): Cursor {
  const tip = blocks.at(-1)
  if (!tip) return cursor
  const older = [...blocks.slice(0, -1).reverse(), cursor.tip, ...cursor.points]
  const points = older.map(({ hash, number }) => ({ number, hash }))
  return {
    ...cursor,
    tip: { number: tip.number, hash: tip.hash },
    points: thin(tip.number, points),
  }
}

/** The cursor with its tip back at a block below it. */
export function rewind(cursor: Cursor, { hash, number }: Point): Cursor {
  const points = cursor.points.filter((point) => point.number < number)
  return { ...cursor, tip: { number, hash }, points }
}

/**
 * Of all points at distances from 2^k to 2^(k+1), the nearest and the farthest are kept: two a
 * step, so that each step always has one on its way to the next.
 */
function thin(tip: number, points: readonly Point[]): readonly Point[] {
  const step = (point: Point) => Math.floor(Math.log2(tip - point.number))
  return points.filter((point, at) => {
    if (step(point) > REACH_BITS) return false
    const before = points[at - 1]
    const after = points[at + 1]
    if (!before || !after) return true
    return step(before) !== step(point) || step(after) !== step(point)
  })
}

/** Has the newest `count` blocks read once more, at once. */
export function oweLast(cursor: Cursor, count: number): Cursor {
  const to = cursor.tip.number
  const from = Math.max(0, to - count + 1)
  const owed = [{ from, to, dueAt: 0 }, ...cursor.owed.filter(isDoubt)]
  return { ...cursor, owed, starts: cursor.starts + 1 }
}

const isDoubt = ({ dueAt }: Owed) => dueAt > 0

/** Has a block that was taken for empty, against its bloom, read once more later. */
export function oweDoubt(cursor: Cursor, block: number): Cursor {
  return owe(cursor, block, block + DOUBT_BLOCKS)
}

/** Has blocks that something was orphaned in read once more, when the head is at `dueAt`. */
export function oweOrphaned(cursor: Cursor, blocks: readonly number[], dueAt: number): Cursor {
  const rising = [...new Set(blocks)].toSorted((a, b) => a - b)
  return rising.reduce((owing, block) => owe(owing, block, Math.max(1, dueAt)), cursor)
}

/** Adds a block to the last entry where that stays small, or where there are enough of them. */
function owe(cursor: Cursor, block: number, dueAt: number): Cursor {
  const last = cursor.owed.at(-1)
  const fits = last && block >= last.from && block - last.from < OWED_SPAN
  if (!last || !isDoubt(last) || !(fits || cursor.owed.length >= OWED_MAX)) {
    return { ...cursor, owed: [...cursor.owed, { from: block, to: block, dueAt }] }
  }
  const entry = {
    from: Math.min(last.from, block),
    to: Math.max(last.to, block),
    dueAt: Math.max(last.dueAt, dueAt),
  }
  return { ...cursor, owed: [...cursor.owed.slice(0, -1), entry] }
}

/** The entry that is to be read first; null when none is due. */
export function nextOwed(cursor: Cursor, head: number): Owed | null {
  return cursor.owed.find(({ dueAt, to }) => dueAt <= head && to <= head) ?? null
}

/** The blocks of an entry up to `to` were read. */
export function paid(cursor: Cursor, entry: Owed, to: number): Cursor {
  const rest = to < entry.to ? [{ ...entry, from: to + 1 }] : []
  return { ...cursor, owed: cursor.owed.flatMap((each) => (each === entry ? rest : [each])) }
}

/** The cursor as text, below 4 KB. */
export function writeCursor({ owed, points, starts, tip }: Cursor): string {
  const pair = ({ hash, number }: Point) => [number, hash]
  const debts = owed.map(({ dueAt, from, to }) => [from, to, dueAt])
  return JSON.stringify({ tip: pair(tip), points: points.map(pair), owed: debts, starts })
}

/** Throws when the text isn't one that `writeCursor` made. */
export function parseCursor(text: string): Cursor {
  const { owed, points, starts, tip } = JSON.parse(text)
  if (!isHeight(starts)) throw new Error("the cursor holds no count")
  return {
    tip: readPoint(tip),
    points: points.map(readPoint),
    owed: owed.map(readOwed),
    starts,
  }
}

function readPoint(value: unknown): Point {
  const [number, hash]: unknown[] = Array.isArray(value) ? value : []
  if (!isHeight(number) || !isHash(hash)) throw new Error("the cursor holds no block")
  return { number, hash }
}

function readOwed(value: unknown): Owed {
  const [from, to, dueAt]: unknown[] = Array.isArray(value) ? value : []
  if (!isHeight(from) || !isHeight(to) || !isHeight(dueAt)) {
    throw new Error("the cursor holds no span")
  }
  return { from, to, dueAt }
}

const isHeight = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0
