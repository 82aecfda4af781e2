/** A sample of a merchant's page with a look that isn't saved yet, for the console to frame. */
import type { FastifyInstance } from "fastify"
import type { Core, Merchant, Payment } from "../core/index.ts"
import { type Look, readPreview } from "../pages/preview.ts"
import { METHOD_OF, offeredTo } from "./methods.ts"
import { paymentPage } from "./page.ts"
import { briefOf } from "./purpose.ts"
import { notFound, type SiteFor, send } from "./send.ts"
import type { Shown } from "./shown.ts"
import { dressed } from "./theme.ts"
import { viewOf } from "./view.ts"

const MINUTE_MS = 60_000
/** Nobody's payment: no id of ours is like it. */
const SAMPLE_ID = "00000000-0000-4000-8000-000000000000"

/** What a payer of every merchant could be asked for. */
const SAMPLES = {
  es: "Pedido 1042",
  pt: "Pedido 1042",
  en: "Order 1042",
} as const

/**
 * Registers the route. Who has no pass, which only the console makes, finds nothing there. Our own
 * pages may frame it, and nothing on it can be sent.
 */
export function previewRoute(scope: FastifyInstance, core: Core, siteFor: SiteFor): void {
  scope.get<{ Querystring: { look?: unknown } }>("/preview", async (request, reply) => {
    const plain = siteFor(request)
    const look = readPreview(core, request.query.look)
    const saved = look && (await core.merchants.find(look.merchantId))
    if (!look || !saved) return notFound(reply, plain)
    const merchant = inLook(saved, look)
    const site = dressed({ ...plain, wished: plain.named }, merchant)
    const page = paymentPage(site, await sampleFor(core, merchant, look, SAMPLES[site.language]))
    const policy = page.policy
      .replace("form-action 'self'", "form-action 'none'")
      .replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    reply.header("x-frame-options", "SAMEORIGIN").header("cache-control", "no-store")
    return send(reply, 200, { ...page, policy })
  })
}

function inLook(merchant: Merchant, look: Look): Merchant {
  const { colour, displayName, language, supportInfo } = look
  const settings = { ...merchant.settings, colour, displayName, language, supportInfo }
  return { ...merchant, settings }
}

async function sampleFor(
  core: Core,
  merchant: Merchant,
  { view: wanted }: Look,
  description: string,
): Promise<Shown> {
  const now = core.clock.now()
  const payment = samplePayment(merchant, now, description, wanted === "approved")
  const brief = briefOf({}, merchant)
  const methods = await core.methodsFor(merchant)
  const offered = offeredTo(payment, brief, methods)
  const ways = offered.map((each) => METHOD_OF[each])
  return {
    ...{ payment, merchant, brief, now, sample: true },
    ...{ coin: null, returned: false, tooLate: false, coins: [], arrivals: [], paidBy: null },
    view: viewOf(payment, [], ways),
    form: {
      rules: { offered, known: null, enforcedDocument: null, preferred: null },
      typed: {},
      wrong: {},
    },
  }
}

function samplePayment(
  { id: merchantId }: Merchant,
  now: Date,
  description: string,
  isApproved: boolean,
): Payment {
  const amount = 8_990_000n
  return {
    id: SAMPLE_ID,
    merchantId,
    dialect: "caudal",
    kind: "charge",
    reference: "1042",
    amount,
    asset: "COP",
    state: isApproved ? "approved" : "pending",
    reason: null,
    description,
    purpose: {},
    customerId: null,
    instrumentId: null,
    openAttemptId: null,
    captured: isApproved ? amount : 0n,
    refunded: 0n,
    fee: 0n,
    held: 0n,
    commission: 0n,
    deferred: false,
    version: 1,
    expiresAt: new Date(now.getTime() + 30 * MINUTE_MS),
    createdAt: now,
    updatedAt: now,
    approvedAt: isApproved ? now : null,
    settledAt: null,
  }
}
