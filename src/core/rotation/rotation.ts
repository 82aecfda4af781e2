/**
 * Seals everything anew under the current master key, a page at a time, while the gateway runs.
 *
 * The rows are their own record of how far it came: a box that bears the current key's id is done.
 * So a rotation that ended anywhere is simply begun again.
 */
import { setTimeout as sleep } from "node:timers/promises"
import type { Clock } from "../../clock.ts"
import { classify, type Database } from "../../db/database.ts"
import { audited } from "../audit/audited.ts"
import type { Actor } from "../audit/entry.ts"
import { type Keyring, SealError } from "../seal.ts"
import { SEALED_COLUMNS, type SealedColumn } from "./columns.ts"
import {
  type BoxRow,
  type KnownKey,
  listKeys,
  olderConnections,
  type Resealed,
  readBoxes,
  replaceBoxes,
  retireKeys,
  useKey,
} from "./store.ts"

/** A box that does not open, by its place; nothing of what it holds is told. */
export type Flaw = {
  readonly table: string
  readonly column: string
  /** The row's primary key; of several columns with blanks. */
  readonly id: string
  readonly why: SealError["why"]
}

/** What one column holds: how many boxes each key sealed. */
export type Holding = {
  readonly table: string
  readonly column: string
  readonly boxes: ReadonlyMap<string, number>
}

/** What is sealed, and under which keys. */
export type ShownKeys = {
  readonly current: string
  /** All keys that are given here. */
  readonly given: readonly string[]
  readonly known: readonly KnownKey[]
  readonly holdings: readonly Holding[]
}

/** What a rotation came to. */
export type Rotated = {
  readonly keyId: string
  /** Boxes that were sealed anew. */
  readonly resealed: number
  /** Boxes that were right already. */
  readonly kept: number
  /** The first of those that don't open. */
  readonly flaws: readonly Flaw[]
  readonly flawed: number
  /** Boxes whose rows were in use all the time. */
  readonly busy: number
  /** Keys that no box bears any more: they need not be given again. */
  readonly retired: readonly string[]
}

/** A page is one short statement to read and one to write: nobody waits long for its rows. */
const PAGE_ROWS = 500
/** A row in use is tried again for about two seconds: the longest a batch holds one. */
const TRIES = 40
const AGAIN_MS = 50
/** A server's process ends within milliseconds of its connection; this is half a second. */
const LOOKS = 10
/** More would scroll away. */
const FLAWS_SHOWN = 100

export type RotationParts = {
  readonly database: Database
  readonly clock: Clock
  readonly keyring: Keyring
  /** Who is written down as having done it; null where nobody is. */
  readonly by: Actor | null
}

/**
 * Counts the boxes of each key in each column, by reading them all. A key that was retired and
 * bears one after all (a node went on sealing under it) is in use again.
 */
export async function showKeys({ clock, database, keyring }: RotationParts): Promise<ShownKeys> {
  const holdings: Holding[] = []
  for (const about of SEALED_COLUMNS) {
    const boxes = new Map<string, number>()
    for await (const page of pagesOf(database, about)) {
      for (const { box } of page) {
        if (box === null) continue
        const id = nameOf(keyring, bytesOf(box)) ?? "malformed"
        boxes.set(id, (boxes.get(id) ?? 0) + 1)
      }
    }
    holdings.push({ table: about.table, column: about.column, boxes })
  }
  for (const { id, retiredAt } of await listKeys(database)) {
    const isFound = holdings.some(({ boxes }) => boxes.has(id))
    if (isFound && retiredAt !== null) await useKey(database, id, clock.now())
  }
  const known = await listKeys(database)
  return { current: keyring.keyId, given: keyring.keyIds, known, holdings }
}

/**
 * Seals every box anew that another key sealed. Boxes that don't open are told and left as they
 * are. `onPage` hears of each page: how many boxes were sealed anew so far.
 */
export async function rotate(
  parts: RotationParts,
  onPage: (resealed: number) => void = () => {},
): Promise<Rotated> {
  const { clock, database, keyring } = parts
  const { keyId } = keyring
  await useKey(database, keyId, clock.now())
  const sum = { resealed: 0, kept: 0, flawed: 0, busy: 0 }
  const flaws: Flaw[] = []
  const inUse = new Set([keyId])
  for (const about of SEALED_COLUMNS) {
    for await (const page of pagesOf(database, about)) {
      const done = await resealPage(parts, about, page)
      sum.resealed += done.resealed
      sum.kept += done.kept
      sum.busy += done.busy.length
      sum.flawed += done.flaws.length
      flaws.push(...done.flaws.slice(0, FLAWS_SHOWN - flaws.length))
      for (const id of [...done.busy, ...done.foreign]) inUse.add(id)
      onPage(sum.resealed)
    }
  }
  const retired = await audited(
    parts,
    (tx) => retireKeys(tx, [...inUse], clock.now()),
    (gone) => ({
      action: "master-key.rotate",
      merchantId: null,
      subject: null,
      outcome: sum.resealed > 0 || gone.length > 0 ? "done" : "unchanged",
      change: {
        boxes: { old: null, new: sum.resealed },
        keys: { old: [...gone], new: [keyId] },
      },
    }),
  )
  return { keyId, ...sum, flaws, retired }
}

