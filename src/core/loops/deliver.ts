/** Sends webhooks: those of this node's own commits at once, and those that it claimed. */
import { type Clock, type Ids, outside } from "../../clock.ts"
import { classify, type Database } from "../../db/database.ts"
import type { Log, Metrics } from "../core.ts"
import type { Callback, DialectVoice } from "../dialect.ts"
import type { Draft } from "../draft.ts"
import type { DialectName } from "../payments/payment.ts"
import { assert } from "../refusal.ts"
import type { Keyring } from "../seal.ts"
import { SEALED } from "../store/sealed.ts"
import type { Rendered } from "../webhooks/announce.ts"
import { makeEnvelope } from "../webhooks/envelope.ts"
import type { Endpoint } from "../webhooks/event.ts"
import { makeMarks } from "../webhooks/marks.ts"
import { judge, nextTry, type Verdict } from "../webhooks/schedule.ts"
import type { Leased, Mark } from "../webhooks/store/outbox.ts"
import { makeClaims } from "./claims.ts"
import { type Lane, makeLanes } from "./lanes.ts"

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
  /** How long it may wait for its turn; then it has failed as `busy`, and nothing was sent. */
  readonly turnWithinMs: number
}) => Promise<Sent>

export type CourierParts = {
  readonly database: Database
  readonly clock: Clock
  readonly ids: Ids
  readonly keyring: Keyring
  readonly node: string
  readonly voices: ReadonlyMap<DialectName, DialectVoice>
  readonly send: Send | null
  readonly log: Log
  readonly metrics: Metrics
}

export type Courier = ReturnType<typeof makeCourier>

/** Twice the longest try. What waits longer behind slow ones is claimed again, by any node. */
const LEASE_MS = 30_000
/** An answer within this time is a quick one. */
const QUICK_MS = 200
/** Kept of why a try failed. */
const ERROR_LENGTH = 500
/** Kept of what a receiver answered to a try that failed: a page of error says it in the first. */
const ANSWER_LENGTH = 1_000

/** `message` is null while it is sealed: only what is sent is opened. */
type Parcel = {
  readonly leased: Leased
  readonly endpoint: Endpoint
  readonly message: Callback | null
  readonly untilMs: number
}

