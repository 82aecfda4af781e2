/** Sends webhooks: those of this node's own commits at once, and those that a loop claimed. */
import type { Clock, Ids } from "../../clock.ts"
import type { Database } from "../../db/database.ts"
import type { Log, Metrics } from "../core.ts"
import type { Decider } from "../decide/decider.ts"
import { type MarkDelivery, markDelivery } from "../decide/mark-delivery.ts"
import type { Callback, DialectVoice } from "../dialect.ts"
import type { Draft } from "../draft.ts"
import type { DialectName } from "../payments/payment.ts"
import { assert, type Refusal } from "../refusal.ts"
import type { Keyring } from "../seal.ts"
import { SEALED } from "../store/sealed.ts"
import type { Rendered } from "../webhooks/announce.ts"
import type { Delivery, Endpoint } from "../webhooks/event.ts"
import { judge, nextTry } from "../webhooks/schedule.ts"
import { parseWebhookSecret, standardHeaders } from "../webhooks/sign.ts"
import { claimDeliveries } from "../webhooks/store.ts"

/** What became of one POST. */
export type Sent =
  | { readonly kind: "answered"; readonly status: number; readonly body: string }
  | { readonly kind: "failed"; readonly why: string; readonly message: string }

/** Posts exact bytes to an address that was checked; never throws for what the network does. */
export type Send = (request: {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly timeoutMs: number
}) => Promise<Sent>

export type CourierParts = {
  readonly database: Database
  readonly clock: Clock
  readonly ids: Ids
  readonly keyring: Keyring
  readonly node: string
  readonly voices: ReadonlyMap<DialectName, DialectVoice>
  readonly send: Send | null
  readonly submit: (
    decider: Decider<MarkDelivery, Delivery>,
    command: MarkDelivery,
  ) => Promise<Delivery | Refusal>
  readonly log: Log
  readonly metrics: Metrics
}

export type Courier = ReturnType<typeof makeCourier>

/** Tries under way at once for one endpoint: one dead receiver holds no more than these. */
const PER_ENDPOINT = 8
/** Deliveries of one endpoint that may wait in memory behind those. */
const WAITING_PER_ENDPOINT = 200
/** Deliveries in memory in all; beyond it they wait in the database. */
const IN_MEMORY_MAX = 5_000
/** Twice the longest try. What waits longer behind slow ones is claimed again, by any node. */
const LEASE_MS = 30_000
/** What one look at the database takes at the most. */
const CLAIM_MAX = 500

/** Below every id. */
const FIRST_ID = "00000000-0000-0000-0000-000000000000"

type Parcel = { delivery: Delivery; endpoint: Endpoint; message: Callback; untilMs: number }
type Lane = { running: number; waiting: Parcel[] }

