/** Merchants, how they look and their terms: what an operator sets up. */
import type { Queries } from "../../db/database.ts"
import type { DialectName } from "../payments/payment.ts"
import type { Logo } from "./logo.ts"
import type { Merchant, MerchantSettings, Terms, TermsSettings } from "./merchant.ts"

const merchantColumns = `m.id, m.name, m.time_zone as "timeZone", m.settings,
m.created_at as "createdAt"`
const termsColumns = `t.merchant_id as "merchantId", t.dialect, t.settings,
t.signing_key_sealed as "signingKeySealed", t.created_at as "createdAt"`

/** Adds a merchant; a name that is taken rejects with a unique violation. */
export async function insertMerchant(db: Queries, merchant: Merchant): Promise<void> {
  await db.query(
    "insert into merchants (id, name, time_zone, settings, created_at) values ($1, $2, $3, $4, $5)",
    [
      merchant.id,
      merchant.name,
      merchant.timeZone,
      JSON.stringify(merchant.settings),
      merchant.createdAt,
    ],
  )
}

/** A merchant by its id. */
export async function findMerchant(db: Queries, id: string): Promise<Merchant | null> {
  const { rows } = await db.query<Merchant>(
    `select ${merchantColumns} from merchants m where m.id = $1`,
    [id],
  )
  return rows[0] ?? null
}

/** A merchant by its name, whatever the case of its letters. */
export async function findMerchantByName(db: Queries, name: string): Promise<Merchant | null> {
  const { rows } = await db.query<Merchant>(
    `select ${merchantColumns} from merchants m where lower(m.name) = lower($1)`,
    [name],
  )
  return rows[0] ?? null
}

/** All merchants, by name. */
export async function listMerchants(db: Queries): Promise<Merchant[]> {
  const { rows } = await db.query<Merchant>(
    `select ${merchantColumns} from merchants m order by lower(m.name)`,
  )
  return rows
}

/** A merchant by its id, locked until the transaction ends; payments go on meanwhile. */
export async function lockMerchant(transaction: Queries, id: string): Promise<Merchant | null> {
  const { rows } = await transaction.query<Merchant>(
    `select ${merchantColumns} from merchants m where m.id = $1 for no key update`,
    [id],
  )
  return rows[0] ?? null
}

/** Replaces a merchant's settings. */
export async function updateSettings(
  db: Queries,
  id: string,
  settings: MerchantSettings,
): Promise<void> {
  await db.query("update merchants set settings = $2 where id = $1", [id, JSON.stringify(settings)])
}

/** Replaces what a merchant is called, its time zone and its settings. */
export async function updateMerchant(db: Queries, merchant: Merchant): Promise<void> {
  const { id, name, settings, timeZone } = merchant
  await db.query("update merchants set name = $2, time_zone = $3, settings = $4 where id = $1", [
    ...[id, name, timeZone],
    JSON.stringify(settings),
  ])
}

/** Stores a merchant's logo in place of the one before. */
export async function putLogo(
  db: Queries,
  merchantId: string,
  { hash, type, content }: Logo,
): Promise<void> {
  await db.query(
    `insert into logos (merchant_id, hash, type, content) values ($1, $2, $3, $4)
on conflict (merchant_id) do update
set hash = excluded.hash, type = excluded.type, content = excluded.content`,
    [merchantId, hash, type, content],
  )
}

/** Deletes a merchant's logo. */
export async function deleteLogo(db: Queries, merchantId: string): Promise<void> {
  await db.query("delete from logos where merchant_id = $1", [merchantId])
}

/** A logo by the hash of its content, whosever it is. */
export async function findLogo(
  db: Queries,
  hash: string,
): Promise<Pick<Logo, "type" | "content"> | null> {
  const { rows } = await db.query<Pick<Logo, "type" | "content">>(
    "select l.type, l.content from logos l where l.hash = $1 limit 1",
    [hash],
  )
  return rows[0] ?? null
}

/** Adds a merchant's terms for a dialect. */
export async function insertTerms(db: Queries, terms: Terms): Promise<void> {
  await db.query(
    `insert into terms (merchant_id, dialect, settings, signing_key_sealed, created_at)
values ($1, $2, $3, $4, $5)`,
    [
      terms.merchantId,
      terms.dialect,
      JSON.stringify(terms.settings),
      terms.signingKeySealed,
      terms.createdAt,
    ],
  )
}

/** A merchant's terms for a dialect; null when it doesn't use it. */
export async function findTerms(
  db: Queries,
  merchantId: string,
  dialect: DialectName,
): Promise<Terms | null> {
  const { rows } = await db.query<Terms>(
    `select ${termsColumns} from terms t where t.merchant_id = $1 and t.dialect = $2`,
    [merchantId, dialect],
  )
  return rows[0] ?? null
}

/** The same, locked until the transaction ends; payments go on meanwhile. */
export async function lockTerms(
  transaction: Queries,
  merchantId: string,
  dialect: DialectName,
): Promise<Terms | null> {
  const { rows } = await transaction.query<Terms>(
    `select ${termsColumns} from terms t where t.merchant_id = $1 and t.dialect = $2
for no key update`,
    [merchantId, dialect],
  )
  return rows[0] ?? null
}

/** Replaces the settings of a merchant's terms. */
export async function updateTerms(
  db: Queries,
  merchantId: string,
  dialect: DialectName,
  settings: TermsSettings,
): Promise<void> {
  await db.query("update terms set settings = $3 where merchant_id = $1 and dialect = $2", [
    merchantId,
    dialect,
    JSON.stringify(settings),
  ])
}
