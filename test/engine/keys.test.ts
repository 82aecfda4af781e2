/** Keys with a name, scopes and an end: made once, replaced with an overlap, noted when used. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import type { Actor } from "../../src/core/audit/entry.ts"
import { hashSecret, type KeyFlaw, type KeyTerms } from "../../src/core/index.ts"
import { ISSUES_MAX } from "../../src/core/merchants/keys.ts"
import { until } from "../support/chain.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const ANY = { since: null, action: null, merchantId: null }
const BY: Actor = { kind: "command", name: "ada@office", id: null }

const { database } = await testDatabase({ after })
const { core, merchantId, clock, ids } = await testCore(database, { by: BY })
const { merchants, operators } = core
await merchants.agree(merchantId, "tapila")

let made = 0
/** A key's secret, with a known end. */
function secret() {
  made += 1
  return { kind: "key", key: `ck_secret-${String(made).padStart(4, "0")}` } as const
}
const finds = (key: string) => {
  clock.advance(1_000)
  return merchants.authenticate("caudal", "key", hashSecret(key))
}

function madeOf<Made>(answer: Made | { readonly wrong: KeyFlaw }): Made {
  assert.ok(!(typeof answer === "object" && answer !== null && "wrong" in answer))
  return answer as Made
}
const wrongOf = (answer: unknown) => (answer as { wrong?: KeyFlaw }).wrong?.code

test("a key has its name, scopes and end, and lists show the end of its secret", async () => {
  const fresh = secret()
  const expiresAt = new Date(clock.now().getTime() + 90 * DAY_MS)
  const terms = { name: "Contabilidad", scopes: ["payments:read", "books:read"], expiresAt }
  const [stored] = madeOf(await merchants.issueKeys(merchantId, "caudal", [fresh], terms))
  const found = (await finds(fresh.key))!.credential
  assert.deepEqual([found.name, found.scopes, found.expiresAt], Object.values(terms))
  assert.deepEqual([found.hint, found.issueId, found.id], ["0001", stored!.id, stored!.id])
  const [entry] = await core.audit.list(ANY, 1)
  assert.deepEqual(
    [entry!.action, entry!.change["scopes"]],
    ["key.add", { old: null, new: terms.scopes }],
  )
  assert.doesNotMatch(JSON.stringify(entry), /ck_secret|0001/)
})

test("a key that has an end is refused from then on", async () => {
  const fresh = secret()
  const expiresAt = new Date(clock.now().getTime() + HOUR_MS)
  await merchants.issueKeys(merchantId, "caudal", [fresh], { expiresAt })
  clock.advance(HOUR_MS - 5_000)
  assert.ok(await finds(fresh.key))
  clock.advance(5_000)
  assert.equal(await finds(fresh.key), null)
})

const WRONG: readonly (readonly [code: KeyFlaw["code"], terms: KeyTerms])[] = [
  ["name_invalid", { name: "" }],
  ["name_invalid", { name: " a" }],
  ["name_invalid", { name: "a\nb" }],
  ["name_invalid", { name: "x".repeat(81) }],
  ["scopes_none", { scopes: [] }],
  ["scopes_unknown", { scopes: ["payments:read", "everything"] }],
  ["scopes_unknown", { scopes: ["top-ups:write"] }],
  ["expiry_past", { expiresAt: new Date(0) }],
  ["expiry_past", { expiresAt: new Date(Number.NaN) }],
  ["expiry_far", { expiresAt: new Date("2099-01-01") }],
]

test("what can't be a key's name, scopes or end makes none", async () => {
  const before = (await merchants.credentials(merchantId)).length
  for (const [code, terms] of WRONG) {
    const answer = await merchants.issueKeys(merchantId, "caudal", [secret()], terms)
    assert.equal(wrongOf(answer), code, JSON.stringify(terms))
  }
  const vendor = await merchants.issueKeys(merchantId, "tapila", [secret()], {
    scopes: ["payments:read"],
  })
  assert.equal(wrongOf(vendor), "scopes_not_here")
  assert.equal((await merchants.credentials(merchantId)).length, before)
})

test("a form that is sent twice makes one key, and a secret is taken once", async () => {
  const issueId = ids.next()
  const [one, two] = [secret(), secret()]
  madeOf(await merchants.issueKeys(merchantId, "caudal", [one], { issueId }))
  const again = await merchants.issueKeys(merchantId, "caudal", [two], { issueId })
  assert.equal(wrongOf(again), "repeated")
  assert.equal(await finds(two.key), null)
  assert.equal(wrongOf(await merchants.issueKeys(merchantId, "caudal", [one])), "taken")
})

test("a rolled key stands beside its successor for the overlap, and no longer", async () => {
  const [old, fresh] = [secret(), secret()]
  const until = new Date(clock.now().getTime() + 30 * DAY_MS)
  const terms = { name: "Tienda", scopes: ["payments:write"], expiresAt: until }
  const [stored] = madeOf(await merchants.issueKeys(merchantId, "caudal", [old], terms))
  const [next] = madeOf(
    await merchants.rollKeys(merchantId, stored!.issueId, [fresh], { overlapSeconds: 3_600 }),
  )
  assert.deepEqual([next!.name, next!.scopes], [terms.name, terms.scopes])
  // It lasts as long as the old one was to.
  assert.equal(next!.expiresAt!.getTime() - next!.createdAt.getTime(), 30 * DAY_MS)
  assert.ok((await finds(old.key)) && (await finds(fresh.key)))
  const again = await merchants.rollKeys(merchantId, stored!.issueId, [secret()], {
    overlapSeconds: 0,
  })
  assert.equal(wrongOf(again), "rolled")
  clock.advance(HOUR_MS)
  assert.equal(await finds(old.key), null)
  assert.ok(await finds(fresh.key))
  const [entry] = await core.audit.list({ ...ANY, action: "key.roll" }, 1)
  assert.deepEqual([entry!.subject, entry!.by.name], [stored!.issueId, "ada@office"])
})

