/** Writes down how one try of a delivery went, and when the next is due. */
import type { Draft, Needs } from "../draft.ts"
import { type Refusal, refuse } from "../refusal.ts"
import type { Delivery } from "../webhooks/event.ts"
import type { Decider } from "./decider.ts"

export type MarkDelivery = {
  readonly deliveryId: string
  readonly merchantId: string
  readonly fence: number
  readonly verdict: "delivered" | "gone" | "retry"
  readonly status: number | null
  readonly error: string | null
  /** When to try again; null when all tries are used up. */
  readonly nextAt: Date | null
}

function needs(command: MarkDelivery): Needs {
  return { deliveries: [command.deliveryId] }
}

function decide(draft: Draft, command: MarkDelivery): Delivery | Refusal {
  const delivery = draft.deliveries.get(command.deliveryId)
  if (delivery === null || delivery.state !== "due" || delivery.fence !== command.fence) {
    return refuse("lease_lost", "another node has taken this delivery")
  }
  const tried = {
    ...delivery,
    tries: delivery.tries + 1,
    leaseOwner: null,
    lastStatus: command.status,
    lastError: command.error,
  }
  const next = ended(tried, command, draft.now)
  draft.deliveries.put(next.id, next)
  if (command.verdict === "gone") {
    draft.disabledEndpoints.put(next.endpointId, "the receiver answered 410 Gone")
  }
  return next
}

function ended(delivery: Delivery, command: MarkDelivery, now: Date): Delivery {
  if (command.verdict === "delivered") {
    return { ...delivery, state: "delivered", dueAt: null, deliveredAt: now }
  }
  if (command.verdict === "gone") return { ...delivery, state: "cancelled", dueAt: null }
  if (command.nextAt === null) return { ...delivery, state: "failed", dueAt: null }
  return { ...delivery, dueAt: command.nextAt }
}

export const markDelivery: Decider<MarkDelivery, Delivery> = {
  name: "mark-delivery",
  needs,
  decide,
}
