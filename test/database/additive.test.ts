/**
 * Two versions side by side: a migration only adds, so that nodes of the version before it go on
 * working; whatever else one does has to say why that is safe.
 */
import assert from "node:assert/strict"
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import { endPayment } from "../../src/core/decide/end-payment.ts"
import { isRefusal } from "../../src/core/index.ts"
import { migrate, readMigrations } from "../../src/db/migrate.ts"
import { lastFirst } from "../support/cleanup.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const MIGRATIONS = join(import.meta.dirname, "..", "..", "migrations")
/** Those up to here were released before there was the rule. */
const RELEASED = 11
/** Stands in a comment before a statement that does something else, and says why it may. */
const ESCAPE = /^\s*--\s*Not additive: \S.{15,}$/m

/** What the version before may stumble over, by what a statement or one of its actions says. */
const FORBIDDEN: ReadonlyArray<readonly [what: string, pattern: RegExp, unless?: RegExp]> = [
  ["takes something away", /\bdrop\b/],
  ["renames", /\brename\b/],
  ["changes a column's type", /^alter (?:column )?\w+ (?:set data )?type\b/],
  ["wants what nobody wrote", /\bset not null\b/],
  ["wants what nobody wrote", /^add .*\bnot null\b/, /\bdefault\b|\bgenerated\b/],
  ["refuses what was allowed", /^add (?:constraint|check|unique|foreign|primary|exclude)\b/],
  ["refuses what was allowed", /^add .*\b(?:unique|primary key)\b/],
  ["refuses what was allowed", /^create unique index\b/],
  ["does more than is written", /^create (?:constraint )?(?:trigger|rule)\b/],
  ["does other than before", /^create or replace\b/],
  ["changes rows", /^(?:update|delete|truncate|merge)\b/],
]

/** The statements of a migration, each with the comments before it; bodies of functions are cut. */
function statementsOf(sql: string): readonly { readonly text: string; readonly plain: string }[] {
  const whole = sql.replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''")
  return whole
    .split(/;\s*(?:\n|$)/)
    .map((text) => ({
      text,
      plain: text.replace(/--.*$/gm, "").replace(/\s+/g, " ").trim().toLowerCase(),
    }))
    .filter(({ plain }) => plain !== "")
}

/** What of a migration isn't additive, as sentences. Tables that it makes itself are its own. */
function breachesOf(name: string, sql: string): string[] {
  const all = statementsOf(sql)
  const made = all.flatMap(({ plain }) => {
    const [, table] = /^create (?:unlogged )?table (?:if not exists )?(\w+)/.exec(plain) ?? []
    return table === undefined ? [] : [table]
  })
  const isOwn = (plain: string) => {
    const [, table] =
      /(?:^alter table (?:only )?|\bon (?:only )?|^(?:insert into|update|delete from) )(\w+)/.exec(
        plain,
      ) ?? []
    return /^create (?:unlogged )?table/.test(plain) || made.includes(table ?? "")
  }
  return all.flatMap(({ text, plain }) => {
    if (ESCAPE.test(text) || isOwn(plain)) return []
    return actionsOf(plain).flatMap((action) => {
      const found = FORBIDDEN.find(
        ([, pattern, unless]) => pattern.test(action) && !unless?.test(action),
      )
      return found ? [`${name} ${found[0]}: ${action.slice(0, 80)}`] : []
    })
  })
}

/** What an alter table does, one by one; of all else the statement itself. */
function actionsOf(plain: string): string[] {
  const [whole, table] = /^(alter table (?:if exists )?(?:only )?\w+ )/.exec(plain) ?? []
  if (whole === undefined) return [plain]
  return plain
    .slice(table!.length)
    .split(/,(?![^(]*\))/)
    .map((action) => action.trim())
}

test("each migration since the rule only adds, or says why it may do otherwise", async () => {
  const migrations = await readMigrations(MIGRATIONS)
  const young = migrations.filter(({ number }) => number > RELEASED)
  assert.deepEqual(
    young.flatMap(({ name, sql }) => breachesOf(name, sql)),
    [],
  )
})

