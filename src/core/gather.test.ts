/** Questions that are asked together: who waits for whom, and who fails with whom. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { gather } from "./gather.ts"

/** A source that answers when it is told to, and remembers what it was asked. */
function source() {
  const asked: (readonly number[])[] = []
  const open: (() => void)[] = []
  const find = gather(async (keys: readonly number[]) => {
    asked.push(keys)
    await new Promise<void>((resolve) => open.push(resolve))
    if (keys.includes(13)) throw new Error("thirteen")
    return keys.map((key) => key * 10)
  })
  /** Answers all questions, and those that follow from their answers. */
  const answerAll = async () => {
    while (open.length > 0) {
      open.shift()!()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { asked, find, answerAll }
}

test("the first two leave at once, the others together as soon as one is answered", async () => {
  const { asked, find, answerAll } = source()
  const all = Promise.all([1, 2, 3, 4, 5].map(find))
  assert.deepEqual(asked, [[1], [2]])
  await answerAll()
  assert.deepEqual(await all, [10, 20, 30, 40, 50])
  assert.deepEqual(asked, [[1], [2], [3, 4, 5]])
})

test("a key that fails fails alone, and the next questions are asked as before", async () => {
  const { find, answerAll } = source()
  const all = Promise.allSettled([1, 2, 3, 13, 5].map(find))
  await answerAll()
  assert.deepEqual(
    (await all).map((each) => (each.status === "fulfilled" ? each.value : each.reason.message)),
    [10, 20, 30, "thirteen", 50],
  )
  const next = find(7)
  await answerAll()
  assert.equal(await next, 70)
})

test("no question is longer than its limit", async () => {
  const { asked, find, answerAll } = source()
  const all = Promise.all(Array.from({ length: 1_200 }, (_, at) => find(at + 100)))
  await answerAll()
  assert.equal((await all).length, 1_200)
  assert.ok(asked.every(({ length }) => length <= 500))
  assert.equal(asked.flat().length, 1_200)
})
