/** Reads pain.008.001.08 and pain.001.001.09 as a bank does: for the simulated one. */
import { readDay, readSum, toSum, writeSum } from "./decimal.ts"
import {
  flawOf,
  HEADER_FIELDS,
  malformed,
  mismatch,
  readCount,
  readHeader,
  readMoney,
} from "./header.ts"
import type { Made } from "./items.ts"
import { type Found, type Hearer, type Layout, plan } from "./layout.ts"
import { Unreadable } from "./scan.ts"

export type Name = "header" | "group" | "order"

/** What differs between the two messages: whose account is ours, and where things stand. */
type Paths = {
  readonly root: string
  readonly day: string
  readonly own: string
  readonly order: string
  readonly amount: string
  readonly other: string
}
const DEBITS: Paths = {
  root: "CstmrDrctDbtInitn",
  day: "ReqdColltnDt",
  own: "CdtrAcct",
  order: "DrctDbtTxInf",
  amount: "InstdAmt",
  other: "Dbtr",
}
const CREDITS: Paths = {
  root: "CstmrCdtTrfInitn",
  day: "ReqdExctnDt/Dt",
  own: "DbtrAcct",
  order: "CdtTrfTxInf",
  amount: "Amt/InstdAmt",
  other: "Cdtr",
}

function layoutOf({ root, day, own, order, amount, other }: Paths): Layout<Name> {
  return {
    header: { at: `${root}/GrpHdr`, fields: { ...HEADER_FIELDS, NbOfTxs: {}, CtrlSum: {} } },
    group: {
      at: `${root}/PmtInf`,
      fields: { PmtInfId: {}, NbOfTxs: {}, CtrlSum: {}, [day]: {}, [`${own}/Id/Othr/Id`]: {} },
    },
    order: {
      at: `${root}/PmtInf/${order}`,
      fields: {
        "PmtId/EndToEndId": {},
        [amount]: {},
        [`${amount}@Ccy`]: {},
        [`${other}/Nm`]: { cut: true, max: 140 },
        [`${other}Acct/Id/Othr/Id`]: {},
      },
    },
  }
}

export const DEBITS_PLAN = plan(layoutOf(DEBITS))
export const CREDITS_PLAN = plan(layoutOf(CREDITS))

/** Hears a file of orders and tells `make` what is in it. */
export function hearOrders(
  kind: "pain.008.001.08" | "pain.001.001.09",
  make: (item: Made) => void,
): Hearer<Name> {
  const paths = kind === "pain.008.001.08" ? DEBITS : CREDITS
  let header: Found<Name> | null = null
  const all = { count: 0, sum: 0n }
  let group = { count: 0, sum: 0n }

  function orderEnds(record: Found<Name>): void {
    const { position, values } = record
    const above = record.parent!.values
    const endToEndId = values.get("PmtId/EndToEndId")
    const money = readMoney(values, paths.amount)
    const day = readDay(above.get(paths.day) ?? "")
    const account = values.get(`${paths.other}Acct/Id/Othr/Id`)
    const ownAccount = above.get(`${paths.own}/Id/Othr/Id`)
    const paymentInfoId = above.get("PmtInfId")
    const flaw = flawOf(record) ?? flawOf(record.parent!)
    for (const total of [all, group]) {
      total.count += 1
      if (money) total.sum += toSum(money.amount, money.currency)
    }
    if (flaw === null && endToEndId && money && day && account && ownAccount && paymentInfoId) {
      const name = values.get(`${paths.other}/Nm`) ?? null
      const ids = { endToEndId, paymentInfoId, ownAccount, account, name }
      make({ item: "order", ...ids, ...money, day, position })
    } else {
      make(malformed(record, flaw ?? "something that an order needs is missing", endToEndId))
    }
  }

  function compare(record: Found<Name>, what: string, found: { count: number; sum: bigint }): void {
    const count = readCount(record.values.get("NbOfTxs"))?.toString() ?? null
    const sum = readSum(record.values.get("CtrlSum") ?? "")
    for (const wrong of [
      mismatch(record, `orders of ${what}`, count, String(found.count)),
      mismatch(record, `sum of ${what}`, sum === null ? null : writeSum(sum), writeSum(found.sum)),
    ]) {
      if (wrong) make(wrong)
    }
  }

  return {
    begin(record) {
      if (record.name === "group") group = { count: 0, sum: 0n }
      if (record.name !== "header" && header === null) {
        throw new Unreadable("no GrpHdr before what it heads", record.position)
      }
    },
    end(record) {
      if (record.name === "order") orderEnds(record)
      else if (record.name === "group") compare(record, "a group", group)
      else {
        header = record
        make(readHeader(record, kind, null))
      }
    },
    finish() {
      if (header === null) throw new Unreadable("no GrpHdr", 0)
      compare(header, "the file", all)
    },
  }
}
