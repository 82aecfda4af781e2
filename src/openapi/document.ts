/** Makes the OpenAPI 3.1 document of a dialect from the routes that it registered; pure. */
import type { z } from "zod"
import type { Contract, Dialect, RouteWords } from "../dialects/dialect.ts"
import { type JsonSchema, jsonSchemaOf, membersOf } from "./schema.ts"

/** A route as it was registered, with the schemas that its requests and answers are held to. */
export type Route = {
  readonly method: string
  /** With the dialect's prefix, its parameters as `:name` or `:name(pattern)`. */
  readonly url: string
  readonly open: boolean
  readonly schema: {
    readonly body?: z.ZodType
    readonly querystring?: z.ZodType
    readonly params?: z.ZodType
    readonly response?: Readonly<Record<string, z.ZodType>>
  }
}

export type About = {
  readonly dialect: Dialect
  readonly routes: readonly Route[]
  /** Where clients reach the gateway, without a slash at the end. */
  readonly publicUrl: string
  /** The gateway's version. */
  readonly version: string
  /** Reads an example of the dialect's, such as `error.json#body`. */
  example(name: string): unknown
}

export type Document = {
  readonly openapi: "3.1.1"
  readonly info: Readonly<Record<string, unknown>>
  readonly servers: readonly { readonly url: string }[]
  readonly security: readonly Security[]
  readonly webhooks: Readonly<Record<string, { readonly post: Operation }>>
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}
export type Operation = {
  readonly operationId: string
  readonly summary?: string
  readonly security?: readonly Security[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly required: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, unknown>>
}
export type Parameter = {
  readonly name: string
  readonly in: "path" | "query" | "header"
  readonly required: boolean
  readonly description?: string
  readonly schema: JsonSchema
}
type Content = Readonly<Record<string, { readonly schema: JsonSchema; readonly example?: unknown }>>
type Security = Readonly<Record<string, readonly string[]>>

const PARAMETER = /:(\w+)(?:\(([^)]*)\))?/g
const JSON_TYPE = "application/json"
/** What each status means, for those who read the document. */
const MEANINGS: Readonly<Record<string, string>> = {
  200: "Done, or found.",
  201: "Made.",
  202: "Taken on; how it ends is told later.",
  304: "The client has it already.",
}

/** The path of a route below the dialect's base URL, as documents write it: `/payments/{id}`. */
export function templateOf(dialect: Pick<Dialect, "basePath">, url: string): string {
  return url.slice(dialect.basePath.length).replace(PARAMETER, "{$1}")
}

/** The document of a dialect. The same routes give the same document, byte for byte. */
export function documentOf(about: About): Document {
  const { dialect, routes, publicUrl, version } = about
  const { contract } = dialect
  const paths: Record<string, Record<string, Operation>> = {}
  for (const route of routes) {
    const path = templateOf(dialect, route.url)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, path, about) }
  }
  return {
    openapi: "3.1.1",
    info: {
      title: contract.title,
      version,
      description: contract.description,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: publicUrl + dialect.basePath }],
    security: [allOf(contract.proof)],
    webhooks: webhooksOf(about),
    paths,
    components: {
      securitySchemes: contract.schemes,
      schemas: { Problem: jsonSchemaOf(contract.problem.schema, "output") },
      responses: { Problem: problemOf(contract, about) },
      headers: {
        RequestId: {
          description:
            "The id of the request in the gateway's log: the client's own, if it sent one.",
          schema: { type: "string" },
        },
      },
    },
  }
}

