/** The console in a real browser: a merchant's day, an operator's, and how it is made. */
import assert from "node:assert/strict"
import { text } from "node:stream/consumers"
import { after, test } from "node:test"
import type { Page } from "playwright-core"
import { SECTIONS } from "../../src/console/sections.ts"
import { WAITS_MS } from "../../src/core/webhooks/schedule.ts"
import { AXE, findings, widerBy } from "../support/axe.ts"
import { openPage, startBrowser } from "../support/browser.ts"
import { addFactor, addUser, PASSWORD } from "../support/console.ts"
import { playDay, playLost } from "../support/console-day.ts"
import { startGateway } from "../support/gateway.ts"

const [gateway, browser] = await Promise.all([startGateway({ after }), startBrowser({ after })])
const { core, receiver, url } = gateway
const merchant = (await core.merchants.findByName("Demo"))!
const [seller, owner] = await Promise.all([
  addUser(core, "merchant", merchant.id),
  addUser(core, "owner"),
  playDay(gateway),
])
await playLost(gateway)
const code = await addFactor(core, owner)
const desk = { width: 1_280, height: 800 }
const [shop, office] = await Promise.all(
  ["/payments", ""].map((path) =>
    openPage(browser, `${url}/console${path}`, { viewport: desk, before: AXE }),
  ),
)

/** What stands where somebody looks after a step. */
const said = (page: Page, words: string) => page.getByText(words).first().waitFor()
const press = (page: Page, name: string) =>
  page.locator("main").getByRole("button", { name, exact: true }).first().click()
const openLink = (page: Page, name: string | RegExp) =>
  page.locator("main").getByRole("link", { name }).first().click()

/** The id at the end of a page's address. */
const lastOf = (page: Page) => new URL(page.url()).pathname.split("/").at(-1)!

test("a merchant's day", async (t) => {
  const { page } = shop!

  await t.test("it signs in by keys alone, and lands where it was going", async () => {
    assert.deepEqual(await findings(page), [])
    await page.keyboard.type(seller.email)
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.waitForURL(`${url}/console/payments`)
  })

  await t.test("a payment is found by a part of its reference while one types", async () => {
    await page.locator("tbody tr").nth(1).waitFor()
    await page.locator("[name=q]").pressSequentially("6-1009")
    await page.waitForURL(/\?q=6-1009$/)
    await page.locator("tbody tr").nth(1).waitFor({ state: "detached" })
    await page.click("tbody a")
    await said(page, "ORDEN-2026-1009")
  })

  await t.test("a part of it is given back, once, and never more than is left", async () => {
    await page.click("summary:has-text('Reembolsar')")
    assert.equal(await page.inputValue("[name=amount]"), "125000")
    await page.fill("[name=amount]", "999.999")
    await press(page, "Reembolsar")
    await page.waitForSelector(".error:has-text('más de lo que queda')")
    assert.equal(await page.inputValue("[name=amount]"), "999.999")
    await page.fill("[name=amount]", "25.000")
    await page.dblclick("#refund button:has-text('Reembolsar')")
    await page.waitForSelector("[role=alert]:has-text('Reembolso de 25.000,00 COP registrado')")
    await page.waitForSelector(".badge:has-text('Reembolso parcial')")
    const id = lastOf(page)
    const { refunded } = (await core.payments.find(merchant.id, id))!
    assert.deepEqual([refunded, (await core.payments.refunds(id)).length], [25_000_00n, 1])
  })

  await t.test("what happens elsewhere is there without its asking", async () => {
    await page.goto(`${url}/console/payments?state=pending`)
    const stream = page.waitForRequest(/\/console\/live/)
    await page.click("tbody a")
    await page.waitForSelector(".badge:has-text('Pendiente')")
    await stream
    const payment = (await core.payments.find(merchant.id, lastOf(page)))!
    await core.pay.simulate(merchant, payment, "approved", null)
    await page.waitForSelector(".badge:has-text('Aprobado')")
  })

  await t.test("a webhook goes out again, the same as before", async () => {
    await page.goto(`${url}/console/webhooks/deliveries`)
    await page.selectOption("[name=state]", "failed")
    await page.locator(".badge", { hasText: "Entregada" }).first().waitFor({ state: "detached" })
    await page.locator("tbody a").first().click()
    await press(page, "Enviar de nuevo")
    await said(page, "El mensaje sale de nuevo.")
    const id = lastOf(page)
    const told = () => receiver.received.filter(({ headers }) => headers["webhook-id"] === id)
    await receiver.next(() => told().length === WAITS_MS.length + 1)
    assert.equal(new Set(told().map(({ body }) => body)).size, 1)
    assert.deepEqual(await findings(page), [])
  })

  await t.test("a key is replaced, and the new one works beside the old one", async () => {
    await page.goto(`${url}/console/keys`)
    const row = page.locator("tr", { hasText: "Caudal" })
    await row.getByRole("link", { name: /^Reemplazar/ }).click()
    await press(page, "Reemplazar")
    await page.locator(".facts code").first().waitFor()
    const shown = await page.locator(".facts code").allTextContents()
    const { apiKey, baseUrl } = gateway.credentials.caudal
    const keys = [apiKey!, shown.find((each) => each.startsWith(apiKey!.slice(0, 3)))!]
    assert.notEqual(keys[0], keys[1])
    for (const key of keys) {
      const headers = { authorization: `Bearer ${key}` }
      assert.equal((await fetch(`${baseUrl}/balances`, { headers })).status, 200, key)
    }
    assert.deepEqual(await findings(page), [])
  })

  await t.test("its statement is a file that ends with what it has", async () => {
    await page.goto(`${url}/console/books/statement?asset=COP`)
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      openLink(page, "Exportar CSV"),
    ])
    assert.equal(download.suggestedFilename(), "caudal-statement-COP.csv")
    const lines = (await text(await download.createReadStream())).trimEnd().split("\r\n")
    const accounts = await core.books.accounts(merchant.id)
    const own = accounts.find(({ asset, kind }) => asset === "COP" && kind === "available")!
    const pesos = `${own.balance / 100n}.00`
    assert.match(lines[0]!, /^at,kind,description,amount,balance/)
    assert.ok(lines.some((line) => line.includes(",125000.00,")))
    assert.ok(lines.some((line) => line.includes(",-25000.00,")))
    assert.match(lines.at(-1)!, new RegExp(`^,closing,.*,${pesos}(?:,|$)`))
  })

  await t.test("it leaves, and nothing is left to look at", async () => {
    await page.click(".me summary")
    await page.getByRole("button", { name: "Salir" }).click()
    await said(page, "Salió de la consola.")
    await page.goBack()
    await page.waitForURL(/\/console\/sign-in/)
  })
})

