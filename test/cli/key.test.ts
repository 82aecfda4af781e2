/** `caudal key`: names, scopes, ends, and a successor with an overlap. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { hashSecret } from "../../src/core/index.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"
import { besideCore, caudal, operator, temporaryFolder } from "./caudal.ts"

const { url, database } = await testDatabase({ after })
const settings = besideCore(url, temporaryFolder({ after }))
const { asked, does } = operator(settings)
const { core } = await testCore(database)
const OF = ["--merchant", "Tester"]

test("a key is made with a name, scopes and an end, and listed", async () => {
  const terms = ["--name", "Caja 1", "--scopes", "payments:read, books:read", "--expires", "90d"]
  const made = await asked("key", "add", ...OF, "--dialect", "caudal", ...terms)
  const { apiKey } = made.credentials
  const { credential } = (await core.merchants.authenticate("caudal", "key", hashSecret(apiKey)))!
  assert.deepEqual(
    [credential.name, credential.scopes],
    ["Caja 1", ["payments:read", "books:read"]],
  )
  const { out } = await does("key", "list", ...OF)
  assert.match(
    out,
    new RegExp(`Caja 1 .*…${apiKey.slice(-4)} .*payments:read books:read.*in use, ends`),
  )
  const rolled = await asked("key", "roll", made.ids[0], ...OF, "--overlap", "30m")
  assert.deepEqual([rolled.name, rolled.scopes], ["Caja 1", credential.scopes])
  assert.match((await does("key", "list", ...OF)).out, /replaced, ends/)
  const again = await caudal(["key", "roll", made.ids[0], ...OF], settings)
  assert.deepEqual([again.code, /was made in the place/.test(again.err)], [1, true])
})

test("an operator's key has scopes and an end, and is replaced", async () => {
  const scopes = ["--scopes", "balances:read", "--expires", "2030-01-31"]
  const made = await asked("key", "add", "--operator", "Caja", ...scopes)
  assert.deepEqual([made.scopes, made.expiresAt], [["balances:read"], "2030-01-31T00:00:00.000Z"])
  const rolled = await asked("key", "roll", made.ids[0], "--operator", "--overlap", "0")
  assert.deepEqual([rolled.operator, rolled.scopes], ["Caja", ["balances:read"]])
  assert.match((await does("key", "list", "--operators")).out, /Caja .*balances:read/)
})

const ADD = ["key", "add", ...OF, "--dialect", "caudal"]
const WRONG: readonly (readonly [words: readonly string[], code: number, says: RegExp])[] = [
  [[...ADD, "--scopes", "all"], 2, /--scopes: there is no scope all; there are: payments:read/],
  [[...ADD, "--scopes", ","], 2, /--scopes: a key that may do nothing/],
  [[...ADD, "--expires", "soon"], 2, /--expires soon: write 90d/],
  [[...ADD, "--expires", "2027-02-31"], 2, /--expires 2027-02-31: write 90d/],
  [[...ADD, "--expires", "2001-01-01"], 2, /--expires: a key has to end in the future/],
  [[...ADD, "--expires", "9999d"], 2, /--expires: a key ends within 3660 days/],
  [[...ADD, "--name", "x".repeat(81)], 2, /--name: a key's name is one line/],
  [["key", "add", ...OF, "--dialect", "tapila", "--scopes", "books:read"], 2, /tapila knows none/],
  [["key", "roll", "x", ...OF], 1, /"x" is not the id of a key/],
  [["key", "roll", "0".repeat(8), ...OF], 1, /is not the id of a key/],
]

for (const [words, code, says] of WRONG) {
  test(`caudal ${words.join(" ").slice(0, 80)} is refused`, async () => {
    const ran = await caudal(words, settings)
    assert.deepEqual([ran.code, says.test(ran.err)], [code, true], ran.err)
  })
}
