/** One webhook of a payment in its timeline: how it went, and folded in it what was sent. */
import type { Chapter } from "../../core/index.ts"
import { type Html, html } from "../../pages/html.ts"
import { timeText } from "../figures.ts"
import { badge } from "../parts.ts"
import type { Visit } from "../site.ts"
import { say } from "../words.ts"
import { replayForm } from "./actions.ts"
import type { Entry } from "./story.ts"
import { DELIVERY_STATES, type TOLD } from "./story-texts.ts"
import type { Whole } from "./whole.ts"

type Told = Extract<Chapter, { readonly what: "delivery" }>
type T = (name: keyof typeof TOLD, values?: Readonly<Record<string, string | number>>) => string

/** Its entry. */
export function deliveryEntry(visit: Visit, whole: Whole, told: Told, t: T): Entry {
  const { deliveryId, dueAt, lastStatus, state, tries, type, url } = told
  const words = DELIVERY_STATES[state]
  const next = state === "due" && dueAt && tries > 0
  return {
    look: "sent",
    title: html`<code>${type}</code> → <span class="url">${hostOf(url)}</span> ${
      words ? badge(say(words, visit.language), words.tone) : state
    }`,
    body: html`<p class="soft">${[
      lastStatus === null ? null : `HTTP ${lastStatus}`,
      tries === 1 ? t("oneTry") : t("tries", { tries }),
      next && t("nextTry", { at: timeText(dueAt, whole.reading, "second") }),
    ]
      .filter(Boolean)
      .join(" · ")}</p>
<details id="delivery-${deliveryId}"><summary>${t("details")}</summary>
${messagePart(whole, told, t)}
<div class="row"><a href="${visit.href(`/webhooks/deliveries/${deliveryId}`)}">${t("whole")}</a>${
      state !== "due" && replayForm(visit, whole, deliveryId)
    }</div></details>`,
  }
}

/** A path may be somebody's key; whose server it is says enough here. */
function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url
}

function messagePart(whole: Whole, { deliveryId }: Told, t: T): Html | null {
  const known = whole.deliveries.get(deliveryId)
  if (!known) return null
  const { message, tries } = known
  const rows = tries.map(
    ({ number, at, status, error, elapsedMs, answer }) =>
      html`<li><p>${t("try", { number })} · ${timeText(at, whole.reading, "second")} · ${
        status === null ? error : `HTTP ${status}`
      }${elapsedMs !== null && ` · ${elapsedMs} ms`}</p>${answer && block(answer)}</li>`,
  )
  const hint = (text: string) => html`<p class="hint">${text}</p>`
  return html`<h3>${t("body")}</h3>
${message === null ? hint(t("deleted")) : block(pretty(message.body))}
${
  message !== null &&
  html`<h3>${t("headers")}</h3><pre tabindex="0">${Object.entries(message.headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n")}</pre>`
}
<h3>${t("answers")}</h3>
${rows.length === 0 ? hint(t("noTries")) : html`<ul class="tries">${rows}</ul>`}`
}

/** Scrolls in itself, also by keys. */
function block(text: string): Html {
  return html`<pre tabindex="0">${text}</pre>`
}

/** JSON on lines of its own; anything else as it is. */
function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
