/** What becomes of each line of a bank's files: booked once, or kept with why it wasn't. */
import assert from "node:assert/strict"
import { rm } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import type { BankLine, Said, Saying } from "../../src/core/index.ts"
import type { Database } from "../../src/db/database.ts"
import { testDatabase } from "../support/database.ts"
import {
  type ExchangeOptions,
  fileOf,
  openStation,
  orderLine,
  SLOT,
  testFolder,
} from "../support/exchange.ts"

type Charge = { readonly id: string; readonly paymentId: string }

async function world(context: Parameters<typeof testDatabase>[0], options: ExchangeOptions = {}) {
  const { database } = await testDatabase(context)
  const folder = await testFolder(context)
  const station = await openStation(database, folder, options)
  let made = 0
  return {
    database,
    folder,
    ...station,
    /** Charges that the bank has. */
    async sent(count: number): Promise<Charge[]> {
      const charges = await station.charges(count)
      await station.core.pass()
      return charges
    },
    /** Delivers one file with these lines, lets it be dealt with, and answers their outcomes. */
    async tell(...lines: Line[]): Promise<string[]> {
      made += 1
      await folder.deliver(`file ${made}`, fileOf(...lines))
      await station.core.pass()
      return outcomesOf(database, lines)
    },
  }
}

type Line = ReturnType<typeof orderLine>

/** In the order of the lines. */
async function outcomesOf(database: Database, lines: readonly Line[]): Promise<string[]> {
  const { rows } = await database.query<{ fingerprint: string; outcome: string }>(
    "select l.fingerprint, l.outcome from bank_lines l",
  )
  const outcomes = new Map(rows.map(({ fingerprint, outcome }) => [fingerprint, outcome]))
  return lines.map(({ fingerprint }) => outcomes.get(fingerprint) ?? "not kept")
}

async function filesOf(database: Database): Promise<string[]> {
  const { rows } = await database.query<{ state: string; repeats: number; lines: number }>(
    "select f.state, f.repeats, f.lines from bank_files f where f.direction = 'in' order by f.id",
  )
  return rows.map(({ state, repeats, lines }) => `${state} ${lines} lines ${repeats} repeats`)
}

const notified = { source: "notification" } as const

/** What is said of one order, one file after the other, and what each comes to. */
const STORIES: readonly [
  story: string,
  said: readonly [says: Saying, outcome: string, over?: Partial<BankLine>][],
  end: string,
][] = [
  ["accepted", [["accepted", "booked"]], "processing open"],
  ["approved", [["approved", "booked"]], "approved approved"],
  ["collected", [["credit", "booked"]], "approved settled"],
  [
    "approved and collected",
    [
      ["approved", "booked"],
      ["credit", "booked"],
    ],
    "approved settled",
  ],
  ["rejected", [["rejected", "booked"]], "declined declined"],
  [
    "approved after all not",
    [
      ["approved", "booked"],
      ["rejected", "booked"],
    ],
    "returned returned",
  ],
  [
    "collected and returned",
    [
      ["credit", "booked"],
      ["return", "booked"],
    ],
    "returned returned",
  ],
  [
    "debited is returned",
    [
      ["credit", "booked"],
      ["debit", "booked"],
    ],
    "returned returned",
  ],
  [
    "returned before it came",
    [
      ["return", "waiting"],
      ["credit", "booked"],
    ],
    "returned returned",
  ],
  ["returned and never came", [["return", "waiting"]], "processing unknown"],
  [
    "collected by two sources",
    [
      ["credit", "booked", notified],
      ["credit", "known"],
    ],
    "approved settled",
  ],
  [
    "collected twice",
    [
      ["credit", "booked"],
      ["credit", "surplus"],
    ],
    "approved settled",
  ],
  [
    "returned twice",
    [
      ["credit", "booked"],
      ["return", "booked"],
      ["debit", "surplus"],
    ],
    "returned returned",
  ],
  [
    "rejected after it came",
    [
      ["credit", "booked"],
      ["rejected", "contradiction"],
    ],
    "approved settled",
  ],
  [
    "came after a no",
    [
      ["rejected", "booked"],
      ["credit", "booked"],
    ],
    "declined settled",
  ],
  [
    "a yes after a no",
    [
      ["rejected", "booked"],
      ["approved", "contradiction"],
    ],
    "declined declined",
  ],
  [
    "came after a yes was taken back",
    [
      ["approved", "booked"],
      ["rejected", "booked"],
      ["credit", "contradiction"],
    ],
    "returned returned",
  ],
  [
    "accepted late",
    [
      ["credit", "booked"],
      ["accepted", "known"],
    ],
    "approved settled",
  ],
  [
    "told twice",
    [
      ["accepted", "booked"],
      ["accepted", "known"],
    ],
    "processing open",
  ],
  ["another amount", [["credit", "mismatch", { amount: 9_999n }]], "processing unknown"],
  ["another asset", [["credit", "mismatch", { asset: "USD" }]], "processing unknown"],
  [
    "another amount, then the right one",
    [
      ["credit", "mismatch", { amount: 1n }],
      ["credit", "booked"],
    ],
    "approved settled",
  ],
  ["no amount", [["rejected", "booked", { amount: null, asset: null }]], "declined declined"],
  [
    "nothing",
    [
      ["nothing", "noted"],
      ["malformed", "malformed"],
    ],
    "processing unknown",
  ],
]

