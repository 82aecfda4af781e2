/** The first page: how payments go, and what waits for somebody. */
import { html } from "../../pages/html.ts"
import { readingFor, timeText } from "../figures.ts"
import { heading, note } from "../parts.ts"
import type { Section, Shown, Visit } from "../site.ts"
import { say } from "../words.ts"
import { attention, healthPanel } from "./attention.ts"
import { monthPanel } from "./month.ts"
import { T } from "./texts.ts"
import { railPanel, tiles } from "./today.ts"

export const home: Section = {
  name: "home",
  nav: { label: T.title, path: "/", permission: "see" },
  routes(pages) {
    pages.get("/", "see", (visit, { query }) => homePage(visit, query["asset"]))
  },
}

async function homePage(visit: Visit, asset: string | undefined): Promise<Shown> {
  const { core, language, merchant } = visit
  const zone = merchant?.timeZone ?? (await commonZone(visit))
  const reading = { ...readingFor(visit, merchant), timeZone: zone }
  const overview = await core.overview(merchant?.id ?? null, zone)
  const title = merchant?.settings.displayName ?? merchant?.name ?? say(T.title, language)
  const runsIt = visit.user.merchantId === null
  const behind = overview.countedUpto
  const body = html`${heading(title)}
${behind && note(say(T.behind, language, { at: timeText(behind, reading, "minute") }), "warn")}
<div data-part="today">${tiles(visit, overview, reading)}</div>
<div class="grid" data-part="now">
${attention(visit, overview, reading)}
${railPanel(visit, overview)}
</div>
<div data-part="month">${monthPanel(visit, overview, reading, asset)}</div>
${runsIt && html`<div data-part="health">${await healthPanel(visit)}</div>`}`
  return { title: say(T.title, language), body, live: "merchant" }
}

/** The zone of all merchants' days, where they share one. */
async function commonZone({ core }: Visit): Promise<string> {
  const zones = new Set((await core.merchants.list()).map(({ timeZone }) => timeZone))
  const [only] = zones
  return zones.size === 1 && only !== undefined ? only : "UTC"
}
