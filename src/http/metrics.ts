/** Numbers for Prometheus: a registry of our own, and the plain port by which the core counts. */
import {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  Registry,
} from "prom-client"
import { FIGURES, type FigureWords } from "./figures.ts"

export type Labels = Readonly<Record<string, string>>

/**
 * What the core is given. Names are snake_case without prefix or unit. None of these ever throws:
 * a number that can't be kept is counted in `caudal_metrics_dropped_total`.
 */
export type Metrics = {
  /** Adds to a counter, shown as `caudal_<name>_total`. */
  count(name: string, labels?: Labels, by?: number): void
  /** Sets a gauge, shown as `caudal_<name>`. */
  gauge(name: string, value: number, labels?: Labels): void
  /** Adds a duration in seconds to a histogram, shown as `caudal_<name>_seconds`. */
  observe(name: string, seconds: number, labels?: Labels): void
}

/** The port together with what the server needs to show it. */
export type MetricsRegistry = Metrics & {
  readonly contentType: string
  /** All numbers in Prometheus' text format. */
  render(): Promise<string>
  /** All numbers as data, for `renderAll` in another process. */
  figures(): Promise<Figures>
  /** Forgets everything and stops listening to the garbage collector. */
  close(): void
}

/** One process's numbers, as they can be sent to another. */
export type Figures = readonly Figure[]
type Figure = {
  readonly name: string
  readonly help: string
  readonly type: unknown
  readonly values: readonly { readonly value: number; readonly labels: object }[]
}

// From a cached answer to a rail's longest silence.
const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
// A label that takes ever new values would fill the memory of us and of Prometheus.
const SERIES_MAX = 1_000
const PREFIX = "caudal_"

type Kept = {
  readonly kind: "counter" | "gauge" | "histogram"
  readonly labelNames: string
  readonly series: Set<string>
  readonly add: (labels: Labels, value: number) => void
}

/**
 * Makes a registry. `figures` are known from the start, counters without labels as 0; left out: all
 * of ours. `defaults` adds Node's own numbers.
 */
export function makeMetrics(
  options: {
    readonly figures?: Readonly<Record<string, FigureWords>>
    readonly defaults?: boolean
  } = {},
): MetricsRegistry {
  const figures: Readonly<Record<string, FigureWords>> = options.figures ?? FIGURES
  const registry = new Registry()
  if (options.defaults ?? true) collectDefaultMetrics({ register: registry, prefix: PREFIX })
  const dropped = new Counter({
    name: `${PREFIX}metrics_dropped_total`,
    help: "Numbers that weren't kept: another kind, other labels, or too many values of a label.",
    labelNames: ["name"],
    registers: [registry],
  })
  const kept = new Map<string, Kept>()

  function make(kind: Kept["kind"], name: string, labelNames: string[]): Kept {
    const settings = {
      help: figures[name]?.help ?? `${name.replaceAll("_", " ")}.`,
      labelNames,
      registers: [registry],
    }
    const common = { kind, labelNames: labelNames.join(), series: new Set<string>() }
    if (kind === "counter") {
      const counter = new Counter({ name: `${PREFIX}${name}_total`, ...settings })
      return { ...common, add: (labels, by) => counter.inc(labels, by) }
    }
    if (kind === "gauge") {
      const gauge = new Gauge({ name: PREFIX + name, ...settings })
      // It would begin at 0, and say that the books are wrong before anybody looked at them.
      if (labelNames.length === 0) gauge.remove()
      return { ...common, add: (labels, value) => gauge.set(labels, value) }
    }
    const buckets = BUCKETS_SECONDS
    const histogram = new Histogram({ name: `${PREFIX}${name}_seconds`, buckets, ...settings })
    return { ...common, add: (labels, seconds) => histogram.observe(labels, seconds) }
  }

  function add(kind: Kept["kind"], name: string, labels: Labels, value: number): void {
    try {
      const names = Object.keys(labels).sort()
      let metric = kept.get(name)
      if (!metric) {
        metric = make(kind, name, names)
        kept.set(name, metric)
      }
      const series = names.map((label) => labels[label]).join("\n")
      const fits = metric.kind === kind && metric.labelNames === names.join()
      const known = metric.series.has(series)
      if (!fits || !(known || metric.series.size < SERIES_MAX) || !Number.isFinite(value)) {
        dropped.inc({ name })
        return
      }
      if (!known) metric.series.add(series)
      metric.add(labels, value)
    } catch {
      // A bad name, a negative count. Money must not stop because it couldn't be counted.
      dropped.inc({ name })
    }
  }

  for (const [name, { kind, labels = [] }] of Object.entries(figures)) {
    kept.set(name, make(kind, name, labels.toSorted()))
  }

  return {
    count: (name, labels = {}, by = 1) => add("counter", name, labels, by),
    gauge: (name, value, labels = {}) => add("gauge", name, labels, value),
    observe: (name, seconds, labels = {}) => add("histogram", name, labels, seconds),
    contentType: registry.contentType,
    render: () => registry.metrics(),
    figures: () => registry.getMetricsAsJSON(),
    close: () => registry.clear(),
  }
}

/** Says of each process whether its numbers are there. */
const ANSWERS = `${PREFIX}process_answers`

/**
 * The numbers of several processes in Prometheus' text format, each under its process's name: sums
 * would hide which of them has a fault, and of a gauge that all of them set they would be wrong.
 * Null stands for a process that gave none.
 */
export function renderAll(byProcess: ReadonlyMap<string, Figures | null>): Promise<string> {
  const all = [...byProcess].flatMap(([process, figures]) => [
    labelled(process, [answering(figures !== null), ...(figures ?? [])]),
  ])
  return AggregatorRegistry.aggregate(all).metrics()
}

function answering(isThere: boolean): Figure {
  const help = "1 for a process whose numbers are here, 0 for one that gave none in time."
  const values = [{ value: isThere ? 1 : 0, labels: {} }]
  return { name: ANSWERS, help, type: "gauge", values }
}

function labelled(process: string, figures: Figures): object[] {
  return figures.map((metric) => ({
    ...metric,
    // No two have the same labels now, so each sum is of one; other ways would leave some out.
    aggregator: "sum",
    values: metric.values.map((each) => ({ ...each, labels: { ...each.labels, process } })),
  }))
}
