/** Reads the operations of the document: what each takes, and which of the ways to call it is. */
import type { Document, Operation } from "../../src/openapi/document.ts"
import { type Name, nameOf } from "./names.ts"
import type { Schema } from "./schema.ts"

/** What an operation answers, and so how it is called. */
export type Answer =
  | { readonly way: "one"; readonly schemas: readonly Schema[] }
  /** `page` is null where it is a plain list. */
  | { readonly way: "pages"; readonly item: Schema; readonly page: Schema | null }
  | { readonly way: "file"; readonly type: string }
  | { readonly way: "stream"; readonly item: Schema }

/** One call of the client. */
export type Called = {
  readonly name: Name
  readonly summary: string
  readonly method: string
  /** With its parameters as `{id}`. */
  readonly path: string
  readonly parameters: readonly string[]
  /** What it takes beside those; null for nothing. */
  readonly takes: { readonly in: "query" | "body"; readonly schema: Schema } | null
  readonly once: boolean
  readonly answer: Answer
}

type Media = Readonly<Record<string, { readonly schema: Schema }>>

/** All calls in the order of the document; one operation may be two, such as JSON and CSV. */
export function callsOf(document: Document): Called[] {
  const calls = Object.entries(document.paths)
    .flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([verb, operation]) =>
        callsOfOne(verb.toUpperCase(), path, operation),
      ),
    )
    .map((each, _at, all) => streamed(each, all))
  const names = calls.map(({ name }) => `${name.resource}.${name.call}`)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice) throw new Error(`two operations would be called ${twice}: give one another name`)
  return calls
}

/** What a stream tells is what the list above it has, for the document has only text for it. */
function streamed(called: Called, all: readonly Called[]): Called {
  if (called.answer.way !== "stream") return called
  const above = called.path.slice(0, called.path.lastIndexOf("/"))
  const list = all.find(({ answer, path }) => path === above && answer.way === "pages")?.answer
  return list?.way === "pages" ? { ...called, answer: { way: "stream", item: list.item } } : called
}

function callsOfOne(method: string, path: string, operation: Operation): Called[] {
  const media = answersOf(operation)
  const json = media.flatMap((each) => each["application/json"]?.schema ?? [])
  const answers = [...answerIn(json), ...filesIn(media)]
  return answers.map((answer) => {
    const name = nameOf(method, path, answer.way === "pages")
    const suffix = answer.way === "file" && json.length > 0 ? "Csv" : ""
    return {
      name: { ...name, call: name.call + suffix },
      summary: operation.summary ?? "",
      method,
      path,
      parameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, each]) => each!),
      takes: takenBy(operation, answer.way === "file"),
      once: operation.parameters?.some(({ name: each }) => each === "Idempotency-Key") ?? false,
      answer,
    }
  })
}

/** The good answers' media, a map for each status. */
function answersOf({ responses }: Operation): Media[] {
  return Object.entries(responses)
    .filter(([status]) => /^2\d\d$/.test(status))
    .map(([, response]) => (response as { content?: Media }).content ?? {})
}

function answerIn(schemas: readonly Schema[]): Answer[] {
  const [first] = schemas
  if (!first) return []
  const { data, next_cursor: cursor, object } = first.properties ?? {}
  if (data?.items && cursor) {
    const page = object?.const === "list" ? null : first
    return [{ way: "pages", item: data.items, page }]
  }
  return [{ way: "one", schemas }]
}

function filesIn(media: readonly Media[]): Answer[] {
  const types = media.flatMap((each) => Object.entries(each))
  return types.flatMap(([type, { schema }]): Answer[] => {
    if (type === "application/json") return []
    if (type === "text/event-stream") return [{ way: "stream", item: schema }]
    return [{ way: "file", type }]
  })
}

function takenBy(operation: Operation, isFile: boolean): Called["takes"] {
  const body = operation.requestBody?.content["application/json"]?.schema as Schema | undefined
  const whole = body && variantWithMembers(body)
  if (whole) return { in: "body", schema: whole }
  const query = operation.parameters?.filter((each) => each.in === "query") ?? []
  // A file comes whole: what names a page is for the other answer.
  const wanted = query.filter(({ name }) => !isFile || !["limit", "cursor"].includes(name))
  if (wanted.length === 0) return null
  const properties = wanted.map(({ name, schema }) => [name, asWritten(schema as Schema)])
  const required = wanted.filter((each) => each.required).map(({ name }) => name)
  return {
    in: "query",
    schema: { type: "object", properties: Object.fromEntries(properties), required },
  }
}

/** The object in a body that may also be null or left out; null where there is nothing to say. */
function variantWithMembers(schema: Schema): Schema | null {
  const variants = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  return variants.find(({ properties }) => Object.keys(properties ?? {}).length > 0) ?? null
}

/** Queries are text; where only digits may stand, a number is what people write. */
function asWritten(schema: Schema): Schema {
  const isNumber = schema.type === "string" && schema.pattern?.startsWith("^\\d{")
  return isNumber ? { ...schema, type: ["number", "string"] } : schema
}
