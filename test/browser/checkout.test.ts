/** The page of a transfer in a real browser: copied, counted, updated, sent from a wallet. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import type { Browser, Page } from "playwright-core"
import { encode } from "uqr"
import { reportAttempt } from "../../src/core/decide/report-attempt.ts"
import { isRefusal, type PayOption } from "../../src/core/index.ts"
import { reportOf } from "../../src/core/loops/report.ts"
import { type Observed, openPage, startBrowser } from "../support/browser.ts"
import { ask, startGateway } from "../support/gateway.ts"

const [gateway, browser] = await Promise.all([startGateway({ after }), startBrowser({ after })])
const { core, url } = gateway
const { baseUrl, key, secret } = gateway.credentials.pentagoo

/** The page asks every two seconds; two turns of it, on a busy machine. */
const LIVE_MS = 8_000

let made = 0
async function newOrder() {
  made += 1
  const answer = await ask("POST", `${baseUrl}/api/payment/create`, {
    headers: { oauth: `${key}:${secret}` },
    body: { refId: `BROWSER-${made}`, description: "2 x cafe", amount: "25.5" },
  })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  const id: string = answer.body.paymentId
  const [attempt] = await core.payments.attempts(id)
  const options = attempt!.instructions!.options! as readonly [PayOption, PayOption]
  return { id, link: `${url}/pay/${id}`, options }
}

async function simulate(id: string) {
  const payment = (await core.payments.findByLink(id))!
  const merchant = (await core.merchants.find(payment.merchantId))!
  assert.ok(!isRefusal(await core.pay.simulate(merchant, payment, "approved", null)))
}

/** A transfer of a part arrives, as a rail would report it. */
async function arrive(id: string, { asset }: PayOption, amount: bigint) {
  const payment = (await core.payments.findByLink(id))!
  const [attempt] = await core.payments.attempts(id)
  const fact = { kind: "received" as const, amount, asset }
  const sightings = [{ place: `${id}:${amount}`, fact, at: core.clock.now() }]
  const rail = core.rails.get(attempt!.rail)!
  const report = reportOf(rail, attempt!, payment, { sightings, fence: null })
  assert.ok(!isRefusal(await core.engine.submit(reportAttempt, report)))
}

function says(page: Page, text: string | RegExp) {
  return page.getByText(text).first().waitFor({ timeout: LIVE_MS })
}

/** Nothing complained, and nobody but us was asked for anything. */
function assertCalm({ complaints, requests }: Observed) {
  assert.deepEqual(complaints, [])
  assert.ok(requests.length > 0)
  for (const request of requests) assert.ok(request.startsWith(`${url}/`), request)
}

/** The modules that a picture on the page draws, read from its path. */
async function drawnCode(page: Page): Promise<string> {
  const path = await page.locator(".qr path").getAttribute("d")
  const box = await page.locator(".qr").getAttribute("viewBox")
  const size = Number(box!.split(" ")[2]) - 8
  const drawn = Array.from({ length: size }, () => Array<boolean>(size).fill(false))
  for (const [, x, y, length] of path!.matchAll(/M(\d+) (\d+)h(\d+)/g)) {
    drawn[Number(y)]!.fill(true, Number(x), Number(x) + Number(length))
  }
  return JSON.stringify(drawn)
}

function code(text: string): string {
  return JSON.stringify(encode(text, { ecc: "L", border: 0 }).data)
}

async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).textContent()) ?? ""
}

test("amount and address are copied whole, and the code holds the link", async () => {
  const { link, options } = await newOrder()
  const observed = await openPage(browser, link, {
    prepare: (context) => context.grantPermissions(["clipboard-read", "clipboard-write"]),
  })
  const { page } = observed
  const rows: [button: string, text: string][] = [
    ["#copy-due", "25.50"],
    ["#copy-to", options[0].address],
  ]
  for (const [button, text] of rows) {
    await page.click(button)
    assert.equal(await page.evaluate("navigator.clipboard.readText()"), text)
    assert.equal(await textOf(page, button), "Copiado")
  }
  assert.equal(await page.locator("#link").getAttribute("href"), options[0].uri)
  assert.equal(await drawnCode(page), code(options[0].uri))
  assert.equal(await page.locator(".wallets").isVisible(), false)
  assertCalm(observed)
  await page.context().close()
})