test("an operator's day", async (t) => {
  const { page } = office!
  const go = (path: string) => page.goto(`${url}/console${path}?merchant=${merchant.id}`)

  await t.test("who runs the gateway signs in with a second factor", async () => {
    await page.fill("[name=email]", owner.email)
    await page.fill("[name=password]", PASSWORD)
    await press(page, "Entrar")
    await page.locator("[name=code]").waitFor()
    // A provider that says nothing for 15 seconds, and a receiver that is out of order.
    receiver.answer = { status: 503, body: "fuera de servicio" }
    await playDay(gateway, { prefix: "NUEVA", endings: ["11", "22", "05"] })
    await page.fill("[name=code]", code)
    await press(page, "Entrar")
    await page.waitForURL(`${url}/console`)
  })

  await t.test("home says what needs somebody", async () => {
    await said(page, "1 intentos sin respuesta")
    await said(page, "1 direcciones de webhooks fallan")
    await page.waitForSelector(".chart canvas")
  })

  await t.test("the attempt that nobody answered says what it waits for", async () => {
    await page.locator(".todo li", { hasText: "sin respuesta" }).getByRole("link").click()
    await said(page, "Nada por ahora: la respuesta aún puede llegar sola.")
    await page.locator("tbody a").first().click()
    await said(page, "NUEVA-1002")
    await said(page, "No la repita: se consulta sola.")
  })

  await t.test("an endpoint that fails is stopped, mended, and told all it missed", async () => {
    await go("/webhooks")
    await page.locator("tr", { hasText: "Falla" }).getByRole("link").click()
    await said(page, "503")
    await press(page, "Pausar")
    await said(page, "El destino está en pausa.")
    const asked: string[] = []
    page.once("dialog", (dialog) => {
      asked.push(dialog.message())
      void dialog.accept()
    })
    await press(page, "Desactivar")
    await said(page, "El destino quedó desactivado.")
    assert.match(asked.join(), /¿Desactivar este destino\?/)
    receiver.answer = { status: 200 }
    receiver.received.length = 0
    await press(page, "Activar")
    await said(page, "El destino quedó activado.")
    await press(page, "Reanudar")
    await said(page, "El destino sigue.")
    await press(page, "Enviar prueba")
    await said(page, "Respondió 200")
    await openLink(page, "Enviar de nuevo lo que faltó")
    const since = new Date(core.clock.now().getTime() - 30 * 86_400_000)
    const there = since.toLocaleString("sv", { timeZone: merchant.timeZone })
    await page.fill("[name=since]", there.replace(" ", "T").slice(0, 16))
    await press(page, "Enviar de nuevo")
    const done = await page
      .getByText(/entregas salen de nuevo/)
      .first()
      .innerText()
    const count = Number.parseInt(done, 10)
    const missed = () =>
      new Set(
        receiver.received
          .filter(({ body }) => body.includes("PERDIDA-"))
          .map(({ headers }) => headers["webhook-id"]),
      )
    assert.ok(count > 2, done)
    await receiver.next(() => missed().size === count)
  })

  await t.test("a wallet is filled once, and terms are changed", async () => {
    await go("/books/top-up")
    await page.selectOption("[name=asset]", "COP")
    await page.fill("[name=amount]", "1.000.000")
    await page.fill("[name=reference]", "BANCO-4471")
    await page.locator("main button.main").dblclick()
    await page.getByText(/Registrados 1\.000\.000,00 COP|ya estaba registrada/).waitFor()

    await go("/settings/terms/caudal")
    await page.fill("[name=feePercent]", "101")
    await press(page, "Guardar")
    await page.waitForSelector(".field.wrong [name=feePercent]")
    await page.fill("[name=feePercent]", "1,25")
    await press(page, "Guardar")
    await said(page, "Los ajustes quedaron guardados.")
    const terms = await core.merchants.terms(merchant.id, "caudal")
    assert.equal(terms!.settings.feeBasisPoints, 125)
  })

  await t.test("somebody else's sessions end, and its browser is out", async () => {
    await shop!.page.fill("[name=email]", seller.email)
    await shop!.page.fill("[name=password]", PASSWORD)
    await shop!.page.keyboard.press("Enter")
    await shop!.page.waitForSelector(".side")
    await page.goto(`${url}/console/users`)
    await openLink(page, seller.name)
    await press(page, "Terminar sus sesiones")
    await said(page, "Sesiones terminadas: 1.")
    await shop!.page.goto(`${url}/console/payments`)
    await shop!.page.waitForURL(/\/console\/sign-in/)
  })

  await t.test("the audit log says all of it, with who and what", async () => {
    await page.goto(`${url}/console/audit`)
    const rows = await page.locator("tbody tr").allInnerTexts()
    const lines = rows
      .map((each) => each.replace(/\s+/g, " "))
      .filter((line) => line.includes(owner.name))
    for (const action of [
      ...["user.sign-out", "terms.set", "wallet.top-up", "delivery.replay"],
      ...["endpoint.enable", "endpoint.disable", "endpoint.pause"],
    ]) {
      const isThere = lines.some((line) => line.includes(action))
      assert.ok(isThere, `${action} is not among\n${lines.join("\n")}`)
    }
    assert.equal(lines.filter((line) => /wallet\.top-up.* 100000000$/.test(line)).length, 1)
    assert.deepEqual(await findings(page), [])
  })
})

