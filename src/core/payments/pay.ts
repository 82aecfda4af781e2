/**
 * What others do with payments: the rail is chosen and its order prepared, then the engine decides.
 */
import type { Money } from "../../money.ts"
import { type Created, type CreatePayment, createPayment } from "../decide/create-payment.ts"
import { createRefund, type RefundCreated } from "../decide/create-refund.ts"
import { deferAnswer } from "../decide/defer-answer.ts"
import { type EndPayment, endPayment } from "../decide/end-payment.ts"
import { type Opened, openAttempt } from "../decide/open-attempt.ts"
import { sayNo } from "../decide/say-no.ts"
import type { Once, StoredAnswer } from "../fold.ts"
import type { Merchant } from "../merchants/merchant.ts"
import type { Outcome } from "../rail.ts"
import { isRefusal, type Reason, type Refusal } from "../refusal.ts"
import { isFinal, type Payment } from "./payment.ts"
import { prepare, type Way } from "./prepare.ts"
import { quoteFor } from "./quote.ts"
import { cancelRefund, prepareRefund, type Receiver } from "./refund.ts"
import { type SimulateParts, simulate } from "./simulate.ts"
import { findByReference, findPayment } from "./store.ts"
import { leave, withdraw } from "./withdraw.ts"

export type PayParts = SimulateParts

export type NewPayment = Omit<CreatePayment, "id" | "merchantId" | "attempt"> & {
  readonly merchant: Merchant
  /** Null when the payer chooses later. */
  readonly way: Way | null
}

export type Pay = ReturnType<typeof makePay>

/** Makes the verbs. Each answers a refusal as a value and rejects only for faults. */
export function makePay(parts: PayParts) {
  const { engine, ids } = parts

  async function command({ merchant, way, ...spec }: NewPayment): Promise<CreatePayment | Refusal> {
    const id = ids.next()
    const { amount, asset, kind } = spec
    const attempt = way
      ? await prepare(parts, merchant, way, { paymentId: id, amount, asset, kind })
      : null
    if (isRefusal(attempt)) return attempt
    return { ...spec, id, merchantId: merchant.id, attempt }
  }

  /** What was created when there was a rate, or a fresh address, is answered without one. */
  async function isRepeat({ merchant, dialect, reference, repeat }: NewPayment): Promise<boolean> {
    if (reference === null || repeat !== "answer") return false
    return (await findByReference(parts.database, merchant.id, dialect, reference)) !== null
  }

  return {
    /** Creates a payment and, when its way is known, begins to move its money. */
    async create(spec: NewPayment): Promise<Created | Refusal> {
      const create = await command(spec)
      if (isRefusal(create) && (await isRepeat(spec))) {
        const again = (await command({ ...spec, way: null })) as CreatePayment
        return engine.submit(createPayment, again)
      }
      return isRefusal(create) ? create : engine.submit(createPayment, create)
    },

    /** The same under an Idempotency-Key. */
    async createOnce(spec: NewPayment, once: Once<Created>): Promise<StoredAnswer> {
      const create = await command(spec)
      return isRefusal(create)
        ? engine.submitOnce(sayNo, { merchantId: spec.merchant.id, refusal: create }, once)
        : engine.submitOnce(createPayment, create, once)
    },

    /** What an amount costs now in each token that the merchant's payers are offered. */
    quote: (merchant: Merchant, about: Money) => quoteFor(parts, merchant, about),

    /** Opens a try to pay a payment that waits, in the way its payer chose. */
    async open(merchant: Merchant, payment: Payment, way: Way): Promise<Opened | Refusal> {
      const { amount, asset, kind } = payment
      const attempt = await prepare(parts, merchant, way, {
        paymentId: payment.id,
        amount,
        asset,
        kind,
      })
      if (isRefusal(attempt)) return attempt
      const { id: paymentId, merchantId } = payment
      return engine.submit(openAttempt, { paymentId, merchantId, attempt })
    },

    /**
     * Expires or cancels a payment. Before a cancel, a bank that waits for its payer is asked to
     * take nothing any more; refused when it says that it is too late.
     */
    async end(command: EndPayment): Promise<Payment | Refusal> {
      const ended = await engine.submit(endPayment, command)
      const isBusy = isRefusal(ended) && ended.refused === "payment_has_open_attempt"
      if (!isBusy || command.how.kind !== "cancel") return ended
      const payment = await findPayment(parts.database, command.merchantId, command.paymentId)
      const why = command.how.by === "payer" ? "cancelled_by_payer" : "cancelled_by_merchant"
      const withdrawn = payment && (await withdraw(parts, payment, why))
      return withdrawn?.openAttemptId === null ? engine.submit(endPayment, command) : ended
    },

    /** Lets the payer choose another way, where the present one is sure to take no money. */
    leave: (payment: Payment) => leave(parts, payment),

    /**
     * Gives money of an approved payment back over the rail that brought it. `amount` is in minor
     * units; null gives back all that is left. Where the merchant signs, `receiver` says to whom.
     */
    async refund(
      payment: Payment,
      amount: bigint | null,
      once: Once<RefundCreated> | null,
      receiver: Receiver = { to: null, from: null },
    ): Promise<RefundCreated | StoredAnswer | Refusal> {
      const create = await prepareRefund(parts, payment, amount, receiver)
      if (!isRefusal(create)) {
        return once
          ? engine.submitOnce(createRefund, create, once)
          : engine.submit(createRefund, create)
      }
      const { merchantId } = payment
      // The key may know an answer from when it was possible.
      return once ? engine.submitOnce(sayNo, { merchantId, refusal: create }, once) : create
    },

    /** Gives up a refund whose transfer nobody signed: its money is free again. */
    cancelRefund: (payment: Payment, refundId: string) => cancelRefund(parts, payment, refundId),

    /**
     * Waits until a payment is final, at most until `deadlineMs` from now, and answers it as it
     * then is. The payment goes on whatever becomes of the waiting.
     */
    async settled(payment: Payment, deadlineMs: number): Promise<Payment> {
      if (isFinal(payment.state)) return payment
      return parts.settled.wait(payment, deadlineMs)
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
