/** What operators do is written down with it, in a chain that shows whatever is changed later. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { globSync, readFileSync } from "node:fs"
import { after, test } from "node:test"
import { ACTIONS, type Actor, contentOf, differences, hashOf } from "../../src/core/audit/entry.ts"
import { sandboxCatalogue } from "../../src/core/catalogue/load.ts"
import type { Core } from "../../src/core/index.ts"
import type { Database } from "../../src/db/database.ts"
import { testCore } from "../support/core.ts"
import { corrupt } from "../support/corrupt.ts"
import { testDatabase } from "../support/database.ts"

const WHO: Actor = { kind: "command", name: "ada@office", id: null }
const ANY = { since: null, action: null, merchantId: null }

const { database } = await testDatabase({ after })
// One core acts for nobody, as a gateway does for its merchants; the other for an operator.
const silent = await testCore(database, { name: "Nobody's" })
const { core, merchantId } = await testCore(database, { name: "Tienda", by: WHO })

/** What was written down since the last call, oldest first. */
let seen = 0
async function news(of: Core = core) {
  const entries = (await of.audit.list(ANY, 1_000)).filter(({ position }) => position > seen)
  seen = Math.max(seen, ...entries.map(({ position }) => position))
  return entries.reverse()
}

test("what an operator sets up is written down, with what it was and what it is", async () => {
  const first = await news()
  assert.deepEqual(
    first.map(({ action, by, outcome }) => [action, by.name, outcome]),
    [
      ["merchant.add", "ada@office", "done"],
      ["terms.agree", "ada@office", "done"],
    ],
  )
  assert.deepEqual(first[0]!.change["name"], { old: null, new: "Tienda" })
  await core.route(merchantId, { rails: { bank: "test" } })
  await core.merchants.changeTerms(merchantId, "caudal", { feeFixed: "50" })
  const [set, terms] = await news()
  assert.deepEqual(set!.change, { "rails.bank": { old: null, new: "test" } })
  assert.deepEqual(terms!.change, { feeFixed: { old: "0", new: "50" } })
  assert.deepEqual([terms!.merchantId, terms!.subject], [merchantId, "caudal"])
})

type Doing = readonly [action: string, outcome: string, work: () => Promise<unknown>]

test("each thing that is done has its entry, and a repeat says that nothing changed", async () => {
  const { merchants, operators, wallet } = core
  const money = { merchantId, asset: "COP", amount: 900n, reference: "bank-1" }
  const key = await operators.add("Tesorería", "co_1")
  const credential = await merchants.addCredential(merchantId, "caudal", {
    kind: "key",
    key: "secret-of-a-client",
  })
  const { endpoint } = await merchants.addEndpoint({
    merchantId,
    dialect: "caudal",
    url: "https://user:word@shop.example/hooks/secret-path?token=secret-token",
    headers: { authorization: "secret-header" },
  })
  const off = { at: core.clock.now(), reason: "moved" }
  await news()
  const table: readonly Doing[] = [
    ["operator-key.add", "unchanged", () => operators.add("Tesorería", "co_1")],
    ["operator-key.revoke", "done", () => operators.revoke(key.id)],
    ["operator-key.revoke", "unchanged", () => operators.revoke(key.id)],
    ["key.revoke", "done", () => merchants.revoke(merchantId, credential.id)],
    ["key.revoke", "unchanged", () => merchants.revoke(merchantId, credential.id)],
    ["endpoint.disable", "done", () => merchants.disableEndpoint(merchantId, endpoint.id, off)],
    ["endpoint.enable", "done", () => merchants.disableEndpoint(merchantId, endpoint.id, null)],
    [
      "endpoint.enable",
      "unchanged",
      () => merchants.disableEndpoint(merchantId, endpoint.id, null),
    ],
    ["merchant.style", "done", () => merchants.style(merchantId, { colour: "#123456" })],
    ["wallet.top-up", "done", () => wallet.topUp(money)],
    ["wallet.top-up", "unchanged", () => wallet.topUp(money)],
    ["catalogue.load", "done", () => core.catalogue.replace(sandboxCatalogue())],
    ["catalogue.load", "unchanged", () => core.catalogue.replace(sandboxCatalogue())],
    ["bank-files.clear", "unchanged", () => core.exchange.clear(core.ids.next(), "seen")],
  ]
  for (const [action, outcome, work] of table) {
    await work()
    const told = (await news()).map((each) => [each.action, each.outcome])
    assert.deepEqual(told, [[action, outcome]])
  }
  const all = JSON.stringify(await core.audit.list(ANY, 1_000))
  assert.doesNotMatch(all, /secret|word@|bank-1/)
  assert.match(all, /"url":\{"new":"https:\/\/shop.example","old":null\}/)
})

