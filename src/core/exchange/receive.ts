/**
 * Takes the bank's files out of the folder, reads each as a whole, and only then lets it be booked.
 *
 * A content is read once, under whatever name it comes, and a line is kept once, in however many
 * files it stands. What stops in between begins again with the file, or goes on with its lines.
 */
import { assert } from "../refusal.ts"
import { applyFile, applyWoken } from "./apply.ts"
import type { Arrived, BankLine, Said } from "./exchange.ts"
import { LeaseLost } from "./lease.ts"
import * as store from "./store/receive.ts"
import type { Work } from "./submit.ts"

/** Lines written down by one statement. */
const CHUNK = 1_000
/** Lines among which a statement looks for money that was told of before. */
const STRETCH = 5_000

/** Lines forgotten by one statement, of a file that may have a million. */
const FORGET_MAX = 20_000

/** Reads and books what lies there; answers how many files there were. */
export async function readArrived(work: Work): Promise<number> {
  const { parts, rail, exchange } = work
  const faults: unknown[] = []
  const begun = await store.unfinished(parts.database, rail.name)
  for (const file of begun) await guarded(work, file.id, faults, () => finish(work, file))
  await work.held.keep()
  const arrived = await exchange.arrived()
  for (const each of arrived) await guarded(work, null, faults, () => receive(work, each))
  if (faults.length > 0) throw faults[0]
  return begun.length + arrived.length
}

/**
 * One file that can't be dealt with now must not keep back the others; but lines of one that was
 * read in part would be taken for repeated when another tells of the same.
 */
async function guarded(
  work: Work,
  fileId: string | null,
  faults: unknown[],
  deal: () => Promise<void>,
): Promise<void> {
  try {
    await work.checkFolder()
    await deal()
  } catch (error) {
    if (error instanceof LeaseLost) throw error
    // Whoever lost the lease finds files gone, which is no fault.
    await forgetUnbelieved(work)
    work.parts.log.error({ err: error, fileId }, "a file of the bank was not dealt with")
    faults.push(error)
  }
}

async function receive(work: Work, arrived: Arrived): Promise<void> {
  const { parts, rail, exchange, held } = work
  const { name } = arrived
  const now = parts.clock.now()
  const fresh = parts.ids.next()
  const id = await held.write((tx) =>
    store.beginReading(tx, rail.name, arrived, { id: fresh, now }),
  )
  if (id !== null) return finish(work, { ...arrived, id, state: "reading", why: null })
  parts.log.info({ name, sha256: arrived.sha256 }, "a file of the bank came again")
  if (await exchange.take(arrived, fresh)) await exchange.keep(fresh, name, "archive", null)
}

/** Brings a file to its end, from wherever it is. */
async function finish(work: Work, file: store.InFile): Promise<void> {
  const { parts, exchange, held } = work
  const { id, name } = file
  let { state, why } = file
  if (state === "reading") {
    if (!(await exchange.take(file, id))) {
      parts.log.warn({ fileId: id, name }, "a file of the bank was gone before it was read")
      await forgetUnbelieved(work)
      return held.write((tx) => store.forget(tx, id))
    }
    why = await read(work, file)
    state = why === null ? "applying" : "refused"
  }
  let fault: unknown = null
  if (state === "applying") {
    await applyFile(work, id)
    fault = await applyWoken(work)
  }
  await exchange.keep(id, name, state === "refused" ? "errors" : "archive", why)
  await held.write((tx) => store.setPutAway(tx, id, parts.clock.now()))
  if (fault !== null) throw fault
}

/** Forgets what was read of files of which not all was. */
async function forgetUnbelieved({ rail, held }: Work): Promise<void> {
  for (let gone = FORGET_MAX; gone === FORGET_MAX; ) {
    await held.keep()
    gone = await held.write((tx) => store.deleteUnbelieved(tx, rail.name, FORGET_MAX))
  }
}

/** Reads a file from its beginning; answers why it is refused, or null when it is believed. */
async function read(work: Work, { id: fileId, name }: store.InFile): Promise<string | null> {
  const { parts, rail, exchange, held } = work
  await forgetUnbelieved(work)
  const noted = noteLines(work, fileId)
  let header: Extract<Said, { said: "header" }> | null = null

  async function believe(): Promise<void> {
    const { lines, kept } = await noted.all()
    for (let after = 0; after < lines; after += STRETCH) {
      await held.keep()
      const stretch = { after, last: after + STRETCH }
      await held.write((tx) => store.markSurplus(tx, fileId, stretch))
    }
    const read = { kind: header?.kind ?? null, messageId: header?.messageId ?? null, lines }
    await held.write((tx) => store.setApplying(tx, fileId, read))
    parts.log.info({ fileId, name, lines, repeated: lines - kept }, "a file of the bank was read")
    parts.metrics.count("exchange_lines", { rail: rail.name }, kept)
  }

  async function refuse(why: string): Promise<void> {
    await noted.all()
    await forgetUnbelieved(work)
    await held.write((tx) => store.setRefused(tx, fileId, why))
    parts.metrics.count("exchange_files_refused", { rail: rail.name })
    parts.log.warn({ fileId, name, why }, "a file of the bank was refused")
  }

  try {
    for await (const said of exchange.read(fileId)) {
      switch (said.said) {
        case "header":
          header = said
          break
        case "line":
          await noted.add(said)
          break
        case "refused":
          await refuse(said.why)
          return said.why
        case "end":
          await believe()
          return null
        default:
          said satisfies never
      }
    }
  } finally {
    // What is being written when something fails must not come after it is forgotten.
    await noted.rest()
  }
  assert(false, `the reading of file ${fileId} ended without an end`)
}

/** Writes lines down, some while the next are read. */
function noteLines({ parts, rail, held }: Work, fileId: string) {
  let chunk: store.NewLine[] = []
  let writing = Promise.resolve()
  let lines = 0
  let kept = 0

  async function write(written: readonly store.NewLine[]): Promise<void> {
    await held.keep()
    const of = { rail: rail.name, fileId, now: parts.clock.now() }
    const more = await held.write((tx) => store.insertLines(tx, of, written))
    kept += more
  }

  async function pass(): Promise<void> {
    await writing
    writing = write(chunk)
    // Whoever waits for it hears of it.
    writing.catch(() => undefined)
    chunk = []
  }

  return {
    async add(line: BankLine): Promise<void> {
      lines += 1
      chunk.push({ ...line, id: parts.ids.next() })
      if (chunk.length === CHUNK) await pass()
    },
    /** Writes the rest; answers how many lines there were, and how many of them were new. */
    async all(): Promise<{ readonly lines: number; readonly kept: number }> {
      if (chunk.length > 0) await pass()
      await writing
      return { lines, kept }
    },
    /** Resolves when nothing is being written, however that ended. */
    rest: () => writing.catch(() => undefined),
  }
}
