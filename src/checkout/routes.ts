/** The routes of a payment's page: it is read by its link, and changed by one form. */
import { setTimeout as sleep } from "node:timers/promises"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { type Core, isRefusal, type Payment, type Refusal, type Way } from "../core/index.ts"
import { readForm, typedOf, type Wrong } from "./form.ts"
import { address, messagePage, type Site } from "./layout.ts"
import { paymentPage } from "./page.ts"
import { notFound, type SiteFor, send } from "./send.ts"
import { askedOf, findShown, type Shown } from "./shown.ts"
import { dressed } from "./theme.ts"

/** Most banks answer within a second: their payer goes on at once, not by a page that reloads. */
const LOOKS_MS: readonly number[] = [20, 40, 80, 160, 320, 380]
/** A real chain takes longer to confirm; its payer should see that, and not a page that loads. */
const SIMULATED_MS = 2_000
/** Refusals that pass by themselves: the same button works a moment later. */
const AWAY: ReadonlySet<string> = new Set(["quote_unavailable", "address_unavailable"])

/** What came of a button, where it isn't simply the page's next state. */
type Outcome = { readonly wrong: Wrong } | "later" | "tooLate" | null

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
    const shown = await findShown(core, id, askedOf(request.query))
    if (!shown) return notFound(reply, siteFor(request))
    return send(reply, 200, paymentPage(dressed(siteFor(request), shown.merchant), shown))
  }

  async function act(request: FastifyRequest, reply: FastifyReply, id: string) {
    const shown = await findShown(core, id, askedOf({}))
    if (!shown) return notFound(reply, siteFor(request))
    const site = dressed(siteFor(request), shown.merchant)
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
    // A form of an earlier state, sent again by a reload or a second tab, only shows the present
    // one.
    const isCurrent = form.get("version") === String(shown.payment.version)
    const outcome = isCurrent ? await perform(site, shown, form) : null
    if (outcome === "later")
      return send(reply, 503, messagePage(site, site.t.problems.unavailable, id))
    if (outcome && outcome !== "tooLate") {
      const again = { ...shown.form, wrong: outcome.wrong, typed: typedOf(form) }
      return send(reply, 422, paymentPage(site, { ...shown, form: again }))
    }
    const query = { from: outcome === "tooLate" ? "late" : null }
    return reply.redirect(address(site, shown.payment.id, query), 303)
  }

  /**
   * Does what a button says, if the view has that button. A refusal means that the payment moved on
   * meanwhile, which its page will show; only what was typed can be wrong, a rail have no price or
   * address at the moment, or a bank be too far to be stopped.
   */
  async function perform(site: Site, shown: Shown, form: URLSearchParams): Promise<Outcome> {
    const { payment, merchant, view } = shown
    const { id: paymentId, merchantId } = payment
    switch (form.get("do")) {
      case "cancel":
        return stopped(
          await core.pay.end({ paymentId, merchantId, how: { kind: "cancel", by: "payer" } }),
        )
      case "change":
        if (view.kind !== "visit" && view.kind !== "send") return null
        return stopped(await core.pay.leave(payment))
      case "simulate":
        if (core.mode === "sandbox" && view.kind === "send") {
          const simulated = core.pay.simulate(merchant, payment, "approved", null)
          simulated.catch((error) => core.log.warn({ err: error, paymentId }, "not simulated"))
          await Promise.race([simulated, sleep(SIMULATED_MS)])
        }
        return null
      case "pay":
        if (view.kind === "resend") return open(site, shown, { method: "crypto", target: {} })
        return view.kind === "choose" ? pay(site, shown, form) : null
      default:
        return null
    }
  }

  async function pay(site: Site, shown: Shown, form: URLSearchParams): Promise<Outcome> {
    const read = readForm(typedOf(form), shown.form.rules, site.t)
    return "wrong" in read ? read : open(site, shown, read.filled)
  }

  async function open(site: Site, shown: Shown, way: Way): Promise<Outcome> {
    const { merchant, payment, view } = shown
    const opened = await core.pay.open(merchant, payment, withPayer(site, payment, way))
    if (isRefusal(opened)) {
      const away = AWAY.has(opened.refused)
      if (view.kind !== "choose") return away ? "later" : null
      if (!away && opened.refused !== "method_not_offered") return null
      return { wrong: { method: away ? site.t.wrong.away : site.t.wrong.notOffered } }
    }
    if (way.method !== "crypto") await hasNews(payment.id)
    return null
  }

  /** Tells a bank whom it has there, and where to send the browser when it is done. */
  function withPayer(site: Site, { id, expiresAt }: Payment, { method, target }: Way): Way {
    if (method === "crypto") return { method, target }
    const back = address({ ...site, named: true }, id, { from: "bank" })
    const returnUrl = new URL(back, core.publicUrl).href
    const payer = { returnUrl, until: expiresAt?.toISOString() ?? null }
    return { method, target: { ...target, payer } }
  }

  /** Waits a moment for what its payer should see at once: a way to the bank, or an end. */
  async function hasNews(id: string): Promise<void> {
    for (const waitMs of LOOKS_MS) {
      await sleep(waitMs)
      const now = await findShown(core, id, askedOf({}))
      if (now?.view.kind !== "wait") return
    }
  }
}

function stopped(answer: Payment | Refusal): Outcome {
  return isRefusal(answer) && answer.refused === "payment_has_open_attempt" ? "tooLate" : null
}