test("what the gateway does, or a merchant over its API, is not written down", async () => {
  await news()
  await silent.core.merchants.changeTerms(silent.merchantId, "caudal", { feeFixed: "1" })
  await silent.core.wallet.topUp({
    merchantId: silent.merchantId,
    asset: "COP",
    amount: 5n,
    reference: "own",
  })
  assert.deepEqual(await news(), [])
})

test("an operator's key is named, and so is what was refused", async () => {
  await news()
  const by: Actor = { kind: "operator-key", name: "Tesorería", id: core.ids.next() }
  const money = { merchantId, asset: "COP", amount: 70n, reference: "bank-2" }
  await silent.core.wallet.topUp(money, by)
  const refused = await silent.core.wallet.topUp({ ...money, amount: 71n }, by)
  assert.ok("refused" in refused)
  const [entry, second, ...more] = await news()
  assert.deepEqual([entry!.by, second!.by, more], [by, by, []])
  assert.deepEqual(
    [second!.outcome, second!.change],
    [
      "refused",
      { COP: { old: null, new: "71" }, refused: { old: null, new: "reference_conflict" } },
    ],
  )
  assert.deepEqual(entry!.change, { COP: { old: null, new: "70" } })
  const { rows } = await database.query("select 1 from transfers where id = $1 and amount = 70", [
    entry!.subject,
  ])
  assert.equal(rows.length, 1)
})

test("when the change fails, there is no entry; when the entry fails, no change", async () => {
  await news()
  await assert.rejects(core.merchants.add({ name: "Tienda" }), { code: "23505" })
  assert.deepEqual(await news(), [])
  await database.query("alter table audit_log add constraint closed check (position < 0) not valid")
  try {
    await assert.rejects(core.merchants.add({ name: "Otra" }), { code: "23514" })
    const money = { merchantId, asset: "COP", amount: 70n, reference: "bank-3" }
    await assert.rejects(core.wallet.topUp(money))
  } finally {
    await database.query("alter table audit_log drop constraint closed")
  }
  assert.equal(await core.merchants.findByName("Otra"), null)
  const { rows } = await database.query("select 1 from transfers where reference = 'bank-3'")
  assert.deepEqual([rows, await news()], [[], []])
})

test("many at once on two nodes write one chain", async () => {
  const other = await testCore(database, { name: "Tienda", by: { ...WHO, name: "bea@office" } })
  const before = await core.audit.verify(null)
  await Promise.all(
    Array.from({ length: 20 }, (_, at) => {
      const node = at % 2 === 0 ? core : other.core
      const money = { merchantId, asset: "COP", amount: 1n, reference: `many-${at}` }
      return at % 4 < 2
        ? node.wallet.topUp(money)
        : node.merchants.changeTerms(merchantId, "caudal", { feeFixed: String(at) })
    }),
  )
  const { rows, broken, head } = await core.audit.verify(before.head)
  assert.deepEqual([rows, broken], [before.rows + 20, null])
  assert.notEqual(head, before.head)
})

test("the log refuses to be changed, cut or emptied", async () => {
  for (const statement of [
    "update audit_log set content = content",
    "delete from audit_log",
    "truncate audit_log",
    "delete from audit_head",
  ]) {
    await assert.rejects(database.query(statement), /insert-only/, statement)
  }
})

test("whoever has the lines alone can check them, as the record says how", async () => {
  let previous = Buffer.alloc(32)
  await core.audit.each(ANY, async (rows) => {
    for (const { position, hash, ...content } of rows) {
      const sorted = contentOf(content, content.by, new Date(content.at))
      previous = createHash("sha256").update(previous).update(`${position} ${sorted}`).digest()
      assert.equal(previous.toString("hex"), hash)
    }
  })
  assert.equal(previous.toString("hex"), (await core.audit.verify(null)).head)
})

