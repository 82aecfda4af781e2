/** Writes what moved on an account, as the simulated bank of a sandbox tells it. */

import type { Day } from "../calendar.ts"
import type { Reason } from "../core/index.ts"
import { decimal, type Message, runs, sumOf } from "./bank-side.ts"
import { amountLeaf, branch, closeDocument, gather, leaf, openDocument } from "./elements.ts"
import type { Kind } from "./items.ts"
import { REMITTANCE_MAX } from "./orders.ts"
import { codeOf } from "./reasons.ts"
import { clean } from "./text.ts"

/** Money that moved on the account. */
export type Movement = {
  /** Null for money that nobody ordered over a file. */
  readonly endToEndId: string | null
  readonly paymentInfoId: string | null
  /** What was ordered: a debit from a payer, a transfer to one. Null for other money. */
  readonly of: "debit" | "transfer" | null
  readonly direction: "credit" | "debit"
  readonly amount: bigint
  /** Why it came back: set, it is a return. */
  readonly returned: Reason | null
  readonly reference: string
  readonly text: string | null
}

export type AccountReport = Message & {
  readonly id: string
  readonly account: string
  readonly currency: string
  readonly bookedOn: Day
  /** In order. With `batched`, neighbours of one group that weren't returned are one entry. */
  readonly movements: readonly Movement[]
  readonly batched: boolean
}

/** A camt.054.001.08: what moved, at once. In pieces of text. */
export function writeNotification(report: AccountReport): Generator<string> {
  return writeAccount(report, "camt.054.001.08", "BkToCstmrDbtCdtNtfctn", "Ntfctn", null)
}

/**
 * A camt.053.001.08: a day of the account, after `opening` minor units were on it (below zero for
 * money that is owed). In pieces of text.
 */
export function writeStatement(report: AccountReport, opening: bigint): Generator<string> {
  return writeAccount(report, "camt.053.001.08", "BkToCstmrStmt", "Stmt", opening)
}

function* writeAccount(
  report: AccountReport,
  kind: Kind,
  root: string,
  part: string,
  opening: bigint | null,
): Generator<string> {
  const { account, createdAt, currency, id, messageId, movements } = report
  const created = createdAt.toISOString()
  const entries = [...runs(movements, (one, other) => report.batched && areOneEntry(one, other))]
  const out = gather()
  out.add(openDocument(kind, root))
  out.add(branch("GrpHdr", leaf("MsgId", messageId), leaf("CreDtTm", created)))
  out.add(`\n<${part}>${leaf("Id", id)}${leaf("CreDtTm", created)}`)
  out.add(branch("Acct", branch("Id", branch("Othr", leaf("Id", account))), leaf("Ccy", currency)))
  if (opening !== null) {
    out.add(balance("OPBD", opening, report))
    out.add(balance("CLBD", opening + netOf(movements), report))
  }
  out.add(summary(entries, currency))
  for (const [at, entry] of entries.entries()) {
    for (const text of entryElements(entry, at, report)) {
      out.add(text)
      const piece = out.full()
      if (piece !== null) yield piece
    }
  }
  out.add(`\n</${part}>\n${closeDocument(root)}`)
  yield out.rest()
}

function balance(code: string, amount: bigint, { bookedOn, currency }: AccountReport): string {
  const absolute = amount < 0n ? -amount : amount
  return branch(
    "Bal",
    branch("Tp", branch("CdOrPrtry", leaf("Cd", code))),
    amountLeaf("Amt", decimal(absolute, currency), currency),
    leaf("CdtDbtInd", amount < 0n ? "DBIT" : "CRDT"),
    branch("Dt", leaf("Dt", bookedOn)),
  )
}

function summary(entries: readonly (readonly Movement[])[], currency: string): string {
  const [credits, debits] = (["credit", "debit"] as const).map((direction) =>
    entries.filter(([first]) => first!.direction === direction),
  )
  const total = (name: string, of: readonly (readonly Movement[])[]) =>
    branch(
      name,
      leaf("NbOfNtries", String(of.length)),
      leaf("Sum", decimal(sumOf(of.flat()), currency)),
    )
  return branch(
    "TxsSummry",
    total("TtlNtries", entries),
    total("TtlCdtNtries", credits!),
    total("TtlDbtNtries", debits!),
  )
}

/** ISO's bank transaction codes: family and sub-family in the domain of payments. */
function codesOf({ of, returned }: Movement): readonly [family: string, subFamily: string] {
  if (of === "debit") return ["IDDT", returned === null ? "PMDD" : "UPDD"]
  if (of === "transfer") return ["ICDT", returned === null ? "DMCT" : "RRTN"]
  return ["RCDT", "DMCT"]
}

function* entryElements(
  payments: readonly Movement[],
  at: number,
  { bookedOn, currency }: AccountReport,
): Generator<string> {
  const first = payments[0]!
  const [family, subFamily] = codesOf(first)
  const code = branch("Fmly", leaf("Cd", family), leaf("SubFmlyCd", subFamily))
  const amount = amountLeaf("Amt", decimal(sumOf(payments), currency), currency)
  const direction = leaf("CdtDbtInd", indicator(first))
  yield [
    "\n<Ntry>",
    leaf("NtryRef", String(at + 1)),
    amount,
    direction,
    branch("Sts", leaf("Cd", "BOOK")),
    branch("BookgDt", leaf("Dt", bookedOn)),
    branch("ValDt", leaf("Dt", bookedOn)),
    leaf("AcctSvcrRef", first.reference),
    branch("BkTxCd", branch("Domn", leaf("Cd", "PMNT"), code)),
    "<NtryDtls>",
    payments.length === 1
      ? ""
      : branch(
          "Btch",
          leaf("PmtInfId", first.paymentInfoId),
          leaf("NbOfTxs", String(payments.length)),
          amount.replaceAll("Amt", "TtlAmt"),
          direction,
        ),
  ].join("")
  for (const payment of payments) yield paymentElement(payment, currency)
  yield "</NtryDtls></Ntry>"
}

function paymentElement(payment: Movement, currency: string): string {
  const { amount, endToEndId, paymentInfoId, reference, returned, text } = payment
  const element = branch(
    "TxDtls",
    branch(
      "Refs",
      leaf("AcctSvcrRef", reference),
      leaf("PmtInfId", paymentInfoId),
      leaf("EndToEndId", endToEndId ?? "NOTPROVIDED"),
    ),
    amountLeaf("Amt", decimal(amount, currency), currency),
    leaf("CdtDbtInd", indicator(payment)),
    branch("RmtInf", leaf("Ustrd", clean(text ?? "", REMITTANCE_MAX))),
    returned === null ? "" : branch("RtrInf", branch("Rsn", leaf("Cd", codeOf(returned)))),
  )
  return `\n${element}`
}

function areOneEntry(one: Movement, other: Movement): boolean {
  const plain = one.returned === null && other.returned === null && one.paymentInfoId !== null
  return plain && one.paymentInfoId === other.paymentInfoId && one.direction === other.direction
}

function indicator({ direction }: Movement): string {
  return direction === "credit" ? "CRDT" : "DBIT"
}

function netOf(movements: readonly Movement[]): bigint {
  return movements.reduce(
    (net, { amount, direction }) => net + (direction === "credit" ? amount : -amount),
    0n,
  )
}
