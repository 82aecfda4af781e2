/** Alerts and the dashboard ask for figures that are there, and each alert says what to do. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { FIGURES, type FigureWords } from "../../src/http/figures.ts"
import { makeMetrics, renderAll } from "../../src/http/metrics.ts"
import { readYaml } from "../support/yaml.ts"

const root = join(import.meta.dirname, "..", "..")
const read = (path: string) => readFileSync(join(root, path), "utf8")

type Rule = {
  readonly alert: string
  readonly expr: string
  readonly for: string
  readonly labels: { readonly severity: string }
  readonly annotations: Readonly<Record<"description" | "runbook" | "summary", string>>
}
type Panel = {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly gridPos: {
    readonly x: number
    readonly y: number
    readonly w: number
    readonly h: number
  }
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[]
}

const { groups } = readYaml(read("ops/prometheus/caudal.rules.yaml")) as {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[]
}
const rules = groups.flatMap((group) => group.rules)
const dashboard = JSON.parse(read("ops/grafana/caudal.json")) as { readonly panels: Panel[] }
const targets = dashboard.panels.flatMap(({ targets: all = [], title }) =>
  all.map(({ expr, legendFormat }) => ({ at: title, expr, legend: legendFormat })),
)
const asked = [
  ...rules.map(({ alert, annotations, expr }) => ({
    at: alert,
    expr,
    legend: Object.values(annotations).join(" "),
  })),
  ...targets,
]

/** Each figure with its labels, as Prometheus has them: in one process and in several. */
async function known(): Promise<ReadonlyMap<string, readonly string[]>> {
  const metrics = makeMetrics()
  const text = `${await metrics.render()}${await renderAll(new Map([["1", null]]))}`
  metrics.close()
  const figures = new Map<string, readonly string[]>()
  for (const [, name, type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    const ours = Object.entries<FigureWords>(FIGURES).find(([each]) => nameOf(each) === name)
    const labels = ours?.[1].labels ?? (name === "caudal_metrics_dropped_total" ? ["name"] : [])
    const parts = type === "histogram" ? ["_bucket", "_sum", "_count"] : [""]
    for (const part of parts)
      figures.set(name + part, part === "_bucket" ? [...labels, "le"] : labels)
  }
  return figures
}

function nameOf(figure: string): string {
  const { kind } = (FIGURES as Readonly<Record<string, FigureWords>>)[figure]!
  return `caudal_${figure}${{ counter: "_total", gauge: "", histogram: "_seconds" }[kind]}`
}

/** Every series has these: Prometheus adds the first two, several processes the third. */
const ADDED = ["instance", "job", "process"]

test("every figure that an alert or a panel asks for is there, with its labels", async () => {
  const figures = await known()
  assert.ok(asked.length > 60)
  for (const { at, expr, legend } of asked) {
    const names = [...expr.matchAll(/\bcaudal_\w+/g)].map(([name]) => name)
    assert.ok(names.length > 0 || expr.startsWith("up{"), `${at} asks for nothing of ours`)
    for (const name of names) assert.ok(figures.has(name), `${at}: there is no ${name}`)
    const there = [...ADDED, ...names.flatMap((name) => figures.get(name)!)]
    const matched = [...expr.matchAll(/(\w+)\s*(?:=~|!~|!=|=)"/g)].map(([, label]) => label!)
    const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(", "))
    for (const label of [...matched, ...grouped]) {
      assert.ok(there.includes(label), `${at}: ${names[0]} has no label ${label}`)
    }
    const shown = [...legend.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)].map(
      ([, each]) => each!,
    )
    for (const label of shown) {
      assert.ok(grouped.includes(label) || expr.startsWith("up{"), `${at}: {{${label}}} is empty`)
    }
  }
})

test("every query has its brackets, and its rates a range", () => {
  for (const { at, expr } of asked) {
    const open: string[] = []
    for (const sign of expr.replaceAll(/"[^"]*"/g, "")) {
      if ("({[".includes(sign)) open.push(")}]"["({[".indexOf(sign)]!)
      else if (")}]".includes(sign)) assert.equal(open.pop(), sign, at)
    }
    assert.deepEqual(open, [], at)
    for (const [, inside] of expr.matchAll(/\b(?:rate|increase|predict_linear)\(([^()]*)/g)) {
      assert.match(inside!, /\[(?:\d+[mh]|\$__rate_interval)\]/, at)
    }
    // A counter alone only rises, and a rate of a gauge means nothing.
    for (const [name] of expr.matchAll(/\bcaudal_\w+_total\b/g)) {
      assert.match(expr, new RegExp(`(?:rate|increase)\\(${name}`), at)
    }
  }
})

test("each alert says how bad it is and what it means, and has a row that says what to do", () => {
  const rows = [
    ...read("docs/operating/monitoring.md").matchAll(/^\| `(Caudal\w+)` \| (\w+) \| (.+) \|$/gm),
  ]
  assert.deepEqual(
    rows.map(([, alert, severity]) => [alert, severity]),
    rules.map(({ alert, labels }) => [alert, labels.severity]),
  )
  for (const { alert, annotations, for: since, labels } of rules) {
    assert.match(labels.severity, /^(?:critical|warning)$/, alert)
    assert.match(since, /^\d+[mh]$/, alert)
    assert.ok(annotations.summary.length > 10 && annotations.description.length > 10, alert)
    assert.equal(annotations.runbook, "docs/operating/monitoring.md#alerts")
  }
})

test("no figure of ours is one that nobody would ever see", () => {
  const text = asked.map(({ expr }) => expr).join("\n")
  const unseen = Object.keys(FIGURES).filter((name) => !text.includes(nameOf(name)))
  // How far the look at the books is behind says more than when it had seen all of them.
  assert.deepEqual(unseen, ["books_last_whole_at"])
})

test("the dashboard's panels have ids and places of their own, and say what they show", () => {
  const { panels } = dashboard
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
  const taken = new Set<string>()
  for (const { description, gridPos, targets: all, title, type } of panels) {
    assert.ok(gridPos.x >= 0 && gridPos.x + gridPos.w <= 24, title)
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        assert.ok(!taken.has(`${x} ${y}`), `${title} lies on another`)
        taken.add(`${x} ${y}`)
      }
    }
    if (type === "row") continue
    assert.ok(all?.length, title)
    assert.ok(description, title)
  }
})
