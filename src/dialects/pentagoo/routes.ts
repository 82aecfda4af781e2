/** Pentagoo's routes: create a payment, and (ours) read one by its id or by its refId. */
import { z } from "zod"
import { type Core, isRefusal, type NewPayment, type Payment } from "../../core/index.ts"
import { type DialectApp, type Problem, WireProblem } from "../dialect.ts"
import { caller, orThrow } from "../mount.ts"
import {
  amountText,
  createBody,
  createdAnswer,
  createdOf,
  findQuery,
  readAmount,
  readAnswer,
  readOf,
} from "./wire.ts"

/** A payment waits an hour for its payer unless the merchant agreed on something else. */
const TTL_S = 3_600
const CURRENCY = "USD"

/** Registers the routes. */
export function routes(app: DialectApp, core: Core): void {
  app.post(
    "/api/payment/create",
    { schema: { body: createBody, response: { 200: createdAnswer } } },
    async (request) => {
      const spec = newPayment(caller(request), request.body)
      const created = await core.pay.create(spec)
      if (isRefusal(created) && created.refused === "reference_conflict") {
        throw await conflict(spec)
      }
      const { payment, attempt } = orThrow(created)
      return createdOf(payment, attempt, core.publicUrl)
    },
  )

  app.get(
    "/api/payment/:paymentId",
    {
      schema: {
        params: z.object({ paymentId: z.string() }),
        response: { 200: readAnswer },
      },
    },
    async (request) => {
      const { paymentId } = request.params
      const { merchant } = caller(request)
      const id = z.guid().safeParse(paymentId)
      return read(id.success ? await core.payments.find(merchant.id, id.data) : null)
    },
  )

  app.get(
    "/api/payment",
    { schema: { querystring: findQuery, response: { 200: readAnswer } } },
    async (request) => {
      const { merchant } = caller(request)
      const { refId } = request.query
      return read(await core.payments.findByReference(merchant.id, "pentagoo", refId))
    },
  )

  function newPayment(
    { merchant, terms }: ReturnType<typeof caller>,
    { refId, description, amount }: z.infer<typeof createBody>,
  ): NewPayment {
    const own = terms.settings.currency ?? CURRENCY
    const money = readAmount(amount, own)
    if (!money) throw wrongAmount("amount must be above zero, in a currency that is known here")
    const { minAmount, maxAmount } = terms.settings
    const tooSmall = minAmount !== null && money.amount < BigInt(minAmount)
    const tooLarge = maxAmount !== null && money.amount > BigInt(maxAmount)
    // Limits were agreed in the integration's own currency: in another they would say nothing.
    const unbounded = money.asset !== own && (minAmount !== null || maxAmount !== null)
    if (unbounded) throw wrongAmount(`amount must be in ${own} for this integration`)
    if (tooSmall || tooLarge) {
      throw wrongAmount(`amount is ${tooSmall ? "below" : "above"} what was agreed`)
    }
    const ttlSeconds = terms.settings.ttlSeconds ?? TTL_S
    return {
      merchant,
      dialect: "pentagoo",
      kind: "charge",
      reference: refId,
      ...money,
      description,
      // The merchant asked for tokens: its payer isn't offered a bank instead.
      purpose: { methods: ["crypto"] },
      customerId: null,
      instrumentId: null,
      expiresAt: new Date(core.clock.now().getTime() + ttlSeconds * 1_000),
      way: { method: "crypto", target: {} },
      repeat: "answer",
    }
  }

  async function read(payment: Payment | null) {
    if (payment?.dialect !== "pentagoo") {
      throw new WireProblem({ code: "payment_not_found", message: "there is no such payment" })
    }
    const attempts = await core.payments.attempts(payment.id)
    const railName = (rail: string) => core.rails.get(rail)?.displayName ?? rail
    return readOf(payment, attempts, core.publicUrl, railName)
  }

  /** Says in what the second create under a refId differs from the first. */
  async function conflict({ merchant, reference, ...spec }: NewPayment): Promise<WireProblem> {
    const first = await core.payments.findByReference(merchant.id, "pentagoo", reference!)
    const differs = [
      first?.asset !== spec.asset && "currency",
      first && amountText(first) !== amountText(spec) && "amount",
      first?.description !== spec.description && "description",
    ].filter((each) => each !== false && each !== null)
    const problem: Problem = {
      code: "reference_conflict",
      field: "refId",
      message: `refId was used before with another ${differs.join(" and another ")}`,
    }
    return new WireProblem(problem)
  }
}

function wrongAmount(message: string): WireProblem {
  return new WireProblem({ code: "amount_out_of_range", field: "amount", message })
}
