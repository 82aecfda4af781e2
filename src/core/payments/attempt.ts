/**
 * An attempt: one try to move a payment's money over one rail.
 *
 * `waiting` (not begun) → `unknown` (begun, no answer yet) → `open` (the rail or the payer has it)
 * → `approved` → `settled`; or `declined`, `closed` (nobody will pay it any more), `returned`.
 */
import type { TransferToSign } from "../receiving.ts"
import type { Reason } from "../refusal.ts"

export type AttemptState =
  | "waiting"
  | "unknown"
  | "open"
  | "approved"
  | "settled"
  | "declined"
  | "closed"
  | "returned"

/** By what kind of thing the money is moved; which rail does it is the merchant's choice. */
export const METHODS = ["bank", "wallet", "crypto", "recharge"] as const
export type Method = (typeof METHODS)[number]

export type Attempt = {
  readonly id: string
  readonly paymentId: string
  readonly merchantId: string
  readonly refundId: string | null
  readonly rail: string
  readonly method: Method
  readonly kind: "charge" | "recharge" | "refund"
  readonly amount: bigint
  readonly asset: string
  readonly state: AttemptState
  readonly reason: Reason | null
  /** What the rail needs to do it (account, phone, holder), sealed. */
  readonly targetSealed: Buffer
  readonly instructions: Instructions | null
  /**
   * Money that the payer sent, or that a rail took though it was no longer wanted, as decimal text
   * of minor units per asset.
   */
  readonly received: Readonly<Record<string, string>>
  /** Money on its way that does not count yet, in the same form. */
  readonly seen: Readonly<Record<string, string>>
  /** In which asset transfers of the payer paid it, and with how much; null while they don't. */
  readonly paidAsset: string | null
  readonly paidAmount: bigint | null
  /** The rail's own id for it. */
  readonly railReference: string | null
  /** How often it was looked up since it began. */
  readonly looks: number
  /** When a loop has to do something about it; null when nothing is due. */
  readonly lookAt: Date | null
  readonly leaseOwner: string | null
  /** Rises with each claim; a report with an older number is refused. */
  readonly fence: number
  readonly begunAt: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What the payer must do. `options` are ways to pay by sending, `url` a page to visit. */
export type Instructions = {
  readonly url?: string
  readonly options?: readonly PayOption[]
  /** A refund: the transfer that the merchant has to sign. */
  readonly transfer?: TransferToSign
}

/** One asset on one chain that the payer may send to one address. `amount` is in minor units. */
export type PayOption = {
  readonly blockchain: string
  readonly chainId: number
  readonly token: string
  readonly decimals: number
  readonly asset: string
  readonly amount: string
  readonly address: string
  /** EIP-681: what a wallet opens, and what a QR code says. */
  readonly uri: string
  /**
   * It may come in ways that nobody who reads the chain can see: once the payment's time is over,
   * what lies at the address is compared with what was seen.
   */
  readonly mayComeUnseen?: boolean
  /** Worth its currency by definition: late money counts by the locked amount. */
  readonly pegged?: boolean
}

/** Whether money may still move by this attempt. */
export function isOpen(attempt: Attempt): boolean {
  return attempt.state === "waiting" || attempt.state === "unknown" || attempt.state === "open"
}

/** Until what a payer sent in the last moment is deep enough on any chain. */
const LAST_LOOK_MS = 1_200_000

/** Whether its payer has to agree on a page of the rail's, and may do so at any moment. */
export function isAtBank({ state, instructions }: Attempt): boolean {
  return state === "open" && instructions?.url !== undefined
}

/**
 * Nobody will pay it any more; what may have come unseen is looked for once more. Where a bank may
 * still take the money, giving up is not ours: it is withdrawn at once, and looked at until the
 * bank has ended it.
 */
export function abandon(attempt: Attempt, now: Date): Attempt {
  if (isAtBank(attempt)) return { ...attempt, lookAt: now }
  const mayComeUnseen = attempt.instructions?.options?.some((option) => option.mayComeUnseen)
  const lookAt = mayComeUnseen ? new Date(now.getTime() + LAST_LOOK_MS) : null
  return { ...close(attempt, "closed", now), lookAt }
}

/** The attempt ended, or rests: nothing of it is due any more. */
export function close(attempt: Attempt, state: AttemptState, now: Date): Attempt {
  return { ...attempt, state, lookAt: null, leaseOwner: null, updatedAt: now }
}

export const REFUND_STATES = ["pending", "sent", "confirmed", "failed"] as const
export type RefundState = (typeof REFUND_STATES)[number]

/** Money given back to a payer: a record of its own, moved by an attempt of its own. */
export type Refund = {
  readonly id: string
  readonly paymentId: string
  readonly merchantId: string
  readonly amount: bigint
  readonly state: RefundState
  readonly reason: Reason | null
  readonly createdAt: Date
  readonly updatedAt: Date
}
