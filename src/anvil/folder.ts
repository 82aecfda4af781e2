/** The sandbox chain's folder: what is known of the chain, and its state, whole or not at all. */
import { mkdirSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs"
import { open, readFile, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { gunzip } from "node:zlib"
import { giveToFolderOwner } from "../db/owner.ts"

/** No room on the disk, or none that is left to this user. */
const FULL_CODES: readonly string[] = ["ENOSPC", "EDQUOT"]

/** The chain can't be saved for want of room: nothing is wrong that making room won't mend. */
export class DiskFull extends Error {
  override name = "DiskFull"
  /** As the kernel's own error has it, for those who sort faults by their codes. */
  readonly code = "ENOSPC"
  constructor(file: string, options: ErrorOptions) {
    super(`The disk is full: the sandbox's chain can't be saved to ${file}.`, options)
  }
}

/** What `chain.json` says. */
export type ChainRecord = {
  readonly epoch: number
  readonly chainId: number
  readonly port: number | null
  readonly pid: number | null
  /** The test dollar's contract. */
  readonly token: string
  /** Whether it was stopped in order, so that its saved state is its very last. */
  readonly stopped: boolean
}

/** The chain id of the first epoch, anvil's own; each later epoch has the next one. */
const FIRST_CHAIN_ID = 31_337

/** An epoch's chain id: no two chains of one data folder ever share it. */
export function chainIdOf(epoch: number): number {
  return FIRST_CHAIN_ID + epoch
}

/** Makes the folder below a data folder, and answers its real path. */
export function openFolder(dataDir: string): string {
  const folder = join(dataDir, "chain")
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // Root may work in somebody's folder, who must be able to go on without root.
    giveToFolderOwner(folder)
    return realpathSync(folder)
  } catch (cause) {
    throw new Error(`Can't write to ${folder}: start Caudal as the folder's owner.`, { cause })
  }
}

/** What the folder knows: the chain it has, or only which epoch would be a new one. */
export type Known =
  | { readonly kind: "chain"; readonly record: ChainRecord }
  | { readonly kind: "none"; readonly nextEpoch: number }

/** Reads what is known of the folder's chain. */
export function readChain(folder: string): Known {
  const text = readIfThere(join(folder, "chain.json"))
  const record = text === null ? null : recordOf(text)
  if (record) return { kind: "chain", record }
  // States are named by their epochs: an unreadable record doesn't make an old epoch come back.
  const seen = stateFiles(folder).map(({ epoch }) => epoch + 1)
  return { kind: "none", nextEpoch: Math.max(text === null ? 0 : 1, ...seen) }
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null
    throw error
  }
}

function recordOf(text: string): ChainRecord | null {
  try {
    const { epoch, port, pid, token, stopped } = JSON.parse(text) as Partial<ChainRecord>
    if (!Number.isSafeInteger(epoch) || epoch! < 0 || typeof token !== "string") return null
    return {
      epoch: epoch!,
      chainId: chainIdOf(epoch!),
      port: Number.isSafeInteger(port) ? port! : null,
      pid: Number.isSafeInteger(pid) ? pid! : null,
      token,
      stopped: stopped === true,
    }
  } catch {
    return null
  }
}

/** Writes down what is known of the chain. */
export async function writeChain(folder: string, record: ChainRecord): Promise<void> {
  await writeWhole(join(folder, "chain.json"), `${JSON.stringify(record, null, 2)}\n`)
}

/** Keeps a dump as the node gave it: hexadecimal of a compressed JSON. */
export async function writeState(folder: string, epoch: number, dump: string): Promise<void> {
  await writeWhole(stateFile(folder, epoch), Buffer.from(dump.slice(2), "hex"))
}

/** Removes the states of earlier epochs, which nothing can use any more. */
export function dropOldStates(folder: string, epoch: number): void {
  for (const old of stateFiles(folder)) {
    if (old.epoch < epoch) rmSync(join(folder, old.name), { force: true })
  }
}

function stateFile(folder: string, epoch: number): string {
  return join(folder, `state-${epoch}.json.gz`)
}

function stateFiles(folder: string): { readonly name: string; readonly epoch: number }[] {
  return readdirSync(folder).flatMap((name) => {
    const epoch = /^state-(\d+)\.json\.gz$/.exec(name)?.[1]
    return epoch === undefined ? [] : [{ name, epoch: Number(epoch) }]
  })
}

/** Blocks, with or without transactions, that stay: more than anybody reads back, half an hour. */
const BLOCKS_KEPT = 2_000
/** Older blocks that hold transactions stay, too, so many: a few MB. Receipts outlive a weekend. */
const FULL_BLOCKS_KEPT = 2_000

/** A state that was made ready to be started from. */
export type ReadyState = { readonly file: string; readonly head: number }

/**
 * Unpacks the saved state into a file that the node can load, without the old empty blocks: a
 * block is 1.7 kB of JSON, and a week has 600,000. Null when there is none or it can't be read.
 */
export async function unpackState(folder: string, epoch: number): Promise<ReadyState | null> {
  const packed = await readFile(stateFile(folder, epoch)).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null
    throw error
  })
  if (packed === null) return null
  let state: State
  try {
    state = shorten(JSON.parse((await promisify(gunzip)(packed)).toString("utf8")))
  } catch {
    // It was damaged, or is of a version that we don't know.
    return null
  }
  const file = join(folder, "load.json")
  await writeWhole(file, JSON.stringify(state))
  return { file, head: Number(state.best_block_number) }
}

/** Removes the unpacked state once it was loaded. */
export async function dropUnpacked(folder: string): Promise<void> {
  await rm(join(folder, "load.json"), { force: true })
}

type State = {
  readonly best_block_number: string | number
  readonly blocks: readonly Block[]
  readonly transactions: readonly { readonly block_number: number }[]
}
type Block = {
  readonly header: { readonly number: string }
  readonly transactions: readonly unknown[]
}

/** Forgets the blocks that nobody asks for any more. */
export function shorten<S extends State>(state: S): S {
  const numberOf = ({ header }: Block) => Number(header.number)
  const oldest = Number(state.best_block_number) - BLOCKS_KEPT
  const full = state.blocks.filter(({ transactions }) => transactions.length > 0).map(numberOf)
  // The newest of those, and always the first block, from which wallets tell chains apart.
  const kept = new Set([0, ...full.sort((a, b) => b - a).slice(0, FULL_BLOCKS_KEPT)])
  const stays = (number: number) => number > oldest || kept.has(number)
  return {
    ...state,
    blocks: state.blocks.filter((block) => stays(numberOf(block))),
    transactions: state.transactions.filter((each) => stays(each.block_number)),
  }
}

/** A crash leaves the old file or the new one, never a part: the name moves once all is written. */
async function writeWhole(file: string, content: string | Buffer): Promise<void> {
  try {
    const unfinished = `${file}.new`
    // One that a killed process left may belong to another user, unlike its folder.
    await rm(unfinished, { force: true })
    const handle = await open(unfinished, "wx", 0o644)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    giveToFolderOwner(unfinished)
    await rename(unfinished, file)
  } catch (error) {
    throw isDiskFull(error) ? new DiskFull(file, { cause: error }) : error
  }
}

function isDiskFull(error: unknown): boolean {
  return FULL_CODES.includes((error as NodeJS.ErrnoException).code ?? "")
}
