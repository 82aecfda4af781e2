/** The lists of Palomma Direct Debit: order, pages, cursors, filters, and whose they are. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import {
  account,
  assertMessage,
  demoClient,
  idsOf,
  NOBODY,
  newMerchant,
  PERSON,
} from "../support/direct-debit.ts"
import { startGateway } from "../support/gateway.ts"

const gateway = await startGateway({ after })
const client = demoClient(gateway)
const { call, make, newCustomer, newMethod, past } = client

const LISTS = ["/customers", "/paymentMethods", "/paymentRequests"] as const

test("customers come newest first, 20 in a page unless asked otherwise", async () => {
  const { make: create, get } = await newMerchant(gateway, "Lists")
  const ids: string[] = []
  for (let at = 0; at < 25; at += 1) {
    ids.unshift((await create("/customers", { ...PERSON, name: `Customer ${at}` })).id)
  }
  const first = await get("/customers")
  assert.deepEqual(Object.keys(first.body), ["items", "cursor", "count"])
  assert.deepEqual([idsOf(first), first.body.count], [ids.slice(0, 20), 20])
  const rest = await get(`/customers?cursor=${first.body.cursor}`)
  assert.deepEqual([idsOf(rest), rest.body.cursor, rest.body.count], [ids.slice(20), null, 5])
  const rows: [query: string, count: number, more: boolean][] = [
    ["limit=1", 1, true],
    ["limit=24", 24, true],
    ["limit=25", 25, false],
    ["limit=100", 25, false],
    ["limit=25&unknown=1", 25, false],
  ]
  for (const [query, count, more] of rows) {
    const page = await get(`/customers?${query}`)
    assert.deepEqual(idsOf(page), ids.slice(0, count), query)
    assert.deepEqual([page.body.count, page.body.cursor !== null], [count, more], query)
  }
})

/** Reads a list to its end by its cursors. */
async function walk(get: typeof client.get, path: string, limit: number): Promise<string[]> {
  const ids: string[] = []
  for (let cursor = ""; ; ) {
    const page = await get(`${path}${path.includes("?") ? "&" : "?"}limit=${limit}${cursor}`)
    assert.equal(page.status, 200, JSON.stringify(page.body))
    assert.equal(page.body.count, page.body.items.length)
    ids.push(...idsOf(page))
    assert.equal(new Set(ids).size, ids.length, `${path} comes round again`)
    if (page.body.cursor === null) return ids
    assert.equal(page.body.count, limit)
    cursor = `&cursor=${page.body.cursor}`
  }
}

test("cursors lead through each list once, also with a filter, and while it grows", async () => {
  const { make: create, newMethod: method, get } = await newMerchant(gateway, "Walks")
  const made: Record<(typeof LISTS)[number], string[]> = {
    "/customers": [],
    "/paymentMethods": [],
    "/paymentRequests": [],
  }
  for (let at = 0; at < 5; at += 1) {
    const { id } = await create("/customers", PERSON)
    // Every other one waits for its owner for ever.
    const waits = { customerId: id, type: "bancolombiaInstant" }
    const methodId = await method(account(id, "123456709"))
    const waiting = at % 2 === 0 ? [(await create("/paymentMethods", waits)).id] : []
    const charge = { paymentMethodId: methodId, amount: 5 }
    made["/customers"].unshift(id)
    made["/paymentMethods"].unshift(...waiting, methodId)
    made["/paymentRequests"].unshift((await create("/paymentRequests", charge)).id)
  }
  for (const path of LISTS) {
    for (const limit of [1, 2, 3]) assert.deepEqual(await walk(get, path, limit), made[path], path)
  }
  const active = await walk(get, "/paymentMethods?status=active", 2)
  const pending = await walk(get, "/paymentMethods?status=pending", 2)
  assert.deepEqual([active.length, pending.length], [5, 3])
  assert.deepEqual(new Set([...active, ...pending]), new Set(made["/paymentMethods"]))

  const first = await get("/customers?limit=2")
  await create("/customers", PERSON)
  const second = await get(`/customers?limit=2&cursor=${first.body.cursor}`)
  const third = await get(`/customers?limit=2&cursor=${second.body.cursor}`)
  assert.deepEqual([first, second, third].flatMap(idsOf), made["/customers"])
  assert.equal(third.body.cursor, null)
})

