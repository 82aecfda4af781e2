/** Migrations on a real server, from one node and from several at once. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { openDatabase } from "../../src/db/database.ts"
import { describeSchema } from "../../src/db/describe.ts"
import { migrate } from "../../src/db/migrate.ts"
import { testDatabase } from "../support/database.ts"

/** An empty database, and a folder with migrations of the test's own. */
async function setUp(t: TestContext, files: Record<string, string>) {
  const { database, url } = await testDatabase(t)
  await database.transaction((tx) => tx.script("drop schema public cascade; create schema public"))
  const dir = mkdtempSync(join(tmpdir(), "caudal-migrations-"))
  t.after(() => rmSync(dir, { recursive: true }))
  const write = (name: string, sql: string) => writeFileSync(join(dir, name), sql)
  for (const [name, sql] of Object.entries(files)) write(name, sql)
  return { database, url, dir, write }
}

const first = { "0001_core.sql": "create table a (id int); create table b (id int);" }

test("missing migrations are applied in order, and only once", async (t) => {
  const { database, dir, write } = await setUp(t, first)
  assert.deepEqual(await migrate(database, dir), ["0001_core.sql"])
  assert.deepEqual(await migrate(database, dir), [])
  write("0002_more.sql", "alter table a add note text")
  assert.deepEqual(await migrate(database, dir), ["0002_more.sql"])
})

test("a migration that fails leaves nothing behind and says which it was", async (t) => {
  const { database, dir, write } = await setUp(t, first)
  write("0002_bad.sql", "create table c (id int); select 1/0")
  await assert.rejects(migrate(database, dir), /migration 0002_bad\.sql failed: division by zero/)
  assert.match(await describeSchema(database), /table b/)
  assert.doesNotMatch(await describeSchema(database), /table c/)
  write("0002_bad.sql", "create table c (id int)")
  assert.deepEqual(await migrate(database, dir), ["0002_bad.sql"])
})

test("a migration that ends its own transaction is refused before it runs", async (t) => {
  const { database, dir } = await setUp(t, { "0001_core.sql": "create table a ();\nCOMMIT;" })
  await assert.rejects(migrate(database, dir), /0001_core\.sql .*transaction/)
  assert.equal(await describeSchema(database), "")
})

test("an applied file that was changed is named", async (t) => {
  const { database, dir, write } = await setUp(t, first)
  await migrate(database, dir)
  write("0001_core.sql", "create table a (id int)")
  await assert.rejects(migrate(database, dir), /0001_core\.sql is not what was applied/)
})

test("a program older than its database is refused", async (t) => {
  const { database, dir, write } = await setUp(t, first)
  write("0002_more.sql", "select 1")
  await migrate(database, dir)
  rmSync(join(dir, "0002_more.sql"))
  await assert.rejects(migrate(database, dir), /0002_more\.sql.*newer than the program/)
})

test("of many nodes that start at once, each migration is applied by one", async (t) => {
  const { url, dir, write } = await setUp(t, first)
  write("0002_more.sql", "create table c (id int)")
  write("0003_more.sql", "create table d (id int)")
  const nodes = Array.from({ length: 8 }, () => openDatabase({ url }))
  const applied = await Promise.all(nodes.map((node) => migrate(node, dir)))
  await Promise.all(nodes.map((node) => node.close()))
  assert.deepEqual(applied.flat().sort(), ["0001_core.sql", "0002_more.sql", "0003_more.sql"])
})

test("a migration that meets a long reader steps back: nobody waits behind it", async (t) => {
  const { database, dir, url, write } = await setUp(t, first)
  await migrate(database, dir)
  write("0002_more.sql", "alter table a add note text")
  const patience = { lockMs: 20, pauseMs: 20, tries: 3 }
  const reader = openDatabase({ url })
  const { patient } = await reader.transaction(async (tx) => {
    await tx.query("select from a")
    await assert.rejects(migrate(database, dir, patience), /0002_more\.sql failed: .*lock timeout/)
    const waits = migrate(database, dir, { ...patience, tries: 1_000 })
    // Behind a migration that waits as long as it must, this would wait as long.
    for (let read = 0; read < 20; read += 1) await database.query("select from a")
    return { patient: waits }
  })
  assert.deepEqual(await patient, ["0002_more.sql"])
  await reader.close()
})

test("a migration that met others in another order than its own is tried again", async (t) => {
  const { database, dir, write } = await setUp(t, first)
  await migrate(database, dir)
  // A sequence keeps its place when the transaction is taken back, so it can count the tries.
  await database.query("create sequence tries")
  write(
    "0002_more.sql",
    `create table more (id int);
    do $$ begin if nextval('tries') < 3 then raise sqlstate '40P01'; end if; end $$`,
  )
  const patience = { lockMs: 100, pauseMs: 1, tries: 3 }
  assert.deepEqual(await migrate(database, dir, patience), ["0002_more.sql"])
})

test("the description of a schema names everything that can be different", async (t) => {
  const { database, dir } = await setUp(t, {
    "0001_core.sql": `
      create table owner (id int primary key, name text not null default 'x' collate "C",
        at timestamptz(3), amount numeric(78,0) check (amount >= 0), unique (name, at));
      create index owner_at on owner (at desc) where amount > 0;
      create table thing (id bigint generated always as identity primary key,
        owner_id int not null references owner on delete cascade,
        double bigint generated always as (id * 2) stored);
      create function refuse() returns trigger language plpgsql as 'begin return null; end';
      create trigger keep before update on thing for each row execute function refuse();
      create view ones as select 1 as one;
      create type colour as enum ('red', 'blue');`,
  })
  await migrate(database, dir)
  assert.equal(
    await describeSchema(database),
    `view ones
  one integer
  as SELECT 1 AS one;

table owner
  id integer not null
  name text collate "C" not null default 'x'::text
  at timestamp(3) with time zone
  amount numeric(78,0)
  constraint owner_amount_check CHECK ((amount >= (0)::numeric))
  constraint owner_name_at_key UNIQUE (name, at)
  constraint owner_pkey PRIMARY KEY (id)
  CREATE INDEX owner_at ON owner USING btree (at DESC) WHERE (amount > (0)::numeric)

table thing
  id bigint not null generated always as identity
  owner_id integer not null
  double bigint generated ((id * 2))
  constraint thing_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owner(id) ON DELETE CASCADE
  constraint thing_pkey PRIMARY KEY (id)
  CREATE TRIGGER keep BEFORE UPDATE ON thing FOR EACH ROW EXECUTE FUNCTION refuse()

function refuse() returns trigger
begin return null; end

type colour as enum ('red', 'blue')
`,
  )
})
