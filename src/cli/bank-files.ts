/** `caudal bank-files`: files that went to banks and came from them, and what waits. */
import type { BankFile, Core, FileStory } from "../core/index.ts"
import { dryRun } from "./bank-files-dry-run.ts"
import { clear, lines } from "./bank-files-lines.ts"
import { CommandError, command, UsageError } from "./command.ts"
import { readLimit, writeAmount } from "./named.ts"
import { instant, list, table } from "./shell.ts"

const LIMIT_DEFAULT = 50
const LIMIT_MAX = 10_000
const listAll = command({
  name: "bank-files list",
  about: "Lists files in and out, newest first.",
  options: {
    only: { value: "in|out", about: "only those that came, or only those that left" },
    limit: { value: "N", about: `how many, 1 to ${LIMIT_MAX}; ${LIMIT_DEFAULT} when left out` },
  },
  example: "bank-files list --only in",
  async run(values, shell) {
    const { only } = values
    if (only !== undefined && only !== "in" && only !== "out") {
      throw new UsageError(`--only ${only}: there are in and out`)
    }
    const limit = readLimit(values.limit, { usual: LIMIT_DEFAULT, most: LIMIT_MAX })
    await shell.withCore(async (core) => {
      const files = await core.exchange.files({ limit, direction: only ?? null })
      shell.show({ files: files.map(fileOut) }, () =>
        files.length === 0
          ? "No file has left, and none has come."
          : table(
              ["", "NAME", "KIND", "STATE", "SINCE", "ORDERS OR LINES", "TOTAL", ""],
              files.map(fileRow),
            ),
      )
    })
  },
})

const show = command({
  name: "bank-files show",
  about: "Shows a file, by its id or name: its groups, and what became of its orders or lines.",
  operands: ["FILE"],
  async run(_values, shell, [given]) {
    await shell.withCore(async (core) => {
      const found = await core.exchange.find(given)
      if (found.length === 0) throw new CommandError(`There is no file ${given}`)
      const files = found.map(({ file, groups, lines }) => ({
        ...fileOut(file),
        groups: groups.map((group) => ({ ...group, total: writeAmount(group.total, group.asset) })),
        counts: lines,
      }))
      shell.show({ files }, () => found.map(filePage).join("\n\n"))
    })
  },
})

const send = command({
  name: "bank-files send",
  about: "Makes what waits for a later file due now: the gateway sends it within seconds.",
  async run(_values, shell) {
    await shell.withCore(async (core) => {
      needsRail(core)
      const due = await core.exchange.sendNow()
      shell.show({ due }, () =>
        due
          .map(({ rail, orders }) => `${rail}: ${orders} more ${orders === 1 ? "is" : "are"} due.`)
          .join("\n"),
      )
    })
  },
})

const adopt = command({
  name: "bank-files adopt",
  about: "Lets the gateway work with another folder than before, once you have moved it.",
  options: {
    rail: { value: "RAIL", about: "needed where several rails work with files" },
    yes: { value: null, about: "you know that the folder holds all that the one before held" },
  },
  async run(values, shell) {
    await shell.withCore(async (core) => {
      const rail = railOf(core, values.rail)
      if (!values.yes) throw new CommandError(DANGER)
      const known = await core.exchange.adopt(rail)
      shell.show({ rail, known }, () =>
        known
          ? `${rail} takes the folder that it finds from now on.`
          : `${rail} knew no folder yet: it takes the first one that it finds.`,
      )
    })
  },
})

const DANGER = `The gateway knows its folder by a mark in it, and stops when that is another one.
A folder that isn't the old one lacks files that were being handed over, and perhaps answers that
nobody has read: what stands in a file that was lost is neither sent again nor known.
It also stops when the database is a restored or failed-over copy: an order that waits in it may be
at the bank already, and would be charged twice (docs/rails/bank-files.md says what to compare).
Make sure that the disk is mounted and that in, out and work are all there; then give --yes.`

export const commands = [listAll, show, lines, clear, dryRun, send, adopt]

/** Says so where no rail works with files, instead of doing nothing. */
function needsRail(core: Core): void {
  if (core.exchange.rails().length === 0) {
    throw new CommandError("No rail works with files: rails.bank-files in the configuration file")
  }
}

function railOf(core: Core, given: string | undefined): string {
  needsRail(core)
  const rails = core.exchange.rails()
  const rail = given ?? (rails.length === 1 ? rails[0] : undefined)
  if (rail !== undefined && rails.includes(rail)) return rail
  throw new UsageError(`--rail: write one that works with files; there are: ${rails.join(", ")}`)
}

function fileOut({ bytes, totals, ...file }: BankFile) {
  const written = Object.entries(totals).map(([asset, total]) => [
    asset,
    writeAmount(BigInt(total), asset),
  ])
  return {
    ...file,
    bytes: bytes === null ? null : Number(bytes),
    totals: Object.fromEntries(written),
  }
}

function totalsOf({ totals }: BankFile): string {
  const written = Object.entries(totals).map(
    ([asset, total]) => `${asset} ${writeAmount(BigInt(total), asset)}`,
  )
  return written.join(", ") || "-"
}

function fileRow(file: BankFile): string[] {
  const isOut = file.direction === "out"
  const open = file.openLines > 0 ? `${file.openLines} open` : ""
  const again = file.repeats > 0 ? `came ${file.repeats + 1} times` : ""
  return [
    file.direction,
    file.name,
    file.kind ?? "-",
    file.state,
    instant(file.createdAt),
    String(isOut ? file.orders : file.lines),
    isOut ? totalsOf(file) : "-",
    [open, again, file.why ?? ""].filter((part) => part !== "").join("; "),
  ]
}

function filePage({ file, groups, lines: counts }: FileStory): string {
  const pairs = (states: Readonly<Record<string, number>>) =>
    Object.entries(states)
      .map(([state, count]) => `${count} ${state}`)
      .join(", ")
  return [
    file.name,
    list([
      ["id", file.id],
      ["rail", file.rail],
      ["direction", file.direction],
      ["kind", file.kind ?? "-"],
      ["state", file.why === null ? file.state : `${file.state}: ${file.why}`],
      ["message", file.messageId ?? "-"],
      ["bytes", file.bytes === null ? "-" : String(file.bytes)],
      ["SHA-256", file.sha256 ?? "-"],
      ["since", instant(file.createdAt)],
      ["ended", instant(file.endedAt)],
      ["repeats", String(file.repeats)],
    ]),
    ...(groups.length === 0
      ? []
      : [
          table(
            ["ACCOUNT", "DAY", "ORDERS", "TOTAL", "THEY ARE"],
            groups.map(({ account, day, orders, asset, total, states }) => [
              account,
              day,
              String(orders),
              `${asset} ${writeAmount(total, asset)}`,
              pairs(states),
            ]),
          ),
        ]),
    ...(counts.length === 0
      ? []
      : [
          table(
            ["SOURCE", "SAYS", "OUTCOME", "LINES"],
            counts.map(({ source, says, outcome, count }) => [
              source,
              says,
              outcome,
              String(count),
            ]),
          ),
        ]),
  ].join("\n")
}
