/** What is asked of the books outside the engine. */
import type { Queries } from "../../db/database.ts"
import * as schema from "../store/schema.ts"
import { selectList } from "../store/tables.ts"
import type { Account, Transfer } from "./account.ts"

/** All accounts of a merchant, by asset and kind. */
export async function accountsOf(db: Queries, merchantId: string): Promise<Account[]> {
  const { rows } = await db.query<Account>(
    `select ${selectList(schema.accounts, "a")} from accounts a
where a.merchant_id = $1 order by a.asset, a.custodian, a.kind`,
    [merchantId],
  )
  return rows
}

/** All accounts of a rail, by asset and kind. */
export async function accountsOfRail(db: Queries, rail: string): Promise<Account[]> {
  const { rows } = await db.query<Account>(
    `select ${selectList(schema.accounts, "a")} from accounts a
where a.rail = $1 order by a.asset, a.custodian, a.kind`,
    [rail],
  )
  return rows
}

/** The transfers of one payment, in the order they were booked. */
export async function transfersOf(db: Queries, paymentId: string): Promise<Transfer[]> {
  const { rows } = await db.query<Transfer>(
    `select ${selectList(schema.transfers, "t")} from transfers t
where t.payment_id = $1 order by t.id`,
    [paymentId],
  )
  return rows
}
