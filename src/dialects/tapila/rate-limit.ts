/** How many requests a minute each client may make, counted in this node's own memory. */
import type { Clock, Core } from "../../core/index.ts"
import { type DialectApp, WireProblem } from "../dialect.ts"
import { caller } from "../mount.ts"

/** Unless a client agreed on something else: a sandbox is for trying, also how much it takes. */
const PER_MINUTE = { sandbox: 0, live: 6_000 } as const
const WINDOW_MS = 60_000
/** Clients in memory; past this the one whose window began first is forgotten. */
const CLIENTS_MAX = 10_000

/** How a client stands after one more request. */
export type Standing = {
  readonly limit: number
  /** Requests that it still has before the window ends. */
  readonly remaining: number
  /** Whole seconds until it has all of them again. */
  readonly resetS: number
  /** Whether this one was too many. */
  readonly over: boolean
}

/**
 * Makes the counter of a node: it counts one more request of a client that may make `limit` in a
 * minute. A window begins with the first request after the last one's end.
 */
export function makeRateLimit(
  clock: Pick<Clock, "elapsedMs">,
): (client: string, limit: number) => Standing {
  const windows = new Map<string, { count: number; readonly untilMs: number }>()

  function windowOf(client: string, nowMs: number) {
    const open = windows.get(client)
    if (open && open.untilMs > nowMs) return open
    const next = { count: 0, untilMs: nowMs + WINDOW_MS }
    // Put in anew, so that the map stays in the order in which windows began.
    windows.delete(client)
    windows.set(client, next)
    if (windows.size > CLIENTS_MAX) windows.delete(windows.keys().next().value!)
    return next
  }

  return (client, limit) => {
    // Whole, for what is left of a window must not grow by a rounding.
    const nowMs = Math.floor(clock.elapsedMs())
    const window = windowOf(client, nowMs)
    const over = window.count >= limit
    if (!over) window.count += 1
    return {
      limit,
      remaining: Math.max(limit - window.count, 0),
      resetS: Math.ceil((window.untilMs - nowMs) / 1_000),
      over,
    }
  }
}

/**
 * Counts each request of a client that has a limit, as soon as it is known whose it is and before
 * its body is read. What is too much is refused here, so it can have created nothing.
 */
export function limitRequests(app: DialectApp, core: Core): void {
  const count = makeRateLimit(core.clock)
  app.addHook("preParsing", async (request, reply) => {
    // These two have no caller.
    if (request.is404 || request.routeOptions.config.open) return
    const { merchant, terms } = caller(request)
    const limit = terms.settings.requestsPerMinute ?? PER_MINUTE[core.mode]
    if (limit === 0) return
    const { remaining, resetS, over } = count(merchant.id, limit)
    reply.headers({
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(remaining),
      "x-ratelimit-reset": String(resetS),
    })
    if (!over) return
    reply.header("retry-after", String(resetS))
    const message = `more than ${limit} requests in a minute`
    throw new WireProblem({ code: "too_many_requests", message })
  })
}
