/** The routes of a payment's page: it is read by its link, and changed by one form. */
import { setTimeout as sleep } from "node:timers/promises"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { z } from "zod"
import { type Core, isRefusal, type Merchant, type Way } from "../core/index.ts"
import { type FormRules, PAGE_METHODS, readForm, type Typed, typedOf, type Wrong } from "./form.ts"
import { type Html, toText } from "./html.ts"
import { address, messagePage, type Site } from "./layout.ts"
import { isLive, paymentPage, type Shown } from "./page.ts"
import { LIVE_POLICY } from "./policy.ts"
import { briefOf } from "./purpose.ts"
import { coinsOf, hasPage, viewOf } from "./view.ts"

/** Most tries end within a second: their payer sees the end, and not a page that reloads. */
const LOOKS_MS: readonly number[] = [20, 40, 80, 160, 320, 380]
/** A real chain takes longer to confirm; its payer should see that, and not a page that loads. */
const SIMULATED_MS = 2_000
/** Refusals that pass by themselves: the same button works a moment later. */
const AWAY: ReadonlySet<string> = new Set(["quote_unavailable", "address_unavailable"])
const ID = z.guid()

/** The site in the words of whoever asks. */
export type SiteFor = (request: FastifyRequest) => Site

/** Registers the routes of payment pages below the scope's prefix. */
export function paymentRoutes(scope: FastifyInstance, core: Core, siteFor: SiteFor): void {
  scope.get<{ Querystring: { transaccion?: unknown } }>("/", (request, reply) =>
    show(request, reply, request.query.transaccion),
  )
  scope.get<{ Params: { id: string } }>("/:id", (request, reply) =>
    show(request, reply, request.params.id),
  )
  scope.post<{ Params: { id: string } }>("/:id", (request, reply) =>
    act(request, reply, request.params.id),
  )

  async function show(request: FastifyRequest, reply: FastifyReply, id: unknown) {
    const site = siteFor(request)
    const { coin } = request.query as { readonly coin?: unknown }
    const shown = await find(id, typeof coin === "string" ? coin : null)
    if (!shown) return notFound(reply, site)
    if (isLive(shown)) reply.header("content-security-policy", LIVE_POLICY)
    return send(reply, 200, paymentPage(site, shown))
  }

  async function act(request: FastifyRequest, reply: FastifyReply, id: string) {
    const site = siteFor(request)
    const shown = await find(id, null)
    if (!shown) return notFound(reply, site)
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
    // A form of an earlier state, sent again by a reload or a second tab, only shows the present
    // one.
    if (form.get("version") === String(shown.payment.version)) {
      const wrong = await perform(site, shown, form)
      if (wrong === "later") return send(reply, 503, messagePage(site, site.t.problems.unavailable))
      if (wrong) {
        const again = { ...shown, form: { ...shown.form, wrong, typed: typedOf(form) } }
        return send(reply, 422, paymentPage(site, again))
      }
    }
    return reply.redirect(address(site, shown.payment.id), 303)
  }

  /**
   * Does what a button says, if the view has that button. A refusal means that the payment moved on
   * meanwhile, which its page will show; only what was typed can be wrong, or a rail have no price
   * or address at the moment.
   */
  async function perform(
    site: Site,
    shown: Shown,
    form: URLSearchParams,
  ): Promise<Wrong | "later" | null> {
    const { payment, merchant, view } = shown
    const { id: paymentId, merchantId } = payment
    switch (form.get("do")) {
      case "cancel":
        await core.pay.end({ paymentId, merchantId, how: { kind: "cancel", by: "payer" } })
        return null
      case "simulate":
        if (core.mode === "sandbox" && view.kind === "send") {
          const simulated = core.pay.simulate(merchant, payment, "approved", null)
          simulated.catch((error) => core.log.warn({ err: error, paymentId }, "not simulated"))
          await Promise.race([simulated, sleep(SIMULATED_MS)])
        }
        return null
      case "pay":
        if (view.kind === "resend") return open(shown, { method: "crypto", target: {} })
        if (view.kind !== "choose") return null
        return pay(site, shown, typedOf(form))
      default:
        return null
    }
  }

  async function pay(site: Site, shown: Shown, typed: Typed): Promise<Wrong | "later" | null> {
    const read = readForm(typed, shown.form.rules, site.t)
    return "wrong" in read ? read.wrong : open(shown, read.filled)
  }

  async function open({ merchant, payment }: Shown, way: Way): Promise<"later" | null> {
    const opened = await core.pay.open(merchant, payment, way)
    if (isRefusal(opened)) return AWAY.has(opened.refused) ? "later" : null
    if (way.method === "crypto") return null
    for (const waitMs of LOOKS_MS) {
      await sleep(waitMs)
      const now = await core.payments.findByLink(payment.id)
      // Over, for good or ill, or it has news that its payer should see.
      if (now?.version !== opened.payment.version && now?.state !== "processing") break
    }
    return null
  }

  /** What there is to show under a link; null when it leads nowhere. */
  async function find(id: unknown, coin: string | null): Promise<Shown | null> {
    const read = ID.safeParse(id)
    const payment = read.success ? await core.payments.findByLink(read.data) : null
    if (!payment || !hasPage(payment)) return null
    const merchant = await core.merchants.find(payment.merchantId)
    if (!merchant) return null
    const attempts = await core.payments.attempts(payment.id)
    const view = viewOf(payment, attempts)
    const coins = coinsOf(payment, attempts)
    const arrivals = coins.length > 0 ? await core.payments.sightings(payment.id) : []
    const brief = briefOf(core.payments.openPurpose(payment), merchant)
    const { enforcedDocument, payer: known } = brief
    const rules: FormRules = { offered: offered(merchant), known, enforcedDocument }
    const form = { rules, typed: {}, wrong: {} }
    const now = core.clock.now()
    return { payment, merchant, brief, view, coins, coin, arrivals, form, now }
  }

  function offered(merchant: Merchant) {
    return PAGE_METHODS.filter((method) => core.railFor(merchant, method) !== null)
  }

  function notFound(reply: FastifyReply, site: Site): FastifyReply {
    return send(reply, 404, messagePage(site, site.t.problems.notFound))
  }
}

/** Sends a page; the scope's hook has set its headers. */
export function send(reply: FastifyReply, status: number, page: Html): FastifyReply {
  return reply.code(status).type("text/html; charset=utf-8").send(toText(page))
}