test("what is said of a charge comes to this", async (context) => {
  const { sent, tell, states, core } = await world(context)
  const charges = await sent(STORIES.length)
  for (const [at, [story, said, end]] of STORIES.entries()) {
    const { id, paymentId } = charges[at]!
    for (const [says, outcome, over] of said) {
      assert.deepEqual(await tell(orderLine(id, says, over)), [outcome], `${story}: ${says}`)
    }
    assert.equal(await states({ id, paymentId }), end, story)
  }
  assert.deepEqual(await core.books.verify(), [])
})

test("each story told in one file comes to the same", async (context) => {
  const { sent, tell, states, core } = await world(context)
  const charges = await sent(STORIES.length)
  for (const [at, [story, said, end]] of STORIES.entries()) {
    const { id, paymentId } = charges[at]!
    await tell(...said.map(([says, , over]) => orderLine(id, says, over)))
    assert.equal(await states({ id, paymentId }), end, story)
  }
  assert.deepEqual(await core.books.verify(), [])
})

/** The same of a refund, with the state of the refund at the end. */
const REFUND_STORIES: readonly [
  story: string,
  said: readonly [says: Saying, outcome: string][],
  end: string,
][] = [
  ["accepted", [["accepted", "booked"]], "open sent"],
  [
    "approved, and seen to leave",
    [
      ["approved", "booked"],
      ["debit", "known"],
    ],
    "settled confirmed",
  ],
  ["left", [["debit", "booked"]], "settled confirmed"],
  ["rejected", [["rejected", "booked"]], "declined failed"],
  [
    "left after a no",
    [
      ["rejected", "booked"],
      ["debit", "booked"],
    ],
    "settled confirmed",
  ],
  [
    "a no after it left",
    [
      ["debit", "booked"],
      ["rejected", "contradiction"],
    ],
    "settled confirmed",
  ],
  [
    "came back",
    [
      ["debit", "booked"],
      ["credit", "booked"],
    ],
    "returned failed",
  ],
  [
    "came back before it left",
    [
      ["return", "waiting"],
      ["debit", "booked"],
    ],
    "returned failed",
  ],
  [
    "left twice",
    [
      ["debit", "booked"],
      ["debit", "surplus"],
    ],
    "settled confirmed",
  ],
]

