/** What is looked at is shown, and what can't be looked at harms nobody. */
import assert from "node:assert/strict"
import { tmpdir } from "node:os"
import { test } from "node:test"
import { sample, startSampling } from "./sampled.ts"

function parts(dataDir: string) {
  const shown = new Map<string, number>()
  const gauge = (name: string, value: number, labels: Record<string, string> = {}) =>
    void shown.set([name, ...Object.values(labels)].join(" "), value)
  const metrics = { count: () => {}, observe: () => {}, gauge }
  const core = { engine: { queued: () => 7 }, metrics, mode: "sandbox" } as const
  const connections = () => ({ busy: 3, idle: 2, waiting: 1 })
  return { shown, parts: { core, connections, offsetMs: () => -1_500, dataDir } as never }
}

test("queue, connections, clock and disk are shown", async () => {
  const { shown, parts: given } = parts(tmpdir())
  await sample(given)
  assert.equal(shown.get("engine_queue"), 7)
  assert.equal(shown.get("clock_offset_seconds"), -1.5)
  assert.equal(shown.get("database_connections waiting"), 1)
  const [free, size] = [shown.get("disk_free_bytes")!, shown.get("disk_size_bytes")!]
  assert.ok(free > 0 && free <= size)
})

test("a disk that can't be asked leaves the rest", async () => {
  const { shown, parts: given } = parts("/nowhere/at/all")
  await sample(given)
  assert.equal(shown.get("engine_queue"), 7)
  assert.ok(!shown.has("disk_free_bytes"))
})

test("the version is there from the start, and the end is one", () => {
  const { shown, parts: given } = parts(tmpdir())
  const stop = startSampling(given)
  stop()
  assert.match([...shown.keys()].join("\n"), /^build_info \d+\.\d+\.\d+ sandbox$/m)
})
