/** Pages that follow their payment in a real browser: at once by a stream, and without one, too. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import type { BrowserContext, Page, Route } from "playwright-core"
import { isRefusal } from "../../src/core/index.ts"
import { type Observed, openPage, startBrowser } from "../support/browser.ts"
import { startGateway } from "../support/gateway.ts"
import { open, press } from "../support/page.ts"
import { FORMS, fill, linksOf } from "../support/payer.ts"

const [gateway, browser] = await Promise.all([startGateway({ after }), startBrowser({ after })])
const { core } = gateway
const newLink = linksOf(gateway)

/** A page that has to ask does so every two seconds; two turns of it, on a busy machine. */
const ASKED_MS = 8_000
/** What needs no asking is there before anybody would have asked. */
const AT_ONCE_MS = 1_500
/** Timers that a page would ask by never ring. */
const DEAF = `const real = window.setTimeout
  window.setTimeout = (work, ms, ...rest) => (ms >= 1_000 ? 0 : real(work, ms, ...rest))`
/** Keeps each stream of the page where a test can see it. */
const SHOWN = `window.streams = []
  window.EventSource = class extends EventSource {
    constructor(url) { super(url); window.streams.push(this) }
  }`

function says(page: Page, text: string | RegExp, timeout = ASKED_MS) {
  return page.getByText(text).first().waitFor({ timeout })
}

/** Waits until something holds on the page. The driver's own way needs leave to evaluate text. */
async function holds(page: Page, expression: string): Promise<void> {
  const giveUpAt = performance.now() + ASKED_MS
  while (!(await page.evaluate(expression))) {
    assert.ok(performance.now() < giveUpAt, `never: ${expression}`)
    await page.waitForTimeout(20)
  }
}

/** Waits until the page's stream is open. */
function listens(page: Page): Promise<void> {
  return holds(page, "window.streams.at(-1)?.readyState === 1")
}

/** How often the page itself was asked for since it was opened. */
function asks({ requests, page }: Observed): number {
  return requests.filter((each) => each === page.url()).length - 1
}

/** Answers the bank that a page leads to, in another tab. */
async function answerBank(page: Page, answer: "approve" | "decline"): Promise<void> {
  const bank = await page.locator("#go").getAttribute("href")
  await press(await open(bank!), answer, { notice: "before" })
}

/** The payment is approved while nobody looks. */
async function simulate(id: string): Promise<void> {
  const payment = (await core.payments.findByLink(id))!
  const merchant = (await core.merchants.find(payment.merchantId))!
  assert.ok(!isRefusal(await core.pay.simulate(merchant, payment, "approved", null)))
}

test("what happens in another tab is there at once, and nobody had to ask", async () => {
  const link = await newLink()
  const observed = await openPage(browser, link.url, { before: `${DEAF}\n${SHOWN}` })
  const { page, complaints } = observed
  await listens(page)
  await page.fill("#name", "Ana")
  assert.equal(asks(observed), 0)

  await fill(link, FORMS.bank("99"))
  await page.locator("#go").waitFor({ timeout: AT_ONCE_MS })
  const [startedMs] = await Promise.all([performance.now(), answerBank(page, "approve")])
  await says(page, "Pago aprobado", AT_ONCE_MS)
  assert.ok(performance.now() - startedMs < AT_ONCE_MS)
  assert.equal(await page.locator("form").count(), 0)
  assert.equal(await page.title(), "Pago aprobado")
  // Once for each change and no more; then there is nothing to hear.
  const { version } = (await core.payments.findByLink(link.id))!
  assert.ok(asks(observed) < version, `${asks(observed)} times for ${version} changes`)
  await holds(page, "window.streams.at(-1).readyState === 2")
  assert.equal(await page.evaluate("window.streams.length"), 1)
  assert.deepEqual(complaints, [])
  await page.context().close()
})

test("without a stream the page asks, and shows it all the same", async () => {
  const ended = { status: 200, contentType: "text/event-stream", body: "retry: 10\n\n" }
  const rows: [what: string, before: string, answer: ((route: Route) => unknown) | null][] = [
    ["an old browser", "delete window.EventSource", null],
    ["too many streams", "", (route) => route.fulfill({ status: 503 })],
    ["somebody in between refuses", "", (route) => route.abort()],
    ["somebody in between holds it back", "", () => undefined],
    ["it ends again and again", "", (route) => route.fulfill(ended)],
  ]
  const follow = async ([what, before, answer]: (typeof rows)[number]) => {
    const link = await newLink()
    const { page } = await openPage(browser, link.url, {
      before,
      prepare: async (context: BrowserContext) => {
        if (answer) await context.route("**/changes?*", (route) => void answer(route))
      },
    })
    await simulate(link.id)
    await says(page, "Pago aprobado").catch((error) => assert.fail(`${what}: ${error}`))
    await page.context().close()
  }
  await Promise.all(rows.map(follow))
})

test("a page asks seldom beside a stream, and often where a stream tells too little", async () => {
  const link = await newLink()
  const coins = await newLink()
  await fill(coins, FORMS.crypto())
  const rows: [url: string, asksAt: readonly (readonly [ms: number, asks: number])[]][] = [
    [
      link.url,
      [
        [14_000, 0],
        [1_500, 1],
        [14_000, 1],
        [1_500, 2],
      ],
    ],
    [
      coins.url,
      [
        [2_100, 1],
        [2_100, 2],
        [2_100, 3],
      ],
    ],
  ]
  for (const [url, asksAt] of rows) {
    const prepare = (context: BrowserContext) => context.clock.install()
    const observed = await openPage(browser, url, { before: SHOWN, prepare })
    const { page } = observed
    await listens(page)
    await page.clock.pauseAt(await page.evaluate<number>("Date.now() + 10"))
    for (const [ms, expected] of asksAt) {
      const answer = expected > asks(observed) ? page.waitForResponse(url) : null
      await page.clock.runFor(ms)
      await (await answer)?.finished()
      // The page's own time stands still while it reads what came.
      await page.waitForTimeout(100)
      assert.equal(asks(observed), expected, `${url} after ${ms} ms`)
    }
    await page.context().close()
  }
})

