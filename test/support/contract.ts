/** Holds answers of a gateway against the OpenAPI documents of its dialects. */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js"
import ajvFormats from "ajv-formats"
import type { Core } from "../../src/core/index.ts"
import { type Dialect, dialects } from "../../src/dialects/index.ts"
import type { Document, Operation } from "../../src/openapi/document.ts"
import { documentFor } from "../../src/openapi/index.ts"
import { registeredBy } from "./routes.ts"

/** A request's line, and what it was answered. */
export type Exchange = {
  readonly method: string
  /** The path as it was sent, perhaps with a query. */
  readonly path: string
  readonly status: number
  readonly contentType: string | null
  /** The body as text. */
  readonly body: string
}

/** An operation of a document, found by a request's line. */
export type Found = {
  readonly dialect: Dialect
  readonly template: string
  readonly operation: Operation
}

/** Stands for a core, and for all that is in one: routes that are only registered call nothing. */
const NOBODY: Core = new Proxy((() => NOBODY) as unknown as Core, {
  get: (_, member) => (member === "mode" ? "sandbox" : NOBODY),
})

const documents = new Map<Dialect, Document>()

/** The document of a dialect in a sandbox, which has every route. */
export function documentOf(dialect: Dialect): Document {
  const known = documents.get(dialect)
  if (known) return known
  const made = documentFor(dialect, registeredBy(dialect, NOBODY), "http://localhost:8080")
  documents.set(dialect, made)
  return made
}

/** The dialect that owns a path; null for pages, health and whatever else is none's. */
export function ownerOf(path: string): Dialect | null {
  const plain = path.split("?")[0]!
  return dialects.find(({ prefix }) => plain === prefix || plain.startsWith(`${prefix}/`)) ?? null
}

type Matcher = { readonly pattern: RegExp; readonly found: Found; readonly method: string }
const matchers = new Map<Dialect, readonly Matcher[]>()

/** The operation that a request's line leads to, as a router reads it; null where none is. */
export function operationAt(method: string, path: string): Found | null {
  const dialect = ownerOf(path)
  if (!dialect) return null
  const plain = decoded(path.split("?")[0]!)
  const all = matchers.get(dialect) ?? matchersOf(dialect)
  matchers.set(dialect, all)
  return all.find((each) => each.method === method && each.pattern.test(plain))?.found ?? null
}

function decoded(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}

/** Paths without parameters come first, as in a router. */
function matchersOf(dialect: Dialect): readonly Matcher[] {
  const { paths } = documentOf(dialect)
  const templates = Object.keys(paths).sort((a, b) => a.split("{").length - b.split("{").length)
  return templates.flatMap((template) =>
    Object.entries(paths[template]!).map(([method, operation]) => {
      const whole = dialect.basePath + template
      const source = whole.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{(\w+)\}/g, (_, name) => {
        const parameter = operation.parameters?.find((each) => each.name === name)
        const { pattern = "[^/]+" } = (parameter?.schema ?? {}) as { pattern?: string }
        return `(?:${pattern.replace(/^\^|\$$/g, "")})`
      })
      const found = { dialect, template, operation }
      return { method: method.toUpperCase(), pattern: new RegExp(`^${source}$`), found }
    }),
  )
}

const ajv = new Ajv2020({ strict: false, validateSchema: false, unicodeRegExp: true })
// Its types say that the module is the function; at run time it is.
;(ajvFormats as unknown as (ajv: Ajv2020) => void)(ajv)
const validators = new Map<string, ValidateFunction | null>()

/** The check of one answer; null where the document has no such answer. Made when first asked. */
function validatorOf({ dialect, template, operation }: Found, status: string, media: string) {
  const pointer = responsePointer(dialect, template, operation, status, media)
  return pointer === null ? null : compiled(dialect, pointer)
}

function compiled(dialect: Dialect, pointer: string): ValidateFunction {
  const key = `${dialect.name}${pointer}`
  const known = validators.get(key)
  if (known) return known
  const id = `caudal:${dialect.name}`
  if (!ajv.getSchema(id)) ajv.addSchema({ ...documentOf(dialect), $id: id }, id)
  const made = ajv.compile({ $ref: `${id}#${pointer}` })
  validators.set(key, made)
  return made
}

