/** Tells pages that something they show has changed: server-sent events without content. */
import { Readable } from "node:stream"
import { setTimeout as sleep } from "node:timers/promises"
import type { FastifyInstance, FastifyReply } from "fastify"
import type { Core, SignedIn } from "../core/index.ts"
import { askedOf } from "./asked.ts"
import { sessionToken } from "./cookies.ts"
import type { Place } from "./place.ts"
import type { Visit } from "./site.ts"

/** What streams may take; times in milliseconds. */
export type LiveLimits = typeof LIVE_LIMITS

export const LIVE_LIMITS = {
  /** At once on a node, a socket each. */
  streams: 500,
  /** At once for one user: more tabs than anybody looks at. */
  streamsOfOne: 8,
  /** Load balancers cut what is silent for a minute. */
  heartbeatMs: 15_000,
  /** The longest stream. A browser comes back by itself, and its session is looked up anew. */
  openMs: 120_000,
  /** When a browser comes back after a stream's end. */
  retryMs: 3_000,
  /** A busy gateway changes all the time; nobody reads faster than this. */
  apartMs: 2_000,
}

const RETRY_AFTER_S = "30"
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
  connection: "close",
}

/** Where a page listens to what it shows. */
export function liveAddress(
  visit: Pick<Visit, "href">,
  live: "merchant" | { readonly payment: string },
): string {
  return visit.href("/live", live === "merchant" ? {} : { payment: live.payment })
}

/**
 * Registers `GET /live`: an event whenever something happens to the merchant in the query, or to
 * all. It carries nothing; the page asks for itself again, and is answered what its user may see.
 */
export function liveRoutes(
  scope: FastifyInstance,
  core: Core,
  place: Place,
  limits: LiveLimits = LIVE_LIMITS,
): void {
  const open = new Map<AbortController, string>()
  let closing = false

  scope.addHook("preClose", async () => {
    closing = true
    for (const stream of open.keys()) stream.abort()
  })

  scope.get("/live", async (request, reply) => {
    const token = sessionToken(request, place)
    const known = token === null ? null : await core.users.read(token, false)
    if (token === null || !known || known.session.half) return refuse(reply, 401, "not signed in")
    const news = newsFor(askedOf(request)?.query ?? {}, known)
    if (news === null) return refuse(reply, 404, "there is nothing")
    const mine = [...open.values()].filter((id) => id === known.user.id).length
    if (closing || open.size >= limits.streams || mine >= limits.streamsOfOne) {
      return refuse(reply.header("retry-after", RETRY_AFTER_S), 503, "too many streams are open")
    }
    const stream = new AbortController()
    open.set(stream, known.user.id)
    core.metrics.gauge("console_streams", open.size)
    reply.raw.once("close", () => {
      open.delete(stream)
      core.metrics.gauge("console_streams", open.size)
      stream.abort()
    })
    if (reply.raw.closed) stream.abort()
    return reply.headers(HEADERS).send(Readable.from(frames(news, token, stream.signal)))
  })

  /** What a stream says until its time or its session is over, or nobody listens any more. */
  async function* frames(news: Subject, token: string, signal: AbortSignal) {
    const endMs = core.clock.elapsedMs() + limits.openMs
    let told = await news.now()
    yield `retry: ${limits.retryMs}\n\n`
    while (core.clock.elapsedMs() < endMs) {
      const next = await news.after(told, limits.heartbeatMs, signal)
      // A session that ended, or a role that was taken, hears no more.
      if (signal.aborted || !(await core.users.read(token, false).catch(() => null))) return
      if (next === null) yield ":\n\n"
      else {
        told = next
        yield "event: change\ndata: 1\n\n"
        await sleep(limits.apartMs, null, { signal }).catch(() => undefined)
      }
    }
  }

  /** What may be heard of: a merchant's user hears of its own, whatever it asks for. */
  function newsFor(query: Readonly<Record<string, string>>, { user }: SignedIn): Subject | null {
    const { merchant, payment } = query
    const merchantId =
      user.merchantId ?? (merchant === undefined || merchant === "" ? null : merchant)
    if ([merchantId, payment].some((id) => typeof id === "string" && !UUID.test(id))) return null
    return payment === undefined ? ofMerchant(merchantId) : ofPayment(payment, merchantId)
  }

  function ofMerchant(merchantId: string | null): Subject {
    return {
      now: () => core.news.newest(merchantId),
      after: (known, waitMs, signal) => core.news.next(merchantId, known, waitMs, signal),
    }
  }

  function ofPayment(id: string, merchantId: string | null): Subject {
    const versionNow = async () => {
      const payment = await core.payments.findByLink(id)
      const isTheirs = payment && (merchantId === null || payment.merchantId === merchantId)
      return isTheirs ? String(payment.version) : null
    }
    return {
      now: versionNow,
      async after(known, waitMs, signal) {
        // Of somebody else's payment nothing is ever heard.
        const version = known === null ? Number.MAX_SAFE_INTEGER : Number(known)
        const next = await core.changes.next(id, version, waitMs, signal)
        return next === null ? null : String(next)
      },
    }
  }
}

/** Something that changes; what tells one state of it from another is a text. */
type Subject = {
  now(): Promise<string | null>
  after(known: string | null, waitMs: number, signal: AbortSignal): Promise<string | null>
}

function refuse(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type("text/plain; charset=utf-8").send(text)
}
