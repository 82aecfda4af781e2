/** The HTTP server that all else is mounted on: limits, request ids, log lines, headers. */
import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from "fastify"
import type { Clock, Ids } from "../clock.ts"
import { type Logged, Unavailable } from "../core/index.ts"
import type { Metrics } from "./metrics.ts"
import { makeOutageLog } from "./outage.ts"
import {
  type PlainAnswer,
  type Problem,
  problemOf,
  renderProblem,
  STATUS_CODES,
} from "./problem.ts"

/** What one connection and one request may take; times in milliseconds. */
export type Limits = typeof LIMITS

export const LIMITS = {
  /** The largest request any vendor documents has a few KiB; files are never sent to us. */
  bodyBytes: 262_144,
  /** Request line and headers together. */
  headerBytes: 16_384,
  /** Longer than any id or reference; a longer path segment is answered with 414. */
  paramLength: 200,
  /** For the headers to arrive. */
  headersTimeoutMs: 10_000,
  /** For the whole request to arrive. */
  requestTimeoutMs: 30_000,
  /** How long a socket may be silent, also while we work: longer than the slowest handler waits. */
  connectionTimeoutMs: 120_000,
  /** Longer than the 60 s of common load balancers: they close first and lose no request. */
  keepAliveTimeoutMs: 72_000,
  /** How often Node looks for late requests: its own 30 s would make the limits above a guess. */
  lateCheckMs: 2_000,
  /** Sockets at once; more are closed at once. A file descriptor each, 1 MiB for 100 or so. */
  connections: 10_000,
  /** How long requests may finish in while the server closes; then their sockets are cut. */
  closeMs: 15_000,
}

export type ServerOptions = {
  readonly clock: Pick<Clock, "elapsedMs">
  readonly ids: Pick<Ids, "next">
  readonly logger: FastifyBaseLogger
  readonly metrics: Metrics
  readonly mode: "sandbox" | "live"
  /** Whether browsers reach us by https alone, and may be told so for a year; left out: no. */
  readonly httpsOnly?: boolean
  /** Whose X-Forwarded-* to believe: addresses or ranges, also with commas. Unset: nobody's. */
  readonly trustProxy?: string | string[]
  /** The prefix that a host name stands for: a client then changes nothing but the name. */
  readonly hosts?: Readonly<Record<string, string>>
  /**
   * How an error sounds that the framework found itself (a bad URL, a part too long), in the shape
   * of the dialect that owns the path; null where none does. Root errors are problem details.
   */
  readonly onFrameworkError?: (path: string, problem: Problem) => PlainAnswer | null
  /** Whether an error says that the database is away, which is told once for many requests. */
  readonly isOutage?: (error: unknown) => boolean
  /** For tests. */
  readonly limits?: Partial<Limits>
}

/** Every answer's headers. A page replaces the policy and, where it may be kept, the cache rule. */
const HEADERS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  "cache-control": "no-store",
}

/** A year. For our host alone: names below it may be somebody else's. */
const HTTPS_ONLY = { "strict-transport-security": "max-age=31536000" }

/**
 * Makes the server, not yet listening. Listen on an address rather than on the name "localhost":
 * for a name Fastify makes a second server, which lacks our answer to unreadable requests.
 * `close()` stops accepting, lets requests finish for `closeMs`, and cuts what is left.
 */
