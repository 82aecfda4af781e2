/** `caudal bank-files lines`, `clear`: what banks said that nobody could book. */
import { type Core, type LineOutcome, OUTCOMES_OF_LINES, type ShownLine } from "../core/index.ts"
import { CommandError, command, UsageError } from "./command.ts"
import { readId, writeAmount } from "./named.ts"
import { makeJson, openSink } from "./rows.ts"
import { instant, type Shell, table } from "./shell.ts"

/** Nobody reads more of them in a terminal; programs get all. */
const SHOWN_MAX = 200
/** What an operator needs to say; longer stories belong into the operator's own books. */
const NOTE_MAX = 500

export const lines = command({
  name: "bank-files lines",
  about: "Lists lines that need an operator, or all lines that came to the outcomes given.",
  options: {
    outcome: { value: "A,B,…", about: `some of ${OUTCOMES_OF_LINES.join(", ")}` },
    file: { value: "FILE", about: "only of this file, by its id or name" },
  },
  example: "bank-files lines --outcome unmatched,mismatch",
  async run(values, shell) {
    const outcomes = values.outcome === undefined ? null : readOutcomes(values.outcome)
    await shell.withCore(async (core) => {
      const fileId = values.file === undefined ? null : await oneFile(core, values.file)
      await printLines(core, shell, { outcomes, fileId })
    })
  },
})

async function printLines(
  core: Core,
  shell: Shell,
  of: { readonly outcomes: readonly LineOutcome[] | null; readonly fileId: string | null },
): Promise<void> {
  if (shell.json) {
    const json = makeJson(await openSink(shell, undefined), "lines")
    await json.begin({})
    await core.exchange.lines(of, (rows) => json.add(rows.map(lineOut)))
    await json.end({})
    return
  }
  const shown: ShownLine[] = []
  let count = 0
  await core.exchange.lines(of, async (rows) => {
    count += rows.length
    shown.push(...rows.slice(0, SHOWN_MAX - shown.length))
  })
  const more = count - shown.length
  const text =
    count === 0
      ? "There is no such line."
      : table(
          ["LINE", "OUTCOME", "SAYS", "AMOUNT", "BANK'S DAY", "PAYMENT", "WHERE", "CLEARED"],
          shown.map(lineRow),
        )
  await shell.print(`${text}\n${more > 0 ? `${more} more: --json lists all.\n` : ""}`)
}

export const clear = command({
  name: "bank-files clear",
  about: "Writes down that you have seen to an open line, for good. It moves no money.",
  operands: ["LINE"],
  options: {
    note: { value: "TEXT", required: true, about: "what was done about it, and by whom" },
  },
  example: 'bank-files clear 0198b0a0-0000-4000-8000-000000000001 --note "given back, ticket 17"',
  async run(values, shell, [given]) {
    const id = readId(given, "a line")
    const note = values.note.trim()
    if (note === "" || note.length > NOTE_MAX || /\p{Cc}/u.test(note)) {
      throw new UsageError(`--note must have 1 to ${NOTE_MAX} printable characters`)
    }
    await shell.withCore(async (core) => {
      const found = await core.exchange.clear(id, note)
      if (!found) throw new CommandError(`There is no line ${given}`)
      const { line, cleared } = found
      if (!cleared && line.clearedAt !== null) {
        const since = `${instant(line.clearedAt)}: ${line.clearedNote}`
        throw new CommandError(`The line was cleared before, on ${since}`)
      }
      if (!cleared) throw new CommandError(`The line is ${line.outcome}: nobody has to see to it`)
      shell.show({ line: lineOut(line) }, () => `Cleared line ${line.position} of ${line.file}.`)
    })
  },
})

async function oneFile(core: Core, idOrName: string): Promise<string> {
  const found = await core.exchange.find(idOrName)
  if (found.length === 1) return found[0]!.file.id
  if (found.length === 0) throw new CommandError(`There is no file ${idOrName}`)
  const ids = found.map(({ file }) => file.id).join(", ")
  throw new CommandError(`Several files came under this name; give an id: ${ids}`)
}

function readOutcomes(text: string): LineOutcome[] {
  return text.split(",").map((word) => {
    const known = OUTCOMES_OF_LINES.find((each) => each === word.trim())
    if (known) return known
    throw new UsageError(`--outcome ${word}: there are ${OUTCOMES_OF_LINES.join(", ")}`)
  })
}

function lineOut({ amount, ...line }: ShownLine) {
  const written = amount === null || line.asset === null ? null : writeAmount(amount, line.asset)
  return { ...line, amount: written }
}

function lineRow(line: ShownLine): string[] {
  const { amount, asset } = line
  return [
    line.id,
    line.outcome,
    `${line.source} ${line.says}`,
    amount === null || asset === null ? "-" : `${asset} ${writeAmount(amount, asset)}`,
    instant(line.at),
    line.paymentId ?? line.endToEndId ?? "-",
    `${line.position} of ${line.file}`,
    line.clearedAt === null ? "" : `${instant(line.clearedAt)} ${line.clearedNote}`,
  ]
}
