/** Files of a bank: found when they came to rest, taken out of its sight, read, and kept. */
import { createReadStream } from "node:fs"
import { link, mkdir, readdir, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import type { Arrived, Clock } from "../../core/index.ts"
import {
  exists,
  hashOf,
  move,
  type Path,
  pathIn,
  statOf,
  syncFolder,
  systemCode,
  writeWhole,
} from "./disk.ts"
import { dayIn } from "./when.ts"

/** A file that isn't touched for so long was brought whole: who carries it writes without pause. */
const REST_MS = 2_000
/** Far more than a day's lines of the largest collector; what is longer is refused unread. */
const BYTES_MAX = 512 * 1_048_576
/** Parsed between two turns of the event loop, which takes some 3 ms. */
const CHUNK_BYTES = 16_384
/** So many are told of at once; the others wait for the next look. */
const TOLD_MAX = 100
/** So many are looked at: beyond that somebody uses the folder for something else. */
const LOOKED_MAX = 2_000
/** A name that is kept, beside our id: file systems end at 255 bytes. */
const NAME_MAX = 120
/** What programs that carry files call one that isn't whole yet. */
const UNFINISHED = /^\.|\.(?:part|tmp|filepart|crdownload|swp)$|~$/i

export type Inbox = {
  arrived(): Promise<readonly Arrived[]>
  take(arrived: Arrived, id: string): Promise<boolean>
  /** The bytes of a taken file; null when it is longer than is ever read. */
  open(id: string): Promise<AsyncIterable<Uint8Array> | null>
  keep(id: string, name: string, where: "archive" | "errors", why: string | null): Promise<void>
}

/** How a file was at the last look. */
type Look = {
  readonly state: string
  readonly sinceMs: number
  sha256: string | null
}
type Entry = {
  readonly raw: Buffer
  readonly name: string
  readonly bytes: number
  readonly state: string
}

export type InboxParts = {
  readonly clock: Clock
  /** Where the days of the archive change. */
  readonly timeZone: string
  /** Where the exchange folder is. */
  path(): string
  /** The longest file that is read. */
  readonly bytesMax?: number
}

/** The bank's side of the folder: see `Exchange` for what each of its methods does. */
export function openInbox(parts: InboxParts): Inbox {
  const { bytesMax = BYTES_MAX, clock, path, timeZone } = parts
  let looks = new Map<string, Look>()
  const takenPath = (id: string) => join(path(), "work", `${checkedId(id)}.in`)

  /** Whole entries, with those that lie there unchanged for long enough first known. */
  async function atRest(): Promise<(Entry & { readonly look: Look })[]> {
    const nowMs = clock.elapsedMs()
    const entries = await entriesOf(join(path(), "in"))
    const next = new Map<string, Look>()
    for (const { raw, state } of entries) {
      const key = raw.toString("latin1")
      const before = looks.get(key)
      next.set(key, before?.state === state ? before : { state, sinceMs: nowMs, sha256: null })
    }
    looks = next
    return entries.flatMap((entry) => {
      const look = next.get(entry.raw.toString("latin1"))!
      return nowMs - look.sinceMs >= REST_MS ? [{ ...entry, look }] : []
    })
  }

  /** Two names of odd bytes may be shown as one: then what was read of them tells which. */
  function isIt({ raw, name, bytes }: Entry, arrived: Arrived): boolean {
    const { sha256 = null } = looks.get(raw.toString("latin1")) ?? {}
    const same = name === arrived.name && bytes === arrived.bytes
    return same && (sha256 === null || sha256 === arrived.sha256)
  }

  return {
    async arrived() {
      const inside = join(path(), "in")
      const told: Arrived[] = []
      let unreadable: unknown = null
      for (const { raw, name, bytes, look } of await atRest()) {
        if (told.length === TOLD_MAX) break
        try {
          look.sha256 ??= await hashOf(pathIn(inside, raw), bytesMax)
        } catch (error) {
          // Gone again; or it isn't ours to read, which must not keep back the others.
          if (systemCode(error) !== "ENOENT") unreadable = error
          continue
        }
        // Whoever takes it looks again whether it is still that one.
        told.push({ name, bytes, sha256: look.sha256 })
      }
      if (told.length === 0 && unreadable !== null) {
        const why = systemCode(unreadable) ?? "unknown"
        throw new Error(`a file in ${inside} can't be read: ${why}`, { cause: unreadable })
      }
      return told
    },

    async take(arrived, id) {
      const taken = takenPath(id)
      if (await exists(taken)) return true
      const taking = `${taken}.taking`
      const inside = join(path(), "in")
      let raw: Path = keptName(arrived.name)
      if (!(await exists(taking))) {
        const found = (await entriesOf(inside)).find((entry) => isIt(entry, arrived))
        if (!found) return false
        raw = found.raw
        const gone = await move(pathIn(inside, raw), taking).then(
          () => false,
          (error) => systemCode(error) === "ENOENT" || Promise.reject(error),
        )
        if (gone) return false
      }
      const isFile = (await statOf(taking))?.isFile() === true
      if (isFile && (await hashOf(taking, bytesMax)) === arrived.sha256) {
        await move(taking, taken)
        return true
      }
      await giveBack(taking, inside, raw, id)
      return false
    },

    async open(id) {
      const taken = takenPath(id)
      const found = await statOf(taken)
      if (found === null) throw new Error(`${taken} is gone`)
      return found.size > bytesMax ? null : createReadStream(taken, { highWaterMark: CHUNK_BYTES })
    },

    async keep(id, name, where, why) {
      const taken = takenPath(id)
      if (!(await exists(taken))) return
      const base = join(path(), where)
      const folder = where === "errors" ? base : join(base, dayIn(timeZone, clock.now()))
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await syncFolder(base)
      const kept = join(folder, `${id}-${keptName(name)}`)
      if (why !== null) await writeWhole(`${kept}.why.txt`, [`${why}\n`])
      await move(taken, kept)
    },
  }
}

/** Regular files that are meant for us, the oldest first. */
async function entriesOf(folder: string): Promise<Entry[]> {
  const all = await readdir(folder, { encoding: "buffer", withFileTypes: true })
  const meant = all
    .filter((entry) => entry.isFile() && !UNFINISHED.test(entry.name.toString("latin1")))
    .map(({ name }) => name)
    .slice(0, LOOKED_MAX)
  const found: (Entry & { readonly changed: bigint })[] = []
  for (const raw of meant) {
    const stat = await statOf(pathIn(folder, raw))
    const state = stateOf(stat)
    if (stat === null || state === null) continue
    const name = shownName(raw)
    found.push({ raw, name, bytes: Number(stat.size), state, changed: stat.mtimeNs })
  }
  return found.sort((one, other) => {
    if (one.changed !== other.changed) return one.changed < other.changed ? -1 : 1
    return Buffer.compare(one.raw, other.raw)
  })
}

/** All by which a change of a file shows; null for what is no regular file. */
function stateOf(stat: Awaited<ReturnType<typeof statOf>>): string | null {
  if (!stat?.isFile()) return null
  return [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(" ")
}

/** A file that was exchanged for another in the moment of taking it belongs to the bank again. */
async function giveBack(taking: string, inside: string, raw: Path, id: string): Promise<void> {
  await link(taking, pathIn(inside, raw)).catch(async (error) => {
    if (systemCode(error) !== "EEXIST") throw error
    await rename(taking, join(inside, `${id}-returned`))
  })
  await rm(taking, { force: true })
  await syncFolder(inside)
}

/** A name as it may stand in a table and on a terminal: names are bytes, and may be anything. */
function shownName(raw: Buffer): string {
  return raw.toString("utf8").replace(/[\p{C}\p{Zl}\p{Zp}\uFFFD]/gu, "?")
}

/** A name as we keep it: its end, which tells more than its beginning, in plain letters. */
function keptName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9._-]+/g, "_").slice(-NAME_MAX)
  return plain.replace(/^\.+/, "") || "file"
}

function checkedId(id: string): string {
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new RangeError("no id of a file")
  return id
}
