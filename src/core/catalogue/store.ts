/** What is stored of the recharge catalogue. */
import type { Database, Parameter, Queries } from "../../db/database.ts"
import { inSnapshot } from "../store/snapshot.ts"
import type { Company, Product } from "./company.ts"

const productColumns = `p.company_code as "companyCode", p.id, p.type, p.description,
p.amount_type as "amountType", p.amount, p.min_amount as "minAmount",
p.max_amount as "maxAmount", p.allowed_amounts as "allowedAmounts",
p.additional_data as "additionalData", p.commission_fixed as "commissionFixed",
p.commission_basis_points as "commissionBasisPoints", p.active`
const companyColumns = "c.code, c.country, c.currency, c.name, c.details, c.active"

type CompanyRow = Omit<Company, "products">

/** A company with its products; null when there is none of this code. */
export async function findCompany(db: Queries, code: string): Promise<Company | null> {
  // One statement, so that no load comes between the company and its products.
  const { rows } = await db.query<Product & { readonly company: CompanyRow }>(
    `select to_jsonb(x) as company, ${productColumns}
from (select ${companyColumns} from companies c where c.code = $1) x
left join products p on p.company_code = x.code order by p.position`,
    [code],
  )
  if (rows.length === 0) return null
  const products = rows.filter(({ id }) => id !== null)
  return { ...rows[0]!.company, products: products.map(({ company: _, ...product }) => product) }
}

/** All companies of a country (null: of every country) with their products, in catalogue order. */
export function listCompanies(db: Database, country: string | null): Promise<Company[]> {
  return inSnapshot(db, (snapshot) => readCompanies(snapshot, country))
}

/** As two statements, between which nothing may be written. */
async function readCompanies(db: Queries, country: string | null): Promise<Company[]> {
  const { rows: companies } = await db.query<CompanyRow>(
    `select ${companyColumns} from companies c
where ($1::text is null or c.country = $1) order by c.country, c.position`,
    [country],
  )
  const { rows: products } = await db.query<Product>(
    `select ${productColumns} from companies c join products p on p.company_code = c.code
where ($1::text is null or c.country = $1) order by p.company_code, p.position`,
    [country],
  )
  const byCompany = Map.groupBy(products, ({ companyCode }) => companyCode)
  return companies.map((company) => ({ ...company, products: byCompany.get(company.code) ?? [] }))
}

/** What is to stand in the catalogue of some countries (null: of all), and nothing beside it. */
export type Replacement = {
  readonly companies: readonly Company[]
  readonly countries: readonly string[] | null
}

/**
 * Lets `decide` look at the whole catalogue and say what replaces which part of it (null: nothing).
 * Of several nodes one at a time does, and readers see all of it or nothing. What isn't named any
 * more becomes inactive: past recharges still speak of it.
 */
export function rewriteCatalogue<Answer>(
  db: Database,
  decide: (before: readonly Company[]) => {
    readonly replacement: Replacement | null
    readonly answer: Answer
  },
  /** Done last, in the same commit, where something is replaced. */
  written: (transaction: Queries, answer: Answer) => Promise<void>,
): Promise<Answer> {
  return db.transaction(async (tx) => {
    await tx.query("lock table companies, products in share row exclusive mode")
    const before = await readCompanies(tx, null)
    const { replacement, answer } = decide(before)
    if (replacement) {
      await write(tx, before, replacement)
      await written(tx, answer)
    }
    return answer
  })
}

async function write(
  tx: Queries,
  before: readonly Company[],
  { companies, countries }: Replacement,
): Promise<void> {
  const inScope = before.filter(({ country }) => countries?.includes(country) ?? true)
  await end(tx, inScope, companies)
  for (const rows of parts(inOrder(companies))) {
    await tx.query(UPSERT_COMPANIES, columnsOf(COMPANY, rows))
  }
  const products = companies.flatMap(({ products: each }) =>
    each.map((product, position) => ({ ...product, position })),
  )
  for (const rows of parts(products)) await tx.query(UPSERT_PRODUCTS, columnsOf(PRODUCT, rows))
}

/** Counted within a country: where another's stand in a file moves nobody. */
function inOrder(companies: readonly Company[]): Placed<Company>[] {
  const byCountry = Map.groupBy(companies, ({ country }) => country)
  return [...byCountry.values()].flatMap((each) =>
    each.map((company, position) => ({ ...company, position })),
  )
}

