/** Health answers what is so, quickly, however many ask. */
import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import { hostClock, makeIds } from "../clock.ts"
import { type Check, clockCheck, mountHealth } from "./health.ts"
import { makeLogger } from "./log.ts"
import { makeMetrics } from "./metrics.ts"
import { makeServer } from "./server.ts"

function start(t: TestContext, checks: () => Promise<readonly Check[]>) {
  const lines: string[] = []
  const clock = hostClock()
  const logger = makeLogger({
    level: "info",
    destination: { write: (line) => void lines.push(line) },
  })
  const metrics = makeMetrics({ defaults: false })
  const app = makeServer({ clock, ids: makeIds(clock), logger, metrics, mode: "live" })
  mountHealth(app, { checks, metrics, timeoutMs: 50 })
  t.after(() => app.close())
  return { app, lines }
}

const well = async () => [{ name: "database", ok: true }, clockCheck(12)]

test("the process is alive even when nothing else is well", async (t) => {
  const { app } = start(t, async () => [{ name: "database", ok: false }])
  const answer = await app.inject("/health/live")
  assert.deepEqual([answer.statusCode, answer.json()], [200, { status: "ok" }])
})

test("ready lists each check", async (t) => {
  const { app } = start(t, well)
  const answer = await app.inject("/health/ready")
  assert.equal(answer.statusCode, 200)
  assert.deepEqual(answer.json(), {
    status: "ok",
    checks: [
      { name: "database", ok: true },
      { name: "clock", ok: true, detail: "12 ms from the database's clock" },
    ],
  })
})

test("one failed check, a silent one or a fault among them means not ready", async (t) => {
  const table: [() => Promise<readonly Check[]>, Check][] = [
    [
      async () => [
        { name: "a", ok: true },
        { name: "b", ok: false },
      ],
      { name: "b", ok: false },
    ],
    [() => new Promise(() => {}), { name: "checks", ok: false, detail: "no answer within 50 ms" }],
    [
      async () => {
        throw new Error("password hush")
      },
      { name: "checks", ok: false, detail: "the checks themselves failed" },
    ],
  ]
  for (const [checks, failed] of table) {
    const { app } = start(t, checks)
    const answer = await app.inject("/health/ready")
    assert.equal(answer.statusCode, 503)
    const body = answer.json()
    assert.equal(body.status, "not ready")
    assert.deepEqual(body.checks.at(-1), failed)
    assert.ok(!answer.body.includes("hush"))
  }
})

test("many probes at once run the checks once, and the next one anew", async (t) => {
  let runs = 0
  const { app } = start(t, async () => {
    runs += 1
    await new Promise((resolve) => setTimeout(resolve, 20))
    return well()
  })
  await Promise.all(Array.from({ length: 20 }, () => app.inject("/health/ready")))
  assert.equal(runs, 1)
  await app.inject("/health/ready")
  assert.equal(runs, 2)
})

test("a clock may be off by two seconds, to either side", () => {
  const table: [number, boolean][] = [
    [0, true],
    [2_000, true],
    [-2_000, true],
    [2_001, false],
    [-2_001, false],
  ]
  for (const [offsetMs, ok] of table) assert.equal(clockCheck(offsetMs).ok, ok, String(offsetMs))
})

test("the numbers are served in Prometheus' format, and probes write no lines", async (t) => {
  const { app, lines } = start(t, well)
  await app.inject("/health/live")
  const answer = await app.inject("/metrics")
  assert.match(String(answer.headers["content-type"]), /^text\/plain; version=0\.0\.4/)
  const count = /http_request_seconds_count\{method="GET",route="\/health\/live",status="200"\} 1/
  assert.match(answer.body, count)
  assert.deepEqual(lines, [])
})
