/** Writes a JSON Schema of the document as a TypeScript type, laid out as the formatter would. */

/** A JSON Schema, as far as the document uses it. */
export type Schema = {
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly not?: Schema
  readonly pattern?: string
  readonly description?: string
  readonly default?: unknown
  readonly $ref?: string
}

const COLUMNS = 100
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

/** Names that stand for whole schemas: what it answers is written instead of the schema. */
export type NameOf = (schema: Schema) => string | null

/** The type of a schema. `indent` is that of its line, `used` what stands before it there. */
export function typeOf(schema: Schema, nameOf: NameOf, indent = "", used = 0): string {
  const name = nameOf(schema)
  if (name !== null) return name
  const words = [...new Set(partsOf(schema, nameOf, indent))]
  const line = words.join(" | ")
  const isObjectOrNull = words.filter((word) => word !== "null").length === 1
  const fits = !line.includes("\n") && used + line.length <= COLUMNS
  if (words.length === 1 || isObjectOrNull || fits) return line
  return words.map((word) => `\n${indent}  | ${word}`).join("")
}

/** The members of a schema's union; one for what is none. */
function partsOf(schema: Schema, nameOf: NameOf, indent: string): string[] {
  const name = nameOf(schema)
  if (name !== null) return [name]
  if ("const" in schema) return [JSON.stringify(schema.const)]
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each))
  const several = schema.anyOf ?? schema.oneOf
  if (several) return several.filter(isSomething).flatMap((each) => partsOf(each, nameOf, indent))
  if (schema.allOf) return [schema.allOf.map((each) => typeOf(each, nameOf, indent)).join(" & ")]
  const kinds = [schema.type ?? []].flat()
  return kinds.length === 0
    ? ["unknown"]
    : kinds.map((kind) => kindOf(kind, schema, nameOf, indent))
}

/** What is only left out is no member of a union: the member before it is then optional. */
function isSomething({ not }: Schema): boolean {
  return not === undefined || Object.keys(not).length > 0
}

function kindOf(kind: string, schema: Schema, nameOf: NameOf, indent: string): string {
  switch (kind) {
    case "integer":
      return "number"
    case "array":
      return listOf(schema.items ?? {}, nameOf, indent)
    case "object":
      return objectOf(schema, nameOf, indent)
    default:
      return kind
  }
}

function listOf(item: Schema, nameOf: NameOf, indent: string): string {
  const words = partsOf(item, nameOf, indent)
  if (words.length === 1) return `readonly ${words[0]}[]`
  const line = words.join(" | ")
  // It stands in a union itself, one step further in.
  if (indent.length + line.length < COLUMNS - LIST_WORDS) return `readonly (${line})[]`
  return `readonly (\n${words.map((word) => `${indent}      | ${word}\n`).join("")}${indent}    )[]`
}

/** What stands around the items of a list on its line. */
const LIST_WORDS = "    | readonly ()[]".length

function objectOf(schema: Schema, nameOf: NameOf, indent: string): string {
  const { additionalProperties: rest, properties = {}, required = [] } = schema
  const members = Object.entries(properties)
  if (members.length === 0) {
    const value = typeof rest === "object" ? typeOf(rest, nameOf, indent) : "unknown"
    return rest === false ? "Readonly<Record<string, never>>" : `Readonly<Record<string, ${value}>>`
  }
  const inner = `${indent}  `
  const lines = members.flatMap(([name, member]) => {
    const key = IDENTIFIER.test(name) ? name : JSON.stringify(name)
    const start = `${inner}readonly ${key}${required.includes(name) ? "" : "?"}:`
    const type = typeOf(member, nameOf, inner, start.length + 1)
    const said = member.description ? [`${inner}/** ${member.description} */`] : []
    return [...said, type.startsWith("\n") ? `${start}${type}` : `${start} ${type}`]
  })
  return `{\n${lines.join("\n")}\n${indent}}`
}
