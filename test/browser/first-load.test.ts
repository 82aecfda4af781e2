/** The first load of each page that a link leads to: how little it is, and how soon it is seen. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { LOGO_MAX_BYTES } from "../../src/core/merchants/logo.ts"
import { newWebhookSecret, standardHeaders } from "../../src/core/webhooks/sign.ts"
import { startBrowser } from "../support/browser.ts"
import { compileClient } from "../support/client-package.ts"
import { type FirstLoad, firstLoad, LIGHTHOUSE_4G, SLOW_4G } from "../support/first-load.ts"
import { ask, startGateway } from "../support/gateway.ts"
import { png, pngChunk } from "../support/pictures.ts"

const [gateway, browser] = await Promise.all([startGateway({ after }), startBrowser({ after })])
const { core, credentials, url } = gateway

/** All that a payer pays for, on a line that is paid by the byte. */
const BYTES_MAX = 30_000
/**
 * How much later than a line of text, by the same line and phone, the largest part of the page may
 * stand there. Its 5 KB take 30 ms on that line and its layout some 50 ms on a calm machine. One
 * more request before it would take 560 ms: this bound tells one from the other, however busy the
 * machine is, and with it the bar of a second is kept wherever that line of text takes 0.7 s.
 */
const LATER_MAX_MS = 300
/**
 * A thousandth of what counts as little (0.1): the edge of a field, rounded otherwise once the rest
 * of the page is here. A line of text that goes, or a button that comes, is ten times as much.
 */
const SHIFT_MAX = 0.0001
/** Something else may have had both cores for a moment. */
const TRIES = 2

async function newRequest(over: object = {}): Promise<string> {
  const answer = await ask("POST", `${credentials.palommaPay.baseUrl}/payment-requests`, {
    body: {
      amount_cents: 1_250_000,
      description: "Pedido 1009, dos cafés y una arepa con queso",
      ttl: 900,
      user_information: {
        first_name: "Ana",
        last_name: "Ruiz",
        document_type: "cc",
        document_number: "1020304050",
        email: "ana@example.test",
        phone_number: "3001234567",
      },
      ...over,
    },
  })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body.payment_url
}

/** A request of the merchant once it has a colour and the heaviest logo that is taken. */
async function dressedRequest(): Promise<string> {
  const bare = png(288, 96, [pngChunk("tEXt", Buffer.alloc(0))]).length
  const logo = png(288, 96, [pngChunk("tEXt", Buffer.alloc(LOGO_MAX_BYTES - bare, "x"))])
  const link = await newRequest()
  const id = new URL(link).searchParams.get("transaccion")!
  const { merchantId } = (await core.payments.findByLink(id))!
  assert.ok(!("wrong" in (await core.merchants.style(merchantId, { colour: "#1d4ed8", logo }))))
  return link
}

/** An order that is paid in tokens: its page holds address and code. */
async function newOrder(): Promise<string> {
  const { baseUrl, key, secret } = credentials.pentagoo
  const answer = await ask("POST", `${baseUrl}/api/payment/create`, {
    headers: { oauth: `${key}:${secret}` },
    body: { refId: "FIRST-LOAD", description: "2 x cafe", amount: "25.5" },
  })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return `${url}/pay/${answer.body.paymentId}`
}

