/** A payer with a phone: every way to pay a link, every way to stumble, and money moved once. */
import assert from "node:assert/strict"
import { after, suite, test } from "node:test"
import type { BrowserContextOptions, Page } from "playwright-core"
import type { State } from "../../src/core/index.ts"
import type { Simulator } from "../../src/rails/simulator/index.ts"
import { type Observed, openPage, startBrowser } from "../support/browser.ts"
import { startGateway } from "../support/gateway.ts"
import { FORMS, type Link, linksOf } from "../support/payer.ts"

const [gateway, browser] = await Promise.all([startGateway({ after }), startBrowser({ after })])
const { core, receiver, url } = gateway
const newLink = linksOf(gateway)
const simulator = core.rails.get("simulator") as Simulator

/** A look comes every two seconds, a notice after three; the machine may be busy. */
const NEWS_MS = 15_000
const SHOP = `${receiver.url}/gracias`
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }
/** What a payer types: none of it may ever stand in an address. */
const PERSONAL = /1020304050|12345678|30012345|Ruiz|ana(?:@|%40)|ejemplo/i

type Form = Readonly<Record<string, string>>
type Way = keyof typeof FORMS

/** Opens a link as a payer with a phone does; everything that happens is written down. */
async function visit(link: Link, options: BrowserContextOptions = {}): Promise<Observed> {
  return openPage(browser, link.url, { ...PHONE, ...options })
}

/** The core's word on a payment, and the simulated banks' on its money. */
async function factsOf({ id }: Link) {
  const payment = (await core.payments.findByLink(id))!
  const attempts = await core.payments.attempts(id)
  const moved = attempts.reduce((sum, each) => sum + simulator.books.moved(each.id), 0)
  return { state: payment.state, tries: attempts.length, moved, captured: payment.captured }
}

async function assertFacts(link: Link, state: State, tries: number): Promise<void> {
  const paid = state === "approved"
  const captured = paid ? 1_250_000n : 0n
  assert.deepEqual(await factsOf(link), { state, tries, moved: paid ? 1 : 0, captured })
}

/** Nothing complained, nobody else was asked, nothing was left behind or given away. */
async function leave({ page, complaints, requests }: Observed): Promise<void> {
  assert.deepEqual(complaints, [])
  for (const request of requests) {
    assert.ok(request.startsWith(`${url}/`) || request.startsWith(SHOP), request)
    assert.doesNotMatch(request, PERSONAL)
  }
  assert.deepEqual(await page.context().cookies(), [])
  await page.context().close()
}

function says(page: Page, text: string | RegExp): Promise<void> {
  return page.getByText(text).first().waitFor({ timeout: NEWS_MS })
}

async function type(page: Page, { method, ...form }: Form): Promise<void> {
  await page.check(`#method-${method}`)
  for (const [field, value] of Object.entries(form)) {
    const isList = (await page.locator(`select#${field}`).count()) > 0
    await (isList ? page.selectOption(`#${field}`, value) : page.fill(`#${field}`, value))
  }
}

const press = (page: Page, name: string) => page.click(`button[name="do"][value="${name}"]`)

/** Fills the form in and sends it. */
async function send(page: Page, form: Form): Promise<void> {
  await type(page, form)
  await press(page, "pay")
}

/** Fills the form in, and goes where its payer has to agree. */
async function goToBank(page: Page, form: Form): Promise<void> {
  await send(page, form)
  await page.click("#go")
  await says(page, /no se mueve dinero real/)
}

async function answer(page: Page, what: string, notice = "before"): Promise<void> {
  await page.check(`[name="notice"][value="${notice}"]`)
  await press(page, what)
}

const receiptOf = (page: Page) => page.locator(".receipt").innerText()

const WAYS: readonly [way: Way, form: Form, receipt: RegExp][] = [
  ["bank", FORMS.bank("90"), /Davivienda •••7890/],
  ["wallet", FORMS.wallet("90"), /Nequi •••90/],
  ["bancolombia", FORMS.bancolombia(), /Bancolombia/],
]
for (const [way, form, receipt] of WAYS) {
  test(`${way}: choose, agree at the bank, come back to a receipt, go on to the shop`, async () => {
    const link = await newLink({ redirect_url: SHOP })
    const payer = await visit(link)
    const { page } = payer
    await goToBank(page, form)
    await assertFacts(link, "pending", 1)
    await answer(page, "approve")
    await says(page, "Pago aprobado")
    assert.match(await receiptOf(page), receipt)
    assert.doesNotMatch((await page.textContent("main"))!, /Ruiz|1020304050|ana@/)
    await assertFacts(link, "approved", 1)
    await page.click(`a[href^="${SHOP}"]`)
    const came = await receiver.next(({ path }) => path.includes(link.id))
    assert.equal(came.path, `/hook/gracias?transaccion=${link.id}&estado=APPROVED`)
    await leave(payer)
  })
}

