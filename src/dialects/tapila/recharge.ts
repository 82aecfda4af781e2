/** The recharge: checks it in the agreed order, has it sold, and waits a while for its operator. */
import { createHmac, createSecretKey, type KeyObject } from "node:crypto"
import type { FastifyReply } from "fastify"
import {
  type Company,
  type Core,
  type Found,
  maskNumber,
  type NewPayment,
  type Payment,
  steadyKey,
} from "../../core/index.ts"
import { type DialectApp, type Problem, WireProblem } from "../dialect.ts"
import { answer, caller, orThrow } from "../mount.ts"
import { rechargeAnswer } from "./answers.ts"
import type { Catalogue } from "./catalogue.ts"
import { providerError } from "./errors.ts"
import { type RechargeBody, rechargeBody } from "./requests.ts"
import { readAmount, type Sale, saleOf } from "./sale.ts"
import { traceOf } from "./trace.ts"
import { type RechargePurpose, rechargeOf, statusOf } from "./wire.ts"

/** How long a request waits for the operator unless the client agreed on something else. */
const ANSWER_WITHIN_MS = 8_000
/** How many recharges one number may get in the window. */
const PER_NUMBER = 20
const PER_NUMBER_WINDOW_MS = 3_600_000

/** Registers the route. */
export function rechargeRoutes(app: DialectApp, core: Core, catalogue: Catalogue): void {
  const limits = makeLimits(core)
  app.post(
    "/payment",
    { schema: { body: rechargeBody, response: { 200: rechargeAnswer, 202: rechargeAnswer } } },
    async (request, reply) => {
      const found = caller(request)
      const { body } = request
      const hundredths = orStop(readAmount(body.amount))
      const company = await catalogue.find(body.companyCode, found.terms.settings.country)
      if (!company) throw unknownCompany(body.companyCode)
      const sale = orStop(saleOf(company, body, hundredths))
      const spec = newRecharge(core, found, company, sale, body)
      const limit = limits(found, body)
      const { payment: created } = orThrow(await core.pay.create({ ...spec, limit }))
      const payment = await outcomeOf(core, created, found.terms, reply)
      const tx = core.ids.next()
      const status = statusOf(payment)
      if (status === "failed") {
        answer(reply, providerError(payment.reason, request.id, tx))
        return reply
      }
      const trace = traceOf(request.id, tx)
      return reply
        .code(status === "confirmed" ? 200 : 202)
        .send(rechargeOf(payment, status, body.identifierValue, trace))
    },
  )
}

/** The problem of a company that isn't in this client's catalogue. */
export function unknownCompany(code: string): WireProblem {
  const message = `there is no company ${code} in this catalogue`
  return new WireProblem({ code: "company_not_found", message })
}

function newRecharge(
  core: Core,
  { merchant, terms, credential }: Found,
  company: Company,
  { product, amount, commission }: Sale,
  body: RechargeBody,
): NewPayment {
  const { companyCode, productId, identifierValue, externalPaymentId, externalClientId } = body
  const rail = core.railFor(merchant, "recharge")
  const purpose: RechargePurpose = {
    companyCode,
    companyName: company.name,
    productId,
    productDescription: product.description,
    identifierName: company.details.identifierName,
    identifierMasked: maskNumber(identifierValue),
    paymentMethod: body.paymentMethod,
    agent: (rail && core.rails.get(rail)?.displayName) ?? "",
    clientUsername: credential.lookup,
    externalClientId,
    notifyAlways: terms.settings.notifyAlways,
  }
  return {
    merchant,
    dialect: "tapila",
    kind: "recharge",
    reference: externalPaymentId,
    amount,
    commission,
    asset: company.currency,
    description: null,
    purpose,
    customerId: null,
    instrumentId: null,
    expiresAt: null,
    way: { method: "recharge", target: { companyCode, productId, identifier: identifierValue } },
    repeat: "refuse",
  }
}

/**
 * Makes what limits the recharges of one number. It is counted under a keyed hash: of a plain one
 * all numbers can be tried. Nodes that were given the same master keys agree on it; with others the
 * windows begin anew, and nothing else.
 */
function makeLimits(core: Core) {
  let key: KeyObject | undefined
  return ({ merchant, terms }: Found, { companyCode, identifierValue }: RechargeBody) => {
    key ??= createSecretKey(steadyKey(core.deriveKeys("tapila.number")).key)
    const about = `${companyCode}|${identifierValue}`
    const number = createHmac("sha256", key).update(about).digest("hex")
    return {
      key: `recharge|${merchant.id}|${number}`,
      most: terms.settings.identifierLimit ?? PER_NUMBER,
      windowMs: PER_NUMBER_WINDOW_MS,
    }
  }
}

/**
 * Waits for the operator until the agreed time after the creation has passed, or its caller has
 * gone: who hears no answer is promised the webhook as if that had been a 202.
 */
async function outcomeOf(
  core: Core,
  payment: Payment,
  terms: Found["terms"],
  reply: FastifyReply,
): Promise<Payment> {
  const answerWithinMs = terms.settings.answerWithinMs ?? ANSWER_WITHIN_MS
  const passedMs = core.clock.now().getTime() - payment.createdAt.getTime()
  try {
    const ended = await Promise.race([
      core.pay.settled(payment, waitMs(answerWithinMs, passedMs)),
      gone(reply, payment),
    ])
    if (statusOf(ended) !== "processing") return ended
    return orThrow(await core.pay.settledOrDeferred(ended, 0))
  } catch (error) {
    if (!core.isOutage(error)) throw error
    // A 202 would promise a webhook that nothing was written down about.
    const message = "the recharge was taken and its outcome is not known yet: look it up"
    throw new WireProblem({ code: "unavailable", message })
  }
}

/** Of the agreed time: what the promise of a webhook and the way back to the client may take. */
const KEPT_BACK = 1 / 32

/**
 * How long to wait for the operator when `passedMs` of the agreed time are over, so that the answer
 * is there within it. A clock that is set back meanwhile must not make it longer.
 */
export function waitMs(answerWithinMs: number, passedMs: number): number {
  const wholeMs = answerWithinMs * (1 - KEPT_BACK)
  return Math.min(wholeMs, wholeMs - passedMs)
}

/** Resolves, with the payment as it was, when nobody waits for this answer any more. */
function gone({ raw }: FastifyReply, payment: Payment): Promise<Payment> {
  return new Promise((resolve) => {
    if (raw.destroyed) resolve(payment)
    else raw.once("close", () => resolve(payment))
  })
}

/** The value that was made of a request, or its problem thrown. */
function orStop<T extends bigint | Sale>(value: T | Problem): T {
  if (typeof value === "object" && "code" in value) throw new WireProblem(value)
  return value
}
