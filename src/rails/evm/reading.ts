/** One read under way: what it has to go by, and what it has gathered so far. */
import type { Clock, Leaving, ReadFrom, Recorded, Seen } from "../../core/index.ts"
import type { Chain } from "./chain.ts"
import { type Cursor, oweOrphaned } from "./cursor.ts"
import type { BloomBits, View } from "./headers.ts"
import type { RawCoin, RawLog, Transfer } from "./logs.ts"
import { pick } from "./logs.ts"
import type { Node, Nodes } from "./nodes.ts"
import { Nonsense, readFields } from "./values.ts"

/** What a watch knows from earlier reads. All of it may be lost: it only saves work. */
export type Memory = {
  /** Tokens were compared with the configuration. */
  tokensChecked: boolean
  /** Blocks in one question for logs, and questions since it last changed. */
  range: number
  rangesWell: number
  /** Blocks near the head whose logs are asked for at once. */
  together: number
  /** How often a block was empty against its bloom. */
  readonly emptyAsks: Map<string, number>
  /** Until when a transfer that nodes disagree about comes last. */
  readonly disputed: Map<string, number>
}

export type Reading = {
  readonly chain: Chain
  readonly tokens: ReadonlySet<string>
  readonly blooms: Blooms
  readonly clock: Clock
  readonly nodes: Nodes
  readonly node: Node
  /** The other nodes, those first whose word is enough. */
  readonly others: readonly Node[]
  readonly from: ReadFrom
  readonly view: View
  readonly memory: Memory
  readonly seen: Map<string, Seen>
  readonly orphaned: Map<string, Recorded>
  /** Refunds that no transfer was found for yet. */
  readonly leaving: Leaving[]
  cursor: Cursor
  /** A block at the head can't be taken for read yet. */
  stuck: boolean
  /** Something was read that is worth an answer, even if the node fails now. */
  progress: boolean
}

export type Blooms = {
  readonly transfer: BloomBits
  readonly tokens: readonly { readonly address: string; readonly bits: BloomBits }[]
}

/** How the refunds stand before a read: those whose transfer is written down are not looked for. */
export function stillLeaving(from: ReadFrom): Leaving[] {
  const found = new Set(from.unconfirmed.map((each: Recorded) => each.leaving))
  return from.leaving.filter(({ attemptId }) => !found.has(attemptId))
}

/** A written transfer is in no block any more. */
export function orphan(reading: Reading, written: Recorded): void {
  reading.orphaned.set(written.place, written)
  release(reading, written)
}

/** The refund of a transfer that isn't there may be mined again, in this very read. */
function release(reading: Reading, { amount, asset, from, leaving, to }: Recorded): void {
  if (leaving && !reading.leaving.some(({ attemptId }) => attemptId === leaving)) {
    reading.leaving.push({ attemptId: leaving, from, to, asset, amount })
  }
}

/** Gathers what concerns us. `timesOf` answers the times of the blocks it was found in, by hash. */
export async function gather(
  reading: Reading,
  logs: readonly RawLog[],
  coins: readonly RawCoin[],
  timesOf: (found: readonly Transfer[]) => Promise<ReadonlyMap<string, Date>>,
): Promise<void> {
  const { chain, from } = reading
  const wanted = {
    ours: (addresses: readonly string[]) => from.ours(addresses),
    leaving: reading.leaving,
  }
  const found = await succeeded(reading, await pick(chain, wanted, logs, coins))
  if (found.length === 0) return
  const lowest = found.reduce((low, { block }) => Math.min(low, block), Number.MAX_SAFE_INTEGER)
  const written = new Map<string, Recorded>()
  for (const each of await from.recordedAbove(lowest - 1)) written.set(each.place, each)
  const times = await timesOf(found)
  for (const transfer of found) {
    const { isOurs, ...rest } = transfer
    const before: Recorded | undefined = reading.orphaned.get(rest.place) ?? written.get(rest.place)
    const at = times.get(rest.blockHash)
    const isSame = before !== undefined && saysTheSame(before, rest)
    // It is written down just so, or was settled in this very block, which nobody's word changes;
    // looking for its refund again could find another's.
    if (before?.blockHash === rest.blockHash && (before.final || (isSame && isTimed(before, at)))) {
      reading.orphaned.delete(rest.place)
      continue
    }
    if (before?.leaving && !isSame) {
      release(reading, before)
      // The refund may stand beside it, where nobody looked for it just now.
      reading.cursor = oweOrphaned(reading.cursor, [rest.block], reading.view.head.number + 1)
    }
    const known = isSame ? before.leaving : null
    const leaving = isOurs ? null : (known ?? takeLeaving(reading, transfer))
    if (!isOurs && leaving === null) continue
    if (!at) throw new Nonsense("shows transfers of a block that isn't on its chain")
    reading.orphaned.delete(rest.place)
    reading.seen.set(rest.place, { ...rest, leaving, at, final: false })
  }
}

function saysTheSame(written: Recorded, found: Omit<Transfer, "isOurs">): boolean {
  return (
    written.amount === found.amount &&
    written.asset === found.asset &&
    written.from === found.from &&
    written.to === found.to
  )
}

/** Whether what is written down has this time, as far as it holds one. */
function isTimed({ at }: Recorded & { readonly at?: Date }, now: Date | undefined): boolean {
  return !at || !now || at.getTime() === now.getTime()
}

function takeLeaving(reading: Reading, found: Transfer): string | null {
  const at = reading.leaving.findIndex(
    ({ amount, asset, from, to }) =>
      from === found.from && to === found.to && asset === found.asset && amount === found.amount,
  )
  return at === -1 ? null : reading.leaving.splice(at, 1)[0]!.attemptId
}

/** Without transactions of the coin that failed. Those of tokens leave no log when they fail. */
async function succeeded(
  { node }: Reading,
  found: readonly Transfer[],
): Promise<readonly Transfer[]> {
  const coins = found.filter(({ place }) => place.endsWith(":native"))
  const receipts = await node.values(
    coins.map(({ reference }) => ({ method: "eth_getTransactionReceipt", params: [reference] })),
  )
  const failed = new Set<string>()
  for (const [at, value] of receipts.entries()) {
    const { blockHash, place } = coins[at]!
    const receipt = readFields(value)
    if (receipt["blockHash"] !== blockHash) throw new Nonsense("has another receipt")
    if (receipt["status"] !== "0x1") failed.add(place)
  }
  return found.filter(({ place }) => !failed.has(place))
}
