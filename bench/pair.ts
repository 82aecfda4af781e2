/** The gateway and the plain server that does the same, measured by turns. */
import type { Context, Measured } from "./bench.ts"
import type { Load } from "./clients.ts"
import { beside, latencies, none, sum } from "./measures.ts"
import type { Used } from "./meter.ts"
import { interleave } from "./sides.ts"

/** What a slice of a server came to: right answers a second, and what each of them cost. */
export type Slice = Used & { readonly load: Load; readonly perSecond: number }

export type Pair = {
  /** What all its figures are called by, and what those of a single request are. */
  readonly name: string
  readonly request: string
  /** How fast it has to be: beside the plain server, and by itself. */
  readonly bars: Readonly<Record<"ratio" | "perSecond", number>>
  /** On the disk of the databases. */
  readonly folder: string
  gateway(seconds: number): Promise<Slice>
  plain(seconds: number): Promise<Slice>
}

/** Measures both and tells how fast they are, how soon they answer, what that costs. */
export async function measurePair(context: Context, pair: Pair): Promise<readonly Measured[]> {
  const { bars, folder, name, request } = pair
  const [ours, theirs, warmed]: [Slice[], Slice[], Slice[]] = [[], [], []]
  const side = (name: string, measure: Pair["gateway"], into: Slice[]) => ({
    name,
    warmUp: async (seconds: number) => warmed.push(await measure(seconds)),
    measure: async (seconds: number) => into.push(await measure(seconds)),
  })
  const sides = [
    side("the gateway", pair.gateway, ours),
    side("the plain server", pair.plain, theirs),
  ]
  await interleave(context, sides, { folder })
  const loads = [...warmed, ...ours, ...theirs].map(({ load }) => load)
  for (const wrong of loads.flatMap((load) => load.wrong)) context.note(`wrong answer: ${wrong}`)
  const both = beside<readonly Slice[]>(ours, theirs)
  const rate = (name: string) => both(name, "/s", (all) => all.map((each) => each.perSecond))
  const took = (q: number) => (all: readonly Slice[]) =>
    latencies(
      all.map(({ load }) => load),
      q,
    )
  return [
    { ...rate(name), bar: { is: "≥", limit: bars.ratio, of: "ratio" } },
    { ...rate(`${name}, a second`), bar: { is: "≥", limit: bars.perSecond } },
    both(`${request}, median`, "ms", took(0.5)),
    both(`${request}, p99`, "ms", took(0.99)),
    both(`${name}, CPU of the server`, "ms", (all) => all.map(({ serverMs }) => serverMs)),
    both(`${name}, CPU of the database`, "ms", (all) => all.map(({ databaseMs }) => databaseMs)),
    none(`${name}: wrong answers`, sum(loads.map(({ wrongCount }) => wrongCount))),
  ]
}
