/** What a scenario works with: shown requests, waiting for states, transfers. */
import { setTimeout as sleep } from "node:timers/promises"
import type { Core } from "../../core/index.ts"
import { CommandError } from "../command.ts"
import { FlowStopped, type Json, type Stage } from "../demo/stage.ts"
import type { Native } from "../native.ts"

export type Scene = Pick<Stage, "ask" | "check" | "gateway" | "run" | "digits"> & {
  /** The native API as the demo merchant, unseen: for looking, not for acting. */
  readonly native: Native
  /** Notes an id of what was made, for the last line. */
  made(what: string, id: string): void
  /** Waits until a payment is in a state, and says so. Stops the scenario when it never is. */
  until(id: string, state: string, timeoutMs?: number): Promise<Json>
  /** Asks the native API, seen. */
  does(method: "GET" | "POST", path: string, status: number, body?: object): Promise<Json>
  /** What only an operator can do, on the database of the same data folder. */
  operate<T>(work: (core: Core) => Promise<T>): Promise<T>
}

export type Scenario = {
  /** `dialect.what-happens`, as it is typed. */
  readonly name: string
  readonly about: string
  /** It needs a chain of the sandbox's own. */
  readonly onChain?: boolean
  play(scene: Scene): Promise<void>
}

/** The slowest fate of a sandbox is known after 15 s, and looked for every 2 s. */
const USUAL_MS = 30_000
const LOOK_EVERY_MS = 150
const RPC_MS = 10_000

export type SceneParts = Pick<Scene, "native" | "operate"> & {
  readonly stage: Stage
  readonly ids: Map<string, string>
  readonly elapsedMs: () => number
}

/** Makes the scene of one scenario. */
export function makeScene({ stage, native, ids, operate, elapsedMs }: SceneParts): Scene {
  return {
    ask: stage.ask,
    check: stage.check,
    gateway: stage.gateway,
    run: stage.run,
    digits: stage.digits,
    native,
    operate,
    made: (what, id) => void ids.set(what, id),
    async until(id, state, timeoutMs = USUAL_MS) {
      const giveUpAtMs = elapsedMs() + timeoutMs
      for (;;) {
        const payment = await native.ask("GET", `/payments/${id}`)
        if (payment.state === state) {
          const why = payment.reason === null ? "" : ` (${payment.reason})`
          await stage.check(`it is ${state}${why}`, true)
          return payment
        }
        if (elapsedMs() > giveUpAtMs) {
          await stage.check(`it becomes ${state}`, false, payment.state)
          throw new FlowStopped(`${id} is ${payment.state} and not ${state}`)
        }
        await sleep(LOOK_EVERY_MS)
      }
    },
    does: (method, path, status, body) =>
      stage.ask({
        to: "caudal",
        method,
        path,
        headers: { authorization: `Bearer ${native.apiKey}` },
        ...(body && { body }),
        status,
      }),
  }
}

/** Sends test dollars on the sandbox's chain and says which transaction that was. */
export async function transfer(scene: Scene, to: string, units: bigint): Promise<string> {
  const { chain } = scene.gateway
  if (chain === null) throw new CommandError("This scenario needs the sandbox's own chain")
  const word = (hex: string) => hex.toLowerCase().replace(/^0x/, "").padStart(64, "0")
  // transfer(address,uint256) of ERC-20.
  const data = `0xa9059cbb${word(to)}${word(units.toString(16))}`
  const params = [{ from: chain.payer, to: chain.token, data, gas: "0x1d4c0" }]
  const response = await fetch(chain.rpcUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_sendTransaction", params }),
    signal: AbortSignal.timeout(RPC_MS),
  })
  const { result, error } = (await response.json()) as Json
  await scene.check(
    `the payer sends ${Number(units) / 10 ** chain.decimals} test dollars: ${result ?? "refused"}`,
    typeof result === "string",
    error,
  )
  if (typeof result !== "string") throw new FlowStopped("the chain refused the transfer")
  scene.made("transaction", result)
  return result
}
