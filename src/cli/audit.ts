/** `caudal audit`: what operators did, in a log that shows whether it was changed later. */
import { ACTIONS, type AuditEntry, type Core, isDay } from "../core/index.ts"
import { command, UsageError } from "./command.ts"
import { findMerchant, readLimit } from "./named.ts"
import { OUTPUT, written } from "./rows.ts"
import { instant, table } from "./shell.ts"

const LIMIT_DEFAULT = 50
/** What fits on some screens; `audit export` has all. */
const LIMIT_MAX = 1_000
/** Of the change of an entry: longer ones are for `--json`. */
const CHANGE_MAX = 120

const FILTER = {
  since: { value: "TIME", about: "only from then on: 2026-01-05 or 2026-01-05T09:30Z, in UTC" },
  action: { value: "ACTION", about: "only this one, such as wallet.top-up" },
  merchant: { value: "MERCHANT", about: "only what concerns it: its name or id" },
} as const

const listAll = command({
  name: "audit list",
  about: "Lists what operators did by commands and with their keys, newest first.",
  options: {
    ...FILTER,
    limit: { value: "N", about: `how many, 1 to ${LIMIT_MAX}; ${LIMIT_DEFAULT} when left out` },
  },
  example: "audit list --since 2026-01-05 --action wallet.top-up",
  async run(values, shell) {
    const limit = readLimit(values.limit, { usual: LIMIT_DEFAULT, most: LIMIT_MAX })
    const read = readFilter(values)
    await shell.withCore(async (core) => {
      const entries = await core.audit.list(await read(core), limit)
      shell.show({ entries }, () =>
        entries.length === 0
          ? "Nothing of that kind was done."
          : table(
              ["NO", "AT", "BY", "ACTION", "MERCHANT", "ON", "OUTCOME", ""],
              entries.map(rowOf),
            ),
      )
    })
  },
})

const exportAll = command({
  name: "audit export",
  about: "Writes the log as lines of JSON, oldest first; each with its hash.",
  options: { ...FILTER, out: OUTPUT.out },
  example: "audit export --out audit.jsonl",
  async run(values, shell) {
    const read = readFilter(values)
    await shell.withCore(async (core) => {
      const filter = await read(core)
      let entries = 0
      await written(shell, values.out, (sink) =>
        core.audit.each(filter, (rows) => {
          entries += rows.length
          return sink.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(""))
        }),
      )
      const file = values.out
      if (file !== undefined) shell.show({ file, entries }, () => `${entries} entries in ${file}.`)
    })
  },
})

const verify = command({
  name: "audit verify",
  about:
    "Walks the chain of the log and names the first row that is wrong; ends with 1 then. What it " +
    "prints last is worth noting elsewhere: with --from, a log that was cut short shows.",
  options: { from: { value: "HASH", about: "one that was noted: a row must still have it" } },
  example: "audit verify",
  async run(values, shell) {
    const noted = readHash(values.from)
    await shell.withCore(async (core) => {
      const { broken, head, missing, rows } = await core.audit.verify(noted)
      const right = broken === null && !missing
      if (!right) shell.exitCode(1)
      const row = broken && { position: Number(broken.position), why: broken.why }
      shell.show({ right, rows, head, broken: row, missing }, () =>
        [
          ...(row ? [`The audit log is wrong at row ${row.position}: ${row.why}.`] : []),
          ...(missing ? [`No row has the hash ${noted}: the log was cut or written anew.`] : []),
          ...(right ? [`The audit log is right: ${rows} rows, the last one is`, head] : []),
        ].join("\n"),
      )
    })
  },
})

export const commands = [listAll, exportAll, verify]

type Given = {
  readonly since: string | undefined
  readonly action: string | undefined
  readonly merchant: string | undefined
}

/** Reads what can be read without the core first; throws `UsageError`. */
function readFilter({ since: from, action, merchant }: Given) {
  const since = readSince(from)
  if (action !== undefined && !ACTIONS.some((each) => each === action)) {
    throw new UsageError(`--action ${action}: there are ${ACTIONS.join(", ")}`)
  }
  return async (core: Core) => ({
    since,
    action: action ?? null,
    merchantId: merchant === undefined ? null : (await findMerchant(core, merchant)).id,
  })
}

function readSince(text: string | undefined): Date | null {
  if (text === undefined) return null
  const isWhole = /^2\d{3}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z)?$/.test(text)
  const at = new Date(isWhole && isDay(text.slice(0, 10)) ? text : Number.NaN)
  if (!Number.isNaN(at.getTime())) return at
  throw new UsageError(`--since ${text}: write a day or a time like 2026-01-05T09:30Z`)
}

function readHash(text: string | undefined): string | null {
  if (text === undefined) return null
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase()
  throw new UsageError(`--from ${text}: a hash has 64 digits from 0 to f`)
}

function rowOf({ position, at, by, action, merchantId, subject, outcome, change }: AuditEntry) {
  const changes = Object.entries(change).map(
    ([name, { old, new: now }]) => `${name}: ${JSON.stringify(old)} → ${JSON.stringify(now)}`,
  )
  const text = changes.join(", ")
  return [
    String(position),
    instant(new Date(at)),
    by.name,
    action,
    merchantId ?? "-",
    subject ?? "-",
    outcome,
    text.length > CHANGE_MAX ? `${text.slice(0, CHANGE_MAX)}…` : text,
  ]
}
