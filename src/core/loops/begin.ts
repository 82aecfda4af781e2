/** Asks rails to move money: attempts of this node's commits at once, and those a loop claimed. */
import type { Clock } from "../../clock.ts"
import type { Log, Metrics } from "../core.ts"
import type { Decider } from "../decide/decider.ts"
import { type ReportAttempt, type Reported, reportAttempt } from "../decide/report-attempt.ts"
import type { Draft } from "../draft.ts"
import type { Attempt } from "../payments/attempt.ts"
import { nextLook } from "../payments/look-ups.ts"
import { orderOf } from "../payments/prepare.ts"
import type { BeginAnswer, Fact, Rail } from "../rail.ts"
import { isRefusal, type Refusal } from "../refusal.ts"
import type { Keyring } from "../seal.ts"
import { type Owner, reportOf } from "./report.ts"

export type SubmitReport = (
  decider: Decider<ReportAttempt, Reported>,
  command: ReportAttempt,
) => Promise<Reported | Refusal>

export type BeginParts = {
  readonly clock: Clock
  readonly keyring: Keyring
  readonly node: string
  readonly rails: ReadonlyMap<string, Rail>
  readonly submit: SubmitReport
  readonly log: Log
  readonly metrics: Metrics
}

export type Beginner = {
  /** Hears of a commit and begins the attempts that were born leased to this node. */
  committed(draft: Draft): void
  /** Begins one attempt whose begin is written down. Never rejects. */
  begin(attempt: Attempt, owner: Owner): Promise<void>
  /** Resolves when no begin of this node is under way. */
  idle(): Promise<void>
}

/** Calls to rails under way at once; more wait their turn inside their lease. */
const AT_ONCE = 500

/** Makes the beginner of a node. */
export function makeBeginner(parts: BeginParts): Beginner {
  const underWay = new Set<Promise<void>>()
  const waiting: (() => void)[] = []

  async function begin(attempt: Attempt, owner: Owner): Promise<void> {
    const rail = parts.rails.get(attempt.rail)
    if (!rail) return
    if (underWay.size > AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
    // Asked late, the call could cross with a look-up that already found nothing.
    const ageMs = parts.clock.now().getTime() - (attempt.begunAt?.getTime() ?? 0)
    if (ageMs > rail.beginTimeoutMs / 2) return
    try {
      const answer = await withTimeout(
        rail.begin(orderOf(attempt, parts.keyring)),
        rail.beginTimeoutMs,
      )
      await report(rail, attempt, owner, answer)
    } catch (error) {
      // No answer is not an outcome: the attempt stays unknown until it is looked up.
      parts.metrics.count("attempts_unknown", { rail: rail.name })
      parts.log.warn({ err: error, attemptId: attempt.id, rail: rail.name }, "begin has no answer")
      await report(rail, attempt, owner, null).catch(() => undefined)
    }
  }

  async function report(
    rail: Rail,
    attempt: Attempt,
    owner: Owner,
    answer: BeginAnswer | null,
  ): Promise<void> {
    const now = parts.clock.now()
    const facts = answer === null ? [] : [{ place: null, at: now, ...factOf(answer) }]
    const instructions = answer?.kind === "accepted" ? (answer.instructions ?? null) : null
    const command = reportOf(rail, attempt, owner, {
      sightings: facts,
      fence: attempt.fence,
      instructions,
      lookAt: nextLook(rail, { ...attempt, begunAt: attempt.begunAt ?? now, looks: 0 }, now),
    })
    const reported = await parts.submit(reportAttempt, command)
    if (isRefusal(reported)) {
      parts.log.warn({ attemptId: attempt.id, refused: reported.refused }, "a begin came too late")
    }
  }

  function start(attempt: Attempt, owner: Owner): Promise<void> {
    const run = begin(attempt, owner)
      .catch((error) => parts.log.error({ err: error, attemptId: attempt.id }, "begin failed"))
      .finally(() => {
        underWay.delete(run)
        waiting.shift()?.()
      })
    underWay.add(run)
    return run
  }

  return {
    committed(draft) {
      for (const attempt of draft.attempts.inserted.values()) {
        if (attempt.state !== "unknown" || attempt.leaseOwner !== parts.node) continue
        const payment = draft.payments.get(attempt.paymentId)!
        void start(attempt, payment)
      }
    },
    begin: start,
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}

function factOf(answer: BeginAnswer): { fact: Fact; railReference?: string } {
  switch (answer.kind) {
    case "instructions":
      return { fact: { kind: "offered", instructions: answer.instructions } }
    case "accepted":
      return { fact: { kind: "accepted" }, railReference: answer.railReference }
    case "settled":
      return { fact: { kind: "settled" }, railReference: answer.railReference }
    case "rejected":
      return { fact: { kind: "declined", reason: answer.reason } }
    default:
      return answer satisfies never
  }
}

/** Rejects when a rail does not answer in time; its answer, should it still come, is dropped. */
export async function withTimeout<T>(call: Promise<T>, ms: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  try {
    return await Promise.race([call, promise])
  } finally {
    clearTimeout(timer)
  }
}
