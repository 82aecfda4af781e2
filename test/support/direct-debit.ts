/** A client of Palomma Direct Debit for tests: it calls, makes what a charge needs, and waits. */
import assert from "node:assert/strict"
import { setTimeout as sleep } from "node:timers/promises"
import { reportAttempt } from "../../src/core/decide/report-attempt.ts"
import type { Fact } from "../../src/core/index.ts"
import { isRefusal } from "../../src/core/index.ts"
import { reportOf } from "../../src/core/loops/report.ts"
import { palommaDirectDebit } from "../../src/dialects/palomma-direct-debit/index.ts"
import { ask, type Gateway } from "./gateway.ts"

export type Answer = Awaited<ReturnType<typeof ask>>
export type Headers = Readonly<Record<string, string>>

/** The customer of the page's own answer. */
export const PERSON = {
  name: "Pepito Perez",
  documentType: "cc",
  documentNumber: "200220422",
  email: "pepito@perez.com",
}

/** An id that nobody has. */
export const NOBODY = "0697129c-26e2-42f1-a000-dc60878d5588"

/** The body that stores an account; its last digits choose what comes of it. */
export function account(customerId: string, accountNumber = "123456789") {
  return {
    customerId,
    type: "bankAccount",
    bank: "santander",
    accountType: "savings",
    accountNumber,
  }
}

/** The ids of a page, in its order. */
export function idsOf({ body }: Answer): string[] {
  return body.items.map((item: { id: string }) => item.id)
}

/** An error is `{"message"}` and nothing else; `about` says what was asked. */
export function assertMessage(answer: Answer, status: number, about: string): void {
  assert.equal(answer.status, status, `${about}: ${JSON.stringify(answer.body)}`)
  assert.deepEqual(Object.keys(answer.body), ["message"], about)
  assert.equal(typeof answer.body.message, "string", about)
  assert.match(answer.headers.get("content-type") ?? "", /^application\/json/, about)
}

export type Client = ReturnType<typeof clientOf>

/** The API as the holder of `apiKey` sees it. */
export function clientOf(baseUrl: string, apiKey: string) {
  const authorization = `Bearer ${apiKey}`

  function call(method: string, path: string, body?: unknown, headers: Headers = {}) {
    return ask(method, baseUrl + path, { body, headers: { authorization, ...headers } })
  }

  /** Creates, and answers what was made. */
  async function make(path: string, body: object, headers: Headers = {}) {
    const made = await call("POST", path, body, headers)
    assert.equal(made.status, 201, JSON.stringify(made.body))
    return made.body
  }

  /** Reads until the status is none of these, and answers what then stands there. */
  async function past(path: string, open: readonly string[]) {
    const giveUpAt = performance.now() + 10_000
    for (;;) {
      const { body } = await call("GET", path)
      if (!open.includes(body.status)) return body
      assert.ok(performance.now() < giveUpAt, `${path} is still ${body.status}`)
      await sleep(20)
    }
  }

  return {
    call,
    make,
    past,
    get: (path: string) => call("GET", path),
    newCustomer: async (over: object = {}): Promise<string> =>
      (await make("/customers", { ...PERSON, ...over })).id,
    /** A payment method whose bank has spoken. */
    async newMethod(body: object): Promise<string> {
      const made = await make("/paymentMethods", body)
      assert.equal(made.status, "pending")
      await past(`/paymentMethods/${made.id}`, ["pending"])
      return made.id
    },
    /** A charge whose bank has spoken; one of an account that ends in 09 is then under way. */
    async newRequest(paymentMethodId: string, amount = 45_000) {
      const made = await make("/paymentRequests", { paymentMethodId, amount })
      return past(`/paymentRequests/${made.id}`, ["pending"])
    },
  }
}

/** The demo merchant's client. */
export function demoClient({ credentials }: Gateway): Client {
  const { baseUrl, apiKey = "" } = credentials.palommaDirectDebit
  return clientOf(baseUrl, apiKey)
}

/** What the browser of an account's owner sends from the page, which holds the version. */
export async function answerPage(
  authUrl: string,
  answer: "agree" | "decline",
  version?: string,
): Promise<void> {
  const page = await fetch(authUrl)
  assert.equal(page.status, 200)
  const html = await page.text()
  const hidden = (name: string) => new RegExp(`name="${name}" value="(\\w+)"`).exec(html)?.[1] ?? ""
  const form = { do: answer, version: version ?? hidden("version"), words: hidden("words") }
  const sent = await fetch(authUrl, {
    method: "POST",
    body: new URLSearchParams(form),
    headers: { origin: new URL(authUrl).origin },
  })
  assert.equal(sent.status, 200, await sent.text())
}

/** A merchant of its own with a key, by which it is called, and the id to revoke that by. */
export async function newMerchant(
  { core, credentials }: Gateway,
  name: string,
  { terms = {}, rails = {} }: { readonly terms?: object; readonly rails?: object } = {},
) {
  const { id: merchantId } = await core.merchants.add({ name, settings: { rails } })
  const signingKey = await core.merchants.agree(merchantId, "palomma-direct-debit", terms)
  const issued = palommaDirectDebit.issue(core.ids, { merchantName: name, signingKey })
  const [secret] = issued.secrets
  const key = await core.merchants.addCredential(merchantId, "palomma-direct-debit", secret!)
  const client = clientOf(credentials.palommaDirectDebit.baseUrl, issued.shown["apiKey"]!)
  return { ...client, merchantId, credentialId: key.id }
}

/** Tells the core what the rail saw of a request's only attempt, as its look-up would. */
export async function sighted(
  { core }: Gateway,
  paymentId: string,
  fact: Fact,
  at: Date,
): Promise<void> {
  const payment = await core.payments.findByLink(paymentId)
  const [attempt] = await core.payments.attempts(paymentId)
  assert.ok(payment && attempt)
  const rail = core.rails.get(attempt.rail)!
  const place = `${attempt.id}:seen:${fact.kind}`
  const report = reportOf(rail, attempt, payment, { sightings: [{ place, fact, at }], fence: null })
  const reported = await core.engine.submit(reportAttempt, report)
  assert.ok(!isRefusal(reported), isRefusal(reported) ? reported.message : "")
}
