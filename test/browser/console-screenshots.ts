/** Pictures of every page of the console, and its flaws: `npm run screenshots:console`. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import type { BrowserContextOptions } from "playwright-core"
import { ROUTES } from "../../src/console/index.ts"
import { AXE, findings, widerBy } from "../support/axe.ts"
import { openPage, startBrowser } from "../support/browser.ts"
import { demoOwner, visitorsCookie } from "../support/console.ts"
import { playDay } from "../support/console-day.ts"
import { startGateway } from "../support/gateway.ts"
import { ownCleanup } from "../support/payer.ts"

const PHONE = { viewport: { width: 390, height: 800 }, deviceScaleFactor: 2 }
const DESKTOP = { viewport: { width: 1_280, height: 800 } }
const SCREENS: Readonly<Record<string, BrowserContextOptions>> = {
  desktop: DESKTOP,
  "desktop-dark": { ...DESKTOP, colorScheme: "dark" },
  phone: PHONE,
  "phone-dark": { ...PHONE, colorScheme: "dark" },
}

const text = { type: "string" } as const
const options = { out: text, only: text, screen: text }
const { values } = parseArgs({ args: process.argv.slice(2), options })
const { out = "./screenshots/console", only = "", screen = "" } = values

const cleanup = ownCleanup()
const wrong: string[] = []
let taken = 0
try {
  const gateway = await startGateway(cleanup)
  await playDay(gateway)
  const { email, password } = demoOwner(gateway)
  const cookie = await visitorsCookie(gateway.server, email, password)
  const browser = await startBrowser(cleanup)
  for (const [name, context] of Object.entries(SCREENS)) {
    if (!name.includes(screen)) continue
    const folder = join(out, name)
    mkdirSync(folder, { recursive: true })
    const { page } = await openPage(browser, `${gateway.url}/console/sign-in`, {
      ...context,
      before: AXE,
      prepare: async (into) => {
        const [cookieName = "", value = ""] = cookie.split("=")
        await into.addCookies([{ name: cookieName, value, url: `${gateway.url}/console` }])
      },
    })
    const { id } = (await gateway.core.merchants.findByName("Demo"))!
    for (const path of await pathsOf(page, gateway.url, id)) {
      if (!path.includes(only)) continue
      await page.goto(`${gateway.url}/console${path}?merchant=${id}`)
      await page.waitForTimeout(200)
      const file = path.replace(/[^a-z-]+/g, "-").replace(/^-|-$/g, "") || "home"
      const over = await widerBy(page)
      wrong.push(...(await findings(page)), ...(over > 0 ? [`${path}: ${over} px too wide`] : []))
      await page.screenshot({ path: join(folder, `${file}.png`), fullPage: true })
      taken += 1
    }
  }
} finally {
  await cleanup.run()
}
console.log([...new Set(wrong), `${taken} pictures in ${out}`].join("\n"))
if (wrong.length > 0) process.exitCode = 1

/** Every page without a name in its address, and of the others the first that a list links to. */
async function pathsOf(
  page: Awaited<ReturnType<typeof openPage>>["page"],
  url: string,
  merchantId: string,
): Promise<readonly string[]> {
  const all = ROUTES.filter(({ method }) => method === "GET").map(({ path }) => path)
  const plain = all.filter((path) => !/:|export|csv/.test(path))
  const found: string[] = []
  for (const path of plain) {
    await page.goto(`${url}/console${path}?merchant=${merchantId}`)
    const hrefs = await Promise.all(
      (await page.locator("main a").all()).map((link) => link.getAttribute("href")),
    )
    const links = hrefs.map((href) => new URL(href ?? "", url).pathname)
    for (const wanted of all.filter((each) => each.includes(":"))) {
      const pattern = new RegExp(`^${wanted.replace(/:\w+/g, "[0-9a-f-]{20,}")}$`)
      const link = links
        .map((each) => each.replace("/console", ""))
        .find((each) => pattern.test(each))
      if (link && !found.some((each) => pattern.test(each))) found.push(link)
    }
  }
  return [...plain, ...found]
}
