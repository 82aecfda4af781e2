/** The routes over payments and the books; each other noun has a file of its own. */
import type { FastifyRequest } from "fastify"
import { z } from "zod"
import {
  type Core,
  isRefusal,
  type Payment,
  type RefundCreated,
  type Refusal,
  type StoredAnswer,
} from "../../core/index.ts"
import { type DialectApp, WireProblem } from "../dialect.ts"
import { allowEmptyBody, caller, idempotencyKey, orThrow } from "../mount.ts"
import * as answers from "./answers.ts"
import { createRoute } from "./create.ts"
import { customerRoutes } from "./customers.ts"
import { deliveryRoutes } from "./deliveries.ts"
import { endpointRoutes } from "./endpoints.ts"
import { eventRoutes } from "./events.ts"
import { idIn } from "./ids.ts"
import { instrumentRoutes } from "./instruments.ts"
import { operatorRoutes } from "./operator.ts"
import { quoteRoute } from "./quotes.ts"
import { refundRoutes } from "./refunds.ts"
import { reportRoute } from "./reports.ts"
import * as requests from "./requests.ts"
import { sandboxRoutes } from "./sandbox.ts"
import { guardScopes } from "./scopes.ts"
import { searchRoute } from "./search.ts"
import { statementRoute } from "./statement.ts"
import { keptAnswer, keptProblem, sendKept } from "./stored.ts"
import { guardVersion } from "./version.ts"
import * as wire from "./wire.ts"

const named = z.object({ id: z.string() })

/** Registers the routes. */
export function routes(app: DialectApp, core: Core): void {
  guardVersion(app)
  guardScopes(app, core)
  createRoute(app, core)
  searchRoute(app, core)
  paymentRoutes(app, core)
  if (core.mode === "sandbox") simulateRoute(app, core)
  refundRoute(app, core)
  refundRoutes(app, core)
  customerRoutes(app, core)
  instrumentRoutes(app, core)
  quoteRoute(app, core)
  reportRoute(app, core)
  bookRoutes(app, core)
  statementRoute(app, core)
  eventRoutes(app, core)
  endpointRoutes(app, core)
  deliveryRoutes(app, core)
  if (core.mode === "sandbox") sandboxRoutes(app, core)
  operatorRoutes(app, core)
}

function paymentRoutes(app: DialectApp, core: Core): void {
  app.get(
    "/payments/:id",
    { schema: { params: named, response: { 200: answers.wholePaymentSchema } } },
    async (request) => wholeOut(core, await found(core, request)),
  )

  app.post(
    "/payments/:id/cancel",
    {
      schema: {
        params: named,
        body: requests.nothing,
        response: { 200: answers.wholePaymentSchema },
      },
      onRequest: allowEmptyBody,
    },
    async (request) => {
      const { id: paymentId, merchantId } = await found(core, request)
      const how = { kind: "cancel", by: "merchant" } as const
      return wholeOut(core, orThrow(await core.pay.end({ paymentId, merchantId, how })))
    },
  )
}

async function wholeOut(core: Core, payment: Payment) {
  const [attempts, refunds, sightings] = await Promise.all([
    core.payments.attempts(payment.id),
    core.payments.refunds(payment.id),
    core.payments.sightings(payment.id),
  ])
  return wire.wholePaymentOut(payment, attempts, refunds, sightings)
}

function simulateRoute(app: DialectApp, core: Core): void {
  app.post(
    "/payments/:id/simulate",
    {
      schema: {
        params: named,
        body: requests.simulate,
        response: { 200: answers.paymentSchema },
      },
    },
    async (request) => {
      const { outcome, reason } = request.body
      const { merchant } = caller(request)
      const before = await found(core, request)
      const after = orThrow(await core.pay.simulate(merchant, before, outcome, reason))
      // A payer who may choose again leaves a declined payment waiting; one that a rail was at is
      // given up by that rail. All else must have happened.
      const givenUp = after.state === "declined" && ["expired", "cancelled"].includes(outcome)
      if (outcome === "declined" || after.state === outcome || givenUp)
        return wire.paymentOut(after)
      throw new WireProblem({
        code: "simulation_not_possible",
        message: `this payment is ${after.state} and can't become ${outcome}`,
      })
    },
  )
}

function refundRoute(app: DialectApp, core: Core): void {
  app.post(
    "/payments/:id/refunds",
    {
      schema: {
        params: named,
        body: requests.refund,
        response: { 201: answers.refundSchema },
      },
      onRequest: allowEmptyBody,
    },
    async (request, reply) => {
      const payment = await found(core, request)
      const { amount, to, from } = request.body
      const render = (made: RefundCreated | Refusal): StoredAnswer => {
        if (isRefusal(made)) {
          return keptProblem(
            { code: made.refused, message: made.message },
            request.id,
            core.publicUrl,
          )
        }
        const refund = wire.refundOut(made.refund, made.payment, made.attempt)
        return keptAnswer(201, answers.refundSchema, refund)
      }
      const bound = idempotencyKey(request, payment.merchantId)
      const once = bound && { ...bound, render }
      const made = await core.pay.refund(payment, amount, once, { to, from })
      return sendKept(reply, "body" in made ? made : render(made))
    },
  )

  app.post(
    "/payments/:id/refunds/:refund/cancel",
    {
      schema: {
        params: named.extend({ refund: z.string() }),
        body: requests.nothing,
        response: { 200: answers.wholePaymentSchema },
      },
      onRequest: allowEmptyBody,
    },
    async (request) => {
      const payment = await found(core, request)
      const refundId = idIn("refund", request.params.refund)
      const refunds = await core.payments.refunds(payment.id)
      if (!refundId || !refunds.some(({ id }) => id === refundId)) {
        throw new WireProblem({ code: "payment_not_found", message: "there is no such refund" })
      }
      const done = await core.pay.cancelRefund(payment, refundId)
      return wholeOut(core, orThrow(done))
    },
  )
}

function bookRoutes(app: DialectApp, core: Core): void {
  app.get(
    "/balances",
    { schema: { response: { 200: answers.listSchema(answers.balanceSchema) } } },
    async (request) => {
      const accounts = await core.books.accounts(caller(request).merchant.id)
      return wire.allOut(wire.balancesOut(accounts))
    },
  )
}

/** The payment that a path names; one of somebody else is as unknown as one that never was. */
async function found(core: Core, request: FastifyRequest): Promise<Payment> {
  const id = idIn("payment", (request.params as z.infer<typeof named>).id)
  const payment = id && (await core.payments.find(caller(request).merchant.id, id))
  if (payment) return payment
  throw new WireProblem({ code: "payment_not_found", message: "there is no such payment" })
}