test("what was made together is replaced and ended together", async () => {
  const login = { kind: "login", username: "tienda.1", password: "a-long-password" } as const
  const next = { kind: "login", username: "tienda.2", password: "another-password" } as const
  const pair = madeOf(await merchants.issueKeys(merchantId, "tapila", [login, secret()]))
  assert.equal(new Set(pair.map(({ issueId }) => issueId)).size, 1)
  assert.deepEqual(
    pair.map(({ hint }) => hint === null),
    [true, false],
  )
  const { issueId } = pair[0]!
  const rolled = madeOf(
    await merchants.rollKeys(merchantId, issueId, [next, secret()], { overlapSeconds: 0 }),
  )
  const states = async () => {
    const all = await merchants.credentials(merchantId)
    return pair.map(({ id }) => all.find((each) => each.id === id)!.rolledTo)
  }
  assert.deepEqual(await states(), [rolled[0]!.issueId, rolled[0]!.issueId])
  clock.advance(1_000)
  const found = (name: string) => merchants.authenticate("tapila", "login", name)
  assert.deepEqual([await found("tienda.1"), !!(await found("tienda.2"))], [null, true])
  assert.equal(await merchants.revokeIssue(merchantId, rolled[0]!.issueId), true)
  assert.equal(await merchants.revokeIssue(merchantId, rolled[0]!.issueId), false)
  clock.advance(1_000)
  assert.equal(await found("tienda.2"), null)
  const ended = await merchants.rollKeys(merchantId, rolled[0]!.issueId, [secret()], {
    overlapSeconds: 0,
  })
  assert.equal(wrongOf(ended), "ended")
})

test("nobody replaces or ends another merchant's key", async () => {
  const other = await testCore(database, { name: "Otra" })
  const fresh = secret()
  const [stored] = madeOf(await merchants.issueKeys(merchantId, "caudal", [fresh]))
  const { merchants: theirs } = other.core
  const rolled = await theirs.rollKeys(other.merchantId, stored!.issueId, [secret()], {
    overlapSeconds: 0,
  })
  assert.equal(wrongOf(rolled), "unknown")
  assert.equal(await theirs.revokeIssue(other.merchantId, stored!.issueId), null)
  assert.equal(await theirs.revoke(other.merchantId, stored!.id), false)
  assert.ok(await finds(fresh.key))
})

test("the last use is noted, at most once an hour, and nobody waits for it", async () => {
  const fresh = secret()
  madeOf(await merchants.issueKeys(merchantId, "caudal", [fresh]))
  const lastUsed = async () => (await finds(fresh.key))!.credential.lastUsedAt?.getTime() ?? 0
  const use = async () => merchants.used((await finds(fresh.key))!.credential)
  await use()
  await until("the first use is noted", async () => (await lastUsed()) > 0)
  const first = await lastUsed()
  clock.advance(HOUR_MS - 60_000)
  await use()
  assert.equal(await lastUsed(), first)
  clock.advance(HOUR_MS)
  await use()
  await until("the next hour's is noted", async () => (await lastUsed()) > first + HOUR_MS)
})

test("an operator's key has scopes and an end, and is replaced like a merchant's", async () => {
  const scopes = ["balances:read"]
  const old = await operators.add("Caja", "co_old-key", { scopes })
  assert.deepEqual([old.isNew, old.hint], [true, "-key"])
  assert.equal((await operators.add("Caja", "co_old-key")).isNew, false)
  const rolled = madeOf(await operators.roll(old.id, "co_new-key", { overlapSeconds: 60 }))
  assert.deepEqual([rolled.name, rolled.scopes], ["Caja", scopes])
  const found = (key: string) => {
    clock.advance(1_000)
    return operators.authenticate(hashSecret(key))
  }
  assert.ok((await found("co_old-key")) && (await found("co_new-key")))
  clock.advance(60_000)
  assert.equal(await found("co_old-key"), null)
  operators.used((await found("co_new-key"))!)
  await until("it is noted", async () => (await found("co_new-key"))!.lastUsedAt !== null)
  const roll = (id: string) => operators.roll(id, "co_other", { overlapSeconds: 0 })
  assert.equal(wrongOf(await roll(old.id)), "rolled")
  assert.equal(wrongOf(await roll(ids.next())), "unknown")
  await operators.revoke(rolled.id)
  assert.equal(wrongOf(await roll(rolled.id)), "ended")
})

test("a merchant has a limited number of keys in use", async () => {
  const other = await testCore(database, { name: "Muchas" })
  const add = () => other.core.merchants.issueKeys(other.merchantId, "caudal", [secret()])
  for (let at = 0; at < ISSUES_MAX; at += 1) madeOf(await add())
  assert.equal(wrongOf(await add()), "too_many")
  const [first] = await other.core.merchants.credentials(other.merchantId)
  await other.core.merchants.revoke(other.merchantId, first!.id)
  madeOf(await add())
})
