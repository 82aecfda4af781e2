/** Compares our books with the simulated bank's own: what moved there moved here, and once. */
import { storyOf } from "../../src/rails/simulator/story.ts"
import type { Rest } from "./invariants.ts"
import { must } from "./violation.ts"

type AttemptRow = {
  readonly id: string
  readonly kind: "charge" | "recharge" | "refund"
  readonly method: string
  readonly state: string
  readonly amount: bigint
  readonly asset: string
  readonly booked: boolean
  readonly instructions: { readonly options?: readonly { amount: string; asset: string }[] } | null
}

/** Checks each order in the bank's books, and then what came of all of them together. */
export async function checkFarSide({ database, now, simulator }: Rest): Promise<void> {
  const { rows } = await database.query<AttemptRow>(
    `select id, kind, method, state, amount, asset, instructions,
  state in ('approved', 'settled', 'returned') or received <> '{}' as booked
from attempts`,
  )
  const attempts = new Map(rows.map((row) => [row.id, row]))
  const outside = new Map<string, bigint>()
  const add = (asset: string, amount: bigint) =>
    outside.set(asset, (outside.get(asset) ?? 0n) + amount)
  for (const entry of simulator.books.all()) {
    const attempt = attempts.get(entry.attemptId)
    must(attempt !== undefined, 8, () => `the bank has an order that we don't: ${entry.attemptId}`)
    const asked = entry.lines.filter(({ ask, offered }) => ask ?? offered).length
    must(asked <= 1, 7, () => `the bank was asked ${asked} times for ${describe(attempt!)}`)
    const moved = simulator.books.moved(entry.attemptId)
    must(moved <= 1, 7, () => `money moved ${moved} times for ${describe(attempt!)}`)
    const kinds = storyOf(entry, now).map(({ kind }) => kind)
    // An outcome that somebody made by hand is told by whoever made it. Where that node died
    // before it could, nobody was ever asked to move anything, and nobody looks.
    const isUntold = asked === 0 && !attempt!.booked
    if (isUntold || !kinds.includes("settled")) continue
    const [due] = (attempt!.method === "crypto" && attempt!.instructions?.options) || []
    const [asset, amount] = due
      ? [due.asset, BigInt(due.amount)]
      : [attempt!.asset, attempt!.amount]
    const sign = attempt!.kind === "charge" ? -1n : 1n
    add(asset, sign * amount)
    // Nobody looks at what was settled: a return made by hand is told by who made it.
    const byHand = entry.lines.some(({ told }) => told?.outcome === "returned")
    const isReturnUntold = byHand && attempt!.state === "settled"
    if (kinds.includes("returned") && !isReturnUntold) add(asset, -sign * amount)
  }
  const { rows: ours } = await database.query<{ asset: string; balance: bigint }>(
    `select asset, balance from accounts
where kind = 'outside' and rail = 'simulator' and custodian = 'gateway'`,
  )
  for (const asset of new Set([...outside.keys(), ...ours.map((row) => row.asset)])) {
    const there = outside.get(asset) ?? 0n
    const here = ours.find((row) => row.asset === asset)?.balance ?? 0n
    must(there === here, 7, () => `of ${asset} the bank moved ${there}, and our books say ${here}`)
  }
}

function describe({ amount, asset, id, kind, state }: AttemptRow): string {
  return `${kind} ${id} of ${amount} ${asset}, which is ${state} here`
}