/** What receivers are sent. They prove it by its signature: no scheme of requests is for that. */
function webhooksOf(about: About): Document["webhooks"] {
  const words = Object.entries(about.dialect.contract.webhooks)
  return Object.fromEntries(
    words.map(([name, { summary, schema, example }]) => {
      const content = json(jsonSchemaOf(schema, "output"), example, about)
      const post: Operation = {
        operationId: `webhook${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
        summary,
        security: [],
        requestBody: { required: true, content },
        responses: {
          "2XX": { description: "Taken. After anything else but 410 it is sent again." },
          "410": { description: "Nothing more is wanted: nothing is sent to this address again." },
        },
      }
      return [name, { post }]
    }),
  )
}

function operationOf(route: Route, path: string, about: About): Operation {
  const { contract } = about.dialect
  const words = contract.routes[`${route.method} ${path}`]
  const parameters = [
    ...pathParameters(route),
    ...queryParameters(route),
    ...(words?.once ? [ONCE] : []),
  ]
  const security = words?.proof ? [allOf(words.proof)] : route.open ? [] : null
  return {
    operationId: operationIdOf(route.method, path),
    ...(words && { summary: words.summary }),
    ...(security && { security }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.schema.body && { requestBody: bodyOf(route.schema.body, words, about) }),
    responses: responsesOf(route, words, about),
  }
}

function allOf(schemes: readonly string[]): Security {
  return Object.fromEntries(schemes.map((name) => [name, []]))
}

const ONCE: Parameter = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "A repeat with the same key and body gets the first answer, byte for byte.",
  schema: { type: "string" },
}

/** `POST /payments/{id}/cancel` becomes `postPaymentsByIdCancel`. */
function operationIdOf(method: string, path: string): string {
  const words = path.replace(/\{(\w+)\}/g, "by-$1").split(/[^A-Za-z0-9]+/)
  const upper = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
  return method.toLowerCase() + upper.join("")
}

function pathParameters({ url, schema }: Route): Parameter[] {
  const { members } = membersOf(schema.params ? jsonSchemaOf(schema.params, "input") : {})
  return [...url.matchAll(PARAMETER)].map(([, name, pattern]) => ({
    name: name!,
    in: "path",
    required: true,
    schema: pattern === undefined ? (members[name!] ?? { type: "string" }) : patterned(pattern),
  }))
}

function patterned(pattern: string): JsonSchema {
  return { type: "string", pattern }
}

function queryParameters({ schema }: Route): Parameter[] {
  if (!schema.querystring) return []
  const { members, required } = membersOf(jsonSchemaOf(schema.querystring, "input"))
  return Object.entries(members).map(([name, member]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema: member,
  }))
}

function bodyOf(schema: z.ZodType, words: RouteWords | undefined, about: About) {
  // A body that may be left out is one that reads nothing, too.
  const required = !schema.safeParse(undefined).success
  return { required, content: json(jsonSchemaOf(schema, "input"), words?.request, about) }
}

function responsesOf({ schema }: Route, words: RouteWords | undefined, about: About) {
  const answers = Object.entries(schema.response ?? {}).map(([status, answer]) => {
    const also = status === "200" ? (words?.alsoAs ?? []) : []
    const content = {
      ...json(jsonSchemaOf(answer, "output"), words?.answers?.[Number(status)], about),
      ...Object.fromEntries(also.map((type) => [type, { schema: { type: "string" } }])),
    }
    return [status, { ...said(status), content }] as const
  })
  const only = words?.onlyAs && { [words.onlyAs]: { schema: { type: "string" } } }
  return {
    ...Object.fromEntries(answers),
    ...(only && { 200: { ...said("200"), content: only } }),
    ...(words?.unchanged && { 304: said("304") }),
    default: { $ref: "#/components/responses/Problem" },
  }
}

function said(status: string) {
  return {
    description: MEANINGS[status] ?? `Status ${status}.`,
    headers: { "x-request-id": { $ref: "#/components/headers/RequestId" } },
  }
}

function json(schema: JsonSchema, example: string | undefined, about: About): Content {
  return {
    [JSON_TYPE]: { schema, ...(example !== undefined && { example: about.example(example) }) },
  }
}

function problemOf({ problem }: Contract, about: About) {
  return {
    description: "Refused, or failed: every error has this one shape.",
    headers: { "x-request-id": { $ref: "#/components/headers/RequestId" } },
    content: {
      [problem.mediaType]: {
        schema: { $ref: "#/components/schemas/Problem" },
        ...(problem.example !== undefined && { example: about.example(problem.example) }),
      },
    },
  }
}
