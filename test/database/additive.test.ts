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
/** A comment of a line of its own before a statement that does something else: why it may. */
const ESCAPE = /^--\s*Not additive: \S.{15,}$/
/** What isn't read as SQL, and the end of a statement: comments, strings, names, bodies. */
const PARTS =
  /--.*|\/\*[\s\S]*?\*\/|\be'(?:\\.|[^'\\])*'|'[^']*'|"[^"]*"|\$(\w*)\$[\s\S]*?\$\1\$|;/gi
/** The name of a table, with its schema and in quotes or not. */
const NAME = '[\\w."]+'
const OWN = new RegExp(
  "^(?:alter table (?:only )?|create (?:unique )?index (?:concurrently )?(?:if not exists )?" +
    `(?:${NAME} )?on (?:only )?|(?:create|drop) (?:constraint )?(?:trigger|rule|policy) .*? on |` +
    `insert into |update (?:only )?|delete from (?:only )?)(${NAME})`,
)
const ALTER = new RegExp(`^alter (?:foreign )?table (?:if exists )?(?:only )?${NAME}(?: ?\\*)? `)

/** What the version before may stumble over, by what a statement or one of its actions says. */
const FORBIDDEN: ReadonlyArray<readonly [what: string, pattern: RegExp, unless?: RegExp]> = [
  ["takes something away", /\bdrop\b/],
  ["renames", /\brename\b/],
  ["changes a column's type", /^alter (?:column )?[\w"]+ (?:set data )?type\b/],
  ["wants what nobody wrote", /\bset not null\b/],
  ["wants what nobody wrote", /^add .*\bnot null\b/, /\bdefault\b|\bgenerated\b/],
  ["refuses what was allowed", /^add (?:constraint|check|unique|foreign|primary|exclude)\b/],
  ["refuses what was allowed", /^add .*\b(?:unique|primary key)\b/],
  ["refuses what was allowed", /^create unique index\b/],
  ["does more than is written", /^create (?:constraint )?(?:trigger|rule)\b/],
  ["does other than before", /^create or replace\b/],
  ["changes rows", /^(?:update|delete|truncate|merge)\b/],
  ["changes rows", /^with\b.*\b(?:insert into|update|delete from|merge into)\b/],
  ["does what isn't read here", /^do\b/],
]
/** Changes rows below another statement, whatever table that one is about. */
const NESTED = /\( ?(?:insert into|update|delete from|merge into)\b/

type Statement = { readonly plain: string; readonly isExcused: boolean }

/** The statements of a migration in small letters; comments, strings and bodies are cut. */
function statementsOf(sql: string): readonly Statement[] {
  const found: Statement[] = []
  let plain = ""
  let isExcused = false
  let from = 0
  const end = (): void => {
    const text = plain
      .replace(/\s+/g, " ")
      .replace(/ ?\. ?/g, ".")
      .trim()
      .toLowerCase()
    if (text !== "") found.push({ plain: text, isExcused })
    plain = ""
    isExcused = false
  }
  for (const { 0: part, index } of sql.matchAll(PARTS)) {
    plain += sql.slice(from, index)
    from = index + part.length
    // What stands behind a statement on its line speaks of that one, not of the next.
    if (ESCAPE.test(part) && /(?:^|\n)\s*$/.test(sql.slice(0, index))) isExcused = true
    if (part === ";") end()
    else plain += insteadOf(part)
  }
  plain += sql.slice(from)
  end()
  return found
}

/** What a part of a text is read as: a name in quotes keeps them, and nothing that splits. */
function insteadOf(part: string): string {
  if (/^(?:--|\/\*)/.test(part)) return " "
  return part.startsWith('"') ? part.replace(/[^\w"]/g, "_") : " '' "
}

/** A table's name without quotes, and without the schema that all of ours are in. */
const bare = (name = "") => name.replaceAll('"', "").replace(/^public\./, "")

/** What of a migration isn't additive, as sentences. Tables that it makes itself are its own. */
function breachesOf(name: string, sql: string): string[] {
  const all = statementsOf(sql)
  // What is made only if it isn't there may have been there.
  const making = new RegExp(`^create (?:unlogged )?table (?!if not exists )(${NAME})`)
  const made = new Set(
    all.flatMap(({ plain }) => {
      const [, table] = making.exec(plain) ?? []
      return table === undefined ? [] : [bare(table)]
    }),
  )
  const isOwn = (plain: string) =>
    !NESTED.test(plain) &&
    (/^create (?:unlogged )?table/.test(plain) || made.has(bare(OWN.exec(plain)?.[1])))
  return all.flatMap(({ plain, isExcused }) => {
    if (isExcused || isOwn(plain)) return []
    if (NESTED.test(plain)) return [`${name} changes rows: ${plain.slice(0, 80)}`]
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
  const [whole] = ALTER.exec(plain) ?? []
  if (whole === undefined) return [plain]
  const actions = [""]
  let depth = 0
  for (const each of plain.slice(whole.length)) {
    if (each === "(") depth += 1
    if (each === ")") depth -= 1
    if (each === "," && depth === 0) actions.push("")
    else actions.push(actions.pop()! + each)
  }
  return actions.map((action) => action.trim())
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
  // What a reader of lines would not see.
  [false, "/* drop table payments; */ create table notes (id uuid);"],
  [false, "insert into notes values ('it''s; drop table payments');"],
  [false, "create table public.notes (id uuid);\nalter table notes add check (id is not null);"],
  [false, "alter table payments add a numeric(78,0), add b text default 'c, add d int not null';"],
  [true, "create index i on payments (note); -- fast\nupdate payments set note = '';"],
  [true, "create table notes (text text default ';'); update payments set note = '';"],
  [true, "alter table payments add a text; -- Not additive: nobody reads it.\ndrop table old;"],
  [true, "/* Not additive: the version before doesn't read it. */ drop table old;"],
  [true, "do $$ begin delete from payments; end $$;"],
  [true, "with gone as (delete from payments returning id) select count(*) from gone;"],
  [true, "with old as (select id from payments) update payments set note = '' from old;"],
  [
    true,
    "create table notes (id uuid);\n" +
      "insert into notes with gone as (delete from payments returning id) select id from gone;",
  ],
  [true, "create table notes (id uuid);\nmerge into payments using notes on notes.id is null"],
  [true, "alter table public.payments add c int not null;"],
  [true, 'alter table only "payments" alter "a note" type int;'],
  [true, "alter table payments * add c int check (f(1, (2)) > 0) not null;"],
  [true, "create table if not exists payments (id uuid);\nalter table payments add unique (id);"],
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