/** Makes the courier of a node. */
export function makeCourier(parts: CourierParts) {
  const lanes = new Map<string, Lane>()
  const underWay = new Set<Promise<void>>()
  let inMemory = 0
  let stopped = false
  /** Where the last claim ended: the next goes on from there, so that everyone has a turn. */
  let after = FIRST_ID

  function takes(endpointId: string): boolean {
    if (stopped || parts.send === null || inMemory >= IN_MEMORY_MAX) return false
    // Several dead receivers must not fill the memory that those who answer need.
    const most = inMemory < IN_MEMORY_MAX / 2 ? WAITING_PER_ENDPOINT : PER_ENDPOINT
    return (lanes.get(endpointId)?.waiting.length ?? 0) < most
  }

  function accept(parcel: Parcel): void {
    const lane = lanes.get(parcel.endpoint.id) ?? { running: 0, waiting: [] }
    lanes.set(parcel.endpoint.id, lane)
    lane.waiting.push(parcel)
    inMemory += 1
    advance(parcel.endpoint.id, lane)
  }

  function advance(endpointId: string, lane: Lane): void {
    while (lane.running < PER_ENDPOINT && lane.waiting.length > 0 && !stopped) {
      const parcel = lane.waiting.shift()!
      lane.running += 1
      const run = carry(parcel)
        .catch((error) =>
          parts.log.error({ err: error, deliveryId: parcel.delivery.id }, "a delivery failed"),
        )
        .finally(() => {
          lane.running -= 1
          inMemory -= 1
          underWay.delete(run)
          advance(endpointId, lane)
        })
      underWay.add(run)
    }
    if (lane.running === 0 && lane.waiting.length === 0) lanes.delete(endpointId)
  }

  async function carry({ delivery, endpoint, message, untilMs }: Parcel): Promise<void> {
    // Its lease may have run out while it waited: somebody else has it then.
    const timeoutMs = parts.voices.get(endpoint.dialect)?.deliveryTimeoutMs ?? 15_000
    const now = parts.clock.now()
    if (now.getTime() + timeoutMs > untilMs) return
    assert(parts.send, "what isn't taken is not carried")
    const sent = await parts.send({
      url: endpoint.url,
      headers: headersOf(delivery, endpoint, message, now),
      body: message.body,
      timeoutMs,
    })
    const verdict = judge(sent)
    if (verdict === "gone") turnAway(endpoint.id)
    const triesDone = delivery.tries + 1
    const waitMs = verdict === "retry" ? nextTry(triesDone, jitter()) : null
    parts.metrics.count("deliveries", { verdict })
    await parts.submit(markDelivery, {
      deliveryId: delivery.id,
      merchantId: delivery.merchantId,
      fence: delivery.fence,
      verdict,
      status: sent.kind === "answered" ? sent.status : null,
      error: sent.kind === "failed" ? sent.message.slice(0, 500) : null,
      nextAt: waitMs === null ? null : new Date(parts.clock.now().getTime() + waitMs),
    })
  }

  /** What waits for a receiver that is gone stays due, should its endpoint be switched on again. */
  function turnAway(endpointId: string): void {
    const turned = lanes.get(endpointId)?.waiting.splice(0) ?? []
    inMemory -= turned.length
  }

  function headersOf(
    delivery: Delivery,
    endpoint: Endpoint,
    message: Callback,
    now: Date,
  ): Record<string, string> {
    const secret = parts.keyring.unseal(endpoint.secretSealed, SEALED.endpointSecret).toString()
    const own = endpoint.headersSealed
      ? JSON.parse(parts.keyring.unseal(endpoint.headersSealed, SEALED.endpointHeaders).toString())
      : {}
    return {
      "content-type": "application/json",
      "user-agent": "Caudal-Webhooks/1",
      ...own,
      ...message.headers,
      ...standardHeaders({
        id: delivery.id,
        atSeconds: Math.floor(now.getTime() / 1_000),
        body: message.body,
        secrets: [parseWebhookSecret(secret)!],
      }),
    }
  }

  /** One that doesn't open must not keep back those that were claimed with it. */
  function messageOf({ id, messageSealed }: Delivery): Callback | null {
    if (messageSealed === null) return null
    try {
      return JSON.parse(parts.keyring.unseal(messageSealed, SEALED.message).toString())
    } catch (error) {
      parts.log.error({ err: error, deliveryId: id }, "a message can't be read")
      return null
    }
  }

  /** A number in [0, 1) that spreads the retries of a receiver that came back. */
  function jitter(): number {
    return parts.ids.bytes(4).readUInt32BE() / 2 ** 32
  }

  return {
    takes,
    leaseMs: LEASE_MS,

    /** Hears of a commit and sends the deliveries that were born leased to this node. */
    committed(draft: Draft, rendered: Map<string, Rendered>): void {
      for (const delivery of draft.deliveries.inserted.values()) {
        const ready = rendered.get(delivery.id)
        if (ready) accept({ delivery, ...ready, untilMs: delivery.dueAt!.getTime() })
      }
      // What was rendered in a fold that was taken back is not sent.
      rendered.clear()
    },

    /** Claims what is due and sends it; answers how many there were. */
    async claim(): Promise<number> {
      const room = Math.min(CLAIM_MAX, IN_MEMORY_MAX - inMemory)
      if (room <= 0 || stopped || parts.send === null) return 0
      const now = parts.clock.now()
      const full = [...lanes].filter(([, lane]) => lane.waiting.length >= PER_ENDPOINT)
      const claimed = await claimDeliveries(parts.database, {
        node: parts.node,
        now,
        until: new Date(now.getTime() + LEASE_MS),
        perEndpoint: PER_ENDPOINT * 2,
        most: room,
        full: full.map(([endpointId]) => endpointId),
        after,
      })
      after = lastInTurn(claimed, after)
      for (const { endpoint, ...delivery } of claimed) {
        const message = messageOf(delivery)
        if (message) accept({ delivery, endpoint, message, untilMs: now.getTime() + LEASE_MS })
      }
      return claimed.length
    },

    /** Starts no more tries and resolves when those under way are written down. */
    async stop(): Promise<void> {
      stopped = true
      await Promise.all(underWay)
    },
    /** Resolves when nothing is being sent. */
    async idle(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}

/** The endpoint that a claim came to last, when it began behind `after` and went round. */
function lastInTurn(claimed: readonly Delivery[], after: string): string {
  const ids = claimed.map(({ endpointId }) => endpointId).sort()
  return ids.findLast((id) => id <= after) ?? ids.at(-1) ?? after
}