test("what is said of a refund comes to this", async (context) => {
  const { sent, tell, states, core, merchantId } = await world(context)
  for (const [story, said, end] of REFUND_STORIES) {
    const [charge] = (await sent(1)) as [Charge]
    await tell(orderLine(charge.id, "credit"))
    const payment = (await core.payments.find(merchantId, charge.paymentId))!
    const refunded = await core.pay.refund(payment, null, null)
    assert.ok("refund" in refunded)
    await core.pass()
    const { id } = refunded.attempt
    for (const [says, outcome] of said) {
      assert.deepEqual(await tell(orderLine(id, says)), [outcome], `${story}: ${says}`)
    }
    const [, attempt] = (await states({ id, paymentId: charge.paymentId })).split(" ")
    const [refund] = await core.payments.refunds(charge.paymentId)
    assert.equal(`${attempt} ${refund?.state}`, end, story)
  }
  assert.deepEqual(await core.books.verify(), [])
})

test("what isn't ours, or never left, is kept and not booked", async (context) => {
  const flawed = { reason: "invalid_account", why: "no number" } as const
  const { sent, charges, tell, states, core } = await world(context, {
    flawOf: ({ amount }) => (amount === 5n ? flawed : null),
    slotOf: ({ asset }) => (asset === "COP" ? SLOT : "no account for it"),
  })
  const [bad] = await charges(1, { amount: 5n })
  const [good] = await sent(1)
  const [waiting] = await charges(1, { asset: "USD" })
  const lines: [line: Line, outcome: string][] = [
    [orderLine(null, "credit"), "unmatched"],
    [orderLine("0697129c-26e2-42f1-a000-dc60878d5588", "credit"), "unmatched"],
    [orderLine("' or true --", "credit"), "unmatched"],
    [orderLine(good!.paymentId, "credit"), "unmatched"],
    [orderLine(bad!.id, "credit", { amount: 5n }), "contradiction"],
    [orderLine(waiting!.id, "credit", { asset: "USD" }), "contradiction"],
    [orderLine(good!.id, "credit"), "booked"],
  ]
  assert.deepEqual(
    await tell(...lines.map(([line]) => line)),
    lines.map(([, outcome]) => outcome),
  )
  assert.equal(await states(bad!), "declined declined")
  assert.equal(await states(good!), "approved settled")
  assert.equal(await states(waiting!), "pending waiting")
  assert.deepEqual(await core.books.verify(), [])
})

test("a content is read once under many names, a line once in many files", async (context) => {
  const { sent, folder, core, database, states } = await world(context)
  const [one, two] = (await sent(2)) as [Charge, Charge]
  const first = orderLine(one.id, "credit")
  const second = orderLine(two.id, "credit")
  for (const name of ["a", "b", "c"]) await folder.deliver(name, fileOf(first))
  await core.pass()
  await folder.deliver("a", fileOf(first))
  await core.pass()
  await folder.deliver("d", fileOf(first, second))
  await core.pass()
  assert.deepEqual(await filesOf(database), ["done 1 lines 3 repeats", "done 2 lines 0 repeats"])
  assert.deepEqual(await outcomesOf(database, [first, second]), ["booked", "booked"])
  assert.equal(await states(one), "approved settled")
  const transfers = (await core.payments.transfers(one.paymentId)).length
  assert.equal(transfers, 2)
  assert.equal((await folder.names("archive")).length, 5)
  assert.deepEqual([await folder.names("in"), await folder.names("work")], [[], []])
})

test("a refused file leaves nothing, stands beside its why, and is read anew", async (context) => {
  const { sent, folder, core, database, states } = await world(context)
  const [charge] = (await sent(1)) as [Charge]
  const line = orderLine(charge.id, "credit")
  const refused: Said[] = [...fileOf(line).slice(0, -1), { said: "refused", why: "it breaks off" }]
  await folder.deliver("a", refused)
  await core.pass()
  assert.deepEqual(await filesOf(database), ["refused 0 lines 0 repeats"])
  assert.deepEqual(await outcomesOf(database, [line]), ["not kept"])
  assert.equal(await states(charge), "processing unknown")
  assert.deepEqual(
    (await folder.names("errors")).map((name) => name.slice(37)),
    ["a", "a.why.txt"],
  )
  await folder.deliver("b", refused)
  await core.pass()
  assert.deepEqual(await filesOf(database), ["refused 0 lines 1 repeats"])
  await folder.deliver("c", fileOf(line))
  await core.pass()
  assert.deepEqual(await outcomesOf(database, [line]), ["booked"])
})

