/** A node in a process beside others: its figures are shown with theirs, one process stops all. */
import type { Config } from "../config.ts"
import { makeLogger } from "../http/log.ts"
import { type Figures, makeMetrics, renderAll } from "../http/metrics.ts"
import { type Prepared, startSystem } from "../system.ts"
import type { Channel, Handlers } from "./channel.ts"

/** What the first process tells each of the others. */
export type Given = {
  /** Counted from 1: what stands in the log and at the figures. */
  readonly number: number
  readonly config: Config
  readonly chain: Omit<NonNullable<Prepared["chain"]>, "mine" | "send"> | null
  readonly demoMerchantId: string | null
}

/** Each process's figures by its number, null for one that gave none in time. */
export type AllFigures = ReadonlyMap<string, Figures | null>

/** The first process waits for the others, but not as long as Prometheus waits. */
const ALL_FIGURES_MS = 5_000
/** The chain may have to be started again first. */
const CHAIN_MS = 30_000
/** As the first process, which ends by then what hangs, allows for all. */
const STOP_MS = 30_000

export type NodeParts = {
  readonly channel: Channel
  /** What this process answers the first one. */
  readonly handlers: Record<string, Handlers[string]>
  /** Resolves when this process is to stop. */
  readonly told: Promise<void>
}

/** Starts the node, which serves until it is told to stop. Rejects if it can't start. */
export async function runNode(given: Given, { channel, handlers, told }: NodeParts): Promise<void> {
  const { chain, config, demoMerchantId, number } = given
  const log = makeLogger({ level: config.logLevel }).child({ process: number })
  const own = makeMetrics()
  handlers["figures"] = own.figures
  const metrics = {
    ...own,
    async render() {
      const all = await channel.ask<AllFigures>("all figures", undefined, ALL_FIGURES_MS)
      return renderAll(all)
    },
  }
  // Two that send at the same moment would take the same number: the first process lets them queue.
  const send = (to: string, amount: bigint) => channel.ask<string>("send", { to, amount }, CHAIN_MS)
  const mine = (blocks: number) => channel.ask<void>("mine", blocks, CHAIN_MS)
  const prepared = { metrics, demoMerchantId, chain: chain && { ...chain, send, mine } }
  const system = await startSystem({ config, log, prepared })
  await channel.ask("ready")
  void told.then(async () => {
    setTimeout(() => process.exit(1), STOP_MS).unref()
    try {
      await system.stop()
      process.exit(0)
    } catch (error) {
      log.error({ err: error }, "stopping failed")
      process.exit(1)
    }
  })
}
