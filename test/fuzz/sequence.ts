/** Runs sequences of requests against a gateway, many at once, and keeps what was wrong. */
import { type Dialect, dialects } from "../../src/dialects/index.ts"
import { type Answer, judged } from "./judge.ts"
import { linksIn, PAGES, pageShot } from "./pages.ts"
import { makePool, type Pool } from "./pool.ts"
import { makeRandom } from "./random.ts"
import { asCurl, type Shot, shotAt } from "./requests.ts"
import type { Target } from "./target.ts"

/** Requests of a sequence: each uses ids that those before it were given. */
export const LENGTH = 50
/** Sequences at once: while one waits for an operator, others go on. */
const AT_ONCE = 64
/** How often a request goes to the sequence's own dialect, rather than to any. */
const OWN_SHARE = 0.75
/**
 * How many sequences are a payer's, and how often a request of these and of others goes to a page;
 * of a run of one dialect none does.
 */
const PAYERS_SHARE = 0.15
const PAGE_SHARE = { payers: 0.6, others: 0.04 } as const
/** The dialect whose payments have a page of their own, with banks behind it. */
const LINKING = dialects.find(({ name }) => name === "palomma-pay")!
/** More of one kind say nothing new. */
const FINDINGS_MAX = 50

/** Something wrong, and how it is had again. */
export type Finding = {
  readonly what: string
  readonly sequence: number
  readonly request: number
  readonly curl: string
}

export type Outcome = {
  requests: number
  overSockets: number
  /** How often each status was answered. */
  readonly statuses: Record<string, number>
  /** How often each route was aimed at and answered with success. */
  readonly reached: Record<string, number>
  readonly findings: Finding[]
  found: number
}

export type Plan = {
  readonly seed: string
  /** The numbers of the sequences to run, in order. */
  readonly sequences: Iterable<number>
  /** One dialect alone, or all. */
  readonly dialect: Dialect | null
}

/** Runs all sequences of a plan. The same seed and number make the same requests, but for ids. */
export async function runPlan(target: Target, plan: Plan): Promise<Outcome> {
  const outcome: Outcome = {
    requests: 0,
    overSockets: 0,
    statuses: {},
    reached: {},
    findings: [],
    found: 0,
  }
  const numbers = plan.sequences[Symbol.iterator]()
  const lane = async () => {
    for (let next = numbers.next(); !next.done; next = numbers.next()) {
      await runSequence(target, plan, next.value, outcome)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return outcome
}

async function runSequence(target: Target, plan: Plan, sequence: number, outcome: Outcome) {
  const random = makeRandom(`${plan.seed}/${sequence}`)
  const pool = makePool()
  const making = { random, pool, sequence, fixed: target.fixed }
  const isPayers = plan.dialect === null && random.chance(PAYERS_SHARE)
  const own = plan.dialect ?? (isPayers ? LINKING : random.pick(dialects))
  const pageShare = PAGE_SHARE[isPayers ? "payers" : "others"]
  for (let request = 0; request < LENGTH; request += 1) {
    const isOwn = plan.dialect !== null || random.chance(OWN_SHARE)
    const isPage = plan.dialect === null && random.chance(pageShare)
    const shot = isPage
      ? pageShot(making)
      : shotAt(isOwn ? own : random.pick(dialects), making, target.proofs)
    const answers = await Promise.all(Array.from({ length: shot.times }, () => target.send(shot)))
    const found = target.noticed()
    for (const answer of answers) found.push(...taken(target, pool, shot, answer, outcome))
    const curl = found.length === 0 ? "" : wayOf(shot) + asCurl(shot, target.gateway.url)
    for (const what of found) keep(outcome, { what, sequence, request, curl })
  }
  await leave(target, pool)
}

/** Takes back the endpoints that a sequence made: each makes every later event a message more. */
async function leave({ send, proofs }: Target, pool: Pool): Promise<void> {
  for (const { id, owner } of pool.all("endpoints")) {
    const who = owner === "B" ? "B" : "A"
    await send({
      ...{ dialect: "caudal", aim: "DELETE /endpoints/{id}", who, method: "DELETE" },
      ...{ path: `/v1/endpoints/${id}`, headers: proofs("caudal", who), body: null, ids: [] },
      ...{ collection: "endpoints", overSocket: false, framing: "plain", times: 1 },
    })
  }
}

/** Counts an answer, learns from it, and says what is wrong with it. */
function taken(
  target: Target,
  pool: Pool,
  shot: Shot,
  answer: Answer | null,
  outcome: Outcome,
): string[] {
  outcome.requests += 1
  if (shot.overSocket) outcome.overSockets += 1
  const status = answer ? String(answer.status) : "closed"
  outcome.statuses[status] = (outcome.statuses[status] ?? 0) + 1
  if (answer === null) return mayBeCut(shot) ? [] : ["the socket was closed without an answer"]
  const found = judged(shot, answer, pool, target.secrets)
  if (answer.status < 300 || (shot.dialect === PAGES && answer.status === 303)) {
    const aim = `${shot.dialect} ${shot.aim}`
    outcome.reached[aim] = (outcome.reached[aim] ?? 0) + 1
    if (shot.dialect === PAGES) pool.learn(linksIn(answer.body), "", "nobody")
    else learn(pool, shot, answer.body)
  }
  return found
}

function learn(pool: Pool, shot: Shot, body: string): void {
  try {
    pool.learn(JSON.parse(body), shot.collection, shot.who)
  } catch {
    // A statement as CSV has no ids to go on with.
  }
}

/** What a command can't say of how a request went out. */
function wayOf({ framing, times }: Shot): string {
  const framed = framing === "plain" ? "" : `framed as ${framing}, `
  return `${framed}${times > 1 ? `${times} at once: ` : framed && "about: "}`
}

/** Who hangs up, or sends more than is read, may have no answer. */
function mayBeCut({ body, framing }: Shot): boolean {
  return framing === "hangUp" || (body !== null && body.length > 65_536)
}

function keep(outcome: Outcome, finding: Finding): void {
  outcome.found += 1
  if (outcome.findings.length < FINDINGS_MAX) outcome.findings.push(finding)
}