test("a file that can't be read now keeps back no others, nor their lines", async (context) => {
  const { sent, folder, core, database, steps, faults } = await world(context)
  const [charge] = (await sent(1)) as [Charge]
  const line = orderLine(charge.id, "credit")
  await folder.deliver("a", fileOf(line, orderLine(null, "nothing")))
  await folder.deliver("b", fileOf(line))
  // Its lines are written down, and then it can't be believed.
  let transactions = 0
  steps.hook = async (name) => {
    if (name === "while reading" && transactions === 0) transactions = 1
    if (name !== "before a transaction" || transactions === 0) return
    transactions += 1
    if (transactions === 3) throw new Error("the disk is tired")
  }
  await assert.rejects(core.pass(), /tired/)
  assert.equal(faults.length, 1)
  assert.deepEqual(await outcomesOf(database, [line]), ["booked"])
  await core.pass()
  assert.deepEqual(await filesOf(database), ["done 2 lines 0 repeats", "done 1 lines 0 repeats"])
  assert.deepEqual(await outcomesOf(database, [line]), ["booked"])
})

test("a file that is gone before it is taken is forgotten", async (context) => {
  const { folder, core, database, steps, faults } = await world(context)
  await folder.deliver("a", fileOf())
  steps.hook = async (name) => {
    if (name === "before take") await rm(join(folder.path, "in", "a"))
  }
  await core.pass()
  assert.deepEqual([await filesOf(database), faults], [[], []])
})

const GROUPS: readonly [
  what: string,
  lines: (of: { group: string; file: string; ids: readonly string[] }) => Line[],
  outcomes: readonly string[],
  ends: readonly string[],
][] = [
  [
    "the whole group's money",
    ({ group }) => [wide("group", group, "credit", { amount: 30_000n })],
    ["booked"],
    ["settled", "settled", "settled"],
  ],
  [
    "the whole group's money in two sources",
    ({ group }) => [
      wide("group", group, "credit", { amount: 30_000n }, 3),
      wide("group", group, "credit", { amount: 30_000n, source: "notification" }, 3),
    ],
    ["booked", "known"],
    ["settled", "settled", "settled"],
  ],
  [
    "the whole group's money twice",
    ({ group }) => [
      wide("group", group, "credit", { amount: 30_000n }),
      wide("group", group, "credit", { amount: 30_000n }),
    ],
    ["booked", "surplus"],
    ["settled", "settled", "settled"],
  ],
  [
    "a part of the group's money",
    ({ group }) => [wide("group", group, "credit", { amount: 20_000n })],
    ["mismatch"],
    ["unknown", "unknown", "unknown"],
  ],
  [
    "the right money of too few orders",
    ({ group }) => [wide("group", group, "credit", { amount: 30_000n }, 2)],
    ["mismatch"],
    ["unknown", "unknown", "unknown"],
  ],
  [
    "money without an amount",
    ({ group }) => [wide("group", group, "credit", { amount: null, asset: null })],
    ["mismatch"],
    ["unknown", "unknown", "unknown"],
  ],
  [
    "the money of those that weren't rejected",
    ({ group, ids }) => [
      orderLine(ids[1]!, "rejected"),
      wide("group", group, "credit", { amount: 20_000n }),
    ],
    ["booked", "booked"],
    ["settled", "declined", "settled"],
  ],
  [
    "the whole group's money, and one that came back",
    ({ group, ids }) => [
      orderLine(ids[2]!, "return"),
      wide("group", group, "credit", { amount: 30_000n }),
    ],
    ["booked", "booked"],
    ["settled", "settled", "returned"],
  ],
  [
    "all of it came back",
    ({ group }) => [
      wide("group", group, "debit", { amount: 30_000n }),
      wide("group", group, "credit", { amount: 30_000n }),
    ],
    ["booked", "booked"],
    ["returned", "returned", "returned"],
  ],
  [
    "all of it came back, and never came",
    ({ group }) => [wide("group", group, "debit", { amount: 30_000n })],
    ["waiting"],
    ["unknown", "unknown", "unknown"],
  ],
  [
    "a whole file rejected",
    ({ file }) => [wide("file", file, "rejected", { reason: "account_blocked" })],
    ["booked"],
    ["declined", "declined", "declined"],
  ],
  [
    "a file accepted, of which a group is approved and an order rejected",
    ({ file, group, ids }) => [
      wide("file", file, "accepted"),
      wide("group", group, "approved"),
      orderLine(ids[0]!, "rejected"),
    ],
    ["known", "booked", "booked"],
    ["declined", "approved", "approved"],
  ],
  [
    "a whole group rejected of which one came",
    ({ group, ids }) => [orderLine(ids[0]!, "credit"), wide("group", group, "rejected")],
    ["booked", "booked"],
    ["settled", "declined", "declined"],
  ],
  [
    "nobody's group",
    ({ file }) => [wide("group", file, "rejected")],
    ["unmatched"],
    ["unknown", "unknown", "unknown"],
  ],
]

