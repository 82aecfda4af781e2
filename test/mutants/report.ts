/** What came of the mutants, in lines: those that nobody noticed, and the score of each file. */
import type { Mutant } from "./find.ts"
import type { Verdict } from "./worker.ts"

/** Mutants of one line that change nothing anybody could see, and why that is so. */
export type Equivalent = {
  readonly file: string
  /** How the line begins, without the blanks before it. */
  readonly line: string
  /**
   * What is changed there, as it is printed; where lines and changes are alike in a file, the one
   * with this number, counted from 1.
   */
  readonly changes: readonly (readonly [what: string, from: string, which?: number])[]
  readonly why: string
}

/** A mutant with what became of it. */
export type Result = {
  readonly mutant: Mutant
  readonly verdict: Verdict
  readonly equivalent: Equivalent | null
}

/** The entry that lists a mutant, if one does; `mutants` are all that there are. */
export function findListed(
  list: readonly Equivalent[],
  mutant: Mutant,
  mutants: readonly Mutant[],
): Equivalent | null {
  const alike = mutants.filter(
    ({ file, text, what, original, by }) =>
      file === mutant.file &&
      text === mutant.text &&
      what === mutant.what &&
      original === mutant.original &&
      by === mutant.by,
  )
  const which = alike.indexOf(mutant) + 1
  const found = list.find(({ file, line, changes }) => {
    if (!mutant.file.endsWith(`/${file}`) || !mutant.text.startsWith(line)) return false
    return changes.some(([what, from, wanted = 1]) => {
      return change(mutant) === `${what}: ${from}` && wanted === which
    })
  })
  return found ?? null
}

/** A number has two mutants, so what it becomes is part of what is changed. */
function change({ what, original, by }: Mutant): string {
  return what === "another number" ? `${by}: ${original}` : `${what}: ${original}`
}

/** A mutant as a line of a difference: where, what stood there, and what stands there instead. */
export function describe({ id }: { readonly id: number }, mutant: Mutant): string {
  const { file, line, what, original, by, text } = mutant
  return `${file}:${line}  #${id}  ${what}\n    ${text}\n  - ${original}\n  + ${by}`
}

/** Of those that change anything, how many in a hundred were noticed, cut to a tenth. */
export function score(results: readonly Result[]): number {
  return ofAll(results.filter(({ equivalent }) => equivalent === null))
}

/** The same with those that change nothing among them, which nobody can notice. */
export function ofAll(results: readonly Result[]): number {
  const noticed = results.filter(({ verdict }) => verdict.noticedBy !== null)
  return results.length === 0 ? 100 : Math.floor((noticed.length / results.length) * 1_000) / 10
}

/** The table of all files, and the sum below. */
export function table(results: readonly Result[]): string {
  const files = Map.groupBy(results, ({ mutant }) => mutant.file)
  const rows = [...files].sort(([a], [b]) => (a < b ? -1 : 1))
  const width = Math.max(...rows.map(([file]) => file.length), "together".length)
  return [...rows, ["together", results] as const]
    .map(([file, own]) => {
      const survived = own.filter(isSurvivor).length
      const equal = own.filter(({ equivalent }) => equivalent !== null).length
      const mutants = `${own.length} mutants, ${survived} survived, ${equal} change nothing`
      return `${file.padEnd(width)}  ${score(own).toFixed(1).padStart(5)} %  ${mutants}`
    })
    .join("\n")
}

/** Whether nobody noticed it, though somebody could have. */
export function isSurvivor({ verdict, equivalent }: Result): boolean {
  return verdict.noticedBy === null && equivalent === null
}
