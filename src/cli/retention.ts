/** `caudal retention`: how much is told of the past, and dropping what nobody asks for any more. */
import { type Going, type Held, KEPT_MONTHS, type Kept, readMonth } from "../core/index.ts"
import { CommandError, command, UsageError } from "./command.ts"
import { instant, table } from "./shell.ts"

const show = command({
  name: "retention show",
  about: "Lists the months of events and deliveries: rows as last estimated, size, oldest row.",
  async run(_values, shell) {
    await shell.withCore(async (core) => {
      const kept = await core.retention.show()
      shell.show(keptOut(kept), () => keptText(kept))
    })
  },
})

const drop = command({
  name: "retention drop",
  about:
    "Drops events and deliveries of all months before one, for good. Payments, attempts and the " +
    `ledger stay, and so do the last ${KEPT_MONTHS} months.`,
  options: {
    before: { value: "YYYY-MM", required: true, about: "the first month that is kept, in UTC" },
    "dry-run": { value: null, about: "only say what would go" },
  },
  example: "retention drop --before 2025-01 --dry-run",
  async run(values, shell) {
    const before = readMonth(values.before)
    if (before === null) {
      throw new UsageError(`--before ${values.before}: write a month like 2025-01`)
    }
    const dryRun = values["dry-run"]
    await shell.withCore(async (core) => {
      const answer = await core.retention.drop(before, { dryRun })
      if ("why" in answer) throw new CommandError(heldText(answer, before))
      shell.show({ before, dryRun, dropped: answer.map(goingOut) }, () =>
        goingText(answer, { before, dryRun }),
      )
    })
  },
})

export const commands = [show, drop]

function keptOut({ parts, dropped, keptFrom }: Kept) {
  return {
    keptFrom,
    parts: parts.map(({ name, table, month, rows, bytes, oldestAt }) => ({
      table,
      part: name,
      month,
      rows,
      bytes,
      oldestAt,
    })),
    dropped: dropped.map(({ month, events, deliveries, droppedAt }) => ({
      month,
      events: Number(events),
      deliveries: Number(deliveries),
      droppedAt,
    })),
  }
}

function keptText({ parts, dropped, keptFrom }: Kept): string {
  const rows = parts.map(({ table, month, rows, bytes, oldestAt }) => [
    table,
    month ?? "other",
    rows === null ? "?" : String(rows),
    size(bytes),
    instant(oldestAt),
  ])
  const gone = dropped.map(({ month, events, deliveries, droppedAt }) => [
    month,
    String(events),
    String(deliveries),
    instant(droppedAt),
  ])
  return [
    table(["TABLE", "MONTH", "ROWS (ABOUT)", "SIZE", "OLDEST"], rows),
    ...(gone.length > 0 ? [table(["DROPPED", "EVENTS", "DELIVERIES", "AT"], gone)] : []),
    `Months before ${keptFrom} may be dropped.`,
  ].join("\n")
}

function goingOut({ table, name, month, count }: Going) {
  return { table, part: name, month, rows: Number(count) }
}

function goingText(
  going: readonly Going[],
  { before, dryRun }: { readonly before: string; readonly dryRun: boolean },
): string {
  if (going.length === 0) return `There is nothing from before ${before}.`
  const rows = going.map(({ table, month, count, bytes }) => [
    table,
    month,
    String(count),
    size(bytes),
  ])
  return [
    table(["TABLE", "MONTH", "ROWS", "SIZE"], rows),
    dryRun ? "Nothing was dropped." : "Dropped for good.",
  ].join("\n")
}

function heldText(held: Held, before: string): string {
  switch (held.why) {
    case "too_young":
      return (
        `Months from ${held.keptFrom} on are kept: ${KEPT_MONTHS} whole months and the current ` +
        `one. Use --before ${held.keptFrom} or an earlier month.`
      )
    case "unfinished":
      return (
        `From before ${before}, ${held.deliveries} deliveries are still due and ${held.attempts} ` +
        "attempts have no end: their story is needed. Nothing was dropped. " +
        "caudal attempts unknown lists such attempts."
      )
    case "busy":
      return (
        `The tables were in use all the time. ${held.went.length} parts were dropped; ` +
        "run the command again when no report is being read."
      )
  }
}

const UNITS = ["B", "kB", "MB", "GB", "TB"]

function size(bytes: number): string {
  let [value, unit] = [bytes, 0]
  for (; value >= 1_024 && unit < UNITS.length - 1; unit += 1) value /= 1_024
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`
}
