/** Shows what a new catalogue changes: for programs all of it, for people what fits a screen. */
import type { Core } from "../core/index.ts"
import { table } from "./shell.ts"

export type Diff = Awaited<ReturnType<Core["catalogue"]["replace"]>>
type CompanyChange = Diff["changes"][number]
type Kind = CompanyChange["kind"]

const KINDS = {
  new: "new",
  again: "sold again",
  changed: "changed",
  ended: "no longer sold",
} as const satisfies Record<Kind, string>
/** More lines than this are for a program; more characters don't stand beside each other. */
const LINES_MAX = 40
const CODES_MAX = 6
const CELL_MAX = 48

/** What changes, as data; `kept` are the codes of all companies that were known and are sold. */
export function jsonOf(diff: Diff, { dryRun }: { readonly dryRun: boolean }) {
  const codes = (...kinds: Kind[]) =>
    diff.changes.filter(({ kind }) => kinds.includes(kind)).map(({ code }) => code)
  return {
    dryRun,
    companies: diff.companies,
    products: diff.products,
    added: codes("new"),
    kept: [...codes("again", "changed"), ...diff.unchanged],
    ended: codes("ended"),
    reordered: diff.reordered,
    changes: diff.changes,
  }
}

/** What changes, for people. */
export function textOf(diff: Diff, { dryRun }: { readonly dryRun: boolean }): string {
  const { changes, reordered } = diff
  const companies = counted(diff.companies, "company", "companies")
  const products = counted(diff.products, "product", "products")
  const parts = [`${dryRun ? "Would load" : "Loaded"} ${companies} with ${products}.`]
  if (changes.length === 0) parts.push("Nothing that is sold changes.")
  else parts.push(summaryOf(diff), detailsOf(changes))
  if (reordered.length > 0) parts.push(`The order changes in ${reordered.join(", ")}.`)
  return parts.filter((part) => part !== "").join("\n\n")
}

function summaryOf({ changes, unchanged }: Diff): string {
  const rows = Object.entries(KINDS).map(([kind, words]) => {
    const codes = changes.filter((each) => each.kind === kind).map(({ code }) => code)
    return [words, String(codes.length), shortened(codes)]
  })
  return table(["", "COMPANIES", ""], [...rows, ["as before", String(unchanged.length), ""]])
}

/** A line for each field and each product of companies that were known. */
function detailsOf(changes: readonly CompanyChange[]): string {
  const rows = changes.flatMap(({ code, fields, products }) => [
    ...fields.map(({ field, before, after }) => [code, "", field, before, after]),
    ...products.flatMap(({ id, description, kind, fields: changed }) =>
      kind === "changed"
        ? changed.map(({ field, before, after }) => [code, id, field, before, after])
        : [[code, id, KINDS[kind], description, ""]],
    ),
  ])
  if (rows.length === 0) return ""
  const more = rows.length - LINES_MAX
  const shown = rows.slice(0, LINES_MAX).map((row) => row.map(cut))
  return [
    table(["COMPANY", "PRODUCT", "WHAT", "BEFORE", "AFTER"], shown),
    ...(more > 0 ? [`and ${more} more; --json has them all`] : []),
  ].join("\n")
}

/** A number with what it counts. */
export function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}

/** A text that stays within its column. */
export function cut(text: string): string {
  return text.length > CELL_MAX ? `${text.slice(0, CELL_MAX - 1)}…` : text
}

function shortened(codes: readonly string[]): string {
  return codes.slice(0, CODES_MAX).join(" ") + (codes.length > CODES_MAX ? " …" : "")
}
