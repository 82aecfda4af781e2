/** Takes a picture of every state of every page: `npm run screenshots -- [--out DIR] …`. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import type { Browser, BrowserContextOptions } from "playwright-core"
import { LANGUAGES, type Language } from "../../src/checkout/texts/index.ts"
import { startBrowser } from "../support/browser.ts"
import { ownCleanup } from "../support/payer.ts"
import { type Reached, reach, STATES } from "../support/states.ts"
import { openWorld } from "../support/world.ts"

const USAGE = "npm run screenshots -- [--out DIR] [--language es|pt|en] [--only NAME]"
const DEFAULT_DIR = "./screenshots"

const PHONE = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2 }
type Screen = {
  readonly name: string
  readonly options: BrowserContextOptions
  readonly languages: readonly Language[]
}
const ALL = LANGUAGES.map(([language]) => language)
/** The dark ones in one language: no word depends on the colours. */
const SCREENS: readonly Screen[] = [
  { name: "phone", options: PHONE, languages: ALL },
  { name: "desktop", options: { viewport: { width: 1_280, height: 800 } }, languages: ALL },
  { name: "phone-dark", options: { ...PHONE, colorScheme: "dark" }, languages: ["es"] },
]

type Wish = { readonly out: string; readonly language: string | null; readonly only: string | null }

/** Reads the command's words; throws with a sentence about what can't be read. */
function wishOf(words: readonly string[]): Wish {
  const text = { type: "string" } as const
  const options = { out: text, language: text, only: text }
  const { values } = parseArgs({ args: [...words], options })
  const { out = DEFAULT_DIR, language = null, only = null } = values
  if (language !== null && !ALL.some((each) => each === language)) {
    throw new Error(`--language: "${language}" is none of ${ALL.join(", ")}`)
  }
  if (!STATES.some(({ name }) => only === null || name.includes(only))) {
    const names = STATES.map(({ name }) => name).join(", ")
    throw new Error(`--only: no state's name holds "${only}"; there are ${names}`)
  }
  return { out, language, only }
}

async function takePictures({ out, language, only }: Wish): Promise<number> {
  const cleanup = ownCleanup()
  let taken = 0
  try {
    const [world, browser] = await Promise.all([openWorld(cleanup), startBrowser(cleanup)])
    for (const [index, state] of STATES.entries()) {
      if (only !== null && !state.name.includes(only)) continue
      const number = String(index + 1).padStart(2, "0")
      console.log(`${number}/${STATES.length} ${state.name}`)
      const reached = await reach(state, world)
      for (const { name, options, languages } of SCREENS) {
        for (const each of languages.filter((one) => language === null || one === language)) {
          const folder = join(out, each, name)
          mkdirSync(folder, { recursive: true })
          const path = join(folder, `${number}-${state.name}.png`)
          await takePicture(browser, reached, { path, language: each, options })
          taken += 1
        }
      }
    }
  } finally {
    await cleanup.run()
  }
  return taken
}

type Picture = {
  readonly path: string
  readonly language: Language
  readonly options: BrowserContextOptions
}

async function takePicture(browser: Browser, { show }: Reached, picture: Picture) {
  const { path, language, options } = picture
  const context = await browser.newContext({ ...options, locale: language })
  const page = await context.newPage()
  await show(page, language)
  await page.screenshot({ path, fullPage: true, animations: "disabled" })
  await context.close()
}

try {
  const wish = wishOf(process.argv.slice(2))
  const taken = await takePictures(wish)
  console.log(`${taken} pictures in ${wish.out}`)
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`)
  process.exitCode = 1
}