test("limits, cursors and filters that are none are refused by their names", async () => {
  const { cursor } = (await call("GET", "/customers?limit=1")).body
  const id = await newCustomer()
  const limits = ["0", "101", "-1", "1.5", "", "1&limit=2", "1e1", "0x10", "ten", "%2B1"]
  const cursors = ["", "x", id, NOBODY, `${cursor}A`, `${cursor}=`, "%F0%9F%A6%A9", "A&cursor=A"]
  const rows: [query: string, said: string, paths: readonly string[]][] = [
    ...limits.map((limit): (typeof rows)[number] => [
      `limit=${limit}`,
      "limit: must be a whole number from 1 to 100",
      LISTS,
    ]),
    ...cursors.map((each): (typeof rows)[number] => [
      `cursor=${each}`,
      "cursor: must be the cursor of a page",
      LISTS,
    ]),
    ["status=approved", "status: must be one of pending, active, error", ["/paymentMethods"]],
    ["status=", "status: must be one of pending, active, error", ["/paymentMethods"]],
    [
      "status=active",
      "status: must be one of pending, processing, approved, error",
      ["/paymentRequests"],
    ],
    ["customerId=", "customerId: must be an id", ["/paymentMethods", "/paymentRequests"]],
  ]
  for (const [query, said, paths] of rows) {
    for (const path of paths) {
      const answer = await call("GET", `${path}?${query}`)
      assertMessage(answer, 400, `${path}?${query}`)
      assert.equal(answer.body.message, said, `${path}?${query}`)
    }
  }
})

test("a cursor of another list or merchant shows nothing but what its bearer owns", async () => {
  const theirs = await newMerchant(gateway, "Bearer")
  const before = await theirs.newCustomer()
  const paymentMethodId = await newMethod(account(await newCustomer()))
  await make("/paymentRequests", { paymentMethodId, amount: 5 })
  await newCustomer()
  const after = await theirs.newCustomer()
  for (const path of LISTS) {
    const { cursor } = (await call("GET", "/customers?limit=1")).body
    assert.equal(typeof cursor, "string")
    const page = await theirs.get(`${path}?cursor=${cursor}`)
    assert.deepEqual(idsOf(page), path === "/customers" ? [before] : [], path)
  }
  assert.deepEqual(idsOf(await theirs.get("/customers")), [after, before])
})

test("lists are filtered by status and customer, and hold what a read answers", async () => {
  const [one, two] = [await newCustomer(), await newCustomer()]
  const active = await newMethod(account(one))
  const failed = await newMethod(account(one, "123456702"))
  const poor = await newMethod(account(one, "123456701"))
  const other = await newMethod(account(two, "123456709"))
  const instant = { customerId: two, type: "bancolombiaInstant" }
  const waiting = (await make("/paymentMethods", instant)).id
  const [charged, refused, slow] = await Promise.all(
    [active, poor, other].map(async (paymentMethodId) => {
      const { id } = await make("/paymentRequests", { paymentMethodId, amount: 5 })
      await past(`/paymentRequests/${id}`, ["pending"])
      return id
    }),
  )

  const rows: [query: string, ids: string[]][] = [
    [`/paymentMethods?customerId=${one}`, [poor, failed, active]],
    [`/paymentMethods?customerId=${one}&status=error`, [failed]],
    [`/paymentMethods?customerId=${two}&status=pending`, [waiting]],
    [`/paymentMethods?customerId=${two}&status=active`, [other]],
    [`/paymentMethods?customerId=${two.toUpperCase()}&status=error`, []],
    [`/paymentRequests?customerId=${one}&status=approved`, [charged]],
    [`/paymentRequests?customerId=${one}&status=error`, [refused]],
    [`/paymentRequests?customerId=${one}&status=pending`, []],
    [`/paymentRequests?customerId=${two}`, [slow]],
    [`/paymentRequests?customerId=${two}&status=processing`, [slow]],
    [`/paymentRequests?customerId=${NOBODY}`, []],
    ["/paymentRequests?customerId=nobody", []],
  ]
  for (const [query, ids] of rows) {
    const page = await call("GET", query)
    assert.deepEqual(idsOf(page), ids, query)
    for (const item of page.body.items) {
      const path = `${query.split("?")[0]}/${item.id}`
      assert.deepEqual((await call("GET", path)).body, item, path)
    }
  }
})
