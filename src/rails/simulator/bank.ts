/** The simulated bank at whose page a payer agrees, or doesn't; its notices are signed. */
import { createHmac, timingSafeEqual } from "node:crypto"
import type {
  BankAnswer,
  BankState,
  Clock,
  Order,
  RailNotice,
  Reason,
  SimulatedBank,
} from "../../core/index.ts"
import type { Books } from "./books.ts"
import { fateOf, isRefusedAtOnce } from "./magic.ts"
import { type Entry, storyOf } from "./story.ts"

export type BankParts = {
  readonly books: Books
  readonly clock: Clock
  /** The key that the bank and its customer agreed on. */
  readonly noticeKey: Buffer
}

/** What banks give a payer who was sent to them. */
const WAIT_MS = 600_000
const CONNECTION = "sandbox"
const SIGNATURE = "simulator-signature"

/** Whether an order's payer has to agree before the bank moves anything. */
export function needsPayer({ kind, method, target }: Order): boolean {
  const byPage = method === "bank" || method === "wallet"
  return kind === "charge" && byPage && target.payer !== undefined && !isRefusedAtOnce(target)
}

/** Until when the bank waits for the payer of an order that came to it at `at`. */
export function waitsUntil({ target }: Order, at: Date): Date {
  const until = target.payer?.until ? Date.parse(target.payer.until) : Number.POSITIVE_INFINITY
  return new Date(Math.min(at.getTime() + WAIT_MS, until))
}

/** Opens the bank over the simulator's books. */
export function openBank({ books, clock, noticeKey }: BankParts): SimulatedBank {
  function entryOf(order: Order): Entry | null {
    return books.find([order]).get(order.attemptId) ?? null
  }

  function find(order: Order) {
    const entry = entryOf(order)
    const offered = entry?.lines.find((line) => line.offered)?.offered
    if (!entry || !offered) return null
    return { ...standOf(entry, clock.now()), until: new Date(offered.until) }
  }

  return {
    find,
    answer(order, answer) {
      if (find(order)?.state !== "waiting") return
      const { attemptId } = order
      if (answer === "approve") books.add({ attemptId, agreed: fateOf(order) })
      else books.add({ attemptId, told: { outcome: "declined", reason: WHY[answer] } })
    },
    notice({ attemptId }) {
      const body = JSON.stringify({ order: attemptId })
      const headers = { "content-type": "application/json", [SIGNATURE]: sign(noticeKey, body) }
      return { connection: CONNECTION, headers, body }
    },
  }
}

const WHY: Readonly<Record<Exclude<BankAnswer, "approve">, Reason>> = {
  decline: "cancelled_by_payer",
  expire: "expired",
}

/** Reads a notice of the bank: which order it is about. Null when the bank did not sign it. */
export function readNotice(
  noticeKey: Buffer,
  connection: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): RailNotice | null {
  const given = Buffer.from(headers[SIGNATURE] ?? "")
  const due = Buffer.from(sign(noticeKey, body))
  if (connection !== CONNECTION || given.length !== due.length) return null
  if (!timingSafeEqual(given, due)) return null
  const { order } = JSON.parse(body.toString()) as { order: string }
  return { attemptIds: [order], sightings: [] }
}

function sign(key: Buffer, body: string | Buffer): string {
  return createHmac("sha256", key).update(body).digest("hex")
}

function standOf(entry: Entry, now: Date): { state: BankState; reason: Reason | null } {
  // What comes of the payer's yes is not on the page where it was said.
  if (entry.lines.some((line) => line.agreed)) return { state: "approved", reason: null }
  const [first] = storyOf(entry, now)
  if (!first) return { state: "waiting", reason: null }
  const declined = first.kind === "declined"
  return { state: declined ? "declined" : "approved", reason: first.reason }
}
