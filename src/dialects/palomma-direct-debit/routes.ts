/**
 * The nine endpoints (create, list and get of customers, payment methods and payment requests), and
 * one of ours that takes back a payment method's consent.
 */
import { type Core, type Customer, type Instrument, refuse } from "../../core/index.ts"
import { type DialectApp, WireProblem } from "../dialect.ts"
import { allowEmptyBody, caller, orThrow } from "../mount.ts"
import { customerSchema, pageSchema, paymentMethodSchema, paymentRequestSchema } from "./answers.ts"
import { create } from "./create.ts"
import { DIALECT, findCustomer, findInstrument, findPayment, shownRequests } from "./find.ts"
import * as requests from "./requests.ts"
import {
  ASSET,
  centavosOf,
  chargedBy,
  consentOf,
  customerOut,
  detailsOf,
  lackedBy,
  METHOD_OF,
  methodStatesOf,
  pageOut,
  paymentMethodOut,
  paymentRequestOut,
  statesOf,
} from "./wire.ts"

/** Registers the endpoints. */
export function routes(app: DialectApp, core: Core): void {
  customerRoutes(app, core)
  paymentMethodRoutes(app, core)
  paymentRequestRoutes(app, core)
}

function customerRoutes(app: DialectApp, core: Core): void {
  const { customers } = core

  app.post(
    "/v1/customers",
    { schema: { body: requests.createCustomer, response: { 201: customerSchema } } },
    async (request, reply) => {
      const merchantId = caller(request).merchant.id
      const command = { merchantId, dialect: DIALECT, person: request.body } as const
      return create(core, request, reply, () => ({
        schema: customerSchema,
        out: customerOut,
        make: () => customers.create(command),
        makeOnce: (once) => customers.createOnce(command, once),
      }))
    },
  )

  app.get(
    "/v1/customers",
    {
      schema: {
        querystring: requests.listCustomers,
        response: { 200: pageSchema(customerSchema) },
      },
    },
    async (request) => {
      const { merchant } = caller(request)
      const page = await customers.list(merchant.id, DIALECT, pageAsked(request.query))
      return pageOut(page.items.map(customerOut), page.cursor)
    },
  )

  app.get<{ Params: { customerId: string } }>(
    "/v1/customers/:customerId",
    { schema: { response: { 200: customerSchema } } },
    async (request) => {
      const { merchant } = caller(request)
      return customerOut(await findCustomer(core, merchant, request.params.customerId))
    },
  )
}

function paymentMethodRoutes(app: DialectApp, core: Core): void {
  const { instruments } = core

  /** To its own merchant an account is shown in full. */
  function shown(instrument: Instrument, customer: Customer) {
    const authUrl = `${core.publicUrl}/pay/consent/${instrument.id}`
    return paymentMethodOut(instrument, customer, instrument.details, authUrl)
  }

  app.post(
    "/v1/paymentMethods",
    { schema: { body: requests.createPaymentMethod, response: { 201: paymentMethodSchema } } },
    async (request, reply) =>
      create(core, request, reply, async () => {
        const { merchant } = caller(request)
        const { body } = request
        const rail = core.railFor(merchant, METHOD_OF[body.type])
        if (rail === null)
          return orThrow<never>(refuse("method_not_offered", "no rail takes this type"))
        const field = lackedBy(body, core.mode)
        if (field) throw invalid(`${field} is required`, field)
        const customer = await findCustomer(core, merchant, body.customerId)
        const consent = consentOf(body, customer.person, core.clock.now())
        if (typeof consent === "string") throw invalid(consent, "mandate.acceptedAt")
        const spec = {
          merchantId: merchant.id,
          dialect: DIALECT,
          customerId: customer.id,
          rail,
          type: body.type,
          ...detailsOf(body, customer.person),
          consent,
        } as const
        return {
          schema: paymentMethodSchema,
          out: (made) => shown(made.instrument, customer),
          make: () => instruments.create(spec),
          makeOnce: (once) => instruments.createOnce(spec, once),
        }
      }),
  )

  app.get(
    "/v1/paymentMethods",
    {
      schema: {
        querystring: requests.listPaymentMethods,
        response: { 200: pageSchema(paymentMethodSchema) },
      },
    },
    async (request) => {
      const { merchant } = caller(request)
      const { query } = request
      const customerId = customerAsked(query)
      if (customerId === null) return pageOut([], null)
      const filter = { merchantId: merchant.id, dialect: DIALECT, customerId } as const
      const states = query.status && methodStatesOf(query.status)
      const page = await instruments.list({ ...filter, states }, pageAsked(query))
      const owners = await core.customers.findMany(
        merchant.id,
        page.items.map((instrument) => instrument.customerId),
      )
      const items = page.items.map((each) => shown(each, owners.get(each.customerId)!))
      return pageOut(items, page.cursor)
    },
  )

  app.get<{ Params: { paymentMethodId: string } }>(
    "/v1/paymentMethods/:paymentMethodId",
    { schema: { response: { 200: paymentMethodSchema } } },
    async (request) => {
      const { merchant } = caller(request)
      const instrument = await findInstrument(core, merchant, request.params.paymentMethodId)
      return shown(instrument, await findCustomer(core, merchant, instrument.customerId))
    },
  )

  app.delete<{ Params: { paymentMethodId: string } }>(
    "/v1/paymentMethods/:paymentMethodId",
    { schema: { response: { 200: paymentMethodSchema } }, onRequest: allowEmptyBody },
    async (request) => {
      const { merchant } = caller(request)
      const { id } = await findInstrument(core, merchant, request.params.paymentMethodId)
      const revoked = orThrow(await instruments.revoke(merchant.id, id, "merchant"))
      return shown(revoked, await findCustomer(core, merchant, revoked.customerId))
    },
  )
}

