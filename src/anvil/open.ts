/** Comes by a chain at the start: the one that runs, the one that was saved, or a new one. */
import { setTimeout as sleep } from "node:timers/promises"
import { DOLLAR, DOLLAR_CODE, PAYER_DOLLARS, transferCall } from "./dollar.ts"
import {
  type ChainRecord,
  chainIdOf,
  dropOldStates,
  dropUnpacked,
  readChain,
  unpackState,
  writeChain,
  writeState,
} from "./folder.ts"
import {
  type Anvil,
  adoptProcess,
  endAnvil,
  findProcesses,
  killProcess,
  StartFailed,
  startProcess,
} from "./process.ts"
import { call, callAll, hex } from "./rpc.ts"

/** The test phrase's first account, which makes the test dollar. */
const MAKER = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
/** Its second one. */
export const PAYER = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8"

/**
 * Blocks that may pass without a transaction until the state is saved all the same: a minute of
 * them is all that a crash costs then, and an idle sandbox writes some 300 kB a minute.
 */
export const SAVE_EVERY_BLOCKS = 60
/** Blocks that pass while the keeper looks and saves. */
const SLACK_BLOCKS = 4

/** How often, and how many times, a killed process is looked for: a second in all is plenty. */
const GONE_LOOK_MS = 10
const GONE_LOOKS = 100

/** A chain that answers, and what is written down about it. */
export type Opened = {
  readonly anvil: Anvil
  readonly record: ChainRecord
  readonly adopted: boolean
}

type Home = { readonly binary: string; readonly folder: string }
type Options = Home & {
  readonly epochAtLeast?: number
  readonly notice?: (text: string) => void
}

/** Adopts, loads or begins a chain. */
export async function openChain(options: Options): Promise<Opened> {
  const { folder, epochAtLeast = 0, notice } = options
  const known = readChain(folder)
  // The database knows of a later chain: the folder's is from an old copy.
  const usable = known.kind === "chain" && known.record.epoch + 1 >= epochAtLeast
  const adopted = usable ? await adopt(folder, known.record) : null
  await killOthers(folder, adopted?.pid)
  if (usable) {
    if (adopted) return written(folder, known.record, adopted, true)
    const loaded = await load(options, known.record)
    if (loaded) return written(folder, known.record, loaded, false)
  }
  const next = known.kind === "chain" ? known.record.epoch + 1 : known.nextEpoch
  const epoch = Math.max(next, epochAtLeast)
  if (epoch > 0) {
    notice?.(
      "The sandbox's chain can't be had back: a new one begins as chain " +
        `${chainIdOf(epoch)}; what was open on the old one expires.`,
    )
  }
  const port = known.kind === "chain" ? known.record.port : null
  return begin(options, epoch, port)
}

/** Ends what a killed Caudal left behind; the port is free when its process has gone. */
async function killOthers(folder: string, spared: number | undefined): Promise<void> {
  for (let look = 0; look < GONE_LOOKS; look += 1) {
    const others = findProcesses(folder).filter((pid) => pid !== spared)
    if (others.length === 0) return
    for (const pid of others) killProcess(pid)
    await sleep(GONE_LOOK_MS)
  }
}

async function written(folder: string, record: ChainRecord, anvil: Anvil, adopted: boolean) {
  const now = { ...record, port: anvil.port, pid: anvil.pid, stopped: false }
  await writeChain(folder, now)
  return { anvil, record: now, adopted }
}

async function adopt(folder: string, record: ChainRecord): Promise<Anvil | null> {
  const { pid } = record
  if (pid === null || !findProcesses(folder).includes(pid)) return null
  const anvil = adoptProcess(pid, folder)
  if (anvil === null) return null
  try {
    return (await isOurs(anvil, record)) ? anvil : null
  } catch {
    return null
  }
}

/** Whether a running node has this chain: its id, and the test dollar where it has to be. */
async function isOurs({ url }: Anvil, { chainId, token }: ChainRecord): Promise<boolean> {
  const [id, code] = await callAll(url, [["eth_chainId"], ["eth_getCode", [token, "latest"]]])
  // What is deployed is the end of what was sent to deploy it.
  return id === hex(chainId) && code !== "0x" && DOLLAR_CODE.endsWith(String(code).slice(2))
}

async function load(home: Home, record: ChainRecord): Promise<Anvil | null> {
  const anvil = await loadState(home, record).catch(async (error: unknown) => {
    // Somebody else may have the port now; wallets then have to be told the new one.
    if (!(error instanceof StartFailed) || error.refused) throw error
    return loadState(home, { ...record, port: null })
  })
  // Readers may have come further than the saved state: numbers of blocks never go back for them.
  if (anvil && !record.stopped) await mineEmpty(anvil.url, SAVE_EVERY_BLOCKS + SLACK_BLOCKS)
  return anvil
}

/** Starts a chain from its saved state; null when there is no such state, or it's no good. */
export async function loadState(home: Home, record: ChainRecord): Promise<Anvil | null> {
  const { folder } = home
  const { chainId, epoch, port } = record
  const ready = await unpackState(folder, epoch)
  if (ready === null) return null
  try {
    const anvil = await startProcess({ ...home, chainId, port, state: ready.file })
    const head = Number(await call(anvil.url, "eth_blockNumber"))
    if (head >= ready.head && (await isOurs(anvil, record))) return anvil
    await endAnvil(anvil)
    return null
  } catch (error) {
    if (error instanceof StartFailed && error.refused) return null
    throw error
  } finally {
    await dropUnpacked(folder)
  }
}

/** A block takes up to a millisecond, and one call has seconds. */
const MINED_AT_ONCE = 500

/** Mines blocks that all have the present second: the chain's clock never runs ahead. */
export async function mineEmpty(url: string, blocks: number): Promise<void> {
  for (let left = blocks; left > 0; left -= MINED_AT_ONCE) {
    await call(url, "anvil_mine", [hex(Math.min(left, MINED_AT_ONCE)), "0x0"])
  }
}

async function begin(home: Home, epoch: number, port: number | null): Promise<Opened> {
  const { folder } = home
  const chainId = chainIdOf(epoch)
  const { address: token } = DOLLAR
  const record = { epoch, chainId, port, pid: null, token, stopped: false }
  // Before the chain exists: whatever happens now, no other one gets this id.
  await writeChain(folder, record)
  const start = { ...home, chainId, port, state: null }
  const anvil = await startProcess(start).catch((error: unknown) => {
    if (port === null || !(error instanceof StartFailed)) throw error
    return startProcess({ ...start, port: null })
  })
  try {
    await deploy(anvil.url)
    if (!(await isOurs(anvil, record))) throw new Error("The test dollar isn't on the new chain.")
    await writeState(folder, epoch, String(await call(anvil.url, "anvil_dumpState")))
    const opened = await written(folder, record, anvil, false)
    dropOldStates(folder, epoch)
    return opened
  } catch (error) {
    await endAnvil(anvil)
    throw error
  }
}

/** Makes the test dollar with the maker's first transaction, and gives the payer some. */
async function deploy(url: string): Promise<void> {
  // Gas is named, since the second can't be tried out before the first is mined.
  const gas = hex(2_000_000)
  const data = transferCall(PAYER, PAYER_DOLLARS)
  await call(url, "eth_sendTransaction", [{ from: MAKER, data: DOLLAR_CODE, gas }])
  await call(url, "eth_sendTransaction", [{ from: MAKER, to: DOLLAR.address, data, gas }])
  await mineEmpty(url, 1)
}
