/** The page on which an account's owner lets a merchant debit it, or doesn't. */
import type { FastifyInstance } from "fastify"
import { z } from "zod"
import type { Core, Instrument, Merchant } from "../core/index.ts"
import { html } from "./html.ts"
import { address, banner, button, facts, layout, type Site } from "./layout.ts"
import { logo } from "./logo.ts"
import type { WholePage } from "./policy.ts"
import { notFound, type SiteFor, send } from "./send.ts"
import { dressed } from "./theme.ts"

type Consent = {
  readonly instrument: Instrument
  readonly merchant: Merchant
  readonly ownerName: string
}

const ID = z.guid()
/** The one kind of instrument that its owner has to agree to; the others are verified by a rail. */
const TYPE = "bancolombiaInstant"

/** Registers the consent page below the scope's prefix. */
export function consentRoutes(scope: FastifyInstance, core: Core, siteFor: SiteFor): void {
  scope.get<{ Params: { id: string } }>("/consent/:id", async (request, reply) => {
    const site = siteFor(request)
    const consent = await find(request.params.id)
    if (!consent) return notFound(reply, site)
    return send(reply, 200, consentPage(dressed(site, consent.merchant), consent))
  })

  scope.post<{ Params: { id: string } }>("/consent/:id", async (request, reply) => {
    const site = siteFor(request)
    const consent = await find(request.params.id)
    if (!consent) return notFound(reply, site)
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
    const { instrument } = consent
    const answer = form.get("do")
    const current = form.get("version") === String(instrument.version)
    if (current && (answer === "agree" || answer === "decline")) {
      const { id: instrumentId, customerId, merchantId } = instrument
      // Refused when it was answered before: the page then shows that answer.
      await core.instruments.report({
        instrumentId,
        customerId,
        merchantId,
        fence: null,
        outcome:
          answer === "agree" ? { state: "active" } : { state: "error", reason: "mandate_revoked" },
      })
    }
    return reply.redirect(address(site, pathOf(instrument)), 303)
  })

  async function find(id: string): Promise<Consent | null> {
    const read = ID.safeParse(id)
    const instrument = read.success ? await core.instruments.findByLink(read.data) : null
    if (instrument?.type !== TYPE) return null
    const { merchantId, customerId } = instrument
    const merchant = await core.merchants.find(merchantId)
    const customer = await core.customers.find(merchantId, customerId)
    if (!merchant || !customer) return null
    return { instrument, merchant, ownerName: customer.person.name }
  }
}

function pathOf({ id }: Instrument): string {
  return `consent/${id}`
}

/** Draws the page: the question while it is open, then the answer. */
function consentPage(site: Site, { instrument, merchant, ownerName }: Consent): WholePage {
  const { t } = site
  const merchantName = merchant.settings.displayName ?? merchant.name
  const { state, masked, version } = instrument
  const path = pathOf(instrument)
  const about = facts([
    [t.consent.name, ownerName],
    [t.consent.account, masked.accountNumber ?? null],
  ])
  if (state !== "pending") {
    const agreed = state === "active"
    const answer = agreed ? t.consent.agreed : t.consent.declined
    return layout(site, {
      title: answer.title,
      path,
      body: html`<div role="status">${banner(agreed ? "good" : "bad", answer)}</div>${about}`,
    })
  }
  const title = t.consent.title(merchantName)
  return layout(site, {
    title,
    path,
    body: html`<header>${logo(site)}<p class="merchant"><strong>${merchantName}</strong></p></header>
<h1 class="step">${t.consent.heading}</h1>
<p>${t.consent.text(merchantName)}</p>
${about}
<form method="post" action="${address(site, path)}">
<input type="hidden" name="version" value="${version}">
${button("agree", t.consent.agree, "main")}${button("decline", t.consent.decline, "quiet")}
</form>`,
  })
}