test("without a clipboard the text is selected whole", async () => {
  const { link, options } = await newOrder()
  const before = "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
  const observed = await openPage(browser, link, { before })
  const { page } = observed
  await page.click("#copy-to")
  assert.equal(await page.evaluate("String(getSelection())"), options[0].address)
  assertCalm(observed)
  await page.context().close()
})

test("a short payment, then the rest, show themselves without a reload", async () => {
  const { id, link, options } = await newOrder()
  const observed = await openPage(browser, link)
  const { page } = observed
  await page.evaluate("window.kept = document.querySelector('.state')")
  const left = page.locator("[data-timer]")
  const first = await left.textContent()
  assert.match(first!, /^(?:1:)?\d\d:\d\d$/)
  await left.filter({ hasNotText: first! }).waitFor()

  await page.focus("#copy-to")
  await arrive(id, options[0], 10n * 10n ** 18n)
  await says(page, /Llegaron 10\.00 USDT de 25\.50 USDT/)
  assert.equal(await textOf(page, "#due"), "15.50")
  const rest = options[0].uri.replace(/uint256=\d+/, `uint256=${155n * 10n ** 17n}`)
  assert.equal(await drawnCode(page), code(rest))
  assert.equal(await page.evaluate("document.activeElement.id"), "copy-to")
  assert.equal(await page.locator("#copy-to").isVisible(), true)

  await simulate(id)
  await says(page, "Pago aprobado")
  assert.equal(await page.title(), "Pago aprobado")
  assert.equal(await page.evaluate("window.kept === document.querySelector('.state')"), true)
  assert.equal(await page.evaluate("window.kept.ariaLive"), "polite")
  // It is over: nothing is asked for any more.
  const asked = observed.requests.length
  await page.waitForTimeout(2_500)
  assert.equal(observed.requests.length, asked)
  assertCalm(observed)
  await page.context().close()
})

test("the chosen coin stays through updates, back and another language", async () => {
  const { id, link, options } = await newOrder()
  const observed = await openPage(browser, `${link}?lang=pt`)
  const { page } = observed
  const shown = async () => [await textOf(page, ".coin[aria-current]"), page.url()]
  await says(page, "Esperando sua transferência")
  await page.click("#coin-1")
  await says(page, /Envie só USDT pela Ethereum Sepolia/)
  assert.equal(await page.evaluate("document.activeElement.id"), "coin-1")
  assert.equal(await page.locator("#link").getAttribute("href"), options[1].uri)
  assert.equal(await drawnCode(page), code(options[1].uri))

  await page.goBack()
  await says(page, /Envie só USDT pela BNB Smart Chain Testnet/)
  await page.goForward()
  await says(page, /Envie só USDT pela Ethereum Sepolia/)
  await arrive(id, options[1], 5_000_000n)
  await says(page, /Chegaram 5\.00 USDT/)
  const [coin, address] = await shown()
  assert.match(coin!, /Ethereum Sepolia/)
  assert.match(address!, /lang=pt&coin=eip155/)

  await page.click("#language-en")
  assert.equal(await page.getAttribute("html", "lang"), "en")
  assert.match(await textOf(page, ".amount"), /\$25\.50 USD/)
  assert.match((await shown())[0]!, /Ethereum Sepolia/)
  await page.click("#coin-0")
  await says(page, /A part came in another token or network/)
  assert.equal(await textOf(page, "#due"), "25.50")
  assertCalm(observed)
  await page.context().close()
})

test("whoever loses the connection is told, and told again when it is back", async () => {
  const { id, link } = await newOrder()
  const { page } = await openPage(browser, link)
  const hint = page.locator("#offline")
  assert.equal(await hint.isVisible(), false)
  await page.context().setOffline(true)
  await hint.waitFor({ state: "visible", timeout: LIVE_MS })
  await simulate(id)
  await page.context().setOffline(false)
  await hint.waitFor({ state: "hidden", timeout: LIVE_MS })
  await says(page, "Pago aprobado")
  await page.context().close()
})

