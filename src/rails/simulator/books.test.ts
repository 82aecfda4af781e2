/** The simulated world remembers, whoever asks and whatever was killed in between. */
import assert from "node:assert/strict"
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { makeIds, testClock } from "../../clock.ts"
import { type BookParts, openBooks } from "./books.ts"
import type { Fate } from "./magic.ts"

const SETTLED: Fate = { answer: "settled", steps: [{ afterMs: 0, kind: "settled" }] }
const WAITING: Fate = { answer: "accepted", steps: [] }

function world(t: TestContext) {
  const dir = mkdtempSync(join(tmpdir(), "caudal-books-"))
  t.after(() => rmSync(dir, { recursive: true }))
  const clock = testClock()
  const ids = makeIds(clock)
  const open = (more: Partial<BookParts> = {}) => openBooks({ clock, ids, dir, ...more })
  const order = (attemptId: string) => ({ attemptId, begunAt: clock.now() })
  return { dir, clock, open, order, path: join(dir, "simulator-books.jsonl") }
}

test("what was written is there for the next process, and for others at once", (t) => {
  const { open, order } = world(t)
  const [one, other] = [open(), open()]
  one.add({ attemptId: "a", ask: SETTLED, first: true })
  assert.equal(other.find([order("a")]).size, 1)
  other.add({ attemptId: "a", ask: SETTLED, first: true })
  for (const books of [one, other, open()]) {
    assert.equal(books.find([order("a")]).get("a")?.lines.length, 2)
    assert.equal(books.moved("a"), 2)
    assert.equal(books.moved("b"), 0)
    assert.deepEqual(
      books.all().map((entry) => entry.attemptId),
      ["a"],
    )
  }
})

test("without a folder the books live in memory", (t) => {
  const { open, order } = world(t)
  const books = open({ dir: null })
  books.add({ attemptId: "a", ask: SETTLED, first: true })
  assert.equal(books.moved("a"), 1)
  assert.equal(books.find([order("a"), order("b")]).size, 1)
  assert.equal(open({ dir: null }).moved("a"), 0)
})

test("a line that a crash cut short hides neither those before nor those after it", (t) => {
  const { open, path } = world(t)
  open().add({ attemptId: "a", ask: SETTLED, first: true })
  appendFileSync(path, '{"attemptId":"b","id":"x","a')
  const books = open()
  books.add({ attemptId: "c", ask: SETTLED, first: true })
  assert.deepEqual(
    books.all().map((entry) => entry.attemptId),
    ["a", "c"],
  )
})

test("an order that left memory is found in the file, whole", (t) => {
  const { open, order, clock } = world(t)
  const books = open({ rememberedMax: 2 })
  const orders = ["a", "b", "c", "d"].map((id) => {
    clock.advance(100_000)
    const asked = order(id)
    books.add({ attemptId: id, ask: WAITING, first: true })
    return asked
  })
  assert.equal(books.find(orders).size, 4)
  books.add({ attemptId: "a", told: { outcome: "approved", reason: null }, first: false })
  assert.equal(books.find(orders).get("a")?.lines.length, 2)
  assert.equal(books.find([order("e")]).size, 0)
})

test("a file that grew too big is set aside, and nothing in it is lost", (t) => {
  const { open, order, path, dir, clock } = world(t)
  const old = open()
  old.add({ attemptId: "over", ask: SETTLED, first: true })
  old.add({ attemptId: "waits", ask: WAITING, first: true })
  const orders = [order("over"), order("waits")]
  const fresh = open({ rotateBytes: 10 })
  assert.doesNotMatch(readFileSync(path, "utf8"), /over/)
  assert.match(readFileSync(path, "utf8"), /waits/)
  // The process that had the old file open goes on in the new one.
  old.add({ attemptId: "later", ask: SETTLED, first: true })
  clock.advance(1_000)
  for (const books of [fresh, old, open()]) {
    assert.equal(books.find([...orders, order("later")]).size, 3)
    assert.equal(books.moved("over"), 1)
    assert.equal(books.find(orders).get("waits")?.lines.length, 1)
  }
  // Set aside once more: what still waits is carried along.
  open({ rotateBytes: 10 })
  assert.equal(open().find(orders).has("waits"), true)
  assert.equal(statSync(join(dir, "simulator-books.1.jsonl")).mode & 0o077, 0)
})
