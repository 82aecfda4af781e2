/** `caudal export`: writes what belongs to a merchant to a file, row by row, masked. */
import { type Core, csvLine, type Merchant, statementCsv } from "../core/index.ts"
import { CommandError, command, UsageError } from "./command.ts"
import { KINDS, type Kind, type Row } from "./export-kinds.ts"
import { readInstant, TIME_ABOUT } from "./instant.ts"
import { findCurrency, findMerchant, readDay } from "./named.ts"
import { meant } from "./nearest.ts"
import type { Progress } from "./progress.ts"
import { OUTPUT, type Sink, written } from "./rows.ts"
import { settingsOf } from "./settings-file.ts"

const ALL = [...Object.keys(KINDS), "statement", "settings"]
const FORMATS = ["csv", "ndjson"] as const
type Format = (typeof FORMATS)[number]
/** The core's longest page. */
const ROWS_AT_ONCE = 100
/** An id is made before its row: it waited for its turn, or its node's clock was behind. */
const SLACK_MS = 600_000

const exportAll = command({
  name: "export",
  about:
    `Writes a merchant's ${ALL.join(", ")} to a file, newest first. Names, documents, ` +
    "accounts and texts are masked, unless --reveal: that is written into the audit log.",
  operands: ["WHAT"],
  options: {
    merchant: { value: "MERCHANT", required: true, about: "its name or id" },
    from: { value: "TIME", about: `created then or later: ${TIME_ABOUT}` },
    to: { value: "TIME", about: "created before then" },
    currency: { value: "CODE", about: "of a statement: such as COP" },
    format: { value: "csv|ndjson", about: "csv when left out; settings are always JSON" },
    reveal: { value: null, about: "nothing is masked" },
    out: OUTPUT.out,
  },
  example: "export payments --merchant Demo --from 2026-01-01 --to 2026-02-01 --out january.csv",
  async run(values, shell, [what]) {
    if (!ALL.includes(what)) {
      throw new UsageError(`export ${what}${meant(what, ALL)}: there are ${ALL.join(", ")}`)
    }
    const format = readFormat(values.format)
    const { from, to, out } = values
    if (shell.json && out === undefined) {
      throw new UsageError("export --json says what was written: it needs --out FILE")
    }
    const progress = shell.progress(`exporting ${what}`)
    const rows = await shell
      .withCore(async (core) => {
        const merchant = await findMerchant(core, values.merchant)
        if (what === "settings") {
          const settings = await settingsOf(core, merchant)
          await written(shell, out, (sink) => sink.write(`${JSON.stringify(settings, null, 2)}\n`))
          return 1
        }
        if (what === "statement") {
          const { currency: asset } = findCurrency(needed(values.currency, "statement", "currency"))
          const days = { from: readDay("--from", from), to: readDay("--to", to) }
          return written(shell, out, (sink) => statement(core, { merchant, asset, ...days }, sink))
        }
        const kind = KINDS[what]!
        const span = readSpan(core, from, to)
        if (values.reveal && kind.isPersonal) await noteReveal(core, merchant, what)
        const how = { format, reveal: values.reveal, span }
        return written(shell, out, (sink) => each({ core, merchant, kind, progress }, how, sink))
      })
      .finally(progress.end)
    if (out === undefined) return
    const text = `${rows} ${rows === 1 ? "row" : "rows"} in ${out}.`
    shell.show({ file: out, what, rows, revealed: values.reveal }, () => text)
  },
})

export const commands = [exportAll]

type Span = { readonly from: Date | null; readonly to: Date | null }
type Given = {
  readonly core: Core
  readonly merchant: Merchant
  readonly kind: Kind
  readonly progress: Progress
}

/** All rows of a span, a page in memory at a time; answers how many there were. */
async function each(
  { core, merchant, kind, progress }: Given,
  { format, reveal, span }: { format: Format; reveal: boolean; span: Span },
  sink: Sink,
): Promise<number> {
  let count = 0
  let before = span.to && core.idBefore(new Date(span.to.getTime() + SLACK_MS))
  if (format === "csv") await sink.write(csvLine(kind.columns))
  for (;;) {
    const page = await kind.page(core, merchant.id, { limit: ROWS_AT_ONCE, before })
    const rows = page.items.filter(({ createdAt }) => isIn(createdAt, span))
    const texts = rows.map((row) => lineOf(kind, row, format, reveal))
    if (texts.length > 0) await sink.write(texts.join(""))
    count += rows.length
    progress.at(count, null, "rows")
    const last = page.items.at(-1)
    const isPast = span.from && last && last.createdAt.getTime() < span.from.getTime() - SLACK_MS
    if (page.cursor === null || isPast) return count
    before = page.cursor
  }
}

function lineOf(kind: Kind, row: Row, format: Format, reveal: boolean): string {
  const cells = kind.cells(row, { reveal })
  if (format === "csv") return csvLine(cells)
  const members = kind.columns.map((name, at) => [name, cells[at]])
  return `${JSON.stringify(Object.fromEntries(members))}\n`
}

function isIn(at: Date, { from, to }: Span): boolean {
  return (from === null || at >= from) && (to === null || at < to)
}

async function statement(
  core: Core,
  {
    merchant,
    ...asked
  }: { merchant: Merchant; asset: string } & Record<"from" | "to", string | null>,
  sink: Sink,
): Promise<number> {
  const { part, end } = statementCsv(asked.asset)
  const said = await core.reports.statement(
    { merchantId: merchant.id, ...asked },
    (lines, opening) => sink.write(part(lines, opening)),
  )
  if (!said.agrees) {
    throw new CommandError("The movements don't lead to what the account holds: see caudal verify")
  }
  await sink.write(end(said.closing))
  return said.movements
}

/** Whoever looks at personal data in the clear leaves a row, before the first of it is read. */
function noteReveal(core: Core, { id }: Merchant, what: string): Promise<unknown> {
  const change = { what: { old: null, new: what } }
  return core.audit.note({
    ...{ action: "export.reveal", merchantId: id, subject: null },
    ...{ outcome: "done", change },
  })
}

function readSpan(core: Core, from: string | undefined, to: string | undefined): Span {
  const now = core.clock.now()
  const span = { from: readInstant("--from", from, now), to: readInstant("--to", to, now) }
  if (span.from && span.to && span.from >= span.to) {
    throw new UsageError("--to: it is not after --from")
  }
  return span
}

function readFormat(text: string | undefined): Format {
  const found = FORMATS.find((one) => one === (text ?? "csv"))
  if (found) return found
  throw new UsageError(`--format ${text}: there are ${FORMATS.join(" and ")}`)
}

function needed(text: string | undefined, what: string, option: string): string {
  if (text !== undefined) return text
  throw new UsageError(`export ${what} also needs --${option}`)
}
