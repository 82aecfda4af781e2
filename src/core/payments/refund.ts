/** Prepares a refund: over which rail, in which asset, and what its merchant has to sign, if so. */
import type { CreateRefund } from "../decide/create-refund.ts"
import { endRefund } from "../decide/end-refund.ts"
import type { Rail } from "../rail.ts"
import type { Receiving } from "../receiving.ts"
import { type Refusal, refuse } from "../refusal.ts"
import { SEALED } from "../store/sealed.ts"
import { findAddresses } from "../xpubs/store.ts"
import type { Attempt } from "./attempt.ts"
import type { Payment } from "./payment.ts"
import { attemptOn } from "./prepare.ts"
import type { SimulateParts } from "./simulate.ts"
import { attemptsOf } from "./store.ts"

/** Where a signed refund goes, and from where; only rails without a custodian need it. */
export type Receiver = {
  readonly to: string | null
  /** Null for the address that the payment came to. */
  readonly from: string | null
}

const notPossible = refuse("refund_not_possible", "this payment cannot be given back over its rail")

/** The command that reserves a refund, and begins it or says what to sign. */
export async function prepareRefund(
  parts: SimulateParts,
  payment: Payment,
  amount: bigint | null,
  receiver: Receiver,
): Promise<CreateRefund | Refusal> {
  const attempts = await attemptsOf(parts.database, payment.id)
  const came = attempts.filter(
    ({ kind, state }) => kind === "charge" && (state === "approved" || state === "settled"),
  )
  // Money that a rail took when nothing was due any more is not the payment's.
  const paid = came.find(({ received }) => Object.keys(received).length === 0) ?? came[0]
  const rail = paid && parts.rails.get(paid.rail)
  if (!paid || !rail) return notPossible
  if (rail.receiving) return signed(parts, rail, rail.receiving, payment, paid, amount, receiver)
  // Money that came in another asset than the payment's goes back by a way of its own.
  const foreign = Object.keys(paid.received).some((asset) => asset !== payment.asset)
  if (rail.custodian === "self" || foreign) return notPossible
  return {
    ...common(parts, rail, payment, paid, amount),
    asset: payment.asset,
    takes: (part) => part,
  }
}

function common(
  parts: SimulateParts,
  rail: Rail,
  payment: Payment,
  paid: Attempt,
  amount: bigint | null,
): Omit<CreateRefund, "asset" | "takes"> {
  const target = JSON.parse(parts.keyring.unseal(paid.targetSealed, SEALED.target).toString())
  const { id: paymentId, merchantId, asset } = payment
  const about = { paymentId, amount: amount ?? payment.amount, asset, kind: "refund" } as const
  const way = { method: paid.method, target }
  const attempt = attemptOn(parts, rail, merchantId, way, about)
  const { custodian } = rail
  const ids = { id: parts.ids.next(), paymentId, merchantId, paidAttemptId: paid.id }
  return { ...ids, custodian, amount, attempt }
}

/** The money lies in the merchant's own wallet: the transfer is written, and the merchant signs. */
async function signed(
  parts: SimulateParts,
  rail: Rail,
  receiving: Receiving,
  payment: Payment,
  paid: Attempt,
  amount: bigint | null,
  receiver: Receiver,
): Promise<CreateRefund | Refusal> {
  const to = receiver.to === null ? null : receiving.readAddress(receiver.to)
  if (to === null) {
    return refuse("refund_receiver_missing", "say with `to` which address gets the money back")
  }
  const { paidAmount: due, paidAsset } = paid
  const option = paid.instructions?.options?.find((each) => each.asset === paidAsset)
  if (due === null || !option) return notPossible
  const from = receiving.readAddress(receiver.from ?? option.address)
  if (from === null) return refuse("refund_receiver_missing", "`from` is no address")
  const { asset } = option
  // Money that comes to an address of ours is a payment's, whoever sent it.
  if ((await findAddresses(parts.database, rail.name, [to])).size > 0) {
    return refuse("refund_receiver_missing", "`to` is an address that payers are given here")
  }
  if (!receiving.toSign({ asset, amount: 1n, from, to })) return notPossible
  return {
    ...common(parts, rail, payment, paid, amount),
    asset,
    takes: (part) => (due * part) / payment.amount,
    instructionsFor: (moved) => ({
      transfer: receiving.toSign({ asset, amount: moved, from, to })!,
    }),
  }
}

/** Gives up a refund that waits for a signature; one that left is no longer anybody's to stop. */
export async function cancelRefund(
  parts: SimulateParts,
  payment: Payment,
  refundId: string,
): Promise<Payment | Refusal> {
  const attempts = await attemptsOf(parts.database, payment.id)
  const attempt = attempts.find((each) => each.refundId === refundId)
  const rail = attempt && parts.rails.get(attempt.rail)
  if (!attempt || !rail) return refuse("refund_not_possible", "there is no such refund")
  return parts.engine.submit(endRefund, {
    refundId,
    attemptId: attempt.id,
    paymentId: payment.id,
    merchantId: payment.merchantId,
    custodian: rail.custodian,
    asset: attempt.asset,
  })
}