function paymentRequestRoutes(app: DialectApp, core: Core): void {
  app.post(
    "/v1/paymentRequests",
    { schema: { body: requests.createPaymentRequest, response: { 201: paymentRequestSchema } } },
    async (request, reply) =>
      create(core, request, reply, async () => {
        const { merchant, terms } = caller(request)
        const { body } = request
        const amount = orThrow(centavosOf(body.amount, terms.settings))
        const instrument = await findInstrument(core, merchant, body.paymentMethodId)
        const target = chargedBy(instrument)
        // Its owner may still agree, and the same request then be tried again.
        if (target === null)
          return orThrow<never>(refuse("instrument_not_active", "nobody consented yet"))
        const customer = await findCustomer(core, merchant, instrument.customerId)
        const command = {
          merchant,
          dialect: DIALECT,
          kind: "charge",
          reference: null,
          amount,
          asset: ASSET,
          description: null,
          purpose: {},
          customerId: customer.id,
          instrumentId: instrument.id,
          expiresAt: null,
          way: { method: METHOD_OF[instrument.type as requests.MethodType], target },
          repeat: "answer",
        } as const
        return {
          schema: paymentRequestSchema,
          out: ({ payment }) =>
            paymentRequestOut(payment, customer, instrument, instrument.details, null),
          make: () => core.pay.create(command),
          makeOnce: (once) => core.pay.createOnce(command, once),
        }
      }),
  )

  app.get(
    "/v1/paymentRequests",
    {
      schema: {
        querystring: requests.listPaymentRequests,
        response: { 200: pageSchema(paymentRequestSchema) },
      },
    },
    async (request) => {
      const { merchant } = caller(request)
      const { query } = request
      const customerId = customerAsked(query)
      if (customerId === null) return pageOut([], null)
      const state = query.status && statesOf(query.status)
      const filter = { merchantId: merchant.id, dialect: DIALECT, customerId, state } as const
      const page = await core.payments.list(filter, pageAsked(query))
      return pageOut(await shownRequests(core, merchant, page.items), page.cursor)
    },
  )

  app.get<{ Params: { paymentRequestId: string } }>(
    "/v1/paymentRequests/:paymentRequestId",
    { schema: { response: { 200: paymentRequestSchema } } },
    async (request) => {
      const { merchant } = caller(request)
      const payment = await findPayment(core, merchant, request.params.paymentRequestId)
      const [shown] = await shownRequests(core, merchant, [payment])
      return shown!
    },
  )
}

function invalid(message: string, field: string): WireProblem {
  return new WireProblem({ code: "body_invalid", message, field })
}

function pageAsked(query: { limit: number; cursor?: string }) {
  return { limit: query.limit, before: query.cursor ?? null }
}

/** The customer a list is about: undefined for all, null for one that can't exist. */
function customerAsked(query: { customerId?: string }): string | null | undefined {
  return query.customerId === undefined ? undefined : requests.knownForm(query.customerId)
}
