/** A bank's file as the core hears it: what each line says of which order, if it is believed. */
import { createHash } from "node:crypto"
import type { BankLine, Clock, Said, Saying } from "../../core/index.ts"
import { fromFileId } from "../../iso20022/ids.ts"
import type {
  Entry,
  Header,
  Item,
  Malformed,
  Meaning,
  Mismatch,
  Status,
} from "../../iso20022/items.ts"
import { reasonOf } from "../../iso20022/reasons.ts"
import type { BankFilesSettings } from "./settings.ts"
import { dayIn, instantOf } from "./when.ts"

/** What ISO's statuses say of an order. `settled` is the bank's word only: the account decides. */
const SAYING_OF_STATUS = {
  pending: "nothing",
  partial: "nothing",
  accepted: "accepted",
  settled: "approved",
  rejected: "rejected",
  cancelled: "rejected",
} as const satisfies Record<Meaning, Saying>

/** A bank that takes an earlier entry back undoes what it was for, as the other bank's return. */
const SAYING_OF_ENTRY = {
  credit: "credit",
  debit: "debit",
  return: "return",
  reversal: "return",
} as const satisfies Record<Entry["event"], Saying>

const SOURCES: Readonly<Record<string, BankLine["source"]>> = {
  "pain.002.001.10": "status",
  "camt.054.001.08": "notification",
  "camt.053.001.08": "statement",
}

/** What a table keeps of a bank's texts. */
const ID_MAX = 64
const NOTE_MAX = 200
/** What a table keeps of a count: no group of ours has as many. */
const COUNT_MAX = 2 ** 31 - 1
/** Days before this one are no days on which a file of ours came to anything. */
const DAY_MIN = "2000-01-01"
/**
 * Far more than fit into the longest file that is read, at the length of lines that banks write:
 * each is kept, and remembered while its file is read.
 */
const LINES_MAX = 2_000_000
/** So many totals that don't fit are named; one is enough to refuse a file. */
const WRONG_MAX = 5
const RULE = "bank-files"

export type IncomingParts = {
  readonly clock: Clock
  readonly settings: Pick<BankFilesSettings, "accounts" | "timeZone">
  /** The most lines that are read of a file. */
  readonly linesMax?: number
}

type Line = Omit<BankLine, "position" | "fingerprint"> & {
  /** What tells the line from every other: nothing that a copy of the file may write otherwise. */
  readonly identity: readonly (string | number | bigint | null)[]
}

/**
 * Tells what a bank's file says, from what was found in it. A file that isn't whole, or whose
 * totals aren't those of its lines, ends with `refused`.
 */
export async function* sayingsOf(
  { clock, settings, linesMax = LINES_MAX }: IncomingParts,
  items: AsyncIterable<Item>,
): AsyncGenerator<Said> {
  const now = clock.now()
  const dated = makeDates(settings, now)
  const mark = makeFingerprints()
  const wrong: string[] = []
  let header: Header | null = null
  let position = 0
  for await (const item of items) {
    if (item.item === "header") {
      header = item
      yield { said: "header", kind: item.kind, messageId: item.messageId }
    } else if (item.item === "mismatch") {
      if (wrong.length < WRONG_MAX) wrong.push(sentenceOf(item))
    } else if (item.item === "refused") {
      yield { said: "refused", why: `${cut(item.why)}, at byte ${item.position}` }
      return
    } else if (item.item === "end") {
      yield wrong.length === 0 ? { said: "end" } : { said: "refused", why: wrong.join("; ") }
      return
    } else if (header !== null) {
      const line = lineOf(header, item, now, dated)
      if (line === null) continue
      const { identity, ...rest } = line
      if (position === linesMax) {
        yield { said: "refused", why: `has more than ${linesMax} lines` }
        return
      }
      position += 1
      yield { said: "line", ...rest, position, fingerprint: mark(identity) }
    }
  }
  yield { said: "refused", why: "breaks off" }
}

function lineOf(header: Header, item: Item, now: Date, dated: Dates): Line | null {
  switch (item.item) {
    case "status":
      return statusLine(header, item, now)
    case "entry":
      return entryLine(header, item, now, dated)
    case "malformed":
      return malformedLine(header, item, now)
    default:
      return null
  }
}

function statusLine({ messageId }: Header, status: Status, now: Date): Line {
  const { amount, code, currency, endToEndId, of, originalMessageId } = status
  const { originalPaymentInfoId, reasonCode, reference } = status
  return {
    identity: [
      ...["status", messageId, originalMessageId, originalPaymentInfoId, of, code],
      ...[endToEndId, amount, currency, reference, reasonCode],
    ],
    source: "status",
    says: SAYING_OF_STATUS[status.means],
    about: aboutOf(status),
    endToEndId: cutOrNull(endToEndId),
    amount,
    asset: currency,
    direction: null,
    reason:
      status.means === "rejected" || status.means === "cancelled" ? reasonOf(reasonCode) : null,
    reasonCode,
    at: now,
    reference,
    note: null,
  }
}

