/** Lanes give each receiver its share of tries and of the memory, by how it answers. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { HELD_MAX, makeLanes } from "./lanes.ts"

/** Puts so many into the lane of an endpoint, starts what may run, and answers how many run. */
function fill(lanes: ReturnType<typeof makeLanes<number>>, endpointId: string, count: number) {
  for (let at = 0; at < count; at += 1) lanes.add(endpointId, at)
  return run(lanes, endpointId)
}

function run(lanes: ReturnType<typeof makeLanes<number>>, endpointId: string): number {
  const lane = lanes.find(endpointId)!
  while (lanes.next(lane) !== null);
  return lane.running
}

test("so many run at once as the answers allow", () => {
  const table: [answers: ("quick" | "slow" | "failed")[], running: number][] = [
    [[], 8],
    [["quick"], 9],
    [["slow", "slow", "slow"], 8],
    [["failed"], 4],
    [["failed", "failed", "failed", "failed", "failed"], 2],
    [["failed", "quick", "quick"], 6],
    [new Array(100).fill("quick"), 32],
  ]
  for (const [answers, running] of table) {
    const lanes = makeLanes<number>()
    fill(lanes, "a", 200)
    const lane = lanes.find("a")!
    for (const how of answers) {
      lanes.ended(lane, how)
      lanes.leave()
      run(lanes, "a")
    }
    // What ran already goes on when a lane narrows.
    while (lane.running > lane.width) lanes.ended(lane, "slow")
    assert.equal(run(lanes, "a"), running, answers.join())
  }
})

test("they run in the order in which they came", () => {
  const lanes = makeLanes<number>()
  for (const parcel of [1, 2, 3]) lanes.add("a", parcel)
  const lane = lanes.find("a")!
  assert.deepEqual([lanes.next(lane), lanes.next(lane), lanes.next(lane)], [1, 2, 3])
  assert.equal(lanes.next(lane), null)
})

test("a receiver that is slow or unknown has room for few, a quick one for much", () => {
  const lanes = makeLanes<number>()
  assert.equal(lanes.room("unknown"), 16)
  fill(lanes, "slow", 10)
  assert.equal(lanes.room("slow"), 14)
  fill(lanes, "quick", 100)
  const quick = lanes.find("quick")!
  for (let at = 0; at < 100; at += 1) {
    lanes.ended(quick, "quick")
    lanes.leave()
    run(lanes, "quick")
    if (quick.running < 32) fill(lanes, "quick", 1)
  }
  assert.ok(lanes.room("quick") >= 1_000, `${lanes.room("quick")}`)
})

test("the second half of the memory is for those who have little in it", () => {
  const lanes = makeLanes<number>()
  assert.ok(lanes.takes("a"))
  fill(lanes, "a", 500 + 8)
  assert.ok(!lanes.takes("a"), "500 wait")
  assert.ok(lanes.find("a")!.more, "what isn't taken waits in the database")
  fill(lanes, "b", HELD_MAX / 2)
  assert.ok(!lanes.takes("b"))
  fill(lanes, "c", 8 + 7)
  assert.ok(lanes.takes("c"))
  fill(lanes, "c", 1)
  assert.ok(!lanes.takes("c"))
  fill(lanes, "d", HELD_MAX - lanes.held())
  assert.ok(!lanes.takes("e"), "the memory is full")
})

test("what is dropped makes room at once, and an empty lane is forgotten", () => {
  const lanes = makeLanes<number>()
  fill(lanes, "a", 10)
  const lane = lanes.find("a")!
  lanes.drop(lane)
  assert.deepEqual([lanes.held(), lane.running], [8, 8])
  for (let at = 0; at < 8; at += 1) {
    lanes.ended(lane, "slow")
    lanes.leave()
  }
  assert.deepEqual([lanes.held(), lanes.find("a")], [0, null])
})

test("a lane that waits for more is kept until it is known that there is none", () => {
  const lanes = makeLanes<number>()
  fill(lanes, "a", 1)
  lanes.expect("a", true)
  lanes.ended(lanes.find("a")!, "quick")
  assert.ok(lanes.find("a"))
  lanes.expect("a", false)
  assert.equal(lanes.find("a"), null)
})

test("whatever happens in whatever order, what is held is what runs and waits", () => {
  const step = fc.record({
    id: fc.constantFrom("a", "b", "c"),
    what: fc.constantFrom("add", "run", "quick", "slow", "failed", "drop"),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const lanes = makeLanes<string>()
      for (const { id, what } of steps) {
        const lane = lanes.find(id)
        if (what === "add") lanes.add(id, id)
        else if (lane === null) continue
        else if (what === "run") lanes.next(lane)
        else if (what === "drop") lanes.drop(lane)
        else if (lane.running > 0) {
          lanes.ended(lane, what as "quick")
          lanes.leave()
        }
        const sum = [...lanes.all()].reduce(
          (all, each) => all + each.running + each.waiting.length,
          0,
        )
        assert.equal(lanes.held(), sum)
        for (const { running, width } of lanes.all()) assert.ok(width <= 32 && running <= 32)
      }
    }),
  )
})
