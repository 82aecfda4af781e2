/** What a checker of accessibility finds on a page, and how much wider than a screen it is. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Page } from "playwright-core"

/** The checker: to be run before a page's own scripts. */
export const AXE = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8")
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

/** What it finds, one line each; the checker has to be on the page. */
export async function findings(page: Page): Promise<readonly string[]> {
  const found = await page.evaluate(`axe.run(document, {
    runOnly: ${JSON.stringify(TAGS)}, resultTypes: ["violations"],
  }).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => id + " " + target + " " + failureSummary)))`)
  const path = new URL(page.url()).pathname
  return (found as readonly string[]).map((each) => `${path}: ${each.replace(/\n\s*/g, " ")}`)
}

/** By how many pixels a page has to be scrolled sideways. */
export async function widerBy(page: Page): Promise<number> {
  return (await page.evaluate(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  )) as number
}
