/** The folder that files are exchanged over: whose it is, and how a file of ours leaves by it. */
import { constants } from "node:fs"
import { access, link, mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { FolderLost, type Written } from "../../core/index.ts"
import { exists, move, statOf, syncFolder, systemCode, writeWhole } from "./disk.ts"

/**
 * `out` and `in` are what a bank, or who carries files to it, sees. In `work` lie parts that were
 * not handed over yet, and files that were taken and are being read. All of them are one file
 * system, so that a file is moved in one step: it is on one side or on the other, never on both.
 */
export const FOLDERS = ["in", "out", "work", "archive", "errors"] as const

/** The file that says which folder this is. */
const MARK = ".caudal"
const MARK_MAX = 100
/** What is exchanged is accounts and names: nobody else's to read. */
const PRIVATE = 0o700

export type Folder = {
  /** Where it is; throws when this process was given none. */
  path(): string
  /** See `Exchange.identify`. */
  identify(known: string | null, fresh: string): Promise<string>
  /** See `Exchange.write`. */
  write(pieces: AsyncIterable<string>, part: string): Promise<Written>
  /** See `Exchange.send`. */
  send(part: string, name: string): Promise<void>
  /** See `Exchange.discard`. */
  discard(part: string): Promise<void>
}

/** A folder at a path, which isn't touched before it is used; null where none may be used. */
export function openFolder(given: string | null): Folder {
  const path = () => {
    if (given === null) throw new Error("bank-files: this process has no exchange folder")
    return given
  }
  const partPath = (part: string) => join(path(), "work", checked(part))

  return {
    path,

    async identify(known, fresh) {
      const root = path()
      const mark = known ?? (await settle(root, fresh))
      const found = await readMark(root)
      if (found === null)
        throw new FolderLost(`there is no mark in ${root}: it isn't mounted, or new`)
      if (found !== mark) {
        throw new FolderLost(`the mark in ${root} is another's: it isn't the folder used before`)
      }
      for (const name of FOLDERS) await checkUsable(join(root, name))
      return mark
    },

    write: (pieces, part) => writeWhole(partPath(part), pieces),

    async send(part, name) {
      const from = partPath(part)
      const out = join(path(), "out")
      const to = join(out, checked(name))
      // Nothing may be concluded from a part that is gone with its folder.
      for (const each of ["work", "out"]) await checkUsable(join(path(), each))
      const sent = await leaves(from, to).catch(async (error) => {
        // Another node was quicker, and nothing is left to be moved twice.
        if (systemCode(error) === "ENOENT" && !(await exists(from))) return false
        throw error
      })
      // It was handed over before, perhaps just before a power cut.
      if (!sent) await syncFolder(out)
    },

    async discard(part) {
      await rm(partPath(part), { force: true })
    },
  }
}

/** Hands a part over under a name that nobody has; false when it isn't there any more. */
async function leaves(from: string, to: string): Promise<boolean> {
  const isTaken = await exists(to)
  if (!(await exists(from))) return false
  if (isTaken) throw new Error(`${to} is there already, beside the part that it is made of`)
  await move(from, to)
  return true
}

/** Makes the folder, and marks it if it has no mark; answers the one that it has then. */
async function settle(root: string, fresh: string): Promise<string> {
  try {
    for (const name of FOLDERS) await mkdir(join(root, name), { recursive: true, mode: PRIVATE })
    // Nobody else's: nodes and passes that begin at once have one mark, and would share a draft.
    const own = await mkdtemp(join(root, `${MARK}.`))
    try {
      const draft = join(own, checked(fresh))
      await writeWhole(draft, [`${fresh}\n`])
      // It may have one, also since a moment: of those that begin at once, one is first.
      await link(draft, join(root, MARK)).catch((error) => {
        if (systemCode(error) !== "EEXIST") throw error
      })
    } finally {
      await rm(own, { recursive: true, force: true })
    }
    await syncFolder(root)
    return (await readMark(root)) ?? fresh
  } catch (error) {
    throw unusable(root, error)
  }
}

async function readMark(root: string): Promise<string | null> {
  const path = join(root, MARK)
  const found = await statOf(path).catch((error) => {
    throw unusable(root, error)
  })
  if (found === null) return null
  if (!found.isFile() || found.size > MARK_MAX) throw new FolderLost(`${path} is no mark of ours`)
  const mark = (await readFile(path, "utf8")).trim()
  if (mark === "") throw new FolderLost(`${path} is empty`)
  return mark
}

async function checkUsable(path: string): Promise<void> {
  const found = await stat(path).catch(() => null)
  if (!found?.isDirectory()) throw new FolderLost(`there is no folder ${path}`)
  await access(path, constants.R_OK | constants.W_OK | constants.X_OK).catch((error) => {
    throw unusable(path, error)
  })
}

function unusable(path: string, error: unknown): Error {
  if (error instanceof FolderLost) return error
  const why = systemCode(error) ?? (error as Error).message
  return new Error(`the exchange folder ${path} can't be used: ${why}`, { cause: error })
}

/** Names of ours are made of ids; anything else in one would be a way out of the folder. */
function checked(name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(name)) throw new RangeError("no name of a part")
  return name
}
