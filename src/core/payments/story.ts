/** All that is known of a payment, in order of time: for an operator who has to explain it. */
import type { Queries } from "../../db/database.ts"
import { maskNumber } from "../customers/customer.ts"
import type { Rail, Target } from "../rail.ts"
import type { Keyring } from "../seal.ts"
import { explorersOf } from "../sightings/view.ts"
import type { Attempt, Refund } from "./attempt.ts"
import type { Payment } from "./payment.ts"
import { orderOf } from "./prepare.ts"
import * as told from "./store/story.ts"
import { attemptsOf, findPaymentOf, refundsOf } from "./store.ts"

/** What an operator may see of an account: enough to tell two of them apart. */
export type MaskedTarget = Pick<
  Target,
  "bank" | "accountType" | "accountNumber" | "phoneNumber" | "companyCode" | "productId"
> &
  Pick<Target, "identifier">

export type AttemptTold = Omit<Attempt, "targetSealed" | "leaseOwner" | "fence"> & {
  /** Null when what is stored can't be opened. */
  readonly target: MaskedTarget | null
  /** The bank file that its order stands in, if it is of that kind. */
  readonly order: told.OrderTold | null
}

/** One thing that happened. */
export type Chapter = { readonly at: Date } & (
  | ({ readonly what: "event" } & told.EventTold)
  | { readonly what: "refund"; readonly refundId: string; readonly amount: bigint }
  | { readonly what: "attempt"; readonly attemptId: string; readonly rail: string }
  | {
      readonly what: "begun"
      readonly attemptId: string
      readonly file: string | null
      readonly collectionDay: string | null
    }
  | ({ readonly what: "sighting"; readonly explorerUrl: string | null } & told.SightingTold)
  | ({ readonly what: "line" } & told.LineTold)
  | ({ readonly what: "transfer" } & told.TransferTold)
  | ({ readonly what: "delivery" } & told.DeliveryTold)
)

export type Story = {
  readonly payment: Payment
  readonly attempts: readonly AttemptTold[]
  readonly refunds: readonly Refund[]
  readonly chapters: readonly Chapter[]
}

export type StoryParts = {
  readonly db: Queries
  readonly keyring: Keyring
  readonly rails: ReadonlyMap<string, Rail>
}

/** Of what one commit wrote, what was decided stands before what followed from it. */
const ORDER: readonly Chapter["what"][] = [
  "line",
  "sighting",
  "event",
  "refund",
  "attempt",
  "begun",
  "transfer",
  "delivery",
]

/**
 * The story as the payment's merchant may read it: which of the gateway's bank files have it, and
 * where, would tell of others' payments. Null also when it is somebody else's.
 */
export async function storyFor(
  parts: StoryParts,
  merchantId: string,
  id: string,
): Promise<Story | null> {
  const payment = await findPaymentOf(parts.db, id)
  if (payment?.merchantId !== merchantId) return null
  const story = await storyOf(parts, payment.id)
  if (story === null) return null
  const attempts = story.attempts.map((attempt) => ({ ...attempt, order: null }))
  return { ...story, attempts, chapters: story.chapters.map(withoutFiles) }
}

function withoutFiles(chapter: Chapter): Chapter {
  if (chapter.what === "begun") return { ...chapter, file: null }
  return chapter.what === "line" ? { ...chapter, file: "", position: 0 } : chapter
}

/**
 * The story of the payment that an id names: its own, or that of one of its attempts or refunds.
 * Null when there is none. Accounts are masked, and nobody is named.
 */
export async function storyOf(
  { db, keyring, rails }: StoryParts,
  id: string,
): Promise<Story | null> {
  const payment = await findPaymentOf(db, id)
  if (payment === null) return null
  const [attempts, refunds, orders] = await Promise.all([
    attemptsOf(db, payment.id),
    refundsOf(db, payment.id),
    told.ordersTold(db, payment.id),
  ])
  const orderBy = new Map(orders.map((order) => [order.attemptId, order]))
  const chapters = [
    ...(await writtenOf(db, rails, payment.id)),
    ...refunds.map(({ id: refundId, amount, createdAt: at }) => {
      return { what: "refund" as const, at, refundId, amount }
    }),
    ...attempts.flatMap((attempt) => triesOf(attempt, orderBy.get(attempt.id) ?? null)),
  ]
  const rank = ({ what }: Chapter) => ORDER.indexOf(what)
  chapters.sort((a, b) => a.at.getTime() - b.at.getTime() || rank(a) - rank(b))
  return {
    payment,
    attempts: attempts.map((attempt) => attemptTold(attempt, keyring, orderBy)),
    refunds,
    chapters,
  }
}

async function writtenOf(
  db: Queries,
  rails: StoryParts["rails"],
  paymentId: string,
): Promise<Chapter[]> {
  const explorerUrl = explorersOf(rails)
  const [events, sightings, lines, transfers, deliveries] = await Promise.all([
    told.eventsTold(db, paymentId),
    told.sightingsTold(db, paymentId),
    told.linesTold(db, paymentId),
    told.transfersTold(db, paymentId),
    told.deliveriesTold(db, paymentId),
  ])
  return [
    ...events.map((each) => ({ what: "event" as const, ...each })),
    ...sightings.map((each) => ({
      what: "sighting" as const,
      ...each,
      explorerUrl: explorerUrl(each.watch, each.reference),
    })),
    ...lines.map((each) => ({ what: "line" as const, ...each })),
    ...transfers.map((each) => ({ what: "transfer" as const, ...each })),
    ...deliveries.map((each) => ({ what: "delivery" as const, ...each })),
  ]
}

function triesOf(attempt: Attempt, order: told.OrderTold | null): Chapter[] {
  const { id: attemptId, rail, createdAt, begunAt } = attempt
  const made: Chapter = { what: "attempt", at: createdAt, attemptId, rail }
  if (begunAt === null) return [made]
  const { file = null, collectionDay = null } = order ?? {}
  return [made, { what: "begun", at: begunAt, attemptId, file, collectionDay }]
}

function attemptTold(
  attempt: Attempt,
  keyring: Keyring,
  orders: ReadonlyMap<string, told.OrderTold>,
): AttemptTold {
  const { targetSealed: _sealed, leaseOwner: _owner, fence: _fence, ...rest } = attempt
  return {
    ...rest,
    target: maskedTarget(attempt, keyring),
    order: orders.get(attempt.id) ?? null,
  }
}

function maskedTarget(attempt: Attempt, keyring: Keyring): MaskedTarget | null {
  let target: Target
  try {
    target = orderOf(attempt, keyring).target
  } catch {
    return null
  }
  const { bank, accountType, accountNumber, phoneNumber, companyCode, productId, identifier } =
    target
  const masked = (number: string | undefined) =>
    number === undefined ? undefined : maskNumber(number)
  return {
    bank,
    accountType,
    accountNumber: masked(accountNumber),
    phoneNumber: masked(phoneNumber),
    companyCode,
    productId,
    identifier: masked(identifier),
  }
}
