/** What others do with payments: the rail is chosen and its order prepared, then the engine decides. */
import type { Clock, Ids } from "../../clock.ts"
import type { Queries } from "../../db/database.ts"
import { type Created, type CreatePayment, createPayment } from "../decide/create-payment.ts"
import { createRefund, type RefundCreated } from "../decide/create-refund.ts"
import type { NewAttempt } from "../decide/decider.ts"
import { deferAnswer } from "../decide/defer-answer.ts"
import { type EndPayment, endPayment } from "../decide/end-payment.ts"
import { type Opened, openAttempt } from "../decide/open-attempt.ts"
import { reportAttempt } from "../decide/report-attempt.ts"
import type { Engine } from "../engine.ts"
import type { Once, StoredAnswer } from "../fold.ts"
import { reportOf } from "../loops/report.ts"
import { type Merchant, railFor } from "../merchants/merchant.ts"
import type { Order, Outcome, Rail, Target } from "../rail.ts"
import { isRefusal, type Reason, type Refusal, refuse } from "../refusal.ts"
import type { Keyring } from "../seal.ts"
import { SEALED } from "../store/load.ts"
import type { Attempt, Method } from "./attempt.ts"
import { isFinal, type Payment } from "./payment.ts"
import type { Settled } from "./settled.ts"
import { attemptsOf } from "./store.ts"

export type PayParts = {
  readonly engine: Engine
  readonly database: Queries
  readonly clock: Clock
  readonly ids: Ids
  readonly keyring: Keyring
  readonly rails: ReadonlyMap<string, Rail>
  /** The rail of merchants that chose none; null where each must choose. */
  readonly defaultRail: string | null
  readonly node: string
  readonly settled: Settled
}

/** How a payment's money is to be moved. */
export type Way = { readonly method: Method; readonly target: Target }

export type NewPayment = Omit<CreatePayment, "id" | "merchantId" | "attempt"> & {
  readonly merchant: Merchant
  /** Null when the payer chooses later. */
  readonly way: Way | null
}

/** What a begin may take beyond its rail's own limit before others look the attempt up. */
const LEASE_MARGIN_MS = 5_000

export type Pay = ReturnType<typeof makePay>

