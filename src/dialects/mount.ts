/**
 * Mounts a dialect: whatever fails below its prefix is answered in its own shape, never the
 * server's.
 */
import { isUtf8 } from "node:buffer"
import { hash } from "node:crypto"
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import type { z } from "zod"
import {
  type Bound,
  type Core,
  type Found,
  isRefusal,
  OutcomeUnknown,
  PasswordsBusy,
  type Refusal,
  type StoredAnswer,
  Unavailable,
} from "../core/index.ts"
import {
  type Dialect,
  type DialectApp,
  type Problem,
  type WireAnswer,
  WireProblem,
} from "./dialect.ts"
import { noteForeignIds } from "./foreign.ts"
import { refuseHostileText } from "./hostile.ts"
import { askWho, countRequest } from "./limit.ts"
import { invalid } from "./sentences.ts"

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] as const
/** Seconds after which a client may try again when we could not take its request. */
const RETRY_AFTER_S = "1"

const callers = new WeakMap<FastifyRequest, Found>()

/** Who made this request; only routes that need credentials may ask. */
export function caller(request: FastifyRequest): Found {
  const found = callers.get(request)
  if (!found) throw new Error("this route is open: it has no caller")
  return found
}

/** Registers a dialect below its prefix. */
export async function mountDialect(
  server: FastifyInstance,
  dialect: Dialect,
  core: Core,
): Promise<void> {
  await server.register(
    async (scope) => {
      const app = scope as unknown as DialectApp
      const known = new Map<string, Set<string>>()

      scope.setErrorHandler((error: FastifyError, request, reply) => {
        // The server has logged it, if it is a fault.
        const problem = problemOf(error, core)
        answer(reply, dialect.problem(problem, request.id, core.publicUrl), problem)
      })
      scope.setNotFoundHandler((request, reply) => {
        const problem: Problem = { code: "route_not_found", message: "there is no such path" }
        answer(reply, dialect.problem(problem, request.id, core.publicUrl), problem)
      })
      scope.setValidatorCompiler(({ schema, httpPart }) => (data) => {
        const parsed = (schema as z.ZodType).safeParse(data)
        if (parsed.success) return { value: parsed.data }
        return { error: new WireProblem(invalid(parsed.error, httpPart ?? "body")) }
      })
      // What goes out is cut to its schema: a member that isn't promised is never sent by accident.
      scope.setSerializerCompiler(
        ({ schema }) =>
          (data) =>
            JSON.stringify((schema as z.ZodType).parse(data)),
      )
      scope.removeContentTypeParser(["text/plain"])
      readJson(scope, "refuse empty")
      scope.addHook("onRoute", (route) => {
        const methods = known.get(route.url) ?? new Set()
        for (const method of [route.method].flat()) methods.add(method)
        known.set(route.url, methods)
        if (route.config?.open) return
        const others = [route.onRequest ?? []].flat()
        route.onRequest = [
          ...others,
          async (request: FastifyRequest, reply: FastifyReply) => {
            const ask = () => dialect.authenticate(request, core)
            const found = await askWho(core, request, reply, ask)
            callers.set(request, found)
            await countRequest(core, found, reply, dialect.rateHeaders)
          },
        ]
      })
      noteForeignIds(scope, core, (request) => callers.get(request) ?? null)
      scope.addHook("preValidation", ({ body, params, query }, _reply, done) => {
        for (const part of [body, query, params]) refuseHostileText(part)
        done()
      })

      dialect.routes(app, core)
      refuseOtherMethods(scope, dialect, core, known)
    },
    { prefix: dialect.prefix },
  )
}

/** A path that exists answers any other method with 405 and the methods it has. */
function refuseOtherMethods(
  scope: FastifyInstance,
  dialect: Dialect,
  { publicUrl }: Core,
  known: ReadonlyMap<string, ReadonlySet<string>>,
): void {
  for (const [url, methods] of [...known]) {
    const others = METHODS.filter((method) => !methods.has(method))
    if (others.length === 0) continue
    // Taken now: the route below is itself one more of this path.
    const allow = [...methods].join(", ")
    scope.route({
      method: [...others],
      url: url.slice(dialect.prefix.length) || "/",
      config: { open: true, refuses: true },
      // The method is wrong whatever the body is: it is not looked at.
      onRequest: async (request, reply) => {
        const problem: Problem = {
          code: "method_not_allowed",
          message: `${request.method} is not possible here`,
        }
        reply.header("allow", allow)
        answer(reply, dialect.problem(problem, request.id, publicUrl), problem)
        return reply
      },
      handler: () => undefined,
    })
  }
}

/**
 * Reads JSON bodies of a scope, in UTF-8 whatever charset they name. Bytes that are none are
 * refused: decoding would put a mark in the place of each, and a name would be kept with holes. So
 * are packed ones: nobody documents any, and what they unpack to has no bound.
 */
