/** Figures: the median of what was measured, its spread, its ratio to a control, its bar. */
import type { Bar, Measured } from "./bench.ts"

/** What `--json` prints for each; a value that nothing was measured of is null there. */
export type Figure = {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly control: number | null
  readonly ratio: number | null
  readonly bar: string | null
  readonly met: boolean | null
}

/** The value below which the share `q` of the samples lies; NaN of none, and where one is NaN. */
export function quantile(samples: ArrayLike<number>, q: number): number {
  const sorted = Array.from(samples).sort((a, b) => a - b)
  if (sorted.length === 0 || sorted.includes(Number.NaN)) return Number.NaN
  const at = q * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!]
  return low + (high - low) * (at - Math.floor(at))
}

export function median(samples: ArrayLike<number>): number {
  return quantile(samples, 0.5)
}

/** Judges one measurement. */
export function figureOf({ bar, control, name, samples, unit }: Measured): Figure {
  const value = rounded(median(samples))
  const against = control && control.length > 0 ? rounded(median(control)) : null
  const ratio = against === null || against === 0 ? null : rounded(value / against)
  const judged = bar?.of === "ratio" ? ratio : value
  return {
    name,
    value,
    unit,
    control: against,
    ratio,
    bar: bar ? barText(bar) : null,
    // What can't be compared has not been shown.
    met: bar ? judged !== null && holds(judged, bar) : null,
  }
}

function barText({ is, limit, of = "value" }: Bar): string {
  return of === "ratio" ? `ratio ${is} ${limit}` : `${is} ${limit}`
}

function holds(value: number, { is, limit }: Bar): boolean {
  if (is === "<") return value < limit
  if (is === "≤") return value <= limit
  return is === "≥" ? value >= limit : value === limit
}

/** Four digits: no figure here can be measured more exactly. */
function rounded(value: number): number {
  return Number(value.toPrecision(4))
}

const HEADINGS = ["", "median", "from – to", "control", "ratio", "bar", ""]

/** All figures as people read them. */
export function tableOf(all: readonly Measured[]): string {
  const rows = all.map((measured) => {
    const { bar, control, met, name, ratio, unit, value } = figureOf(measured)
    const { samples } = measured
    const ends = [Math.min(...samples), Math.max(...samples)].map((end) => String(rounded(end)))
    return [
      name,
      `${value} ${unit}`.trim(),
      samples.length > 1 ? ends.join(" – ") : "",
      control === null ? "" : String(control),
      ratio === null ? "" : `${ratio}×`,
      bar ?? "",
      met === null ? "" : met ? "met" : "MISSED",
    ]
  })
  const widths = HEADINGS.map((heading, at) =>
    Math.max(heading.length, ...rows.map((row) => row[at]!.length)),
  )
  return [HEADINGS, ...rows]
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n")
}
