/**
 * Books what the bank's files say, line by line, each happening once.
 *
 * What a line comes to is the same whenever it is asked: its sighting has a place that follows from
 * what happened to which order, and names the line, so that one which a crash stopped is known as
 * the one that was booked, and not as told before.
 */
import { LeaseLost } from "./lease.ts"
import {
  factOf,
  isMoney,
  type Kind,
  type Outcome,
  placeOf,
  stateAfter,
  verdictOn,
} from "./meaning.ts"
import * as store from "./store/apply.ts"
import { FIRST, type OwnedAttempt } from "./store/orders.ts"
import { AT_ONCE, faultIn, type Telling, tellAll, type Work } from "./submit.ts"

/** Lines that are decided upon together. */
const PAGE = 3 * AT_ONCE

/** Books the lines of a file that are due. Throws when one could not be; it stays due. */
export async function applyFile(work: Work, fileId: string): Promise<void> {
  let fault: unknown = null
  // In a file the money that came back may stand above the money that came.
  for (const undone of [false, true]) {
    for (let after = 0; ; ) {
      await work.held.keep()
      const page = { undone, after, most: PAGE }
      const lines = await store.dueLines(work.parts.database, fileId, page)
      const narrow = lines.filter(({ attemptId }) => attemptId !== null)
      fault = (await applyLines(work, narrow)) ?? fault
      for (const line of lines) {
        if (line.attemptId === null) fault = (await applyWide(work, line)) ?? fault
      }
      if (lines.length < PAGE) break
      after = lines.at(-1)!.position
    }
  }
  if (fault !== null) throw fault
}

/**
 * Looks again at what waited for money that may have come by now. Answers the first fault, or null:
 * it is of another file's.
 */
export async function applyWoken(work: Work): Promise<unknown> {
  const { parts, rail, held } = work
  await held.write((tx) => store.wake(tx, rail.name))
  let fault: unknown = null
  for (const fileId of await store.filesWithDue(parts.database, rail.name)) {
    try {
      await applyFile(work, fileId)
    } catch (error) {
      if (error instanceof LeaseLost) throw error
      fault ??= error
    }
  }
  return fault
}

/** What is to be done about one line: told, or an outcome at once. */
type Decision = { readonly line: store.DueLine; readonly does: Telling | Outcome }

/** Books lines that are about one order each; answers the first fault, or null. */
async function applyLines(work: Work, lines: readonly store.DueLine[]): Promise<unknown> {
  if (lines.length === 0) return null
  const decisions = await decide(work, lines)
  const toTell = decisions.flatMap(({ line, does }) =>
    typeof does === "string" ? [] : [{ line, telling: does }],
  )
  const outcomes = await tellAll(
    work,
    toTell.map(({ telling }) => telling),
  )
  const booked = toTell.flatMap(({ line: { id } }, at) =>
    faultIn([outcomes[at]!]) === null ? [{ id, outcome: "booked" as const }] : [],
  )
  const others = decisions.flatMap(({ line: { id }, does }) =>
    typeof does === "string" ? [{ id, outcome: does }] : [],
  )
  await write(work, [...booked, ...others])
  return faultIn(outcomes)
}

async function decide(work: Work, lines: readonly store.DueLine[]): Promise<Decision[]> {
  const { parts, rail } = work
  const ids = lines.map(({ attemptId }) => attemptId!)
  const places = lines.map(({ means, attemptId }) => placeOf(means, attemptId!))
  const [attempts, told] = await Promise.all([
    store.attemptsBy(parts.database, ids),
    store.placesTold(parts.database, rail.name, places),
  ])
  // Of two lines about one order, the second finds what the first leaves.
  const states = new Map([...attempts].map(([id, { state }]) => [id, state]))
  return lines.map((line): Decision => {
    const attempt = attempts.get(line.attemptId!)!
    const kind = attempt.kind as Kind
    const place = placeOf(line.means, attempt.id)
    if (told.has(place)) {
      const byThis = line.begun || told.get(place) === line.id
      return { line, does: byThis ? "booked" : "known" }
    }
    const state = states.get(attempt.id)!
    const verdict = verdictOn(kind, line.means, state)
    if (verdict !== "tell") return { line, does: verdict }
    told.set(place, line.id)
    states.set(attempt.id, stateAfter(kind, line.means, state))
    return { line, does: tellingOf(line, attempt) }
  })
}

function tellingOf(line: store.DueLine, attempt: OwnedAttempt): Telling {
  return {
    attempt,
    fact: factOf(attempt.kind as Kind, line.means, line.reason),
    place: placeOf(line.means, attempt.id),
    at: line.at,
    reference: line.id,
    ...(line.reference === null ? {} : { railReference: line.reference }),
  }
}

/**
 * Books a line that is about a group, or a whole file: what it says is said of each order. Money
 * is booked if it is exactly theirs. Answers the first fault, or null.
 */
async function applyWide(work: Work, line: store.DueLine): Promise<unknown> {
  if (!line.begun) {
    const before = isMoney(line) ? await checkSum(work, line) : null
    await write(work, [{ id: line.id, outcome: before ?? "due" }])
    if (before !== null) return null
  }
  let booked = line.begun
  let contradicted = false
  let fault: unknown = null
  for (let after = FIRST; ; ) {
    await work.held.keep()
    const page = await store.spokenOf(work.parts.database, line, after, AT_ONCE)
    const spoken = page.filter((each) => each.spoken)
    const lines = spoken.map(({ id }): store.DueLine => ({ ...line, attemptId: id, begun: false }))
    const decisions = await decide(work, lines)
    const tellings = decisions.flatMap(({ does }) => (typeof does === "string" ? [] : [does]))
    fault = faultIn(await tellAll(work, tellings)) ?? fault
    booked ||= tellings.length > 0
    contradicted ||= decisions.some(({ does }) => does === "contradiction")
    if (page.length < AT_ONCE) break
    after = page.at(-1)!.id
  }
  // It stays due, and is told to the others again without an effect.
  if (fault !== null) return fault
  const outcome = booked ? "booked" : contradicted ? "contradiction" : "known"
  await write(work, [{ id: line.id, outcome }])
  return null
}

/** Why money of many orders can't be booked now; null when it is theirs to the last unit. */
async function checkSum({ parts }: Work, line: store.DueLine): Promise<Outcome | null> {
  const { orders, total, assets, unsettled } = await store.sumOf(parts.database, line)
  const isTheirs =
    line.amount === total &&
    assets.length === 1 &&
    line.asset === assets[0] &&
    (line.orders === null || line.orders === orders)
  if (!isTheirs) return "mismatch"
  return line.means === "returned" && unsettled > 0 ? "waiting" : null
}

async function write(
  { parts, held }: Work,
  outcomes: readonly { readonly id: string; readonly outcome: Outcome }[],
): Promise<void> {
  if (outcomes.length === 0) return
  await held.write((tx) => store.setOutcomes(tx, outcomes, parts.clock.now()))
}
