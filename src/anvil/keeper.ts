/** Watches over a chain: makes its blocks, saves it, keeps it small, starts it again. */
import { setTimeout as sleep } from "node:timers/promises"
import type { Clock } from "../clock.ts"
import { type ChainRecord, DiskFull, writeChain, writeState } from "./folder.ts"
import { carries, type Head, headAt } from "./head.ts"
import { loadState, mineEmpty, type Opened, SAVE_EVERY_BLOCKS } from "./open.ts"
import { type Anvil, endAnvil } from "./process.ts"
import { call, hex, type Question } from "./rpc.ts"

/**
 * A block a second, made from here: where anvil makes them itself at this pace, it keeps the states
 * of 1,500 blocks whatever it is told, and 5,000 blocks cost 890 MB instead of 50. It also means
 * that a chain whose Caudal was killed stands still, and nothing on it passes unseen.
 */
const BLOCK_MS = 1_000
/**
 * After how many blocks the chain is looked at, and saved if a transaction came. A payment is
 * confirmed after six blocks of a second each; two seconds and the time of a save are less, so a
 * crash of the chain never takes back a block in which a payment was confirmed.
 */
const LOOK_EVERY_BLOCKS = 2
/**
 * After so many blocks the node is replaced by one that has forgotten the old ones (an hour of
 * them): it never does so itself, and each 1,000 blocks cost 1.5 MB of JSON a save, 3 MB of memory.
 */
const REPLACE_EVERY_BLOCKS = 3_600
/** Longer than it takes to hear of a child's end, or to look at an adopted process. */
const END_NEWS_MS = 300
/** One time-out may be ours, after a laptop slept; two in a row are the node's. */
const SILENCES_MAX = 2
const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 10_000

export type KeeperOptions = {
  readonly binary: string
  readonly folder: string
  readonly opened: Opened
  readonly clock: Clock
  readonly notice?: (text: string) => void
  readonly onDown?: (reason: string) => void
  readonly onUp?: (downMs: number) => void
  /** For tests: after how many blocks the node is replaced. */
  readonly replaceEvery?: number
}

/** A running keeper. */
export type Keeper = {
  pid(): number
  /**
   * Asks the chain; while it is being started again, waits for it. Throws `DiskFull` where it can't
   * be started for want of room.
   */
  call(...question: Question): Promise<unknown>
  /** Throws `DiskFull` while what is sent couldn't be saved. */
  assertRoom(): void
  mine(blocks: number): Promise<void>
  stop(): Promise<void>
}

