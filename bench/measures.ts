/** What benches measure alike: rates, times, and counts of what there may be none of. */
import type { Bar, Measured } from "./bench.ts"
import type { Load } from "./clients.ts"
import { quantile } from "./figures.ts"

/** One figure that has no slices. */
export function one(name: string, unit: string, value: number, bar?: Bar): Measured {
  return { name, unit, samples: [value], ...(bar && { bar }) }
}

/** A count of what there may be none of; too few is as wrong as too many. */
export function none(name: string, count: number): Measured {
  return one(name, "", Math.abs(count), { is: "=", limit: 0 })
}

/** Makes figures of what is measured and of its control, both read in the same way. */
export function beside<Found>(ours: Found, control: Found) {
  return (name: string, unit: string, read: (found: Found) => readonly number[]) => ({
    name,
    unit,
    samples: read(ours),
    control: read(control),
  })
}

/** Right answers a second. */
export function perSecond({ elapsedMs, inTime }: Pick<Load, "elapsedMs" | "inTime">): number {
  return (inTime * 1_000) / elapsedMs
}

type Timed = { readonly latenciesMs: ArrayLike<number> }

/** How long answers took, load by load: the quantile `q`, in milliseconds. */
export function latencies(loads: readonly Timed[], q: number): readonly number[] {
  return loads.map(({ latenciesMs }) => quantile(latenciesMs, q))
}

/** The same of all loads together. */
export function together(loads: readonly Timed[], q: number): readonly number[] {
  return [
    quantile(
      loads.flatMap(({ latenciesMs }) => Array.from(latenciesMs)),
      q,
    ),
  ]
}

type Punctual = Record<"asked" | "elapsedMs", number> & { readonly lateMs: readonly number[] }

/** A load that came later than that, or thinner than was meant, would prove nothing. */
const LATE_BAR_MS = 5

/** Whether the load was what was meant: at least so many a second, and each at its time. */
export function asMeant(
  name: string,
  leastPerSecond: number,
  { control, ours }: Readonly<Record<"control" | "ours", readonly Readonly<Punctual>[]>>,
): readonly Measured[] {
  const lateMs = [...ours, ...control].flatMap((load) => load.lateMs)
  return [
    {
      name,
      unit: "/s",
      samples: ours.map(({ asked, elapsedMs }) => (asked * 1_000) / elapsedMs),
      bar: { is: "≥", limit: leastPerSecond },
    },
    one(`${name} too late, p99`, "ms", quantile(lateMs, 0.99), { is: "<", limit: LATE_BAR_MS }),
  ]
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0)
}
