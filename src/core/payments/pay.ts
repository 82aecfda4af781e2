/**
 * What others do with payments: the rail is chosen and its order prepared, then the engine decides.
 */
import { type Created, type CreatePayment, createPayment } from "../decide/create-payment.ts"
import { createRefund, type RefundCreated } from "../decide/create-refund.ts"
import { deferAnswer } from "../decide/defer-answer.ts"
import { type EndPayment, endPayment } from "../decide/end-payment.ts"
import { type Opened, openAttempt } from "../decide/open-attempt.ts"
import { sayNo } from "../decide/say-no.ts"
import type { Once, StoredAnswer } from "../fold.ts"
import type { Merchant } from "../merchants/merchant.ts"
import type { Outcome } from "../rail.ts"
import { isRefusal, type Reason, type Refusal, refuse } from "../refusal.ts"
import { SEALED } from "../store/sealed.ts"
import { isFinal, type Payment } from "./payment.ts"
import { attemptOn, prepare, type Way } from "./prepare.ts"
import type { Settled } from "./settled.ts"
import { type SimulateParts, simulate } from "./simulate.ts"
import { attemptsOf } from "./store.ts"

export type PayParts = SimulateParts & { readonly settled: Settled }

export type NewPayment = Omit<CreatePayment, "id" | "merchantId" | "attempt"> & {
  readonly merchant: Merchant
  /** Null when the payer chooses later. */
  readonly way: Way | null
}

export type Pay = ReturnType<typeof makePay>

/** Makes the verbs. Each answers a refusal as a value and rejects only for faults. */
export function makePay(parts: PayParts) {
  const { engine, ids, keyring } = parts

  function command({ merchant, way, ...spec }: NewPayment): CreatePayment | Refusal {
    const id = ids.next()
    const { amount, asset, kind } = spec
    const attempt = way
      ? prepare(parts, merchant, way, { paymentId: id, amount, asset, kind })
      : null
    if (isRefusal(attempt)) return attempt
    return { ...spec, id, merchantId: merchant.id, attempt }
  }

  return {
    /** Creates a payment and, when its way is known, begins to move its money. */
    async create(spec: NewPayment): Promise<Created | Refusal> {
      const create = command(spec)
      return isRefusal(create) ? create : engine.submit(createPayment, create)
    },

    /** The same under an Idempotency-Key. */
    async createOnce(spec: NewPayment, once: Once<Created>): Promise<StoredAnswer> {
      const create = command(spec)
      return isRefusal(create)
        ? engine.submitOnce(sayNo, { merchantId: spec.merchant.id, refusal: create }, once)
        : engine.submitOnce(createPayment, create, once)
    },

    /** Opens a try to pay a payment that waits, in the way its payer chose. */
    async open(merchant: Merchant, payment: Payment, way: Way): Promise<Opened | Refusal> {
      const { amount, asset, kind } = payment
      const attempt = prepare(parts, merchant, way, { paymentId: payment.id, amount, asset, kind })
      if (isRefusal(attempt)) return attempt
      const { id: paymentId, merchantId } = payment
      return engine.submit(openAttempt, { paymentId, merchantId, attempt })
    },

    /** Expires or cancels a payment. */
    end(command: EndPayment): Promise<Payment | Refusal> {
      return engine.submit(endPayment, command)
    },

    /**
     * Gives money of an approved payment back over the rail that brought it. `amount` is in minor
     * units; null gives back all that is left.
     */
    async refund(
      payment: Payment,
      amount: bigint | null,
      once: Once<RefundCreated> | null,
    ): Promise<RefundCreated | StoredAnswer | Refusal> {
      const attempts = await attemptsOf(parts.database, payment.id)
      const came = attempts.filter(
        ({ kind, state }) => kind === "charge" && (state === "approved" || state === "settled"),
      )
      // Money that a rail took when nothing was due any more is not the payment's.
      const paid = came.find(({ received }) => Object.keys(received).length === 0) ?? came[0]
      const rail = paid && parts.rails.get(paid.rail)
      // Money that came in another asset than the payment's goes back by a way of its own.
      const foreign = Object.keys(paid?.received ?? {}).some((asset) => asset !== payment.asset)
      if (!paid || !rail || rail.custodian === "self" || foreign) {
        const message = "this payment cannot be given back over its rail"
        const refusal = refuse("refund_not_possible", message)
        const { merchantId } = payment
        // The key may know an answer from when it was possible.
        return once ? engine.submitOnce(sayNo, { merchantId, refusal }, once) : refusal
      }
      const target = JSON.parse(keyring.unseal(paid.targetSealed, SEALED.target).toString())
      const about = {
        paymentId: payment.id,
        amount: amount ?? payment.amount,
        asset: payment.asset,
      }
      const way = { method: paid.method, target }
      const create = {
        id: ids.next(),
        paymentId: payment.id,
        merchantId: payment.merchantId,
        asset: payment.asset,
        custodian: rail.custodian,
        amount,
        attempt: attemptOn(parts, rail, payment.merchantId, way, { ...about, kind: "refund" }),
      }
      return once
        ? engine.submitOnce(createRefund, create, once)
        : engine.submit(createRefund, create)
    },

    /**
     * Waits until a payment is final, at most until `deadlineMs` from now, and answers it as it
     * then is. The payment goes on whatever becomes of the waiting.
     */
    async settled(payment: Payment, deadlineMs: number): Promise<Payment> {
      if (isFinal(payment.state)) return payment
      return parts.settled.wait(payment.id, deadlineMs)
    },

    /**
     * The same, for a caller that is told to wait for a webhook otherwise: a payment that is not
     * final by the deadline comes back `deferred`, and its end will be told.
     */
    async settledOrDeferred(payment: Payment, deadlineMs: number): Promise<Payment | Refusal> {
      const waited = await this.settled(payment, deadlineMs)
      if (isFinal(waited.state)) return waited
      const { id: paymentId, merchantId } = payment
      return engine.submit(deferAnswer, { paymentId, merchantId })
    },

    /** Sandbox only: makes a payment end as told, opening an attempt where none is open. */
    simulate: (merchant: Merchant, payment: Payment, outcome: Outcome, reason: Reason | null) =>
      simulate(parts, merchant, payment, outcome, reason),
  }
}
