/** The contract a rail fulfils: what the core asks of a way in which money travels. */
import type { Company } from "./catalogue/company.ts"
import type { Exchange } from "./exchange/exchange.ts"
import type { Instructions, Method } from "./payments/attempt.ts"
import type { Receiving } from "./receiving.ts"
import type { Reason } from "./refusal.ts"

/** What is to be moved. The same order is looked up later by its `attemptId`. */
export type Order = {
  readonly attemptId: string
  readonly paymentId: string
  readonly merchantId: string
  readonly kind: "charge" | "recharge" | "refund"
  readonly method: Method
  readonly amount: bigint
  readonly asset: string
  readonly target: Target
  readonly instructions: Instructions | null
  /** What came of it, as decimal text of minor units per asset. */
  readonly received: Readonly<Record<string, string>>
  /** What is on its way and does not count yet, in the same form. */
  readonly seen: Readonly<Record<string, string>>
  readonly railReference: string | null
  readonly begunAt: Date
  /** When the attempt was born; before `begunAt` where it was asked for again. */
  readonly createdAt: Date
}

/** Whom to charge, credit or recharge: only what the method needs is there. */
export type Target = {
  readonly bank?: string
  readonly accountType?: string
  readonly accountNumber?: string
  readonly phoneNumber?: string
  readonly holder?: {
    readonly name: string
    readonly documentType: string
    readonly documentNumber: string
  }
  /** Where a bank that asks for it writes to the payer. */
  readonly email?: string
  /** Under whose word a stored account is charged: the instrument's id, and when it was given. */
  readonly mandate?: { readonly id: string; readonly consentedAt: string }
  /** Set when a payer is there, who may be sent to a page of the rail's to agree. */
  readonly payer?: {
    /** Where the browser comes back to from there. */
    readonly returnUrl: string
    /** ISO 8601: after it nobody may agree any more; null for never. */
    readonly until: string | null
  }
  /** A recharge: what is sold, to which number. */
  readonly companyCode?: string
  readonly productId?: string
  readonly identifier?: string
  /** To whom of its rail's far sides an attempt belongs, as `farSideOf` said; null: to none. */
  readonly farSide?: string | null
}

/** What a rail says at once when it is asked to move money. Anything thrown means: unknown. */
export type BeginAnswer =
  | { readonly kind: "instructions"; readonly instructions: Instructions }
  | {
      readonly kind: "accepted"
      readonly railReference?: string
      readonly instructions?: Instructions
    }
  | { readonly kind: "settled"; readonly railReference?: string }
  | { readonly kind: "rejected"; readonly reason: Reason }

/** What can be known about an order by looking. */
export type Fact =
  /** It is the payer's turn, as in a begin that answers `instructions`. */
  | { readonly kind: "offered"; readonly instructions: Instructions }
  /** It left for the far side, which hasn't answered yet. */
  | { readonly kind: "sent" }
  /** The rail has it and is at work: a payer who had to agree did. */
  | { readonly kind: "accepted" }
  /** The bank said yes; the money itself is not here yet. */
  | { readonly kind: "approved" }
  /** The money moved. */
  | { readonly kind: "settled" }
  | { readonly kind: "declined"; readonly reason: Reason }
  /** A bank took it back after approving. */
  | { readonly kind: "returned"; readonly reason: Reason }
  /**
   * Money arrived. `amount` in minor units of `asset`; `dueNow` is what the payment costs in it by
   * now, where it is late and its worth isn't fixed.
   */
  | {
      readonly kind: "received"
      readonly amount: bigint
      readonly asset: string
      readonly dueNow?: bigint | null
    }
  /** The rail never heard of it. */
  | { readonly kind: "absent" }

/** One thing that a rail saw. The same `place` (unique per rail) is the same thing, seen again. */
export type Sighting = {
  readonly attemptId: string
  readonly place: string
  readonly fact: Fact
  readonly at: Date
  readonly railReference?: string
  /** What told of it, where the core keeps that: a transaction, or a line of a bank. */
  readonly reference?: string
}

/** The outcomes a sandbox payment can be told to have. */
export const OUTCOMES = ["approved", "declined", "expired", "cancelled", "returned"] as const
export type Outcome = (typeof OUTCOMES)[number]

