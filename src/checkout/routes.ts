/** The routes of a payment's page: it is read by its link, and changed by one form. */
import { setTimeout as sleep } from "node:timers/promises"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { z } from "zod"
import { type Core, isRefusal, type Merchant, type Way } from "../core/index.ts"
import { type FormRules, PAGE_METHODS, readForm, type Typed, typedOf, type Wrong } from "./form.ts"
import { type Html, toText } from "./html.ts"
import { messagePage, type Site } from "./layout.ts"
import { paymentPage, type Shown } from "./page.ts"
import { briefOf } from "./purpose.ts"
import { hasPage, viewOf } from "./view.ts"

/** Most tries end within a second: their payer sees the end, and not a page that reloads. */
const LOOKS_MS: readonly number[] = [20, 40, 80, 160, 320, 380]
const ID = z.guid()

/** Registers the routes of payment pages below the scope's prefix. */
export function paymentRoutes(scope: FastifyInstance, core: Core, site: Site): void {
  scope.get<{ Querystring: { transaccion?: unknown } }>("/", (request, reply) =>
    show(reply, request.query.transaccion),
  )
  scope.get<{ Params: { id: string } }>("/:id", (request, reply) => show(reply, request.params.id))
  scope.post<{ Params: { id: string } }>("/:id", (request, reply) =>
    act(request, reply, request.params.id),
  )

  async function show(reply: FastifyReply, id: unknown): Promise<FastifyReply> {
    const shown = await find(id)
    return shown ? send(reply, 200, paymentPage(site, shown)) : notFound(reply)
  }

  async function act(request: FastifyRequest, reply: FastifyReply, id: string) {
    const shown = await find(id)
    if (!shown) return notFound(reply)
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
    // A form of an earlier state, sent again by a reload or a second tab, only shows the present
    // one.
    if (form.get("version") === String(shown.payment.version)) {
      const wrong = await perform(shown, form)
      if (wrong) {
        const again = { ...shown, form: { ...shown.form, wrong, typed: typedOf(form) } }
        return send(reply, 422, paymentPage(site, again))
      }
    }
    return reply.redirect(`${site.base}/${shown.payment.id}`, 303)
  }

  /**
   * Does what a button says, if the view has that button. A refusal means that the payment moved on
   * meanwhile, which its page will show; only what was typed can be wrong.
   */
  async function perform(shown: Shown, form: URLSearchParams): Promise<Wrong | null> {
    const { payment, merchant, view } = shown
    const { id: paymentId, merchantId } = payment
    switch (form.get("do")) {
      case "cancel":
        await core.pay.end({ paymentId, merchantId, how: { kind: "cancel", by: "payer" } })
        return null
      case "simulate":
        if (core.mode === "sandbox" && view.kind === "send") {
          await core.pay.simulate(merchant, payment, "approved", null)
        }
        return null
      case "pay":
        if (view.kind === "resend") await open(shown, { method: "crypto", target: {} })
        if (view.kind !== "choose") return null
        return pay(shown, typedOf(form))
      default:
        return null
    }
  }

  async function pay(shown: Shown, typed: Typed): Promise<Wrong | null> {
    const read = readForm(typed, shown.form.rules, site.t)
    if ("wrong" in read) return read.wrong
    await open(shown, read.filled)
    return null
  }

  async function open({ merchant, payment }: Shown, way: Way): Promise<void> {
    const opened = await core.pay.open(merchant, payment, way)
    if (isRefusal(opened) || way.method === "crypto") return
    for (const waitMs of LOOKS_MS) {
      await sleep(waitMs)
      const now = await core.payments.findByLink(payment.id)
      // Over, for good or ill, or it has news that its payer should see.
      if (now?.version !== opened.payment.version && now?.state !== "processing") return
    }
  }

  /** What there is to show under a link; null when it leads nowhere. */
  async function find(id: unknown): Promise<Shown | null> {
    const read = ID.safeParse(id)
    const payment = read.success ? await core.payments.findByLink(read.data) : null
    if (!payment || !hasPage(payment)) return null
    const merchant = await core.merchants.find(payment.merchantId)
    if (!merchant) return null
    const view = viewOf(payment, await core.payments.attempts(payment.id))
    const brief = briefOf(core.payments.openPurpose(payment), merchant)
    const { enforcedDocument, payer: known } = brief
    const rules: FormRules = { offered: offered(merchant), known, enforcedDocument }
    return { payment, merchant, brief, view, form: { rules, typed: {}, wrong: {} } }
  }

  function offered(merchant: Merchant) {
    return PAGE_METHODS.filter((method) => core.railFor(merchant, method) !== null)
  }

  function notFound(reply: FastifyReply): FastifyReply {
    return send(reply, 404, messagePage(site, site.t.problems.notFound))
  }
}

/** Sends a page; the scope's hook has set its headers. */
export function send(reply: FastifyReply, status: number, page: Html): FastifyReply {
  return reply.code(status).type("text/html; charset=utf-8").send(toText(page))
}