/** What an operator's commands may ask, under the keys that this process was given. */
export function makeMasterKeys(parts: RotationParts) {
  return {
    show: () => showKeys(parts),
    /** Seals under the current one of `keyring`, where another than our own was just made. */
    rotate: (onPage?: (resealed: number) => void, keyring: Keyring = parts.keyring) =>
      rotate({ ...parts, keyring }, onPage),
    /** Says again that our current key seals: somebody may have taken it for retired. */
    use: () => useKey(parts.database, parts.keyring.keyId, parts.clock.now()),
    /**
     * Whether a gateway works on the database, as far as its connections tell. Those of a process
     * that has just ended are there for a moment longer, so it is looked at again.
     */
    async isServed(): Promise<boolean> {
      for (let looks = 0; looks < LOOKS; looks += 1) {
        if ((await olderConnections(parts.database)) === 0) return false
        await sleep(AGAIN_MS)
      }
      return true
    },
  }
}

async function* pagesOf(database: Database, about: SealedColumn): AsyncGenerator<BoxRow[]> {
  let after: readonly string[] | null = null
  for (;;) {
    const page: BoxRow[] = await readBoxes(database, about, after, PAGE_ROWS)
    if (page.length > 0) yield page
    if (page.length < PAGE_ROWS) return
    after = page.at(-1)!.key
  }
}

type PageDone = {
  readonly resealed: number
  readonly kept: number
  readonly flaws: readonly Flaw[]
  /** The keys of boxes whose rows were in use. */
  readonly busy: readonly string[]
  /** The keys of boxes that don't open. */
  readonly foreign: readonly string[]
}

async function resealPage(
  { database, keyring }: RotationParts,
  about: SealedColumn,
  page: readonly BoxRow[],
): Promise<PageDone> {
  const flaws: Flaw[] = []
  const foreign: string[] = []
  let kept = 0
  const due: Resealed[] = []
  for (const { key, box } of page) {
    if (box === null) continue
    const bytes = bytesOf(box)
    const id = nameOf(keyring, bytes)
    if (id === keyring.keyId) {
      kept += 1
      continue
    }
    const fresh = resealed(keyring, bytes, about.context)
    if (typeof fresh === "string") {
      flaws.push({ table: about.table, column: about.column, id: key.join(" "), why: fresh })
      if (id !== null) foreign.push(id)
    } else due.push({ key, old: box, box: typeof box === "string" ? base64(fresh) : fresh })
  }
  let count = 0
  let work: readonly Resealed[] = due
  for (let tries = 0; work.length > 0 && tries < TRIES; tries += 1) {
    if (tries > 0) await sleep(AGAIN_MS)
    const tried = await replaced(database, about, work)
    count += tried.replaced
    work = tried.busy
  }
  const busy = work.map(({ old }) => nameOf(keyring, bytesOf(old))!)
  return { resealed: count, kept, flaws, busy, foreign }
}

/** Where others' locks went crosswise with these, they go first. */
function replaced(database: Database, about: SealedColumn, work: readonly Resealed[]) {
  return replaceBoxes(database, about, work).catch((error: unknown) => {
    if (classify(error) !== "retry") throw error
    return { replaced: 0, busy: work }
  })
}

function resealed(keyring: Keyring, box: Buffer, context: string): Buffer | SealError["why"] {
  try {
    const plain = keyring.unseal(box, context)
    const fresh = keyring.seal(plain, context)
    plain.fill(0)
    return fresh
  } catch (error) {
    if (error instanceof SealError) return error.why
    throw error
  }
}

/** The id of the key that sealed a box; null when it is none. */
function nameOf(keyring: Keyring, box: Buffer): string | null {
  try {
    return keyring.keyIdOf(box)
  } catch (error) {
    if (error instanceof SealError) return null
    throw error
  }
}

function bytesOf(box: Buffer | string): Buffer {
  return typeof box === "string" ? Buffer.from(box, "base64") : box
}

function base64(box: Buffer): string {
  return box.toString("base64")
}
