/** The simulated bank: where a sandbox's payers agree. The core hears by notice or by looking. */
import type { FastifyInstance, FastifyRequest } from "fastify"
import { z } from "zod"
import { type AtBank, BANK_ANSWERS, type Core } from "../../core/index.ts"
import { address, type Site } from "../layout.ts"
import { briefOf } from "../purpose.ts"
import { notFound, type SiteFor, send } from "../send.ts"
import { dictionaries, languageNamed } from "../texts/index.ts"
import { dressed } from "../theme.ts"
import { makeNotices } from "./notices.ts"
import { bankPage, bankPath, wayBack } from "./page.ts"
import { NOTICES, type Notice } from "./texts.ts"

const ID = z.guid()

type Request = FastifyRequest<{ Params: { attemptId: string } }>

/** Registers the bank's pages below the scope's prefix; in live mode they are pages like none. */
export function bankRoutes(scope: FastifyInstance, core: Core, siteFor: SiteFor): void {
  if (core.mode !== "sandbox") return
  const notices = makeNotices(scope, core)

  scope.get("/bank/:attemptId", async (request: Request, reply) => {
    const found = await find(request.params.attemptId)
    if (!found) return notFound(reply, siteFor(request))
    const site = siteOf(siteFor(request), found)
    const { merchant, payment } = found
    const { displayName: merchantName } = briefOf(core.payments.openPurpose(payment), merchant)
    const shown = { ...found, merchantName, now: core.clock.now() }
    return send(reply, 200, bankPage(site, shown))
  })

  scope.post("/bank/:attemptId", async (request: Request, reply) => {
    const found = await find(request.params.attemptId)
    if (!found) return notFound(reply, siteFor(request))
    const { id } = found.attempt
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
    const answer = BANK_ANSWERS.find((each) => each === form.get("do"))
    const own = address(siteFor(request), bankPath(id))
    if (answer === undefined) return reply.redirect(own, 303)
    const notice = NOTICES.find((each) => each === form.get("notice")) ?? NOTICES[0]
    const back = notice === "instead" ? own : (wayBack(found) ?? own)
    if (found.state === "waiting") {
      await core.bank.answer(id, answer)
      await tell(id, notice)
      return reply.redirect(back, 303)
    }
    // A second click changes nothing and leads where the first one led; another answer than the
    // one that counts is shown which that is.
    const isSame = (answer === "approve") === (found.state === "approved")
    return reply.redirect(isSame ? back : own, 303)
  })

  async function find(attemptId: string): Promise<AtBank | null> {
    const read = ID.safeParse(attemptId)
    return read.success ? core.bank.find(read.data) : null
  }

  async function tell(attemptId: string, notice: Notice): Promise<void> {
    if (notice === "after") notices.sendLater(attemptId)
    else if (notice !== "none") await notices.send(attemptId)
  }
}

/** The payer goes on in the language of the page that sent them here. */
function siteOf(site: Site, { order, merchant }: AtBank): Site {
  const from = URL.parse(order.target.payer?.returnUrl ?? "")
  const language = site.named ? null : languageNamed(from?.searchParams.get("lang"))
  // The look stays the bank's; what it has of the merchant's is the language.
  return language === null
    ? dressed(site, merchant)
    : { ...site, language, t: dictionaries[language] }
}
