/** Makes the requests of a sequence: mostly right ones, spoiled ones, and odd ones. */
import type { Dialect } from "../../src/dialects/index.ts"
import type { Operation, Parameter } from "../../src/openapi/document.ts"
import { documentOf } from "../support/contract.ts"
import * as hostile from "./hostile.ts"
import type { Known } from "./pool.ts"
import { type Making, valueFor } from "./values.ts"

/** Who asks: A and B are merchants; the others get nowhere but where nobody is asked. */
export type Who = "A" | "B" | "operator" | "nobody" | "stranger" | "otherDialect"

/** A request as it goes out. */
export type Shot = {
  readonly dialect: string
  /** The route that it was made for, such as `POST /payments`; it may lead elsewhere. */
  readonly aim: string
  readonly who: Who
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | null
  /** Ids of others' things in it: whoever asks must not reach them. */
  readonly ids: readonly string[]
  /** What the ids of its answer name. */
  readonly collection: string
  /** Whether it goes over a socket: some paths can't be carried otherwise. */
  readonly overSocket: boolean
  readonly framing: Framing
  /** How many go out at the same moment, all alike. */
  readonly times: number
}

/** How a request is put into bytes, where a socket carries it. */
export type Framing = (typeof FRAMINGS)[number]
export const FRAMINGS = [
  "plain",
  "chunked",
  "absolute",
  "http10",
  "hangUp",
  // These aren't requests by the book: they can't be read, or might be read in two ways.
  "short",
  "lengthAndChunks",
  "twoLengths",
  "folded",
  "lineFeeds",
  "lowerCase",
  "noVersion",
] as const

type Aim = {
  readonly dialect: Dialect
  readonly method: string
  readonly template: string
  readonly operation: Operation
  readonly weight: number
}

/**
 * How often a route is asked, where it isn't 1, or 3 for a create. A login costs as much memory and
 * time as a password is worth: some are enough.
 */
const WEIGHTS: Readonly<Record<string, number>> = {
  "POST /login": 0.03,
  "GET /recharges": 0.3,
  "GET /statement": 0.5,
  "POST /endpoints": 0.3,
  // Each asks somebody's server.
  "POST /endpoints/{id}/test": 0.1,
  "POST /payments/{id}/simulate": 3,
  "POST /payments/{id}/refunds": 3,
}

/** Routes that are never asked, each with its reason; `caudal-hooks.test.ts` asks them. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  "caudal GET /events/stream": "goes on for as long as somebody listens",
  "caudal POST /sandbox/clock": "would end the tokens and payments of other sequences",
}

const aims = new Map<string, readonly Aim[]>()

/** The operations of a dialect, from its document. */
function aimsOf(dialect: Dialect): readonly Aim[] {
  const known = aims.get(dialect.name)
  if (known) return known
  const made = Object.entries(documentOf(dialect).paths).flatMap(([template, operations]) =>
    Object.entries(operations).flatMap(([verb, operation]) => {
      const method = verb.toUpperCase()
      const isCreate = method === "POST" && !template.includes("{")
      const name = `${method} ${template}`
      if (`${dialect.name} ${name}` in LEFT_OUT) return []
      const weight = WEIGHTS[name] ?? (isCreate ? 3 : 1)
      return [{ dialect, method, template, operation, weight }]
    }),
  )
  aims.set(dialect.name, made)
  return made
}

/** How often each kind of request is made. */
const KINDS = { right: 10, spoiled: 6, body: 1, headers: 2, query: 1, path: 1, method: 1 } as const
const WHO = { A: 16, B: 2, operator: 1, nobody: 1, stranger: 1, otherDialect: 1 } as const
/** Over inject the rest: a socket costs some ten times as much. */
const SOCKET_SHARE = 0.02
/** How often the same request goes out several times at once, and how many times. */
const AT_ONCE_SHARE = 0.02
const AT_ONCE = 3

/** Credentials of everybody in a dialect, as headers. */
export type Proofs = (dialect: string, who: Who) => Readonly<Record<string, string>>

/** One request. */
export function shotAt(dialect: Dialect, making: Making, proofs: Proofs): Shot {
  const { random } = making
  const table = Object.fromEntries(aimsOf(dialect).map((each, at) => [at, each.weight]))
  const aim = aimsOf(dialect)[Number(random.weighted(table))]!
  const kind = random.weighted(KINDS)
  const who = whoFor(aim, making)
  const right = rightShot(aim, who, making, proofs)
  const times = random.chance(AT_ONCE_SHARE) ? AT_ONCE : 1
  return { ...right, ...ODD[kind](right, making), ...wayOf(kind, making), times }
}

function wayOf(kind: keyof typeof KINDS, { random }: Making): Partial<Shot> {
  const overSocket = random.chance(SOCKET_SHARE) || kind === "path"
  // An odd path is enough for one request.
  const framing = overSocket && kind !== "path" ? random.pick(FRAMINGS) : "plain"
  return { overSocket, framing }
}

function whoFor({ template }: Aim, { random }: Making): Who {
  const who = random.weighted(WHO)
  if (!template.startsWith("/operator/")) return who
  return who === "A" ? "operator" : who
}

