/** A chain in memory: its blocks, what waits for one, and what was ever so deep that it counted. */
import { bloomOf, hashOf, type Log, TRANSFER } from "../support/rpc.ts"

/** One movement of a token within a transaction. */
export type Move = {
  readonly token: string
  readonly from: string
  readonly to: string
  readonly amount: bigint
}

export type Transaction = { readonly hash: string; readonly moves: readonly Move[] }

/** A movement in its block. `place` names it as the gateway does: transaction and log. */
export type Placed = Move & {
  readonly place: string
  readonly block: number
  readonly seconds: number
}

export type Block = {
  readonly number: number
  readonly hash: string
  readonly parentHash: string
  readonly seconds: number
  readonly transactions: readonly Transaction[]
  readonly logs: readonly Log[]
  readonly bloom: string
}

/** When a transfer counts; with a tag the chain says so itself, `behind` its newest block. */
export type Finality =
  | { readonly kind: "confirmations"; readonly blocks: number }
  | { readonly kind: "tag"; readonly tag: "finalized"; readonly behind: number }

/** What one node shows: its blocks, and which of them it calls final by the tag. */
export type View = { readonly blocks: readonly Block[]; readonly finalHeight: number }

/** What becomes of a transaction whose block was replaced. */
export type Fate = "same" | "turned round" | "later" | "waits" | "never"

/** Blocks that every chain begins with, so that deep reorganisations have something to replace. */
export const BASE_BLOCKS = 100

/** When the first was made: before every run begins. */
const FIRST_SECONDS = Date.parse("2026-01-05T13:55:00Z") / 1_000

const NO_BLOOM = `0x${"0".repeat(512)}`
const hex = (value: number) => `0x${value.toString(16)}`
const word = (value: string | bigint) =>
  `0x${(typeof value === "bigint" ? value.toString(16) : value.slice(2)).padStart(64, "0")}`

/** The log of a movement, as a node shows it. */
export function logOf(
  { amount, from, to, token }: Move,
  at: {
    readonly number: number
    readonly block: string
    readonly hash: string
    readonly index: number
  },
): Log {
  return {
    address: token,
    topics: [TRANSFER, word(from), word(to)],
    data: word(amount),
    blockNumber: hex(at.number),
    transactionHash: at.hash,
    transactionIndex: hex(at.index),
    blockHash: at.block,
    logIndex: hex(at.index),
    removed: false,
  }
}

/** Makes a block on top of another; its hash follows from all that is in it, and from `salt`. */
export function blockOn(
  parent: Pick<Block, "hash" | "number">,
  seconds: number,
  transactions: readonly Transaction[],
  salt = "",
): Block {
  const number = parent.number + 1
  const names = transactions.map(({ hash }) => hash).join(" ")
  const hash = hashOf(`${parent.hash} ${seconds} ${names} ${salt}`)
  const moves = transactions.flatMap((each) => each.moves.map((move) => [each.hash, move] as const))
  const logs = moves.map(([transaction, move], index) =>
    logOf(move, { number, block: hash, hash: transaction, index }),
  )
  const bloom = logs.length === 0 ? NO_BLOOM : bloomOf(logs)
  return { number, hash, parentHash: parent.hash, seconds, transactions, logs, bloom }
}

/** The movements in a block, with their places. */
function placedIn({ logs, number, seconds, transactions }: Block): Placed[] {
  const moves = transactions.flatMap(({ moves: each }) => each)
  return logs.map(({ logIndex, transactionHash }, at) => ({
    ...moves[at]!,
    ...{ place: `${transactionHash}:${Number(logIndex)}`, block: number, seconds },
  }))
}

type Pending = { readonly transaction: Transaction; readonly notBeforeMs: number }

export class Chain {
  readonly finality: Finality
  #blocks: Block[] = []
  #pool: Pending[] = []
  #branches = 0
  #finalHeight: number
  /** The chain as it was before the last reorganisation. */
  #before: View | null = null
  readonly #onceFinal = new Map<string, Placed>()

  constructor(finality: Finality) {
    this.finality = finality
    let parent: Pick<Block, "hash" | "number"> = { number: -1, hash: word(0n) }
    for (let at = 0; at <= BASE_BLOCKS; at += 1) {
      const block = blockOn(parent, FIRST_SECONDS + at, [])
      this.#blocks.push(block)
      parent = block
    }
    this.#finalHeight = BASE_BLOCKS - 64
  }

