/** A real browser for tests: a Chromium out of a package that reaches this machine only. */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import chromium, { inflate } from "@sparticuz/chromium"
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium as driver,
  type Page,
} from "playwright-core"
import { lastFirst } from "./cleanup.ts"
import type { Cleanup } from "./database.ts"

/** Our own flags: the package's would switch off the very rules that the tests look for. */
const FLAGS = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-domain-reliability",
  "--disable-gpu",
  "--no-pings",
  // Names lead nowhere, so that nothing can leave this machine.
  "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
/** Unpacking and starting takes 3 s on two busy cores. */
const START_TIMEOUT_MS = 30_000

/** Starts a browser that ends with the tests. One a file is enough: pages share nothing. */
export async function startBrowser(testContext: Cleanup): Promise<Browser> {
  const context = lastFirst(testContext)
  const executablePath = await afterOthers("chromium", () => chromium.executablePath())
  const options = {
    executablePath,
    args: process.getuid?.() === 0 ? [...FLAGS, "--no-sandbox"] : FLAGS,
    timeout: START_TIMEOUT_MS,
  }
  const env = { ...process.env, ...ownFonts() }
  const browser = await driver.launch({ ...options, env }).catch(async (error) => {
    if (!/shared librar/.test(String(error))) throw error
    return driver.launch({ ...options, env: { ...env, ...(await ownLibraries()) } })
  })
  context.after(() => browser.close())
  return browser
}

/**
 * Lets the first of the processes that share a folder unpack what they all use: a program that is
 * still being written can't be started (ETXTBSY).
 */
async function afterOthers<T>(name: string, unpack: () => Promise<T>): Promise<T> {
  const mark = join(tmpdir(), `caudal-${name}-unpacked`)
  const done = join(mark, "done")
  const giveUpAt = performance.now() + START_TIMEOUT_MS
  try {
    mkdirSync(mark)
  } catch {
    // Whoever was first may have been killed meanwhile.
    while (!existsSync(done) && performance.now() < giveUpAt) await sleep(50)
  }
  const unpacked = await unpack()
  writeFileSync(done, "")
  return unpacked
}

/** A machine without a screen has no fonts either; the package brings some. */
function ownFonts(): Record<string, string> {
  if (existsSync("/etc/fonts/fonts.conf")) return {}
  const folder = join(tmpdir(), "fonts")
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o755)
  return { FONTCONFIG_PATH: folder }
}

/** The libraries that a bare Debian lacks, which the package unpacks in Amazon's cloud only. */
async function ownLibraries(): Promise<Record<string, string>> {
  const build = dirname(fileURLToPath(import.meta.resolve("@sparticuz/chromium")))
  const libraries = join(build, "..", "bin", "al2023.tar.br")
  const folder = await afterOthers("libraries", () => inflate(libraries))
  return { LD_LIBRARY_PATH: join(folder, "lib") }
}

/** What went wrong on a page, and where it asked for anything. */
export type Observed = {
  readonly page: Page
  /** Errors and warnings of the console, uncaught errors, breaches of the content policy. */
  readonly complaints: string[]
  /** The address of each request. */
  readonly requests: string[]
}

/** Opens a page that writes down all that it does; ends with the browser. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions & {
    /** Runs before the page's own scripts. */
    readonly before?: string
    /** More to prepare, such as permissions. */
    readonly prepare?: (context: BrowserContext) => Promise<void>
  } = {},
): Promise<Observed> {
  const { before, prepare, ...rest } = options
  const context = await browser.newContext({ locale: "es-CO", ...rest })
  await prepare?.(context)
  if (before !== undefined) await context.addInitScript(before)
  const page = await context.newPage()
  const complaints: string[] = []
  const requests: string[] = []
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text())
  })
  page.on("pageerror", (error) => complaints.push(String(error)))
  page.on("request", (request) => requests.push(request.url()))
  await page.goto(url)
  return { page, complaints, requests }
}