test("what somebody is typing survives whatever the page hears", async () => {
  const link = await newLink()
  const observed = await openPage(browser, link.url, { before: SHOWN })
  const { page, complaints } = observed
  await listens(page)
  await page.evaluate("window.kept = document.getElementById('name')")
  await page.check("#method-bank")
  await page.selectOption("#bank", "davivienda")
  await page.fill("#accountNumber", "1234")
  await page.fill("#name", "Ana Mar")

  // Nothing changed: the very same field goes on.
  const again = page.waitForResponse(link.url)
  await page.evaluate("dispatchEvent(new Event('online'))")
  await (await again).finished()
  await page.keyboard.type("ía")
  assert.equal(await page.inputValue("#name"), "Ana María")
  assert.equal(await page.evaluate("window.kept.isConnected"), true)

  // Somebody else's try was refused at once: another form, in which the same words stand.
  const { version } = (await core.payments.findByLink(link.id))!
  await fill(link, FORMS.bank("02"))
  await page.locator('[role="alert"]').waitFor()
  const now = (await core.payments.findByLink(link.id))!
  assert.ok(now.version > version)
  await page.locator(`input[name="version"][value="${now.version}"]`).first().waitFor({
    state: "attached",
  })
  assert.equal(await page.inputValue("#name"), "Ana María")
  assert.equal(await page.inputValue("#bank"), "davivienda")
  assert.equal(await page.inputValue("#accountNumber"), "1234")
  assert.equal(await page.isChecked("#method-bank"), true)
  assert.deepEqual(complaints, [])
  await page.context().close()
})

test("a button that was pressed is off until its page is shown again", async () => {
  const link = await newLink()
  const { page } = await openPage(browser, link.url)
  const posts: string[] = []
  // An answer without content leaves the page where it is, as if it were still on its way.
  await page.route(`**/pay/${link.id}`, (route) => {
    const { method, body } = { method: route.request().method(), body: route.request().postData() }
    if (method === "POST") posts.push(/do=(\w+)/.exec(body ?? "")?.[1] ?? "")
    void (method === "POST" ? route.fulfill({ status: 204 }) : route.continue())
  })
  const cancel = page.locator('button[value="cancel"]')
  await cancel.dblclick()
  await holds(page, "document.querySelector('button[value=cancel]').disabled")
  // Another one sends nothing either.
  await page.click('button[value="pay"]')
  await page.keyboard.press("Enter")
  assert.deepEqual(posts, ["cancel"])
  await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
  assert.equal(await cancel.isEnabled(), true)
  await cancel.click()
  await holds(page, "document.querySelector('button[value=cancel]').disabled")
  assert.deepEqual(posts, ["cancel", "cancel"])
  await page.context().close()
})

test("a hidden page hears nothing, and is up to date once it is seen", async () => {
  const link = await newLink()
  const observed = await openPage(browser, link.url, { before: `${DEAF}\n${SHOWN}` })
  const { page } = observed
  const show = (isHidden: boolean) =>
    page.evaluate(`Object.defineProperty(document, "hidden", { value: ${isHidden}, configurable: true })
      document.dispatchEvent(new Event("visibilitychange"))`)
  await listens(page)
  await show(true)
  assert.equal(await page.evaluate("window.streams[0].readyState"), 2)
  await fill(link, FORMS.bank("99"))
  assert.equal(asks(observed), 0)
  await show(false)
  await page.locator("#go").waitFor()
  await holds(page, "window.streams.length === 2")
  await listens(page)
  await answerBank(page, "decline")
  await page.locator("#method-bank").waitFor({ timeout: AT_ONCE_MS })
  await page.context().close()
})

test("whoever loses the connection is told at once, also beside a stream", async () => {
  const link = await newLink()
  const { page } = await openPage(browser, link.url, { before: SHOWN })
  const hint = page.locator("#offline")
  await listens(page)
  assert.equal(await hint.isVisible(), false)
  // The stream is fine, and what it told of couldn't be fetched: nobody waits for the next turn.
  await page.route(link.url, (route) => route.abort(), { times: 1 })
  await page.evaluate("dispatchEvent(new Event('online'))")
  await hint.waitFor({ state: "visible", timeout: AT_ONCE_MS })
  await hint.waitFor({ state: "hidden", timeout: ASKED_MS })

  await page.context().setOffline(true)
  await hint.waitFor({ state: "visible", timeout: AT_ONCE_MS })
  await simulate(link.id)
  await page.context().setOffline(false)
  await says(page, "Pago aprobado", AT_ONCE_MS)
  assert.equal(await hint.isVisible(), false)
  await page.context().close()
})

test("a receipt can be printed where there are scripts", async () => {
  const link = await newLink()
  await simulate(link.id)
  const before = "window.printed = 0; window.print = () => { window.printed += 1 }"
  const observed = await openPage(browser, link.url, { before })
  const { page, complaints } = observed
  await page.click("[data-print]")
  assert.equal(await page.evaluate("window.printed"), 1)
  assert.deepEqual(complaints, [])
  await page.context().close()
})
