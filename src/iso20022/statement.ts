/** Reads camt.054.001.08 and camt.053.001.08: what moved on an account of ours. */
import { toSum, writeSum } from "./decimal.ts"
import {
  flawOf,
  malformed,
  mismatch,
  readCount,
  readDayChoice,
  readFlag,
  readHeader,
  readMoney,
  readPage,
} from "./header.ts"
import type { Entry, EntryEvent, Header, Made } from "./items.ts"
import type { Found, Hearer } from "./layout.ts"
import { Unreadable } from "./scan.ts"
import { FAMILY, type Name, NOTIFICATION, STATEMENT } from "./statement-layout.ts"
import { makeTotals } from "./statement-totals.ts"
import { own } from "./table.ts"

/** Bank transaction codes of the domain PMNT that say more than credit or debit. */
const EVENTS: Readonly<Record<string, EntryEvent>> = {
  RRTN: "return", // of a credit transfer
  UPDD: "return", // of a direct debit
  PRDD: "reversal", // of a direct debit's payment
  RCDD: "reversal", // after a request to cancel a direct debit
  RPCR: "reversal", // after a request to cancel a credit transfer
}
const DIRECTIONS: Readonly<Record<string, "credit" | "debit">> = { CRDT: "credit", DBIT: "debit" }
/** ISO's statuses of entries: only a booked one moved money. */
const BOOKED: Readonly<Record<string, boolean>> = {
  BOOK: true,
  PDNG: false,
  FUTR: false,
  INFO: false,
}
/** What a bank writes where an order came without an id: the standard's own word. */
const NO_ID = "NOTPROVIDED"

/** What an entry says of itself, and of every payment in it that doesn't say otherwise. */
type Core = Pick<Entry, "amount" | "currency" | "booked" | "direction" | "bookedOn" | "valueOn"> & {
  readonly reversed: boolean
}

/** The entry that is being read. */
type Current = {
  readonly record: Found<Name>
  core: Core | string | null
  payments: number
  inPart: number
  /** A payment without an amount of its own: it is the entry's when it stays the only one. */
  held: Found<Name> | null
  /** What the payments sum up to, in the entry's direction; null when that can't be told. */
  sum: bigint | null
  /** The group and the count that stand for payments which aren't listed. */
  batch: { readonly paymentInfoId: string | null; readonly payments: number } | null
}

/** Hears a notification or a statement and tells `make` what is in it. */
export function hearAccount(
  kind: "camt.054.001.08" | "camt.053.001.08",
  make: (item: Made) => void,
): Hearer<Name> {
  const { page: pagePath } = kind === "camt.053.001.08" ? STATEMENT : NOTIFICATION
  let header: Header | null = null
  let totals = makeTotals()
  let current: Current | null = null

  function coreOf(entry: Current): Core | string {
    entry.core ??= readCore(entry.record)
    return entry.core
  }

  function paymentEnds(record: Found<Name>, entry: Current): void {
    entry.payments += 1
    entry.inPart += 1
    const id = idOf(record)
    const wrong = (why: string) => {
      entry.sum = null
      make(malformed(record, why, id))
    }
    if (entry.held) {
      make(malformed(entry.held, "no amount of its own beside other payments", idOf(entry.held)))
      entry.held = null
      entry.sum = null
    }
    const core = coreOf(entry)
    if (typeof core === "string") return wrong(`its entry: ${core}`)
    const flaw = flawOf(record)
    if (flaw !== null) return wrong(flaw)
    const direction = record.values.get("CdtDbtInd")
    if (direction !== undefined && own(DIRECTIONS, direction) === undefined)
      return wrong(NO_DIRECTION)
    const stated = readMoney(record.values, "Amt")
    const money = stated === null ? readMoney(record.values, "AmtDtls/TxAmt/Amt") : stated
    if (money === undefined) return wrong(NO_AMOUNT)
    if (money !== null) return tell(record, entry, core, money)
    if (entry.payments > 1) return wrong("no amount of its own beside other payments")
    entry.held = record
  }

  function tell(
    record: Found<Name>,
    entry: Current,
    core: Core,
    money: { readonly amount: bigint; readonly currency: string },
  ): void {
    const direction = own(DIRECTIONS, record.values.get("CdtDbtInd") ?? "") ?? core.direction
    if (entry.sum !== null) {
      const worth = toSum(money.amount, money.currency)
      entry.sum += direction === core.direction ? worth : -worth
    }
    if (money.currency !== core.currency) entry.sum = null
    make({ ...entryOf(record, entry.record, core, direction), ...money })
  }

  function partEnds(record: Found<Name>, entry: Current): void {
    const said = readCount(record.values.get("Btch/NbOfTxs"))
    if (entry.inPart > 0) {
      const written = said === null ? null : String(said)
      const wrong = mismatch(record, "payments of an entry", written, String(entry.inPart))
      if (wrong) make(wrong)
    } else {
      const paymentInfoId = record.values.get("Btch/PmtInfId") ?? null
      entry.batch ??= { paymentInfoId, payments: said ?? 1 }
    }
  }

  function entryEnds(record: Found<Name>, entry: Current): void {
    // Read anew: what stands behind the payments belongs to it as well.
    const core = readCore(record)
    if (typeof core === "string") {
      totals.add(null)
      make(malformed(record, core))
      return
    }
    totals.add(core)
    if (entry.held) tell(entry.held, entry, core, core)
    else if (entry.payments === 0) {
      const { paymentInfoId: originalPaymentInfoId = null, payments = 1 } = entry.batch ?? {}
      const whole = entryOf(record, record, core, core.direction)
      make({ ...whole, originalPaymentInfoId, payments })
    } else if (entry.sum !== null) {
      const said = writeSum(toSum(core.amount, core.currency))
      const wrong = mismatch(record, "amount of an entry", said, writeSum(entry.sum))
      if (wrong) make(wrong)
    }
  }

  function statementEnds(record: Found<Name>): void {
    const { position, values } = record
    const flaw = flawOf(record)
    if (flaw !== null) make(malformed(record, flaw))
    // What a page lacks stands on the others.
    if (header?.page === null && readPage(values, pagePath) === null) {
      for (const wrong of totals.compare(record)) make(wrong)
    }
    make({
      item: "statement",
      id: values.get("Id") ?? "",
      account: accountOf(values),
      currency: values.get("Acct/Ccy") ?? null,
      entries: totals.entries(),
      opening: totals.opening(),
      closing: totals.closing(),
      position,
    })
  }

  const ends: Readonly<Record<Name, (record: Found<Name>) => void>> = {
    header(record) {
      header = readHeader(record, kind, null)
      make(header)
    },
    statement: statementEnds,
    balance: (record) => totals.balance(record),
    entry: (record) => entryEnds(record, current!),
    part: (record) => partEnds(record, current!),
    payment: (record) => paymentEnds(record, current!),
  }

  return {
    begin(record) {
      if (record.name === "statement") {
        if (header === null) throw new Unreadable("no GrpHdr before what it heads", record.position)
        totals = makeTotals()
      } else if (record.name === "entry") {
        current = { record, core: null, payments: 0, inPart: 0, held: null, sum: 0n, batch: null }
      } else if (record.name === "part") {
        current!.inPart = 0
      }
    },
    end: (record) => ends[record.name](record),
    finish() {
      if (header === null) throw new Unreadable("no GrpHdr", 0)
    },
  }
}