test("all of it can be done without scripts", async () => {
  const { link, options } = await newOrder()
  const observed = await openPage(browser, link, { javaScriptEnabled: false })
  const { page } = observed
  assert.match(await page.content(), /<noscript><meta http-equiv="refresh" content="20"/)
  assert.equal(await page.locator("#copy-to").isVisible(), false)
  assert.equal(await page.locator("[data-timer]").isVisible(), false)
  await page.click("#coin-1")
  assert.equal(await drawnCode(page), code(options[1].uri))
  await page.click("#language-en")
  await page.click('button[value="simulate"]')
  await says(page, "Payment approved")
  assertCalm(observed)
  await page.context().close()
})

test("nothing is cut off on the narrowest phone, or at twice the size", async () => {
  const { link } = await newOrder()
  for (const [width, height] of [
    [320, 640],
    [360, 800],
    [640, 400],
    [1280, 800],
  ] as const) {
    const { page } = await openPage(browser, link, { viewport: { width, height } })
    assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true)
    // A row that holds whole groups of four can be compared group by group.
    const columns = await page.evaluate(`(() => {
      const style = getComputedStyle(document.querySelector(".address"))
      const mark = document.createElement("span")
      mark.textContent = "0".repeat(40)
      document.querySelector(".address").append(mark)
      mark.style.whiteSpace = "nowrap"
      return parseFloat(style.width) / (mark.getBoundingClientRect().width / 40)
    })()`)
    assert.equal(Math.round(Number(columns)) % 4, 0, `${width}: ${columns}`)
    await page.context().close()
  }
})

/** A wallet that answers as it is told to, and writes down what it was asked. */
function wallet(answers: string, announced = false): string {
  return `window.asked = []
  const answers = ${answers}
  const provider = { request({ method, params }) {
    window.asked.push([this === provider, method, params ?? null])
    return Promise.resolve().then(() => (answers[method] ?? (() => null))(params))
  } }
  ${
    announced
      ? `addEventListener("eip6963:requestProvider", () => dispatchEvent(new CustomEvent(
          "eip6963:announceProvider", { detail: { info: { uuid: "1", name: "Río <b>" }, provider } })))`
      : "window.ethereum = provider"
  }`
}

const FROM = "0x00000000000000000000000000000000000000aa"
const HASH = `0x${"7".repeat(64)}`
const SENDS = `{
  eth_requestAccounts: () => ["${FROM}"],
  eth_chainId: () => window.chain ?? "0x1",
  wallet_switchEthereumChain: ([{ chainId }]) => { window.chain = chainId; return null },
  eth_sendTransaction: () => new Promise((done) => setTimeout(done, 300, "${HASH}")),
}`

async function openWallet(on: Browser, link: string, answers: string, announced = false) {
  const observed = await openPage(on, link, { before: wallet(answers, announced) })
  await observed.page.locator("#wallet-0").waitFor()
  return observed
}

function asked(page: Page): Promise<[boolean, string, unknown][]> {
  return page.evaluate("window.asked")
}

/** How often a wallet was asked to send. */
async function asksToSend(page: Page): Promise<number> {
  return (await asked(page)).filter(([, method]) => method === "eth_sendTransaction").length
}

/** The same wallet, but for what it says to one question. */
function but(method: string, answer: string): string {
  return SENDS.replace(/\}$/, `${method}: ${answer} }`)
}

