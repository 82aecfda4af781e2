/** Names the objects that the API answers, and writes each of them once. */
import { camel, upper } from "./names.ts"
import { type NameOf, type Schema, typeOf } from "./schema.ts"

/** Objects of one kind that have more members than its plainest, by those members. */
const SPOKEN: Readonly<Record<string, string>> = {
  "payment with url": "CreatedPayment",
  "payment with attempts, refunds, sightings": "WholePayment",
  "endpoint with secret": "NewEndpoint",
  "event with data": "EventMessage",
  "delivery with event_type, url, message, history": "WholeDelivery",
}

/** An object, and the plainest of its kind where it has that one's members and more. */
type Named = { readonly schema: Schema; readonly plainest: Schema | null }

/** Every named object with its schema, and the lookup of names by schema. */
export type Objects = {
  readonly all: ReadonlyMap<string, Named>
  readonly nameOf: NameOf
}

/** Finds the objects in all that is answered or sent; the same schemas give the same names. */
export function objectsIn(schemas: readonly Schema[]): Objects {
  const byKind = new Map<string, Map<string, Schema>>()
  for (const schema of schemas) collect(schema, byKind)
  const names = new Map<string, string>()
  const all = new Map<string, Named>()
  for (const [kind, shapes] of [...byKind].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const sorted = [...shapes].sort(([, a], [, b]) => sizeOf(a) - sizeOf(b))
    const [, plainest] = sorted[0]!
    for (const [shape, schema] of sorted) {
      const name = nameFor(kind, schema, plainest)
      if (all.has(name)) throw new Error(`two different objects would be called ${name}`)
      names.set(shape, name)
      const isMore = schema !== plainest && hasAllOf(schema, plainest)
      all.set(name, { schema, plainest: isMore ? plainest : null })
    }
  }
  return { all, nameOf: (schema) => (isNamed(schema) ? names.get(shapeOf(schema))! : null) }
}

/** The kind of an object that says what it is. Lists are pages, which are written otherwise. */
function kindOf({ properties }: Schema): string | null {
  const kind = properties?.["object"]?.const
  return typeof kind === "string" && kind !== "list" ? kind : null
}

function isNamed(schema: Schema): boolean {
  return kindOf(schema) !== null
}

function collect(schema: Schema, byKind: Map<string, Map<string, Schema>>): void {
  const kind = kindOf(schema)
  if (kind !== null) {
    const shapes = byKind.get(kind) ?? new Map<string, Schema>()
    shapes.set(shapeOf(schema), schema)
    byKind.set(kind, shapes)
  }
  const rest = typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : []
  const lists = [schema.anyOf, schema.oneOf, schema.allOf, schema.items && [schema.items], rest]
  for (const each of [...Object.values(schema.properties ?? {}), ...lists.flatMap((l) => l ?? [])])
    collect(each, byKind)
}

function shapeOf(schema: Schema): string {
  return JSON.stringify(schema)
}

function sizeOf({ properties = {} }: Schema): number {
  return Object.keys(properties).length
}

function hasAllOf({ properties = {} }: Schema, plainest: Schema): boolean {
  const members = Object.entries(plainest.properties ?? {})
  return members.every(([name, member]) => {
    const own = properties[name]
    return own !== undefined && shapeOf(own) === shapeOf(member)
  })
}

function nameFor(kind: string, schema: Schema, plainest: Schema): string {
  const base = upper(camel(kind))
  if (schema === plainest) return base
  const known = Object.keys(plainest.properties ?? {})
  const more = Object.keys(schema.properties ?? {}).filter((name) => !known.includes(name))
  const spoken = SPOKEN[`${kind} with ${more.join(", ")}`]
  return spoken ?? `${base}With${more.map((name) => upper(camel(name))).join("")}`
}

/** The file that declares them; `messages` are what receivers are sent. */
export function writeObjects(
  { all, nameOf }: Objects,
  { messages, version }: { readonly messages: readonly Schema[]; readonly version: string },
): string {
  const declared = [...all].map(([name, { plainest, schema }]) => {
    const own = plainest === null ? schema : without(schema, plainest)
    const text = typeOf(own, (each) => (each === own ? null : nameOf(each)))
    const base = plainest === null ? "" : `${nameOf(plainest)} & `
    return `export type ${name} = ${base}${text}\n`
  })
  const sent = typeOf({ anyOf: messages }, nameOf)
  return [
    "/** What the API answers and sends. Written by `npm run sdk`: change it there. */\n",
    `/** The version of the API that this was written from. */`,
    `export const API_VERSION = ${JSON.stringify(version)}\n`,
    `/** What receivers are sent. */`,
    `export type WebhookMessage = ${sent}\n`,
    ...declared,
  ].join("\n")
}

function without(schema: Schema, plainest: Schema): Schema {
  const known = plainest.properties ?? {}
  const more = Object.entries(schema.properties ?? {}).filter(([name]) => !(name in known))
  return { ...schema, properties: Object.fromEntries(more) }
}
