/** `caudal mandate`: who agreed to be charged, and taking it back, beside a running gateway. */
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { lastFirst } from "../support/cleanup.ts"
import { testDatabase } from "../support/database.ts"
import {
  account,
  answerPage,
  assertMessage,
  demoClient,
  NOBODY,
  PERSON,
} from "../support/direct-debit.ts"
import { startGateway } from "../support/gateway.ts"
import { caudal, type Settings } from "./caudal.ts"

const context = lastFirst({ after })
const { url } = await testDatabase(context)
const gateway = await startGateway(context, { DATABASE_URL: url })
const client = demoClient(gateway)
const settings: Settings = { DATABASE_URL: url, CAUDAL_DATA_DIR: gateway.dataDir }

/** A sixth of the time for which a node that dies keeps what it had to tell. */
const TOLD_WITHIN_MS = 5_000

/** Runs `caudal mandate …` of the demo merchant, which must succeed. */
async function does(...words: string[]) {
  const ran = await caudal(["mandate", ...words, "--merchant", "Demo"], settings)
  assert.equal(ran.code, 0, ran.err)
  return ran
}

async function asked(...words: string[]) {
  const ran = await does(...words, "--json")
  assert.ok(!ran.out.includes("123456789"), "the whole number")
  assert.ok(!ran.out.includes(PERSON.documentNumber), "the whole document")
  return ran.json()
}

let customerId: string
let one: string
let other: string
let instant: { readonly id: string; readonly bancolombiaInstant: { readonly authUrl: string } }

before(async () => {
  customerId = await client.newCustomer()
  one = await client.newMethod({
    ...account(customerId),
    mandate: { acceptedAt: "2025-03-04T05:06:07-05:00", channel: "web form", reference: "c-17" },
  })
  instant = await client.make("/paymentMethods", { customerId, type: "bancolombiaInstant" })
  await answerPage(instant.bancolombiaInstant.authUrl, "agree")
  other = await client.newMethod(account(await client.newCustomer(), "123456702"))
})

test("stored accounts are listed with who agreed when, newest first", async () => {
  const { mandates, next } = await asked("list")
  assert.equal(next, null)
  const found = mandates.map((each: Record<string, unknown>) => [
    each["id"],
    each["state"],
    each["consentChannel"],
    each["revokedAt"],
  ])
  assert.deepEqual(found, [
    [other, "error", "merchant", null],
    [instant.id, "active", "page", null],
    [one, "active", "merchant", null],
  ])
  assert.equal(mandates[2].consentedAt, "2025-03-04T10:06:07.000Z")
  assert.deepEqual(mandates[2].account, {
    bank: "santander",
    accountType: "savings",
    accountNumber: "*6789",
  })
  const text = (await does("list")).out
  assert.match(text, /santander \*6789 +active +2025-03-04 10:06Z +merchant +- +-/)

  const own = await asked("list", "--customer", customerId)
  assert.equal(own.mandates.length, 2)
  const first = await asked("list", "--limit", "2")
  assert.deepEqual([first.mandates.length, first.next], [2, instant.id])
  assert.match((await does("list", "--limit", "2")).out, new RegExp(`--before ${instant.id}`))
  const rest = await asked("list", "--before", first.next)
  assert.deepEqual(rest.mandates, [mandates[2]])
})

test("the proof of a consent is shown for whom it concerns, with the document masked", async () => {
  const person = { name: PERSON.name, documentType: "cc", documentNumber: "*0422" }
  const said = (await asked("show", one)).mandate.consent
  assert.deepEqual(said, { channel: "merchant", givenBy: "web form", reference: "c-17", person })
  const { words, ...agreed } = (await asked("show", instant.id)).mandate.consent
  assert.deepEqual(agreed, { channel: "page", language: "es", browser: "node", person })
  assert.match(
    words,
    /^Autoriza los débitos a tu cuenta\n.*pide permiso.*\n.*Pepito Perez\n.*\*1234$/,
  )
  assert.match((await does("show", one)).out, /owner +Pepito Perez, cc \*0422/)
  assert.match((await does("show", instant.id)).out, /words +Autoriza los débitos/)
})

test("an operator takes a consent back once, and charges are refused from then on", async () => {
  const first = await asked("revoke", one)
  assert.deepEqual([first.changed, first.mandate.state], [true, "revoked"])
  assert.equal(first.mandate.revokedBy, "operator")
  const again = await asked("revoke", one)
  assert.deepEqual(again, { ...first, changed: false })
  assert.match((await does("revoke", one)).out, /was revoked before, by the operator/)
  const charge = { paymentMethodId: one, amount: 100 }
  assertMessage(await client.call("POST", "/paymentRequests", charge), 400, "revoked")
  // The gateway tells of it at once, for a command sends nothing itself: none was leased to it.
  const isTold = ({ body }: { readonly body: string }) =>
    body.includes("payment-method.update") && body.includes(one) && body.includes('"error"')
  await gateway.receiver.next(isTold, TOLD_WITHIN_MS)
})

test("what can't be done is said, and changes nothing", async () => {
  const rows: [words: string[], code: number, says: RegExp][] = [
    [["revoke", other, "--merchant", "Demo"], 1, /this payment method failed/],
    [["revoke", NOBODY, "--merchant", "Demo"], 1, /Demo has no stored account 0697129c/],
    [["show", NOBODY, "--merchant", "Demo"], 1, /Demo has no stored account/],
    [["show", "x", "--merchant", "Demo"], 1, /"x" is not the id of a stored account/],
    [["list", "--merchant", "Demo", "--customer", "x"], 1, /is not the id of a customer/],
    [["list", "--merchant", "Demo", "--limit", "0"], 2, /--limit 0: write a number from 1 to 1000/],
    [["list", "--merchant", "Nobody"], 1, /There is no merchant "Nobody"/],
    [["revoke", one], 2, /also needs --merchant/],
  ]
  for (const [words, code, says] of rows) {
    const ran = await caudal(["mandate", ...words], settings)
    assert.equal(ran.code, code, words.join(" "))
    assert.match(ran.err, says)
  }
})
