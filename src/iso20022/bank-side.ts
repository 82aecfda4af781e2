/** Writes a bank's status report, for the simulated bank of a sandbox; shared with its accounts. */
import type { Reason } from "../core/index.ts"
import { decimalsOf, formatDecimal } from "../money.ts"
import { amountLeaf, branch, closeDocument, gather, leaf, openDocument } from "./elements.ts"
import type { Kind } from "./items.ts"
import { codeOf } from "./reasons.ts"

/** What every message of a bank has. */
export type Message = { readonly messageId: string; readonly createdAt: Date }

/** What becomes of one order. */
export type Answer = {
  readonly paymentInfoId: string
  readonly endToEndId: string
  /** ISO's code, such as `ACSP` or `RJCT`. */
  readonly status: string
  /** Why not, for a status that needs it. */
  readonly reason: Reason | null
  readonly amount: bigint
  readonly currency: string
  readonly reference: string
}

export type StatusReport = Message & {
  readonly original: { readonly messageId: string; readonly kind: Kind; readonly count: number }
  /** What becomes of the whole file, where the bank says that; then `answers` may be empty. */
  readonly fileStatus: { readonly status: string; readonly reason: Reason | null } | null
  /** Those of one group follow each other. */
  readonly answers: readonly Answer[]
}

/** A pain.002.001.10 about a file of orders, in pieces of text. */
export function* writeStatusReport(report: StatusReport): Generator<string> {
  const { answers, createdAt, fileStatus, messageId, original } = report
  const out = gather()
  out.add(openDocument("pain.002.001.10", "CstmrPmtStsRpt"))
  out.add(
    branch("GrpHdr", leaf("MsgId", messageId), leaf("CreDtTm", createdAt.toISOString())) +
      branch(
        "OrgnlGrpInfAndSts",
        leaf("OrgnlMsgId", original.messageId),
        leaf("OrgnlMsgNmId", original.kind),
        leaf("OrgnlNbOfTxs", String(original.count)),
        leaf("GrpSts", fileStatus?.status ?? null),
        statusReason(fileStatus?.reason ?? null),
      ),
  )
  for (const group of runs(answers, (one, other) => one.paymentInfoId === other.paymentInfoId)) {
    out.add(`\n<OrgnlPmtInfAndSts>${leaf("OrgnlPmtInfId", group[0]!.paymentInfoId)}`)
    const statuses = [...new Set(group.map(({ status }) => status))]
    out.add(statuses.map((status) => countOf(group, status)).join(""))
    for (const answer of group) {
      out.add(answerElement(answer))
      const piece = out.full()
      if (piece !== null) yield piece
    }
    out.add("\n</OrgnlPmtInfAndSts>")
  }
  out.add(`\n${closeDocument("CstmrPmtStsRpt")}`)
  yield out.rest()
}

function answerElement({
  amount,
  currency,
  endToEndId,
  reason,
  reference,
  status,
}: Answer): string {
  const element = branch(
    "TxInfAndSts",
    leaf("OrgnlEndToEndId", endToEndId),
    leaf("TxSts", status),
    statusReason(reason),
    leaf("AcctSvcrRef", reference),
    branch(
      "OrgnlTxRef",
      branch("Amt", amountLeaf("InstdAmt", decimal(amount, currency), currency)),
    ),
  )
  return `\n${element}`
}

function statusReason(reason: Reason | null): string {
  return reason === null ? "" : branch("StsRsnInf", branch("Rsn", leaf("Cd", codeOf(reason))))
}

function countOf(group: readonly Answer[], status: string): string {
  const those = group.filter((answer) => answer.status === status)
  return branch(
    "NbOfTxsPerSts",
    leaf("DtldNbOfTxs", String(those.length)),
    leaf("DtldSts", status),
    leaf("DtldCtrlSum", decimal(sumOf(those), those[0]!.currency)),
  )
}

/** Neighbours that belong together, as one list each. */
export function* runs<T>(
  values: readonly T[],
  together: (one: T, other: T) => boolean,
): Generator<T[]> {
  let run: T[] = []
  for (const value of values) {
    if (run.length > 0 && !together(run.at(-1)!, value)) {
      yield run
      run = []
    }
    run.push(value)
  }
  if (run.length > 0) yield run
}

/** What amounts come to. */
export function sumOf(values: readonly { readonly amount: bigint }[]): bigint {
  return values.reduce((sum, { amount }) => sum + amount, 0n)
}

/** Minor units as a file writes them. */
export function decimal(amount: bigint, currency: string): string {
  return formatDecimal(amount, decimalsOf(currency))
}
