/** The transfers that moved a merchant's wallet, in the order of time, and their sums. */
import type { Queries, Transaction } from "../../../db/database.ts"
import { accountId, merchantAccount } from "../../ledger/account.ts"
import { eachPart } from "../../store/snapshot.ts"

/** A wallet's two accounts; what is held is still the merchant's. */
export type Wallet = {
  readonly merchantId: string
  readonly asset: string
  readonly availableId: string
  readonly heldId: string
}

/** Minor units in each of them. */
export type Balances = { readonly available: bigint; readonly held: bigint }

/** One transfer as the wallet sees it: what each of its accounts gained, or lost. */
export type Movement = {
  readonly id: string
  readonly at: Date
  readonly kind: string
  readonly amount: bigint
  readonly heldAmount: bigint
  readonly paymentId: string | null
  /** The merchant's own id for the payment, or the operator's for money that was paid in. */
  readonly reference: string | null
}

/** Up to and without an instant, from one on, or all; `after` leaves out what a page had before. */
export type Range = {
  readonly from: Date | null
  readonly to: Date | null
  readonly after?: { readonly at: Date; readonly id: string } | null
}

/** The wallet that a merchant's recharges spend. */
export function walletOf(merchantId: string, asset: string): Wallet {
  const id = (kind: "available" | "held") =>
    accountId(merchantAccount("gateway", merchantId, kind, asset))
  return { merchantId, asset, availableId: id("available"), heldId: id("held") }
}

const GAINED = (account: string) =>
  `case ${account} when t.credit_id then t.amount when t.debit_id then -t.amount else 0 end`

const MOVED = `from transfers t
where t.merchant_id = $1 and (t.debit_id in ($2, $3) or t.credit_id in ($2, $3))`

const MOVEMENTS = `select t.id, t.created_at as at, t.kind, ${GAINED("$2::uuid")} as amount,
  ${GAINED("$3::uuid")} as "heldAmount", t.payment_id as "paymentId",
  coalesce(t.reference, p.reference) as reference
from (select t.* ${MOVED}`

/** Only the bounds that there are: of an index it is then known where to begin and to end. */
function boundsOf({ from, to, after = null }: Range) {
  const bounds = [
    { value: from && [from], text: (at: number) => `t.created_at >= $${at}` },
    { value: to && [to], text: (at: number) => `t.created_at < $${at}` },
    {
      value: after && [after.at, after.id],
      text: (at: number) => `(t.created_at, t.id) > ($${at}::timestamptz, $${at + 1}::uuid)`,
    },
  ]
  const params: (Date | string)[] = []
  const texts: string[] = []
  for (const { value, text } of bounds) {
    if (value === null) continue
    texts.push(` and ${text(params.length + 4)}`)
    params.push(...value)
  }
  return { text: texts.join(""), params }
}

const idsOf = ({ merchantId, availableId, heldId }: Wallet) => [merchantId, availableId, heldId]

/** Payments are looked up one by one, so that the first rows come before the last were found. */
function movementsIn(wallet: Wallet, range: Range, limit: number | null) {
  const { text, params } = boundsOf(range)
  const most = limit === null ? "" : ` limit ${limit}`
  return {
    text: `${MOVEMENTS}${text} order by t.created_at, t.id${most}) t
left join payments p on p.id = t.payment_id order by t.created_at, t.id`,
    params: [...idsOf(wallet), ...params],
  }
}

/** Passes the movements to `visit` in parts. */
export function eachMovement(
  snapshot: Transaction,
  wallet: Wallet,
  range: Range,
  visit: (rows: readonly Movement[]) => Promise<void>,
): Promise<void> {
  return eachPart(snapshot, { name: "movements", ...movementsIn(wallet, range, null) }, visit)
}

/** The first `limit` movements. */
export async function firstMovements(
  db: Queries,
  wallet: Wallet,
  range: Range,
  limit: number,
): Promise<readonly Movement[]> {
  const { text, params } = movementsIn(wallet, range, limit)
  const { rows } = await db.query<Movement>(text, params)
  return rows
}

/** What the movements come to. */
export async function movedBy(db: Queries, wallet: Wallet, range: Range): Promise<Balances> {
  const bounds = boundsOf(range)
  const { rows } = await db.query<Balances>(
    `select coalesce(sum(${GAINED("$2::uuid")}), 0) as available,
  coalesce(sum(${GAINED("$3::uuid")}), 0) as held ${MOVED}${bounds.text}`,
    [...idsOf(wallet), ...bounds.params],
  )
  return rows[0]!
}

/** What the accounts themselves say; zero where there is none yet. */
export async function balancesOf(db: Queries, wallet: Wallet): Promise<Balances> {
  const { rows } = await db.query<Balances>(
    `select coalesce(sum(a.balance) filter (where a.id = $1), 0) as available,
  coalesce(sum(a.balance) filter (where a.id = $2), 0) as held
from accounts a where a.id in ($1, $2)`,
    [wallet.availableId, wallet.heldId],
  )
  return rows[0]!
}
