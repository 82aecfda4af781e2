/** How a client that has a limit is told how it stands: the vendor's three headers. */
import type { Standing } from "../../core/index.ts"

/** `X-RateLimit-*`: the limit, what is left of it, and whole seconds until all of it is back. */
export function rateHeaders({
  limit,
  remaining,
  resetS,
}: Standing): Readonly<Record<string, string>> {
  return {
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": String(resetS),
  }
}