/** Makes the courier of a node. */
export function makeCourier(parts: CourierParts) {
  const { clock, database, keyring, log, metrics, node } = parts
  const lanes = makeLanes<Parcel>()
  const envelope = makeEnvelope(keyring)
  const marks = makeMarks({
    database,
    clock,
    node,
    onFault(error, count) {
      metrics.count("delivery_marks_lost", {}, count)
      log.error({ err: error, count }, "deliveries were sent and could not be marked")
    },
  })
  const claims = makeClaims<Parcel>({
    ...{ database, clock, node, lanes, advance },
    leaseMs: LEASE_MS,
    parcel: (leased, endpoint, untilMs) => ({ leased, endpoint, message: null, untilMs }),
  })
  /** What goes on by itself and `idle` and `stop` wait for: tries with their marks, and claims. */
  const work = makeWork()
  let stopped = false

  function accept(parcel: Parcel): void {
    advance(lanes.add(parcel.endpoint.id, parcel))
  }

  function advance(lane: Lane<Parcel>): void {
    if (stopped) return
    for (let parcel = lanes.next(lane); parcel !== null; parcel = lanes.next(lane)) {
      work.began()
      void carry(lane, parcel)
    }
    const refilling = claims.refill(lane)
    if (refilling === null) return
    work.began()
    void refilling.catch(tellOfClaim).finally(work.ended)
  }

  /** Tries a delivery once and writes down how that went. Never rejects. */
  async function carry(lane: Lane<Parcel>, parcel: Parcel): Promise<void> {
    let how: "quick" | "slow" | "failed" = "slow"
    let mark: Mark | null = null
    try {
      const startedMs = clock.elapsedMs()
      const sending = sendOff(parcel)
      const sent = sending && (await sending)
      if (sent && !(sent.kind === "failed" && sent.why === "busy")) {
        const verdict = judge(sent)
        const elapsedMs = Math.max(0, Math.round(clock.elapsedMs() - startedMs))
        mark = markOf(parcel.leased, sent, verdict, elapsedMs)
        how = verdict === "retry" ? "failed" : elapsedMs < QUICK_MS ? "quick" : "slow"
        metrics.count("deliveries", { verdict })
        // It stays due, should the endpoint be switched on again.
        if (verdict === "gone") lanes.drop(lane)
      }
    } catch (error) {
      log.error({ err: error, deliveryId: parcel.leased.id }, "a delivery failed")
    }
    lanes.ended(lane, how)
    advance(lane)
    if (mark === null) letGo()
    else marks.write(mark, letGo)
  }

  function letGo(): void {
    lanes.leave()
    work.ended()
  }

  /**
   * Posts it; null when its lease ran out while it waited, so that somebody else has it. Neither
   * that nor a try without a turn counts: whoever claims it then tries it.
   */
  function sendOff({ endpoint, leased, message, untilMs }: Parcel): Promise<Sent> | null {
    const timeoutMs = parts.voices.get(endpoint.dialect)?.deliveryTimeoutMs ?? 15_000
    const now = clock.now()
    const turnWithinMs = untilMs - now.getTime() - timeoutMs
    if (turnWithinMs < 0) return null
    assert(parts.send, "what isn't taken is not carried")
    const opened = message ?? messageOf(leased)
    return parts.send({
      url: endpoint.url,
      headers: envelope({ id: leased.id, endpoint, message: opened, now, at: outside(clock) }),
      body: opened.body,
      timeoutMs,
      turnWithinMs,
    })
  }

  function messageOf({ messageSealed }: Leased): Callback {
    assert(messageSealed, "what is due has a message")
    return JSON.parse(keyring.unseal(messageSealed, SEALED.message).toString())
  }

  function markOf(
    { eventId, fence, id, tries }: Leased,
    sent: Sent,
    verdict: Verdict,
    elapsedMs: number,
  ): Mark {
    const waitMs = verdict === "retry" ? nextTry(tries + 1, jitter()) : null
    const states = { delivered: "delivered", gone: "cancelled", retry: "failed" } as const
    return {
      ...{ id, eventId, fence },
      state: waitMs === null ? states[verdict] : "due",
      dueAt: waitMs === null ? null : new Date(clock.now().getTime() + waitMs),
      status: sent.kind === "answered" ? sent.status : null,
      error: sent.kind === "failed" ? sent.message.slice(0, ERROR_LENGTH) : null,
      elapsedMs,
      // It may hold whatever the receiver was sent, or a secret of its own.
      answerSealed:
        sent.kind === "answered" && verdict !== "delivered" && sent.body !== ""
          ? keyring.seal(sent.body.slice(0, ANSWER_LENGTH), SEALED.tryAnswer)
          : null,
    }
  }

  /** The loop's own look comes again, and says what is wrong with the database. */
  function tellOfClaim(error: unknown): void {
    if (classify(error) !== "connection") log.error({ err: error }, "a claim failed")
  }

  /** A number in [0, 1) that spreads the retries of a receiver that came back. */
  function jitter(): number {
    return parts.ids.bytes(4).readUInt32BE() / 2 ** 32
  }

  return {
    takes: (endpointId: string) => !stopped && parts.send !== null && lanes.takes(endpointId),
    leaseMs: LEASE_MS,

    /** Hears of a commit and sends the deliveries that were born leased to this node. */
    committed(draft: Draft, rendered: Map<string, Rendered>): void {
      for (const delivery of draft.deliveries.inserted.values()) {
        const ready = rendered.get(delivery.id)
        if (ready) accept({ leased: delivery, ...ready, untilMs: delivery.dueAt!.getTime() })
      }
      // What was rendered in a fold that was taken back is not sent.
      rendered.clear()
    },

    /** Claims what is due and sends it; answers how many there were. */
    async claim(): Promise<number> {
      return parts.send === null || stopped ? 0 : claims.look()
    },

    /** Starts no more tries and resolves when those under way are written down. */
    async stop(): Promise<void> {
      stopped = true
      await work.none()
    },
    /** Resolves when nothing is being sent. */
    idle: (): Promise<void> => work.none(),
  }
}

/** Counts what is under way: a promise for each would cost more than some of them. */
function makeWork() {
  let open = 0
  let waiting: (() => void)[] = []
  return {
    began(): void {
      open += 1
    },
    ended(): void {
      open -= 1
      if (open > 0) return
      for (const resolve of waiting) resolve()
      waiting = []
    },
    /** Resolves when there is none. */
    async none(): Promise<void> {
      while (open > 0) await new Promise<void>((resolve) => waiting.push(resolve))
    },
  }
}