/** Keeps a chain until it is told to stop. */
export function keepChain(options: KeeperOptions): Keeper {
  const { folder, clock, replaceEvery = REPLACE_EVERY_BLOCKS } = options
  const stopped = new AbortController()
  const { signal } = stopped
  let current: Anvil = options.opened.anvil
  let record: ChainRecord = options.opened.record
  /** Up to where transactions were searched, and up to where the saved state surely goes. */
  let looked: Head | null = null
  let savedAt = 0
  /** The first block that this node itself made, or was found with. */
  let since: number | null = null
  let unsaved = options.opened.adopted
  let replacing = false
  /** Which time the running node was told. */
  let followed = { aheadMs: 0, pid: 0 }
  /** Why the last save failed, where it was for want of room. */
  let full: DiskFull | null = null
  /** Open while the chain can be asked. */
  let gate = Promise.withResolvers<void>()
  gate.resolve()
  let turn: Promise<unknown> = Promise.resolve()

  /** Saving, mining and replacing never overlap. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work)
    turn = mine.catch(() => {})
    return mine
  }

  /**
   * Blocks have the time of a sandbox's clock that was moved on. A node that was started again
   * knows nothing of it.
   */
  async function follow(): Promise<void> {
    const aheadMs = clock.aheadMs?.() ?? 0
    if (aheadMs === followed.aheadMs && current.pid === followed.pid) return
    const atSeconds = Math.floor(clock.now().getTime() / 1_000)
    if (aheadMs > 0) await call(current.url, "evm_setTime", [hex(atSeconds)])
    followed = { aheadMs, pid: current.pid }
  }

  async function look(): Promise<void> {
    await gate.promise
    const { url } = current
    const head = await headAt(url)
    since ??= head.number
    if (looked === null || (await carries(url, looked, head))) unsaved = true
    looked = head
    if (unsaved || head.number - savedAt >= SAVE_EVERY_BLOCKS) await save(head)
  }

  async function save(head: Head): Promise<void> {
    const dump = String(await call(current.url, "anvil_dumpState"))
    try {
      await writeState(folder, record.epoch, dump)
    } catch (error) {
      if (error instanceof DiskFull) full = error
      throw error
    }
    full = null
    unsaved = false
    savedAt = head.number
  }

  /** Ends a node that has grown, in a moment in which nothing can get lost. */
  async function replace(): Promise<void> {
    const { url } = current
    if (looked === null || since === null || looked.number - since < replaceEvery) return
    // Nobody here sends anything from now on; what others sent, the last question below sees.
    gate = Promise.withResolvers<void>()
    try {
      await mineEmpty(url, 1)
      looked = await headAt(url)
      await save(looked)
      const { pending } = (await call(url, "txpool_status")) as { readonly pending: string }
      const head = await headAt(url)
      // Somebody was quicker: the next look tries again.
      if (Number(pending) > 0 || head.hash !== looked.hash) return
      replacing = true
      await endAnvil(current)
    } finally {
      if (!replacing) gate.resolve()
    }
  }

  async function makeBlock(count: number): Promise<void> {
    await gate.promise
    if (signal.aborted) return
    await follow()
    await mineEmpty(current.url, 1)
    if (count % LOOK_EVERY_BLOCKS > 0) return
    await look()
    await replace()
  }

  async function makeBlocks(): Promise<void> {
    let told = false
    let silences = 0
    for (let count = 1; ; count += 1) {
      const startedAt = clock.elapsedMs()
      try {
        await inTurn(() => makeBlock(count))
        told = false
        silences = 0
      } catch (error) {
        // That a chain ended is told below; the news of it comes a moment after its last answer.
        await Promise.race([current.ended, sleep(END_NEWS_MS, undefined, { ref: false })])
        silences = isSilence(error) ? silences + 1 : 0
        // One that runs and doesn't answer is worth no more than one that ended.
        if (silences >= SILENCES_MAX) current.kill()
        if (!told && !signal.aborted && current.alive()) {
          told = true
          options.notice?.(`The sandbox's chain can't be kept: ${(error as Error).message}`)
        }
      }
      const restMs = BLOCK_MS - (clock.elapsedMs() - startedAt)
      await sleep(Math.max(restMs, 0), undefined, { signal }).catch(() => {})
      if (signal.aborted) return
    }
  }

  async function keepRunning(): Promise<void> {
    for (;;) {
      await current.ended
      const downAt = clock.elapsedMs()
      if (!replacing && !signal.aborted) {
        gate = Promise.withResolvers<void>()
        options.onDown?.(`the sandbox's chain (pid ${current.pid}) ended`)
        // A chain that dies after each start isn't tried on and on without a pause.
        await sleep(FIRST_RETRY_MS, undefined, { signal }).catch(() => {})
      }
      await startAgain()
      const unnoticed = replacing
      replacing = false
      gate.resolve()
      if (signal.aborted) return
      if (!unnoticed) options.onUp?.(clock.elapsedMs() - downAt)
    }
  }

  async function startAgain(): Promise<void> {
    for (let pauseMs = FIRST_RETRY_MS; !signal.aborted; ) {
      try {
        return await takeUp()
      } catch (error) {
        replacing = false
        options.onDown?.((error as Error).message)
        // Nobody waits for the operator to make room: whoever asks is told meanwhile.
        const told = error instanceof DiskFull
        if (told) {
          gate.promise.catch(() => {})
          gate.reject(error)
        }
        await sleep(pauseMs, undefined, { signal }).catch(() => {})
        if (told) gate = Promise.withResolvers<void>()
        pauseMs = Math.min(pauseMs * 2, LONGEST_RETRY_MS)
      }
    }
  }

  /** Goes on from the saved state, on the same port: everybody knows the chain by it. */
  async function takeUp(): Promise<void> {
    const anvil = await loadState(options, record)
    // Another chain never begins here: those who use this one know it by its id.
    if (anvil === null) throw new Error("The sandbox's chain can't be loaded: start Caudal again.")
    try {
      const missing = (looked?.number ?? 0) - (await headAt(anvil.url)).number
      // Numbers of blocks never go back for those who read them.
      if (missing > 0) await mineEmpty(anvil.url, missing)
      const next = { ...record, pid: anvil.pid }
      await writeChain(folder, next)
      record = next
    } catch (error) {
      await endAnvil(anvil)
      throw error
    }
    current = anvil
    since = null
  }

  async function mine(blocks: number): Promise<void> {
    await inTurn(async () => {
      await gate.promise
      await follow()
      // A transaction that waits is saved before the blocks that confirm it are made.
      if (blocks > 0) await mineEmpty(current.url, 1)
      await look()
      if (blocks > 1) await mineEmpty(current.url, blocks - 1)
      await look()
    })
  }

  async function saveLast(): Promise<void> {
    if (!current.alive()) return
    await save(await headAt(current.url))
    await writeChain(folder, { ...record, stopped: true })
  }

  const running = keepRunning()
  const making = makeBlocks()
  return {
    pid: () => current.pid,
    async call(...question) {
      await gate.promise
      return call(current.url, ...question)
    },
    assertRoom() {
      if (full) throw full
    },
    mine,
    async stop() {
      stopped.abort()
      await making
      await inTurn(saveLast).catch((error: Error) =>
        options.notice?.(`The sandbox's chain wasn't saved at its end: ${error.message}`),
      )
      await endAnvil(current)
      await running
      // It may have been in the middle of starting another one.
      await endAnvil(current)
    },
  }
}

function isSilence(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError"
}
