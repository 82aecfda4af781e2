/**
 * Orders and answers that travel in files survive a crash at every step: each order leaves in one
 * file, each answer is booked once.
 */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { TestClock } from "../../src/clock.ts"
import { testClock } from "../../src/clock.ts"
import type { Database } from "../../src/db/database.ts"
import { testDatabase } from "../support/database.ts"
import {
  Died,
  type Folder,
  fileOf,
  openStation,
  orderLine,
  type Station,
  testFolder,
} from "../support/exchange.ts"

/** Longer than any lease. */
const TAKEN_OVER_MS = 61_000

type Charge = { readonly id: string; readonly paymentId: string }
type World = { readonly database: Database; readonly folder: Folder; readonly clock: TestClock }

async function world(context: Parameters<typeof testDatabase>[0]): Promise<World> {
  const { database } = await testDatabase(context)
  return { database, folder: await testFolder(context), clock: testClock() }
}

const station = ({ database, folder, clock }: World) => openStation(database, folder, { clock })

/** Runs a pass until it would do step `at`, and there dies; answers whether it came that far. */
async function dieAt(victim: Station, at: number): Promise<boolean> {
  let died = false
  let left = at
  victim.steps.hook = async () => {
    left -= 1
    if (left > 0 && !died) return
    died = true
    throw new Died("dead")
  }
  await victim.core.pass().catch((error: unknown) => {
    if (!died) throw error
  })
  await victim.drop()
  return died
}

async function assertSent(world: World, by: Station, charges: readonly Charge[]): Promise<void> {
  const orders = await world.folder.orders()
  for (const charge of charges) {
    assert.equal(orders.filter((id) => id === charge.id).length, 1, "it stands in one file")
    assert.equal(await by.states(charge), "processing unknown")
  }
  assert.deepEqual(await by.core.books.verify(), [])
}

/** Each money that moved for a payment. */
async function movesOf({ database }: World, { paymentId }: Charge): Promise<string[]> {
  const { rows } = await database.query<{ kind: string }>(
    "select kind from transfers where payment_id = $1 order by kind",
    [paymentId],
  )
  return rows.map(({ kind }) => kind)
}

test("a core that dies at any step of sending sends each order once", async (context) => {
  const here = await world(context)
  const { clock, folder } = here
  let charges: Charge[] = []
  for (let at = 1; ; at += 1) {
    const victim = await station(here)
    charges = await victim.charges(3)
    const died = await dieAt(victim, at)
    clock.advance(TAKEN_OVER_MS)
    const next = await station(here)
    await next.core.pass()
    await next.core.pass()
    await assertSent(here, next, charges)
    await next.drop()
    clock.advance(TAKEN_OVER_MS)
    if (!died) {
      assert.ok(at > 15, `only ${at} steps`)
      break
    }
  }
  // What was written and not sent doesn't lie about.
  assert.deepEqual(await folder.names("work"), [])
})

test("a core that dies at any step of reading books each answer once", async (context) => {
  const here = await world(context)
  const { clock, folder, database } = here
  for (let at = 1; ; at += 1) {
    const victim = await station(here)
    const charges = await victim.charges(3)
    await victim.core.pass()
    const [good, bad, back] = charges as [Charge, Charge, Charge]
    const said = fileOf(
      orderLine(back.id, "return", { reason: "other" }),
      orderLine(good.id, "credit"),
      orderLine(bad.id, "rejected", { reason: "not_enough_funds" }),
      orderLine(back.id, "credit"),
    )
    await folder.deliver("answer", said)
    await folder.deliver("repeated", said)
    const died = await dieAt(victim, at)
    clock.advance(TAKEN_OVER_MS)
    const next = await station(here)
    for (let passes = 0; passes < 3; passes += 1) await next.core.pass()
    assert.equal(await next.states(good), "approved settled")
    assert.equal(await next.states(bad), "declined declined")
    assert.equal(await next.states(back), "returned returned")
    assert.deepEqual(await movesOf(here, good), ["charge.approved", "charge.settled"])
    assert.deepEqual(await movesOf(here, bad), [])
    assert.deepEqual(await movesOf(here, back), [
      "charge.approved",
      "charge.returned",
      "charge.returned.settled",
      "charge.settled",
    ])
    const { rows } = await database.query<{ outcome: string }>(
      "select l.outcome from bank_lines l where l.attempt_id = any($1::uuid[])",
      [charges.map(({ id }) => id)],
    )
    assert.deepEqual(
      rows.map(({ outcome }) => outcome),
      ["booked", "booked", "booked", "booked"],
    )
    assert.deepEqual(await folder.names("in"), [])
    assert.deepEqual(await next.core.books.verify(), [])
    await next.drop()
    clock.advance(TAKEN_OVER_MS)
    if (!died) {
      assert.ok(at > 25, `only ${at} steps`)
      break
    }
  }
})