  get head(): Block {
    return this.#blocks.at(-1)!
  }

  get view(): View {
    return { blocks: this.#blocks, finalHeight: this.#finalHeight }
  }

  /** The chain as it is now, kept. */
  get copy(): View {
    return { blocks: [...this.#blocks], finalHeight: this.#finalHeight }
  }

  /** The chain that was left last; null when none was. */
  get before(): View | null {
    return this.#before
  }

  /** Whether nothing waits for a block any more. */
  get isQuiet(): boolean {
    return this.#pool.length === 0
  }

  /** All that moved, by the blocks that count now. */
  get moves(): readonly Placed[] {
    return this.#blocks.flatMap(placedIn)
  }

  /** All that was ever deep enough to count, whatever became of its block. */
  get onceFinal(): readonly Placed[] {
    return [...this.#onceFinal.values()]
  }

  /** Whether a transaction waits for a block. */
  waits(matches: (move: Move) => boolean): Transaction | null {
    return (
      this.#pool.find(({ transaction }) => transaction.moves.some(matches))?.transaction ?? null
    )
  }

  send(transaction: Transaction, notBeforeMs = 0): void {
    this.#pool.push({ transaction, notBeforeMs })
  }

  /** Makes so many blocks; the first of them holds all that waits. */
  mine(count: number, nowMs: number): void {
    const due = this.#pool.filter(({ notBeforeMs }) => notBeforeMs <= nowMs)
    this.#pool = this.#pool.filter((each) => !due.includes(each))
    for (let at = 0; at < count; at += 1) {
      this.#add(nowMs, at === 0 ? due.map(({ transaction }) => transaction) : [])
    }
    this.#settle()
  }

  /**
   * Replaces the newest `depth` blocks by as many, and `grows` more or less. `fateOf` says what
   * becomes of each transaction in them.
   */
  fork(
    depth: number,
    grows: number,
    nowMs: number,
    fateOf: (transaction: Transaction) => Fate,
  ): void {
    this.#before = this.copy
    this.#branches += 1
    const deep = Math.min(depth, this.#blocks.length - 1)
    const gone = this.#blocks.splice(this.#blocks.length - deep)
    let late: Transaction[] = []
    const count = Math.max(1, deep + grows)
    for (let at = 0; at < count; at += 1) {
      const old = gone[at]
      const own = [...late]
      late = []
      for (const each of old?.transactions ?? []) {
        const fate = fateOf(each)
        if (fate === "same") own.push(each)
        else if (fate === "turned round") own.unshift(each)
        else if (fate === "later") late.push(each)
        else if (fate === "waits") this.send(each)
      }
      this.#add(old ? old.seconds * 1_000 : nowMs, own)
    }
    for (const each of late) this.send(each)
    // Of a chain that is shorter now, what stood above comes again or never.
    for (const { transactions } of gone.slice(count)) {
      for (const each of transactions) if (fateOf(each) !== "never") this.send(each)
    }
    this.#finalHeight = Math.min(this.#finalHeight, this.head.number)
    this.#settle()
  }

  #add(ms: number, transactions: readonly Transaction[]): void {
    const seconds = Math.max(this.head.seconds, Math.floor(ms / 1_000))
    this.#blocks.push(blockOn(this.head, seconds, transactions, `branch ${this.#branches}`))
  }

  /** Moves finality on, and remembers what counts from now on. */
  #settle(): void {
    const { finality } = this
    const { number } = this.head
    if (finality.kind === "tag") {
      this.#finalHeight = Math.max(this.#finalHeight, number - finality.behind)
    } else this.#finalHeight = number - finality.blocks + 1
    for (const block of this.#blocks) {
      if (block.number > this.#finalHeight) break
      for (const placed of placedIn(block)) this.#onceFinal.set(nameOf(placed), placed)
    }
  }
}

/** What two movements share that are the same money at the same place. */
export function nameOf({ amount, place, to, token }: Omit<Placed, "block" | "seconds" | "from">) {
  return `${place} ${token} ${to} ${amount}`
}
