/** When a delivery is tried again, and what a receiver's answer means. */

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/**
 * How long each try waits after the one before it, in milliseconds. Eleven tries over about three
 * days: quick at first, because most outages are restarts; then long enough to outlast a weekend.
 */
export const WAITS_MS: readonly number[] = [
  0,
  5 * SECOND,
  1 * MINUTE,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
]

// Enough to spread the crowd that one outage leaves behind.
const JITTER = 0.2

/**
 * Milliseconds until the next try, after `triesDone` of them; null when there is none left.
 * `jitter`, in [0, 1), moves the wait evenly between 20 % less and 20 % more.
 */
export function nextTry(triesDone: number, jitter: number): number | null {
  if (!Number.isSafeInteger(triesDone) || triesDone < 0) throw new RangeError("no count of tries")
  if (!(jitter >= 0 && jitter < 1)) throw new RangeError("jitter is a number in [0, 1)")
  const wait = WAITS_MS[triesDone]
  return wait === undefined ? null : Math.round(wait * (1 + JITTER * (2 * jitter - 1)))
}

/** What is known of one try: the receiver's status, or that there was none. */
export type TryResult =
  | { readonly kind: "answered"; readonly status: number }
  | { readonly kind: "failed" }

/** `gone`: the receiver wants nothing more, so its endpoint is disabled. */
export type Verdict = "delivered" | "gone" | "retry"

/**
 * Judges one try by its status alone. A redirect is not followed and `Retry-After` not honoured:
 * where and when we send is the merchant's setting, not the word of whoever answered.
 */
export function judge(result: TryResult): Verdict {
  if (result.kind === "failed") return "retry"
  if (result.status >= 200 && result.status < 300) return "delivered"
  return result.status === 410 ? "gone" : "retry"
}