/** What each page loads beside itself. The logo comes last: it stays with the merchant. */
const PAGES: readonly (readonly [page: string, open: () => Promise<string>, more: RegExp[]])[] = [
  ["a form", newRequest, [/\/pay\/page\.js\?v=/]],
  ["an open end", () => newRequest({ ttl: null }), [/\/pay\/page\.js\?v=/]],
  ["an address to send tokens to", newOrder, [/\/pay\/page\.js\?v=/]],
  ["a merchant's own look", dressedRequest, [/\/pay\/logo\//, /\/pay\/page\.js\?v=/]],
]

for (const [page, open, more] of PAGES) {
  test(`${page}: one request renders all of it, the rest is small, and nothing moves`, async () => {
    const link = await open()
    const loaded = await firstLoad(browser, link, LIGHTHOUSE_4G)
    const said = JSON.stringify(loaded, null, 2)
    assert.deepEqual(loaded.blocking, [link], said)
    assert.ok(loaded.bytes > 0 && loaded.bytes < BYTES_MAX, said)
    const [first, ...rest] = loaded.urls
    assert.equal(first, link)
    assert.equal(rest.length, more.length, said)
    for (const part of more)
      assert.ok(
        rest.some((each) => part.test(each)),
        said,
      )
    for (const each of rest) assert.ok(each.startsWith(`${url}/pay/`), each)
    assert.ok(loaded.shift <= SHIFT_MAX, said)
  })
}

test("on a slow phone and line the page is seen hardly later than a line of text", async (t) => {
  const link = await newRequest()
  const tries: (readonly [page: FirstLoad, control: FirstLoad])[] = []
  for (let left = TRIES; left > 0; left -= 1) {
    const control = await firstLoad(browser, `${url}/health/live`, SLOW_4G)
    const page = await firstLoad(browser, link, SLOW_4G)
    tries.push([page, control])
    t.diagnostic(`${page.lcpMs} ms (${page.largest}), a line of text ${control.lcpMs} ms`)
    // Else nothing was slow.
    assert.ok(control.lcpMs > SLOW_4G.latencyMs, `${control.lcpMs} ms`)
    if (page.lcpMs <= control.lcpMs + LATER_MAX_MS) return
  }
  assert.fail(tries.map(([page, { lcpMs }]) => `${page.lcpMs} ms, not ${lcpMs}`).join("\n"))
})

test("a page may use the API's client as it is published", async (context) => {
  const dist = compileClient(context)
  const { apiKey, baseUrl } = credentials.caudal
  const page = await browser.newPage()
  context.after(() => page.close())
  const { origin } = new URL(baseUrl)
  await page.route(`${origin}/client/**`, async (route) => {
    const name = new URL(route.request().url()).pathname.slice("/client/".length)
    if (name === "") return route.fulfill({ contentType: "text/html", body: "<title>x</title>" })
    const body = readFileSync(join(dist, name), "utf8")
    return route.fulfill({ contentType: "text/javascript", body })
  })
  await page.goto(`${origin}/client/`)
  const webhook = {
    secret: newWebhookSecret(Buffer.alloc(32, 1)),
    body: '{"object":"ping","type":"ping"}',
  }
  const headers = standardHeaders({
    id: "del_1",
    atSeconds: 1_767_621_600,
    body: webhook.body,
    secrets: [Buffer.alloc(32, 1)],
  })
  const seen = await page.evaluate(
    async ({ given, module, signed }) => {
      const client: typeof import("../../sdk/src/index.ts") = await import(module)
      const caudal = client.createCaudal(given)
      const order = { amount: "100000", asset: "COP", method: "bank" } as const
      const { state } = await caudal.payments.create(order)
      const found = await caudal.payments.list({ limit: 1 }).toArray(1)
      const refused = await caudal.payments.get("pay_x").catch((error) => error.code)
      const options = { nowMs: 1_767_621_600_000 }
      const verify = (body: string) =>
        client.verifyWebhook(body, signed.headers, signed.secret, options).then(
          ({ type }) => type,
          (error) => error.flaw,
        )
      const webhooks = [await verify(signed.body), await verify(`${signed.body} `)]
      return { state, found: found.length, refused, webhooks }
    },
    {
      module: `${origin}/client/index.js`,
      given: { baseUrl, apiKey: apiKey! },
      signed: { ...webhook, headers },
    },
  )
  assert.deepEqual(seen, {
    state: "pending",
    found: 1,
    refused: "payment_not_found",
    webhooks: ["ping", "signature_wrong"],
  })
})
