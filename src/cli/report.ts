/** `caudal report`: what became of money on a day, for merchants and for who runs the gateway. */
import {
  type BankSummary,
  type Core,
  type DaySummary,
  dayCsv,
  FIGURES,
  type Merchant,
  type StatementRow,
} from "../core/index.ts"
import { command } from "./command.ts"
import { findMerchant, readDay, readTimeZone, writeAmount } from "./named.ts"
import { type Cell, csvLine, makeJson, OUTPUT, readFormat, type Sink, written } from "./rows.ts"
import { table } from "./shell.ts"

/** Where the bank is, if nobody says otherwise. */
const BANK_ZONE = "America/Bogota"

const daily = command({
  name: "report daily",
  about:
    "Each payment of a merchant with an amount that counts on a day, what is missing, and the " +
    "ledger's sums beside it; ends with 1 when they differ.",
  options: {
    merchant: { value: "MERCHANT", required: true, about: "its name or id" },
    day: { value: "YYYY-MM-DD", about: "in the merchant's time zone; yesterday when left out" },
    ...OUTPUT,
  },
  example: "report daily --merchant Demo --out demo.csv",
  async run(values, shell) {
    const format = readFormat(values.format, shell)
    const given = readDay("--day", values.day)
    await shell.withCore(async (core) => {
      const merchant = await findMerchant(core, values.merchant)
      const day = given ?? core.reports.yesterday(merchant.timeZone)
      const summary = await written(shell, values.out, (sink) =>
        format === "csv"
          ? dailyCsv(core, merchant, day, sink)
          : dailyJson(core, merchant, day, sink),
      )
      if (!summary.agrees) shell.exitCode(1)
      const said = { ...summaryOut(summary), file: values.out }
      if (values.out !== undefined) shell.show(said, () => dailyText(summary))
      else shell.note(dailyText(summary))
    })
  },
})

const bank = command({
  name: "report bank",
  about: "Each line of banks' statements and notifications of a day, with the order it is about.",
  options: {
    day: { value: "YYYY-MM-DD", about: "the bank's day; yesterday when left out" },
    "time-zone": { value: "ZONE", about: `where the bank is; ${BANK_ZONE} when left out` },
    ...OUTPUT,
  },
  example: "report bank --day 2026-01-05 --json",
  async run(values, shell) {
    const format = readFormat(values.format, shell)
    const timeZone = readTimeZone(values["time-zone"] ?? BANK_ZONE)
    const given = readDay("--day", values.day)
    await shell.withCore(async (core) => {
      const day = given ?? core.reports.yesterday(timeZone)
      const of = { day, timeZone }
      const summary = await written(shell, values.out, (sink) =>
        format === "csv" ? bankCsv(core, of, sink) : bankJson(core, of, sink),
      )
      const said = { ...bankOut(summary), file: values.out }
      if (values.out !== undefined) shell.show(said, () => bankText(summary))
      else shell.note(bankText(summary))
    })
  },
})

export const commands = [daily, bank]

const money = (amount: bigint | null, asset: string | null): string | null =>
  amount === null || asset === null ? null : writeAmount(amount, asset)

const heading = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

async function dailyCsv(core: Core, merchant: Merchant, day: string, sink: Sink) {
  await sink.write(dayCsv.head())
  return core.reports.daily(merchant, day, (rows) => sink.write(dayCsv.lines(rows)))
}

function cellsOf(row: Readonly<Record<string, Cell>>, columns: readonly string[]): string {
  return csvLine(columns.map((column) => row[column] ?? null))
}

async function dailyJson(core: Core, merchant: Merchant, day: string, sink: Sink) {
  const json = makeJson(sink, "rows")
  const { id, name, timeZone } = merchant
  await json.begin({ merchant: { id, name }, timeZone, day })
  const summary = await core.reports.daily(merchant, day, (rows) => json.add(rows.map(dayCsv.row)))
  const { from, to, over, dropped, totals, ledger, checks, agrees } = summaryOut(summary)
  await json.end({ from, to, over, dropped, totals, ledger, checks, agrees })
  return summary
}

