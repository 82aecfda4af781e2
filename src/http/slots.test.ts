/** Slots are never more than allowed, never lost, and shared in turn. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { makeSlots, type Release } from "./slots.ts"

/** Lets everything that can go on without time go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

test("a key gets its share and no more, and the whole is bounded", async () => {
  const slots = makeSlots({ total: 3, perKey: 2, waitingMax: 10 })
  const got: string[] = []
  const releases: Release[] = []
  for (const key of ["a", "a", "a", "b", "c"]) {
    slots.take(key).then((release) => {
      got.push(key)
      releases.push(release!)
    })
  }
  await settle()
  assert.deepEqual(got, ["a", "a", "b"])
  releases[2]!()
  await settle()
  assert.deepEqual(got, ["a", "a", "b", "c"])
  releases[0]!()
  releases[0]!()
  await settle()
  assert.deepEqual(got, ["a", "a", "b", "c", "a"])
  assert.equal(slots.running(), 3)
})

test("a key with many waiters takes turns with the others", async () => {
  const slots = makeSlots({ total: 1, perKey: 1, waitingMax: 100 })
  const order: string[] = []
  const run = async (key: string) => {
    const release = await slots.take(key)
    order.push(key)
    await settle()
    release!()
  }
  await Promise.all(["a", "a", "a", "a", "b", "c"].map(run))
  assert.deepEqual(order, ["a", "b", "c", "a", "a", "a"])
})

test("too many waiters, an abort and a closing are sent away with nothing", async () => {
  const slots = makeSlots({ total: 1, perKey: 1, waitingMax: 2 })
  const release = await slots.take("a")
  const controller = new AbortController()
  const left = slots.take("a", controller)
  const stays = slots.take("b")
  assert.equal(await slots.take("c"), null)
  controller.abort()
  assert.equal(await left, null)
  assert.equal(await slots.take("c", controller), null)
  release!()
  assert.notEqual(await stays, null)
  const sentAway = slots.take("c")
  slots.close()
  assert.equal(await sentAway, null)
  assert.equal(await slots.take("d"), null)
})

test("whoever waits too long is sent away, and the place goes to the next", async () => {
  const slots = makeSlots({ total: 1, perKey: 1, waitingMax: 2 })
  const release = slots.takeNow("a")
  assert.equal(await slots.take("a", { turnWithinMs: 5 }), null)
  const patient = slots.take("a", { turnWithinMs: 60_000 })
  release!()
  const next = await patient
  assert.ok(next)
  assert.equal(slots.running(), 1)
})

test("a slot is there at once only where none waits for it", async () => {
  const slots = makeSlots({ total: 2, perKey: 1, waitingMax: 10 })
  const first = slots.takeNow("a")
  assert.ok(first)
  assert.equal(slots.takeNow("a"), null, "the key has its share")
  const second = slots.takeNow("b")
  assert.ok(second)
  assert.equal(slots.takeNow("c"), null, "all are taken")
  const waits = slots.take("c")
  first()
  assert.ok(await waits)
  assert.equal(slots.takeNow("a"), null, "it went to who waited")
  slots.close()
  second()
  assert.equal(slots.takeNow("b"), null, "closed")
})

test("in any order of takes, aborts and releases limits hold and nobody is forgotten", () => {
  const step = fc.record({
    key: fc.constantFrom("a", "b", "c"),
    abort: fc.boolean(),
    pause: fc.boolean(),
  })
  return fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const slots = makeSlots({ total: 3, perKey: 2, waitingMax: 20 })
      const running = new Map<string, number>()
      const done = steps.map(async ({ key, abort, pause }) => {
        const controller = new AbortController()
        const taking = slots.take(key, controller)
        if (abort) controller.abort()
        const release = await taking
        if (!release) return
        running.set(key, (running.get(key) ?? 0) + 1)
        assert.ok(running.get(key)! <= 2 && slots.running() <= 3)
        if (pause) await settle()
        running.set(key, running.get(key)! - 1)
        release()
      })
      await Promise.all(done)
      assert.equal(slots.running(), 0)
      assert.ok(await slots.take("a"))
    }),
    { numRuns: 100 },
  )
})