test("a wallet in the browser is asked to send once, whatever is clicked", async () => {
  const { id, link, options } = await newOrder()
  const observed = await openWallet(browser, link, SENDS)
  const { page } = observed
  const button = page.locator("#wallet-0")
  assert.equal(await button.textContent(), "Pagar con mi billetera")
  await button.dblclick()
  await page.evaluate("document.getElementById('wallet-0').click()")
  await says(page, /Transferencia enviada/)
  const [, contract] = /erc20:(0x\w+)$/.exec(options[0].asset)!
  const word = (hex: string) => hex.padStart(64, "0")
  const amount = BigInt(options[0].amount).toString(16)
  const data = `0xa9059cbb${word(options[0].address.slice(2))}${word(amount)}`
  const transaction = { from: FROM, to: contract, value: "0x0", data, chainId: "0x61" }
  assert.deepEqual(await asked(page), [
    [true, "eth_requestAccounts", null],
    [true, "eth_chainId", null],
    [true, "wallet_switchEthereumChain", [{ chainId: "0x61" }]],
    [true, "eth_chainId", null],
    [true, "eth_sendTransaction", [transaction]],
  ])
  assert.equal(await button.isDisabled(), true)
  // What is on its way is not sent again by a page that was reloaded.
  await page.reload()
  await says(page, /Transferencia enviada/)
  assert.equal(await button.isDisabled(), true)
  // A part of it came: the rest can be sent.
  await arrive(id, options[0], 10n * 10n ** 18n)
  await says(page, /Llegaron 10\.00 USDT/)
  assert.equal(await button.isEnabled(), true)
  assert.equal(await textOf(page, ".wallets p"), "")
  assertCalm(observed)
  await page.context().close()
})

test("what a wallet refuses is said in words, and can be tried again", async () => {
  const fails = (code: string, method: string) => but(method, `() => Promise.reject({ ${code} })`)
  const rows: [answers: string, text: RegExp, sent: number][] = [
    [fails("code: 4001", "eth_requestAccounts"), /Lo cancelaste en tu billetera/, 0],
    [fails("code: 4001", "eth_sendTransaction"), /No se envió nada/, 1],
    [
      fails("code: 4902", "wallet_switchEthereumChain"),
      /no tiene la red BNB Smart Chain Testnet/,
      0,
    ],
    [
      fails("code: -32603, data: { originalError: { code: 4902 } }", "wallet_switchEthereumChain"),
      /Agrégala e inténtalo/,
      0,
    ],
    [fails("code: -32002", "eth_requestAccounts"), /ya tiene una solicitud abierta/, 0],
    [fails("code: -32000", "eth_sendTransaction"), /no pudo enviarlo/, 1],
    ["{ eth_requestAccounts: () => [] }", /no abrió ninguna cuenta/, 0],
    [but("eth_requestAccounts", "() => [null]"), /no abrió ninguna cuenta/, 0],
    // It agrees and stays on its network.
    [but("wallet_switchEthereumChain", "() => null"), /sigue en otra red.*BNB Smart Chain/, 0],
    ...["null", "undefined", "'no'", "{ data: null }"].map((reason): (typeof rows)[number] => [
      but("eth_requestAccounts", `() => Promise.reject(${reason})`),
      /no pudo enviarlo/,
      0,
    ]),
    [but("eth_requestAccounts", "() => { throw null }"), /no pudo enviarlo/, 0],
    ...["null", "undefined", "''", "'0x'", "'0xabc'", "7", "{}", `['${HASH}']`].map(
      (answer): (typeof rows)[number] => [
        but("eth_sendTransaction", `() => (${answer})`),
        /no pudo enviarlo/,
        1,
      ],
    ),
  ]
  const { link } = await newOrder()
  for (const [answers, text, sent] of rows) {
    const { page, complaints } = await openWallet(browser, link, answers)
    await page.click("#wallet-0")
    await says(page, text)
    assert.equal(await asksToSend(page), sent, answers)
    assert.equal(await page.locator("#wallet-0").isEnabled(), true, answers)
    assert.deepEqual(complaints, [])
    await page.context().close()
  }
})

test("a wallet that announces itself is called by its name, and is nothing but text", async () => {
  const { link } = await newOrder()
  const observed = await openWallet(browser, link, SENDS, true)
  const { page } = observed
  assert.equal(await textOf(page, "#wallet-0"), "Pagar con Río <b>")
  await page.click("#wallet-0")
  await says(page, /Transferencia enviada/)
  assertCalm(observed)
  await page.context().close()
})

/** A wallet that has to be unlocked first, which takes as long as the test wants. */
const LOCKED = but(
  "eth_requestAccounts",
  `() => new Promise((done) => { window.unlock = () => done(["${FROM}"]) })`,
)

