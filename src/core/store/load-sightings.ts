/** Loads sightings: by their places, and those of an attempt that what is seen may stand for. */
import { type Draft, type Needs, sightingKey } from "../draft.ts"
import type { Load } from "./load.ts"
import * as schema from "./schema.ts"
import { selectList } from "./tables.ts"

/** The sightings at these places; where there is none, none is known. */
export function sightingLoads(needs: Needs, draft: Draft): Load[] {
  const wanted = needs.sightings ?? []
  if (wanted.length === 0) return []
  for (const sighting of wanted) draft.sightings.load(sightingKey(sighting), null)
  return [
    {
      call: {
        text: `select ${selectList(schema.sightings, "s")}
from unnest($1::text[], $2::text[]) as k (rail, place)
join sightings s on s.rail = k.rail and s.place = k.place
order by s.rail, s.place for update of s`,
        params: [wanted.map((each) => each.rail), wanted.map((each) => each.place)],
      },
      keep: (rows) => {
        for (const row of rows as schema.SightingRow[]) draft.sightings.load(sightingKey(row), row)
      },
    },
  ]
}

/**
 * Which sightings of these attempts are frozen, or booked though their transaction is final in
 * another block; the rows themselves come with them.
 */
export function frozenLoads(attemptIds: string[], draft: Draft): Load[] {
  if (attemptIds.length === 0) return []
  for (const id of attemptIds) draft.frozenOf.load(id, [])
  return [
    {
      call: {
        text: `select ${selectList(schema.sightings, "s")} from sightings s
where s.attempt_id = any($1::uuid[]) and (s.frozen or s.booked > 0 and exists (
  select from sightings o where o.attempt_id = s.attempt_id and o.reference = s.reference
    and o.block_hash <> s.block_hash and o.state = 'final' and o.booked = 0))
order by s.rail, s.place for update of s`,
        params: [attemptIds],
      },
      keep: (rows) => {
        for (const row of rows as schema.SightingRow[]) {
          const key = sightingKey(row)
          draft.sightings.load(key, row)
          draft.frozenOf.load(row.attemptId, [...draft.frozenOf.get(row.attemptId)!, key])
        }
      },
    },
  ]
}
