/** `caudal attempts`: money whose fate nobody knows yet. */
import type { Config } from "../config.ts"
import type { Core, Unanswered } from "../core/index.ts"
import { CommandError, command, UsageError } from "./command.ts"
import { findMerchant, writeAmount } from "./named.ts"
import { allRails } from "./rails.ts"
import { makeJson, openSink } from "./rows.ts"
import { instant, table } from "./shell.ts"

/** Nobody reads more of them in a terminal; programs get all. */
const SHOWN_MAX = 200

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

const unknown = command({
  name: "attempts unknown",
  about: "Lists attempts that have begun and have no answer, oldest first. Nothing is sent again.",
  options: {
    merchant: { value: "MERCHANT", about: "only of this one, by its name or id" },
    rail: { value: "RAIL", about: "only over this rail" },
    "older-than": { value: "TIME", about: "only what began so long ago, such as 30m, 2h, 3d" },
  },
  example: "attempts unknown --older-than 2h",
  async run(values, shell) {
    const ageMs = readAge(values["older-than"])
    await shell.withCore(async (core, config) => {
      const merchant = values.merchant ? await findMerchant(core, values.merchant) : null
      if (values.rail !== undefined) await checkRail(core, config, values.rail)
      const filter = {
        merchantId: merchant?.id ?? null,
        rail: values.rail ?? null,
        begunBefore: new Date(core.clock.now().getTime() - ageMs),
      }
      if (shell.json) {
        const json = makeJson(await openSink(shell, undefined), "attempts")
        let overdue = 0
        await json.begin({})
        await core.reports.unanswered(filter, async (rows) => {
          overdue += rows.filter((row) => row.overdue).length
          await json.add(rows.map(out))
        })
        await json.end({ overdue })
        return
      }
      const shown: Unanswered[] = []
      let count = 0
      let overdue = 0
      await core.reports.unanswered(filter, async (rows) => {
        count += rows.length
        overdue += rows.filter((row) => row.overdue).length
        shown.push(...rows.slice(0, SHOWN_MAX - shown.length))
      })
      await shell.print(`${page(shown, count, overdue)}\n`)
    })
  },
})

export const commands = [unknown]

/** A name that was mistyped must not look like good news; a rail that went may have left some. */
async function checkRail(core: Core, config: Config, rail: string): Promise<void> {
  const names = allRails(core, config).map(({ name }) => name)
  if (names.includes(rail)) return
  let left = 0
  const all = { merchantId: null, rail, begunBefore: core.clock.now() }
  await core.reports.unanswered(all, async (rows) => {
    left += rows.length
  })
  if (left > 0) return
  const known = `there are: ${names.join(", ")}`
  throw new CommandError(`There is no rail "${rail}", nor does an attempt wait over one; ${known}`)
}

function readAge(text: string | undefined): number {
  if (text === undefined) return 0
  const [, number, unit] = /^(\d{1,4})([mhd])$/.exec(text) ?? []
  if (number !== undefined) return Number(number) * UNIT_MS[unit!]!
  throw new UsageError(`--older-than ${text}: write up to 9999 minutes, hours or days: 30m, 2h, 3d`)
}

function out(row: Unanswered) {
  const { id, amount, timeZone: _zone, ...rest } = row
  return { attemptId: id, ...rest, amount: writeAmount(amount, row.asset) }
}

function page(shown: readonly Unanswered[], count: number, overdue: number): string {
  if (count === 0) return "Every attempt that has begun has its answer."
  const rows = shown.map((row) => [
    row.merchant,
    row.paymentId,
    row.kind,
    row.rail,
    `${row.asset} ${writeAmount(row.amount, row.asset)}`,
    instant(row.begunAt),
    String(row.looks),
    instant(row.lookAt),
    row.file ?? "-",
    row.collectionDay ?? "-",
    row.overdue ? "OVERDUE" : "",
  ])
  const head = ["MERCHANT", "PAYMENT", "KIND", "RAIL", "AMOUNT", "BEGUN", "LOOKS", "NEXT LOOK"]
  return [
    table([...head, "FILE", "COLLECTED ON", ""], rows),
    `${count} without an answer, ${overdue} of them overdue.`,
    ...(count > shown.length ? [`${count - shown.length} more: --json lists all.`] : []),
  ].join("\n")
}
