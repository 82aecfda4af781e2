/** Draws what a table says as a curve; the library is fetched by pages that have a table for it. */
import { onContents } from "./swap.ts"

/** As much of uPlot as is used here. */
type Series = {
  readonly label: string
  readonly stroke?: string
  readonly fill?: string
  readonly width?: number
  readonly points?: { readonly show: boolean }
  readonly value?: (plot: unknown, value: number | null) => string
}
type Plot = { destroy(): void; setSize(size: { width: number; height: number }): void }
type Library = {
  new (options: object, data: readonly (readonly number[])[], at: HTMLElement): Plot
}

const HEIGHT_PX = 220
let shown: { readonly box: HTMLElement; readonly plot: Plot } | null = null

/** Draws the charts of the page, again when contents, width or colours change. */
export function drawCharts(): void {
  onContents(() => void draw())
  addEventListener("resize", () => {
    if (shown) shown.plot.setSize({ width: shown.box.clientWidth, height: HEIGHT_PX })
  })
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => void draw())
}

async function draw(): Promise<void> {
  const box = document.querySelector<HTMLElement>("[data-chart]")
  const { chart, library } = box?.dataset ?? {}
  if (!box || chart === undefined || library === undefined) return
  const { default: Uplot } = (await import(new URL(library, location.href).href)) as {
    default: Library
  }
  if (!box.isConnected) return
  const { days, label, values, unit, dayLabel } = JSON.parse(chart) as {
    readonly dayLabel: string
    readonly days: readonly string[]
    readonly label: string
    readonly values: readonly number[]
    readonly unit: string
  }
  const colours = getComputedStyle(box)
  const ink = colours.getPropertyValue("--soft")
  const line = colours.getPropertyValue("--line")
  const accent = colours.getPropertyValue("--accent")
  const { language } = { language: document.documentElement.lang }
  const short = new Intl.NumberFormat(language, { notation: "compact" })
  const whole = new Intl.NumberFormat(language)
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" })
  const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { show: false } }
  const series: Series = {
    label,
    stroke: accent,
    fill: colours.getPropertyValue("--accent-tint"),
    width: 2,
    points: { show: false },
    value: (_plot, value) => (value === null ? "–" : `${whole.format(value)} ${unit}`),
  }
  shown?.plot.destroy()
  box.replaceChildren()
  const plot = new Uplot(
    {
      width: box.clientWidth,
      height: HEIGHT_PX,
      tzDate: (seconds: number) => new Date(seconds * 1_000),
      scales: { y: { range: { min: { hard: 0, mode: 1, pad: 0 }, max: { mode: 2, pad: 0.1 } } } },
      axes: [
        {
          ...axis,
          space: 76,
          values: (_plot: unknown, at: number[]) => at.map((each) => day.format(each * 1_000)),
        },
        {
          ...axis,
          size: 64,
          values: (_plot: unknown, at: number[]) => at.map((each) => short.format(each)),
        },
      ],
      series: [
        {
          value: (_plot: unknown, at: number) => (at ? day.format(at * 1_000) : "–"),
          label: dayLabel,
        },
        series,
      ],
    },
    [days.map((each) => Date.parse(`${each}T00:00:00Z`) / 1_000), values],
    box,
  )
  shown = { box, plot }
}
