/**
 * Loads what was agreed with the merchants of a batch: read once, and again when it has changed.
 *
 * Each batch asks for the revision of its merchants, in its own transaction; nothing is taken from
 * memory that the database would answer otherwise.
 */
import type { Call } from "../../db/database.ts"
import { type Draft, termsKey } from "../draft.ts"
import type { Merchant, Terms } from "../merchants/merchant.ts"
import { ENDPOINT_COLUMNS } from "../merchants/store/endpoints.ts"
import { DIALECT_NAMES } from "../payments/payment.ts"
import type { Endpoint } from "../webhooks/event.ts"
import type { Load } from "./load.ts"

/** A merchant with all that was agreed, as it was at a revision. */
type Agreed = {
  readonly revision: string
  readonly merchant: Merchant
  /** For each dialect by its key: null says that nothing is agreed in it. */
  readonly terms: ReadonlyMap<string, Terms | null>
  /** Those that are switched on, in the order of their ids. */
  readonly endpoints: readonly Endpoint[]
}

/** What an engine remembers; one for each, for its batches come one after the other. */
export type Agreements = Map<string, Agreed>

/** Some kilobytes each; past this many the memory starts anew. */
const REMEMBERED_MAX = 10_000

/**
 * The statements for these merchants. One that changed since it was remembered is forgotten and
 * left out, so that whoever needs it finds it missing and the batch is loaded again.
 */
export function merchantLoads(ids: readonly string[], draft: Draft, known: Agreements): Load[] {
  if (ids.length === 0) return []
  const [old, fresh] = [ids.filter((id) => known.has(id)), ids.filter((id) => !known.has(id))]
  return [...(old.length > 0 ? [check(old, draft, known)] : []), ...whole(fresh, draft, known)]
}

function check(ids: readonly string[], draft: Draft, known: Agreements): Load {
  return {
    call: { text: "select id, revision from merchants where id = any($1::uuid[])", params: [ids] },
    keep: (rows) => {
      for (const { id, revision } of rows as { id: string; revision: string }[]) {
        const agreed = known.get(id)
        if (agreed?.revision === revision) load(draft, id, agreed)
        else known.delete(id)
      }
    },
  }
}

/**
 * Puts merchants into a draft as they are remembered, and answers the statement that fails with
 * CA001 where they have changed since; null where one of them isn't remembered.
 */
export function recall(
  merchantIds: readonly string[],
  draft: Draft,
  known: Agreements,
): Call | null {
  const ids = [...new Set(merchantIds)]
  const agreed = ids.map((id) => known.get(id))
  if (agreed.some((each) => each === undefined)) return null
  for (const [at, id] of ids.entries()) load(draft, id, agreed[at]!)
  const revisions = agreed.map((each) => each!.revision)
  return { text: "select expect_revisions($1, $2)", params: [ids, revisions] }
}

function load(draft: Draft, id: string, { merchant, terms, endpoints }: Agreed): void {
  draft.merchants.load(id, merchant)
  for (const [key, each] of terms) draft.terms.load(key, each)
  draft.endpoints.load(id, endpoints)
}

/** The revision is read first: what changes between the statements is then read again. */
function whole(ids: readonly string[], draft: Draft, known: Agreements): Load[] {
  if (ids.length === 0) return []
  if (known.size + ids.length > REMEMBERED_MAX) known.clear()
  for (const id of ids) {
    draft.merchants.load(id, null)
    draft.endpoints.load(id, [])
  }
  const found = new Map<string, { revision: string; merchant: Merchant }>()
  const terms: Terms[] = []
  return [
    {
      call: {
        text: `select id, name, time_zone as "timeZone", settings, revision,
created_at as "createdAt" from merchants where id = any($1::uuid[])`,
        params: [ids],
      },
      keep: (rows) => {
        for (const { revision, ...merchant } of rows as (Merchant & { revision: string })[]) {
          found.set(merchant.id, { revision, merchant })
        }
      },
    },
    {
      call: {
        text: `select merchant_id as "merchantId", dialect, settings,
signing_key_sealed as "signingKeySealed", created_at as "createdAt"
from terms where merchant_id = any($1::uuid[])`,
        params: [ids],
      },
      keep: (rows) => void terms.push(...(rows as Terms[])),
    },
    {
      call: {
        text: `select ${ENDPOINT_COLUMNS}
from endpoints e where e.merchant_id = any($1::uuid[]) and e.disabled_at is null order by e.id`,
        params: [ids],
      },
      keep: (rows) => {
        for (const [id, { revision, merchant }] of found) {
          const own = <T extends { readonly merchantId: string }>(all: readonly T[]) =>
            all.filter(({ merchantId }) => merchantId === id)
          const endpoints = own(rows as Endpoint[])
          const agreed: Agreed = { revision, merchant, terms: byKey(id, own(terms)), endpoints }
          known.set(id, agreed)
          load(draft, id, agreed)
        }
      },
    },
  ]
}

function byKey(merchantId: string, agreed: readonly Terms[]): Agreed["terms"] {
  const terms = new Map<string, Terms | null>()
  for (const dialect of DIALECT_NAMES) terms.set(termsKey(merchantId, dialect), null)
  for (const each of agreed) terms.set(termsKey(merchantId, each.dialect), each)
  return terms
}
