/** Palomma Direct Debit: under whose word an account is charged, and taking that word back. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import type { Target } from "../../src/core/index.ts"
import {
  account,
  answerPage,
  assertMessage,
  demoClient,
  idsOf,
  NOBODY,
  newMerchant,
  PERSON,
} from "../support/direct-debit.ts"
import { ask, startGateway } from "../support/gateway.ts"
import { open, press } from "../support/page.ts"

const gateway = await startGateway({ after })
const { core, receiver } = gateway
const client = demoClient(gateway)
const { call, get, make, newCustomer, newMethod } = client

const { email: _, ...OWNER } = PERSON
const NOT_ACTIVE = "paymentMethodId: only an active payment method can be charged"

async function instrumentOf(id: string) {
  return (await core.instruments.findByLink(id))!
}

async function agreed(): Promise<{ id: string; authUrl: string }> {
  const body = { customerId: await newCustomer(), type: "bancolombiaInstant" }
  const { id, bancolombiaInstant } = await make("/paymentMethods", body)
  await answerPage(bancolombiaInstant.authUrl, "agree")
  return { id, authUrl: bancolombiaInstant.authUrl }
}

test("a merchant's word is kept as it was given, and is no part of the answer", async () => {
  const customerId = await newCustomer()
  const acceptedAt = "2025-01-02T03:04:05.678-05:00"
  const long = { channel: "ñ".repeat(40), reference: "🦩".repeat(140) }
  const rows: [mandate: object | undefined, given: string | null, reference: string | null][] = [
    [undefined, null, null],
    [{ acceptedAt }, null, null],
    [{ acceptedAt, channel: "phone call", reference: "call-17" }, "phone call", "call-17"],
    [{ acceptedAt, ...long }, long.channel, long.reference],
  ]
  const plain = await make("/paymentMethods", account(customerId))
  const wallet = { customerId, type: "nequiInstant", phoneNumber: "3298779391" }
  for (const [mandate, givenBy, reference] of rows) {
    for (const body of [account(customerId), wallet]) {
      const made = await make("/paymentMethods", { ...body, mandate })
      assert.ok(!JSON.stringify(made).includes("mandate"))
      if (body !== wallet) assert.deepEqual(Object.keys(made), Object.keys(plain))
      const stored = await instrumentOf(made.id)
      const at = mandate ? "2025-01-02T08:04:05.678Z" : made.createdAt
      assert.equal(stored.consentedAt?.toISOString(), at)
      const proof = { channel: "merchant", givenBy, reference, person: OWNER }
      assert.deepEqual(core.instruments.consent(stored), proof)
    }
  }
})

test("a mandate that is wrong is refused by the name of its member", async () => {
  const customerId = await newCustomer()
  const acceptedAt = "2025-01-02T03:04:05Z"
  const ahead = (ms: number) => new Date(core.clock.now().getTime() + ms).toISOString()
  const time = "mandate.acceptedAt: must be an ISO 8601 time with its zone"
  const rows: [mandate: unknown, says: string][] = [
    [{}, "mandate.acceptedAt is required"],
    [{ acceptedAt: "yesterday" }, time],
    [{ acceptedAt: "2025-01-02T03:04:05" }, time],
    [{ acceptedAt: 1_736_000_000 }, time],
    [{ acceptedAt: "2025-02-30T00:00:00Z" }, time],
    [
      { acceptedAt: "0000-01-01T00:00:00Z" },
      "mandate.acceptedAt: must not be before 1990-01-01T00:00:00.000Z",
    ],
    [{ acceptedAt: ahead(120_000) }, "mandate.acceptedAt must not be in the future"],
    [
      { acceptedAt, channel: "x".repeat(41) },
      "mandate.channel: must be text of 1 to 40 characters without control characters",
    ],
    [
      { acceptedAt, reference: "x".repeat(141) },
      "mandate.reference: must be text of 1 to 140 characters without control characters",
    ],
    [
      { acceptedAt, reference: "a\nb" },
      "mandate.reference: must be text of 1 to 140 characters without control characters",
    ],
    [{ acceptedAt, acceptedBy: "Ana" }, "mandate: has no member acceptedBy"],
    ["yes", "mandate: must be an object with acceptedAt"],
    [null, "mandate: must be an object with acceptedAt"],
  ]
  for (const [mandate, says] of rows) {
    const answer = await call("POST", "/paymentMethods", { ...account(customerId), mandate })
    assertMessage(answer, 400, JSON.stringify(mandate))
    assert.equal(answer.body.message, says)
  }
  const asked = { customerId, type: "bancolombiaInstant", mandate: { acceptedAt } }
  const answer = await call("POST", "/paymentMethods", asked)
  assertMessage(answer, 400, "its owner agrees")
  assert.equal(answer.body.message, "mandate: must be left out: its owner agrees on the page")
  assert.deepEqual(idsOf(await get(`/paymentMethods?customerId=${customerId}`)), [])

  // Clocks differ: a moment ahead is now, and never later than the account itself.
  const body = { ...account(customerId), mandate: { acceptedAt: ahead(20_000) } }
  const { id } = await make("/paymentMethods", body)
  const { consentedAt, createdAt } = await instrumentOf(id)
  assert.ok(consentedAt! <= createdAt)
})

test("an owner agrees to the words that were read, and to no others", async () => {
  const body = { customerId: await newCustomer(), type: "bancolombiaInstant" }
  const { id, bancolombiaInstant } = await make("/paymentMethods", body)
  assert.equal((await instrumentOf(id)).consentedAt, null)
  const charge = await call("POST", "/paymentRequests", { paymentMethodId: id, amount: 5 })
  assertMessage(charge, 400, "pending")
  assert.equal(charge.body.message, NOT_ACTIVE)

  const { authUrl } = bancolombiaInstant
  const page = await open(`${authUrl}?lang=en`)
  const words = /name="words" value="(\w+)"/.exec((await open(`${authUrl}?lang=pt`)).html)![1]!
  for (const other of ["", "0".repeat(64), words]) {
    assert.match((await press(page, "agree", { words: other })).text, /asks to debit/)
    assert.equal((await instrumentOf(id)).state, "pending")
  }
  const headers = { "user-agent": `Browser/1 ${"x".repeat(400)}` }
  assert.match((await press(page, "agree", {}, headers)).text, /Permission given/)
  const stored = await instrumentOf(id)
  const proof = core.instruments.consent(stored)
  assert.ok(proof?.channel === "page" && stored.consentChannel === "page")
  assert.deepEqual([proof.person, proof.language, proof.browser?.length], [OWNER, "en", 300])
  for (const line of proof.words.split("\n"))
    assert.ok(page.text.includes(line.split(": ").at(-1)!))
  assert.match(proof.words, /asks to debit payments from your Bancolombia account/)
})

test("a charge of a stored account carries its mandate to its rail", async () => {
  const paymentMethodId = await newMethod(account(await newCustomer()))
  const { id } = await make("/paymentRequests", { paymentMethodId, amount: 5 })
  const [attempt] = await core.payments.attempts(id)
  const { consentedAt } = await instrumentOf(paymentMethodId)
  const { mandate, accountNumber }: Target = core.payments.target(attempt!)
  assert.deepEqual(mandate, { id: paymentMethodId, consentedAt: consentedAt!.toISOString() })
  assert.equal(accountNumber, "123456789")
})

test("DELETE takes the consent back: it answers the method, and so does every repeat", async () => {
  const customerId = await newCustomer()
  const waiting = (await make("/paymentMethods", { customerId, type: "bancolombiaInstant" })).id
  const instant = await agreed()
  for (const id of [await newMethod(account(customerId)), waiting, instant.id]) {
    const path = `/paymentMethods/${id}`
    const before = (await get(path)).body
    const first = await call("DELETE", path)
    assert.equal(first.status, 200, JSON.stringify(first.body))
    const { updatedAt } = first.body
    const shown = before.type === "bankAccount" ? {} : { bancolombiaInstant: {} }
    assert.deepEqual(first.body, { ...before, ...shown, status: "error", updatedAt })
    assert.ok(updatedAt > before.createdAt)
    for (const name of ["x-nothing", "idempotency-key", "content-type"]) {
      const headers = { [name]: "application/json" }
      const again = await call("DELETE", path, undefined, headers)
      assert.deepEqual([again.status, again.body], [200, first.body])
    }
    assert.deepEqual((await get(path)).body, first.body)
    const charge = await call("POST", "/paymentRequests", { paymentMethodId: id, amount: 5 })
    assertMessage(charge, 400, "revoked")
    assert.equal(charge.body.message, NOT_ACTIVE)
    const told = await receiver.next(({ body }) => {
      const { eventType, event } = JSON.parse(body)
      return eventType === "payment-method.update" && event.id === id && event.status === "error"
    })
    assert.equal(JSON.parse(told.body).event.updatedAt, updatedAt)
    const native = await receiver.next(({ body }) => JSON.parse(body).type === "instrument.revoked")
    assert.equal(JSON.parse(native.body).data.object.revoked_by, "merchant")
    assert.ok(idsOf(await get("/paymentMethods?status=error&limit=100")).includes(id))
    assert.ok(!idsOf(await get("/paymentMethods?status=active&limit=100")).includes(id))
  }
})

test("what failed, isn't there or is another's can't be taken back", async () => {
  const failed = await newMethod(account(await newCustomer(), "123456702"))
  const theirs = await newMethod(account(await newCustomer()))
  const other = await newMerchant(gateway, "Curious")
  const refused = await call("DELETE", `/paymentMethods/${failed}`)
  assertMessage(refused, 409, "failed")
  assert.match(refused.body.message, /^paymentMethodId: .*nothing to revoke$/)
  for (const id of [theirs, NOBODY, "x", await newCustomer()]) {
    assertMessage(await other.call("DELETE", `/paymentMethods/${id}`), 404, id)
  }
  assert.equal((await get(`/paymentMethods/${theirs}`)).body.status, "active")
  const { baseUrl } = gateway.credentials.palommaDirectDebit
  assertMessage(await ask("DELETE", `${baseUrl}/paymentMethods/${theirs}`), 401, "nobody")
})

/** Sends what no button of the page would. */
async function sendForm(url: string, fields: Record<string, string>): Promise<void> {
  const headers = { "sec-fetch-site": "same-origin" }
  const sent = await fetch(url, { method: "POST", headers, body: new URLSearchParams(fields) })
  assert.equal(sent.status, 200)
}

