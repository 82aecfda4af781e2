/** The chain that is followed: thousands of transfers a block, some of them to open payments. */
import { createHash } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import { hostClock } from "../../src/clock.ts"
import { makeWorld, startRpc, TRANSFER } from "../../test/support/rpc.ts"
import { serve, settings, tell } from "../child.ts"

export type ChainSettings = {
  readonly chainId: number
  readonly token: string
  readonly decimals: number
  readonly blocksPerSecond: number
  readonly logsPerBlock: number
  /** Transfers in each block that pay an open payment, while there are any. */
  readonly paidPerBlock: number
  /** What each of them brings, in the token's units. */
  readonly amount: string
  /** How many payments are open. */
  readonly open: number
}

/** A block as it arrived: when (milliseconds since 1970), and the transactions that pay. */
export type Mined = {
  readonly number: number
  readonly atMs: number
  readonly paid: readonly string[]
}

/** Receivers that nobody here knows, by turns. */
const STRANGERS = 20_000
/** Blocks whose text is kept: 250 MB of it, a minute. */
const KEPT_BLOCKS = 200
/** Prime to every round number: open addresses are paid all over the table, each once. */
const STRIDE = 7_919

const { amount, blocksPerSecond, chainId, decimals, logsPerBlock, open, paidPerBlock, token } =
  settings<ChainSettings>()

const hex = (value: number | bigint) => `0x${value.toString(16)}`
const word = (value: string) => `0x${value.padStart(64, "0")}`
const digest = (text: string) => createHash("sha256").update(text).digest("hex")
/** `open.ts` makes the same addresses in SQL. */
const openAddress = (at: number) => word(digest(`open address ${at}`).slice(0, 40))
const strangers = Array.from({ length: STRANGERS }, (_, at) =>
  word(digest(`stranger ${at}`).slice(0, 40)),
)
const AMOUNT = word(BigInt(amount).toString(16))

const clock = hostClock()
const world = makeWorld({
  blockMs: 1_000 / blocksPerSecond,
  bloom: "ones",
  startAt: clock.now(),
})
const rpc = await startRpc(world, { chainId, decimals })
let isPaying = false
let paidSoFar = 0
let stopped = false

/** About 640 bytes a log, as nodes write them. */
function logAt(number: number, blockHash: string, at: number, hash: string, to: string): string {
  const from = strangers[(number * 31 + at * 3) % STRANGERS]
  return (
    `{"address":"${token}","topics":["${TRANSFER}","${from}","${to}"],"data":"${AMOUNT}",` +
    `"blockNumber":"${hex(number)}","transactionHash":"${hash}",` +
    `"transactionIndex":"${hex(at)}","blockHash":"${blockHash}",` +
    `"logIndex":"${hex(at)}","removed":false}`
  )
}

function mine(): void {
  const paid: string[] = []
  const spacing = Math.floor(logsPerBlock / Math.max(1, paidPerBlock))
  const { number } = world.fill((number, blockHash) => {
    const logs: string[] = []
    for (let at = 0; at < logsPerBlock; at += 1) {
      const hash = `0x${blockHash.slice(2, 50)}${at.toString(16).padStart(16, "0")}`
      const pays = isPaying && paidSoFar < open && at % spacing === (number * 13) % spacing
      const to = pays
        ? openAddress((paidSoFar * STRIDE) % open)
        : strangers[(number * 7 + at) % STRANGERS]!
      if (pays) {
        paid.push(hash)
        paidSoFar += 1
      }
      logs.push(logAt(number, blockHash, at, hash, to))
    }
    return `[${logs.join(",")}]`
  })
  // Nobody can ask for it before this function returns, so it arrives now and not earlier.
  const mined: Mined = { number, atMs: performance.timeOrigin + performance.now(), paid }
  tell(mined)
  world.forget(number - KEPT_BLOCKS)
}

/** Keeps to the rate on the whole: a block that comes late doesn't delay the next. */
async function keepMining(): Promise<void> {
  const beganMs = performance.now()
  for (let count = 1; !stopped; count += 1) {
    const dueMs = beganMs + (count * 1_000) / blocksPerSecond
    await sleep(Math.max(0, dueMs - performance.now()))
    if (!stopped) mine()
  }
}

void keepMining()
serve(
  {
    url: () => rpc.url,
    pay: (wanted: boolean) => {
      isPaying = wanted
    },
  },
  async () => {
    stopped = true
    await rpc.close()
  },
)
