/** Reads pain.002.001.10: what a bank made of a file of orders. */
import { readSum, toSum, writeSum } from "./decimal.ts"
import {
  flawOf,
  HEADER_FIELDS,
  malformed,
  mismatch,
  readCount,
  readHeader,
  readMoney,
} from "./header.ts"
import type { Header, Made, Meaning, Status } from "./items.ts"
import { type Found, type Hearer, type Layout, plan } from "./layout.ts"
import { Unreadable } from "./scan.ts"
import { own } from "./table.ts"

/**
 * ISO's external lists of statuses. `accepted` is no money yet: the collection day decides. A code
 * that isn't here is reported, for nobody may guess what it means to money.
 */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  RCVD: "pending",
  PDNG: "pending",
  ACTC: "pending", // its form is right
  PATC: "pending", // some signatures are missing
  ACFC: "pending", // funds checked
  ACCP: "accepted",
  ACWC: "accepted", // with a change, such as of its date
  ACSP: "accepted", // being settled
  ACWP: "accepted", // but not posted yet
  ACPD: "accepted", // and released to the clearing
  ACSC: "settled",
  ACCC: "settled",
  RJCT: "rejected",
  BLCK: "rejected",
  CANC: "cancelled",
  PART: "partial",
}

type Name = "header" | "original" | "group" | "order" | "saidOfAll" | "saidOfGroup"

const ROOT = "CstmrPmtStsRpt"
const REASON = {
  "StsRsnInf/Rsn/Cd": { repeated: "first" },
  "StsRsnInf/Rsn/Prtry": { repeated: "first" },
  "StsRsnInf/AddtlInf": { repeated: "first", cut: true, max: 105 },
} as const
const SAID = { DtldNbOfTxs: {}, DtldSts: {}, DtldCtrlSum: {} } as const
const LAYOUT: Layout<Name> = {
  header: { at: `${ROOT}/GrpHdr`, fields: HEADER_FIELDS },
  original: {
    at: `${ROOT}/OrgnlGrpInfAndSts`,
    fields: {
      OrgnlMsgId: {},
      OrgnlMsgNmId: {},
      OrgnlNbOfTxs: {},
      OrgnlCtrlSum: {},
      GrpSts: {},
      ...REASON,
    },
  },
  group: {
    at: `${ROOT}/OrgnlPmtInfAndSts`,
    fields: { OrgnlPmtInfId: {}, PmtInfSts: {}, ...REASON },
  },
  saidOfAll: { at: `${ROOT}/OrgnlGrpInfAndSts/NbOfTxsPerSts`, fields: SAID },
  saidOfGroup: { at: `${ROOT}/OrgnlPmtInfAndSts/NbOfTxsPerSts`, fields: SAID },
  order: {
    at: `${ROOT}/OrgnlPmtInfAndSts/TxInfAndSts`,
    fields: {
      StsId: {},
      OrgnlEndToEndId: {},
      TxSts: {},
      AcctSvcrRef: {},
      ClrSysRef: {},
      "OrgnlTxRef/Amt/InstdAmt": {},
      "OrgnlTxRef/Amt/InstdAmt@Ccy": {},
      ...REASON,
    },
  },
}

/** Where records of a status report stand. */
export const STATUS_PLAN = plan(LAYOUT)