/** The narrowest id that the bank gives, if it is one of ours. */
function aboutOf(status: Status): BankLine["about"] {
  const { endToEndId, of, originalMessageId, originalPaymentInfoId } = status
  if (of === "order") return orderOf(endToEndId)
  if (of === "group") return groupOf(originalPaymentInfoId, null)
  const id = fromFileId(originalMessageId)
  return id === null ? null : { of: "file", id }
}

function entryLine(header: Header, entry: Entry, now: Date, dated: Dates): Line {
  const { account, amount, booked, bookedOn, currency, direction, endToEndId, event } = entry
  const { originalPaymentInfoId, payments, reasonCode, reference, statementId } = entry
  const page = entry.statementPage ?? header.page?.number ?? null
  const source = SOURCES[header.kind]!
  const says = booked ? SAYING_OF_ENTRY[event] : "nothing"
  return {
    identity: [
      // A page of a statement has lines of its own, which may read like those of another.
      ...[source, account, statementId, page, event, direction],
      ...[booked ? "booked" : "announced", endToEndId, originalPaymentInfoId, payments],
      ...[amount, currency, bookedOn, reference, reasonCode],
    ],
    source,
    says,
    about:
      endToEndId === null
        ? groupOf(originalPaymentInfoId, payments > 1 ? payments : null)
        : orderOf(endToEndId),
    endToEndId: cutOrNull(endToEndId),
    amount,
    asset: currency,
    direction,
    reason:
      says === "return" ? (reasonCode === null ? "returned_by_bank" : reasonOf(reasonCode)) : null,
    reasonCode,
    at: bookedOn === null ? now : dated(bookedOn, account),
    reference,
    note: booked ? null : "announced",
  }
}

function malformedLine(header: Header, { endToEndId, why }: Malformed, now: Date): Line {
  const source = SOURCES[header.kind]!
  return {
    identity: [source, header.messageId, header.page?.number ?? null, "malformed", endToEndId, why],
    source,
    says: "malformed",
    about: orderOf(endToEndId),
    endToEndId: cutOrNull(endToEndId),
    amount: null,
    asset: null,
    direction: null,
    reason: null,
    reasonCode: null,
    at: now,
    reference: null,
    note: cut(why),
  }
}

function orderOf(endToEndId: string | null): BankLine["about"] {
  const id = fromFileId(endToEndId)
  return id === null ? null : { of: "order", id }
}

function groupOf(paymentInfoId: string | null, orders: number | null): BankLine["about"] {
  const id = fromFileId(paymentInfoId)
  if (id === null) return null
  return { of: "group", id, orders: orders === null ? null : Math.min(orders, COUNT_MAX) }
}

type Dates = (day: string, account: string | null) => Date

/** When a day began where the account is kept; now for one that isn't over, or can't have been. */
function makeDates({ accounts, timeZone }: IncomingParts["settings"], now: Date): Dates {
  const zones = new Map(
    [...accounts.values()].map(({ holder, timeZone: zone }) => [holder.account, zone]),
  )
  const known = new Map<string, Date>()
  return (day, account) => {
    const zone = zones.get(account ?? "") ?? timeZone
    const key = `${day} ${zone}`
    const before = known.get(key)
    if (before) return before
    const isOver = day >= DAY_MIN && day < dayIn(zone, now)
    const at = isOver ? instantOf(day, "00:00", zone) : now
    known.set(key, at)
    return at
  }
}

/** Numbers lines that read the same, so that the second of two payments alike is another line. */
function makeFingerprints(): (identity: Line["identity"]) => string {
  const seen = new Map<string, number>()
  return (identity) => {
    const text = JSON.stringify([RULE, ...identity.map((part) => part?.toString() ?? null)])
    // Kept as few bytes, for a file may have a million lines.
    const key = createHash("sha256").update(text).digest().toString("latin1", 0, 16)
    const times = (seen.get(key) ?? 0) + 1
    seen.set(key, times)
    return createHash("sha256").update(`${text} ${times}`).digest("hex")
  }
}

function sentenceOf({ found, said, what }: Mismatch): string {
  return cut(`${what}: ${said} said, ${found} found`)
}

function cut(text: string): string {
  return text.length <= NOTE_MAX ? text : text.slice(0, NOTE_MAX).toWellFormed()
}

function cutOrNull(id: string | null): string | null {
  return id === null ? null : id.slice(0, ID_MAX).toWellFormed()
}
