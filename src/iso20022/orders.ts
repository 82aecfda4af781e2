/** What is handed to a bank: debits to collect, credits to pay, and what makes one unfit. */

import { type Day, isDay } from "../calendar.ts"
import { CURRENCY_DECIMALS } from "../money.ts"
import { AMOUNT_MAX } from "./decimal.ts"
import { ID_MAX } from "./ids.ts"
import { clean, type Letters } from "./text.ts"

/** Somebody with an account at a bank. */
export type Holder = {
  readonly name: string
  /** `cc`, `ce`, `nit` and `passport` have codes; others travel as they are. */
  readonly documentType: string | null
  readonly documentNumber: string | null
  readonly account: string
  /** `savings` and `checking` have codes; others travel as they are. */
  readonly accountType: string | null
  /** What the bank that takes the file calls this account's bank: a code of its clearing system. */
  readonly bank: string
}

/** A debit from a payer's account. */
export type Debit = {
  /** At most 35 characters and never used before: see `ids.ts`. */
  readonly endToEndId: string
  /** Minor units of the group's currency. */
  readonly amount: bigint
  readonly debtor: Holder
  /** What the payer consented to, under which id, on which day. */
  readonly mandate: { readonly id: string; readonly signedOn: Day }
  /** What the payer reads beside the debit; null for nothing. */
  readonly remittance: string | null
}

/** A credit to a payer's account: a refund. */
export type Credit = Omit<Debit, "debtor" | "mandate"> & { readonly creditor: Holder }

/**
 * Orders of one account of ours for one day. How many they are and what they sum up to stands
 * before them in the file, so it has to be known before they are read.
 */
export type Group<Order> = {
  readonly paymentInfoId: string
  /** Whose money it becomes, or is. */
  readonly owner: Holder
  /** What the bank calls the owner as a collector of debits, where it has such an id. */
  readonly schemeId?: string | null
  /** ISO 4217, of the owner's account and of every order. */
  readonly currency: string
  /** When the bank moves the money. */
  readonly day: Day
  readonly count: number
  /** Minor units. */
  readonly sum: bigint
  readonly orders: Iterable<Order> | AsyncIterable<Order>
}

/** A file of debits, or of credits. */
export type OrderFile<Order> = {
  readonly messageId: string
  readonly createdAt: Date
  /** Who hands the file in, as the bank knows them. */
  readonly initiator: { readonly name: string; readonly id: string | null }
  readonly groups: readonly Group<Order>[]
  /** `any` where it isn't said. */
  readonly letters?: Letters
}

/** Lengths of the schemas' types: an id is never cut, a text is. */
export const NAME_MAX = 140
export const REMITTANCE_MAX = 140
export const ACCOUNT_MAX = 34

/** The characters that banks give back unchanged, whatever system they pass through. */
const ID = /^[A-Za-z0-9/\-?:().,'+][A-Za-z0-9/\-?:().,'+ ]*$/

/** How many orders there are and what they sum up to, for orders that are at hand. */
export function totalsOf(orders: readonly { readonly amount: bigint }[]) {
  return { count: orders.length, sum: orders.reduce((sum, { amount }) => sum + amount, 0n) }
}

/**
 * Why a debit can't be written, as the field and what is wrong with it (never its value, which may
 * be somebody's account number); null when it can. One that can't would make the whole file throw.
 */
export function debitFlaw(debit: Debit, letters: Letters = "any"): string | null {
  const { id, signedOn } = debit.mandate
  return (
    orderFlaw(debit) ??
    holderFlaw("debtor", debit.debtor, letters) ??
    idFlaw("mandate.id", id) ??
    (isDay(signedOn) ? null : "mandate.signedOn: no day")
  )
}

/** As `debitFlaw`, of a credit. */
export function creditFlaw(credit: Credit, letters: Letters = "any"): string | null {
  return orderFlaw(credit) ?? holderFlaw("creditor", credit.creditor, letters)
}

/** As `debitFlaw`, of what stands around the orders of a file. */
export function fileFlaw(file: OrderFile<unknown>): string | null {
  const { letters = "any", groups, initiator, messageId } = file
  const ids = groups.map(({ paymentInfoId }) => paymentInfoId)
  return (
    idFlaw("messageId", messageId) ??
    (Number.isNaN(file.createdAt.getTime()) ? "createdAt: no instant" : null) ??
    (clean(initiator.name, NAME_MAX, letters) === "" ? "initiator.name: empty" : null) ??
    (initiator.id === null ? null : idFlaw("initiator.id", initiator.id)) ??
    (groups.length === 0 ? "groups: none" : null) ??
    (new Set(ids).size < ids.length ? "groups: one paymentInfoId twice" : null) ??
    first(groups, (group) => groupFlaw(group, letters))
  )
}

function groupFlaw(group: Group<unknown>, letters: Letters): string | null {
  const { count, currency, schemeId = null, sum } = group
  return (
    idFlaw("paymentInfoId", group.paymentInfoId) ??
    holderFlaw("owner", group.owner, letters) ??
    (schemeId === null ? null : idFlaw("schemeId", schemeId)) ??
    (Object.hasOwn(CURRENCY_DECIMALS, currency) ? null : "currency: not known") ??
    (isDay(group.day) ? null : "day: no day") ??
    (Number.isSafeInteger(count) && count > 0 ? null : "count: no number of orders") ??
    (sum > 0n && sum <= AMOUNT_MAX ? null : "sum: not from 1 to 18 digits")
  )
}

function orderFlaw({ endToEndId, amount }: Debit | Credit): string | null {
  if (amount <= 0n || amount > AMOUNT_MAX) return "amount: not from 1 to 18 digits"
  return idFlaw("endToEndId", endToEndId)
}

function holderFlaw(who: string, holder: Holder, letters: Letters): string | null {
  const { documentNumber, documentType, accountType } = holder
  return (
    (clean(holder.name, NAME_MAX, letters) === "" ? `${who}.name: empty` : null) ??
    ((documentType === null) === (documentNumber === null)
      ? null
      : `${who}.documentNumber: a type or a number alone`) ??
    (documentType === null ? null : idFlaw(`${who}.documentType`, documentType)) ??
    (documentNumber === null ? null : idFlaw(`${who}.documentNumber`, documentNumber)) ??
    idFlaw(`${who}.account`, holder.account, ACCOUNT_MAX) ??
    (accountType === null ? null : idFlaw(`${who}.accountType`, accountType)) ??
    idFlaw(`${who}.bank`, holder.bank)
  )
}

function idFlaw(field: string, id: string, max = ID_MAX): string | null {
  if (id.length > max) return `${field}: longer than ${max} characters`
  return ID.test(id) && !id.endsWith(" ") ? null : `${field}: empty, or characters that none has`
}

function first<T>(values: readonly T[], flawOf: (value: T) => string | null): string | null {
  for (const value of values) {
    const flaw = flawOf(value)
    if (flaw !== null) return flaw
  }
  return null
}
