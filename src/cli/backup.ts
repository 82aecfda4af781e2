/** `caudal backup`: copies database and keys while the gateway works, and proves the copy. */
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { BackupError, checkFiles, dropOldest, makeBackup, restoreBackup } from "../backup/index.ts"
import type { Config } from "../config.ts"
import { CommandError, command, UsageError } from "./command.ts"
import { withCore } from "./core.ts"
import { list, type Shell } from "./shell.ts"

const KEEP_MAX = 10_000

const backup = command({
  name: "backup",
  about:
    "Copies database and data folder, of one instant, while the gateway works; then restores the " +
    "copy beside it, holds its books against one another as caudal verify does, and removes that " +
    "again. Ends with 1 when the copy is no good.",
  options: {
    to: { value: "FOLDER", required: true, about: "where backups lie, best on another disk" },
    keep: { value: "N", about: "remove older ones of this database beyond N; all stay without it" },
    "no-check": { value: null, about: "only hold the files to their hashes, restore nothing" },
  },
  example: "backup --to /backups/caudal --keep 7",
  async run(values, shell) {
    const keep = readKeep(values.keep)
    const config = await shell.config()
    refuseOwnServer(config)
    // The database is started where no gateway runs, and joined where one does.
    const made = await shell.withCore((core) => copied(shell, config, values.to, core.clock.now()))
    const { folder, manifest, bytes } = made
    await explained(() => proved(shell, config, folder, !values["no-check"])).catch(
      (error: unknown) => {
        // Nobody should take it for a backup, and nobody but its owner should delete it.
        renameSync(folder, `${folder}.doubtful`)
        throw error
      },
    )
    const dropped =
      keep === null ? [] : await dropOldest(dirname(folder), manifest.systemIdentifier, keep)
    const { madeAt, mode, postgres } = manifest
    const files = manifest.files.length
    const key = mode === "live" ? "CAUDAL_MASTER_KEY isn't in it: keep it apart" : "is in it"
    const restore = `caudal restore --from ${folder}`
    const shown = { folder, madeAt, bytes, files, postgres, checked: !values["no-check"] }
    shell.show({ ...shown, dropped, restore }, () =>
      [
        `Backed up to ${folder}.`,
        list([
          ["of", madeAt],
          ["size", `${(bytes / 1_048_576).toFixed(1)} MB in ${files} files`],
          [
            "checked",
            values["no-check"] ? "the files' hashes" : "restored, and its books are right",
          ],
          ["master key", key],
          ...dropped.map((each): [string, string] => ["removed", each]),
        ]),
        "",
        `To restore it into an empty data folder: ${restore}`,
      ].join("\n"),
    )
  },
})

export const commands = [backup]

function copied(shell: Shell, config: Config, to: string, now: Date) {
  const progress = shell.progress("copying")
  const told = (bytes: number) => progress.at(bytes, null, megabytes(bytes))
  return explained(() => makeBackup({ config, to, now, progress: told })).finally(progress.end)
}

/** A copy that can't be read, or restored, or whose books are wrong, is none. */
async function proved(
  shell: Shell,
  config: Config,
  folder: string,
  restores: boolean,
): Promise<void> {
  const progress = shell.progress("checking")
  const told = (bytes: number, total: number) => progress.at(bytes, total, megabytes(bytes))
  if (!restores) return checkFiles(folder, told).finally(progress.end)
  const scratch = mkdtempSync(join(dirname(folder), ".caudal-check-"))
  const dataDir = join(scratch, "data")
  try {
    await restoreBackup({ from: folder, dataDir, progress: told })
    progress.end()
    const { wrong } = await verified({ ...config, dataDir })
    if (wrong === 0) return
    throw new CommandError(
      `The copy in ${folder} is whole, and ${wrong} rows of its books are wrong: caudal verify ` +
        "says which, here as well if they were wrong before",
    )
  } finally {
    progress.end()
    if (existsSync(scratch)) rmSync(scratch, { recursive: true, force: true })
  }
}

/** Holds the books of a restored folder against one another; how many rows are wrong. */
export async function verified(config: Config): Promise<{ rows: number; wrong: number }> {
  return withCore(
    config,
    () => {},
    async (core) => {
      const { rows, wrong } = await core.books.verifyWhole(undefined)
      return { rows, wrong: wrong.length }
    },
  )
}

/** What stands in the way is told in a line. */
export async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const isExpected = error instanceof BackupError || /^E[A-Z]+$/.test(code ?? "")
    throw isExpected ? new CommandError(message) : error
  }
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(0)} MB`
}

/** A server of one's own has its own tools, which know more of it than we do. */
export function refuseOwnServer({ databaseUrl }: Config): void {
  if (databaseUrl === null) return
  throw new CommandError(
    "DATABASE_URL names a server of your own: back it up with its own programs, such as " +
      'pg_dump --format=custom --file=caudal.dump --dbname="$DATABASE_URL". ' +
      "docs/operating/backups.md has all of them.",
  )
}

function readKeep(text: string | undefined): number | null {
  if (text === undefined) return null
  const keep = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (keep >= 1 && keep <= KEEP_MAX) return keep
  throw new UsageError(`--keep ${text}: write a number from 1 to ${KEEP_MAX}`)
}
