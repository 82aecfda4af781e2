/** Tells a page each change of its payment as it happens: server-sent events with versions. */
import { Readable } from "node:stream"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { z } from "zod"
import { type Core, isFinal, type Payment } from "../core/index.ts"
import { hasPage } from "./view.ts"

/** What streams may take; times in milliseconds. */
export type StreamLimits = typeof STREAM_LIMITS

export const STREAM_LIMITS = {
  /** At once on a node, a socket each: a fifth of what it has. */
  streams: 2_000,
  /** At once for one payment: more tabs than a payer opens, fewer than would crowd others out. */
  streamsOfOne: 10,
  /** Load balancers cut what is silent for a minute. */
  heartbeatMs: 15_000,
  /** The longest stream. A browser comes back by itself, perhaps to a node with less to do. */
  openMs: 300_000,
  /** When a browser comes back after a stream's end: many do at once when a node stops. */
  retryMs: 2_000,
}

/** When to ask again for a stream that was refused: others end by then. */
const RETRY_AFTER_S = "30"
const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  // Whoever compresses or collects what passes would hold back what is news.
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
  // A server that closes would wait for sockets that stay open after their stream.
  connection: "close",
}
const ID = z.guid()
const VERSION = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number)
/** The last is what a browser says that comes back; it names its newest news, not the page's. */
const ASKED = z.object({ version: VERSION, last: VERSION.optional() })

/**
 * Registers `GET /:id/changes?version=N` below the scope's prefix: an event for each version of the
 * payment above N. It carries nothing but the number, and a page then asks for what became of it.
 */
export function changeRoutes(
  scope: FastifyInstance,
  core: Core,
  limits: StreamLimits = STREAM_LIMITS,
): void {
  const places = makePlaces(core, limits)
  let closing = false

  scope.addHook("preClose", async () => {
    closing = true
    places.end()
  })
  scope.get<{ Params: { id: string } }>("/:id/changes", answer)

  async function answer(request: FastifyRequest, reply: FastifyReply) {
    const { id } = request.params as { readonly id: string }
    const payment = ID.safeParse(id).success ? await core.payments.findByLink(id) : null
    if (!payment || !hasPage(payment)) {
      reply.callNotFound()
      return reply
    }
    const { version } = request.query as { readonly version?: unknown }
    const asked = ASKED.safeParse({ version, last: request.headers["last-event-id"] })
    if (!asked.success) return refuse(reply, 400, "version: a number is expected")
    const told = Math.max(asked.data.version, asked.data.last ?? 0)
    // The one answer after which a browser doesn't come back: nothing more will happen.
    if (isFinal(payment.state) && payment.version <= told) return reply.code(204).send()
    const signal = closing ? null : places.take(payment.id, reply)
    if (!signal) {
      return refuse(reply.header("retry-after", RETRY_AFTER_S), 503, "too many streams are open")
    }
    return reply.headers(HEADERS).send(Readable.from(frames(payment, told, signal)))
  }

  /** What a stream says until the payment is over, the time is up or nobody listens any more. */
  async function* frames(first: Payment, asked: number, signal: AbortSignal) {
    const endMs = core.clock.elapsedMs() + limits.openMs
    let payment = first
    let told = asked
    yield `retry: ${limits.retryMs}\n\n`
    for (;;) {
      if (payment.version > told) {
        told = payment.version
        yield `id: ${told}\nevent: change\ndata: ${told}\n\n`
      }
      const leftMs = endMs - core.clock.elapsedMs()
      if (isFinal(payment.state) || leftMs <= 0) return
      const waitMs = Math.min(limits.heartbeatMs, leftMs)
      const version = await core.changes.next(payment.id, told, waitMs, signal)
      if (signal.aborted) return
      if (version === null) yield ":\n\n"
      else payment = (await core.payments.findByLink(payment.id)) ?? payment
    }
  }
}

/** For scripts alone: nobody sees it. */
function refuse(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type("text/plain; charset=utf-8").send(text)
}

/** Counts the streams that are open, and ends them together. */
function makePlaces(core: Core, limits: StreamLimits) {
  const byPayment = new Map<string, number>()
  const open = new Set<AbortController>()

  function show(): void {
    core.metrics.gauge("checkout_streams", open.size)
  }

  return {
    /** What ends a stream that may begin; null when there are too many. */
    take(paymentId: string, { raw }: FastifyReply): AbortSignal | null {
      const others = byPayment.get(paymentId) ?? 0
      if (open.size >= limits.streams || others >= limits.streamsOfOne) return null
      const stream = new AbortController()
      // Whoever left while we looked gave no sign that is still to come.
      if (raw.closed) return AbortSignal.abort()
      byPayment.set(paymentId, others + 1)
      open.add(stream)
      show()
      raw.once("close", () => {
        const left = byPayment.get(paymentId)! - 1
        if (left > 0) byPayment.set(paymentId, left)
        else byPayment.delete(paymentId)
        open.delete(stream)
        show()
        stream.abort()
      })
      return stream.signal
    },
    end(): void {
      for (const stream of open) stream.abort()
    },
  }
}
