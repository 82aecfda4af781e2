/** The background work on a rail's folder: one pass that sends, one that reads. */
import type { LoopParts, Pass } from "../loops/loops.ts"
import type { Rail } from "../rail.ts"
import { settleCopy } from "../store/installation.ts"
import { type Exchange, FolderLost } from "./exchange.ts"
import { type Held, LeaseLost, makeLease } from "./lease.ts"
import { readArrived } from "./receive.ts"
import { sendDue, type Warned } from "./send.ts"
import * as store from "./store/lease.ts"
import type { Work } from "./submit.ts"

/** After a fault: long enough for another node to try, which may see the folder. */
const AFTER_FAULT_MS = 3_000

/** The passes of a rail whose orders and answers are files. */
export function exchangePasses(parts: LoopParts, rail: Rail, exchange: Exchange): Pass[] {
  const lease = makeLease(parts, rail.name)
  const warned: Warned = { atMs: 0 }
  let pausedUntilMs = 0
  /** The mark of a folder whose installation has no name: a core without one, as in tests. */
  const unnamed = parts.ids.next()

  /** Does one kind of work under the lease, in the folder that this installation knows. */
  async function run(does: (work: Work) => Promise<number>, signal?: AbortSignal): Promise<number> {
    if (parts.clock.now().getTime() < pausedUntilMs) return 0
    const taken = await lease.hold()
    if (taken === null) return 0
    const held = signal ? heldUntil(taken, signal) : taken
    const checkFolder = () => check(parts, rail, exchange, held, unnamed)
    try {
      await checkFolder()
      return await does({ parts, rail, exchange, held, checkFolder })
    } catch (error) {
      if (error instanceof LeaseLost) {
        if (signal?.aborted) return 0
        parts.log.warn({ rail: rail.name }, error.message)
        return 0
      }
      if (error instanceof FolderLost) {
        pausedUntilMs = parts.clock.now().getTime() + AFTER_FAULT_MS
        await lease.release()
      }
      throw error
    }
  }

  const { everyMs } = exchange
  return [
    {
      name: `send ${rail.name}`,
      everyMs,
      run: (signal) => run((work) => sendDue(work, warned), signal),
    },
    { name: `read ${rail.name}`, everyMs, run: (signal) => run(readArrived, signal) },
  ]
}

const DOUBT =
  "the database is a restored or failed-over copy: what it lets wait may have left already. " +
  "Compare it with the folder and the bank, then: caudal bank-files adopt --yes"

const OTHERS =
  "the folder has the mark of another installation, whose files it would take. If it is yours " +
  "alone: caudal bank-files adopt --yes"

/**
 * A node that is told to stop gives its work up at the next step, as one that lost the lease does:
 * whoever comes next goes on from there.
 */
function heldUntil(held: Held, signal: AbortSignal): Held {
  const check = () => {
    if (signal.aborted) throw new LeaseLost("this node is stopping")
  }
  return {
    fence: held.fence,
    async keep() {
      check()
      await held.keep()
    },
    async write(work) {
      check()
      return held.write(work)
    },
  }
}

/** Makes sure that the folder is there, and the one that was worked with before. */
async function check(
  { database, clock, metrics }: LoopParts,
  { name: rail }: Rail,
  exchange: Exchange,
  held: Held,
  unnamed: string,
): Promise<void> {
  try {
    // A server may have failed over since this node started.
    await settleCopy(database)
    const known = await store.markOf(database, rail)
    if (known === store.OTHER_COPY) throw new FolderLost(DOUBT)
    const isKnown = known !== null && known !== store.ANY_FOLDER
    const fresh = (await store.ownMark(database)) ?? unnamed
    const mark = await exchange.identify(isKnown ? known : null, fresh)
    if (known === null && mark !== fresh) throw new FolderLost(OTHERS)
    if (!isKnown) {
      await held.write((tx) => store.writeMark(tx, { rail, mark, now: clock.now() }))
    }
    metrics.gauge("exchange_ok", 1, { rail })
  } catch (error) {
    if (!(error instanceof LeaseLost)) metrics.gauge("exchange_ok", 0, { rail })
    throw error
  }
}
