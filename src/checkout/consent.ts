/** The page on which an account's owner lets a merchant debit it, or doesn't, or not any more. */
import { createHash } from "node:crypto"
import type { FastifyInstance } from "fastify"
import { z } from "zod"
import type { Core, Instrument, Merchant, Person } from "../core/index.ts"
import { type Html, html } from "../pages/html.ts"
import type { WholePage } from "../pages/policy.ts"
import { address, banner, button, facts, layout, type Site, type Tone } from "./layout.ts"
import { logo } from "./logo.ts"
import { notFound, type SiteFor, send } from "./send.ts"
import { dressed } from "./theme.ts"

type Asked = {
  readonly instrument: Instrument
  readonly merchant: Merchant
  readonly owner: Person
}

const ID = z.guid()
/** The one kind of instrument that its owner has to agree to; the others are verified by a rail. */
const TYPE = "bancolombiaInstant"
/** The step of an active instrument's page that asks once more before it takes the consent back. */
const WITHDRAW = "withdraw"
/** What a browser says of itself is at most a line or two; more is somebody's game. */
const BROWSER_MAX = 300

/** Registers the consent page below the scope's prefix. */
export function consentRoutes(scope: FastifyInstance, core: Core, siteFor: SiteFor): void {
  scope.get<{ Params: { id: string }; Querystring: { step?: unknown } }>(
    "/consent/:id",
    async (request, reply) => {
      const site = siteFor(request)
      const asked = await find(request.params.id)
      if (!asked) return notFound(reply, site)
      const { step } = request.query
      return send(reply, 200, consentPage(dressed(site, asked.merchant), asked, step === WITHDRAW))
    },
  )

  scope.post<{ Params: { id: string } }>("/consent/:id", async (request, reply) => {
    const asked = await find(request.params.id)
    if (!asked) return notFound(reply, siteFor(request))
    const site = dressed(siteFor(request), asked.merchant)
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
    await answer(site, asked, form, browserOf(request.headers["user-agent"]))
    return reply.redirect(address(site, pathOf(asked.instrument)), 303)
  })

  /** Does what a button of the present page says. What came meanwhile is shown by the page. */
  async function answer(site: Site, asked: Asked, form: URLSearchParams, browser: string | null) {
    const { instrument, owner } = asked
    if (form.get("version") !== String(instrument.version)) return
    switch (form.get("do")) {
      case "agree": {
        const words = wordsOf(site, asked)
        // Agreed to is what was read, not what the page would say by now.
        if (form.get("words") !== markOf(words)) return
        const { email: _, ...person } = owner
        await core.instruments.agree(instrument, {
          person,
          channel: "page",
          words,
          language: site.language,
          browser,
        })
        return
      }
      case "decline":
        await core.instruments.decline(instrument)
        return
      case WITHDRAW:
        if (instrument.state === "active") await core.instruments.revokeByLink(instrument.id)
        return
    }
  }

  async function find(id: string): Promise<Asked | null> {
    const read = ID.safeParse(id)
    const instrument = read.success ? await core.instruments.findByLink(read.data) : null
    if (instrument?.type !== TYPE) return null
    const { merchantId, customerId } = instrument
    const merchant = await core.merchants.find(merchantId)
    const customer = await core.customers.find(merchantId, customerId)
    return merchant && customer && { instrument, merchant, owner: customer.person }
  }
}

function browserOf(said: string | undefined): string | null {
  // Operators read it in a terminal.
  return said?.slice(0, BROWSER_MAX).replace(/\p{Cc}/gu, " ") ?? null
}

function pathOf({ id }: Instrument): string {
  return `consent/${id}`
}

function nameOf({ name, settings }: Merchant): string {
  return settings.displayName ?? name
}

/** What the owner agrees to, as the page says it. */
function wordsOf({ t }: Site, { merchant, instrument, owner }: Asked): string {
  const { accountNumber = "" } = instrument.masked
  const account = `${t.consent.account}: ${accountNumber}`
  const name = `${t.consent.name}: ${owner.name}`
  return [t.consent.heading, t.consent.text(nameOf(merchant)), name, account].join("\n")
}

function markOf(words: string): string {
  return createHash("sha256").update(words).digest("hex")
}

/** Draws the page: the question while it is open, then the answer. */
function consentPage(site: Site, asked: Asked, withdrawing: boolean): WholePage {
  const { state } = asked.instrument
  if (state === "pending") return question(site, asked)
  if (state === "active") return withdrawing ? doubt(site, asked) : active(site, asked)
  const ended = state === "revoked" ? site.t.consent.withdrawn : site.t.consent.declined
  return ending(site, asked, state === "revoked" ? "over" : "bad", ended)
}

function question(site: Site, asked: Asked): WholePage {
  const { t } = site
  const merchantName = nameOf(asked.merchant)
  return layout(site, {
    title: t.consent.title(merchantName),
    path: pathOf(asked.instrument),
    body: html`${head(site, merchantName)}
<h1 class="step">${t.consent.heading}</h1>
<p>${t.consent.text(merchantName)}</p>
${about(site, asked)}
${form(
  site,
  asked,
  html`<input type="hidden" name="words" value="${markOf(wordsOf(site, asked))}">
${button("agree", t.consent.agree, "main")}${button("decline", t.consent.decline, "quiet")}`,
)}`,
  })
}

function active(site: Site, asked: Asked): WholePage {
  const { t } = site
  const to = address(site, pathOf(asked.instrument), { step: WITHDRAW })
  const more = html`<p><a class="button quiet" href="${to}">${t.consent.withdraw}</a></p>`
  return ending(site, asked, "good", t.consent.agreed, more)
}

/** Asks once more: whoever withdraws by mistake has to be asked for a new consent. */
function doubt(site: Site, asked: Asked): WholePage {
  const { t } = site
  const merchantName = nameOf(asked.merchant)
  const path = pathOf(asked.instrument)
  return layout(site, {
    title: t.consent.withdrawing.heading,
    path,
    query: { step: WITHDRAW },
    body: html`${head(site, merchantName)}
<h1 class="step">${t.consent.withdrawing.heading}</h1>
<p>${t.consent.withdrawing.text(merchantName)}</p>
${about(site, asked)}
${form(site, asked, button(WITHDRAW, t.consent.withdraw, "main"))}
<p><a class="button quiet" href="${address(site, path)}">${t.consent.keep}</a></p>`,
  })
}

function ending(
  site: Site,
  asked: Asked,
  tone: Tone,
  says: { readonly title: string; readonly text: string },
  more: Html | null = null,
): WholePage {
  // Who comes back to the link months later has to see whose permission it was.
  return layout(site, {
    title: says.title,
    path: pathOf(asked.instrument),
    body: html`${head(site, nameOf(asked.merchant))}
<div role="status">${banner(tone, says)}</div>${about(site, asked)}${more}`,
  })
}

function head(site: Site, merchantName: string): Html {
  return html`<header>${logo(site)}<p class="merchant"><strong>${merchantName}</strong></p></header>`
}

function about({ t }: Site, { instrument, owner }: Asked): Html {
  return facts([
    [t.consent.name, owner.name],
    [t.consent.account, instrument.masked.accountNumber ?? null],
  ])
}

function form(site: Site, { instrument }: Asked, content: Html): Html {
  return html`<form method="post" action="${address(site, pathOf(instrument))}">
<input type="hidden" name="version" value="${instrument.version}">
${content}
</form>`
}