type Response = { readonly content?: Readonly<Record<string, unknown>> }

function responsePointer(
  dialect: Dialect,
  template: string,
  operation: Operation,
  status: string,
  media: string,
): string | null {
  const response = operation.responses[status] as Response | undefined
  if (!response?.content?.[media]) return null
  const path = Object.entries(documentOf(dialect).paths[template]!).find(
    ([, each]) => each === operation,
  )!
  const names = ["paths", template, path[0], "responses", status, "content", media, "schema"]
  return names.map((name) => `/${escaped(name)}`).join("")
}

function escaped(name: string): string {
  return encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"))
}

function problemMedia({ contract }: Dialect): string {
  return contract.problem.mediaType
}

/**
 * What is wrong with an answer by the document of its dialect; null for one that keeps to it, and
 * for paths that belong to none. A request that leads nowhere may only be refused.
 */
export function complaintAbout(exchange: Exchange): string | null {
  const { method, path, status, body } = exchange
  const dialect = ownerOf(path)
  if (!dialect) return null
  const found = operationAt(method === "HEAD" ? "GET" : method, path)
  const media = exchange.contentType?.split(";")[0]?.trim() ?? ""
  if (status === 304) return notModified(found, body)
  if (status < 400 && found === null) return "an answer to a request that leads nowhere"
  const isError = status >= 400
  const promised = isError
    ? [problemMedia(dialect)]
    : Object.keys((found!.operation.responses[status] as Response | undefined)?.content ?? {})
  if (promised.length === 0) return `a status that isn't promised: ${status}`
  if (!promised.includes(media)) return `the media type ${media}, not ${promised.join(" or ")}`
  if (method === "HEAD" || !/json$/.test(media)) return null
  const check = isError
    ? compiled(dialect, "/components/schemas/Problem")
    : validatorOf(found!, String(status), media)!
  return bodyComplaint(check, body)
}

/** What is wrong with a message that a dialect sent a receiver; null for one that is promised. */
export function complaintAboutMessage(dialect: Dialect, body: string): string | null {
  const complaints = Object.keys(documentOf(dialect).webhooks).map((name) => {
    const names = ["webhooks", name, "post", "requestBody", "content", "application/json", "schema"]
    return bodyComplaint(compiled(dialect, names.map((each) => `/${escaped(each)}`).join("")), body)
  })
  return complaints.includes(null) ? null : complaints.join("; or ")
}

/** Throws for a message that is none of any dialect's: which one it is its receiver isn't told. */
export function checkMessage(body: string): void {
  const complaints = dialects.map((dialect) => complaintAboutMessage(dialect, body))
  if (complaints.includes(null)) return
  const all = complaints.map((each, at) => `${dialects[at]!.name}: ${each}`).join("\n")
  throw new Error(`a message that no document promises: ${body.slice(0, 500)}\n${all}`)
}

let checked = 0

/** How many answers of dialects were held against their documents in this process. */
export function answersChecked(): number {
  return checked
}

/** Throws for an answer of a dialect that isn't by its document. */
export function checkAnswer(exchange: Exchange): void {
  if (!ownerOf(exchange.path)) return
  checked += 1
  const complaint = complaintAbout(exchange)
  if (complaint === null) return
  const { method, path, status, body } = exchange
  const line = `${method} ${path} answered ${status}`
  throw new Error(`${line}, not by its document: ${complaint}\n${body.slice(0, 500)}`)
}

function notModified(found: Found | null, body: string): string | null {
  if (!found?.operation.responses["304"]) return "a 304 that isn't promised"
  return body === "" ? null : "a 304 with a body"
}

function bodyComplaint(check: ValidateFunction, body: string): string | null {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return "a body that isn't JSON"
  }
  if (check(value)) return null
  return ajv.errorsText(check.errors, { dataVar: "answer", separator: "; " })
}
