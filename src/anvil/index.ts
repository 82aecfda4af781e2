/** The sandbox's chain: a real EVM node on this machine, with a test dollar, kept alive. */
import type { Clock } from "../clock.ts"
import { findAnvil } from "./binary.ts"
import { DOLLAR, transferCall } from "./dollar.ts"
import { openFolder } from "./folder.ts"
import { keepChain } from "./keeper.ts"
import { openChain, PAYER } from "./open.ts"
import { hex } from "./rpc.ts"

export { findAnvil } from "./binary.ts"
export { DiskFull } from "./folder.ts"

/** Twice what a transfer takes. With no limit named, each one claims a whole block for itself. */
const GAS_MAX = 120_000

/** Where the chain lives, and who hears of it. */
export type SandboxOptions = {
  readonly dataDir: string
  readonly clock: Clock
  /**
   * The least epoch that a new chain may get: for a database that knows of later chains than the
   * data folder does, since that was lost or is another one.
   */
  readonly epochAtLeast?: number
  /** Hears what an operator should know: a chain that was lost, a disk that is full. */
  readonly notice?: (text: string) => void
  /** The chain ended by itself or was killed; it is being started again. */
  readonly onDown?: (reason: string) => void
  /** It answers again, after `downMs`. */
  readonly onUp?: (downMs: number) => void
}

export type SandboxChain = {
  readonly rpcUrl: string
  readonly chainId: number
  /** Rises by one each time the chain was lost and begun anew. */
  readonly epoch: number
  readonly token: { readonly symbol: string; readonly address: string; readonly decimals: number }
  /** An unlocked account that holds test dollars, and coins for the fees. */
  readonly payer: string
  /** Whether it was running already, left behind by a Caudal that was killed. */
  readonly adopted: boolean
  /** The node's process; changes when it had to be started again. */
  pid(): number
  /**
   * Sends millionths of a test dollar, from the payer or another account of the test phrase, and
   * answers the transaction's hash; the next block holds it. Throws if the sender hasn't got them,
   * and `DiskFull` while the chain can't be saved: nothing was sent then.
   */
  send(to: string, amount: bigint, from?: string): Promise<string>
  /** The same with the chain's own coin, in wei. */
  sendCoin(to: string, amount: bigint, from?: string): Promise<string>
  /**
   * Mines so many blocks at once, beside the one a second. Throws `DiskFull` when they can't be
   * saved; what was sent before is saved once there is room again.
   */
  mine(blocks: number): Promise<void>
  /** Saves the chain, stops it, and waits for both; may be called again. */
  stop(): Promise<void>
}

/**
 * Starts the chain of a data folder, or adopts the one that runs there. Where the old one can't be
 * had any more, a new one begins under the next epoch and another chain id.
 *
 * Throws, saying what to do, if there is no anvil here or it can't run. Later deaths of the chain
 * are repaired until `stop`. Whoever calls has the data folder for itself already.
 */
export async function startAnvil(options: SandboxOptions): Promise<SandboxChain> {
  const binary = findAnvil()
  if (binary === null) {
    throw new Error("There is no anvil here: run npm ci on Linux (x64), or put one on the PATH.")
  }
  const folder = openFolder(options.dataDir)
  const opened = await openChain({ binary, folder, ...options })
  const { epoch, chainId } = opened.record
  const keeper = keepChain({ binary, folder, opened, ...options })
  let sending: Promise<unknown> = Promise.resolve()
  /** One after the other: the node gives two that come at once the same number. */
  function inTurn(from: string, to: string, rest: object): Promise<string> {
    const sent = sending.then(() => transact(from, to, rest))
    sending = sent.catch(() => {})
    return sent
  }
  async function transact(from: string, to: string, rest: object): Promise<string> {
    keeper.assertRoom()
    // The node would mine what fails: a transfer that can't be made is refused here, with why.
    await keeper.call("eth_call", [{ from, to, ...rest }, "pending"])
    const transaction = { from, to, gas: hex(GAS_MAX), ...rest }
    return (await keeper.call("eth_sendTransaction", [transaction])) as string
  }
  let stopping: Promise<void> | undefined
  return {
    rpcUrl: opened.anvil.url,
    chainId,
    epoch,
    token: DOLLAR,
    payer: PAYER,
    adopted: opened.adopted,
    pid: keeper.pid,
    send: (to, amount, from = PAYER) =>
      inTurn(from, DOLLAR.address, { data: transferCall(to, amount) }),
    sendCoin: (to, amount, from = PAYER) => inTurn(from, to, { value: hex(amount) }),
    mine: keeper.mine,
    stop() {
      stopping ??= keeper.stop()
      return stopping
    },
  }
}
