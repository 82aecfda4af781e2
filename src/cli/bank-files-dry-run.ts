/** `caudal bank-files dry-run`: what would be sent now, without sending it. */
import type { DryRun } from "../core/index.ts"
import { CommandError, command } from "./command.ts"
import { writeAmount } from "./named.ts"
import { instant, table } from "./shell.ts"

export const dryRun = command({
  name: "bank-files dry-run",
  about: "Prints what would be sent now, and what waits for later. Writes nothing.",
  example: "bank-files dry-run --json",
  async run(_values, shell) {
    await shell.withCore(async (core) => {
      const runs = await core.exchange.dryRun()
      if (runs.length === 0) {
        throw new CommandError(
          "No rail works with files: rails.bank-files in the configuration file",
        )
      }
      shell.show({ rails: runs.map(out) }, () => runs.map(page).join("\n\n"))
    })
  },
})

function out({ groups, later, ...run }: DryRun) {
  const written = <T extends { asset: string; total: bigint }>(each: T) => ({
    ...each,
    total: writeAmount(each.total, each.asset),
  })
  return { ...run, groups: groups.map(written), later: later.map(written) }
}

function page({ rail, files: counts, groups, leftOut, later }: DryRun): string {
  const files = (count: number, kind: string) =>
    `${count} ${count === 1 ? "file" : "files"} of ${kind}`
  const total = (asset: string, amount: bigint) => `${asset} ${writeAmount(amount, asset)}`
  const section = (title: string, head: readonly string[], rows: readonly string[][]) =>
    rows.length === 0 ? [] : ["", title, table(head, rows)]
  const made = Object.entries(counts).filter(([, count]) => count > 0)
  return [
    made.length === 0
      ? `${rail}: no file would be sent now.`
      : `${rail}: would send ${made.map(([kind, count]) => files(count, kind)).join(", ")}.`,
    ...section(
      "Groups",
      ["KIND", "ACCOUNT", "DAY", "ORDERS", "TOTAL"],
      groups.map(({ kind, account, day, orders, asset, total: amount }) => [
        kind,
        account,
        day,
        String(orders),
        total(asset, amount),
      ]),
    ),
    ...section(
      "Left out",
      ["KIND", "ORDERS", "BECOMES", "WHY", "FOR INSTANCE"],
      leftOut.map(({ kind, orders, becomes, why, attemptId }) => [
        kind,
        String(orders),
        becomes,
        why,
        attemptId,
      ]),
    ),
    ...section(
      "Later",
      ["AT", "KIND", "ORDERS", "TOTAL"],
      later.map(({ at, kind, orders, asset, total: amount }) => [
        instant(at),
        kind,
        String(orders),
        total(asset, amount),
      ]),
    ),
  ].join("\n")
}
