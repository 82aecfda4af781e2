/** What is stored of the recharge catalogue. */
import type { Database, Queries } from "../../db/database.ts"
import type { Company, Product } from "./company.ts"

const productColumns = `p.company_code as "companyCode", p.id, p.type, p.description,
p.amount_type as "amountType", p.amount, p.min_amount as "minAmount",
p.max_amount as "maxAmount", p.allowed_amounts as "allowedAmounts",
p.additional_data as "additionalData", p.commission_fixed as "commissionFixed",
p.commission_basis_points as "commissionBasisPoints", p.active`
const companyColumns = "c.code, c.country, c.currency, c.name, c.details, c.active"

async function withProducts(
  db: Queries,
  companies: readonly Omit<Company, "products">[],
): Promise<Company[]> {
  const { rows } = await db.query<Product>(
    `select ${productColumns} from products p
where p.company_code = any($1::text[]) order by p.company_code, p.position`,
    [companies.map((company) => company.code)],
  )
  const byCompany = Map.groupBy(rows, (row) => row.companyCode)
  return companies.map((company) => ({ ...company, products: byCompany.get(company.code) ?? [] }))
}

/** A company with its products; null when there is none of this code. */
export async function findCompany(db: Queries, code: string): Promise<Company | null> {
  const { rows } = await db.query<Omit<Company, "products">>(
    `select ${companyColumns} from companies c where c.code = $1`,
    [code],
  )
  const found = await withProducts(db, rows)
  return found[0] ?? null
}

/** All companies of a country (null: of every country) with their products, in catalogue order. */
export async function listCompanies(db: Queries, country: string | null): Promise<Company[]> {
  const { rows } = await db.query<Omit<Company, "products">>(
    `select ${companyColumns} from companies c
where ($1::text is null or c.country = $1) order by c.country, c.position`,
    [country],
  )
  return withProducts(db, rows)
}

/**
 * Replaces the catalogue by `companies`: what they don't name becomes inactive, nothing is lost.
 */
export async function replaceCatalogue(db: Database, companies: readonly Company[]): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query("update companies set active = false where active")
    await tx.query("update products set active = false where active")
    for (const [position, company] of companies.entries()) {
      await tx.query(
        `insert into companies (code, country, currency, name, details, active, position)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (code) do update set country = excluded.country, currency = excluded.currency,
  name = excluded.name, details = excluded.details, active = excluded.active,
  position = excluded.position`,
        [
          company.code,
          company.country,
          company.currency,
          company.name,
          JSON.stringify(company.details),
          company.active,
          position,
        ],
      )
      for (const [at, product] of company.products.entries()) await insertProduct(tx, product, at)
    }
  })
}

async function insertProduct(db: Queries, product: Product, position: number): Promise<void> {
  await db.query(
    `insert into products (company_code, id, type, description, amount_type, amount, min_amount,
  max_amount, allowed_amounts, additional_data, commission_fixed, commission_basis_points, active,
  position)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
on conflict (company_code, id) do update set type = excluded.type,
  description = excluded.description, amount_type = excluded.amount_type,
  amount = excluded.amount, min_amount = excluded.min_amount, max_amount = excluded.max_amount,
  allowed_amounts = excluded.allowed_amounts, additional_data = excluded.additional_data,
  commission_fixed = excluded.commission_fixed,
  commission_basis_points = excluded.commission_basis_points,
  active = excluded.active, position = excluded.position`,
    [
      product.companyCode,
      product.id,
      product.type,
      product.description,
      product.amountType,
      product.amount,
      product.minAmount,
      product.maxAmount,
      product.allowedAmounts,
      JSON.stringify(product.additionalData),
      product.commissionFixed,
      product.commissionBasisPoints,
      product.active,
      position,
    ],
  )
}
