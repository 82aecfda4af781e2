/** The accounts: what their transfers come to, their floors; and addresses given out. */
import type { Queries } from "../../../db/database.ts"
import { type Account, accountId, floorOf } from "../../ledger/account.ts"
import * as schema from "../../store/schema.ts"
import { selectList } from "../../store/tables.ts"
import { type RangeCheck, TABLES, within } from "../check.ts"
import { type Stretch, smallCheck } from "./range.ts"

/** The accounts of a stretch. */
export async function accountsIn(db: Queries, { from, to }: Stretch): Promise<Account[]> {
  const { rows } = await db.query<Account>(
    `select ${selectList(schema.accounts, "a")} from accounts a where a.id > $1 and a.id <= $2`,
    [from, to],
  )
  return rows
}

/** What the transfers of a stretch add to each account. */
export async function sumsIn(
  db: Queries,
  { from, to }: Stretch,
): Promise<{ id: string; amount: bigint }[]> {
  const { rows } = await db.query<{ id: string; amount: bigint }>(
    `select id, sum(amount) as amount from (
  select debit_id as id, -amount as amount from transfers where id > $1 and id <= $2
  union all select credit_id, amount from transfers where id > $1 and id <= $2
) moved group by id`,
    [from, to],
  )
  return rows
}

export const floors: RangeCheck = {
  name: "floors",
  says:
    "No account lies below its floor, has another floor than its kind, or another id than its " +
    "name gives it.",
  over: "accounts",
  async find(db, scope) {
    const { condition, params } = within(scope, TABLES.accounts)
    const { rows } = await db.query<Account>(
      `select ${selectList(schema.accounts, "a")} from accounts a where ${condition("a.id")}`,
      params,
    )
    return rows.flatMap((account) => {
      const detail = flawOf(account)
      return detail === null ? [] : [{ what: "account", id: account.id, detail }]
    })
  },
}

function flawOf(account: Account): string | null {
  const { id, kind, balance, floor } = account
  if (id !== accountId(account)) return `its name gives ${accountId(account)}`
  if (floor !== floorOf(kind)) return `floor ${floor}, of ${kind} it is ${floorOf(kind)}`
  return floor !== null && balance < floor ? `balance ${balance}, floor ${floor}` : null
}

export const assets = smallCheck(
  { name: "assets", says: "Over all accounts, each asset comes to nothing." },
  `select 'asset' as what, asset as id, 'sum over all accounts ' || sum(balance) as detail
from accounts group by asset having sum(balance) <> 0 order by asset`,
)

export const addresses = smallCheck(
  { name: "addresses", says: "No key gives an address out again: its next index is behind them." },
  `select 'xpub' as what, x.id::text, 'next index ' || x.next_index || ', given out up to ' || (
  select max(a.position) from addresses a where a.xpub_id = x.id) as detail
from xpubs x where exists (
  select from addresses a where a.xpub_id = x.id and a.position >= x.next_index)`,
)
