/** The contract of a rail whose orders and answers are files in a folder that a bank sees. */
import type { Order } from "../rail.ts"
import type { Reason } from "../refusal.ts"

/**
 * A rail with an exchange is never asked to `begin`: its attempts wait until they leave together in
 * a file, and only the bank's files say what became of them. What stands in which file, and what of
 * a file was booked, is remembered by the core; the rail reads and writes the folder, and keeps
 * nothing. No method is called by two nodes at once, except by one that lost its lease unnoticed.
 */
export type Exchange = {
  /** How often the folder is looked at. */
  readonly everyMs: number
  /** How many orders one file takes at most. */
  readonly ordersMax: number

  /** When an order that is made now leaves. Pure. */
  dueAt(now: Date): Date
  /**
   * Over which account of ours an order goes, and on which day the bank moves it when it is handed
   * in now; a sentence when there is none. `account` is what the merchant chose, null for nothing.
   * Pure.
   */
  slotOf(of: { account: string | null; asset: string }, now: Date): Slot | string
  /** Why an order can't stand in a file, without its values; null when it can. Pure. */
  flawOf(order: FileOrder): { readonly reason: Reason; readonly why: string } | null

  /**
   * Answers which folder this is, by the mark that lies in it. `known` is the mark of the folder
   * that this installation worked with before; with null the folder is made and marked with
   * `fresh` if it has no mark. Rejects with `FolderLost` when it isn't the known one: an unmounted
   * or another folder would make files look sent that never left.
   */
  identify(known: string | null, fresh: string): Promise<string>
  /**
   * Writes a file under the name `part`, where no bank looks, and resolves when it is on the disk.
   * The same file gives the same bytes. An earlier part of that name is replaced.
   */
  write(file: FileToWrite, part: string): Promise<Written>
  /**
   * Hands a part over under its final name, in one step. True also when the part isn't there any
   * more: it was handed over before. Never hands the same part over twice.
   */
  send(part: string, name: string): Promise<void>
  /** Throws a part away that must not be sent, if it is there. */
  discard(part: string): Promise<void>

  /** Files of the bank that came to rest, oldest first. */
  arrived(): Promise<readonly Arrived[]>
  /**
   * Takes an arrived file out of the bank's sight, for `id`; false when it is gone, or isn't what
   * it was when `arrived` told of it. True also when it was taken for that id before.
   */
  take(arrived: Arrived, id: string): Promise<boolean>
  /**
   * Reads a taken file from its beginning. Never throws for what stands in it. Memory stays small
   * however long it is.
   */
  read(id: string): AsyncIterable<Said>
  /**
   * Puts a taken file where it is kept, or, with `where: "errors"`, beside a text that says why it
   * can't be used. Does nothing when that was done before.
   */
  keep(id: string, name: string, where: "archive" | "errors", why: string | null): Promise<void>
}

/** The folder isn't the one that this installation works with, or isn't there. */
export class FolderLost extends Error {
  override name = "FolderLost"
}

/** An account of ours, by its name in the settings, and a day as `YYYY-MM-DD`. */
export type Slot = { readonly account: string; readonly day: string }

/** An order as it stands in a file. */
export type FileOrder = Order & {
  /** What its receiver reads beside it; null for nothing. */
  readonly remittance: string | null
}

/** Orders of one kind, in groups: what a bank takes as one message. */
export type FileToWrite = {
  /** A UUID, as are the ids of the groups and orders. */
  readonly id: string
  readonly kind: FileKind
  readonly createdAt: Date
  readonly groups: readonly GroupToWrite[]
}
export type FileKind = "debits" | "credits"

/** Orders over one account of ours for one day, in one asset. */
export type GroupToWrite = Slot & {
  readonly id: string
  readonly asset: string
  readonly count: number
  /** Minor units. */
  readonly total: bigint
  /** Reads the orders, by their ids, each time anew. */
  orders(): AsyncIterable<FileOrder>
}

export type Written = { readonly bytes: number; readonly sha256: string }

export type Arrived = { readonly name: string; readonly bytes: number; readonly sha256: string }

/** What a file of the bank says, in its order. The last is `end` or `refused`. */
export type Said =
  | {
      readonly said: "header"
      /** The message, such as `pain.002.001.10`. */
      readonly kind: string
      readonly messageId: string
    }
  | ({ readonly said: "line" } & BankLine)
  /** Nothing of it may be believed: it breaks off, or its totals aren't those of its lines. */
  | { readonly said: "refused"; readonly why: string }
  | { readonly said: "end" }

/** One line of a status report, of a notification or of a statement. */
export type BankLine = {
  /** Counts from 1. */
  readonly position: number
  /**
   * The same for the same line in any file that repeats it, and for no other line: of two lines in
   * one file that read the same, the second has another.
   */
  readonly fingerprint: string
  /** A status is a bank's word; a notification and a statement tell of money that moved. */
  readonly source: "status" | "notification" | "statement"
  readonly says: Saying
  /** Whom it is about, by our ids; null when that can't be told, as of money nobody ordered. */
  readonly about:
    | { readonly of: "order" | "file"; readonly id: string }
    /** `orders`: how many of the group it stands for, null when the bank doesn't say. */
    | { readonly of: "group"; readonly id: string; readonly orders: number | null }
    | null
  /** The id that the bank gave, as written; null for none. At most 64 characters. */
  readonly endToEndId: string | null
  /** Minor units of `asset`; both null when the bank doesn't say. */
  readonly amount: bigint | null
  readonly asset: string | null
  /** Which way money moved on our account; null where none did. */
  readonly direction: "credit" | "debit" | null
  readonly reason: Reason | null
  readonly reasonCode: string | null
  /** When it happened: of a day without a time, its beginning where the bank is. */
  readonly at: Date
  /** The bank's own reference. */
  readonly reference: string | null
  /** What else there is to know: why it is malformed, or only announced. No personal data. */
  readonly note: string | null
}

/**
 * `credit`, `debit`: money came or went. `return`: what was ordered came undone, which moves money
 * the other way; where it moved the same way, the return itself came undone. `nothing`: it changes
 * nothing, and is kept.
 */
export const SAYINGS = [
  "accepted",
  "approved",
  "rejected",
  "credit",
  "debit",
  "return",
  "nothing",
  "malformed",
] as const
export type Saying = (typeof SAYINGS)[number]
