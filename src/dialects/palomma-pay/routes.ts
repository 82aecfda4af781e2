/** Palomma Pay's routes: create a payment request, and (ours) read and cancel one. */
import type { FastifyRequest } from "fastify"
import { z } from "zod"
import {
  type Core,
  type Created,
  isRefusal,
  type NewPayment,
  type Payment,
  type Refusal,
  type StoredAnswer,
} from "../../core/index.ts"
import { type DialectApp, WireProblem } from "../dialect.ts"
import { allowEmptyBody, asBefore, caller, idempotencyKey, orThrow, sendStored } from "../mount.ts"
import { readRedirect } from "../redirect.ts"
import { problem } from "./errors.ts"
import {
  AMOUNT_MAX,
  AMOUNT_MIN,
  ASSET,
  type CreateBody,
  createBody,
  createdAnswer,
  paymentUrl,
  purposeOf,
  readAnswer,
  readOf,
} from "./wire.ts"

const params = z.object({ id: z.string() })

/** Registers the routes. */
export function routes(app: DialectApp, core: Core): void {
  app.post(
    "/payment-requests",
    { schema: { body: createBody, response: { 200: createdAnswer } } },
    async (request, reply) => {
      const found = caller(request)
      const bound = idempotencyKey(request, found.merchant.id)
      if (bound) {
        const make = async () =>
          core.pay.createOnce(newPayment(found, request.body), { ...bound, render })
        return sendStored(reply, await asBefore(core, bound, make))
      }
      const { payment } = orThrow(await core.pay.create(newPayment(found, request.body)))
      return createdOf(payment)
    },
  )

  app.get(
    "/payment-requests/:id",
    { schema: { params, response: { 200: readAnswer } } },
    async (request) => readOf(await find(request, request.params.id), core.publicUrl),
  )

  app.post(
    "/payment-requests/:id/cancel",
    { schema: { params, response: { 200: readAnswer } }, onRequest: allowEmptyBody },
    async (request) => {
      const { id: paymentId, merchantId } = await find(request, request.params.id)
      const how = { kind: "cancel", by: "merchant" } as const
      const ended = orThrow(await core.pay.end({ paymentId, merchantId, how }))
      return readOf(ended, core.publicUrl)
    },
  )

  function newPayment(
    { merchant, terms: { settings } }: ReturnType<typeof caller>,
    body: CreateBody,
  ): NewPayment {
    const least = settings.minAmount === null ? AMOUNT_MIN : BigInt(settings.minAmount)
    const most = settings.maxAmount === null ? AMOUNT_MAX : BigInt(settings.maxAmount)
    const amount = BigInt(body.amount_cents)
    if (amount < least || amount > most) {
      throw new WireProblem({
        code: "amount_out_of_range",
        field: "amount_cents",
        message: `amount_cents must be from ${least} to ${most}`,
      })
    }
    const given = body.redirect_url && readRedirect(body.redirect_url, core.mode)
    if (body.redirect_url && !given) {
      throw new WireProblem({
        code: "body_invalid",
        field: "redirect_url",
        message: "redirect_url must be an absolute https address without user info",
      })
    }
    const { payer, enforcedDocument, ...open } = purposeOf(body, given || settings.redirectUrl)
    const ttlSeconds = body.ttl ?? settings.ttlSeconds
    return {
      merchant,
      dialect: "palomma-pay",
      kind: "charge",
      reference: null,
      amount,
      asset: ASSET,
      description: body.description,
      purpose: core.payments.sealPurpose(open, { payer, enforcedDocument }),
      customerId: null,
      instrumentId: null,
      expiresAt:
        ttlSeconds === null ? null : new Date(core.clock.now().getTime() + ttlSeconds * 1_000),
      // The payer chooses on the page.
      way: null,
      repeat: "answer",
    }
  }

  function createdOf({ id }: Payment) {
    return { id, payment_url: paymentUrl(id, core.publicUrl) }
  }

  function render(created: Created | Refusal): StoredAnswer {
    if (isRefusal(created)) {
      const { status, body } = problem({ code: created.refused, message: created.message })
      return { status, body: JSON.stringify(body) }
    }
    const body = createdAnswer.parse(createdOf(created.payment))
    return { status: 200, body: JSON.stringify(body) }
  }

  async function find(request: FastifyRequest, text: string): Promise<Payment> {
    const { merchant } = caller(request)
    const id = z.guid().safeParse(text)
    const payment = id.success ? await core.payments.find(merchant.id, id.data) : null
    if (payment?.dialect === "palomma-pay") return payment
    throw new WireProblem({
      code: "payment_not_found",
      message: "there is no payment request with this id",
    })
  }
}