/** Makes the verbs. Each answers a refusal as a value and rejects only for faults. */
export function makePay(parts: PayParts) {
  const { engine, ids, clock, keyring } = parts

  /** Chooses the rail and prepares the attempt on it. */
  function prepare(
    merchant: Merchant,
    way: Way,
    about: { paymentId: string; amount: bigint; asset: string; kind: Attempt["kind"] },
  ): NewAttempt | Refusal {
    const name = railFor(merchant, way.method, parts.defaultRail)
    const rail = name === null ? undefined : parts.rails.get(name)
    if (!rail?.methods.includes(way.method)) {
      return refuse("method_not_offered", `this merchant does not offer ${way.method}`)
    }
    return attemptOn(rail, merchant.id, way, about)
  }

  function attemptOn(
    rail: Rail,
    merchantId: string,
    way: Way,
    about: { paymentId: string; amount: bigint; asset: string; kind: Attempt["kind"] },
  ): NewAttempt {
    const id = ids.next()
    const now = clock.now()
    const order: Order = {
      attemptId: id,
      merchantId,
      ...about,
      ...way,
      instructions: null,
      railReference: null,
      begunAt: now,
    }
    const byPayer = about.kind === "charge" && way.method === "crypto"
    const firstLookMs = rail.lookDelayMs(0)
    return {
      id,
      rail: rail.name,
      method: way.method,
      targetSealed: keyring.seal(JSON.stringify(way.target), SEALED.target),
      instructions: byPayer && rail.instruct ? rail.instruct(order) : null,
      beginner: parts.node,
      leaseMs: rail.beginTimeoutMs + LEASE_MARGIN_MS,
      lookAt: firstLookMs === null ? null : new Date(now.getTime() + firstLookMs),
    }
  }

  function command({ merchant, way, ...spec }: NewPayment): CreatePayment | Refusal {
    const id = ids.next()
    const { amount, asset, kind } = spec
    const attempt = way ? prepare(merchant, way, { paymentId: id, amount, asset, kind }) : null
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
        ? once.render(create)
        : engine.submitOnce(createPayment, create, once)
    },

    /** Opens a try to pay a payment that waits, in the way its payer chose. */
    async open(merchant: Merchant, payment: Payment, way: Way): Promise<Opened | Refusal> {
      const { amount, asset, kind } = payment
      const attempt = prepare(merchant, way, { paymentId: payment.id, amount, asset, kind })
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
      const paid = attempts.find((each) => each.state === "approved" || each.state === "settled")
      const rail = paid && parts.rails.get(paid.rail)
      // Money that came in another asset than the payment's goes back by a way of its own.
      const foreign = Object.keys(paid?.received ?? {}).some((asset) => asset !== payment.asset)
      if (!paid || !rail || rail.custodian === "self" || paid.kind !== "charge" || foreign) {
        return refuse("refund_not_possible", "this payment cannot be given back over its rail")
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
        attempt: attemptOn(rail, payment.merchantId, way, { ...about, kind: "refund" }),
      }
      return once
        ? engine.submitOnce(createRefund, create, once)
        : engine.submit(createRefund, create)
    },

    /**
     * Waits until a payment is final, at most until `deadlineMs` from now, and answers it as it then
     * is. The payment goes on whatever becomes of the waiting.
     */
    async settled(payment: Payment, deadlineMs: number): Promise<Payment> {
      if (isFinal(payment.state)) return payment
      return parts.settled.wait(payment.id, deadlineMs)
    },

    /**
     * The same, for a caller that is told to wait for a webhook otherwise: a payment that is not final
     * by the deadline comes back `deferred`, and its end will be told.
     */
    async settledOrDeferred(payment: Payment, deadlineMs: number): Promise<Payment | Refusal> {
      const waited = await this.settled(payment, deadlineMs)
      if (isFinal(waited.state)) return waited
      const { id: paymentId, merchantId } = payment
      return engine.submit(deferAnswer, { paymentId, merchantId })
    },

    /** Sandbox only: makes a payment end as told, opening an attempt where none is open. */
    async simulate(
      merchant: Merchant,
      payment: Payment,
      outcome: Outcome,
      reason: Reason | null,
    ): Promise<Payment | Refusal> {
      const { id: paymentId, merchantId } = payment
      if (outcome === "expired") {
        return engine.submit(endPayment, {
          paymentId,
          merchantId,
          how: { kind: "expire", force: true },
        })
      }
      if (outcome === "cancelled") {
        return engine.submit(endPayment, {
          paymentId,
          merchantId,
          how: { kind: "cancel", by: "payer" },
        })
      }
      const attempt = await simulated(merchant, payment, outcome)
      if (isRefusal(attempt)) return attempt
      const rail = parts.rails.get(attempt.rail)
      if (!rail?.simulate) return notSimulated
      const order = orderOf(attempt, keyring)
      const sightings = await rail.simulate(order, outcome, reason)
      const report = reportOf(rail, attempt, payment, { sightings, fence: null })
      const reported = await engine.submit(reportAttempt, report)
      return isRefusal(reported) ? reported : reported.payment
    },
  }

  /** The attempt that a simulated outcome happens to. */
  async function simulated(
    merchant: Merchant,
    payment: Payment,
    outcome: Outcome,
  ): Promise<Attempt | Refusal> {
    const attempts = await attemptsOf(parts.database, payment.id)
    if (outcome === "returned") {
      const paid = attempts.find((each) => each.state === "approved" || each.state === "settled")
      return paid ?? refuse("simulation_not_possible", "only an approved payment can be returned")
    }
    const open = attempts.find((each) => each.id === payment.openAttemptId)
    if (open) return open
    if (payment.state === "expired") {
      const last = attempts.at(-1)
      if (last) return last
    }
    const way: Way = { method: "bank", target: {} }
    const attempt = prepare(merchant, way, { ...payment, paymentId: payment.id })
    if (isRefusal(attempt)) return attempt
    if (!parts.rails.get(attempt.rail)?.simulate) return notSimulated
    // Nobody begins it: what happens to it is told right after.
    const waiting = { ...attempt, instructions: {}, lookAt: null }
    const { id: paymentId, merchantId } = payment
    const opened = await engine.submit(openAttempt, { paymentId, merchantId, attempt: waiting })
    return isRefusal(opened) ? opened : opened.attempt
  }
}

const notSimulated = refuse("simulation_not_possible", "the rail of this payment moves real money")

/** What a rail is told about an attempt. */
export function orderOf(attempt: Attempt, keyring: Keyring): Order {
  return {
    attemptId: attempt.id,
    paymentId: attempt.paymentId,
    merchantId: attempt.merchantId,
    kind: attempt.kind,
    method: attempt.method,
    amount: attempt.amount,
    asset: attempt.asset,
    target: JSON.parse(keyring.unseal(attempt.targetSealed, SEALED.target).toString()),
    instructions: attempt.instructions,
    railReference: attempt.railReference,
    begunAt: attempt.begunAt ?? attempt.createdAt,
  }
}