test("tokens: send what is asked for, and see it arrive", async () => {
  const link = await newLink()
  const payer = await visit(link)
  const { page } = payer
  await send(page, FORMS.crypto())
  await says(page, "Esperando tu transferencia")
  await press(page, "simulate")
  await says(page, "Pago aprobado")
  assert.match(await receiptOf(page), /3\.1250 USDT/)
  const { state, tries, captured } = await factsOf(link)
  assert.deepEqual([state, tries, captured], ["approved", 1, 1_250_000n])
  await leave(payer)
})

test("a bank that takes its time, or says nothing, is waited for", async () => {
  const link = await newLink()
  const payer = await visit(link)
  const { page } = payer
  await goToBank(page, FORMS.bank("09"))
  await answer(page, "approve")
  await says(page, "Estamos procesando tu pago")
  await assertFacts(link, "processing", 1)
  assert.equal(await page.locator("form").count(), 0)
  const payment = (await core.payments.findByLink(link.id))!
  const merchant = (await core.merchants.find(payment.merchantId))!
  await core.pay.simulate(merchant, payment, "approved", null)
  await says(page, "Pago aprobado")
  await assertFacts(link, "approved", 1)
  await leave(payer)
})

test("what didn't work is said, and tried again: the same payment, paid once", async () => {
  const link = await newLink()
  const payer = await visit(link)
  const { page } = payer
  const tries: [form: Form, answer: string | null, says: string][] = [
    [FORMS.bank("02"), null, "El banco no encontró esa cuenta"],
    [FORMS.bank("01"), "approve", "La cuenta no tiene saldo suficiente"],
    [FORMS.wallet("90"), "decline", "No autorizaste el pago"],
    [FORMS.bancolombia(), "expire", "Se acabó el tiempo para autorizar el pago"],
  ]
  for (const [at, [form, what, text]] of tries.entries()) {
    if (what === null) await send(page, form)
    else {
      await goToBank(page, form)
      await answer(page, what)
    }
    await says(page, text)
    await assertFacts(link, "pending", at + 1)
  }
  await goToBank(page, FORMS.wallet("90"))
  await answer(page, "approve")
  await says(page, "Pago aprobado")
  await assertFacts(link, "approved", tries.length + 1)
  await leave(payer)
})

test("who would rather pay in another way leaves the bank, and isn't charged there", async () => {
  const link = await newLink()
  const payer = await visit(link)
  const { page } = payer
  await send(page, FORMS.bank("90"))
  const bank = (await page.getAttribute("#go", "href"))!
  const late = await page.context().newPage()
  await late.goto(bank)
  await press(page, "change")
  await says(page, "Elige cómo quieres pagar")
  await answer(late, "approve")
  await says(late, "El pago no se autorizó")
  await assertFacts(link, "pending", 1)

  await send(page, FORMS.crypto())
  await press(page, "change")
  await goToBank(page, FORMS.wallet("90"))
  await answer(page, "approve")
  await says(page, "Pago aprobado")
  const { moved, state } = await factsOf(link)
  assert.deepEqual([state, moved], ["approved", 1])
  await leave(payer)
})

test("cancelled is cancelled, on the form and on the way to the bank", async () => {
  for (const form of [null, FORMS.bank("90"), FORMS.wallet("90"), FORMS.crypto()]) {
    const link = await newLink({ redirect_url: SHOP })
    const payer = await visit(link)
    const { page } = payer
    if (form) await send(page, form)
    const bank = form && (await page.locator("#go").count()) && page.locator("#go")
    const at = bank ? await bank.getAttribute("href") : null
    await press(page, "cancel")
    await says(page, "Pago cancelado")
    await assertFacts(link, "cancelled", form ? 1 : 0)
    assert.match(await page.locator("a.main").getAttribute("href").then(String), /estado=REJECTED/)
    if (at) {
      await page.goto(at)
      assert.equal(await page.locator("button[value=approve]").count(), 0)
    }
    await leave(payer)
  }
})

test("back, forward and reload, on every page: nothing is paid twice or lost", async () => {
  const link = await newLink()
  const payer = await visit(link)
  const { page } = payer
  await page.reload()
  await send(page, FORMS.bank("90"))
  await says(page, "Continúa en Davivienda")
  await page.reload()
  await says(page, "Continúa en Davivienda")
  await page.click("#go")
  await page.reload()
  await says(page, "¿Autorizas este pago?")
  await page.goBack()
  await says(page, "Continúa en Davivienda")
  // The form stood there before: it doesn't come back while the bank is asked.
  await page.goBack()
  await says(page, "Continúa en Davivienda")
  await page.goForward()
  await page.goForward()
  await says(page, "¿Autorizas este pago?")
  await assertFacts(link, "pending", 1)
  await answer(page, "approve")
  await says(page, "Pago aprobado")
  const asked = payer.requests.length
  await page.goBack()
  await says(page, "Autorizaste el pago")
  assert.equal(await page.locator("form").count(), 0)
  for (let back = 0; back < 2; back += 1) {
    await page.goBack()
    await says(page, "Pago aprobado")
    assert.equal(await page.locator("form").count(), 0)
  }
  // No browser keeps these pages: each was asked for again.
  const again = payer.requests.slice(asked).filter((each) => !/page\.js|changes/.test(each))
  assert.ok(again.length >= 3, again.join("\n"))
  await page.reload()
  await says(page, "Pago aprobado")
  await assertFacts(link, "approved", 1)
  await leave(payer)
})

