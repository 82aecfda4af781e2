/** Limits that nodes count together: how exact, at what cost, and what is kept of whom. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { testClock } from "../../src/clock.ts"
import { addressName } from "../../src/core/limits/address.ts"
import type { Patience, Suspect } from "../../src/core/limits/failures.ts"
import { makeLimits } from "../../src/core/limits/limits.ts"
import { makeTally } from "../../src/core/limits/tally.ts"
import { masterKey, openKeyring } from "../../src/core/seal.ts"
import { testDatabase } from "../support/database.ts"

const { database } = await testDatabase({ after })
const bytes = { bytes: (count: number) => Buffer.alloc(count, 5) }
const [OLD, NEW] = [masterKey(Buffer.alloc(32, 1)), masterKey(Buffer.alloc(32, 2))]

/** So many nodes on the one database, with one clock that only the test moves. */
function nodes(count: number) {
  const clock = testClock()
  let trips = 0
  const counted: Pick<typeof database, "query"> = {
    query: (text, params) => {
      trips += 1
      return database.query(text, params)
    },
  }
  const keyring = openKeyring(bytes, { current: OLD })
  const made = Array.from({ length: count }, () =>
    makeLimits({ database: counted, clock, keyring }),
  )
  return { clock, made, trips: () => trips }
}

test("one node counts exactly, tells how it stands, and begins anew after a minute", async () => {
  const { clock, made } = nodes(1)
  const standing = async () => {
    const { limit, remaining, resetS, over } = await made[0]!.count("exact", 3)
    return [limit, remaining, resetS, over]
  }
  assert.deepEqual(await standing(), [3, 2, 60, false])
  clock.advance(30_500)
  assert.deepEqual(await standing(), [3, 1, 30, false])
  assert.deepEqual(await standing(), [3, 0, 30, false])
  assert.deepEqual(await standing(), [3, 0, 30, true])
  clock.advance(29_499)
  assert.deepEqual(await standing(), [3, 0, 1, true])
  clock.advance(1)
  assert.deepEqual(await standing(), [3, 2, 60, false])
})

test("what strangers do is counted by each node alone, without the database", () => {
  const { clock, made, trips } = nodes(2)
  const use = (node: number) => {
    const { limit, remaining, resetS, over } = made[node]!.countHere("stranger", 2)
    return [limit, remaining, resetS, over]
  }
  assert.deepEqual(use(0), [2, 1, 60, false])
  clock.advance(30_500)
  assert.deepEqual(use(0), [2, 0, 30, false])
  assert.deepEqual(use(0), [2, 0, 30, true])
  assert.deepEqual(use(1), [2, 1, 60, false])
  clock.advance(29_499)
  assert.deepEqual(use(0), [2, 0, 1, true])
  clock.advance(1)
  assert.deepEqual(use(0), [2, 1, 60, false])
  assert.equal(trips(), 0)
})

test("of too many strangers the one whose minute began first is forgotten", () => {
  const clock = testClock()
  const tally = makeTally(clock, 2)
  const leftOf = (name: string) => tally(name, 9).remaining
  assert.deepEqual(["first", "second", "first"].map(leftOf), [8, 8, 7])
  clock.advance(60_000)
  // Begun anew: by now the second began first.
  assert.deepEqual(["first", "third", "first", "second"].map(leftOf), [8, 8, 7, 8])
})

test("a limit that was changed counts at once, in both directions", async () => {
  const { made } = nodes(1)
  for (let use = 0; use < 5; use += 1) await made[0]!.count("changed", 5)
  const at = async (limit: number) => {
    const { remaining, over } = await made[0]!.count("changed", limit)
    return [remaining, over]
  }
  assert.deepEqual(await at(2), [0, true])
  assert.deepEqual(await at(10), [4, false])
})

const SHARED: [nodes: number, limit: number, together: boolean, most: number, trips: number][] = [
  // Few uses are told one by one: nobody is let through who shouldn't be.
  [2, 8, false, 8, 12],
  [2, 8, true, 8, 12],
  [3, 33, true, 33, 60],
  // Many are told in blocks: each other node may let a block through that it has not told.
  [2, 6_000, false, 6_000 + 6_000 / 32, 700],
  [4, 6_000, true, 6_000 + (3 * 6_000) / 32, 1_400],
]
for (const [count, limit, together, most, trips] of SHARED) {
  const how = together ? "at the same moment" : "in turn"
  test(`${count} nodes that are asked ${how} let ${limit} through, or up to ${most}`, async () => {
    const play = nodes(count)
    const name = `shared ${count} ${limit} ${how}`
    const ask = (at: number) => play.made[at % count]!.count(name, limit)
    const asked = Array.from({ length: Math.ceil(limit * 1.2) + 20 }, (_, at) => at)
    const answers = together ? await Promise.all(asked.map(ask)) : []
    if (!together) for (const at of asked) answers.push(await ask(at))
    const through = answers.filter(({ over }) => !over).length
    assert.ok(through >= limit && through <= most, `${through} were let through`)
    assert.ok(play.trips() <= trips, `${play.trips()} round trips`)
  })
}

