/** Every state of every page, for whoever sees little, has no mouse, or wants it to hold still. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { after, test } from "node:test"
import { fileURLToPath } from "node:url"
import type { BrowserContext, Page } from "playwright-core"
import { dictionaries } from "../../src/checkout/texts/index.ts"
import { startBrowser } from "../support/browser.ts"
import { open } from "../support/page.ts"
import { inLanguage, reach, STATES } from "../support/states.ts"
import { openWorld } from "../support/world.ts"

const [world, browser] = await Promise.all([openWorld({ after }), startBrowser({ after })])

const PHONE = { width: 360, height: 740 }
/** The narrowest screen that WCAG 2.2 thinks of (1.4.10). */
const NARROW = { width: 320, height: 640 }
/** WCAG 2.2, 2.5.8. */
const TARGET_LEAST_PX = 24
/** More than any page has. */
const TABS_MAX = 80

const AXE = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8")
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

/** What the checker finds; it has to be on the page. */
async function findings(page: Page): Promise<string[]> {
  const found = await page.evaluate(`axe.run(document, {
    runOnly: ${JSON.stringify(TAGS)}, resultTypes: ["violations"],
  }).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => id + " " + target + " " + failureSummary)))`)
  return found as string[]
}

/** What can be reached by keys: of radio buttons the chosen one, which stands for its group. */
const REACHABLE = `[...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex]")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.disabled)
  .filter((each) => each.type !== "hidden" && (each.type !== "radio" || each.checked))`

type Stop = {
  /** Its place in the document; -1 for none. */
  readonly at: number
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly hasOutline: boolean
  readonly name: string
}

const STOP = `(() => {
  const each = document.activeElement
  const { top, bottom, left } = each.getBoundingClientRect()
  const hasOutline = [each, each.closest("label")].some((one) => {
    if (!one) return false
    const { outlineStyle, outlineWidth } = getComputedStyle(one)
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2
  })
  return { at: ${REACHABLE}.indexOf(each), top: top + scrollY, bottom: bottom + scrollY, left,
    hasOutline, name: each.outerHTML.slice(0, 80) }
})()`

/** Presses Tab until it comes round again. */
async function stopsOf(page: Page): Promise<Stop[]> {
  const stops: Stop[] = []
  for (let count = 0; count < TABS_MAX; count += 1) {
    await page.keyboard.press("Tab")
    const stop = (await page.evaluate(STOP)) as Stop
    if (stops.some(({ at }) => at === stop.at)) break
    stops.push(stop)
  }
  // A page with something wrong on it begins there.
  return stops.filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at)
}

/** What whoever has no mouse can't reach, can't see, or is sent back to. */
async function lostKeys(page: Page): Promise<string[]> {
  const stops = await stopsOf(page)
  const count = (await page.evaluate(`${REACHABLE}.length`)) as number
  const jumps = stops.filter((stop, index) => {
    const before = stops[index - 1]
    const isBelow = !before || stop.top >= before.bottom - 1
    return !isBelow && !(stop.left > before.left && stop.bottom > before.top)
  })
  return [
    ...(stops.length === count ? [] : [`keys reach ${stops.length} of ${count}`]),
    ...stops.filter(({ hasOutline }) => !hasOutline).map(({ name }) => `no outline: ${name}`),
    ...jumps.map(({ name }) => `keys jump back to ${name}`),
  ]
}

/** What is smaller than a finger; links within sentences may be. */
const SMALL = `[...document.querySelectorAll("a[href], button, select, input, summary")]
  .filter((each) => each.type !== "hidden" && each.checkVisibility())
  .map((each) => [each, (each.closest("label") ?? each).getBoundingClientRect()])
  .filter(([, { width, height }]) => Math.min(width, height) < ${TARGET_LEAST_PX})
  .map(([each]) => each.outerHTML.slice(0, 120))`

/** What is wider than the page, or cut off by its own box. */
const CUT = `(() => {
  const wide = document.documentElement.scrollWidth > innerWidth
    ? ["the page: " + document.documentElement.scrollWidth] : []
  const cut = [...document.querySelectorAll("body *")].filter((each) => {
    const hides = getComputedStyle(each).overflowX !== "visible"
    const outside = each.getBoundingClientRect().right > innerWidth + 1
    return each.checkVisibility() && each.tagName !== "INPUT" &&
      (outside || (hides && each.scrollWidth > each.clientWidth + 1))
  })
  return [...wide, ...cut.map((each) => each.outerHTML.slice(0, 120))]
})()`

/** Longer words and amounts than these fit on no line of half a phone's width. */
const WORD_MOST = 18
/** Words and numbers that end on another line than they begin on, where that would mislead. */
const TORN = `[...document.querySelectorAll(".amount, .left, button, .button, .choices span")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }))
  .flatMap((each) => {
    const texts = document.createTreeWalker(each, NodeFilter.SHOW_TEXT)
    const torn = []
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      for (const { 0: word, index } of text.data.matchAll(/\\S+/g)) {
        if (word.length > ${WORD_MOST}) continue
        const range = document.createRange()
        range.setStart(text, index)
        range.setEnd(text, index + word.length)
        if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) torn.push(word)
      }
    }
    return torn
  })`

