/** The newest event of each of some merchants, and of all, since an id. */
import type { Queries } from "../../../db/database.ts"

/** Ids by merchant; null stands for all merchants. Who has no event since then is left out. */
export async function newestEvents(
  db: Queries,
  merchantIds: readonly (string | null)[],
  since: string,
): Promise<ReadonlyMap<string | null, string>> {
  const named = merchantIds.filter((each) => each !== null)
  const { rows } = await db.query<{ merchantId: string | null; id: string }>(
    `select m.id as "merchantId", e.id from unnest($1::uuid[]) as m (id)
cross join lateral (
  select id from events where merchant_id = m.id and id >= $3 order by id desc limit 1
) e
union all
(select null, id from events where $2 and id >= $3 order by id desc limit 1)`,
    [[...named], named.length < merchantIds.length, since],
  )
  return new Map(rows.map(({ merchantId, id }) => [merchantId, id]))
}
