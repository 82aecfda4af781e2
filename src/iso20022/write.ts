/** Writes files for a bank: pain.008.001.08 collects debits, pain.001.001.09 pays credits. */
import { decimalsOf, formatDecimal } from "../money.ts"
import { AMOUNT_MAX } from "./decimal.ts"
import { amountLeaf, branch, closeDocument, gather, leaf, openDocument } from "./elements.ts"
import {
  type Credit,
  creditFlaw,
  type Debit,
  debitFlaw,
  fileFlaw,
  type Group,
  type OrderFile,
  REMITTANCE_MAX,
} from "./orders.ts"
import {
  accountElement,
  bankElement,
  holderElement,
  initiatorElement,
  schemeElement,
} from "./parties.ts"
import { clean, type Letters } from "./text.ts"

/** A stored account is charged again and again under one mandate. */
const RECURRENT = "RCUR"

/** A file could not be written as it was asked for: nothing of it may reach a bank. */
export class Unwritable extends Error {
  override name = "Unwritable"
}

/**
 * Writes debits as a customer's direct debit initiation, in pieces of text. The same input gives
 * the same text. Throws `Unwritable` for a field that doesn't fit, for an order that comes twice,
 * and when the orders of a group aren't as many, or don't sum up to as much, as was said before
 * them: then pieces were handed out already, and none of them may be used.
 */
export function writeDebits(file: OrderFile<Debit>): AsyncGenerator<string> {
  return write(DEBITS, file)
}

/** Writes credits as a customer's credit transfer initiation: as `writeDebits`. */
export function writeCredits(file: OrderFile<Credit>): AsyncGenerator<string> {
  return write(CREDITS, file)
}

/** How a message differs from the other one that we write. */
type Message<Order> = {
  readonly kind: string
  readonly root: string
  readonly head: (group: Group<Order>, letters: Letters) => string
  readonly flawOf: (order: Order, letters: Letters) => string | null
  readonly element: (order: Order, currency: string, letters: Letters) => string
}

const DEBITS: Message<Debit> = {
  kind: "pain.008.001.08",
  root: "CstmrDrctDbtInitn",
  head: debitGroup,
  flawOf: debitFlaw,
  element: debitElement,
}
const CREDITS: Message<Credit> = {
  kind: "pain.001.001.09",
  root: "CstmrCdtTrfInitn",
  head: creditGroup,
  flawOf: creditFlaw,
  element: creditElement,
}

async function* write<Order extends Debit | Credit>(
  { element, flawOf, head, kind, root }: Message<Order>,
  file: OrderFile<Order>,
): AsyncGenerator<string> {
  const { letters = "any" } = file
  const flaw = fileFlaw(file)
  if (flaw !== null) throw new Unwritable(flaw)
  // A bank that takes one id twice may move the money twice.
  const seen = new Set<string>()
  const out = gather()
  out.add(openDocument(kind, root) + fileHeader(file, letters))
  for (const group of file.groups) {
    out.add(`<PmtInf>\n${head(group, letters)}\n`)
    let count = 0
    let sum = 0n
    for await (const order of group.orders) {
      const wrong = flawOf(order, letters)
      if (wrong !== null) throw new Unwritable(`${order.endToEndId}: ${wrong}`)
      if (seen.has(order.endToEndId)) throw new Unwritable(`${order.endToEndId}: twice`)
      seen.add(order.endToEndId)
      count += 1
      sum += order.amount
      out.add(element(order, group.currency, letters))
      const piece = out.full()
      if (piece !== null) yield piece
    }
    if (count !== group.count || sum !== group.sum) {
      const said = `${group.count} orders of ${group.sum} in all`
      throw new Unwritable(`${group.paymentInfoId}: ${said} were said, ${count} of ${sum} came`)
    }
    out.add("</PmtInf>\n")
  }
  out.add(closeDocument(root))
  yield out.rest()
}

