/** Puts all mutants of a source into one text, in which a switch chooses one of them or none. */
import type { Found, Mutant } from "./find.ts"

/** Asks whether a mutant is the chosen one; `worker.ts` puts it there, and counts who asks. */
export const SWITCH = "globalThis.caudalMutant"

type Numbered = { readonly id: number; readonly mutant: Mutant }
type Insertion = {
  readonly at: number
  readonly text: string
  readonly isEnd: boolean
  readonly depth: number
}

/** The text of a module with its mutants, which have the numbers from `first` on. */
export function instrument({ script, mutants }: Found, first: number): string {
  const numbered = mutants.map((mutant, at) => ({ id: first + at, mutant }))
  const places = Map.groupBy(numbered, ({ mutant: { start, end, form, depth } }) =>
    [start, end, form, depth].join(),
  )
  const insertions = [...places.values()].flatMap((place) => around(place))
  insertions.sort(inOrder)
  let text = ""
  let from = 0
  for (const { at, text: inserted } of insertions) {
    text += script.slice(from, at) + inserted
    from = at
  }
  return text + script.slice(from)
}

/** What stands before and after a place; its mutants share one form. */
function around(place: readonly Numbered[]): Insertion[] {
  const { start, end, depth, form } = place[0]!.mutant
  const [before, after] = WRAPS[form](place)
  // A function's body is entered after its brace, and left nowhere.
  const at = form === "body" ? start + 1 : start
  return [
    { at, text: before, isEnd: false, depth },
    ...(after === "" ? [] : [{ at: end, text: after, isEnd: true, depth }]),
  ]
}

const isChosen = ({ id }: Numbered) => `${SWITCH}(${id})`

const WRAPS: Readonly<
  Record<Mutant["form"], (place: readonly Numbered[]) => readonly [before: string, after: string]>
> = {
  expression: (place) => {
    const others = place.map((each) => `${isChosen(each)} ? (${each.mutant.by}) : `)
    return [`(${others.join("")}(`, "))"]
  },
  // Braces keep it one statement below an `if`, and apart from the line before.
  statement: ([only]) => [`{ if (!${isChosen(only!)}) { `, " } }"],
  property: ([only]) => [`...(${isChosen(only!)} ? {} : { `, " })"],
  body: ([only]) => [` if (${isChosen(only!)}) return; `, ""],
}

/** What ends comes before what begins; the inner ends first, the outer begins first. */
function inOrder(a: Insertion, b: Insertion): number {
  if (a.at !== b.at) return a.at - b.at
  if (a.isEnd !== b.isEnd) return a.isEnd ? -1 : 1
  return a.isEnd ? b.depth - a.depth : a.depth - b.depth
}
