/** Which failed calls are sent again, and after how long. */
import { nowMs, randomShare } from "./clock.ts"
import type { CaudalError } from "./error.ts"

const WAIT_MAX_MS = 8_000
/** Who asks for more rest than this is told to the caller instead. */
const REST_MAX_MS = 60_000
/** The request came too early, or met a server or proxy that could not take it. */
const PASSING = new Set([408, 500, 502, 503, 504])

/**
 * Whether a call that failed may be sent again. 429 always: the gateway counts before it does
 * anything. All else only where a second arrival changes nothing: reading, or an Idempotency-Key.
 */
export function mayAgain(error: CaudalError, isSafe: boolean): boolean {
  if ((error.retryAfterMs ?? 0) > REST_MAX_MS) return false
  if (error.status === 429) return true
  if (!isSafe) return false
  const { code, status } = error
  if (code === "connection_failed" || code === "timed_out") return true
  return status !== null && PASSING.has(status)
}

/**
 * Milliseconds before the next try after `tries` of them: `firstMs`, doubled each time up to 8 s,
 * of which up to a random half is left out so that many clients don't come back at once; never less
 * than was asked for.
 */
export function waitMs(firstMs: number, tries: number, retryAfterMs: number | null): number {
  const whole = Math.min(firstMs * 2 ** (tries - 1), WAIT_MAX_MS)
  return Math.max(retryAfterMs ?? 0, whole * (1 - randomShare() / 2))
}

/** `Retry-After` in milliseconds, given in seconds or as a date; null for what is neither. */
export function readRetryAfter(header: string | null): number | null {
  if (header === null) return null
  const text = header.trim()
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  const at = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs())
}
