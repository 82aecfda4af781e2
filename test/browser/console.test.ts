/** The console in a real browser: signed in by keys, accessible, live, and within its policy. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { SECTIONS } from "../../src/console/sections.ts"
import { AXE, findings, widerBy } from "../support/axe.ts"
import { openPage, startBrowser } from "../support/browser.ts"
import { demoOwner } from "../support/console.ts"
import { playDay } from "../support/console-day.ts"
import { startGateway } from "../support/gateway.ts"

const [gateway, browser] = await Promise.all([startGateway({ after }), startBrowser({ after })])
const { core, url } = gateway
await playDay(gateway)
const desk = { width: 1_280, height: 800 }
const { complaints, page, requests } = await openPage(browser, `${url}/console`, {
  viewport: desk,
  before: AXE,
})

test("an owner signs in by keys alone, and lands where it was going", async () => {
  assert.match(page.url(), /\/console\/sign-in$/)
  assert.deepEqual(await findings(page), [])
  const { email, password } = demoOwner(gateway)
  await page.keyboard.type(email)
  await page.keyboard.press("Tab")
  await page.keyboard.type(password)
  await page.keyboard.press("Enter")
  await page.waitForURL(`${url}/console`)
  await page.waitForSelector(".chart canvas")
})

test("what happens is on the page without anybody's asking", async () => {
  await page.goto(`${url}/console/payments`)
  await page.locator("main[data-live]").waitFor()
  await playDay(gateway, { prefix: "NUEVA", count: 1 })
  await page.getByText("NUEVA-1000").first().waitFor({ timeout: 15_000 })
})

// Every page is looked at by `npm run screenshots:console`.
test("the first page of each section is accessible, and none is wider than a phone", async () => {
  const { id } = (await core.merchants.findByName("Demo"))!
  const paths = ["/account", ...SECTIONS.flatMap(({ nav }) => nav?.path ?? [])]
  const found: string[] = []
  for (const path of paths) {
    await page.setViewportSize(desk)
    await page.goto(`${url}/console${path}?merchant=${id}`)
    found.push(...(await findings(page)))
    await page.setViewportSize({ width: 360, height: 740 })
    const over = await widerBy(page)
    if (over > 0) found.push(`${path}: ${over} px wider than a phone`)
  }
  assert.deepEqual(found, [])
})

test("a key is rolled, a webhook sent again, and a look seen before it is saved", async () => {
  const { id } = (await core.merchants.findByName("Demo"))!
  await page.setViewportSize(desk)
  const go = (path: string) => page.goto(`${url}/console${path}?merchant=${id}`)
  await go("/keys")
  await page
    .getByRole("link", { name: /^Reemplazar/ })
    .first()
    .click()
  await page.getByRole("button", { name: "Reemplazar" }).click()
  const secrets = page.locator(".facts code")
  await secrets.first().waitFor()
  assert.deepEqual(await findings(page), [])
  assert.ok((await secrets.count()) >= 2)

  await go("/webhooks/deliveries")
  await page.locator("tbody a").first().click()
  await page.getByRole("button", { name: "Enviar de nuevo" }).click()
  await page.getByText("El mensaje sale de nuevo.").waitFor()
  assert.deepEqual(await findings(page), [])

  await go("/settings/branding")
  await page.getByLabel("Nombre que ve quien paga").fill("Tienda Violeta")
  await page.getByLabel("Color de botones y enlaces").fill("#6d28d9")
  const sample = page.frameLocator("iframe.preview")
  await sample.getByText("Tienda Violeta").first().waitFor()
  assert.equal((await core.merchants.find(id))!.settings.colour, null)
})

test("nothing was asked of anybody else, and nothing was against the policy", () => {
  assert.deepEqual(complaints, [])
  assert.deepEqual(
    requests.filter((each) => !each.startsWith(`${url}/`)),
    [],
  )
})
