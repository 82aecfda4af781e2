/** Asks a provider for a recharge, and says what its answer proves, and nothing more. */
import type { BeginAnswer, Clock, Order, Reason } from "../../core/index.ts"
import { type Answer, ProviderFault } from "../../outbound/index.ts"
import type { Connection } from "./connection.ts"
import { lookUp } from "./look.ts"
import type { Names } from "./names.ts"
import { DUPLICATE, refusedBy } from "./refusals.ts"
import { sells } from "./settings.ts"
import type { Standing } from "./wire.ts"
import {
  codeIn,
  differences,
  exactAmount,
  isRecharge,
  operationIn,
  rechargeOf,
  standingOf,
} from "./wire.ts"

export type BeginParts = {
  readonly clock: Clock
  readonly names: Names
  /** The connection that an order belongs to; null for none. */
  readonly connectionOf: (order: Order) => Connection | null
  /** How long a begin may take, counted from `begunAt`. */
  readonly beginTimeoutMs: number
  /** After which age an order isn't sent again. */
  readonly lostAfterMs: number
}

/** The outcome can't be told: the order is to be looked up. */
export class OutcomeUnclear extends Error {
  override readonly name = "OutcomeUnclear"
}

/**
 * Begins an order. A refusal is only certain the first time it is asked for: after that, an earlier
 * request may have been taken although this one is refused. Throws where nothing is certain.
 */
export async function begin(parts: BeginParts, order: Order): Promise<BeginAnswer> {
  const { clock, connectionOf, names } = parts
  const connection = connectionOf(order)
  const untilAt = new Date(order.begunAt.getTime() + parts.beginTimeoutMs)
  const amount = isRecharge(order) ? exactAmount(order) : null
  const isSold = connection !== null && sells(connection.settings, order.target)
  if (!isSold || amount === null) {
    return refuse(order, "operator_unavailable", "no provider sells it")
  }
  const ageMs = clock.now().getTime() - order.createdAt.getTime()
  if (!isFirst(order) && ageMs > parts.lostAfterMs) {
    throw new OutcomeUnclear("it is too old to be sent again")
  }
  const name = await names.of(connection, order.target.companyCode!, untilAt)
  try {
    const body = rechargeOf(order, amount, name)
    const request = { method: "POST", path: "/payment", body } as const
    const answer = await connection.ask("recharges", request, untilAt)
    return await meaningOf(connection, order, answer, untilAt)
  } catch (error) {
    if (error instanceof ProviderFault && error.kind === "never_sent") {
      return refuse(order, "operator_unavailable", error.message)
    }
    throw error
  }
}

/** Born begun; an order that is asked for again was begun later. */
function isFirst({ begunAt, createdAt }: Order): boolean {
  return begunAt.getTime() === createdAt.getTime()
}

function refuse(order: Order, reason: Reason, why: string): BeginAnswer {
  if (isFirst(order)) return { kind: "rejected", reason }
  throw new OutcomeUnclear(`${why}; an earlier request may have been taken`)
}

async function meaningOf(
  connection: Connection,
  order: Order,
  answer: Answer,
  untilAt: Date,
): Promise<BeginAnswer> {
  const { status } = answer
  const code = codeIn(answer)
  if (status === 200 || status === 202) return taken(connection, order, answer)
  // It may have been taken all the same, or before: its own record says which.
  if (status >= 500 || (status === 409 && code === DUPLICATE)) {
    const look = await lookUp(connection, order, untilAt)
    if (look.kind === "found") return answerOf(look.standing, look.railReference)
    throw new OutcomeUnclear(`the provider answers ${status}, and the look-up nothing certain`)
  }
  const refused = code === undefined ? null : refusedBy(status, code)
  if (refused === null)
    throw new OutcomeUnclear(`the provider answers ${status}, which means nothing`)
  // What is so for all recharges the connection tells by itself.
  if (refused.loud && !refused.isLasting) connection.complain(refused.loud, { status, code })
  return refuse(order, refused.reason, `the provider answers ${status}`)
}

function taken(connection: Connection, order: Order, answer: Answer): BeginAnswer {
  const operation = operationIn(answer)
  if (!operation) throw new OutcomeUnclear("the provider's answer can't be read")
  const { attemptId } = order
  const fields = differences(operation, order)
  if (fields.length > 0) {
    connection.complain("answered for another recharge than the one asked for", {
      attemptId,
      fields,
    })
    throw new OutcomeUnclear("the provider's answer is about another recharge")
  }
  const standing = standingOf(operation, answer.status === 200 ? "confirmed" : "processing")
  if (standing === null) throw new OutcomeUnclear("the provider's answer has no status known here")
  return answerOf(standing, operation.operationId)
}

function answerOf(standing: Standing, railReference: string): BeginAnswer {
  switch (standing) {
    case "confirmed":
      return { kind: "settled", railReference }
    case "processing":
      return { kind: "accepted", railReference }
    case "failed":
      return { kind: "rejected", reason: "operator_unavailable" }
    default:
      return standing satisfies never
  }
}
