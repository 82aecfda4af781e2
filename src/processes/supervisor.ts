/** The first process of a gateway that has several: starts them, starts them again, stops them. */
import cluster, { type Worker } from "node:cluster"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { ConfigError } from "../config.ts"
import type { Figures } from "../http/metrics.ts"
import type { ConsoleOwner, Shown } from "../sandbox.ts"
import { type Channel, openChannel } from "./channel.ts"
import { type Foundation, type FoundationParts, layFoundation } from "./foundation.ts"
import type { AllFigures, Given } from "./node.ts"
import { afterEnd, isHopeless, type Lives, NEWBORN } from "./restarts.ts"

/** A gateway that runs. */
export type Running = {
  readonly url: string
  readonly publicUrl: string
  readonly sandbox: readonly Shown[]
  readonly owner: ConsoleOwner | null
  readonly chain: { readonly rpcUrl: string; readonly chainId: number } | null
  stop(): Promise<void>
}

export type SupervisorParts = FoundationParts & {
  /** Told when none of the processes serves and none can be started: what is left is to stop. */
  readonly giveUp: () => void
}

/** What `npm start` gives the one process, each of several gets, too: a test compares them. */
export const FLAGS = ["--max-semi-space-size=8", "--initial-old-space-size=128"] as const
/** A process that doesn't answer in this time has something better to do, or hangs. */
const FIGURES_MS = 1_000

type Slot = {
  readonly number: number
  lives: Lives
  serves: boolean
  worker: Worker | null
  channel: Channel | null
}

/** What a process that couldn't start said of it. */
type Failure = { readonly message: string; readonly isExpected: boolean }

/** Starts the gateway and resolves when all of its processes serve; what can't be is undone. */
export async function startProcesses(parts: SupervisorParts): Promise<Running> {
  const foundation = await layFoundation(parts)
  // Connections go round: the kernel's own choice may leave one process with half of the few that
  // a proxy keeps open, and one that dies would take along those that it hadn't accepted yet.
  cluster.schedulingPolicy = cluster.SCHED_RR
  cluster.setupPrimary({
    exec: join(import.meta.dirname, "worker.ts"),
    args: [],
    execArgv: [...new Set([...process.execArgv, ...FLAGS])],
    serialization: "advanced",
  })
  const processes = keepProcesses(parts, foundation)
  async function stop(): Promise<void> {
    await processes.stop()
    await foundation.stop()
  }
  try {
    await processes.started
  } catch (error) {
    await stop()
    throw error
  }
  const { chain, owner, publicUrl, shown: sandbox, url } = foundation
  return { url, publicUrl, sandbox, owner, chain, stop }
}

function keepProcesses({ giveUp, log, processes }: SupervisorParts, foundation: Foundation) {
  const ended = new AbortController()
  let isUp = false
  const slots = Array.from({ length: processes }, (_, at) => newSlot(at + 1))
  // However this process ends, the others have nobody left to serve for.
  process.once("exit", () => {
    for (const { worker } of slots) worker?.process.kill("SIGKILL")
  })

  /** Keeps one process alive until all are stopped; `first` hears how its first start went. */
  async function keep(slot: Slot, first: PromiseWithResolvers<void>): Promise<void> {
    let hasServed = false
    const served = () => {
      hasServed = true
      first.resolve()
    }
    while (!ended.signal.aborted) {
      const startedMs = performance.now()
      const { failure, how } = await live(slot, foundation, served)
      // What can't be started at all is no accident that another try could mend.
      if (!hasServed)
        first.reject(failure ? errorOf(failure) : new Error(`a process ended (${how})`))
      if (!hasServed || ended.signal.aborted) return
      const { inARow, waitMs } = afterEnd(slot.lives, performance.now() - startedMs)
      slot.lives = { inARow }
      const about = { process: slot.number, how, inARow, waitMs, reason: failure?.message }
      log.error(about, "a process of the gateway ended; it is started again")
      // Who starts it is told by the start itself until all have served once.
      if (isUp && isHopeless(slots.map(({ lives, serves }) => ({ ...lives, serves }))))
        return giveUp()
      await sleep(waitMs, undefined, { signal: ended.signal }).catch(() => undefined)
    }
  }

  /** One life of a process, from its start to its end. */
  function live(slot: Slot, { chain }: Foundation, served: () => void) {
    const over = Promise.withResolvers<{ failure: Failure | null; how: string | number }>()
    const worker = cluster.fork()
    let failure: Failure | null = null
    slot.worker = worker
    slot.channel = openChannel(
      {
        send: (message, told) => worker.send(message, undefined, told),
        hear: (listener) => worker.on("message", listener),
      },
      {
        given: () => givenTo(slot, foundation),
        ready: () => {
          slot.serves = true
          served()
        },
        failed: (said: Failure) => {
          failure = said
        },
        "all figures": () => figuresOf(slots),
        send: ({ to, amount }: { to: string; amount: bigint }) => chain!.send(to, amount),
        mine: (blocks: number) => chain!.mine(blocks),
      },
    )
    // Told to stop, or out of memory, or killed: it is all the same here.
    worker.once("exit", (code, signal) => {
      Object.assign(slot, { worker: null, channel: null, serves: false })
      over.resolve({ failure, how: signal ?? code })
    })
    return over.promise
  }

  const firsts = slots.map(() => Promise.withResolvers<void>())
  const kept = slots.map((slot, at) => keep(slot, firsts[at]!))
  async function start(): Promise<void> {
    await Promise.all(firsts.map(({ promise }) => promise))
    isUp = true
  }

  return {
    /** Resolves when all serve, rejects when one can't. */
    started: start(),
    /** Lets each finish what is under way, and waits for all. */
    async stop() {
      ended.abort()
      for (const { worker } of slots) worker?.process.kill("SIGTERM")
      await Promise.all(kept)
    },
  }
}

function newSlot(number: number): Slot {
  return { number, lives: NEWBORN, serves: false, worker: null, channel: null }
}

function givenTo({ number }: Slot, { chain, config, demoMerchantId }: Foundation): Given {
  const data = chain && { rpcUrl: chain.rpcUrl, chainId: chain.chainId, token: chain.token }
  return { number, config, demoMerchantId, chain: data }
}

async function figuresOf(slots: readonly Slot[]): Promise<AllFigures> {
  const given = slots.map(async ({ channel, number }) => {
    const asked = channel?.ask<Figures>("figures", undefined, FIGURES_MS) ?? null
    return [String(number), await Promise.resolve(asked).catch(() => null)] as const
  })
  return new Map(await Promise.all(given))
}

function errorOf({ isExpected, message }: Failure): Error {
  return isExpected ? new ConfigError(message) : new Error(message)
}
