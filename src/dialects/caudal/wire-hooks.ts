/** Translates endpoints and deliveries into this API's objects; pure. */
import type { z } from "zod"
import type {
  Delivery,
  Endpoint,
  EndpointHealth,
  Pinged,
  ReplayedSince,
  WholeDelivery,
} from "../../core/index.ts"
import type * as answers from "./answers-hooks.ts"
import { idOut } from "./ids.ts"
import { timeOut } from "./wire.ts"

/** An endpoint without its secret and the values of its headers, which are not shown again. */
export function endpointOut(
  endpoint: Endpoint,
  headerNames: readonly string[],
): z.infer<typeof answers.endpointSchema> {
  return {
    id: idOut("endpoint", endpoint.id),
    object: "endpoint",
    url: endpoint.url,
    description: endpoint.description,
    dialect: endpoint.dialect,
    header_names: [...headerNames],
    state: endpoint.disabledAt ? "disabled" : endpoint.pausedAt ? "paused" : "enabled",
    paused_at: timeOut(endpoint.pausedAt),
    disabled_at: timeOut(endpoint.disabledAt),
    disabled_reason: endpoint.disabledReason,
    former_secret_until: timeOut(endpoint.formerUntil),
    created_at: endpoint.createdAt.toISOString(),
  }
}

/** How it fared in the last 24 hours; nothing is known of one that nothing was told to. */
export function lastDayOut(
  health: EndpointHealth | undefined,
): z.infer<typeof answers.watchedEndpointSchema>["last_day"] {
  return {
    delivered: health?.delivered ?? 0,
    failed: health?.failed ?? 0,
    cancelled: health?.cancelled ?? 0,
    due: health?.due ?? 0,
    mean_ms: health?.meanMs ?? null,
    last_fault: health?.lastFault ?? null,
  }
}

/** How the sending of one event to one endpoint goes. */
export function deliveryOut(delivery: Delivery): z.infer<typeof answers.deliverySchema> {
  return {
    id: idOut("delivery", delivery.id),
    object: "delivery",
    webhook_id: delivery.id,
    event: idOut("event", delivery.eventId),
    endpoint: idOut("endpoint", delivery.endpointId),
    state: delivery.state,
    tries: delivery.tries,
    last_status: delivery.lastStatus,
    last_error: delivery.lastError,
    due_at: timeOut(delivery.dueAt),
    created_at: delivery.createdAt.toISOString(),
    delivered_at: timeOut(delivery.deliveredAt),
  }
}

/** The same with its message and its tries. */
export function wholeDeliveryOut(
  whole: WholeDelivery,
): z.infer<typeof answers.wholeDeliverySchema> {
  const { delivery, endpoint, event, message, tries } = whole
  return {
    ...deliveryOut(delivery),
    event_type: event.type,
    url: endpoint.url,
    message: message && { headers: { ...message.headers }, body: message.body },
    history: tries.map(({ number, at, status, error, elapsedMs, answer }) => ({
      number,
      at: at.toISOString(),
      status,
      error,
      elapsed_ms: elapsedMs,
      answer,
    })),
  }
}

/** What was made due again, and where the next call begins. */
export function replayOut(
  endpointId: string,
  { replayed, deleted, next }: ReplayedSince,
): z.infer<typeof answers.replaySchema> {
  return {
    object: "replay",
    endpoint: idOut("endpoint", endpointId),
    replayed,
    deleted,
    has_more: next !== null,
    next_cursor: next && idOut("delivery", next),
  }
}

/** What a receiver said to a test; 2xx is what it says to take a message. */
export function testedOut(
  endpointId: string,
  { status, error, elapsedMs, answer }: Pinged,
): z.infer<typeof answers.testedSchema> {
  const ok = status !== null && status >= 200 && status < 300
  const endpoint = idOut("endpoint", endpointId)
  return { object: "endpoint_test", endpoint, ok, status, error, elapsed_ms: elapsedMs, answer }
}
