/** Reads payments for requests, which come many at a time: those of one moment are one query. */
import type { Queries } from "../../db/database.ts"
import { type Reference, referenceKey } from "../draft.ts"
import { gather, gatherById } from "../gather.ts"
import type { Attempt } from "./attempt.ts"
import type { Payment } from "./payment.ts"
import { attemptsOfMany, findPayments, findReferences } from "./store.ts"

export type Reader = {
  /** A payment, whoever it belongs to. */
  find(id: string): Promise<Payment | null>
  findByReference(reference: Reference): Promise<Payment | null>
  /** The attempts of a payment, oldest first. */
  attempts(paymentId: string): Promise<readonly Attempt[]>
}

/** Makes the reader of a node. Ids and references were checked to be what they should be. */
export function makeReader(database: Queries): Reader {
  return {
    find: gatherById((ids) => findPayments(database, ids)),
    findByReference: gather(async (asked: readonly Reference[]) => {
      const rows = await findReferences(database, asked)
      const found = new Map(rows.map((row) => [referenceKey(row), row]))
      return asked.map((reference) => found.get(referenceKey(reference)) ?? null)
    }),
    attempts: gather(async (paymentIds: readonly string[]) => {
      const found = Map.groupBy(
        await attemptsOfMany(database, paymentIds),
        (each) => each.paymentId,
      )
      return paymentIds.map((id) => found.get(id) ?? [])
    }),
  }
}
