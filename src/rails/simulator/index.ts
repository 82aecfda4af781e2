/** The simulator: every way of moving money, with outcomes that numbers choose. Sandbox only. */
import { setTimeout as sleep } from "node:timers/promises"
import type {
  BeginAnswer,
  Clock,
  Fact,
  Ids,
  Instructions,
  Order,
  Outcome,
  Rail,
  Reason,
  Sighting,
} from "../../core/index.ts"
import { needsPayer, openBank, readNotice, waitsUntil } from "./bank.ts"
import { type Books, openBooks } from "./books.ts"
import { bankReference, instruct, transactionHash } from "./coins.ts"
import { fateOf, flawOf } from "./magic.ts"
import { type Entry, type Happening, nextStep, storyOf } from "./story.ts"

export type Simulator = Rail & {
  /** The simulated world's own books: how often it was asked, and how often money moved. */
  readonly books: Books
}

export type SimulatorParts = {
  readonly clock: Clock
  readonly ids: Ids
  /** The folder of its books; null keeps them in memory. */
  readonly dir: string | null
  /** Where payers reach our pages, without a slash at the end. */
  readonly publicUrl: string
  /** How long it takes to answer when it is asked, in milliseconds; at once when left out. */
  readonly answerAfterMs?: number
  /** Signs the bank's notices; without it only this process believes them. */
  readonly noticeKey?: Buffer
}

/** The begin hardly takes longer, whatever was set: the rest is our own event loop under load. */
const BEGIN_TIMEOUT_MS = 10_000

/** Waits between looks: quick while somebody watches, ever rarer for a payer who takes days. */
const LOOKS: readonly { readonly below: number; readonly delayMs: number }[] = [
  { below: 30, delayMs: 2_000 },
  { below: 60, delayMs: 10_000 },
  { below: 120, delayMs: 60_000 },
  { below: Number.POSITIVE_INFINITY, delayMs: 600_000 },
]

/** Of a transfer on a chain the simulator is told, and looks itself: these make up for a crash. */
const TRANSFER_LOOKS: typeof LOOKS = [
  { below: 6, delayMs: 600_000 },
  { below: Number.POSITIVE_INFINITY, delayMs: 3_600_000 },
]

/** For orders to which nothing more happens by itself. */
const QUIET_MS = 600_000

