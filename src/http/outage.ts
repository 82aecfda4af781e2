/** An outage in the log: a line now and then, however many requests hear of it. */
import type { FastifyBaseLogger } from "fastify"
import type { Clock } from "../clock.ts"

/** Clients ask again and again meanwhile: a line for each would be one more load on a bad day. */
const EVERY_MS = 1_000

/**
 * Makes what tells of errors of an outage: the first at once, then one a second at most, which says
 * how many were left out since.
 */
export function makeOutageLog(
  clock: Pick<Clock, "elapsedMs">,
): (log: Pick<FastifyBaseLogger, "error">, error: unknown) => void {
  let toldMs = Number.NEGATIVE_INFINITY
  let untold = 0
  return (log, error) => {
    const nowMs = clock.elapsedMs()
    if (nowMs - toldMs < EVERY_MS) {
      untold += 1
      return
    }
    log.error({ err: error, untold }, "the database is away or takes nothing")
    toldMs = nowMs
    untold = 0
  }
}