test("a wallet that was unlocked too late isn't asked for what has changed", async () => {
  type Order = Awaited<ReturnType<typeof newOrder>>
  const ends = /Pago aprobado/
  const rows: [what: string, change: (order: Order, page: Page) => Promise<void>, now: RegExp][] = [
    ["it was paid", ({ id }) => simulate(id), ends],
    ["a part came", ({ id, options }) => arrive(id, options[0], 10n ** 18n), /Llegaron 1\.00 USDT/],
    ["another coin", (_, page) => page.click("#coin-1"), /Envía solo USDT por Ethereum Sepolia/],
  ]
  for (const [what, change, now] of rows) {
    const order = await newOrder()
    const observed = await openWallet(browser, order.link, LOCKED)
    const { page } = observed
    await page.click("#wallet-0")
    await page.waitForFunction("window.unlock")
    await change(order, page)
    // The page may not have heard of it: a wallet often stands in front of it.
    await page.evaluate("window.unlock()")
    await says(page, "El pago cambió mientras tanto. No se envió nada desde tu billetera.")
    await says(page, now)
    assert.equal(await asksToSend(page), 0, what)
    if (now !== ends) {
      await page.locator("#wallet-0").click()
      await page.evaluate("window.unlock()")
      await says(page, /Transferencia enviada/)
      assert.equal(await asksToSend(page), 1, what)
    }
    assertCalm(observed)
    await page.context().close()
  }
})

test("what one tab sent, another one doesn't offer to send again", async () => {
  const { link } = await newOrder()
  const { page, complaints } = await openWallet(browser, link, LOCKED)
  const open = async (at: string) => {
    const tab = await page.context().newPage()
    await tab.goto(at)
    await tab.locator("#wallet-0").waitFor()
    return tab
  }
  const press = async (tab: Page) => {
    await tab.click("#wallet-0")
    await tab.waitForFunction("window.unlock")
  }
  const [second, third] = [await open(link), await open(link)]
  // Tabs tell each other, also where the page itself can't be fetched.
  await third.route("**/*", (route) => route.abort())
  await press(second)
  await press(page)
  await page.evaluate("window.unlock()")
  for (const tab of [page, third, await open(link)]) {
    await says(tab, /Transferencia enviada/)
    assert.equal(await tab.locator("#wallet-0").isDisabled(), true)
  }
  // It was in the middle of asking.
  await second.evaluate("window.unlock()")
  await second.waitForFunction("window.asked.length >= 4")
  await second.waitForTimeout(500)
  await says(second, /Transferencia enviada/)
  assert.equal(await asksToSend(second), 0)
  // Another payment is another one, and doesn't make the first one forgotten.
  const other = await open((await newOrder()).link)
  await press(other)
  await other.evaluate("window.unlock()")
  await says(other, /Transferencia enviada/)
  await third.unroute("**/*")
  await third.reload()
  await says(third, /Transferencia enviada/)
  assert.equal(await third.locator("#wallet-0").isDisabled(), true)
  assert.deepEqual(complaints, [])
  await page.context().close()
})

test("whatever wallets say of themselves, the page stays in shape", async () => {
  const { link } = await newOrder()
  const say = "(detail) => dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }))"
  const before = `addEventListener("eip6963:requestProvider", () => {
    const say = ${say}
    const provider = { request: async () => null }
    for (const detail of [null, {}, { info: null, provider }, { info: { uuid: 1 }, provider }]) {
      say(detail)
    }
    say({ info: { uuid: "1", name: "W".repeat(10_000) }, provider })
    say({ info: { uuid: "2", name: "\u{1F98A}".repeat(10_000) }, provider })
    say({ info: { uuid: "3", name: { toString() { throw new Error("boo") } } }, provider })
    for (let n = 4; n < 50; n += 1) say({ info: { uuid: String(n), name: "W" + n }, provider })
  })`
  const viewport = { width: 320, height: 640 }
  const observed = await openPage(browser, link, { before, viewport })
  const { page } = observed
  await page.locator("#wallet-3").waitFor()
  assert.deepEqual(await page.locator(".wallets button").allTextContents(), [
    `Pagar con ${"W".repeat(40)}`,
    `Pagar con ${"\u{1F98A}".repeat(40)}`,
    "Pagar con mi billetera",
    "Pagar con W4",
  ])
  assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true)
  assertCalm(observed)
  await page.context().close()
})