function wide(
  of: "group" | "file",
  id: string,
  says: Saying,
  over: Partial<BankLine> = {},
  orders: number | null = null,
): Line {
  const about = of === "group" ? ({ of, id, orders } as const) : ({ of, id } as const)
  return orderLine(null, says, {
    about,
    ...(over.source || says === "credit" || says === "debit" ? {} : { amount: null, asset: null }),
    ...over,
  })
}

test("what is said of a whole group or file is said of its orders", async (context) => {
  const { sent, tell, core, database } = await world(context)
  for (const [what, lines, outcomes, ends] of GROUPS) {
    const charges = await sent(3)
    const ids = charges.map(({ id }) => id).sort()
    const { rows } = await database.query<{ group: string; file: string }>(
      `select o.group_id as "group", o.file_id as file from bank_orders o where o.attempt_id = $1`,
      [ids[0]!],
    )
    assert.deepEqual(await tell(...lines({ ...rows[0]!, ids })), outcomes, what)
    const { rows: attempts } = await database.query<{ state: string }>(
      "select a.state from attempts a where a.id = any($1::uuid[]) order by a.id",
      [ids],
    )
    assert.deepEqual(
      attempts.map(({ state }) => state),
      ends,
      what,
    )
  }
  assert.deepEqual(await core.books.verify(), [])
})

test("the bank's reference and day reach the attempt and the payment", async (context) => {
  const { sent, tell, core, merchantId } = await world(context)
  const [charge] = (await sent(1)) as [Charge]
  const at = new Date("2026-01-04T05:00:00Z")
  await tell(orderLine(charge.id, "credit", { reference: "REF-77", at }))
  const [attempt] = await core.payments.attempts(charge.paymentId)
  const payment = await core.payments.find(merchantId, charge.paymentId)
  assert.equal(attempt?.railReference, "REF-77")
  assert.deepEqual(payment?.settledAt, at)
})

test("answers beyond a page and a chunk are each booked", async (context) => {
  const { sent, tell, core, database } = await world(context, { ordersMax: 3_000 })
  const charges = await sent(2_300)
  const outcomes = await tell(
    ...charges.map(({ id }) => orderLine(id, "accepted")),
    ...charges.map(({ id }) => orderLine(id, "credit")),
  )
  assert.deepEqual(new Set(outcomes), new Set(["booked"]))
  const { rows } = await database.query(
    "select t.id from transfers t where t.kind = 'charge.settled'",
  )
  assert.equal(rows.length, charges.length)
  assert.deepEqual(await core.books.verify(), [])
})