test("no name uses up what is another's", async () => {
  const { made } = nodes(2)
  assert.equal((await made[0]!.count("mine", 1)).over, false)
  assert.equal((await made[1]!.count("mine", 1)).over, true)
  assert.equal((await made[1]!.count("yours", 1)).over, false)
})

test("a node that was started anew goes on where the others stand", async () => {
  const first = nodes(1)
  for (let use = 0; use < 2; use += 1) await first.made[0]!.count("restarted", 3)
  const second = nodes(1)
  second.clock.advance(10_000)
  const { remaining, resetS } = await second.made[0]!.count("restarted", 3)
  assert.deepEqual([remaining, resetS], [0, 50])
})

test("without a database a node counts alone, and refuses what it knows", async () => {
  const away = { query: () => Promise.reject(new Error("the database is away")) }
  const keyring = openKeyring(bytes, { current: OLD })
  const { count } = makeLimits({ database: away, clock: testClock(), keyring })
  const overs = []
  for (let use = 0; use < 4; use += 1) overs.push((await count("alone", 3)).over)
  assert.deepEqual(overs, [false, false, false, true])
})

test("nodes whose current master keys differ count under the same name", async () => {
  const { clock } = nodes(1)
  const before = openKeyring(bytes, { current: OLD, older: [NEW] })
  const after = openKeyring(bytes, { current: NEW, older: [OLD] })
  const of = (keyring: typeof before) => makeLimits({ database, clock, keyring })
  assert.equal((await of(before).count("rotated", 1)).over, false)
  assert.equal((await of(after).count("rotated", 1)).over, true)
})

const STOPS: Patience = { free: 2, most: 8, stops: true, wearOffMs: 1_000 }
const SLOWS: Patience = { ...STOPS, stops: false }
const suspect = (name: string, patience = STOPS): Suspect[] => [{ name, patience }]

const WAITS: [patience: Patience, waits: (number | null)[]][] = [
  [STOPS, [0, 0, 0, 100, 200, 400, 800, 1_600, null, null]],
  [SLOWS, [0, 0, 0, 100, 200, 400, 800, 1_600, 3_000, 3_000]],
]
for (const [patience, expected] of WAITS) {
  const then = patience.stops ? "stopped" : "no slower"
  test(`failures are free at first, then ever slower, then ${then}, on every node`, async () => {
    const { made } = nodes(2)
    const name = suspect(`guesser ${then}`, patience)
    const waits: (number | null)[] = []
    for (let failures = 0; failures < expected.length; failures += 1) {
      waits.push(await made[failures % 2]!.failures.waitMs(name))
      await made[(failures + 1) % 2]!.failures.failed(name)
    }
    assert.deepEqual(waits, expected)
    assert.equal(await made[0]!.failures.waitMs(suspect("somebody else")), 0)
  })
}

test("failures wear off one by one, and more than count for most are not kept", async () => {
  const { clock, made } = nodes(2)
  const name = suspect("tired")
  const failed = () => made[0]!.failures.failed(name)
  for (let failures = 0; failures < 20; failures += 1) await failed()
  assert.equal(await made[1]!.failures.waitMs(name), null)
  clock.advance(1_000)
  assert.equal(await made[1]!.failures.waitMs(name), 1_600)
  clock.advance(5_000)
  assert.equal(await made[1]!.failures.waitMs(name), 0)
})

test("who was right starts anew, and the longest wait of several counts", async () => {
  const { made } = nodes(1)
  const { failures } = made[0]!
  const both = [...suspect("one"), ...suspect("other")]
  for (let count = 0; count < 4; count += 1) await failures.failed(suspect("one"))
  await failures.failed(both)
  assert.equal(await failures.waitMs(both), 400)
  await failures.succeeded(suspect("one"))
  assert.equal(await failures.waitMs(both), 0)
})

test("the database holds neither an address nor a user's name", async () => {
  const { made } = nodes(1)
  const address = addressName("203.0.113.77")
  await made[0]!.count(`wrong|${address}`, 5)
  await made[0]!.failures.failed(suspect(`login|${address}|acme.user`))
  const { rows } = await database.query<{ key: string }>("select key from limits")
  for (const { key } of rows) assert.match(key, /^[\w-]{43}$/)
})
