/** Takes files out of the folder and writes their orders into the bank's books. */
import { lstat, mkdir, open, readdir, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Clock, Ids } from "../../../core/index.ts"
import { fromFileId } from "../../../iso20022/ids.ts"
import type { Header, ORDER_KINDS, ReadOrder } from "../../../iso20022/items.ts"
import { readOrders } from "../../../iso20022/read.ts"
import type { Agenda } from "./agenda.ts"
import type { Batch, Line, Original } from "./lines.ts"
import { digitsOf, type OrderedAs } from "./magic.ts"
import { orNothing, type Tape } from "./tape.ts"

export type IntakeParts = {
  readonly clock: Clock
  readonly ids: Pick<Ids, "next">
  /** Where files are handed in. */
  readonly out: string
  /** The bank's own folder. */
  readonly home: string
  readonly tape: Tape<Line>
  readonly agenda: Agenda
}

/** Orders in one line of the books, read and written within a millisecond. */
const LINE_ORDERS = 200
/** Parsed between two turns of the event loop: some 50 orders. */
const CHUNK_BYTES = 32_768
/** The bank's own id and a dash come before a file's name. */
const ID_CHARS = 36
/** Of a name, so much is kept. */
const NAME_CHARS = 100

const AS: Readonly<Record<Original["kind"], OrderedAs>> = {
  "pain.008.001.08": "debit",
  "pain.001.001.09": "transfer",
}

/**
 * Takes in whatever was handed in, and what a crash left half read. It executes every order that
 * it is handed, under whatever ids: a real bank would refuse a message that it knows, and so hide
 * that it was sent twice.
 */
export async function takeIn(parts: IntakeParts): Promise<void> {
  const taking = join(parts.home, "taking")
  for (const name of await filesIn(parts.out)) {
    await mkdir(taking, { recursive: true, mode: 0o700 })
    // Whose rename succeeds has it.
    await rename(join(parts.out, name), join(taking, takenName(parts.ids.next(), name))).catch(
      orNothing,
    )
  }
  for (const name of await filesIn(taking)) {
    // What somebody else put there was never handed in.
    if (fromFileId(name.slice(0, ID_CHARS)) !== null) await readWhole(parts, name)
  }
}

async function readWhole(parts: IntakeParts, name: string): Promise<void> {
  const { agenda, clock, home, tape } = parts
  const intake = name.slice(0, ID_CHARS)
  const path = join(home, "taking", name)
  const found = await readInto(parts, intake, path).catch(orNothing)
  // Another process was quicker.
  if (found === null) return
  const { count, original, why } = found
  const at = clock.now().toISOString()
  if (!agenda.isOver(intake)) {
    tape.append(
      why === null
        ? { did: "taken", intake, at, count }
        : { did: "refused", intake, at, count, why, original },
    )
  }
  const kept = join(home, why === null ? "taken" : "refused")
  await mkdir(kept, { recursive: true, mode: 0o700 })
  if (why !== null) await writeFile(join(kept, `${name}.why.txt`), `${why}\n`, { mode: 0o600 })
  await rename(path, join(kept, name)).catch(orNothing)
}

type Read = {
  readonly count: number
  readonly original: Original | null
  /** Why none of it counts: a file is taken whole or not at all. */
  readonly why: string | null
}

async function readInto(
  { agenda, tape }: IntakeParts,
  intake: string,
  path: string,
): Promise<Read> {
  const known = agenda.read(intake)
  let header: Header | null = null
  let count = 0
  let orders: ReadOrder[] = []
  const originalNow = () => (header ? originalOf(header) : null)
  const flush = () => {
    const from = count - orders.length
    const [first] = orders
    // A crash came after these were written.
    if (first && from >= known) {
      tape.append({
        did: "read",
        batch: batchOf(intake, originalNow()!, first),
        from,
        orders: orders.map((each) => {
          return [each.endToEndId, String(each.amount), digitsOf(each.account)]
        }),
      })
    }
    orders = []
  }
  const refused = (why: string): Read => ({ count, original: originalNow(), why })

  for await (const item of readOrders(chunksOf(path))) {
    if (item.item === "header") header = item
    else if (item.item === "refused" || item.item === "malformed") return refused(item.why)
    else if (item.item === "mismatch") {
      return refused(`${item.what}: ${item.said} said, ${item.found} found`)
    } else if (item.item === "order") {
      if (orders.length === LINE_ORDERS || (orders[0] && !areTogether(orders[0], item))) flush()
      orders.push(item)
      count += 1
    }
  }
  flush()
  return { count, original: originalNow(), why: null }
}

/** Each is read by a turn of the event loop, so that whoever waits for it comes to theirs. */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, "r")
  // The reader is done with a chunk when it asks for the next.
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  try {
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES)
      if (bytesRead === 0) return
      yield chunk.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

function originalOf({ kind, messageId }: Header): Original {
  // Nothing else is read as orders.
  return { kind: kind as (typeof ORDER_KINDS)[number], messageId }
}

function batchOf(intake: string, original: Original, order: ReadOrder): Batch {
  const { currency, ownAccount: account, paymentInfoId: group } = order
  return { intake, of: AS[original.kind], original, group, account, currency }
}

function areTogether(one: ReadOrder, other: ReadOrder): boolean {
  return one.paymentInfoId === other.paymentInfoId && one.currency === other.currency
}

/** Regular files that aren't hidden, by their names. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder).catch(orNothing)) ?? []
  const files: string[] = []
  for (const name of names.sort()) {
    if (name.startsWith(".")) continue
    const found = await lstat(join(folder, name)).catch(orNothing)
    if (found?.isFile()) files.push(name)
  }
  return files
}

function takenName(id: string, name: string): string {
  return `${id}-${name.replace(/[^A-Za-z0-9.-]/g, "_").slice(-NAME_CHARS)}`
}