export function readJson(
  scope: Pick<
    DialectApp,
    "addContentTypeParser" | "getDefaultJsonParser" | "removeContentTypeParser"
  >,
  empty: "refuse empty" | "take empty",
): void {
  const parse = scope.getDefaultJsonParser("error", "error")
  scope.removeContentTypeParser("application/json")
  scope.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) => {
    if (body.length === 0 && empty === "take empty") return done(null, undefined)
    if (!/^(?:identity)?$/i.test(request.headers["content-encoding"] ?? "")) {
      const message = "Content-Encoding must be left out: the body is read as it comes"
      return done(new WireProblem({ code: "media_type_unsupported", message }), undefined)
    }
    if (!isUtf8(body as Buffer)) {
      const message = "the body is not valid UTF-8"
      return done(new WireProblem({ code: "body_malformed", message }), undefined)
    }
    const text = body.toString("utf8")
    return parse(request, text, (error: Error | null, value?: unknown) =>
      done(error && isJson(text) ? reservedName() : error, value),
    )
  })
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The parser refuses names by which a body could reach what all objects have. */
function reservedName(): WireProblem {
  const message = "no member of the body may be called __proto__, or constructor with a prototype"
  return new WireProblem({ code: "body_malformed", message })
}

/** For routes that need no body: many clients send the header of a JSON one all the same. */
export async function allowEmptyBody({ headers }: FastifyRequest): Promise<void> {
  const empty = headers["transfer-encoding"] === undefined && !Number(headers["content-length"])
  if (empty) delete headers["content-type"]
}

/** Sends an answer of a dialect's own making. */
export function answer(reply: FastifyReply, wire: WireAnswer, problem?: Problem): void {
  const headers: Record<string, string> = { ...wire.headers }
  if (problem?.code === "unavailable") headers["retry-after"] ??= RETRY_AFTER_S
  void reply
    .code(wire.status)
    .headers(headers)
    .type(headers["content-type"] ?? "application/json; charset=utf-8")
    .serializer((body: unknown) => (typeof body === "string" ? body : JSON.stringify(body)))
    .send(wire.body)
}

/** Sends an answer that was stored for an Idempotency-Key, byte for byte. */
export function sendStored(reply: FastifyReply, stored: StoredAnswer): FastifyReply {
  return reply
    .code(stored.status)
    .type("application/json; charset=utf-8")
    .serializer((body: unknown) => body as string)
    .send(stored.body)
}

/** The value of an answer, or the refusal thrown as the dialect's problem. */
export function orThrow<T>(value: T | Refusal): T {
  if (isRefusal(value)) {
    throw new WireProblem({ code: value.refused, message: value.message })
  }
  return value
}

/**
 * What `make` answers. Where it throws a problem before the engine saw the key, a repeat still
 * hears its first answer: limits, rails and what the request names may have changed since.
 */
export function asBefore(core: Core, bound: Bound | null, make: () => Promise<StoredAnswer>) {
  return make().catch(async (error: unknown) => {
    const known = bound && error instanceof WireProblem ? await core.answers.find(bound) : null
    if (known === null) throw error
    return known
  })
}

/** The Idempotency-Key of a request, bound to merchant, method, path and body; null without one. */
export function idempotencyKey(request: FastifyRequest, merchantId: string): Bound | null {
  const header = request.headers["idempotency-key"]
  if (header === undefined) return null
  if (typeof header !== "string" || !/^[\x21-\x7e]{1,255}$/.test(header)) {
    throw new WireProblem({
      code: "body_invalid",
      message: "Idempotency-Key must be 1 to 255 visible ASCII characters",
    })
  }
  const path = request.url.split("?")[0]
  const scope = `${merchantId}|${request.method}|${path}|${header}`
  return { key: sha256(scope), fingerprint: sha256(JSON.stringify(request.body ?? null, writable)) }
}

/** A schema may have made a bigint of an amount, which JSON has no form for. */
function writable(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value
}

function sha256(text: string): string {
  return hash("sha256", text, "hex")
}

/** What an error means to a client; whatever isn't known is ours. */
function problemOf(error: FastifyError, core: Core): Problem {
  if (error instanceof WireProblem) return error.problem
  if (error instanceof Unavailable || error instanceof PasswordsBusy || core.isOutage(error)) {
    return { code: "unavailable", message: "the gateway cannot take this now, try again" }
  }
  if (error instanceof OutcomeUnknown) {
    return { code: "unavailable", message: "the outcome is not known yet, look it up" }
  }
  switch (error.code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return { code: "body_too_large", message: "the body is too large" }
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return { code: "media_type_unsupported", message: "Content-Type must be application/json" }
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
      return { code: "body_malformed", message: "the body is empty" }
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return { code: "body_malformed", message: "the body is not as long as Content-Length says" }
  }
  if (error instanceof SyntaxError || error.code === "FST_ERR_CTP_INVALID_JSON_BODY") {
    return { code: "body_malformed", message: "the body is not valid JSON" }
  }
  const status = error.statusCode ?? 500
  if (status >= 400 && status < 500)
    return { code: "body_malformed", message: "the request is malformed" }
  return { code: "internal", message: "something of ours failed" }
}
