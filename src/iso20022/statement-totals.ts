/** Adds up the entries of an account's part of a file, and compares what the bank says of them. */
import { readSum, toSum, writeSum } from "./decimal.ts"
import { mismatch, readCount, readMoney } from "./header.ts"
import type { Mismatch } from "./items.ts"
import type { Found } from "./layout.ts"

type Counted = {
  readonly amount: bigint
  readonly currency: string
  readonly direction: "credit" | "debit"
  readonly booked: boolean
}
type Balance = { readonly amount: bigint; readonly currency: string }

export type Totals = {
  /** Counts an entry; null for one that couldn't be read. */
  add(entry: Counted | null): void
  balance(record: Found<string>): void
  entries(): number
  opening(): bigint | null
  closing(): bigint | null
  /** All that the bank says and that isn't so. */
  compare(record: Found<string>): readonly Mismatch[]
}

/** Previous closing is what a day's opening is called where it comes from the day before. */
const OPENING = ["OPBD", "PRCD"]
const CLOSING = ["CLBD"]

/** Begins to add up. Sums are counts of 10^-17, as the file's own are. */
export function makeTotals(): Totals {
  const count = { credit: 0, debit: 0, unread: 0 }
  const sum = { credit: 0n, debit: 0n, booked: 0n }
  const currencies = new Set<string>()
  const balances = new Map<string, Balance>()
  const find = (codes: readonly string[]) =>
    codes.map((code) => balances.get(code)).find((balance) => balance !== undefined) ?? null

  /** What the closing balance had to be; null where that can't be told. */
  function closingByEntries(): { readonly said: string; readonly found: string } | null {
    const [opening, closing] = [find(OPENING), find(CLOSING)]
    if (!opening || !closing || opening.currency !== closing.currency) return null
    if ([...currencies].some((currency) => currency !== opening.currency)) return null
    const found = toSum(opening.amount, opening.currency) + sum.booked
    return { said: writeSum(toSum(closing.amount, closing.currency)), found: writeSum(found) }
  }

  return {
    add(entry) {
      if (entry === null) {
        count.unread += 1
        return
      }
      const { amount, booked, currency, direction } = entry
      const worth = toSum(amount, currency)
      count[direction] += 1
      sum[direction] += worth
      if (booked) sum.booked += direction === "credit" ? worth : -worth
      currencies.add(currency)
    },
    balance({ values }) {
      const money = readMoney(values, "Amt")
      const code = values.get("Tp/CdOrPrtry/Cd") ?? ""
      if (!money || ![...OPENING, ...CLOSING].includes(code)) return
      const amount = values.get("CdtDbtInd") === "DBIT" ? -money.amount : money.amount
      balances.set(code, { amount, currency: money.currency })
    },
    entries: () => count.credit + count.debit + count.unread,
    opening: () => find(OPENING)?.amount ?? null,
    closing: () => find(CLOSING)?.amount ?? null,
    compare(record) {
      const { values } = record
      const all = count.credit + count.debit + count.unread
      const counts: [what: string, path: string, found: number][] = [
        ["entries", "TtlNtries", all],
        ["credits", "TtlCdtNtries", count.credit],
        ["debits", "TtlDbtNtries", count.debit],
      ]
      const sums: [what: string, path: string, found: bigint][] = [
        ["sum of entries", "TtlNtries", sum.credit + sum.debit],
        ["sum of credits", "TtlCdtNtries", sum.credit],
        ["sum of debits", "TtlDbtNtries", sum.debit],
      ]
      // Of an entry that couldn't be read, nobody knows what it adds: only how many there are.
      if (count.unread > 0) {
        const said = readCount(values.get("TxsSummry/TtlNtries/NbOfNtries"))
        const wrong = mismatch(record, "entries", said === null ? null : String(said), String(all))
        return wrong ? [wrong] : []
      }
      const net = saidNet(values)
      const closing = closingByEntries()
      return [
        ...counts.map(([what, path, found]) => {
          const said = readCount(values.get(`TxsSummry/${path}/NbOfNtries`))
          return mismatch(record, what, said === null ? null : String(said), String(found))
        }),
        ...sums.map(([what, path, found]) => {
          const said = readSum(values.get(`TxsSummry/${path}/Sum`) ?? "")
          return mismatch(record, what, said === null ? null : writeSum(said), writeSum(found))
        }),
        mismatch(record, "net of entries", net, writeSum(sum.credit - sum.debit)),
        closing && mismatch(record, "closing balance", closing.said, closing.found),
      ].filter((each) => each !== null)
    },
  }
}

function saidNet(values: ReadonlyMap<string, string>): string | null {
  const net = readSum(values.get("TxsSummry/TtlNtries/TtlNetNtry/Amt") ?? "")
  if (net === null) return null
  const direction = values.get("TxsSummry/TtlNtries/TtlNetNtry/CdtDbtInd")
  return writeSum(direction === "DBIT" ? -net : net)
}