function fileHeader(file: OrderFile<unknown>, letters: Letters): string {
  const count = file.groups.reduce((all, group) => all + group.count, 0)
  const header = branch(
    "GrpHdr",
    leaf("MsgId", file.messageId),
    leaf("CreDtTm", file.createdAt.toISOString()),
    leaf("NbOfTxs", String(count)),
    leaf("CtrlSum", controlSum(file.groups)),
    initiatorElement(file.initiator, letters),
  )
  return `${header}\n`
}

/** The sum of all amounts "irrespective of currencies", as the standard has it. */
function controlSum(groups: readonly Group<unknown>[]): string {
  const decimals = Math.max(...groups.map(({ currency }) => decimalsOf(currency)))
  const sum = groups.reduce(
    (all, group) => all + group.sum * 10n ** BigInt(decimals - decimalsOf(group.currency)),
    0n,
  )
  if (sum > AMOUNT_MAX) throw new Unwritable("groups: a sum of more than 18 digits")
  return formatDecimal(sum, decimals)
}

function debitGroup(group: Group<unknown>, letters: Letters): string {
  return [
    ...groupStart(group, "DD"),
    branch("PmtTpInf", leaf("SeqTp", RECURRENT)),
    leaf("ReqdColltnDt", group.day),
    ...ownerElements("Cdtr", group, letters),
    schemeElement(group.schemeId ?? null),
  ].join("")
}

function creditGroup(group: Group<unknown>, letters: Letters): string {
  return [
    ...groupStart(group, "TRF"),
    branch("ReqdExctnDt", leaf("Dt", group.day)),
    ...ownerElements("Dbtr", group, letters),
  ].join("")
}

function groupStart(group: Group<unknown>, method: string): readonly string[] {
  return [
    leaf("PmtInfId", group.paymentInfoId),
    leaf("PmtMtd", method),
    leaf("NbOfTxs", String(group.count)),
    leaf("CtrlSum", formatDecimal(group.sum, decimalsOf(group.currency))),
  ]
}

function ownerElements(
  name: "Cdtr" | "Dbtr",
  { owner, currency }: Group<unknown>,
  letters: Letters,
): readonly string[] {
  return [
    holderElement(name, owner, letters),
    accountElement(`${name}Acct`, owner, currency),
    bankElement(`${name}Agt`, owner),
  ]
}

function debitElement(debit: Debit, currency: string, letters: Letters): string {
  const { amount, debtor, endToEndId, mandate } = debit
  const element = branch(
    "DrctDbtTxInf",
    branch("PmtId", leaf("EndToEndId", endToEndId)),
    amountLeaf("InstdAmt", formatDecimal(amount, decimalsOf(currency)), currency),
    branch(
      "DrctDbtTx",
      branch("MndtRltdInf", leaf("MndtId", mandate.id), leaf("DtOfSgntr", mandate.signedOn)),
    ),
    bankElement("DbtrAgt", debtor),
    holderElement("Dbtr", debtor, letters),
    accountElement("DbtrAcct", debtor, null),
    remittanceElement(debit.remittance, letters),
  )
  return `${element}\n`
}

function creditElement(credit: Credit, currency: string, letters: Letters): string {
  const { amount, creditor, endToEndId } = credit
  const decimal = formatDecimal(amount, decimalsOf(currency))
  const element = branch(
    "CdtTrfTxInf",
    branch("PmtId", leaf("EndToEndId", endToEndId)),
    branch("Amt", amountLeaf("InstdAmt", decimal, currency)),
    bankElement("CdtrAgt", creditor),
    holderElement("Cdtr", creditor, letters),
    accountElement("CdtrAcct", creditor, null),
    remittanceElement(credit.remittance, letters),
  )
  return `${element}\n`
}

function remittanceElement(remittance: string | null, letters: Letters): string {
  return branch("RmtInf", leaf("Ustrd", clean(remittance ?? "", REMITTANCE_MAX, letters)))
}