test("of two cores at once one works, and each order still leaves once", async (context) => {
  const here = await world(context)
  const one = await station(here)
  const two = await station(here)
  const charges = await one.charges(20)
  await Promise.all([one.core.pass(), two.core.pass()])
  await assertSent(here, one, charges)
  const said = fileOf(...charges.map(({ id }) => orderLine(id, "credit")))
  await here.folder.deliver("a", said)
  await Promise.all([one.core.pass(), two.core.pass()])
  await Promise.all([one.core.pass(), two.core.pass()])
  for (const charge of charges) {
    assert.equal(await one.states(charge), "approved settled")
    assert.deepEqual(await movesOf(here, charge), ["charge.approved", "charge.settled"])
  }
})

test("a core that lost its lease at any step does nothing again", async (context) => {
  const here = await world(context)
  const { clock, folder } = here
  for (let at = 1; ; at += 1) {
    const sleeper = await station(here)
    const sent = await sleeper.charges(2)
    await sleeper.core.pass()
    const charges = await sleeper.charges(2)
    await folder.deliver("a", fileOf(...sent.map(({ id }) => orderLine(id, "credit"))))
    let left = at
    let slept = false
    sleeper.steps.hook = async (name) => {
      // With a batch open it holds rows: the other would wait until the server ends that batch.
      if (name === "before a commit") return
      left -= 1
      if (left > 0 || slept) return
      slept = true
      clock.advance(TAKEN_OVER_MS)
      const other = await station(here)
      await other.core.pass()
      await other.core.pass()
      await other.drop()
    }
    await sleeper.core.pass()
    sleeper.steps.hook = null
    clock.advance(TAKEN_OVER_MS)
    await sleeper.core.pass()
    await assertSent(here, sleeper, charges)
    for (const charge of sent) {
      assert.equal(await sleeper.states(charge), "approved settled")
      assert.deepEqual(await movesOf(here, charge), ["charge.approved", "charge.settled"])
    }
    assert.deepEqual(sleeper.faults, [])
    await sleeper.drop()
    clock.advance(TAKEN_OVER_MS)
    if (!slept) {
      assert.ok(at > 30, `only ${at} steps`)
      break
    }
  }
  assert.deepEqual(await folder.names("work"), [])
})

for (const at of ["before write", "after write"]) {
  test(`a core that lost its lease ${at} touches no part of another`, async (context) => {
    const here = await world(context)
    const sleeper = await station(here)
    const charges = await sleeper.charges(2)
    sleeper.steps.hook = async (name) => {
      if (name !== at) return
      sleeper.steps.hook = null
      here.clock.advance(TAKEN_OVER_MS)
      const other = await station(here)
      let isDead = false
      other.steps.hook = async (step) => {
        isDead ||= step === "before send"
        if (isDead) throw new Died("dead")
      }
      await assert.rejects(other.core.pass(), Died)
      await other.drop()
    }
    await sleeper.core.pass()
    assert.equal((await here.folder.names("work")).length, 1)
    here.clock.advance(TAKEN_OVER_MS)
    const last = await station(here)
    await last.core.pass()
    await assertSent(here, last, charges)
  })
}