/** Makes letters as large as somebody wants them who set their browser so (WCAG 2.2, 1.4.4). */
async function letters(context: BrowserContext, page: Page, times: number): Promise<void> {
  const session = await context.newCDPSession(page)
  await session.send("Page.setFontSizes", {
    fontSizes: { standard: 16 * times, fixed: 13 * times },
  })
}

/** What still moves although its reader asked for rest. */
const MOVING = `document.getAnimations().filter(({ playState }) => playState === "running")
  .map(({ animationName }) => animationName)`

type Seen = { readonly name: string; readonly title: string; readonly heading: string }
const seen: Seen[] = []

/** All of them are brought about at once: most of that is waiting. */
const reaching = new Map(STATES.map((state) => [state.name, reach(state, world)]))
for (const each of reaching.values()) each.catch(() => "said by the state's own test")

for (const state of STATES) {
  test(`${state.name}: nothing is found, lost, cut off or too small`, async () => {
    const { show } = await reaching.get(state.name)!
    const context = await browser.newContext({ locale: "es-CO", viewport: PHONE })
    const page = await context.newPage()
    await show(page, "es")
    assert.equal(await page.getAttribute("html", "lang"), dictionaries.es.language)
    const headings = await page.locator("h1").allTextContents()
    assert.equal(headings.length, 1, headings.join())
    seen.push({ name: state.name, title: await page.title(), heading: headings[0]! })

    const found: string[] = []
    const note = (where: string, what: unknown) => {
      for (const each of what as string[]) found.push(`${where}: ${each}`)
    }
    // It comes as a debugger's word, which no policy of a page forbids.
    await page.evaluate(AXE)
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme })
      note(colorScheme, await findings(page))
    }
    await page.emulateMedia({ reducedMotion: "reduce" })
    note("moves", await page.evaluate(MOVING))
    note("small", await page.evaluate(SMALL))
    note("keys", await lostKeys(page))
    await page.setViewportSize(NARROW)
    note("at 320 px", await page.evaluate(CUT))
    await page.setViewportSize(PHONE)
    await letters(context, page, 2)
    note("letters of twice the size", await page.evaluate(CUT))
    note("torn by letters of twice the size", await page.evaluate(TORN))
    assert.deepEqual(found, [])
    await context.close()
  })
}

test("a title says what its heading says: no two states have one title", () => {
  const headings = Map.groupBy(seen, ({ title }) => title)
  const shared = [...headings].flatMap(([title, states]) => {
    const different = new Set(states.map(({ heading }) => heading))
    return different.size > 1 ? [`${title}: ${[...different].join(" | ")}`] : []
  })
  assert.deepEqual(shared, [])
})

test("each page names its language for whoever has it read aloud, and speaks it", async () => {
  for (const { name, url } of await Promise.all(reaching.values())) {
    if (url === null) continue
    const texts = new Set<string>()
    for (const language of ["es", "pt", "en"] as const) {
      const { html, text } = await open(inLanguage(url, language))
      assert.ok(html.includes(`<html lang="${dictionaries[language].language}">`), name)
      texts.add(text)
    }
    assert.equal(texts.size, 3, name)
  }
})

test("what moves does so only for those who don't mind", async () => {
  const page = await browser.newPage()
  await (await reaching.get("processing")!).show(page, "es")
  assert.deepEqual(await page.evaluate(MOVING), ["turn"])
  await page.context().close()
})

test("Enter does what the main button does, and leads to the first wrong field", async () => {
  const { url } = await world.demo()
  const context = await browser.newContext({ viewport: PHONE })
  const page = await context.newPage()
  const rows: [filled: Readonly<Record<string, string>>, first: string][] = [
    [{}, "bank"],
    [{ accountNumber: "12345678990" }, "bank"],
    [{ bank: "davivienda" }, "accountNumber"],
    [{ bank: "davivienda", accountNumber: "12345678990" }, "name"],
  ]
  for (const [{ bank, ...typed }, first] of rows) {
    await page.goto(url)
    if (bank !== undefined) await page.selectOption("#bank", bank)
    for (const [field, value] of Object.entries(typed)) await page.fill(`#${field}`, value)
    await page.focus("#email")
    await page.keyboard.press("Enter")
    await page.locator("[role=alert]").waitFor()
    // The page is there a moment before it has the focus where it says.
    await page.locator(`#${first}:focus`).waitFor()
    assert.equal(await page.getAttribute(`#${first}`, "aria-invalid"), "true")
    const explained = await page.getAttribute(`#${first}`, "aria-describedby")
    assert.equal(await page.locator(`#${explained}`).isVisible(), true)
  }
  await context.close()
})
