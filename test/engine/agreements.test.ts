/** What was agreed with a merchant counts from the next command on, whoever changed it. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import { isRefusal } from "../../src/core/index.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

type Test = Awaited<ReturnType<typeof testCore>>

/** Each is done on another node than the one that decides, between two of its commands. */
const CHANGES: readonly {
  readonly what: string
  readonly change: (other: Test) => Promise<unknown>
  /** What the event of the next payment is told to. */
  readonly told: number
}[] = [
  {
    what: "an endpoint that was added",
    change: ({ core, merchantId }) =>
      core.merchants.addEndpoint({ merchantId, dialect: "caudal", url: "http://127.0.0.1:9/" }),
    told: 1,
  },
  {
    what: "an endpoint that was switched off",
    change: async ({ core, merchantId, clock }) => {
      const [endpoint] = await core.merchants.endpoints(merchantId)
      const why = { at: clock.now(), reason: "switched off" }
      return core.merchants.disableEndpoint(merchantId, endpoint!.id, why)
    },
    told: 0,
  },
]

test("what another node changed is heard of by the next command", async (context) => {
  const { database } = await testDatabase(context)
  const [one, other] = [await testCore(database), await testCore(database)]
  const create = async () => {
    const command = one.payment()
    assert.ok(!isRefusal(await one.core.engine.submit(createPayment, command)))
    const { rows } = await database.query<{ n: number }>(
      `select count(*)::int as n from deliveries d join events e on e.id = d.event_id
where e.subject_id = $1`,
      [command.id],
    )
    return rows[0]!.n
  }
  assert.equal(await create(), 0)
  for (const { change, told, what } of CHANGES) {
    await change(other)
    assert.equal(await create(), told, what)
    assert.equal(await create(), told, what)
  }
})

test("a fee that was changed counts for the next approval", async (context) => {
  const { database } = await testDatabase(context)
  const { core, merchantId, payment } = await testCore(database)
  const merchant = (await core.merchants.find(merchantId))!
  const approve = async () => {
    const { id: _id, merchantId: _merchant, attempt: _attempt, ...spec } = payment()
    const way = { method: "bank", target: {} } as const
    const created = await core.pay.create({ ...spec, merchant, way })
    assert.ok(!isRefusal(created))
    const { fee } = await core.pay.settled(created.payment, 5_000)
    return fee
  }
  assert.equal(await approve(), 0n)
  await database.query(
    `update terms set settings = settings || '{"feeFixed": "300"}' where merchant_id = $1`,
    [merchantId],
  )
  assert.equal(await approve(), 300n)
})

test("without terms, native endpoints hear everything and a vendor's nothing", async (context) => {
  const { database } = await testDatabase(context)
  const { core, faults, payment } = await testCore(database)
  const { id: merchantId } = await core.merchants.add({ name: "Not agreed" })
  for (const dialect of ["caudal", "tapila"] as const) {
    await core.merchants.addEndpoint({ merchantId, dialect, url: `http://127.0.0.1:9/${dialect}` })
  }
  // The first is loaded, the second decided by what is remembered of the merchant.
  for (const dialect of ["caudal", "tapila", "caudal", "tapila"] as const) {
    const command = payment({ merchantId, dialect })
    assert.ok(!isRefusal(await core.engine.submit(createPayment, command)))
    const { rows } = await database.query(
      `select t.dialect from deliveries d join events e on e.id = d.event_id
join endpoints t on t.id = d.endpoint_id where e.subject_id = $1`,
      [command.id],
    )
    assert.deepEqual(rows, [{ dialect: "caudal" }], `a payment of ${dialect}`)
  }
  assert.deepEqual(faults, [])
})
