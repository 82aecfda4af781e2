/** Compares what a day's rows come to with what the ledger booked. Pure. */
import type { DayTotal } from "./daily.ts"
import type { Figure } from "./store/day.ts"
import type { Moved } from "./store/ledger.ts"

/** One sum, told by the rows and by the ledger, in minor units. */
export type Check = {
  readonly asset: string
  /** A figure of the rows; `gained`: all that came to the merchant's accounts, less what left. */
  readonly what: Figure | "gained"
  readonly rows: bigint
  readonly ledger: bigint
  readonly agrees: boolean
}

type Booked = {
  readonly kind: string
  /** Only where it leaves an account of this kind. */
  readonly from?: string
  readonly figure: Figure
  readonly times: 1n | -1n
}

/**
 * Which transfers make which figure. What moves between a merchant's own accounts (a hold, a
 * reserve, money that is frozen) makes none; nor does what a rail's accounts do with a return.
 */
const BOOKED: readonly Booked[] = [
  { kind: "charge.approved", figure: "approved", times: 1n },
  { kind: "charge.unapplied", figure: "unapplied", times: 1n },
  { kind: "charge.received", figure: "unapplied", times: 1n },
  { kind: "charge.approved", from: "unapplied", figure: "unapplied", times: -1n },
  { kind: "charge.settled", figure: "settled", times: 1n },
  { kind: "charge.received", figure: "settled", times: 1n },
  { kind: "charge.returned", figure: "returned", times: 1n },
  { kind: "charge.returned.owed", figure: "returned", times: 1n },
  { kind: "charge.shrunk", figure: "returned", times: 1n },
  { kind: "recharge.confirmed", figure: "recharged", times: 1n },
  { kind: "recharge.late", figure: "recharged", times: 1n },
  { kind: "recharge.late.owed", figure: "recharged", times: 1n },
  { kind: "refund.confirmed", figure: "refunded", times: 1n },
  { kind: "refund.late", figure: "refunded", times: 1n },
  { kind: "refund.late.owed", figure: "refunded", times: 1n },
  { kind: "refund.returned", figure: "refundsReturned", times: 1n },
  { kind: "fee", figure: "fees", times: 1n },
  { kind: "recharge.commission", figure: "commissions", times: 1n },
]

/** What each figure does to the sum of a merchant's accounts. */
const GAINED: Partial<Record<Figure, 1n | -1n>> = {
  approved: 1n,
  unapplied: 1n,
  returned: -1n,
  recharged: -1n,
  commissions: 1n,
  refunded: -1n,
  refundsReturned: 1n,
}

const FIGURES_BOOKED = [...new Set(BOOKED.map(({ figure }) => figure))]

/**
 * The comparison, asset by asset. `gained` doesn't look at what kind a transfer is: one of a kind
 * that nobody counts shows there.
 */
export function compared(totals: readonly DayTotal[], transfers: readonly Moved[]): Check[] {
  const assets = new Set([...totals, ...transfers].map(({ asset }) => asset))
  return [...assets].sort().flatMap((asset) => {
    const told = totals.filter((total) => total.asset === asset)
    const booked = transfers.filter((moved) => moved.asset === asset)
    const sumOf = (figure: Figure) => told.reduce((sum, total) => sum + total[figure].amount, 0n)
    return [
      ...FIGURES_BOOKED.map((figure) =>
        check(asset, figure, sumOf(figure), bookedAs(figure, booked)),
      ),
      check(asset, "gained", gainedBy(sumOf) + toppedUp(booked), gainedIn(booked)),
    ]
  })
}

function check(asset: string, what: Check["what"], rows: bigint, ledger: bigint): Check {
  return { asset, what, rows, ledger, agrees: rows === ledger }
}

function bookedAs(figure: Figure, moved: readonly Moved[]): bigint {
  return BOOKED.filter((each) => each.figure === figure)
    .flatMap(({ kind, from, times }) =>
      moved
        .filter((each) => each.kind === kind && (from === undefined || each.fromAccount === from))
        .map(({ amount }) => amount * times),
    )
    .reduce((sum, amount) => sum + amount, 0n)
}

function gainedBy(sumOf: (figure: Figure) => bigint): bigint {
  return Object.entries(GAINED).reduce(
    (sum, [figure, times]) => sum + sumOf(figure as Figure) * times,
    0n,
  )
}

/** Money that a merchant pays in is no payment, and has no row. */
function toppedUp(moved: readonly Moved[]): bigint {
  return moved.filter(({ kind }) => kind === "top-up").reduce((sum, { amount }) => sum + amount, 0n)
}

function gainedIn(moved: readonly Moved[]): bigint {
  return moved.reduce((sum, { gained }) => sum + gained, 0n)
}