const LAST = "(select max(position) from audit_log)"
const BREAKS: readonly [what: string, statements: readonly string[], says: RegExp, row: number][] =
  [
    [
      "a content was changed",
      ["update audit_log set content = replace(content, 'Tienda', 'Tiende') where position = 1"],
      /not what was hashed/,
      1,
    ],
    [
      "a content and its hash were changed",
      [
        `update audit_log set content = replace(content, '"50"', '"51"'),
hash = sha256('x') where position = 4`,
      ],
      /not what was hashed/,
      4,
    ],
    [
      "a row is gone",
      ["delete from audit_log where position = 2"],
      /missing: the next one is 3/,
      2,
    ],
    [
      "a time was changed",
      [
        "alter table audit_log drop constraint audit_log_check",
        "update audit_log set at = at + interval '1 second' where position = 3",
      ],
      /not that of its content/,
      3,
    ],
    [
      "the end was cut off",
      [`delete from audit_log where position = ${LAST}`],
      /the log ends with/,
      -1,
    ],
  ]

for (const [what, statements, says, row] of BREAKS) {
  test(`the chain shows that ${what}, and where`, async (t) => {
    const own = await testDatabase(t)
    const { core: mine, merchantId: id } = await testCore(own.database, { name: "Tienda", by: WHO })
    for (const feeFixed of ["49", "50", "51"]) {
      await mine.merchants.changeTerms(id, "caudal", { feeFixed })
    }
    assert.equal((await mine.audit.verify(null)).broken, null)
    await corrupt(own.database, ...statements)
    const { broken } = await mine.audit.verify(null)
    assert.match(broken!.why, says)
    assert.equal(Number(broken!.position), row === -1 ? 5 : row)
  })
}

test("a log that was cut with its end rewritten shows by a hash that was noted", async (t) => {
  const own = await testDatabase(t)
  const { core: mine, merchantId: id } = await testCore(own.database, { by: WHO })
  await mine.merchants.changeTerms(id, "caudal", { feeFixed: "9" })
  const { head } = await mine.audit.verify(null)
  await corrupt(
    own.database,
    "delete from audit_log where position = 3",
    "update audit_head set position = l.position, hash = l.hash from audit_log l where l.position = 2",
  )
  assert.deepEqual((await mine.audit.verify(null)).broken, null)
  assert.equal((await mine.audit.verify(head)).missing, true)
})

test("one walks along the chain at a time, whoever asks for it", async () => {
  const counted = { now: 0, most: 0 }
  const watched: Database = {
    ...database,
    transaction(...asked) {
      counted.now += 1
      counted.most = Math.max(counted.most, counted.now)
      return database.transaction(...asked).finally(() => {
        counted.now -= 1
      })
    },
  }
  const node = await testCore(watched, { name: "Watched" })
  counted.most = 0
  const visits = Array.from({ length: 5 }, (_, at) =>
    node.core.verbsFor({ kind: "console", name: `${at}`, id: null }),
  )
  const walked = await Promise.all(visits.map(({ audit }) => audit.verify(null)))
  assert.deepEqual([counted.now, counted.most], [0, 1])
  for (const { broken } of walked) assert.equal(broken, null)
})

test("the database and the program hash alike, whatever the text", () => {
  // Also a check of the form: what a reader of the export has to do.
  const content = contentOf(
    {
      action: "merchant.add",
      merchantId: null,
      subject: null,
      outcome: "done",
      change: { ñ: { old: [1, true, null], new: { b: "“", a: 2 } } },
    },
    WHO,
    new Date(0),
  )
  assert.equal(
    content,
    '{"action":"merchant.add","at":"1970-01-01T00:00:00.000Z","by":{"id":null,"kind":"command",' +
      '"name":"ada@office"},"change":{"ñ":{"new":{"a":2,"b":"“"},"old":[1,true,null]}},' +
      '"merchantId":null,"outcome":"done","subject":null}',
  )
  assert.equal(hashOf(Buffer.alloc(32), 1n, content).length, 32)
})

test("a difference names what changed, and no more", () => {
  assert.deepEqual(differences({ a: 1, b: { c: 2, d: [1] } }, { a: 1, b: { c: 3, d: [1] } }), {
    "b.c": { old: 2, new: 3 },
  })
  assert.deepEqual(differences({ a: null }, null), {})
  assert.deepEqual(differences(null, { at: "https://u:p@h.example/a?b=c#d" }), {
    at: { old: null, new: "https://h.example" },
  })
})

test("each action is written by some part of the program", () => {
  const sources = globSync("src/**/*.ts", { exclude: ["src/core/audit/entry.ts"] })
  const text = sources.map((path) => readFileSync(path, "utf8")).join("\n")
  const unwritten = ACTIONS.filter((action) => !text.includes(`"${action}"`))
  assert.deepEqual(unwritten, [])
})
