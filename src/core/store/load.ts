/** Round trip one: reads and locks, in one fixed order, all rows that a batch of commands needs. */
import type { Call, Result } from "../../db/database.ts"
import type { Customer, Instrument } from "../customers/customer.ts"
import { type Draft, type Needs, referenceKey, type Shelf, transferKey } from "../draft.ts"
import { type Account, accountId, type Transfer } from "../ledger/account.ts"
import type { Attempt, Refund } from "../payments/attempt.ts"
import type { Payment } from "../payments/payment.ts"
import type { Keyring } from "../seal.ts"
import type { Xpub } from "../xpubs/xpub.ts"
import { type Agreements, merchantLoads } from "./load-merchants.ts"
import { frozenLoads, sightingLoads } from "./load-sightings.ts"
import * as schema from "./schema.ts"
import { openCustomer, openInstrument } from "./sealed.ts"
import { selectList, type Table } from "./tables.ts"

/** One statement of the round, and what becomes of its rows. */
export type Load = { readonly call: Call; readonly keep: (rows: readonly unknown[]) => void }

/**
 * The statements that load `needs` into `draft`. Rows are locked table by table in the order of
 * this function and by id within a table, so that two nodes never wait for each other in a circle.
 */
export function loads(
  needs: Needs,
  draft: Draft,
  { keyring, agreements }: { readonly keyring: Keyring; readonly agreements: Agreements },
): Load[] {
  const lists: Load[][] = [
    merchantLoads(unique(needs.merchants), draft, agreements),
    paymentLoads(unique(needs.payments), draft),
    referenceLoads(needs, draft),
    attemptLoads(unique(needs.attemptsOf), draft),
    byId(schema.refunds, "payment_id", unique(needs.refundsOf), "for update", (rows: Refund[]) => {
      for (const row of rows) draft.refunds.load(row.id, row)
    }),
    personLoads(needs, draft, keyring),
    sightingLoads(needs, draft),
    frozenLoads(unique(needs.frozenOf), draft),
    transferLoads(needs, draft),
    into(
      schema.answers,
      "key",
      unique(needs.answers),
      draft.answers,
      (row: schema.AnswerRow) => row.key,
    ),
    into(
      schema.tallies,
      "key",
      unique(needs.tallies),
      draft.tallies,
      (row: schema.TallyRow) => row.key,
    ),
    into(schema.xpubs, "id", unique(needs.xpubs), draft.xpubs, (row: Xpub) => row.id),
    // Accounts come last: they are the rows that every other transaction wants too.
    into(
      schema.accounts,
      "id",
      unique(needs.accounts?.map(accountId)),
      draft.accounts,
      (row: Account) => row.id,
    ),
  ]
  return lists.flat()
}

/** Hands each statement's rows to its keeper. `results` are in the order of `loads`. */
export function keep(loaded: readonly Load[], results: readonly Result[]): void {
  for (const [at, load] of loaded.entries()) load.keep(results[at]!.rows)
}

function paymentLoads(ids: string[], draft: Draft): Load[] {
  return into(schema.payments, "id", ids, draft.payments, (row: Payment) => row.id)
}

/**
 * Payments found by their merchants' own ids. Their attempts are loaded where a repeat is answered
 * with them: hardly any reference comes twice.
 */
function referenceLoads(needs: Needs, draft: Draft): Load[] {
  const wanted = needs.references ?? []
  if (wanted.length === 0) return []
  for (const reference of wanted) draft.references.load(referenceKey(reference), null)
  return [
    {
      call: {
        text: `select ${selectList(schema.payments, "p")}
from unnest($1::uuid[], $2::text[], $3::text[]) as k (merchant_id, dialect, reference)
join payments p on p.merchant_id = k.merchant_id and p.dialect = k.dialect
  and p.reference = k.reference`,
        params: [
          wanted.map((each) => each.merchantId),
          wanted.map((each) => each.dialect),
          wanted.map((each) => each.reference),
        ],
      },
      keep: (rows) => {
        for (const row of rows as Payment[]) {
          draft.references.load(referenceKey(row as Payment & { reference: string }), row.id)
          draft.payments.load(row.id, row)
        }
      },
    },
  ]
}

