/** The sandbox's tools: test payments, the clock, magic numbers, credentials to try out. */
import { DIALECT_NAMES, isRefusal } from "../../core/index.ts"
import { type Html, html } from "../../pages/html.ts"
import { chooseMerchant, merchantOf } from "../chosen.ts"
import { button, code, facts, field, form, heading, note, panel, table } from "../parts.ts"
import {
  type Answer,
  type Asked,
  NotThere,
  type Section,
  type Shown,
  say,
  type Visit,
} from "../site.ts"
import { DIALECTS } from "../terms.ts"
import { instant } from "../when.ts"
import { makeSample } from "./make.ts"
import { MAGIC, PLAY } from "./texts.ts"

/** Spans by which the clock is moved, in seconds. */
const SPANS = { hour: 3_600, day: 86_400, week: 604_800, month: 2_592_000 } as const
type Span = keyof typeof SPANS
const MINUTE_MS = 60_000

export const sandbox: Section = {
  name: "sandbox",
  nav: { label: PLAY.title, path: "/sandbox", permission: "sandbox" },
  routes(pages) {
    pages.get("/sandbox", "sandbox", async (visit) => page(visit))
    pages.post("/sandbox/payments", "sandbox", make)
    pages.post("/sandbox/clock", "sandbox", move)
  },
}

async function page(visit: Visit, wrong: string | null = null, digits = "00"): Promise<Shown> {
  const { language } = visit
  const title = say(PLAY.title, language)
  if (visit.merchant === null) {
    const shown = await chooseMerchant(visit, "/sandbox", title)
    return { ...shown, body: html`${shown.body}${visit.can("operate") && clock(visit)}` }
  }
  const body = html`${heading(title)}
<p class="soft">${say(PLAY.lead, language)}</p>
${wrong !== null && note(wrong, "bad", true)}
<div class="grid">
${panel(say(PLAY.make, language), samples(visit, digits))}
${panel(say(PLAY.magic, language), magic(visit))}
</div>
${visit.can("operate") && clock(visit)}
${visit.can("operate") && panel(say(PLAY.demo, language), demo(visit))}`
  return { title, body, ...(wrong !== null && { status: 409 }) }
}

function samples(visit: Visit, digits: string): Html {
  const { language } = visit
  const buttons = DIALECT_NAMES.map(
    (name) => html`${button(DIALECTS[name], "quiet", { name: "dialect", value: name })}
`,
  )
  const options = MAGIC.map(([each, words]) => [each, `${each}: ${say(words, language)}`] as const)
  const inside = html`${field({
    name: "digits",
    label: say(PLAY.digits, language),
    value: digits,
    hint: say(PLAY.digitsHint, language),
    options,
  })}
<div class="row">${buttons}</div>`
  return html`<p class="hint">${say(PLAY.makeText, language)}</p>
${form(visit, visit.href("/sandbox/payments"), inside)}`
}

function magic({ language }: Visit): Html {
  const columns = [{ label: say(PLAY.ends, language) }, { label: say(PLAY.outcome, language) }]
  const rows = MAGIC.map(([digits, words]) => ({
    cells: [html`<code>${digits === "00" ? "…" : digits}</code>`, say(words, language)],
  }))
  return html`<p class="hint">${say(PLAY.magicText, language)}</p>
${table(say(PLAY.magic, language), columns, rows)}`
}

function clock(visit: Visit): Html {
  const { core, language } = visit
  const minutes = Math.floor(core.testClock.offsetMs() / MINUTE_MS)
  const parts = {
    days: Math.floor(minutes / 1_440),
    hours: Math.floor(minutes / 60) % 24,
    minutes: minutes % 60,
  }
  const ahead = minutes === 0 ? say(PLAY.aheadNone, language) : say(PLAY.seconds, language, parts)
  const buttons = (Object.keys(SPANS) as Span[]).map(
    (span) => html`${button(
      say(PLAY.move, language, { span: say(PLAY[span], language) }),
      "quiet",
      { name: "span", value: span },
    )}
`,
  )
  const body = html`<p class="hint">${say(PLAY.clockText, language)}</p>
${facts([
  [say(PLAY.now, language), instant(visit, core.clock.now(), "second")],
  [say(PLAY.ahead, language), ahead],
])}
${form(visit, visit.href("/sandbox/clock"), html`<div class="row">${buttons}</div>`, {
  confirm: say(PLAY.sure, language),
})}`
  return panel(say(PLAY.clock, language), body)
}

/** What `sandbox.json` holds, a dialect at a time, with a command to paste. */
function demo(visit: Visit): Html {
  const { core, language } = visit
  const all = core.demo() ?? {}
  const shown = core.doors.flatMap((door) => {
    const entry = all[camel(door.name)]
    if (typeof entry !== "object" || entry === null) return []
    const { baseUrl = "", ...credentials } = entry as Readonly<Record<string, string>>
    const rows = [["baseUrl", baseUrl] as const, ...Object.entries(credentials)].map(
      ([name, value]) => [name, code(visit, String(value))] as const,
    )
    return html`<details id="demo-${door.name}"><summary>${DIALECTS[door.name]}</summary>
${facts(rows)}
<h3>${say(PLAY.tryIt, language)}</h3>
<pre tabindex="0">${door.curl(baseUrl, credentials)}</pre></details>
`
  })
  const none = html`<p class="soft">${say(PLAY.noDemo, language)}</p>`
  return html`<p class="hint">${say(PLAY.demoText, language)}</p>
${shown.length === 0 ? none : shown}`
}

/** `palomma-pay` → `palommaPay`: the names that the file has. */
function camel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

async function make(visit: Visit, { form: sent }: Asked): Promise<Answer> {
  const { language } = visit
  const merchant = merchantOf(visit)
  const dialect = DIALECT_NAMES.find((each) => each === sent["dialect"])
  if (dialect === undefined) throw new NotThere("no such dialect")
  const digits = MAGIC.find(([each]) => each === sent["digits"])?.[0] ?? "00"
  const made = await makeSample(visit, merchant, dialect, digits)
  if ("why" in made) return page(visit, say(PLAY.notMade, language, { why: made.why }), digits)
  return { to: visit.href(`/payments/${made.id}`), said: say(PLAY.made, language) }
}

/** The clock is everybody's: who sees one merchant's things only doesn't move it. */
async function move(visit: Visit, { form: sent }: Asked): Promise<Answer> {
  const span = (Object.keys(SPANS) as Span[]).find((each) => each === sent["span"])
  if (span === undefined || !visit.can("operate")) throw new NotThere("no such span")
  const moved = await visit.core.testClock.advance(SPANS[span], visit.by)
  if (isRefusal(moved)) return page(visit, moved.message)
  return { to: visit.href("/sandbox"), said: say(PLAY.moved, visit.language) }
}