/** Makes the rail. Its file of books is opened at once and stays open. */
export function makeSimulator(parts: SimulatorParts): Simulator {
  const { clock, ids, publicUrl, answerAfterMs = 0, noticeKey = ids.bytes(32) } = parts
  const books = openBooks(parts)
  const bank = openBank({ books, clock, noticeKey })

  /** Where the order's payer has to go: its page is ours, too, under the id of the order. */
  function pageOf({ attemptId }: Order): Instructions {
    return { url: `${publicUrl}/pay/bank/${attemptId}` }
  }

  function seen(order: Order, entry = entryOf(order), now = clock.now()): readonly Sighting[] {
    if (entry) return storyOf(entry, now).flatMap((each) => sightingOf(order, each))
    if (order.instructions?.url === undefined) return []
    // It was asked for in books that are gone: nobody can agree to it any more.
    const fact: Fact = { kind: "declined", reason: "operator_unavailable" }
    return [sighting(order, "lost", fact, order.begunAt)]
  }

  function entryOf(order: Order): Entry | null {
    return books.find([order]).get(order.attemptId) ?? null
  }

  /** The answer to an order that was over before it came: by hand, or as it was looked for. */
  function alreadyOver(order: Order): BeginAnswer | null {
    const entry = entryOf(order)
    if (!entry?.lines.some(({ told }) => told)) return null
    const story = storyOf(entry, clock.now())
    const declined = story.find(({ kind }) => kind === "declined")
    if (declined) return { kind: "rejected", reason: declined.reason! }
    if (!story.some(({ kind }) => kind === "settled")) return null
    return { kind: "settled", railReference: bankReference(order.attemptId) }
  }

  /** Until their next step nothing happens to orders but by hand, and whoever does that looks. */
  function quietUntil(known: Iterable<Entry>, now: Date): ReadonlyMap<string, Date> {
    const until = new Map<string, Date>()
    for (const entry of known) {
      // A payer at the bank may agree at any moment, and the bank's notice may be lost.
      if (entry.lines.some((line) => line.offered)) continue
      const quiet = new Date(now.getTime() + QUIET_MS)
      until.set(entry.attemptId, nextStep(entry, now) ?? quiet)
    }
    return until
  }

  function lookedUp(order: Order, entry: Entry | null, now: Date): readonly Sighting[] {
    const story = seen(order, entry, now)
    // The begin's own answer may have been lost.
    if (story.length === 0 && entry && bank.find(order)?.state === "waiting") {
      const fact = { kind: "offered", instructions: pageOf(order) } as const
      return [sighting(order, "offered", fact, now)]
    }
    // What waits for its payer was never asked for, and is nothing to be missed.
    if (entry || order.instructions) return story
    // Whoever hears this gives the order up. One that is still on its way must not be done then.
    const told = { outcome: "declined", reason: "operator_unavailable" } as const
    books.add({ attemptId: order.attemptId, told, first: true })
    return [sighting(order, "absent", { kind: "absent" }, now)]
  }

  return {
    books,
    bank,
    name: "simulator",
    displayName: "Simulator",
    methods: ["bank", "wallet", "crypto", "recharge"],
    custodian: "gateway",
    beginIsIdempotent: false,
    absenceIsProof: true,
    beginTimeoutMs: BEGIN_TIMEOUT_MS,
    lookDelayMs(looks, method) {
      const delays = method === "crypto" ? TRANSFER_LOOKS : LOOKS
      return delays.find(({ below }) => looks < below)!.delayMs
    },
    instruct,

    async begin(order) {
      if (needsPayer(order)) {
        const until = waitsUntil(order, clock.now()).toISOString()
        books.add({ attemptId: order.attemptId, offered: { until }, first: true })
        return { kind: "instructions", instructions: pageOf(order) }
      }
      const fate = fateOf(order)
      books.add({ attemptId: order.attemptId, ask: fate, first: true })
      if (answerAfterMs > 0) await sleep(answerAfterMs)
      return alreadyOver(order) ?? answerOf(order, fate)
    },

    async observe(open) {
      const known = books.find(open)
      // One instant for all of them: a step between two would be neither seen nor waited for.
      const now = clock.now()
      const sightings = open.flatMap((order) =>
        lookedUp(order, known.get(order.attemptId) ?? null, now),
      )
      return { sightings, cursor: null, quietUntil: quietUntil(known.values(), now) }
    },

    async verify(target) {
      const reason = flawOf(target)
      return reason === null ? { state: "active" } : { state: "error", reason }
    },

    async withdraw(order, reason) {
      if (bank.find(order)?.state === "waiting") {
        books.add({ attemptId: order.attemptId, told: { outcome: "declined", reason } })
      }
      return seen(order)
    },

    receive: (connection, headers, body) => readNotice(noticeKey, connection, headers, body),

    async simulate(order, outcome, reason) {
      if (canBe(order, outcome)) {
        const known = books.find([order]).has(order.attemptId)
        const told = { outcome, reason: outcome === "approved" ? null : reasonOf(outcome, reason) }
        books.add({ attemptId: order.attemptId, told, first: !known })
      }
      return seen(order)
    },
  }
}

type Told = "approved" | "declined" | "returned"

/** Expired and cancelled are ends that no rail has a part in; only bank money is taken back. */
function canBe(order: Order, outcome: Outcome): outcome is Told {
  if (outcome === "returned") return order.kind === "charge" && order.method !== "crypto"
  return outcome === "approved" || outcome === "declined"
}

function reasonOf(outcome: "declined" | "returned", reason: Reason | null): Reason {
  return reason ?? (outcome === "declined" ? "not_enough_funds" : "returned_by_bank")
}

function answerOf(order: Order, { answer, steps }: ReturnType<typeof fateOf>): BeginAnswer {
  const railReference = bankReference(order.attemptId)
  const [first] = steps
  if (answer === "settled" || answer === "accepted") return { kind: answer, railReference }
  if (answer === "rejected" && first && "reason" in first) {
    return { kind: "rejected", reason: first.reason }
  }
  throw new Error("the simulated bank does not answer")
}

function sightingOf(order: Order, { kind, reason, at }: Happening): Sighting[] {
  // Its number was told with it, and came back with the order.
  if (kind === "accepted" && order.railReference !== null) return []
  const due = order.method === "crypto" ? order.instructions?.options?.[0] : undefined
  if (kind === "settled" && due) {
    const fact: Fact = { kind: "received", amount: BigInt(due.amount), asset: due.asset }
    const railReference = transactionHash(order.attemptId)
    return [{ ...sighting(order, "received", fact, at), railReference }]
  }
  const fact: Fact =
    kind === "declined" || kind === "returned" ? { kind, reason: reason! } : { kind }
  return [{ ...sighting(order, kind, fact, at), railReference: bankReference(order.attemptId) }]
}

/** The place is the same on every look, so that a thing seen twice counts once. */
function sighting(order: Order, name: string, fact: Fact, at: Date): Sighting {
  return { attemptId: order.attemptId, place: `${order.attemptId}:${name}`, fact, at }
}
