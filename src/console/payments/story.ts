/** The story of a payment as a timeline: decisions, attempts, what was seen, booked and told. */
import type { Chapter } from "../../core/index.ts"
import { type Html, html, type Piece } from "../../pages/html.ts"
import { amountText, timeHtml, timeText } from "../figures.ts"
import { kindText } from "../kinds.ts"
import { badge, code, panel, shortId } from "../parts.ts"
import type { Visit } from "../site.ts"
import { ACCOUNTS, REASONS } from "../terms.ts"
import { say } from "../words.ts"
import { deliveryEntry } from "./delivery.ts"
import { PAGE } from "./page-texts.ts"
import { EVENTS, FACTS, TOLD } from "./story-texts.ts"
import type { Whole } from "./whole.ts"

/** One thing that happened, as it is shown. */
export type Entry = {
  readonly look: "decided" | "booked" | "seen" | "sent" | "tried"
  readonly title: Piece
  readonly body?: Piece
}

/** Longer stories are shown from their ends: thousands of transfers are nobody's to read. */
const SHOWN_MAX = 300

type T = (name: keyof typeof TOLD, values?: Readonly<Record<string, string | number>>) => string

/** All of it, oldest first. */
export function storyPart(visit: Visit, whole: Whole): Html {
  const { language } = visit
  const t: T = (name, values) => say(TOLD[name], language, values)
  const { chapters, payment } = whole.story
  const hasEvents = chapters.some(({ what }) => what === "event")
  const shown = chapters.slice(0, SHOWN_MAX)
  const items = shown.map((chapter) => {
    const { look, title, body } = entryOf(visit, whole, chapter, t)
    const told = look === "decided" ? "" : html`<span class="look">${t(look)}</span> `
    return html`<li class="${look}"><span class="when">${timeHtml(
      chapter.at,
      whole.reading,
      "second",
    )}</span><div class="what"><p>${told}${title}</p>${body}</div></li>
`
  })
  return panel(
    say(PAGE.story, language),
    html`${!hasEvents && payment.version > 0 && html`<p class="hint">${t("dropped")}</p>`}
<ol class="story">
${items}</ol>${chapters.length > SHOWN_MAX && html`<p class="hint">+ ${chapters.length - SHOWN_MAX}</p>`}`,
  )
}

function entryOf(visit: Visit, whole: Whole, chapter: Chapter, t: T): Entry {
  const { language } = visit
  const { reading, story } = whole
  switch (chapter.what) {
    case "event":
      return eventEntry(visit, whole, chapter)
    case "refund": {
      const amount = amountText(chapter.amount, story.payment.asset, reading)
      return {
        look: "decided",
        title: t("refund", { amount }),
        body: idLine(visit, chapter.refundId),
      }
    }
    case "attempt": {
      const rail = visit.core.rails.get(chapter.rail)?.displayName ?? chapter.rail
      return {
        look: "tried",
        title: t("attempt", { rail }),
        body: idLine(visit, chapter.attemptId),
      }
    }
    case "begun": {
      const { file, collectionDay: day } = chapter
      return {
        look: "tried",
        title: file === null ? t("begun") : t("begunFile", { file, day: day ?? "" }),
      }
    }
    case "sighting":
      return sightingEntry(visit, whole, chapter, t)
    case "line": {
      const { says, file, position: line, reasonCode, amount, asset } = chapter
      const money = amount !== null && asset !== null && amountText(amount, asset, reading)
      return {
        look: "seen",
        title: html`${t("line", { says, file, line })}${money && html` · ${money}`}${
          reasonCode && html` <code>${reasonCode}</code>`
        }`,
      }
    }
    case "transfer": {
      const { kind, amount, asset, from, to } = chapter
      const between = { from: accountText(visit, from), to: accountText(visit, to) }
      return {
        look: "booked",
        title: html`${kindText(kind, language)} · <strong>${amountText(amount, asset, reading)}</strong>`,
        body: html`<p class="soft">${t("movement", between)}</p>`,
      }
    }
    case "delivery":
      return deliveryEntry(visit, whole, chapter, t)
    default:
      return chapter satisfies never
  }
}

function idLine(visit: Visit, id: string): Html {
  return html`<p class="soft">${code(visit, id, shortId(id))}</p>`
}

/** `evm clearing` or `available`: a rail's account has its name in front. */
function accountText({ core, language }: Visit, name: string): string {
  const [kind = "", rail] = name.split(" ").reverse()
  const words = Object.hasOwn(ACCOUNTS, kind) ? ACCOUNTS[kind] : undefined
  const account = words ? say(words, language).toLowerCase() : kind
  return rail === undefined ? account : `${core.rails.get(rail)?.displayName ?? rail} (${account})`
}

function eventEntry(
  visit: Visit,
  { story }: Whole,
  { type, seq, data }: Extract<Chapter, { readonly what: "event" }>,
): Entry {
  const { language } = visit
  const words = Object.hasOwn(EVENTS, type) ? EVENTS[type] : undefined
  const reason = data["reason"] ?? data["attemptReason"] ?? data["refundReason"]
  const known = REASONS[reason as keyof typeof REASONS]
  return {
    look: "decided",
    title: html`<strong>${words ? say(words, language) : type}</strong>${
      known && html` <span class="soft">${say(known, language)}</span>`
    }`,
    body: html`<details id="event-${seq}-of-${story.payment.id}"><summary><code>${type}</code> #${
      seq
    }</summary><pre tabindex="0">${JSON.stringify(data, null, 2)}</pre></details>`,
  }
}

function sightingEntry(
  visit: Visit,
  { reading }: Whole,
  chapter: Extract<Chapter, { readonly what: "sighting" }>,
  t: T,
): Entry {
  const { amount, asset, explorerUrl, fact, happenedAt, place, reference, state } = chapter
  const words = Object.hasOwn(FACTS, fact) ? FACTS[fact] : undefined
  const money = amount !== null && asset !== null && amountText(amount, asset, reading)
  const shown = reference ?? place
  const isGone = state === "orphaned"
  return {
    look: "seen",
    title: html`${words ? say(words, visit.language) : fact}${
      money && html` · <strong>${money}</strong>`
    }${state !== "final" && html` ${badge(state, isGone ? "bad" : "warn")}`}`,
    body: html`<p class="soft">${code(visit, shown, shortId(shown))}${
      explorerUrl !== null &&
      html` <a href="${explorerUrl}" target="_blank" rel="noopener noreferrer">${t("explorer")}</a>`
    } <span title="${t("happened")}">${timeText(happenedAt, reading, "second")}</span></p>`,
  }
}
