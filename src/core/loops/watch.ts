/**
 * Reads chains on and on: what was seen is written down with the place where reading stopped, in
 * one commit, and from there it is applied payment by payment.
 *
 * One node reads a chain at a time, under a lease. What a crash leaves unapplied is found by the
 * next pass of any node.
 */
import { claimCursor, releaseCursor } from "../cursors/store.ts"
import { leaving as refundsLeaving } from "../payments/store.ts"
import type { Rail } from "../rail.ts"
import type { Read, Receiving, Recorded, Watch, WatchHealth } from "../receiving.ts"
import * as sightings from "../sightings/store.ts"
import { findAddresses } from "../xpubs/store.ts"
import { applyDue } from "./apply.ts"
import { withTimeout } from "./begin.ts"
import type { LoopParts, Pass } from "./loops.ts"

/** A read asks for nothing new after 15 s; another node may take over after twice as long. */
const READ_TIMEOUT_MS = 20_000
const LEASE_MS = 30_000
/** A refund that nobody signed for so long is looked out for no more; one given up, for less. */
const LEAVING_MS = 90 * 86_400_000
const GIVEN_UP_MS = 3 * 86_400_000
/** After a read that failed: long enough for another node to try. */
const AFTER_FAULT_MS = 3_000

/** The passes of a rail where payers send by themselves: one for each chain, and one for all. */
export function watchPasses(parts: LoopParts, rail: Rail, receiving: Receiving): Pass[] {
  return [
    ...receiving.watches.map((watch) => {
      const reader = makeReader(parts, rail, watch)
      return { name: `watch ${watch.name}`, everyMs: watch.everyMs, run: reader }
    }),
    // What this node applied at once is not there any more: this finds what a crash left.
    { name: `apply ${rail.name}`, everyMs: 1_000, run: () => applyDue(parts, rail) },
  ]
}

type Held = { readonly fence: number; readonly untilMs: number }

/** The pass that reads one chain. */
function makeReader(parts: LoopParts, rail: Rail, watch: Watch): () => Promise<number> {
  const { database, clock, node, metrics, log, readElsewhere } = parts
  const labels = { chain: watch.name }
  let held: Held | null = null
  let position: string | null = null
  /** Until the first read came through, the last blocks are read once more. */
  let again = true
  let pausedUntilMs = 0
  /** A figure that was shown once stays as it was last. */
  let isShown = false

  async function run(): Promise<number> {
    const now = clock.now()
    if (now.getTime() < pausedUntilMs) return 0
    const until = new Date(now.getTime() + LEASE_MS)
    const claim = { name: watch.name, rail: rail.name, node, now, until }
    if (held === null || held.untilMs - now.getTime() < READ_TIMEOUT_MS) {
      const cursor = await claimCursor(database, claim)
      if (cursor === null) return leave()
      readElsewhere.delete(watch.name)
      held = { fence: cursor.fence, untilMs: until.getTime() }
      position = cursor.position
    }
    const { fence } = held
    const known: Recorded[] = []
    const read = await readOn(known).catch(async (error: unknown) => {
      held = null
      pausedUntilMs = now.getTime() + AFTER_FAULT_MS
      await releaseCursor(database, claim)
      throw error
    })
    const written = await sightings.writeRead(database, { ...claim, fence }, read, known)
    if (!written) {
      log.warn({ chain: watch.name }, "another node reads this chain now")
      held = null
      again = true
      return leave()
    }
    held = { fence, untilMs: until.getTime() }
    position = read.cursor
    again = false
    if (read.orphaned.length > 0) {
      metrics.count("chain_orphaned", labels, read.orphaned.length)
      log.warn({ chain: watch.name, places: read.orphaned }, "transfers left the chain")
    }
    if (hasNews(read)) await applyDue(parts, rail)
    return read.more ? 1 : 0
  }

  /** What was wrong here is the other node's to tell now, and it may be well there. */
  function leave(): 0 {
    if (!readElsewhere.has(watch.name) && isShown) show({ ok: true, behindBlocks: 0 })
    readElsewhere.add(watch.name)
    return 0
  }

  function show({ ok, behindBlocks }: Omit<WatchHealth, "detail">): void {
    isShown = true
    metrics.gauge("chain_ok", ok ? 1 : 0, labels)
    if (behindBlocks !== null) metrics.gauge("chain_behind_blocks", behindBlocks, labels)
  }

  /** Reads on; `known` fills with what the rail was told is written down. */
  async function readOn(known: Recorded[]): Promise<Read> {
    const nowMs = clock.now().getTime()
    const since = new Date(nowMs - LEAVING_MS)
    const givenUpSince = new Date(nowMs - GIVEN_UP_MS)
    const [unconfirmed, leaving] = await Promise.all([
      sightings.recorded(database, watch.name, "unconfirmed"),
      refundsLeaving(database, rail.name, { since, givenUpSince }),
    ])
    known.push(...unconfirmed)
    try {
      return await withTimeout(
        watch.read({
          cursor: position,
          again,
          ours: (addresses) => findAddresses(database, rail.name, addresses),
          recordedAbove: async (above) => {
            const found = await sightings.recorded(database, watch.name, { above })
            for (const each of found) known.push(each)
            return found
          },
          unconfirmed,
          leaving,
        }),
        READ_TIMEOUT_MS,
      )
    } finally {
      show(watch.health())
    }
  }

  return run
}

function hasNews({ seen, confirmed, orphaned }: Read): boolean {
  return seen.length > 0 || confirmed.length > 0 || orphaned.length > 0
}
