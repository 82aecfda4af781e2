/** Sandbox only: the bank's side of an attempt whose payer has to agree. */
import type { Queries } from "../../db/database.ts"
import type { Merchant } from "../merchants/merchant.ts"
import { findMerchant } from "../merchants/store.ts"
import type { BankAnswer, Order, Rail, SimulatedBank } from "../rail.ts"
import type { Keyring } from "../seal.ts"
import type { Attempt } from "./attempt.ts"
import type { Payment } from "./payment.ts"
import { orderOf } from "./prepare.ts"
import { findAnyPayment, findAttempt } from "./store.ts"

export type BankParts = {
  readonly mode: "sandbox" | "live"
  readonly database: Queries
  readonly keyring: Keyring
  readonly rails: ReadonlyMap<string, Rail>
}

/** What a bank was asked for, as its page shows it. */
export type AtBank = {
  readonly payment: Payment
  readonly merchant: Merchant
  readonly attempt: Attempt
  readonly order: Order
} & NonNullable<ReturnType<SimulatedBank["find"]>>

/** What a bank posts, and where: to the connection of a rail. */
export type BankNotice = { readonly rail: string } & ReturnType<SimulatedBank["notice"]>

/** Makes the verbs of the bank's pages. */
export function makeBank({ mode, database, keyring, rails }: BankParts) {
  async function open(attemptId: string) {
    if (mode !== "sandbox") return null
    const attempt = await findAttempt(database, attemptId)
    const bank = attempt && rails.get(attempt.rail)?.bank
    if (!attempt || !bank) return null
    const order = orderOf(attempt, keyring)
    const found = bank.find(order)
    return found && { attempt, order, bank, found }
  }

  return {
    /** What the bank was asked for; null for anything that no payer was sent there for. */
    async find(attemptId: string): Promise<AtBank | null> {
      const opened = await open(attemptId)
      if (!opened) return null
      const { attempt, order, found } = opened
      const payment = await findAnyPayment(database, attempt.paymentId)
      const merchant = payment && (await findMerchant(database, payment.merchantId))
      if (!payment || !merchant) return null
      return { payment, merchant, attempt, order, ...found }
    },
    /** Tells the bank what its customer did. The core hears of it from the bank alone. */
    async answer(attemptId: string, answer: BankAnswer): Promise<void> {
      const opened = await open(attemptId)
      opened?.bank.answer(opened.order, answer)
    },
    /** What the bank would post about it; null for what it doesn't know. */
    async notice(attemptId: string): Promise<BankNotice | null> {
      const opened = await open(attemptId)
      return opened && { rail: opened.attempt.rail, ...opened.bank.notice(opened.order) }
    },
  }
}
