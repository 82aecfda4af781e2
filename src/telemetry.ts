/** Makes spans by OpenTelemetry's API, where an SDK is installed; without one there are none. */
import {
  type Attributes,
  type Context,
  context,
  type Link,
  ProxyTracerProvider,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api"
import type { FastifyInstance, FastifyRequest } from "fastify"
import type { CoreParts, Rail, Tracing } from "./core/index.ts"

export type Telemetry = Tracing & {
  /** Gives every request of the server a span, which continues that of whoever sent it. */
  traceRequests(server: FastifyInstance): void
  /** The same way of sending, with a span for each webhook, which is passed on. */
  tracedSend(send: Send): Send
  /** The same rail, with a span for each call that leaves. */
  tracedRail(rail: Rail): Rail
}

type Send = NonNullable<CoreParts["send"]>

/** What is passed on to receivers. Not the caller's baggage: they are somebody else's servers. */
const PASSED_ON = ["traceparent", "tracestate"]
/** Calls of a rail that ask its provider. */
const ASKING = ["begin", "observe", "verify", "withdraw", "check"] as const
const SERVER_ERROR = 500

/** The telemetry of this process; null where no SDK is there to take it. */
export function openTelemetry(): Telemetry | null {
  if (!isTaken()) return null
  const tracer = trace.getTracer("caudal")

  /** Runs `work` in a span that ends with it; a failure is told by its kind alone. */
  async function run<T>(span: Span, under: Context, work: () => Promise<T>): Promise<T> {
    try {
      return await context.with(trace.setSpan(under, span), work)
    } catch (error) {
      span.setAttribute("error.type", (error as Error)?.name ?? typeof error)
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  }

  function calling<T>(
    name: string,
    attributes: Attributes,
    work: (span: Span) => Promise<T>,
  ): Promise<T> {
    const under = context.active()
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, under)
    return run(span, under, () => work(span))
  }

  return {
    here: () => trace.getSpanContext(context.active()),

    span(name, { attributes = {}, causes }, work) {
      const links = causes?.flatMap((cause) => (cause ? [{ context: cause } as Link] : []))
      const under = context.active()
      const options = { attributes, ...(links && { links, root: true }) }
      return run(tracer.startSpan(name, options, under), under, work)
    },

    traceRequests(server) {
      const contexts = new WeakMap<FastifyRequest, Context>()
      server.addHook("onRequest", (request, reply, done) => {
        const from = propagation.extract(context.active(), request.headers)
        const route = request.routeOptions.url ?? "unmatched"
        const attributes = { "http.request.method": request.method, "http.route": route }
        const options = { kind: SpanKind.SERVER, attributes }
        const span = tracer.startSpan(`${request.method} ${route}`, options, from)
        span.setAttribute("caudal.request", request.id)
        reply.raw.once("close", () => {
          span.setAttribute("http.response.status_code", reply.raw.statusCode)
          if (reply.raw.statusCode >= SERVER_ERROR) span.setStatus({ code: SpanStatusCode.ERROR })
          span.end()
        })
        const own = trace.setSpan(from, span)
        contexts.set(request, own)
        context.with(own, done)
      })
      // A body arrives on the connection, which knows nothing of the request: it is told again.
      server.addHook("preValidation", (request, _reply, done) => {
        context.with(contexts.get(request) ?? context.active(), done)
      })
    },

    tracedSend: (send) => (request) => {
      const attributes = {
        "server.address": new URL(request.url).host,
        "caudal.delivery": request.headers["webhook-id"] ?? "",
      }
      return calling("webhook", attributes, async (span) => {
        const carrier: Record<string, string> = {}
        propagation.inject(context.active(), carrier)
        const passed = Object.entries(carrier).filter(([name]) => PASSED_ON.includes(name))
        const headers = { ...request.headers, ...Object.fromEntries(passed) }
        const sent = await send({ ...request, headers })
        if (sent.kind === "answered") {
          span.setAttribute("http.response.status_code", sent.status)
        } else {
          span.setAttribute("error.type", sent.why)
          span.setStatus({ code: SpanStatusCode.ERROR })
        }
        return sent
      })
    },

    tracedRail: (rail) =>
      new Proxy(rail, {
        get(target, member) {
          const value: unknown = Reflect.get(target, member)
          const asking = ASKING.find((each) => each === member)
          if (typeof value !== "function") return value
          if (asking === undefined) return value.bind(target)
          return (...given: readonly unknown[]) => {
            const attributes = { "caudal.rail": rail.name, ...attemptOf(given[0]) }
            return calling(`rail ${asking}`, attributes, () => value.apply(target, given))
          }
        },
      }),
  }
}

/** Whether anybody has put an SDK behind the API: else every span would be made for nothing. */
function isTaken(): boolean {
  const provider = trace.getTracerProvider()
  const behind =
    "getDelegate" in provider ? (provider as ProxyTracerProvider).getDelegate() : provider
  return behind !== new ProxyTracerProvider().getDelegate()
}

/** The id of what is asked for, or how much is asked at once. */
function attemptOf(given: unknown): Attributes {
  if (Array.isArray(given)) return { "caudal.attempts": given.length }
  const { attemptId } = (given ?? {}) as { readonly attemptId?: unknown }
  return typeof attemptId === "string" ? { "caudal.attempt": attemptId } : {}
}
