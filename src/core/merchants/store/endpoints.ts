/** Endpoints as they are stored: where merchants want to be told. */
import type { Queries } from "../../../db/database.ts"
import type { Endpoint } from "../../webhooks/event.ts"

/** The columns of an endpoint as a select list, from a table that is called `e`. */
export const ENDPOINT_COLUMNS = `e.id, e.merchant_id as "merchantId", e.dialect, e.url,
e.description, e.secret_sealed as "secretSealed",
e.former_secret_sealed as "formerSecretSealed", e.former_until as "formerUntil",
e.headers_sealed as "headersSealed", e.created_at as "createdAt",
e.disabled_at as "disabledAt", e.disabled_reason as "disabledReason", e.paused_at as "pausedAt"`

/** Adds an endpoint. */
export async function insertEndpoint(db: Queries, endpoint: Endpoint): Promise<void> {
  await db.query(
    `insert into endpoints
  (id, merchant_id, dialect, url, description, secret_sealed, headers_sealed, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      endpoint.id,
      endpoint.merchantId,
      endpoint.dialect,
      endpoint.url,
      endpoint.description,
      endpoint.secretSealed,
      endpoint.headersSealed,
      endpoint.createdAt,
    ],
  )
}

/** A merchant's endpoints, newest first, disabled ones included. */
export async function listEndpoints(db: Queries, merchantId: string): Promise<Endpoint[]> {
  const { rows } = await db.query<Endpoint>(
    `select ${ENDPOINT_COLUMNS} from endpoints e where e.merchant_id = $1 order by e.id desc`,
    [merchantId],
  )
  return rows
}

/** One of a merchant's endpoints. */
export async function findEndpoint(
  db: Queries,
  merchantId: string,
  id: string,
): Promise<Endpoint | null> {
  const { rows } = await db.query<Endpoint>(
    `select ${ENDPOINT_COLUMNS} from endpoints e where e.id = $1 and e.merchant_id = $2`,
    [id, merchantId],
  )
  return rows[0] ?? null
}

/** Switches an endpoint off, or (null) on again from `now` on; answers how it was, if it exists. */
export async function setEndpointDisabled(
  db: Queries,
  merchantId: string,
  id: string,
  disabled: { readonly at: Date; readonly reason: string } | null,
  now: Date,
): Promise<Pick<Endpoint, "disabledAt" | "disabledReason"> | null> {
  const { rows } = await db.query<Pick<Endpoint, "disabledAt" | "disabledReason">>(
    `update endpoints e set disabled_at = $3, disabled_reason = $4,
  enabled_at = case when $3::timestamptz is null then $5 else e.enabled_at end
from (select * from endpoints where id = $1 and merchant_id = $2 for no key update) as old
where e.id = old.id
returning old.disabled_at as "disabledAt", old.disabled_reason as "disabledReason"`,
    [id, merchantId, disabled?.at ?? null, disabled?.reason ?? null, now],
  )
  return rows[0] ?? null
}

/** One of a merchant's endpoints, locked until the transaction ends. */
export async function lockEndpoint(
  transaction: Queries,
  merchantId: string,
  id: string,
): Promise<Endpoint | null> {
  const { rows } = await transaction.query<Endpoint>(
    `select ${ENDPOINT_COLUMNS} from endpoints e
where e.id = $1 and e.merchant_id = $2 for no key update`,
    [id, merchantId],
  )
  return rows[0] ?? null
}

/** Writes what may change of an endpoint, found by its id. */
export async function updateEndpoint(db: Queries, endpoint: Endpoint): Promise<void> {
  await db.query(
    `update endpoints set url = $2, description = $3, headers_sealed = $4, secret_sealed = $5,
  former_secret_sealed = $6, former_until = $7, paused_at = $8
where id = $1`,
    [
      endpoint.id,
      endpoint.url,
      endpoint.description,
      endpoint.headersSealed,
      endpoint.secretSealed,
      endpoint.formerSecretSealed,
      endpoint.formerUntil,
      endpoint.pausedAt,
    ],
  )
}
