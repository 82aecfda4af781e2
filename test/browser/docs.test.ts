/** The documents in a real browser: accessible, quick to search, and asking nobody but us. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { after, test } from "node:test"
import { fileURLToPath } from "node:url"
import { fastify } from "fastify"
import type { Page } from "playwright-core"
import { dialects } from "../../src/dialects/index.ts"
import { mountDocs } from "../../src/docs/index.ts"
import { documentFor } from "../../src/openapi/index.ts"
import { startBrowser } from "../support/browser.ts"

const native = dialects.find(({ name }) => name === "caudal")!
const server = fastify()
server.get("/docs/openapi/caudal.json", () => documentFor(native, [], "http://127.0.0.1"))
await mountDocs(server, {
  publicUrl: "http://127.0.0.1",
  apis: [{ name: "caudal", title: native.contract.title }],
})
after(() => server.close())
const [url, browser] = await Promise.all([
  server.listen({ host: "127.0.0.1", port: 0 }),
  startBrowser({ after }),
])

const AXE = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8")
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
const PHONE = { width: 360, height: 740 }
const DESK = { width: 1_280, height: 800 }

const context = await browser.newContext({ viewport: PHONE, bypassCSP: true })
const page = await context.newPage()
after(() => context.close())

async function findings(): Promise<string[]> {
  await page.evaluate(AXE)
  const found = await page.evaluate(`axe.run(document, {
    runOnly: ${JSON.stringify(TAGS)}, resultTypes: ["violations"],
  }).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => id + " " + target + " " + failureSummary)))`)
  return found as string[]
}

/** Whether something is wider than the screen, but for what scrolls in itself. */
const isTooWide = (shown: Page) =>
  shown.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")

test("pages are accessible, and fit a phone and a desk, in light and in dark", async () => {
  const views = [
    ["/docs/es/lifecycle", PHONE, "dark"],
    ["/docs/rails/simulator", DESK, "light"],
    ["/docs/search?q=refund", DESK, "dark"],
  ] as const
  for (const [path, viewport, colorScheme] of views) {
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme })
    await page.goto(url + path)
    assert.deepEqual(await findings(), [], path)
    assert.equal(await isTooWide(page), false, path)
  }
})

test("a search answers while one types, by keys alone, and on a page of its own", async () => {
  await page.setViewportSize(DESK)
  await page.goto(`${url}/docs/glossary`)
  await page.keyboard.press("/")
  await page.keyboard.type("idempotency")
  const first = page.locator("#finds a").first()
  await first.waitFor()
  await page.keyboard.press("ArrowDown")
  await page.keyboard.press("Enter")
  await page.waitForURL((to) => to.pathname !== "/docs/glossary")
  await page.locator('input[name="q"]').fill("<b>reorganisation</b>")
  await page.locator('input[name="q"]').press("Enter")
  await page.waitForURL(/\/docs\/search\?q=/)
  assert.match(await page.locator("h1").innerText(), /results for “<b>reorganisation<\/b>”/)
  assert.ok((await page.locator(".found mark").count()) > 0)
})

test("code is copied as it stands; the colours that were chosen stay", async () => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: url })
  await page.goto(`${url}/docs/start`)
  await page.locator(".copy").first().click()
  await page.locator(".copy", { hasText: "Copied" }).waitFor()
  assert.equal(await page.evaluate("navigator.clipboard.readText()"), "npm ci && npm start")
  const theme = () => page.evaluate("document.documentElement.dataset.theme")
  assert.equal(await theme(), "auto")
  await page.locator("button.theme").click()
  await page.goto(`${url}/docs/es/start`)
  assert.equal(await theme(), "light")
  assert.equal(await page.locator("button.theme").innerText(), "Colores: claros")
})

test("the reader of an API opens under its policy, and asks no other host", async () => {
  // With the policy in force, unlike the page above, into which the checker had to be put.
  const strict = await browser.newContext({ viewport: DESK })
  const reader = await strict.newPage()
  const asked: string[] = []
  const complaints: string[] = []
  reader.on("request", (request) => void asked.push(request.url()))
  reader.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text())
  })
  await reader.goto(`${url}/docs/api/caudal`)
  await reader.getByText("Download OpenAPI Document").first().waitFor()
  // What it would still like to have, it asks for by now.
  await reader
    .getByRole("button", { name: /Search/ })
    .first()
    .waitFor()
  assert.deepEqual(complaints, [])
  assert.ok(asked.includes(`${url}/docs/openapi/caudal.json`))
  // Pictures that stand in the script itself are no requests.
  const elsewhere = asked.filter(
    (each) => !each.startsWith(`${url}/`) && !/^(?:data|blob):/.test(each),
  )
  assert.deepEqual(elsewhere, [])
  await strict.close()
})
