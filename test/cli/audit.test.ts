/** `caudal audit`: what an operator sees of what was done, and what a mistake is told. */
import assert from "node:assert/strict"
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { testCore } from "../support/core.ts"
import { corrupt } from "../support/corrupt.ts"
import { testDatabase } from "../support/database.ts"
import { besideCore, caudal, operator, temporaryFolder } from "./caudal.ts"

const { url, database } = await testDatabase({ after })
const folder = temporaryFolder({ after })
const settings = besideCore(url, folder)
const { does, asked } = operator(settings)
await testCore(database)

test("what commands do is listed, with the user who ran them", async () => {
  await does("merchant", "add", "Tienda")
  await does("key", "add", "--merchant", "Tienda", "--dialect", "caudal")
  await does("terms", "set", "Tienda", "--dialect", "caudal", "--fee-fixed", "50")
  const topUp = ["wallet", "top-up", "--merchant", "Tienda", "--currency", "COP", "--amount", "5"]
  await does(...topUp, "--reference", "bank-1")
  const { entries } = await asked("audit", "list", "--merchant", "Tienda")
  assert.deepEqual(
    entries.map(({ action }: { action: string }) => action),
    ["wallet.top-up", "terms.set", "key.add", "terms.agree", "merchant.add"],
  )
  assert.match(entries[0].by.name, /^.+@.+$/)
  assert.deepEqual(
    [entries[0].by.kind, entries[0].change],
    ["command", { COP: { new: "500", old: null } }],
  )
  const { out } = await does("audit", "list", "--action", "terms.set", "--since", "2026-01-01")
  assert.match(out, /NO +AT +BY[\s\S]*terms\.set[\s\S]*feeFixed: "0" → "50"/)
  assert.match((await does("audit", "list", "--since", "2999-01-01")).out, /Nothing of that kind/)
})

test("what only looks leaves no trace, but for a look at a person's consent", async () => {
  const before = (await asked("audit", "verify")).rows
  for (const words of ["merchant list", "key list --merchant Tienda", "audit list", "verify"]) {
    await does(...words.split(" "))
  }
  assert.equal((await asked("audit", "verify")).rows, before)
})

test("the log is exported as lines, for its owner's eyes alone", async () => {
  const path = join(folder, "audit.jsonl")
  assert.match((await does("audit", "export", "--out", path)).out, /^5 entries in /)
  const lines = readFileSync(path, "utf8").trimEnd().split("\n")
  assert.equal(statSync(path).mode & 0o077, 0)
  const { head, rows } = await asked("audit", "verify")
  assert.deepEqual([lines.length, JSON.parse(lines.at(-1)!).hash], [rows, head])
  assert.equal((await does("audit", "export")).out, readFileSync(path, "utf8"))
})

test("a chain that is right says so with its last hash; a broken one names the row", async () => {
  const { head } = await asked("audit", "verify")
  assert.match(
    (await does("audit", "verify", "--from", head)).out,
    /The audit log is right: 5 rows/,
  )
  const unknown = await caudal(["audit", "verify", "--from", "ab".repeat(32)], settings)
  assert.equal(unknown.code, 1)
  assert.match(unknown.out, /No row has the hash abab/)
  await corrupt(database, "update audit_log set content = content || ' ' where position = 3")
  const broken = await caudal(["audit", "verify"], settings)
  assert.equal(broken.code, 1)
  assert.match(broken.out, /wrong at row 3: /)
  const books = await caudal(["verify", "--json"], settings)
  assert.equal(books.code, 1)
  assert.deepEqual(books.json().wrong[0].check, "audit-chain")
})

const NO: readonly [words: string, code: number, says: RegExp][] = [
  ["list --since yesterday", 2, /write a day or a time like 2026-01-05T09:30Z/],
  ["list --since 2026-02-31T00:00Z", 2, /write a day or a time/],
  ["list --action payment.steal", 2, /there are merchant\.add, /],
  ["list --merchant Nobody", 1, /There is no merchant "Nobody"/],
  ["list --limit 0", 2, /a number from 1 to 1000/],
  ["verify --from abc", 2, /a hash has 64 digits/],
  ["export --out /", 1, /is no ordinary file/],
]
for (const [words, code, says] of NO) {
  test(`caudal audit ${words}: no, and why`, async () => {
    const ran = await caudal(["audit", ...words.split(" ")], settings)
    assert.equal(ran.code, code)
    assert.match(ran.err, says)
  })
}