const statements: ReadonlyArray<readonly [breach: boolean, sql: string]> = [
  [false, "alter table payments add column note text;"],
  [false, "alter table payments add note text not null default '';"],
  [false, "alter table payments add half bigint not null generated always as (1) stored;"],
  [false, "create table notes (id uuid primary key, text text not null unique);"],
  [false, "create table notes (id uuid);\ncreate unique index notes_id on notes (id);"],
  [false, "create table notes (id uuid);\nalter table notes add check (id is not null);"],
  [false, "create index payments_note on payments (note);"],
  [false, "create function f() returns int language sql as $$ delete from payments $$;"],
  [false, "-- Not additive: the version before this one no longer reads it.\ndrop table old;"],
  [false, "-- drop table payments\ncreate table notes (id uuid);"],
  [true, "drop table payments;"],
  [true, "-- Not additive: why?\ndrop table payments;"],
  [true, "alter table payments drop column note;"],
  [true, "alter table payments drop constraint payments_check;"],
  [true, "alter table payments rename column note to text;"],
  [true, "alter table payments rename to charges;"],
  [true, "alter table payments alter column note type int;"],
  [true, "alter table payments alter note set data type int;"],
  [true, "alter table payments alter column note set not null;"],
  [true, "alter table payments add column note text not null;"],
  [true, "alter table payments add a text, add b text not null;"],
  [true, "alter table payments add constraint c check (amount > 0);"],
  [true, "alter table payments add unique (note);"],
  [true, "alter table payments add column note text unique;"],
  [true, "create unique index payments_note on payments (note);"],
  [true, "create trigger t before insert on payments for each row execute function f();"],
  [true, "create or replace function f() returns int language sql as $$ select 1 $$;"],
  [true, "update payments set note = '';"],
  [true, "DELETE FROM payments;"],
  [true, "create table notes (id uuid);\ndrop index payments_note;"],
]

for (const [breach, sql] of statements) {
  test(`${breach ? "found" : "allowed"}: ${sql.replaceAll("\n", " ")}`, () => {
    assert.equal(breachesOf("0099_planted.sql", sql).length, breach ? 1 : 0)
  })
}

/** All that is allowed, to the tables that every payment is written to. */
const NEXT = `
alter table payments add column note text;
alter table attempts add column tries int not null default 0;
alter table events add column origin text;
alter table deliveries add column origin text not null default 'here';
alter table accounts add column checked_at timestamptz;
create table notes (id uuid primary key, payment_id uuid not null references payments);
create index payments_note on payments (note) where note is not null;
`

/** Payments that are made before the migration begins, so that statements are prepared. */
const BEFORE = 24

test("a node goes on through the next version's migration, and can't start after it", async (t) => {
  const context = lastFirst(t)
  const { database } = await testDatabase(context)
  const dir = mkdtempSync(join(tmpdir(), "caudal-migrations-"))
  context.after(async () => rmSync(dir, { recursive: true }))
  cpSync(MIGRATIONS, dir, { recursive: true })
  const number = String((await readMigrations(MIGRATIONS)).length + 1).padStart(4, "0")
  writeFileSync(join(dir, `${number}_next.sql`), NEXT)
  const { core, payment, faults } = await testCore(database)
  let migrated = false
  let made = 0
  const clients = Array.from({ length: 8 }, async () => {
    // Some lives after it, too: with the statements that were prepared before.
    for (let after = 0; after < 5; after += Number(migrated)) {
      const created = await core.engine.submit(createPayment, payment({ reference: `${made++}` }))
      assert.ok(!isRefusal(created))
      const { id: paymentId, merchantId } = created.payment
      const how = { kind: "cancel", by: "merchant" } as const
      assert.ok(!isRefusal(await core.engine.submit(endPayment, { paymentId, merchantId, how })))
    }
  })
  while (made < BEFORE) await sleep(2)
  assert.deepEqual(await migrate(database, dir), [`${number}_next.sql`])
  migrated = true
  await Promise.all(clients)
  assert.deepEqual(faults, [])
  assert.deepEqual(await core.books.verify(), [])
  await assert.rejects(migrate(database, MIGRATIONS), /newer than the program/)
})
