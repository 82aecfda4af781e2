/** What is found in a bank's files, in the order in which it stands there. */

/** The messages that a bank sends, and those that it is sent. */
export const ANSWER_KINDS = ["pain.002.001.10", "camt.054.001.08", "camt.053.001.08"] as const
export const ORDER_KINDS = ["pain.008.001.08", "pain.001.001.09"] as const
export type Kind = (typeof ANSWER_KINDS)[number] | (typeof ORDER_KINDS)[number]

/** Where something begins, in bytes from the start of the file. */
type Placed = { readonly position: number }

export type Header = Placed & {
  readonly item: "header"
  readonly kind: Kind
  readonly messageId: string
  /** `xs:dateTime` as written: without a zone it is the bank's local time. */
  readonly createdAt: string
  /** The message that it answers; null in files that answer none. */
  readonly original: {
    readonly messageId: string
    /** The message's name, as the bank calls it: `pain.008.001.08`, perhaps shorter. */
    readonly kind: string
    /** How many orders the bank counted, and their sum as written; null where it doesn't say. */
    readonly count: number | null
    readonly sum: string | null
  } | null
  /** Which page of several this file is; null when it is the only one. */
  readonly page: { readonly number: number; readonly last: boolean } | null
}

/** What a status of ISO's lists means to an order. */
export type Meaning = "pending" | "accepted" | "settled" | "rejected" | "cancelled" | "partial"

/** What the bank made of a file, of a group of it, or of one order. The narrowest word counts. */
export type Status = Placed & {
  readonly item: "status"
  readonly of: "file" | "group" | "order"
  /** ISO's code, such as `RJCT`. */
  readonly code: string
  readonly means: Meaning
  readonly reasonCode: string | null
  readonly reasonText: string | null
  readonly originalMessageId: string
  readonly originalPaymentInfoId: string | null
  /** Null when the order was told from others in another way, or when it isn't about one. */
  readonly endToEndId: string | null
  /** Minor units; null with the currency when it isn't said. */
  readonly amount: bigint | null
  readonly currency: string | null
  /** The bank's own reference. */
  readonly reference: string | null
}

/**
 * `credit`, `debit`: money that came or went. `return`: of an order of ours, by the other bank.
 * `reversal`: of an earlier entry, by this bank.
 */
export type EntryEvent = "credit" | "debit" | "return" | "reversal"

/** One movement on an account of ours: a whole entry, or one of the payments within it. */
export type Entry = Placed & {
  readonly item: "entry"
  readonly event: EntryEvent
  /** As seen from our account: money in, money out. */
  readonly direction: "credit" | "debit"
  /** False while it is only announced: such an entry comes once more, booked. */
  readonly booked: boolean
  /** Null for one that the bank gave no id, or an entry that stands for several payments. */
  readonly endToEndId: string | null
  /** The group that it was ordered in; where `endToEndId` is null, of all that it stands for. */
  readonly originalPaymentInfoId: string | null
  /** How many payments it stands for, as far as the bank says: 1 for most. */
  readonly payments: number
  /** Minor units. */
  readonly amount: bigint
  readonly currency: string
  /** `YYYY-MM-DD`: when the bank booked it, and from when it bears interest. */
  readonly bookedOn: string | null
  readonly valueOn: string | null
  readonly reasonCode: string | null
  readonly reasonText: string | null
  readonly mandateId: string | null
  /** The bank's own reference. */
  readonly reference: string | null
  readonly description: string | null
  /** Our account, and the statement's own id. */
  readonly account: string | null
  readonly statementId: string
  /** Which page of a statement that has several; null for one that has one. */
  readonly statementPage: number | null
}

/** The end of an account's part of a file. Its entries came before. */
export type Statement = Placed & {
  readonly item: "statement"
  readonly id: string
  readonly account: string | null
  readonly currency: string | null
  /** Entries as the bank counts them: one that stands for many payments is one. */
  readonly entries: number
  /** Signed minor units before and after the booked entries; null where they aren't said. */
  readonly opening: bigint | null
  readonly closing: bigint | null
}

/** An order as the bank that was asked reads it. */
export type ReadOrder = Placed & {
  readonly item: "order"
  readonly endToEndId: string
  readonly paymentInfoId: string
  readonly amount: bigint
  readonly currency: string
  readonly day: string
  /** Ours, and the payer's. */
  readonly ownAccount: string
  readonly account: string
  readonly name: string | null
}

/** Something that couldn't be understood. What comes after it is read all the same. */
export type Malformed = Placed & {
  readonly item: "malformed"
  readonly why: string
  /** Whom it seems to be about, as far as that could be read. */
  readonly endToEndId: string | null
}

/** A total in the file isn't what its entries make. They were handed out all the same. */
export type Mismatch = Placed & {
  readonly item: "mismatch"
  readonly what: string
  readonly said: string
  readonly found: string
}

/** The file, from `position` on, can't be read. Nothing comes after it; what came before stands. */
export type Refused = Placed & { readonly item: "refused"; readonly why: string }

/** The file was read to its end. */
export type End = { readonly item: "end"; readonly malformed: number; readonly mismatches: number }

export type Item =
  | Header
  | Status
  | Entry
  | Statement
  | ReadOrder
  | Malformed
  | Mismatch
  | Refused
  | End
/** What a message's reader makes; the file's own end is added to it. */
export type Made = Exclude<Item, Refused | End>