function summaryOut(summary: DaySummary) {
  const { totals, ledger, checks, ...rest } = summary
  return {
    ...rest,
    totals: totals.map((total) => ({
      asset: total.asset,
      rail: total.rail,
      ...Object.fromEntries(
        FIGURES.map((figure) => {
          const { count, amount } = total[figure]
          return [figure, { count, amount: writeAmount(amount, total.asset) }]
        }),
      ),
    })),
    ledger: {
      transfers: ledger.transfers.map(({ fromAccount, toAccount, gained, ...moved }) => ({
        ...moved,
        from: fromAccount,
        to: toAccount,
        count: Number(moved.count),
        amount: writeAmount(moved.amount, moved.asset),
        gained: writeAmount(gained, moved.asset),
      })),
      accounts: ledger.accounts.map(({ asset, custodian, kind, opening, change, closing }) => ({
        asset,
        custodian,
        kind,
        opening: writeAmount(opening, asset),
        change: writeAmount(change, asset),
        closing: writeAmount(closing, asset),
      })),
    },
    checks: checks.map(({ rows, ledger: booked, ...check }) => ({
      ...check,
      rows: writeAmount(rows, check.asset),
      ledger: writeAmount(booked, check.asset),
    })),
  }
}

function dailyText(summary: DaySummary): string {
  const { day, timeZone, rows, totals, checks, agrees, over, dropped } = summary
  const counted = totals.flatMap((total) =>
    FIGURES.filter((figure) => total[figure].count > 0).map((figure) => [
      total.asset,
      total.rail ?? "-",
      heading(figure),
      String(total[figure].count),
      writeAmount(total[figure].amount, total.asset),
    ]),
  )
  const wrong = checks.filter((check) => !check.agrees)
  if (dropped) return `${day} in ${timeZone}: its events were dropped; the ledger is all there is.`
  return [
    `${day} in ${timeZone}: ${rows} ${rows === 1 ? "row" : "rows"}.`,
    ...(over ? [] : ["The day isn't over: more may follow."]),
    ...(counted.length === 0 ? [] : [table(["ASSET", "RAIL", "WHAT", "COUNT", "AMOUNT"], counted)]),
    agrees ? "The rows agree with the ledger." : "THE ROWS DON'T AGREE WITH THE LEDGER:",
    ...wrong.map(({ asset, what, rows: told, ledger: booked }) => {
      const [rowsSay, ledgerSays] = [writeAmount(told, asset), writeAmount(booked, asset)]
      return `  ${asset} ${heading(what)}: the rows come to ${rowsSay}, the ledger to ${ledgerSays}`
    }),
  ].join("\n")
}

const BANK_COLUMNS = [
  ..."line file rail position source says bookedAt amount asset reason reasonCode".split(" "),
  ..."reference endToEndId outcome note account merchant payment refund attempt".split(" "),
  ..."group clearedAt clearedNote".split(" "),
]

function bankRowOut(row: StatementRow): Readonly<Record<string, Cell>> {
  const { id, at, attemptId, groupId, paymentId, refundId, merchantId, amount, ...rest } = row
  return {
    line: id,
    ...rest,
    bookedAt: at,
    amount: money(amount, row.asset),
    merchant: merchantId,
    payment: paymentId,
    refund: refundId,
    attempt: attemptId,
    group: groupId,
  }
}

type BankDay = { readonly day: string; readonly timeZone: string }

async function bankCsv(core: Core, of: BankDay, sink: Sink): Promise<BankSummary> {
  await sink.write(csvLine(BANK_COLUMNS.map(heading)))
  return core.reports.bank(of, (rows) =>
    sink.write(rows.map((row) => cellsOf(bankRowOut(row), BANK_COLUMNS)).join("")),
  )
}

async function bankJson(core: Core, of: BankDay, sink: Sink): Promise<BankSummary> {
  const json = makeJson(sink, "rows")
  await json.begin(of)
  const summary = await core.reports.bank(of, (rows) => json.add(rows.map(bankRowOut)))
  const { totals, open } = bankOut(summary)
  await json.end({ totals, open })
  return summary
}

function bankOut({ totals, ...rest }: BankSummary) {
  return {
    ...rest,
    totals: totals.map((total) => ({ ...total, amount: money(total.amount, total.asset) })),
  }
}

function bankText({ day, timeZone, rows, totals, open }: BankSummary): string {
  const lines = totals.map(({ account, asset, source, says, outcome, count, amount }) => [
    account ?? "-",
    source,
    says,
    outcome,
    String(count),
    asset === null ? "-" : `${asset} ${writeAmount(amount, asset)}`,
  ])
  return [
    `${day} in ${timeZone}: ${rows} ${rows === 1 ? "line" : "lines"}.`,
    ...(lines.length === 0
      ? []
      : [table(["ACCOUNT", "SOURCE", "SAYS", "OUTCOME", "LINES", "AMOUNT"], lines)]),
    open === 0 ? "None waits for you." : `${open} of them wait for you: caudal bank-files lines`,
  ].join("\n")
}