test("double clicks, on the form and at the bank, count once", async () => {
  const link = await newLink()
  const payer = await visit(link)
  const { page } = payer
  await type(page, FORMS.bank("90"))
  await page.dblclick('button[value="pay"]')
  await says(page, "Continúa en Davivienda")
  await assertFacts(link, "pending", 1)
  await page.click("#go")
  await page.dblclick('button[value="approve"]')
  await says(page, "Pago aprobado")
  await assertFacts(link, "approved", 1)
  await leave(payer)
})

test("two tabs, one payment: the second follows the first, whatever is pressed", async () => {
  const link = await newLink()
  const payer = await visit(link)
  const { page } = payer
  const other = await page.context().newPage()
  const third = await page.context().newPage()
  for (const tab of [other, third]) await tab.goto(link.url)
  for (const tab of [page, other]) await type(tab, FORMS.bank("90"))
  await Promise.all([page, other].map((tab) => press(tab, "pay")))
  for (const tab of [page, other, third]) await says(tab, "Continúa en Davivienda")
  await assertFacts(link, "pending", 1)
  for (const tab of [page, other]) await tab.click("#go")
  await Promise.all([press(page, "approve"), press(other, "decline")])
  await says(third, /Pago aprobado|No autorizaste el pago/)
  const { state, tries, moved } = await factsOf(link)
  assert.deepEqual([tries, moved], [1, state === "approved" ? 1 : 0])
  await leave(payer)
})

/** These mostly wait, so they do it together. */
suite("what takes its time", { concurrency: true }, () => {
  for (const notice of ["after", "instead", "none"]) {
    test(`the bank's word comes ${notice}: the page that waits hears of it by itself`, async () => {
      const link = await newLink()
      const payer = await visit(link)
      const { page } = payer
      await goToBank(page, FORMS.bank("90"))
      await answer(page, "approve", notice)
      if (notice === "instead") {
        await says(page, "Autorizaste el pago")
        await page.click("a.go")
      } else {
        // On a busy machine the word may be here before the page is.
        await says(page, /Esperamos la respuesta de Davivienda|Pago aprobado/)
      }
      await says(page, "Pago aprobado")
      await assertFacts(link, "approved", 1)
      await leave(payer)
    })
  }

  test("time runs out on the form and at the bank: each page says so by itself", async () => {
    const link = await newLink({ ttl: 8 })
    const form = await visit(link)
    const atBank = await visit(link)
    await goToBank(atBank.page, FORMS.bank("90"))
    await says(form.page, "El enlace venció")
    await assertFacts(link, "expired", 1)
    await answer(atBank.page, "approve")
    await says(atBank.page, "La solicitud venció")
    await atBank.page.click("a.go")
    await says(atBank.page, "El enlace venció")
    assert.equal(await atBank.page.locator("form").count(), 0)
    await assertFacts(link, "expired", 1)
    await leave(form)
    await leave(atBank)
  })

  test("without scripts, from the first page to the receipt", async () => {
    const options = { javaScriptEnabled: false }
    for (const [form, notice] of [
      [FORMS.bank("90"), "before"],
      [FORMS.wallet("90"), "none"],
    ] as const) {
      const link = await newLink()
      const payer = await visit(link, options)
      const { page } = payer
      await press(page, "pay")
      await says(page, "Revisa los datos marcados")
      // The browser complains of that answer's status, 422.
      payer.complaints.length = 0
      await goToBank(page, form)
      await answer(page, "approve", notice)
      await says(page, "Pago aprobado")
      assert.match(await receiptOf(page), /•••/)
      assert.equal(await page.locator("[data-print]").isVisible(), false)
      await assertFacts(link, "approved", 1)
      await leave(payer)
    }
  })

  test("a tab closed at the bank changes nothing: the payment ends all the same", async () => {
    const link = await newLink()
    const payer = await visit(link)
    const { page } = payer
    await goToBank(page, FORMS.bank("90"))
    await answer(page, "approve", "none")
    await leave(payer)
    await receiver.next(({ body }) => body.includes(link.id) && body.includes("approved"), NEWS_MS)
    const later = await visit(link)
    await says(later.page, "Pago aprobado")
    await assertFacts(link, "approved", 1)
    await leave(later)
  })
})