// Every page is looked at by `npm run screenshots`.
test("the first page of each section is accessible, and none is wider than a phone", async () => {
  const { page } = office!
  const paths = ["/account", ...SECTIONS.flatMap(({ nav }) => nav?.path ?? [])]
  const found: string[] = []
  for (const path of paths) {
    await page.setViewportSize(desk)
    await page.goto(`${url}/console${path}?merchant=${merchant.id}`)
    found.push(...(await findings(page)))
    await page.setViewportSize({ width: 360, height: 740 })
    const over = await widerBy(page)
    if (over > 0) found.push(`${path}: ${over} px wider than a phone`)
  }
  assert.deepEqual(found, [])
})

test("a look is seen before it is saved", async () => {
  const { page } = office!
  await page.setViewportSize(desk)
  await page.goto(`${url}/console/settings/branding?merchant=${merchant.id}`)
  await page.getByLabel("Nombre que ve quien paga").fill("Tienda Violeta")
  await page.getByLabel("Color de botones y enlaces").fill("#6d28d9")
  const sample = page.frameLocator("iframe.preview")
  await sample.getByText("Tienda Violeta").first().waitFor()
  assert.equal((await core.merchants.find(merchant.id))!.settings.colour, null)
})

test("nothing was asked of anybody else, and nothing was against the policy", () => {
  const both = [shop!, office!]
  // A form that is wrong is answered as such, which the browser's console remarks.
  const complaints = both.flatMap((each) => each.complaints)
  assert.deepEqual(
    complaints.filter((each) => !/status of 422/.test(each)),
    [],
  )
  const requests = both.flatMap((each) => each.requests)
  assert.deepEqual(
    requests.filter((each) => !each.startsWith(`${url}/`)),
    [],
  )
})
