/** When something is due by itself: a run is over once nothing is, and hurries there by this. */
import type { Queries } from "../../src/db/database.ts"
import type { Simulator } from "../../src/rails/simulator/index.ts"
import { nextStep, storyOf } from "../../src/rails/simulator/story.ts"

type Due = {
  readonly at: Date
  readonly attemptId: string | null
  readonly state: string
  readonly what: string
}

export type Next = { readonly at: Date; readonly what: string }

/** States in which an attempt is looked at until the bank's last word is known here. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  open: ["approved", "settled", "declined", "returned"],
  approved: ["settled", "returned"],
}

/**
 * When something is due next, or has been since; null when what is left waits for a payer, or for
 * nobody.
 */
export async function nextDue(db: Queries, simulator: Simulator, now: Date): Promise<Next | null> {
  const { rows } = await db.query<Due>(
    `select d.due_at as at, null::uuid as "attemptId", d.state, 'delivery ' || d.id as what
from deliveries d join endpoints n on n.id = d.endpoint_id
where d.state = 'due' and n.disabled_at is null
union all
select look_at, id, state, 'attempt ' || id from attempts where look_at is not null
union all
select look_at, null, state, 'instrument ' || id from instruments where look_at is not null
union all
select p.expires_at, null, p.state, 'payment ' || p.id from payments p left join attempts a on a.id = p.open_attempt_id
where p.state = 'pending' and p.expires_at is not null
  and (a.id is null or a.state = 'open' and a.instructions is not null)`,
  )
  const entries = new Map(simulator.books.all().map((entry) => [entry.attemptId, entry]))
  const due = rows.flatMap((row): Next[] => {
    const { at, attemptId, state, what } = row
    const name = `${what}, which is ${state},`
    const ends = ENDS[state]
    if (attemptId === null || !ends) return [{ at, what: name }]
    // It is looked at for as long as it is open; what matters is whether there is news to come.
    const entry = entries.get(attemptId)
    if (!entry) return []
    const last = storyOf(entry, now).at(-1)
    if (last && ends.includes(last.kind)) return [{ at, what: name }]
    const step = nextStep(entry, now)
    return step ? [{ at: step, what: name }] : []
  })
  return due.sort((a, b) => a.at.getTime() - b.at.getTime())[0] ?? null
}
