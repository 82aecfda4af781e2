/** `POST /payments`: a payment is created, once for its reference, and its payer has a page. */
import {
  type Core,
  type Created,
  type Found,
  isRefusal,
  type NewPayment,
  type Payment,
  type Refusal,
} from "../../core/index.ts"
import { type DialectApp, type Problem, WireProblem } from "../dialect.ts"
import { asBefore, caller, idempotencyKey, orThrow } from "../mount.ts"
import { readRedirect } from "../redirect.ts"
import * as answers from "./answers.ts"
import { chargeOf, createdOut, differences } from "./created.ts"
import { idOut } from "./ids.ts"
import * as requests from "./requests.ts"
import { keptAnswer, keptProblem, sendKept } from "./stored.ts"

const DIALECT = "caudal"
/** A payment waits a day for its payer unless it or the merchant's terms say otherwise. */
const TTL_S = 86_400

/** Registers the route. */
export function createRoute(app: DialectApp, core: Core): void {
  const out = (payment: Payment) => createdOut(payment, core.publicUrl)

  app.post(
    "/payments",
    {
      schema: {
        body: requests.createPayment,
        response: { 200: answers.createdSchema, 201: answers.createdSchema },
      },
    },
    async (request, reply) => {
      const found = caller(request)
      const { body } = request
      const bound = idempotencyKey(request, found.merchant.id)
      if (bound === null) {
        const spec = await specOf(core, found, body)
        const created = await core.pay.create(spec)
        const differs = isRefusal(created)
          ? await refusedConflict(core, spec, created)
          : repeatConflict(spec, created)
        if (differs) throw new WireProblem(differs)
        const { payment, repeated } = orThrow(created)
        return reply.code(repeated ? 200 : 201).send(out(payment))
      }
      const kept = await asBefore(core, bound, async () => {
        const spec = await specOf(core, found, body)
        const render = (created: Created | Refusal) => {
          const about = isRefusal(created)
            ? { code: created.refused, message: created.message }
            : repeatConflict(spec, created)
          if (about) return keptProblem(about, request.id, core.publicUrl)
          const { payment, repeated } = created as Created
          return keptAnswer(repeated ? 200 : 201, answers.createdSchema, out(payment))
        }
        return core.pay.createOnce(spec, { ...bound, render })
      })
      return sendKept(reply, kept)
    },
  )
}

/** What is to be created. Accounts, and who may ask a payer for one, have to be looked up. */
function specOf(core: Core, found: Found, body: requests.CreatePayment) {
  const { instrument, method } = body
  const needsLook = instrument !== null || method === "bank" || method === "wallet"
  return needsLook ? looked(core, found, body) : plain(core, found, body)
}

/** A payment without any is stored as it was before there was such a thing. */
function metadataIn({ metadata }: requests.CreatePayment) {
  return metadata === null || Object.keys(metadata).length === 0 ? {} : { metadata }
}

/** A payment whose payer chooses on its page, or sends tokens. */
function plain(core: Core, found: Found, body: requests.CreatePayment): NewPayment {
  const { amount, asset, customer, description, method, reference } = body
  const { merchant, terms } = found
  checkAmount(found, body)
  const redirectUrl = redirectIn(core, body.redirect_url) ?? terms.settings.redirectUrl
  const ttlSeconds = body.ttl_seconds ?? terms.settings.ttlSeconds ?? TTL_S
  return {
    merchant,
    dialect: DIALECT,
    kind: "charge",
    reference,
    amount,
    asset,
    description,
    // What the merchant named is all that its payer is offered.
    purpose: {
      ...(method && { methods: [method] }),
      ...(redirectUrl && { redirectUrl }),
      ...metadataIn(body),
    },
    customerId: customer,
    instrumentId: null,
    expiresAt: new Date(core.clock.now().getTime() + ttlSeconds * 1_000),
    way: method === "crypto" ? { method, target: {} } : null,
    repeat: "answer",
  }
}

/** One that charges a stored account at once, or whose page must have its method to offer. */
async function looked(core: Core, found: Found, body: requests.CreatePayment): Promise<NewPayment> {
  const spec = plain(core, found, body)
  const { merchant } = found
  if (body.instrument === null) {
    const offered = await core.methodsFor(merchant)
    if (offered.includes(body.method!)) return spec
    throw new WireProblem({
      code: "method_not_offered",
      field: "method",
      message: `this merchant does not offer ${body.method}`,
    })
  }
  const instrument = await core.instruments.find(merchant.id, body.instrument)
  if (instrument === null) {
    throw new WireProblem({
      code: "instrument_not_found",
      field: "instrument",
      message: "there is no such instrument",
    })
  }
  const way = chargeOf(instrument)
  if (way === null) {
    throw new WireProblem({
      code: "instrument_not_active",
      field: "instrument",
      message: "nobody consented yet that it is charged",
    })
  }
  const customerId = body.customer ?? instrument.customerId
  // Nobody has to come: the bank alone says how it ends.
  return {
    ...spec,
    purpose: metadataIn(body),
    customerId,
    instrumentId: instrument.id,
    expiresAt: null,
    way,
  }
}

/** Limits were agreed in one currency: in another they would say nothing. */
function checkAmount({ terms }: Found, { amount, asset }: requests.CreatePayment): void {
  const { currency, maxAmount, minAmount } = terms.settings
  if (minAmount === null && maxAmount === null) return
  const why =
    currency !== null && asset !== currency
      ? `asset must be ${currency} for this merchant`
      : minAmount !== null && amount < BigInt(minAmount)
        ? `amount must be at least ${minAmount}`
        : maxAmount !== null && amount > BigInt(maxAmount)
          ? `amount must be at most ${maxAmount}`
          : null
  if (why === null) return
  const field = why.startsWith("asset") ? "asset" : "amount"
  throw new WireProblem({ code: "amount_out_of_range", field, message: why })
}

function redirectIn(core: Core, url: string | null): string | null {
  const read = url === null ? null : readRedirect(url, core.mode)
  if (url === null || read !== null) return read
  const message = "redirect_url must be an absolute https address without user info"
  throw new WireProblem({ code: "body_invalid", field: "redirect_url", message })
}

/** The core says only that the first payment differs; null for any other refusal. */
async function refusedConflict(
  core: Core,
  spec: NewPayment,
  created: Refusal,
): Promise<Problem | null> {
  if (created.refused !== "reference_conflict") return null
  const first = await core.payments.findByReference(spec.merchant.id, DIALECT, spec.reference!)
  return first && conflict(first, spec)
}

/** The core compares money and words of a repeat; who pays, and how, are compared here. */
function repeatConflict(spec: NewPayment, { payment, repeated }: Created): Problem | null {
  return repeated ? conflict(payment, spec) : null
}

function conflict(first: Payment, spec: NewPayment): Problem | null {
  const differs = differences(first, spec)
  if (differs.length === 0) return null
  return {
    code: "reference_conflict",
    field: "reference",
    message: `${idOut("payment", first.id)} has this reference and another ${differs.join(", another ")}`,
  }
}
