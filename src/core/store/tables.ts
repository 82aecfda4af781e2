/**
 * The engine's tables as data: which property lies in which column, and how rows travel in sets.
 */
import { type Call, columnLiteral } from "../../db/database.ts"

/** `columns`: property name → SQL type. `sort` gives the order in which rows are inserted. */
export type Table<T> = {
  readonly name: string
  readonly columns: { readonly [P in keyof T]?: string }
  readonly key: readonly (keyof T & string)[]
  /** Columns that never change after the insert. */
  readonly fixed: readonly (keyof T & string)[]
  /**
   * Two nodes that insert the same unique keys in opposite order deadlock; each sorts by this
   * first.
   */
  readonly sort: (row: T) => string
}

/** `merchantId` → `merchant_id`. */
export function columnName(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

const selectTexts = new Map<string, string>()

/** The columns of a table as a select list that names them like the properties they become. */
export function selectList<T>(table: Table<T>, alias: string): string {
  return once(selectTexts, `${table.name} ${alias}`, () =>
    Object.keys(table.columns)
      .map((property) => `${alias}.${columnName(property)} as "${property}"`)
      .join(", "),
  )
}

/** jsonb and numeric travel as text and are cast inside; the others as what they are. */
function wireType(type: string): string {
  return type === "jsonb" || type === "numeric" ? "text" : type
}

function unnest<T>(table: Table<T>, properties: readonly string[]): string {
  const columns = table.columns as Record<string, string>
  const parameters = properties.map((name, at) => `$${at + 1}::${wireType(columns[name]!)}[]`)
  return `unnest(${parameters.join(", ")}) as u(${properties.map(columnName).join(", ")})`
}

function cast(property: string, type: string): string {
  const column = `u.${columnName(property)}`
  return wireType(type) === type ? column : `${column}::${type}`
}

function values<T>(table: Table<T>, properties: readonly string[], rows: readonly T[]): string[] {
  const columns = table.columns as Record<string, string>
  return properties.map((property) =>
    columnLiteral(rows, property as keyof T, columns[property] === "jsonb"),
  )
}

const insertTexts = new Map<string, string>()
const updateTexts = new Map<string, string>()

function once(texts: Map<string, string>, name: string, make: () => string): string {
  const known = texts.get(name)
  if (known) return known
  const text = make()
  texts.set(name, text)
  return text
}

/** One statement that inserts all `rows`. */
export function insertRows<T>(table: Table<T>, rows: readonly T[]): Call {
  const properties = Object.keys(table.columns)
  const columns = table.columns as Record<string, string>
  const text = once(insertTexts, table.name, () => {
    const list = properties.map((name) => cast(name, columns[name]!)).join(", ")
    return `insert into ${table.name} (${properties.map(columnName).join(", ")})
select ${list} from ${unnest(table, properties)}`
  })
  const sorted =
    rows.length < 2 ? rows : rows.toSorted((a, b) => compare(table.sort(a), table.sort(b)))
  return { text, params: values(table, properties, sorted) }
}

/** One statement that writes the final value of all `rows`, found by their key. */
export function updateRows<T>(table: Table<T>, rows: readonly T[]): Call {
  const fixed = new Set<string>(table.fixed)
  const properties = Object.keys(table.columns).filter((name) => !fixed.has(name))
  const columns = table.columns as Record<string, string>
  const text = once(updateTexts, table.name, () => {
    const key = new Set<string>(table.key)
    const sets = properties
      .filter((name) => !key.has(name))
      .map((name) => `${columnName(name)} = ${cast(name, columns[name]!)}`)
    const match = table.key.map((name) => `t.${columnName(name)} = ${cast(name, columns[name]!)}`)
    return `update ${table.name} t set ${sets.join(", ")}
from ${unnest(table, properties)} where ${match.join(" and ")}`
  })
  return { text, params: values(table, properties, rows) }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
