/** What people do to payments on our own pages: written down in the commit that does it. */
import { hash } from "node:crypto"
import { type Action, type Actor, differences, type Entry } from "../audit/entry.ts"
import type { RefundCreated } from "../decide/create-refund.ts"
import type { Decider } from "../decide/decider.ts"
import type { Engine } from "../engine.ts"
import type { StoredAnswer } from "../fold.ts"
import type { Merchant } from "../merchants/merchant.ts"
import type { Outcome } from "../rail.ts"
import { isRefusal, type Reason, type Refusal, refuse } from "../refusal.ts"
import { makePay, type PayParts } from "./pay.ts"
import type { Payment } from "./payment.ts"
import type { Receiver } from "./refund.ts"

/** What a person filled in to give money back. */
export type RefundByHand = Receiver & {
  /** In minor units; null for all that is left. */
  readonly amount: bigint | null
  /** Made with the form: sent twice, it is one refund. */
  readonly key: string
  /** What had been given back when the form was made: another refund since then refuses this. */
  readonly seenRefunded: bigint
}

export type RefundedByHand = { readonly refundId: string }

export type ByHandParts = PayParts & {
  readonly note: (entry: Entry, by: Actor) => Promise<unknown>
}

/** Which command stands in the log under which name. */
type Names = Readonly<Record<string, Action>>
const REFUND: Names = { "create-refund": "payment.refund" }
const CANCEL: Names = { "end-payment": "payment.cancel" }
const CANCEL_REFUND: Names = { "end-refund": "refund.cancel" }
const SIMULATE: Names = { "report-attempt": "payment.simulate", "end-payment": "payment.simulate" }

type Doing = Pick<Entry, "action" | "change"> & {
  readonly payment: Payment
  readonly names: Names
  /** Whether the payment still is what this person saw. */
  readonly isSeen?: (payment: Payment) => boolean
}

/** Makes the verbs of one person. Each answers a refusal as a value, which is written down too. */
export function makeByHand(parts: ByHandParts, by: Actor) {
  async function doing<A>(
    what: Doing,
    work: (pay: ReturnType<typeof makePay>) => Promise<A | Refusal>,
  ): Promise<A | Refusal> {
    const { engine, hasWritten } = noting(parts.engine, what, by)
    const answer = await work(makePay({ ...parts, engine }))
    const { action, change, payment } = what
    const about = { action, merchantId: payment.merchantId, subject: payment.id }
    if (isRefusal(answer)) {
      const refused = { ...change, refused: { old: null, new: answer.refused } }
      await parts.note({ ...about, outcome: "refused", change: refused }, by)
    } else if (action === "payment.simulate" && !hasWritten()) {
      // What happens on a chain is brought in by its reader: no commit here is that of the change.
      await parts.note({ ...about, outcome: "done", change }, by)
    }
    return answer
  }

  return {
    /** Gives money back, once a form; see `Pay.refund`. */
    refund: (payment: Payment, asked: RefundByHand): Promise<RefundedByHand | Refusal> =>
      doing(
        {
          ...{ action: "payment.refund", names: REFUND, payment },
          change: { amount: { old: null, new: asked.amount?.toString() ?? null } },
          isSeen: ({ refunded }) => refunded === asked.seenRefunded,
        },
        async (pay) => {
          const { amount, to, from } = asked
          const once = { ...boundOf(payment, asked), render }
          const made = await pay.refund(payment, amount, once, { to, from })
          return JSON.parse("body" in made ? made.body : render(made).body)
        },
      ),

    /** Cancels a payment that waits, in its merchant's name; see `Pay.end`. */
    cancel: (payment: Payment): Promise<Payment | Refusal> =>
      doing({ action: "payment.cancel", names: CANCEL, payment, change: {} }, (pay) => {
        const { id: paymentId, merchantId } = payment
        return pay.end({ paymentId, merchantId, how: { kind: "cancel", by: "merchant" } })
      }),

    /** Gives up a refund that nobody signed; see `Pay.cancelRefund`. */
    cancelRefund: (payment: Payment, refundId: string): Promise<Payment | Refusal> =>
      doing(
        {
          ...{ action: "refund.cancel", names: CANCEL_REFUND, payment },
          change: { refund: { old: null, new: refundId } },
        },
        (pay) => pay.cancelRefund(payment, refundId),
      ),

    /** Sandbox only; see `Pay.simulate`. */
    simulate: (
      merchant: Merchant,
      payment: Payment,
      outcome: Outcome,
      reason: Reason | null,
    ): Promise<Payment | Refusal> =>
      doing(
        {
          ...{ action: "payment.simulate", names: SIMULATE, payment },
          change: { outcome: { old: null, new: outcome } },
        },
        (pay) => pay.simulate(merchant, payment, outcome, reason),
      ),
  }
}

/** An engine whose named commands write down what they changed of the payment. */
function noting(engine: Engine, what: Doing, by: Actor) {
  let written = false
  const noted = <C, A>(decider: Decider<C, A>): Decider<C, A> => {
    const action = what.names[decider.name]
    if (action === undefined) return decider
    return {
      ...decider,
      decide(draft, command) {
        written = false
        const before = draft.payments.get(what.payment.id)
        if (before && what.isSeen?.(before) === false) {
          return refuse("idempotency_conflict", "somebody else changed this payment meanwhile")
        }
        const answer = decider.decide(draft, command)
        if (isRefusal(answer)) return answer
        const after = draft.payments.get(what.payment.id)!
        const change = { ...what.change, ...differences(shown(before), shown(after)) }
        const outcome = before?.version === after.version ? "unchanged" : "done"
        const about = { action, merchantId: after.merchantId, subject: after.id }
        draft.audit({ ...about, outcome, change }, by)
        written = true
        return answer
      },
    }
  }
  return {
    hasWritten: () => written,
    engine: {
      ...engine,
      submit: (decider, command) => engine.submit(noted(decider), command),
      submitOnce: (decider, command, once) => engine.submitOnce(noted(decider), command, once),
    } satisfies Engine as Engine,
  }
}

/** What the log shows of a payment. */
function shown(payment: Payment | null): object | null {
  return payment && { state: payment.state, refunded: payment.refunded.toString() }
}

/** A form's key counts for its payment only; the same key with another amount is a conflict. */
function boundOf(
  { id, merchantId }: Payment,
  { key, amount, to, from }: RefundByHand,
): { key: string; fingerprint: string } {
  const asked = [amount?.toString() ?? null, to, from]
  return {
    key: hash("sha256", `by hand|${merchantId}|${id}|${key}`, "hex"),
    fingerprint: hash("sha256", JSON.stringify(asked), "hex"),
  }
}

function render(made: RefundCreated | Refusal): StoredAnswer {
  if (isRefusal(made)) return { status: 409, body: JSON.stringify(made) }
  return {
    status: 201,
    body: JSON.stringify({ refundId: made.refund.id } satisfies RefundedByHand),
  }
}
