/** Tells a merchant's events as they happen: server-sent events, each a list's item. */
import { Readable } from "node:stream"
import type { FastifyReply, FastifyRequest } from "fastify"
import type { Core } from "../../core/index.ts"
import { type DialectApp, WireProblem } from "../dialect.ts"
import { caller } from "../mount.ts"
import { authenticate } from "./auth.ts"
import { idIn, idOut } from "./ids.ts"
import { eventOut } from "./wire.ts"

/** What streams may take; times in milliseconds. */
export const STREAM_LIMITS = {
  /** At once for one key on a node: a few terminals and a service or two. */
  streamsOfKey: 5,
  /** At once on a node: each looks twice a second. */
  streams: 200,
  /** Load balancers cut what is silent for a minute. */
  heartbeatMs: 15_000,
  /** How long a key that was revoked still hears of what happens. */
  checkMs: 1_000,
  /** When a client comes back after a stream's end. */
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

/** Registers the route. */
export function streamRoute(app: DialectApp, core: Core, limits = STREAM_LIMITS): void {
  const places = makePlaces(core, limits)
  app.addHook("preClose", async () => places.end())

  app.get("/events/stream", { schema: {} }, async (request, reply) => {
    const { credential, merchant } = caller(request)
    const after = lastHeard(request)
    const signal = places.take(credential.id, reply)
    if (signal === null) {
      reply.header("retry-after", RETRY_AFTER_S)
      const message = `a key has at most ${limits.streamsOfKey} streams open at once`
      throw new WireProblem({ code: "too_many_requests", message })
    }
    const frames = framesOf(core, { merchantId: merchant.id, after, request, signal }, limits)
    return reply.headers(HEADERS).send(Readable.from(frames))
  })
}

/** The event that a client heard of last, which it says when it comes back. */
function lastHeard({ headers }: FastifyRequest): string | null {
  const given = headers["last-event-id"]
  if (given === undefined || given === "") return null
  const id = typeof given === "string" ? idIn("event", given) : null
  if (id) return id
  throw new WireProblem({ code: "body_invalid", message: "Last-Event-ID must be an event's id" })
}

type About = {
  readonly merchantId: string
  readonly after: string | null
  readonly request: FastifyRequest
  readonly signal: AbortSignal
}

async function* framesOf(core: Core, about: About, limits: typeof STREAM_LIMITS) {
  const { after, merchantId, request, signal } = about
  let saidMs = core.clock.elapsedMs()
  let checkedMs = saidMs
  // Who is cut off before any event comes back with where it began, and misses nothing.
  const began = after === null ? `id: ${idOut("event", core.ids.next())}\n` : ""
  yield `retry: ${limits.retryMs}\n${began}\n`
  for await (const event of core.events.follow(merchantId, { after, signal })) {
    const nowMs = core.clock.elapsedMs()
    if (nowMs - checkedMs >= limits.checkMs) {
      if (!(await isStillTheirs(core, request))) return
      checkedMs = nowMs
    }
    if (event === null && nowMs - saidMs < limits.heartbeatMs) continue
    saidMs = nowMs
    if (event === null) yield ":\n\n"
    else {
      const out = eventOut(event)
      yield `id: ${out.id}\nevent: ${out.type}\ndata: ${JSON.stringify(out)}\n\n`
    }
  }
}

/** Whether the key is still good; who needed none at first, on a sandbox's machine, needs none. */
async function isStillTheirs(core: Core, request: FastifyRequest): Promise<boolean> {
  if (request.headers.authorization === undefined) return true
  return authenticate(request, core).then(
    () => true,
    // While the database is away nobody can say that it was revoked.
    (error: unknown) => !(error instanceof WireProblem),
  )
}

/** Counts the streams that are open, and ends them together. */
function makePlaces(core: Core, limits: typeof STREAM_LIMITS) {
  const byKey = new Map<string, number>()
  const open = new Set<AbortController>()
  let closing = false

  return {
    /** What ends a stream that may begin; null when there are too many. */
    take(keyId: string, { raw }: FastifyReply): AbortSignal | null {
      const others = byKey.get(keyId) ?? 0
      if (closing || open.size >= limits.streams || others >= limits.streamsOfKey) return null
      // Whoever left while we looked gave no sign that is still to come.
      if (raw.closed) return AbortSignal.abort()
      const stream = new AbortController()
      byKey.set(keyId, others + 1)
      open.add(stream)
      core.metrics.gauge("event_streams", open.size)
      raw.once("close", () => {
        const left = byKey.get(keyId)! - 1
        if (left > 0) byKey.set(keyId, left)
        else byKey.delete(keyId)
        open.delete(stream)
        core.metrics.gauge("event_streams", open.size)
        stream.abort()
      })
      return stream.signal
    },
    end(): void {
      closing = true
      for (const stream of open) stream.abort()
    },
  }
}