export type Rail = {
  readonly name: string
  /** As people read it: the network of a callback, the name on a page. */
  readonly displayName: string
  readonly methods: readonly Method[]
  /** Who holds the money that arrives: us, or the merchant's own wallet. */
  readonly custodian: "gateway" | "self"
  /** Asking twice with one attempt id moves money once. Only then may it be asked again. */
  readonly beginIsIdempotent: boolean
  /**
   * A look-up that finds nothing proves that nothing was taken, nor ever will be: a begin that is
   * still on its way has to be turned away.
   */
  readonly absenceIsProof: boolean
  /** After how long a begin without an answer counts as unknown. */
  readonly beginTimeoutMs: number
  /**
   * How long to wait before look number `looks` (0: the first after begin); null: never look.
   * Without it, attempts are looked at as `payments/look-ups.ts` says.
   */
  lookDelayMs?(looks: number, method: Method): number | null

  /**
   * What the payer must do, when that needs no call: pure and at once. The attempt is born open.
   */
  instruct?(order: Order): Instructions
  /** Set where only accounts can be charged whose owner consented beforehand. */
  readonly needsMandate?: boolean
  /** Set where orders leave together in files: see `exchange.ts`. Then `begin` isn't asked. */
  readonly exchange?: Exchange
  /** Set where payers send to addresses of the merchant's own: see `receiving.ts`. */
  readonly receiving?: Receiving
  /**
   * Set where there are several far sides, or where settings may put another in the place of one:
   * a name for the one that would be asked for this, null for none. It is kept with the attempt,
   * and no other may ever be asked for it, nor about it.
   */
  farSideOf?(target: Target): string | null
  /** Asks for the money to be moved. Called once an attempt. */
  begin(order: Order): Promise<BeginAnswer>
  /** Reads what became of these orders, and whatever else came in since `cursor`. Moves nothing. */
  observe(
    open: readonly Order[],
    cursor: string | null,
  ): Promise<{
    readonly sightings: readonly Sighting[]
    readonly cursor: string | null
    /** Until when nothing becomes of some of them by itself, by attempt, where that is known. */
    readonly quietUntil?: ReadonlyMap<string, Date>
  }>
  /**
   * Reads a notice that came to one of the rail's connections; null when it isn't genuine. Pure.
   */
  receive?(
    connection: string,
    headers: Readonly<Record<string, string>>,
    body: Buffer,
  ): RailNotice | null
  /**
   * Asks the far side not to move an order that still waits for its payer, and says what is known
   * of it then: `declined` when it will never be moved. Asking again changes nothing. Without it,
   * such an order ends by the far side's word alone. `why` is for the far side's own books.
   */
  withdraw?(order: Order, why: Reason): Promise<readonly Sighting[]>
  /** Whether a stored account can be charged. Anything thrown means: ask again later. */
  verify?(
    target: Target,
  ): Promise<{ readonly state: "active" } | { readonly state: "error"; readonly reason: Reason }>
  /** Sandbox only: makes the outcome happen on the far side and says what would be seen. */
  simulate?(order: Order, outcome: Outcome, reason: Reason | null): Promise<readonly Sighting[]>
  /** What a provider wants to be answered when its notice was taken; without it, 204. */
  readonly noticeAnswer?: { readonly status: number; readonly body: object }
  /** All that can be recharged over this rail at the moment, as its provider lists it. */
  sells?(): Promise<readonly Company[]>
  /** Beside `sells`: the countries (ISO 3166 alpha-2) that it speaks of, though it list nothing. */
  readonly countries?: readonly string[]
  /** How it stands with the rail's far sides, for those who watch the gateway. */
  health?(): readonly RailHealth[]
  /**
   * Finds out what `health` can't know without asking: before the first use, or after hours of
   * none. Asked every few seconds; rejects for nothing that a far side did.
   */
  check?(): Promise<void>
  /** What is left of our money at providers that are paid beforehand, as they say themselves. */
  balances?(): Promise<readonly ProviderBalance[]>
  /** Ends what it has open; it isn't asked for anything after that. */
  close?(): Promise<void>
  /** Sandbox only: the bank behind the pages that the rail sends payers to. */
  readonly bank?: SimulatedBank
}

/** One far side of a rail: whether it can be used now, and if not, why. */
export type RailHealth = { readonly name: string; readonly ok: boolean; readonly detail: string }

/** In minor units of `asset`; `held` is set aside there for what is under way. */
export type ProviderBalance = {
  readonly connection: string
  readonly asset: string
  readonly available: bigint
  readonly held: bigint
}

/**
 * What a provider sent by itself. Where it can be asked, a notice is only the reason to ask at once
 * (`attemptIds`); where it can't, `sightings` say what the notice proves.
 */
export type RailNotice = {
  readonly attemptIds: readonly string[]
  readonly sightings: readonly Sighting[]
}

/** What a payer does on a simulated bank's page. */
export const BANK_ANSWERS = ["approve", "decline", "expire"] as const
export type BankAnswer = (typeof BANK_ANSWERS)[number]

/** The far side of an order whose payer has to agree. */
export type SimulatedBank = {
  /**
   * How it stands with the bank, why it was declined if it was, and until when it waits; null when
   * the bank was never asked.
   */
  find(order: Order): {
    readonly state: BankState
    readonly reason: Reason | null
    readonly until: Date
  } | null
  /** The payer's word. Only the first counts, and none after `until`. */
  answer(order: Order, answer: BankAnswer): void
  /** What the bank would post about the order to the rail's connection. */
  notice(order: Order): {
    readonly connection: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  }
}

/** `approved`: the payer agreed, whatever the bank makes of it later. */
export type BankState = "waiting" | "approved" | "declined"