function attemptLoads(paymentIds: string[], draft: Draft): Load[] {
  for (const id of paymentIds) draft.attemptIds.load(id, [])
  return byId(schema.attempts, "payment_id", paymentIds, "for update", (rows: Attempt[]) =>
    keepAttempts(rows, draft),
  )
}

function keepAttempts(rows: readonly Attempt[], draft: Draft): void {
  for (const row of rows) {
    draft.attempts.load(row.id, row)
    const others = draft.attemptIds.get(row.paymentId)!
    if (!others.includes(row.id)) draft.attemptIds.load(row.paymentId, [...others, row.id])
  }
}

/** Customers and instruments, opened: callbacks show them to their own merchant. */
function personLoads(needs: Needs, draft: Draft, keyring: Keyring): Load[] {
  const customerIds = unique(needs.customers)
  const readIds = unique(needs.instruments)
  const changedIds = unique(needs.instrumentsToChange)
  for (const id of customerIds) draft.customers.load(id, null)
  for (const id of [...readIds, ...changedIds]) draft.instruments.load(id, null)
  const keepInstruments = (rows: Instrument[]) => {
    for (const row of rows) draft.instruments.load(row.id, openInstrument(row, keyring))
  }
  return [
    ...byId(schema.customers, "id", customerIds, "", (rows: Customer[]) => {
      for (const row of rows) draft.customers.load(row.id, openCustomer(row, keyring))
    }),
    ...byId(schema.instruments, "id", changedIds, "for update", keepInstruments),
    ...byId(schema.instruments, "id", readIds, "", keepInstruments),
  ]
}

function transferLoads(needs: Needs, draft: Draft): Load[] {
  const wanted = needs.transfers ?? []
  if (wanted.length === 0) return []
  for (const transfer of wanted) draft.transferReferences.load(transferKey(transfer), null)
  return [
    {
      call: {
        text: `select ${selectList(schema.transfers, "t")}
from unnest($1::uuid[], $2::text[]) as k (merchant_id, reference)
join transfers t on t.merchant_id = k.merchant_id and t.reference = k.reference`,
        params: [wanted.map((each) => each.merchantId), wanted.map((each) => each.reference)],
      },
      keep: (rows) => {
        for (const row of rows as (Transfer & { merchantId: string; reference: string })[]) {
          draft.transferReferences.load(transferKey(row), row)
        }
      },
    },
  ]
}

/** Loads rows by their own key onto a shelf; the keys that have none are known to have none. */
function into<T>(
  table: Table<T>,
  column: string,
  keys: string[],
  shelf: Shelf<T>,
  keyOf: (row: T) => string,
): Load[] {
  for (const key of keys) shelf.load(key, null)
  return byId(table, column, keys, "for update", (rows: T[]) => {
    for (const row of rows) shelf.load(keyOf(row), row)
  })
}

function byId<T>(
  table: Table<T>,
  column: string,
  keys: string[],
  lock: "for update" | "",
  keepRows: (rows: T[]) => void,
): Load[] {
  if (keys.length === 0) return []
  const type = column === "key" ? "text" : "uuid"
  const order = table.key.includes("id" as never) ? "t.id" : `t.${column}`
  return [
    {
      call: {
        text: `select ${selectList(table, "t")} from ${table.name} t
where t.${column} = any($1::${type}[]) order by ${order} ${lock}`,
        params: [keys],
      },
      keep: (rows) => keepRows(rows as T[]),
    },
  ]
}

function unique(values: readonly string[] | undefined): string[] {
  return values === undefined || values.length === 0 ? [] : [...new Set(values)]
}