function rightShot(aim: Aim, who: Who, making: Making, proofs: Proofs): Shot {
  const { dialect, method, template, operation } = aim
  const parts = collectionsOf(template)
  const ids: string[] = []
  const fill = (parameter: Parameter) => {
    const known = knownFor(parameter, parts, making)
    if (known) ids.push(known.id)
    return known?.id ?? String(valueFor(parameter.schema, parameter.name, making) ?? "")
  }
  const parameters = operation.parameters ?? []
  const values = new Map(
    parameters.filter((each) => each.in === "path").map((each) => [each.name, fill(each)]),
  )
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(values.get(name) ?? "x"),
  )
  const bodySchema = operation.requestBody?.content["application/json"]?.schema
  const value = bodySchema && valueFor(bodySchema, "", making)
  const idsInBody = value === undefined ? [] : textsIn(value)
  return {
    dialect: dialect.name,
    aim: `${method} ${template}`,
    who,
    method,
    path: dialect.basePath + path + queryOf(parameters, making),
    headers: { ...proofs(dialect.name, who), ...(value !== undefined && JSON_HEADERS) },
    body: value === undefined ? null : Buffer.from(JSON.stringify(value)),
    ids: [...ids, ...idsInBody],
    collection: parts.at(-1) ?? "id",
    overSocket: false,
    framing: "plain",
    times: 1,
  }
}

const JSON_HEADERS = { "content-type": "application/json" }

/** The names of a path that no id stands for: what comes before an id says what it names. */
function collectionsOf(template: string): string[] {
  const parts = template.split("/").filter((part) => part !== "" && !part.startsWith("{"))
  return parts.filter((part) => !["cancel", "simulate", "api", "create"].includes(part))
}

/** Names of ids that the ids of their collection can't be told by. */
const ID_NAMES: Readonly<Record<string, readonly string[]>> = {
  paymentId: ["paymentId"],
  operationId: ["operationId"],
  customerId: ["customers"],
  paymentMethodId: ["paymentMethods"],
  paymentRequestId: ["paymentRequests"],
  refund: ["refunds"],
}
/** How often a path names something that is there. */
const KNOWN_SHARE = 0.9

function knownFor({ name }: Parameter, parts: readonly string[], making: Making): Known | null {
  if (!making.random.chance(KNOWN_SHARE)) return null
  if (parts[0] === "operator") return { id: making.fixed["merchant"]!, owner: "nobody" }
  return making.pool.draw(making.random, ID_NAMES[name] ?? [parts[0] ?? ""])
}

function queryOf(parameters: readonly Parameter[], making: Making): string {
  const query = new URLSearchParams()
  for (const { name, in: place, required, schema } of parameters) {
    if (place !== "query" || !(required || making.random.chance(0.3))) continue
    const value = valueFor(schema, name, making)
    for (const each of [value].flat()) query.append(name, String(each))
  }
  const text = query.toString()
  return text === "" ? "" : `?${text}`
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value]
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** How many of the odd bodies are large: each takes as long as a hundred others. */
const LARGE_SHARE = 0.03

type Change = (shot: Shot, making: Making) => Partial<Shot>

/** What makes a right request an odd one. */
const ODD: Readonly<Record<keyof typeof KINDS, Change>> = {
  right: (shot, { random }) =>
    random.chance(0.1) ? withHeader(shot, ["idempotency-key", "k"]) : {},
  spoiled: (shot, making) => {
    if (shot.body === null) return ODD.query(shot, making)
    const body = hostile.spoiled(JSON.parse(shot.body.toString()) ?? {}, making.random)
    return { body }
  },
  body: (shot, { random }) => {
    const media = random.chance(0.3) ? random.pick(hostile.MEDIA) : "application/json"
    const bodies = random.chance(LARGE_SHARE) ? hostile.LARGE_BODIES : hostile.BODIES
    return { body: random.pick(bodies)(), ...withHeader(shot, ["content-type", media]) }
  },
  headers: (shot, { random }) => withHeader(shot, random.pick(hostile.HEADERS)),
  query: (shot, { random }) => {
    const mark = shot.path.includes("?") ? "&" : "?"
    return { path: shot.path + mark + random.pick(hostile.QUERIES) }
  },
  path: (shot, { random }) => {
    const [path = "", query] = shot.path.split("?")
    const parts = path.split("/")
    const at = 1 + random.below(parts.length)
    parts.splice(at, random.below(2), random.pick(hostile.SEGMENTS))
    return { path: parts.join("/") + (query === undefined ? "" : `?${query}`) }
  },
  method: (_shot, { random }) => ({ method: random.pick(hostile.METHODS) }),
}

function withHeader({ headers }: Shot, [name, value]: readonly [string, string]): Partial<Shot> {
  return { headers: Object.fromEntries([...Object.entries(headers), [name, value]]) }
}

/** A request as a command that sends it again. */
export function asCurl(shot: Shot, url: string): string {
  const { method, path, headers, body } = shot
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
  const parts = [`curl -i --path-as-is -X ${method} ${quoted(url + path)}`]
  for (const [name, value] of Object.entries(headers))
    parts.push(`-H ${quoted(`${name}: ${value}`)}`)
  if (body === null) return parts.join(" ")
  const text = body.toString("utf8")
  const isText = body.length < 2_000 && /^[\x20-\x7e]*$/.test(text)
  if (isText) return `${parts.join(" ")} --data-binary ${quoted(text)}`
  const bytes = body.length < 2_000 ? body.toString("base64") : `<${body.length} bytes>`
  return `printf %s ${bytes} | base64 -d | ${parts.join(" ")} --data-binary @-`
}