export function makeServer(options: ServerOptions): FastifyInstance {
  const limits = { ...LIMITS, ...options.limits }
  const headers: Record<string, string> = {
    ...HEADERS,
    ...(options.mode === "sandbox" && { "caudal-mode": "sandbox" }),
    ...(options.httpsOnly && HTTPS_ONLY),
  }
  const answersOwed = new WeakMap<Socket, number>()
  const tellOutage = makeOutageLog(options.clock)
  let closing = false

  const app = fastify({
    loggerInstance: options.logger,
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: "requestId",
    }),
    // Dialects bring the compilers of their own schemas. The framework's would be loaded all the
    // same, for nobody: a tenth of a start.
    schemaController: {
      compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler },
    },
    bodyLimit: limits.bodyBytes,
    routerOptions: { maxParamLength: limits.paramLength },
    connectionTimeout: limits.connectionTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: limits.lateCheckMs,
      // Node's own answer has no body; ours below speaks the dialect.
      requireHostHeader: false,
    },
    trustProxy: options.trustProxy ?? false,
    // While closing we still answer what arrives: a restart behind a load balancer loses nothing.
    return503OnClosing: false,
    genReqId: (request) => requestId(request.headers["x-request-id"], options.ids),
    rewriteUrl: urlOf,
    frameworkErrors: (error, request, reply) => {
      watch(request, reply)
      const problem = problemOf(error.statusCode ?? 400, request.id)
      const answer = options.onFrameworkError?.(pathOf(request.url), problem)
      send(reply, answer ?? renderProblem(problem))
    },
    clientErrorHandler: (error, socket) => answerUnreadable(error, socket),
  })
  // Declared at once, so that all requests have one shape; `watch` gives each its own.
  app.decorateRequest("logged", null as unknown as Logged)
  app.server.maxConnections = limits.connections
  app.server.on("checkExpectation", (request, response) => {
    const { lines, body, status } = rawAnswer(417, pathOf(urlOf(request)))
    response.writeHead(status, Object.fromEntries(lines)).end(body)
  })

  app.addHook("onRequest", (request, reply, done) => {
    watch(request, reply)
    const { raw } = request
    if (raw.headers.host === undefined && raw.httpVersion === "1.1") done(badRequest())
    else done()
  })
  app.addHook("preHandler", (request, _reply, done) => {
    const { socket } = request.raw
    answersOwed.set(socket, (answersOwed.get(socket) ?? 0) + 1)
    done()
  })
  app.addHook("onSend", (_request, reply, _payload, done) => {
    if (closing) reply.header("connection", "close")
    done()
  })
  // Whatever a dialect makes of it, a fault is logged once, here. An error with a status below 500
  // is an answer, and its message may repeat what the caller sent. What can't be taken now is told
  // by whom it is too much for, once: a line for each would be one more load.
  app.addHook("onError", (request, _reply, error, done) => {
    const isAnswer = error.statusCode !== undefined && error.statusCode < 500
    if (error instanceof Unavailable) request.log.debug({ why: error.message }, "not taken")
    else if (options.isOutage?.(error)) tellOutage(request.log, error)
    else if (!isAnswer) request.log.error({ err: error }, "fault")
    done()
  })
  app.addHook("preClose", async () => {
    closing = true
    const cut = setTimeout(() => app.server.closeAllConnections(), limits.closeMs)
    app.server.once("close", () => clearTimeout(cut))
  })
  app.setNotFoundHandler((request, reply) => {
    const problem = problemOf(404, request.id)
    const path = pathOf(request.url)
    // A base URL and a path joined with a slash too many: whom it was meant for is clear.
    const owner = path.startsWith("//") ? path.replace(/^\/+/, "/") : null
    const answer = owner === null ? null : options.onFrameworkError?.(owner, problem)
    send(reply, answer ?? renderProblem(problem))
  })
  app.setErrorHandler((error: { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500
    send(reply, renderProblem(problemOf(status >= 400 ? status : 500, request.id)))
  })
  return app

  /** Sets what every answer carries, and writes the log line when it is over, however it ends. */
  function watch(request: FastifyRequest, reply: FastifyReply): void {
    const startedMs = options.clock.elapsedMs()
    const { socket } = request.raw
    request.logged = {}
    reply.headers(headers).header("x-request-id", request.id)
    reply.raw.once("close", () => {
      const owed = answersOwed.get(socket)
      if (owed) answersOwed.set(socket, owed - 1)
      const ms = options.clock.elapsedMs() - startedMs
      const route = request.routeOptions.url ?? "unmatched"
      // Who listens to a stream leaves when he likes, and how long he did says nothing about us.
      const isStream = /^text\/event-stream\b/.test(String(reply.raw.getHeader("content-type")))
      // 499: the caller left before our answer; nothing that we say has that number.
      const status = reply.raw.writableEnded || isStream ? reply.raw.statusCode : 499
      const labels = { method: request.method, route, status: String(status) }
      if (!isStream) options.metrics.observe("http_request", ms / 1_000, labels)
      const rounded = Math.round(ms * 10) / 10
      const { logged } = request
      const about = { method: request.method, route, status, ms: rounded, ...logged }
      request.log.info(about, "request")
      if (logged.security) options.metrics.count("security_events", { event: logged.security })
    })
  }

  /**
   * Answers what could not be read as a request. Where an answer to an earlier one is still owed on
   * the socket, ours would pass for it, and might call a payment malformed that was made: cut.
   */
  function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
    if (error.code === "ECONNRESET" || !socket.writable || answersOwed.get(socket)) {
      socket.destroy()
      return
    }
    const status = statusOfUnreadable(error.code)
    const { lines, body } = rawAnswer(status, null)
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")
    options.logger.info({ status, code: error.code }, "unreadable request")
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`)
    socket.destroySoon()
  }

  /** The URL as it is routed: the host may stand for a prefix. */
  function urlOf(request: IncomingMessage): string {
    const host = request.headers.host?.replace(/:\d+$/, "").toLowerCase() ?? ""
    // A caller may also claim to come for the host "constructor": only own names count.
    const prefix = options.hosts && Object.hasOwn(options.hosts, host) ? options.hosts[host] : ""
    return prefix + originForm(request.url ?? "/")
  }

  /** An answer outside the framework. `path` is null where not even that could be read. */
  function rawAnswer(status: number, path: string | null) {
    const id = requestId(undefined, options.ids)
    const problem = problemOf(status, id)
    const shaped = path === null ? null : options.onFrameworkError?.(path, problem)
    const answer = shaped ?? renderProblem(problem)
    const own = { "x-request-id": id, "content-length": String(Buffer.byteLength(answer.body)) }
    const all = { ...headers, ...answer.headers, ...own, connection: "close" }
    const lines: [string, string][] = Object.entries(all)
    return { status: answer.status, lines, body: answer.body }
  }
}

/** Stands for a compiler that nobody asks for; a route with a schema outside a dialect is a bug. */
function noCompiler(): () => never {
  return () => {
    throw new Error("only a dialect's routes have schemas")
  }
}

function send(reply: FastifyReply, answer: PlainAnswer): void {
  reply.code(answer.status).headers(answer.headers).send(answer.body)
}

/** The caller's own id when it can do no harm in a log or a header, else a fresh one. */
function requestId(given: string | string[] | undefined, ids: Pick<Ids, "next">): string {
  if (typeof given === "string" && /^[A-Za-z0-9_-]{1,64}$/.test(given)) return given
  return `req_${ids.next()}`
}

/** `GET http://host/path` and `OPTIONS *` are legal too, but the router knows only paths. */
function originForm(url: string): string {
  if (url.startsWith("/")) return url
  const rest = url.replace(/^https?:\/\/[^/?#]*/i, "")
  return rest.startsWith("/") ? rest : `/${rest === "*" ? "" : rest}`
}

function pathOf(url: string): string {
  return url.split("?", 1)[0]!
}

function badRequest(): Error {
  return Object.assign(new Error("HTTP/1.1 needs a Host header"), { statusCode: 400 })
}

function statusOfUnreadable(code: string | undefined): number {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return 408
  if (code === "HPE_HEADER_OVERFLOW") return 431
  return code === "HPE_CHUNK_EXTENSIONS_OVERFLOW" ? 413 : 400
}

declare module "fastify" {
  interface FastifyRequest {
    /** What is known of who asks; the line of the request in the log has it. */
    logged: Logged
  }
}