/** Hears a status report and tells `make` what is in it. */
export function hearStatus(make: (item: Made) => void): Hearer<Name> {
  let header: Found<Name> | null = null
  let original: { readonly messageId: string; readonly code: string | undefined } | null = null
  let groupTold = false
  const ofAll = makeTally(make)
  let ofGroup = makeTally(make)

  function originalEnds(record: Found<Name>): void {
    const { position, values } = record
    if (header === null) throw new Unreadable("no GrpHdr before what it heads", position)
    const messageId = values.get("OrgnlMsgId")
    if (messageId === undefined) throw new Unreadable(flawOf(record) ?? "no OrgnlMsgId", position)
    original = { messageId, code: values.get("GrpSts") }
    make(readHeader(header, "pain.002.001.10", originalOf(record, messageId)))
    if (original.code !== undefined) tell(record, "file", original.code, null)
  }

  /** Tells of a group as a whole: before its first order, and at its end when it has none. */
  function tellGroup(record: Found<Name>): void {
    if (groupTold) return
    groupTold = true
    const code = record.values.get("PmtInfSts")
    const id = record.values.get("OrgnlPmtInfId")
    if (id === undefined) make(malformed(record, flawOf(record) ?? "no OrgnlPmtInfId"))
    else if (code !== undefined) tell(record, "group", code, id)
  }

  function orderEnds(record: Found<Name>): void {
    const group = record.parent!
    // An order without a status of its own has its group's, or its file's.
    const code = record.values.get("TxSts") ?? group.values.get("PmtInfSts") ?? original?.code ?? ""
    const status = tell(record, "order", code, group.values.get("OrgnlPmtInfId") ?? null)
    ofAll.count(code, status)
    ofGroup.count(code, status)
  }

  function tell(
    record: Found<Name>,
    of: Status["of"],
    code: string,
    originalPaymentInfoId: string | null,
  ): Status | null {
    const { position, values } = record
    const endToEndId = values.get("OrgnlEndToEndId") ?? null
    const wrong = (why: string) => {
      make(malformed(record, why, endToEndId))
      return null
    }
    if (original === null) throw new Unreadable("no OrgnlGrpInfAndSts before a status", position)
    const flaw = flawOf(record)
    if (flaw !== null) return wrong(flaw)
    const means = own(MEANINGS, code)
    if (means === undefined) return wrong(code === "" ? "no status" : `status ${code} is not known`)
    if (of === "order" && means === "partial") return wrong("an order that is accepted in part")
    const money = readMoney(values, "OrgnlTxRef/Amt/InstdAmt")
    if (money === undefined) return wrong("OrgnlTxRef/Amt/InstdAmt is no amount")
    const status: Status = {
      item: "status",
      of,
      code,
      means,
      reasonCode: values.get("StsRsnInf/Rsn/Cd") ?? values.get("StsRsnInf/Rsn/Prtry") ?? null,
      reasonText: values.get("StsRsnInf/AddtlInf") ?? null,
      originalMessageId: original.messageId,
      originalPaymentInfoId,
      endToEndId,
      amount: money?.amount ?? null,
      currency: money?.currency ?? null,
      reference:
        values.get("AcctSvcrRef") ?? values.get("ClrSysRef") ?? values.get("StsId") ?? null,
      position,
    }
    make(status)
    return status
  }

  return {
    begin(record) {
      if (record.name === "order") tellGroup(record.parent!)
      if (record.name !== "group") return
      groupTold = false
      ofGroup = makeTally(make)
    },
    end(record) {
      if (record.name === "header") header = record
      else if (record.name === "original") originalEnds(record)
      else if (record.name === "order") orderEnds(record)
      else if (record.name === "saidOfAll") ofAll.said(record)
      else if (record.name === "saidOfGroup") ofGroup.said(record)
      else {
        tellGroup(record)
        ofGroup.compare()
      }
    },
    finish() {
      if (original === null) throw new Unreadable("no OrgnlGrpInfAndSts", 0)
      ofAll.compare()
    },
  }
}

/** What the bank says of the orders with each status, beside what was counted. */
function makeTally(make: (item: Made) => void) {
  const sayings = new Map<string, Found<Name>>()
  const counts = new Map<string, { count: number; sum: bigint; summed: boolean }>()
  return {
    said(record: Found<Name>): void {
      const code = record.values.get("DtldSts") ?? ""
      if (own(MEANINGS, code) !== undefined) sayings.set(code, record)
    },
    /** Counts an order; with null for one that has this status and couldn't be read otherwise. */
    count(code: string, status: Status | null): void {
      if (own(MEANINGS, code) === undefined) return
      const total = counts.get(code) ?? { count: 0, sum: 0n, summed: true }
      counts.set(code, total)
      total.count += 1
      if (!status || status.amount === null || status.currency === null) total.summed = false
      else total.sum += toSum(status.amount, status.currency)
    },
    /** Banks list only what they refuse, so a total is wrong only where orders of it are listed. */
    compare(): void {
      for (const [code, record] of sayings) {
        const found = counts.get(code)
        if (!found) continue
        const count = readCount(record.values.get("DtldNbOfTxs"))?.toString() ?? null
        const sum = found.summed ? readSum(record.values.get("DtldCtrlSum") ?? "") : null
        const of = `orders with ${code}`
        for (const each of [
          mismatch(record, of, count, String(found.count)),
          mismatch(
            record,
            `sum of ${of}`,
            sum === null ? null : writeSum(sum),
            writeSum(found.sum),
          ),
        ]) {
          if (each) make(each)
        }
      }
    },
  }
}

function originalOf({ values }: Found<Name>, messageId: string): NonNullable<Header["original"]> {
  return {
    messageId,
    kind: values.get("OrgnlMsgNmId") ?? "",
    count: readCount(values.get("OrgnlNbOfTxs")),
    sum: values.get("OrgnlCtrlSum") ?? null,
  }
}
