/** What operators see of recharges: one's whole story, and those whose fate nobody knows. */
import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { isRefusal } from "../../src/core/index.ts"
import { type TestCore, testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"
import { besideCore, caudal, operator, type Settings, temporaryFolder } from "./caudal.ts"

const { url, database } = await testDatabase({ after })
const folder = temporaryFolder({ after })
const settings = besideCore(url, folder)

const { does, asked } = operator(settings)

let played: TestCore

async function sell(reference: string): Promise<string> {
  const { core, merchantId } = played
  const merchant = (await core.merchants.find(merchantId))!
  const { id: _id, merchantId: _merchant, attempt: _attempt, ...rest } = played.payment()
  const target = { companyCode: "CO-R-0901", identifier: "3001234567" }
  const way = { method: "recharge", target } as const
  const money = { amount: 150_050n, commission: 4_502n }
  const made = await core.pay.create({
    ...rest,
    ...money,
    kind: "recharge",
    reference,
    merchant,
    way,
  })
  assert.ok(!isRefusal(made))
  await core.pass()
  return made.payment.id
}

let delivered = ""
let refused = ""
let silent = ""

before(async () => {
  played = await testCore(database)
  const { core, merchantId, rail } = played
  await core.merchants.changeTerms(merchantId, "caudal", { feeFixed: "500" })
  const topUp = { merchantId, asset: "COP", amount: 1_000_000n, reference: "bank-1" }
  assert.ok(!isRefusal(await core.wallet.topUp(topUp)))
  rail.answer = async () => ({ kind: "settled", railReference: "op-4711" })
  delivered = await sell("r-1")
  rail.answer = async () => ({ kind: "rejected", reason: "operator_unavailable" })
  refused = await sell("r-2")
  rail.answer = () => Promise.reject(new Error("the line went dead"))
  silent = await sell("r-3")
})

/** A row of `name value` as the page has it. */
const row = (name: string, value: string) => new RegExp(`^ {2}${name} {2,}${value}$`, "m")

test("a recharge is shown with what was held and earned, and its provider's own id", async () => {
  const { out } = await does("payment", "show", delivered)
  assert.match(out, row("kind", "recharge"))
  assert.match(out, row("amount", "COP 1500\\.50"))
  assert.match(out, row("state", "approved"))
  assert.match(out, row("fee", "COP 5\\.00"))
  assert.match(out, row("held for it", "COP 1505\\.50"))
  assert.match(out, row("commission", "COP 45\\.02"))
  assert.match(out, / RAIL'S ID\n.* CO-R-0901 \*+4567 .* op-4711\n/)
  assert.match(out, / transfer +recharge\.commission, COP 45\.02 from test outside/)
  assert.ok(!out.includes("3001234567"), "its number is masked")
})

test("for programs it has the same, each amount with the decimals of its currency", async () => {
  const said = await caudal(["payment", "show", delivered, "--json"], settings)
  assert.ok(!said.out.includes("3001234567"), "its number is masked")
  const { payment, attempts, story } = said.json()
  const { kind, state, amount, fee, held, commission } = payment
  assert.deepEqual(
    [kind, state, amount, fee, held, commission],
    ["recharge", "approved", "1500.50", "5.00", "1505.50", "45.02"],
  )
  assert.deepEqual(
    attempts.map((each: Record<string, string>) => [each["railReference"], each["state"]]),
    [["op-4711", "settled"]],
  )
  const moved = story.filter(({ what }: { what: string }) => what === "transfer")
  assert.deepEqual(
    moved.map((each: Record<string, string>) => [each["kind"], each["amount"]]).sort(),
    [
      ["fee", "5.00"],
      ["recharge.commission", "45.02"],
      ["recharge.confirmed", "1500.50"],
      ["recharge.hold", "1505.50"],
    ],
  )
})

test("of one that wasn't delivered it is said what it would have earned, and why not", async () => {
  const { out } = await does("payment", "show", refused)
  assert.match(out, row("state", "declined \\(operator_unavailable\\)"))
  assert.match(out, row("commission if delivered", "COP 45\\.02"))
  assert.match(out, /recharge\.released, COP 1505\.50 from .*held to .*available/)
})

test("unknown attempts are asked for by a rail that there is, or that they name", async () => {
  const about = ["attempts", "unknown", "--rail"]
  // The rail of these attempts is in no settings: it may have gone since.
  const { attempts } = await asked(...about, "test")
  assert.deepEqual(
    attempts.map(({ paymentId }: { paymentId: string }) => paymentId),
    [silent],
  )
  assert.match(
    (await does(...about, "test", "--older-than", "9999d")).out,
    /Every attempt .* answer/,
  )
  assert.match((await does(...about, "simulator")).out, /Every attempt .* has its answer/)
  for (const json of [[], ["--json"]]) {
    const ran = await caudal([...about, "tapla", ...json], settings)
    assert.deepEqual([ran.code, ran.out], [1, ""])
    assert.match(
      ran.err,
      /There is no rail \W*tapla\W+nor .* wait over one; there are: simulator, evm, /,
    )
  }
  const nobody = await caudal(["attempts", "unknown", "--merchant", "Testr"], settings)
  assert.deepEqual([nobody.code, nobody.out], [1, ""])
  assert.match(nobody.err, /There is no merchant "Testr"; there are: Tester/)
})

const BASE: readonly (readonly [what: string, more: Settings, base: string, guess: boolean])[] = [
  ["what these settings say, which may be wrong", {}, "http://127.0.0.1:8080", true],
  ["the same with a port", { PORT: "9000" }, "http://127.0.0.1:9000", true],
  [
    "what was configured",
    { CAUDAL_PUBLIC_URL: "https://pay.example/" },
    "https://pay.example",
    false,
  ],
]
for (const [what, more, base, guess] of BASE) {
  test(`before a gateway started in the folder, a key's base URL is ${what}`, async () => {
    await assertBase(more, base, guess)
  })
}

test("then it is where the gateway said that it is, unless another was configured", async () => {
  const path = join(folder, "sandbox.json")
  writeFileSync(path, JSON.stringify({ url: "http://127.0.0.1:8081" }))
  await assertBase({}, "http://127.0.0.1:8081", false)
  await assertBase({ CAUDAL_PUBLIC_URL: "https://pay.example" }, "https://pay.example", false)
  for (const text of ["{}", "[", "null"]) {
    writeFileSync(path, text)
    await assertBase({}, "http://127.0.0.1:8080", true)
  }
})

async function assertBase(more: Settings, base: string, guess: boolean): Promise<void> {
  for (const [words, path] of [
    [["--merchant", "Tester", "--dialect", "tapila"], "/tapila"],
    [["--operator", "Ana"], "/v1/operator"],
  ] as const) {
    const ran = await caudal(["key", "add", ...words], { ...settings, ...more })
    assert.equal(ran.code, 0, ran.err)
    assert.match(ran.out, new RegExp(`^ {2}base URL +${base}${path}$`, "m"))
    assert.equal(/the base URL is what PORT and HOST say here/.test(ran.err), guess, ran.err)
  }
}
