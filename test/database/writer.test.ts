/**
 * The writer's rounds on a real server: what is kept, what is undone, and what is said about it.
 */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { begin, commit, rollback, type Writer } from "../../src/db/database.ts"
import { testDatabase } from "../support/database.ts"

const { database } = await testDatabase({ after })
await database.query("create table marks (mark text primary key)")

const insert = (mark: string) => ({ text: "insert into marks values ($1)", params: [mark] })

async function marks(): Promise<unknown[]> {
  const { rows } = await database.query("select mark from marks order by mark")
  return rows.map(({ mark }) => mark)
}

async function withWriter(work: (writer: Writer) => Promise<void>): Promise<void> {
  await database.query("delete from marks")
  const writer = database.writer()
  await work(writer)
  await writer.close()
}

const killWriter = `select pg_terminate_backend(pid, 1000) from pg_stat_activity
  where application_name = 'caudal writer' and datname = current_database()`

test("a transaction may span rounds and each statement has its answer", () =>
  withWriter(async (writer) => {
    const [, one] = await writer.round([begin, { text: "select $1::int8 as n", params: [7] }])
    assert.deepEqual(one!.rows, [{ n: 7n }])
    const answers = await writer.round([insert("a"), insert("b"), commit])
    assert.deepEqual(answers.map(({ rowCount }) => rowCount).slice(0, 2), [1, 1])
    assert.deepEqual(await marks(), ["a", "b"])
  }))

test("a rollback as the last statement keeps nothing", () =>
  withWriter(async (writer) => {
    await writer.round([begin, insert("a"), rollback])
    await writer.round([begin, insert("b"), commit])
    assert.deepEqual(await marks(), ["b"])
  }))

test("a failed statement before the commit undoes the round and is itself what is reported", () =>
  withWriter(async (writer) => {
    const failing = [begin, insert("a"), insert("a"), insert("b"), { text: "select 1/0" }, commit]
    await assert.rejects(writer.round(failing), { code: "23505" })
    assert.deepEqual(await marks(), [])
    await writer.round([begin, insert("a"), commit])
    assert.deepEqual(await marks(), ["a"])
  }))

test("a failed first round leaves no transaction open", () =>
  withWriter(async (writer) => {
    await assert.rejects(writer.round([begin, { text: "select nonsense" }]), { code: "42703" })
    await assert.rejects(writer.round([insert("a"), commit]), /must open with begin/)
    await writer.round([begin, insert("a"), commit])
    assert.deepEqual(await marks(), ["a"])
  }))

test("a statement that is prepared for the first time after a failure can be used later", () =>
  withWriter(async (writer) => {
    const fresh = { text: "insert into marks values ($1), ($2)", params: ["c", "d"] }
    await assert.rejects(writer.round([begin, { text: "select 1/0" }, fresh, fresh, commit]), {
      code: "22012",
    })
    await writer.round([begin, fresh, commit])
    assert.deepEqual(await marks(), ["c", "d"])
  }))

test("a parameter that can't be sent undoes the transaction", () =>
  withWriter(async (writer) => {
    await writer.round([begin, insert("a")])
    const bad = { text: "select $1", params: [undefined as unknown as null] }
    await assert.rejects(writer.round([insert("b"), bad, commit]), TypeError)
    await writer.round([begin, insert("c"), commit])
    assert.deepEqual(await marks(), ["c"])
  }))

test("a value that can't be read undoes the transaction and leaves the answers in step", () =>
  withWriter(async (writer) => {
    const half = { text: "select 0.5::numeric as half" }
    await assert.rejects(writer.round([begin, insert("a"), half]), /isn't whole/)
    const [, seven] = await writer.round([begin, { text: "select 7::int8 as n" }, commit])
    assert.deepEqual(seven!.rows, [{ n: 7n }])
    assert.deepEqual(await marks(), [])
  }))

test("text of any length and script, bytes and nothing arrive as they were sent", () =>
  withWriter(async (writer) => {
    const text = `ñ€😀"'\\${"é".repeat(200_000)}`
    const call = {
      text: "select $1 as text, $2::bytea as bytes, $3::text as nothing, $4::text[] as list",
      params: [text, Buffer.from([0, 92, 255]), null, ["", "NULL", "a,b", text]],
    }
    const [, answer] = await writer.round([begin, call, commit])
    assert.deepEqual(answer!.rows, [
      { text, bytes: Buffer.from([0, 92, 255]), nothing: null, list: ["", "NULL", "a,b", text] },
    ])
  }))

test("a constraint checked at the commit is reported, not lost", () =>
  withWriter(async (writer) => {
    await database.query(
      `create table late (mark text references marks deferrable initially deferred)`,
    )
    const orphan = { text: "insert into late values ($1)", params: ["nobody"] }
    await assert.rejects(writer.round([begin, orphan, commit]), { code: "23503" })
    await database.query("drop table late")
  }))

test("a transaction whose connection was lost between rounds is never continued on a new one", () =>
  withWriter(async (writer) => {
    await writer.round([begin, insert("a")])
    await database.query(killWriter)
    await assert.rejects(writer.round([insert("b"), commit]))
    assert.deepEqual(await marks(), [])
    await writer.round([begin, insert("c"), commit])
    assert.deepEqual(await marks(), ["c"])
  }))

test("a connection lost during a round rejects it, and the next round has a new one", () =>
  withWriter(async (writer) => {
    const slow = [begin, insert("a"), { text: "select pg_sleep(30)" }, commit]
    const lost = assert.rejects(writer.round(slow))
    const killAsleep = `${killWriter} and wait_event = 'PgSleep'`
    while ((await database.query(killAsleep)).rowCount === 0);
    await lost
    await writer.round([begin, insert("b"), commit])
    assert.deepEqual(await marks(), ["b"])
  }))

test("a round under way when its writer is closed is still answered", async () => {
  await database.query("delete from marks")
  const writer = database.writer()
  await writer.round([begin, insert("a")])
  const last = writer.round([{ text: "select pg_sleep(0.05)" }, insert("b"), commit])
  await writer.close()
  assert.equal((await last)[1]!.rowCount, 1)
  assert.deepEqual(await marks(), ["a", "b"])
})

test("rounds at the same time, a begin within a transaction and a closed writer are bugs", () =>
  withWriter(async (writer) => {
    const first = writer.round([begin])
    await assert.rejects(writer.round([begin]), /under way/)
    await first
    await assert.rejects(writer.round([begin]), /open already/)
    await writer.close()
    await assert.rejects(writer.round([begin]), /closed/)
  }))

test("a change of a table's columns under a prepared statement costs one error", () =>
  withWriter(async (writer) => {
    await database.query("create table wide (a int)")
    const read = { text: "select * from wide", params: [] }
    await writer.round([begin, read, commit])
    await database.query("alter table wide add b int")
    await assert.rejects(writer.round([begin, read, commit]), { code: "0A000" })
    await writer.round([begin, read, commit])
  }))
