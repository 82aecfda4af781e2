/** How long a provider asks to be left alone, in the ways in which they say so. */
import type { Answer } from "./provider.ts"

/** Above this a reset is an instant in seconds since 1970, below it a number of seconds. */
const INSTANT_FROM_S = 1_000_000_000
/** And above this one in milliseconds. */
const INSTANT_FROM_MS = 1_000_000_000_000

/**
 * Milliseconds from `now`, by `Retry-After` (seconds or a date) or else by `X-RateLimit-Reset`.
 * Null where neither can be understood, or the status is no request to wait.
 */
export function readRestMs({ status, headers }: Pick<Answer, "status" | "headers">, now: Date) {
  if (status !== 429 && status !== 503) return null
  return readRetryAfter(headers["retry-after"], now) ?? readReset(headers["x-ratelimit-reset"], now)
}

function readRetryAfter(text: string | undefined, now: Date): number | null {
  if (text === undefined) return null
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now.getTime()
  return Number.isFinite(ms) ? Math.max(0, ms) : null
}

function readReset(text: string | undefined, now: Date): number | null {
  if (text === undefined || !/^\d{1,13}(?:\.\d{1,9})?$/.test(text)) return null
  const value = Number(text)
  if (value < INSTANT_FROM_S) return value * 1_000
  const atMs = value < INSTANT_FROM_MS ? value * 1_000 : value
  return Math.max(0, atMs - now.getTime())
}