async function end(tx: Queries, before: readonly Company[], after: readonly Company[]) {
  const codes = new Set(after.map(({ code }) => code))
  const key = ({ companyCode, id }: Product) => `${companyCode} ${id}`
  const products = new Set(after.flatMap((company) => company.products.map(key)))
  const ended = before.filter(({ active, code }) => active && !codes.has(code))
  const endedProducts = before
    .flatMap((company) => company.products)
    .filter((product) => product.active && !products.has(key(product)))
  await tx.query("update companies set active = false where code = any($1::text[])", [
    ended.map(({ code }) => code),
  ])
  await tx.query(
    `update products p set active = false from unnest($1::text[], $2::text[]) as u (code, id)
where p.company_code = u.code and p.id = u.id`,
    [endedProducts.map(({ companyCode }) => companyCode), endedProducts.map(({ id }) => id)],
  )
}

/** Rows that are written by one statement: a second's work, and some megabytes. */
const ROWS_AT_ONCE = 50_000

function parts<T>(rows: readonly T[]): (readonly T[])[] {
  const starts = Array.from({ length: Math.ceil(rows.length / ROWS_AT_ONCE) })
  return starts.map((_, at) => rows.slice(at * ROWS_AT_ONCE, (at + 1) * ROWS_AT_ONCE))
}

type Value = string | number | bigint | boolean
type Columns<T> = Readonly<
  Record<string, { readonly type: string; readonly of: (row: T) => Value }>
>
type Placed<T> = T & { readonly position: number }

/** jsonb and arrays travel as text: an array of arrays would be taken apart. */
const COMPANY: Columns<Placed<Company>> = {
  code: { type: "text", of: ({ code }) => code },
  country: { type: "text", of: ({ country }) => country },
  currency: { type: "text", of: ({ currency }) => currency },
  name: { type: "text", of: ({ name }) => name },
  details: { type: "jsonb", of: ({ details }) => JSON.stringify(details) },
  active: { type: "bool", of: ({ active }) => active },
  position: { type: "int4", of: ({ position }) => position },
}
const PRODUCT: Columns<Placed<Product>> = {
  company_code: { type: "text", of: ({ companyCode }) => companyCode },
  id: { type: "text", of: ({ id }) => id },
  type: { type: "text", of: ({ type }) => type },
  description: { type: "text", of: ({ description }) => description },
  amount_type: { type: "text", of: ({ amountType }) => amountType },
  amount: { type: "int8", of: ({ amount }) => amount },
  min_amount: { type: "int8", of: ({ minAmount }) => minAmount },
  max_amount: { type: "int8", of: ({ maxAmount }) => maxAmount },
  allowed_amounts: { type: "int8[]", of: ({ allowedAmounts }) => `{${allowedAmounts.join(",")}}` },
  additional_data: { type: "jsonb", of: ({ additionalData }) => JSON.stringify(additionalData) },
  commission_fixed: { type: "int8", of: ({ commissionFixed }) => commissionFixed },
  commission_basis_points: { type: "int4", of: (row) => row.commissionBasisPoints },
  active: { type: "bool", of: ({ active }) => active },
  position: { type: "int4", of: ({ position }) => position },
}

function columnsOf<T>(columns: Columns<T>, rows: readonly T[]): Parameter[] {
  return Object.values(columns).map(({ of }) => rows.map(of))
}

/** Inserts what is new and writes over what is otherwise; the same again writes nothing. */
function upsert<T>(table: string, keys: readonly string[], columns: Columns<T>): string {
  const names = Object.keys(columns)
  const others = names.filter((name) => !keys.includes(name))
  const wire = (type: string) => (/jsonb|\[\]/.test(type) ? "text" : type)
  const arrays = names.map((name, at) => `$${at + 1}::${wire(columns[name]!.type)}[]`)
  return `insert into ${table} as t (${names.join(", ")})
select ${names.map((name) => `u.${name}::${columns[name]!.type}`).join(", ")}
from unnest(${arrays.join(", ")}) as u (${names.join(", ")})
on conflict (${keys.join(", ")}) do update
set ${others.map((name) => `${name} = excluded.${name}`).join(", ")}
where (${others.map((name) => `t.${name}`).join(", ")})
  is distinct from (${others.map((name) => `excluded.${name}`).join(", ")})`
}

const UPSERT_COMPANIES = upsert("companies", ["code"], COMPANY)
const UPSERT_PRODUCTS = upsert("products", ["company_code", "id"], PRODUCT)
