/** Numbers come out as they went in, and wrong ones harm nobody. */
import assert from "node:assert/strict"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { FIGURES, type FigureWords } from "./figures.ts"
import { makeMetrics, renderAll } from "./metrics.ts"

test("counters, gauges and histograms are shown under their names", async () => {
  const help = "Payments made."
  const figures = { payments_created: { kind: "counter", help, labels: ["dialect"] } } as const
  const metrics = makeMetrics({ defaults: false, figures })
  metrics.count("payments_created", { dialect: "tapila" })
  metrics.count("payments_created", { dialect: "tapila" }, 2)
  metrics.gauge("deliveries_due", 7)
  metrics.observe("batch", 0.02)
  const text = await metrics.render()
  assert.match(text, /# HELP caudal_payments_created_total Payments made\./)
  assert.match(text, /^caudal_payments_created_total\{dialect="tapila"\} 3$/m)
  assert.match(text, /^caudal_deliveries_due 7$/m)
  assert.match(text, /^caudal_batch_seconds_bucket\{le="0.025"\} 1$/m)
  assert.match(text, /^caudal_batch_seconds_sum 0.02$/m)
})

test("every figure of ours is there from the start with its words, and counters as 0", async () => {
  const text = await makeMetrics({ defaults: false }).render()
  for (const [name, { help, kind, ...more }] of Object.entries<FigureWords>(FIGURES)) {
    const shown = `caudal_${name}${{ counter: "_total", gauge: "", histogram: "_seconds" }[kind]}`
    assert.ok(text.includes(`# HELP ${shown} ${help}\n# TYPE ${shown} ${kind}\n`), shown)
    const value = new RegExp(`^${shown} (.*)$`, "m").exec(text)?.[1]
    // A gauge that nobody has set yet says nothing: 0 would mean something.
    assert.equal(value, kind === "counter" && !more.labels ? "0" : undefined, shown)
  }
})

test("a figure that isn't among ours would be seen: every one that is counted is", () => {
  const kinds = { count: "counter", gauge: "gauge", observe: "histogram" } as const
  const calls = new Map<string, string>()
  const root = join(import.meta.dirname, "..")
  for (const path of globSync("**/*.ts", { cwd: root })) {
    if (path.endsWith(".test.ts")) continue
    const source = readFileSync(join(root, path), "utf8")
    for (const [, how, name] of source.matchAll(/metrics\s*\.(count|gauge|observe)\(\s*"(\w+)"/g)) {
      calls.set(name!, kinds[how as keyof typeof kinds])
    }
  }
  const ours = Object.entries(FIGURES).map(([name, { kind }]) => [name, kind])
  assert.deepEqual([...calls].sort(), ours.sort())
})

test("Node's own numbers are there", async () => {
  const metrics = makeMetrics()
  assert.match(await metrics.render(), /caudal_nodejs_eventloop_lag_seconds/)
  metrics.close()
})

test("two registries share nothing", async () => {
  const [one, two] = [makeMetrics({ defaults: false }), makeMetrics({ defaults: false })]
  one.count("things")
  two.count("things")
  assert.match(await two.render(), /^caudal_things_total 1$/m)
})

test("a number that can't be kept is dropped, counted and never thrown", async () => {
  const metrics = makeMetrics({ defaults: false })
  metrics.count("a", { x: "1" })
  metrics.count("a", { y: "1" })
  metrics.gauge("a", 1, { x: "1" })
  metrics.count("a", { x: "1" }, -1)
  metrics.count("a", { x: "1" }, Number.NaN)
  metrics.count("not a name!")
  const text = await metrics.render()
  assert.match(text, /^caudal_a_total\{x="1"\} 1$/m)
  assert.match(text, /^caudal_metrics_dropped_total\{name="a"\} 4$/m)
  assert.match(text, /^caudal_metrics_dropped_total\{name="not a name!"\} 1$/m)
})

test("a label with ever new values stops growing at a thousand", async () => {
  const metrics = makeMetrics({ defaults: false })
  for (let n = 0; n < 1_500; n += 1) metrics.count("many", { n: String(n) })
  metrics.count("many", { n: "0" })
  const text = await metrics.render()
  assert.equal(text.match(/^caudal_many_total\{/gm)?.length, 1_000)
  assert.match(text, /^caudal_many_total\{n="0"\} 2$/m)
})

test("the numbers of several processes stand side by side, each under its process", async () => {
  const figuresOf = async (count: number) => {
    const seen = { kind: "counter", help: "Things seen.", labels: ["kind"] } as const
    const metrics = makeMetrics({ figures: { seen } })
    metrics.count("seen", { kind: "a" }, count)
    metrics.gauge("chain_ok", 1)
    metrics.observe("batch", 0.02 * count)
    const figures = await metrics.figures()
    metrics.close()
    // They go from one process to another.
    return structuredClone(figures)
  }
  const one = await figuresOf(1)
  const all = new Map([
    ["1", one],
    ["2", await figuresOf(2)],
    ["3", null],
  ])
  const text = await renderAll(all)
  for (const line of [
    'caudal_seen_total{kind="a",process="1"} 1',
    'caudal_seen_total{kind="a",process="2"} 2',
    'caudal_chain_ok{process="2"} 1',
    'caudal_batch_seconds_count{process="1"} 1',
    'caudal_batch_seconds_bucket{le="0.025",process="2"} 0',
    'caudal_process_answers{process="1"} 1',
    'caudal_process_answers{process="3"} 0',
  ]) {
    assert.ok(text.split("\n").includes(line), `${line}\n${text}`)
  }
  assert.equal(text.match(/^# TYPE caudal_seen_total counter$/gm)?.length, 1)
  assert.equal(text.match(/^# HELP caudal_seen_total Things seen\.$/gm)?.length, 1)
  // Nothing that one process shows is lost among several.
  const names = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name))
  for (const { name } of one) assert.ok(names.has(name), name)
})
