/** `--processes` takes a small whole number and says so of all else. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { PROCESSES_MAX, processesIn } from "./limit.ts"

test("a whole number up to the limit is taken, nothing given is one", () => {
  assert.equal(processesIn(undefined), 1)
  assert.equal(processesIn("1"), 1)
  assert.equal(processesIn(String(PROCESSES_MAX)), PROCESSES_MAX)
})

test("all else is refused with what is expected", () => {
  for (const given of ["", "0", "-1", "1.5", "01", "two", "1e0", String(PROCESSES_MAX + 1)]) {
    const message = `--processes: must be a whole number from 1 to ${PROCESSES_MAX}`
    assert.throws(() => processesIn(given), { name: "ConfigError", message }, given)
  }
})
