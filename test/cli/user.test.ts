/** `caudal user`: the first owner of a gateway, and what a mistake is told. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"
import { besideCore, caudal, operator, temporaryFolder } from "./caudal.ts"

const { url, database } = await testDatabase({ after })
const settings = besideCore(url, temporaryFolder({ after }))
const { does, asked } = operator(settings)
const { core } = await testCore(database)
const PASSWORD = "trece pelicanos miran el faro"

const tokenIn = (text: string) => /\/console\/invitation\/([\w-]{43})/.exec(text)![1]!

test("an owner is made by a link, reset as the last one, disabled and enabled", async () => {
  assert.match((await does("user", "list")).out, /make an owner: caudal user add/)
  const { link, user } = await asked(
    ...["user", "add", "ana@example.com", "--name", "Ana", "--role", "owner"],
  )
  assert.deepEqual([user.state, user.role, user.language], ["invited", "owner", "es"])
  assert.ok(!("wrong" in (await core.users.accept(tokenIn(link), PASSWORD))))
  assert.match((await does("user", "list")).out, /ana@example\.com +Ana +owner +- +active/)
  const refused = await caudal(["user", "disable", "ana@example.com"], settings)
  assert.deepEqual([refused.code, /last owner/.test(refused.err)], [1, true])
  // Whoever is at the machine may save the last owner.
  const again = tokenIn((await does("user", "reset", "ANA@example.com")).out)
  assert.ok(!("wrong" in (await core.users.accept(again, PASSWORD))))
  await does(
    "user",
    "add",
    "eva@example.com",
    "--name",
    "Eva",
    "--role",
    "merchant",
    ...["--merchant", "Tester", "--language", "pt"],
  )
  assert.equal((await asked("user", "disable", "eva@example.com")).state, "disabled")
  assert.equal((await asked("user", "enable", "eva@example.com")).state, "invited")
  const { entries } = await asked("audit", "list", "--action", "user.add")
  assert.equal(entries.length, 2)
  assert.equal(entries[0].by.kind, "command")
})

test("each mistake is told with what is expected", async () => {
  const rows: [words: string, code: number, says: RegExp][] = [
    ["user add ana@example.com --name Ana", 1, /e-mail already/],
    ["user add nobody --name Ana", 1, /not an e-mail address/],
    ["user add x@example.com --name <b>", 1, /--name: write 1 to 80/],
    ["user add x@example.com --name X --role merchant", 1, /needs --merchant/],
    ["user add x@example.com --name X --role king", 2, /one of owner, operator, support, merchant/],
    ["user add x@example.com --name X --language fr", 2, /one of es, pt, en/],
    ["user add x@example.com", 2, /also needs --name/],
    ["user reset nobody@example.com", 1, /No user has this e-mail/],
  ]
  for (const [words, code, says] of rows) {
    const ran = await caudal(words.split(" "), settings)
    assert.equal(ran.code, code, words)
    assert.match(ran.err, says)
  }
})
