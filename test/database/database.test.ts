/** Reads, transactions, notifications and the checks of a server, on a real one. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { hostClock, testClock } from "../../src/clock.ts"
import { prepareSession } from "../../src/db/connection.ts"
import {
  begin,
  checkServer,
  classify,
  clockOffsetMs,
  commit,
  openDatabase,
  type Queries,
} from "../../src/db/database.ts"
import { lastFirst } from "../support/cleanup.ts"
import { testDatabase } from "../support/database.ts"
import { openWire } from "../support/wire.ts"

const { database, url } = await testDatabase({ after }, { applicationName: "reads" })

async function value(text: string, params: Parameters<Queries["query"]>[1] = []) {
  const { rows } = await database.query<{ value: unknown }>(`select ${text} as value`, params)
  return rows[0]!.value
}

const at = new Date("2026-01-05T14:00:00.123Z")
const readings: ReadonlyArray<readonly [string, unknown]> = [
  ["9007199254740993::int8", 9007199254740993n],
  ["1000000000000000000000::numeric", 10n ** 21n],
  ["'{1,null}'::int8[]", [1n, null]],
  ["'{1,null}'::numeric[]", [1n, null]],
  ["'2026-02-03'::date", "2026-02-03"],
  ["'{2026-02-03}'::date[]", ["2026-02-03"]],
  ["'2026-01-05 09:00:00.123-05'::timestamptz", at],
  ["'2026-01-05 09:00:00.123999-05'::timestamptz", at],
  ["'2026-01-05 14:00:00+00'::timestamptz", new Date("2026-01-05T14:00:00Z")],
  ["array['2026-01-05 09:00:00.123-05'::timestamptz]", [at]],
  [`'{"a": [1, "é"]}'::jsonb`, { a: [1, "é"] }],
  ["'{a,null}'::text[]", ["a", null]],
  ["'\\x00ff'::bytea", Buffer.from([0, 255])],
  ["null", null],
]

for (const [text, expected] of readings) {
  test(`${text} is read as it is meant`, async () => {
    assert.deepEqual(await value(text), expected)
  })
}

const unreadable = ["1.5::numeric", "'NaN'::numeric", "'infinity'::timestamptz"]
for (const text of unreadable) {
  test(`${text} is refused, and the connection stays good`, async () => {
    await assert.rejects(value(text), RangeError)
    assert.equal(await value("1"), 1)
  })
}

test("parameters are written as they are meant", async () => {
  assert.deepEqual(await value("$1::timestamptz", [at]), at)
  assert.deepEqual(await value("$1::int8", [2n ** 60n]), 2n ** 60n)
  assert.deepEqual(await value("$1::text[]", [['a"', null]]), ['a"', null])
  assert.deepEqual(await value("$1::jsonb", [{ a: 1 }]), { a: 1 })
  assert.deepEqual(await value("$1::bytea", [Buffer.from("é")]), Buffer.from("é"))
  assert.equal(await value("$1::text", [null]), null)
  await assert.rejects(value("$1::text", [undefined as unknown as null]), TypeError)
})

test("a statement is prepared once per connection, under the same name", async () => {
  const one = openDatabase({ url, poolSize: 1 })
  const text = "select count(*) as times from pg_prepared_statements where name <> $1"
  for (const expected of [1n, 1n]) {
    assert.deepEqual((await one.query(text, ["x"])).rows, [{ times: expected }])
  }
  await one.close()
})

test("a transaction is kept whole or undone whole", async () => {
  await database.query("create table marks (mark text primary key)")
  await database.transaction((tx) => tx.query("insert into marks values ($1)", ["kept"]))
  const undone = database.transaction(async (tx) => {
    await tx.query("insert into marks values ($1)", ["undone"])
    throw new Error("changed my mind")
  })
  await assert.rejects(undone, /changed my mind/)
  const swallowed = database.transaction(async (tx) => {
    await tx.query("insert into marks values ($1)", ["lost"])
    await tx.query("insert into marks values ($1)", ["kept"]).catch(() => {})
  })
  await assert.rejects(swallowed, /rolled back/)
  const { rows } = await database.query("select mark from marks")
  assert.deepEqual(rows, [{ mark: "kept" }])
})

test("connections that the server ended are made again", async () => {
  const faults: Error[] = []
  const victim = openDatabase({
    url,
    applicationName: "victim",
    onError: (error) => faults.push(error),
  })
  const killVictims = `select pg_terminate_backend(pid, 1000) from pg_stat_activity
    where application_name = 'victim'`
  await victim.ping()
  await database.query(killVictims)
  // The first answer may still be the old connection's end.
  await victim.ping().catch(() => {})
  await victim.ping()
  await assert.rejects(
    victim.transaction(async (tx) => {
      await database.query(killVictims)
      await tx.query("select 1")
    }),
  )
  await victim.ping()
  await victim.close()
})

test("only the plans of the engine and the loops avoid sequential scans", async () => {
  const indexed = openDatabase({ url, plans: "indexed" })
  const setting = "select current_setting('enable_seqscan') as seqscan"
  assert.deepEqual((await indexed.query(setting)).rows, [{ seqscan: "off" }])
  assert.deepEqual((await database.query(setting)).rows, [{ seqscan: "on" }])
  await indexed.close()
})

test("the test server is one that Caudal accepts", () => checkServer(database, url))

const good = {
  version: "150004",
  encoding: "UTF8",
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "local",
  read_only: "off",
}
const servers: ReadonlyArray<readonly [Partial<typeof good>, RegExp]> = [
  [{ version: "140012" }, /older than PostgreSQL 15/],
  [{ fsync: "off" }, /fsync = off/],
  [{ full_page_writes: "off" }, /full_page_writes = off/],
  [{ synchronous_commit: "off" }, /synchronous_commit = off/],
  [{ encoding: "SQL_ASCII" }, /UTF8/],
  [{ read_only: "on" }, /read-only/],
]

for (const [difference, message] of servers) {
  test(`a server with ${JSON.stringify(difference)} is refused`, async () => {
    const rows = [{ ...good, ...difference }]
    const query = (async () => ({ rows, rowCount: 1 })) as unknown as Queries["query"]
    const refused = checkServer({ query }, "postgres://me:secret@db.example:5433/caudal")
    await assert.rejects(refused, (error: Error) => {
      assert.match(error.message, message)
      assert.match(error.message, /me@db\.example:5433\/caudal/)
      assert.doesNotMatch(error.message, /secret/)
      return true
    })
  })
}

test("the clock's offset is how far the database is ahead of the host", async () => {
  assert.ok(Math.abs(await clockOffsetMs(database, hostClock())) < 1_000)
  const slow = testClock(new Date(hostClock().now().getTime() - 60_000))
  assert.ok(Math.abs((await clockOffsetMs(database, slow)) - 60_000) < 2_000)
})

test("a server that isn't there is a connection fault, and closing twice is fine", async () => {
  const nowhere = openDatabase({ url: "postgres://me@127.0.0.1:1/none" })
  await assert.rejects(nowhere.ping(), /ECONNREFUSED/)
  await nowhere.close()
  await nowhere.close()
})

test("a session that finds itself on a standby is refused, whatever it is for", async () => {
  for (const plans of ["any", "indexed"] as const) {
    const answering = (standby: boolean) =>
      ({ query: async () => [{ rows: [] }, { rows: [{ standby }] }] }) as never
    await prepareSession(answering(false), plans)
    await assert.rejects(prepareSession(answering(true), plans), { code: "25006" })
  }
})

test("a connection whose server became read-only is given up for a new one", async (t) => {
  const context = lastFirst(t)
  const own = await testDatabase(context, { poolSize: 1 })
  const name = new URL(own.url).pathname.slice(1)
  const admin = openDatabase({ url: own.url })
  context.after(() => admin.close())
  await admin.query("create table marks (mark text primary key)")
  const insert = (mark: string) => ({ text: "insert into marks values ($1)", params: [mark] })
  const writer = own.database.writer()
  const readOnly = (value: "on" | "off") =>
    admin.query(`alter database ${name} set default_transaction_read_only = ${value}`)
  await readOnly("on")
  const refused = { code: "25006" }
  await assert.rejects(own.database.query(insert("a").text, ["a"]), refused)
  await assert.rejects(writer.round([begin, insert("b"), commit]), refused)
  await readOnly("off")
  await own.database.query(insert("a").text, ["a"])
  await writer.round([begin, insert("b"), commit])
  await writer.close()
})

test("a connection that says nothing any more is cut in the end, and another made", async (t) => {
  const context = lastFirst(t)
  const wire = await openWire(context, url)
  const database = openDatabase({ url: wire.url, answerMs: 1_000, poolSize: 2 })
  context.after(() => database.close())
  const writer = database.writer()
  const round = () => writer.round([begin, { text: "select 1" }, commit])
  await Promise.all([database.ping(), database.ping(), round()])
  wire.silent = true
  const asked = [database.ping(), database.transaction((tx) => tx.query("select 1")), round()]
  for (const each of await Promise.allSettled(asked)) {
    assert.equal(each.status, "rejected")
    assert.equal(classify(each.reason), "connection")
  }
  wire.silent = false
  await Promise.all([database.ping(), round()])
})
