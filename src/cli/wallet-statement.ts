/** `caudal wallet statement`: all that moved a merchant's wallet, and the proof of its balance. */
import {
  type Balances,
  type Core,
  type Statement,
  type StatementAsked,
  type StatementLine,
  statementCsv,
  wordsOf,
} from "../core/index.ts"
import { command, UsageError } from "./command.ts"
import { findCurrency, findMerchant, readDay, writeAmount } from "./named.ts"
import { makeJson, OUTPUT, readFormat, type Sink, written } from "./rows.ts"

const ZONE = "in the merchant's time zone"

export const statement = command({
  name: "wallet statement",
  about:
    "Each movement of a merchant's wallet with the balance after it; ends with 1 when they don't " +
    "lead to what the account holds.",
  options: {
    merchant: { value: "MERCHANT", required: true, about: "its name or id" },
    currency: { value: "CODE", required: true, about: "such as COP" },
    from: { value: "YYYY-MM-DD", about: `the first day, ${ZONE}; from the beginning without it` },
    to: { value: "YYYY-MM-DD", about: `the last day, ${ZONE}; until now without it` },
    csv: { value: null, about: "the same as --format csv" },
    ...OUTPUT,
  },
  example: "wallet statement --merchant Demo --currency COP --from 2026-01-01 --out january.csv",
  async run(values, shell) {
    if (values.csv && (shell.json || (values.format ?? "csv") !== "csv")) {
      throw new UsageError("--csv: another format was asked for, too")
    }
    const format = readFormat(values.format, shell)
    const { currency: asset } = findCurrency(values.currency)
    const from = readDay("--from", values.from)
    const to = readDay("--to", values.to)
    if (from !== null && to !== null && from > to) {
      throw new UsageError(`--to ${to}: it is before --from ${from}`)
    }
    await shell.withCore(async (core) => {
      const { id: merchantId, name, timeZone } = await findMerchant(core, values.merchant)
      const asked = { merchantId, asset, from, to }
      const head = { merchant: { id: merchantId, name }, currency: asset, timeZone }
      const said = await written(shell, values.out, (sink) =>
        format === "csv" ? csv(core, asked, sink) : json(core, asked, sink, head),
      )
      if (!said.agrees) shell.exitCode(1)
      const text = () => textOf(said, name)
      if (values.out === undefined) shell.note(text())
      else shell.show({ ...head, ...summaryOut(said), file: values.out }, text)
    })
  },
})

/** A line for each movement, between the balances at the beginning and at the end. */
async function csv(core: Core, asked: StatementAsked, sink: Sink): Promise<Statement> {
  const { part, end } = statementCsv(asked.asset)
  const said = await core.reports.statement(asked, (lines, opening) =>
    sink.write(part(lines, opening)),
  )
  // Without it nobody takes the rest for a whole statement.
  if (said.agrees) await sink.write(end(said.closing))
  return said
}

async function json(
  core: Core,
  asked: StatementAsked,
  sink: Sink,
  head: object,
): Promise<Statement> {
  const out = makeJson(sink, "movements")
  await out.begin(head)
  const said = await core.reports.statement(asked, (lines) =>
    out.add(lines.map((line) => lineOut(asked.asset, line))),
  )
  const { movements: count, ...rest } = summaryOut(said)
  await out.end({ count, ...rest })
  return said
}

function lineOut(asset: string, line: StatementLine) {
  const { id, at, kind, amount, heldAmount, after, paymentId, reference } = line
  return {
    at,
    kind,
    description: wordsOf(kind),
    amount: writeAmount(amount, asset),
    balance: writeAmount(after.available, asset),
    heldAmount: writeAmount(heldAmount, asset),
    held: writeAmount(after.held, asset),
    payment: paymentId,
    reference,
    transfer: id,
  }
}

function balancesOut(asset: string, { available, held }: Balances) {
  return { available: writeAmount(available, asset), held: writeAmount(held, asset) }
}

function summaryOut({ asset, from, to, movements, agrees, ...ends }: Statement) {
  return {
    from,
    to,
    movements,
    opening: balancesOut(asset, ends.opening),
    closing: balancesOut(asset, ends.closing),
    ledger: balancesOut(asset, ends.ledger),
    agrees,
  }
}

function textOf(said: Statement, name: string): string {
  const { asset, movements, opening, closing, ledger, agrees } = said
  const sayOf = (balances: Balances) => {
    const { available, held } = balancesOut(asset, balances)
    return `${asset} ${available}, ${held} held`
  }
  return [
    `${name}: ${movements} ${movements === 1 ? "movement" : "movements"}.`,
    `  at the beginning  ${sayOf(opening)}`,
    `  at the end        ${sayOf(closing)}`,
    agrees
      ? "The movements lead to what the account holds."
      : `THE MOVEMENTS DON'T LEAD TO WHAT THE ACCOUNT HOLDS, which is ${sayOf(ledger)}. ` +
        "See caudal verify.",
  ].join("\n")
}