const NO_AMOUNT = "its Amt is no amount of a currency that is known"
const NO_DIRECTION = "its CdtDbtInd is neither CRDT nor DBIT"

/** What an entry says; a sentence about what is wrong with it otherwise. */
function readCore(record: Found<Name>): Core | string {
  const { values } = record
  const flaw = flawOf(record)
  if (flaw !== null) return flaw
  const money = readMoney(values, "Amt")
  if (!money) return money === null ? "no Amt" : NO_AMOUNT
  const direction = own(DIRECTIONS, values.get("CdtDbtInd") ?? "")
  if (direction === undefined) return NO_DIRECTION
  const reversed = readFlag(values.get("RvslInd") ?? "false")
  if (reversed === null) return "its RvslInd is neither true nor false"
  const status = values.get("Sts/Cd") ?? values.get("Sts/Prtry") ?? ""
  const booked = own(BOOKED, status)
  if (booked === undefined) return status === "" ? "no Sts" : `its status ${status} is not known`
  const [bookedOn, valueOn] = [readDayChoice(values, "BookgDt"), readDayChoice(values, "ValDt")]
  if (bookedOn === undefined) return "its BookgDt is no day"
  if (valueOn === undefined) return "its ValDt is no day"
  return { ...money, booked, direction, reversed, bookedOn, valueOn }
}

/** An item of a payment in an entry, or of the entry itself where it lists none. */
function entryOf(
  record: Found<Name>,
  entry: Found<Name>,
  { reversed, ...core }: Core,
  direction: Entry["direction"],
): Entry {
  const { position, values } = record
  const statement = entry.parent!.values
  const family = values.get(FAMILY) ?? entry.values.get(FAMILY) ?? ""
  const reasonCode = values.get("RtrInf/Rsn/Cd") ?? values.get("RtrInf/Rsn/Prtry") ?? null
  const event = own(EVENTS, family) ?? (reversed ? "reversal" : direction)
  return {
    item: "entry",
    ...core,
    direction,
    event: reasonCode === null ? event : "return",
    endToEndId: idOf(record),
    originalPaymentInfoId: values.get("Refs/PmtInfId") ?? null,
    payments: 1,
    reasonCode,
    reasonText: values.get("RtrInf/AddtlInf") ?? null,
    mandateId: values.get("Refs/MndtId") ?? null,
    reference: referenceOf(values) ?? referenceOf(entry.values),
    description: descriptionOf(values) ?? descriptionOf(entry.values),
    account: accountOf(statement),
    statementId: statement.get("Id") ?? "",
    statementPage: pageOf(statement),
    position,
  }
}

type Values = ReadonlyMap<string, string>

/** Which page of its statement it stands on; null where there is one only. */
function pageOf(statement: Values): number | null {
  const page = readPage(statement, STATEMENT.page) ?? readPage(statement, NOTIFICATION.page)
  return page?.number ?? null
}

function idOf({ values }: Found<Name>): string | null {
  const id = values.get("Refs/EndToEndId") ?? NO_ID
  return id === NO_ID ? null : id
}

function referenceOf(values: Values): string | null {
  const paths = ["Refs/AcctSvcrRef", "Refs/TxId", "Refs/ClrSysRef", "AcctSvcrRef", "NtryRef"]
  return firstOf(values, paths)
}

function descriptionOf(values: Values): string | null {
  return firstOf(values, ["RmtInf/Ustrd", "AddtlTxInf", "AddtlNtryInf"])
}

function accountOf(values: Values): string | null {
  return firstOf(values, ["Acct/Id/Othr/Id", "Acct/Id/IBAN"])
}

function firstOf(values: Values, paths: readonly string[]): string | null {
  for (const path of paths) {
    const value = values.get(path)
    if (value !== undefined) return value
  }
  return null
}
