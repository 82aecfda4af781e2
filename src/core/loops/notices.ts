/** Takes what providers send by themselves: read by their rail, then looked up or written down. */
import { setTimeout as sleep } from "node:timers/promises"
import type { Clock } from "../../clock.ts"
import type { Database } from "../../db/database.ts"
import { reportAttempt } from "../decide/report-attempt.ts"
import type { Engine } from "../engine.ts"
import { findAnyPayment, findAttempt } from "../payments/store.ts"
import type { Rail, Sighting } from "../rail.ts"
import { reportOf } from "./report.ts"
import { wakeAttempts } from "./store.ts"

export type NoticeParts = {
  readonly database: Database
  readonly clock: Clock
  readonly rails: ReadonlyMap<string, Rail>
  readonly engine: Engine
  /** Looks at a rail's attempts that are due. */
  readonly look: (rail: Rail) => Promise<unknown>
}

/** A message to one of a rail's connections, as it came. */
export type Message = {
  readonly rail: string
  readonly connection: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** `unknown`: nobody takes notices there; `refused`: it isn't genuine. */
export type Taken = "unknown" | "refused" | "taken"

/** A provider that tells of more at once has to say so again. */
const NOTICED_MAX = 200
/** How long a look is waited for that is under way; most take a tenth of a second. */
const BUSY_TRIES = 25
const BUSY_MS = 100
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Makes the verb. It answers once what was heard is acted on, so that a provider repeats what we
 * could not keep; it rejects when the database is away.
 */
export function makeNotices(parts: NoticeParts) {
  const { database, clock, rails, engine, look } = parts

  async function write(rail: Rail, told: readonly Sighting[]): Promise<void> {
    for (const [attemptId, sightings] of Map.groupBy(told, (sighting) => sighting.attemptId)) {
      const attempt = UUID.test(attemptId) ? await findAttempt(database, attemptId) : null
      const payment = attempt && (await findAnyPayment(database, attempt.paymentId))
      if (!attempt || !payment || attempt.rail !== rail.name) continue
      const report = reportOf(rail, attempt, payment, { sightings, fence: null })
      await engine.submit(reportAttempt, report)
    }
  }

  return async ({ rail: name, connection, headers, body }: Message): Promise<Taken> => {
    const rail = rails.get(name)
    if (!rail?.receive) return "unknown"
    const notice = rail.receive(connection, headers, body)
    if (notice === null) return "refused"
    const ids = notice.attemptIds.slice(0, NOTICED_MAX).filter((id) => UUID.test(id))
    await write(rail, notice.sightings.slice(0, NOTICED_MAX))
    if (ids.length === 0) return "taken"
    // A look that is under way may have come too soon: another follows as soon as it is over.
    for (let tries = 1; ; tries += 1) {
      const busy = await wakeAttempts(database, name, ids, clock.now())
      await look(rail)
      if (busy === 0 || tries === BUSY_TRIES) return "taken"
      await sleep(BUSY_MS)
    }
  }
}
