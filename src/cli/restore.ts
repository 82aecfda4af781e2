/** `caudal restore`: puts a backup into an empty data folder, and holds its books to each other. */
import { resolve } from "node:path"
import { checkFiles, readManifest, restoreBackup } from "../backup/index.ts"
import { explained, megabytes, refuseOwnServer, verified } from "./backup.ts"
import { CommandError, command } from "./command.ts"
import { list } from "./shell.ts"

const restore = command({
  name: "restore",
  about:
    "Puts a backup into the data folder, which must be empty or missing, and holds its books " +
    "against one another. Addresses that may have been given out since are left out, and files " +
    "to banks wait: docs/operating/backups.md says what to do before a start.",
  options: {
    from: { value: "FOLDER", required: true, about: "the backup: the folder with backup.json" },
    "dry-run": { value: null, about: "only hold the files to their hashes, restore nothing" },
  },
  example: "restore --from /backups/caudal/caudal-2026-01-05T02-00-00-000Z",
  async run(values, shell) {
    const config = await shell.config()
    refuseOwnServer(config)
    const from = resolve(values.from)
    const { madeAt, mode, postgres, files } = await explained(async () => readManifest(from))
    if (mode !== config.mode) {
      throw new CommandError(`--from ${from}: it is of a ${mode} installation; set CAUDAL_MODE`)
    }
    const progress = shell.progress(values["dry-run"] ? "checking" : "restoring")
    const told = (bytes: number, total: number) => progress.at(bytes, total, megabytes(bytes))
    const { dataDir } = config
    await explained(() =>
      values["dry-run"] ? checkFiles(from, told) : restoreBackup({ from, dataDir, progress: told }),
    ).finally(progress.end)
    if (values["dry-run"]) {
      const text = `The ${files.length} files of ${from} are as they were written (${madeAt}).`
      shell.show({ from, madeAt, postgres, dryRun: true }, () => text)
      return
    }
    const { rows, wrong } = await verified(config)
    if (wrong > 0) shell.exitCode(1)
    shell.show({ from, dataDir, madeAt, postgres, rows, right: wrong === 0 }, () =>
      [
        `Restored into ${dataDir}.`,
        list([
          ["of", madeAt],
          ["books", wrong === 0 ? `right: ${rows} rows were read` : `${wrong} ROWS ARE WRONG`],
        ]),
        "",
        "What happened since is unknown to it. Before you start it, read " +
          "docs/operating/backups.md: recharges and bank files since then would go again.",
      ].join("\n"),
    )
  },
})

export const commands = [restore]