test("an owner withdraws on the same page, which asks once more", async () => {
  const LANGUAGES: [language: string, step: RegExp, sure: RegExp, done: RegExp][] = [
    [
      "es",
      /Retirar mi autorización/,
      /¿Retirar tu autorización\?.*todavía/,
      /Autorización retirada/,
    ],
    ["pt", /Retirar minha autorização/, /Retirar sua autorização\?.*ainda/, /Autorização retirada/],
    [
      "en",
      /Withdraw my permission/,
      /Withdraw your permission\?.*may still/,
      /Permission withdrawn/,
    ],
  ]
  for (const [language, step, sure, done] of LANGUAGES) {
    const { id, authUrl } = await agreed()
    const page = await open(`${authUrl}?lang=${language}`)
    assert.match(page.text, step)
    const [, to] = /class="button quiet" href="([^"]+)"/.exec(page.html)!
    const asked = await open(new URL(to!.replaceAll("&amp;", "&"), authUrl).href)
    assert.match(asked.text, sure)
    assert.ok(!asked.html.includes("10000001234"))
    // Other sites' forms, those of an older page, and other buttons change nothing.
    assert.equal(
      (await press(asked, "withdraw", {}, { "sec-fetch-site": "cross-site" })).status,
      403,
    )
    await press(asked, "withdraw", { version: "1" })
    assert.equal((await instrumentOf(id)).state, "active")
    const ended = await press(asked, "withdraw")
    assert.match(ended.text, done)
    // Who comes back months later has to see whose permission it was.
    for (const each of [page, asked, ended]) assert.match(each.text, /Tienda Demo/)
    const { state, revokedBy, version } = await instrumentOf(id)
    assert.deepEqual([state, revokedBy], ["revoked", "payer"])
    // What is over can't be withdrawn once more, nor agreed to again.
    for (const answer of ["withdraw", "agree", "decline"]) {
      await sendForm(authUrl, { do: answer, version: String(version) })
      assert.equal((await instrumentOf(id)).version, version, answer)
    }
    assert.match((await open(`${authUrl}?lang=${language}&step=withdraw`)).text, done)
  }
})

test("the step is only there for what was agreed to", async () => {
  const body = { customerId: await newCustomer(), type: "bancolombiaInstant" }
  const { id, bancolombiaInstant } = await make("/paymentMethods", body)
  const page = await open(`${bancolombiaInstant.authUrl}?step=withdraw`)
  assert.match(page.text, /pide permiso/)
  await sendForm(page.url, { do: "withdraw", version: "1" })
  assert.equal((await instrumentOf(id)).state, "pending")
  await press(page, "decline")
  assert.match((await open(page.url)).text, /No autorizaste/)
})
