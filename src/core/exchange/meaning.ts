/** What a line of a bank means for an attempt, by how far that is. Pure. */
import type { Attempt, AttemptState } from "../payments/attempt.ts"
import type { Fact } from "../rail.ts"
import type { Reason } from "../refusal.ts"
import type { Saying } from "./exchange.ts"

/** What became of a line: see `bank_lines` in migrations/. */
export type Outcome =
  | "due"
  | "waiting"
  | "booked"
  | "known"
  | "noted"
  | "unmatched"
  | "mismatch"
  | "surplus"
  | "contradiction"
  | "malformed"

/** What a line can say of one order. The word begins the place of its sighting. */
export type Word = "accepted" | "approved" | "declined" | "settled" | "returned"
/** The sayings that mean something. */
export type Telling = Exclude<Saying, "nothing" | "malformed">
export type Kind = Exclude<Attempt["kind"], "recharge">
type Verdict = "tell" | "known" | "waiting" | "contradiction"

const WORDS: Readonly<Record<Kind, Readonly<Record<Telling, Word>>>> = {
  charge: {
    accepted: "accepted",
    approved: "approved",
    rejected: "declined",
    credit: "settled",
    debit: "returned",
    return: "returned",
  },
  refund: {
    accepted: "accepted",
    approved: "approved",
    rejected: "declined",
    debit: "settled",
    credit: "returned",
    return: "returned",
  },
}

/**
 * Money that moved is booked even after a no; a status alone moves nothing that has ended. What
 * came undone waits for what it undoes: the two may come in either order. Money for a charge that
 * a status took back, and for which nothing came before, is an operator's to look at.
 */
const VERDICTS: Readonly<
  Record<Kind, Readonly<Record<Word, Readonly<Record<AttemptState, Verdict>>>>>
> = {
  charge: {
    accepted: verdicts("tell", "known", "known", "known", "contradiction", "contradiction"),
    approved: verdicts("tell", "tell", "known", "known", "contradiction", "contradiction"),
    declined: verdicts("tell", "tell", "tell", "contradiction", "known", "known"),
    settled: verdicts("tell", "tell", "tell", "known", "tell", "contradiction"),
    returned: verdicts("waiting", "waiting", "waiting", "tell", "waiting", "known"),
  },
  refund: {
    accepted: verdicts("tell", "known", "known", "known", "contradiction", "contradiction"),
    approved: verdicts("tell", "tell", "known", "known", "contradiction", "contradiction"),
    declined: verdicts("tell", "tell", "contradiction", "contradiction", "known", "known"),
    settled: verdicts("tell", "tell", "known", "known", "tell", "known"),
    returned: verdicts("waiting", "waiting", "tell", "tell", "waiting", "known"),
  },
}

function verdicts(
  unknown: Verdict,
  open: Verdict,
  approved: Verdict,
  settled: Verdict,
  declined: Verdict,
  returned: Verdict,
): Readonly<Record<AttemptState, Verdict>> {
  // Of what never left nothing is asked here: its line is a contradiction before.
  const waiting = "contradiction"
  return { waiting, unknown, open, approved, settled, declined, closed: declined, returned }
}

/** What a line says of an order of this kind; null when it says nothing. */
export function wordOf(kind: Kind, says: Saying): Word | null {
  return says === "nothing" || says === "malformed" ? null : WORDS[kind][says]
}

/** What is to be done about a word on an attempt in this state. */
export function verdictOn(kind: Kind, word: Word, state: AttemptState): Verdict {
  return VERDICTS[kind][word][state]
}

/** The fact that a word is. A bank that doesn't say why has its own reasons. */
export function factOf(kind: Kind, word: Word, reason: Reason | null): Fact {
  switch (word) {
    case "declined":
      return { kind: "declined", reason: reason ?? "declined_by_bank" }
    case "returned":
      return { kind: "returned", reason: reason ?? "returned_by_bank" }
    case "approved":
      // Nobody waits for money that leaves: it is out when the bank says yes.
      return { kind: kind === "refund" ? "settled" : "approved" }
    default:
      return { kind: word }
  }
}

/** How far an attempt is once a word was told. */
export function stateAfter(kind: Kind, word: Word, state: AttemptState): AttemptState {
  if (word === "accepted") return "open"
  if (word === "approved") return kind === "refund" ? "settled" : "approved"
  if (word === "declined") return state === "approved" ? "returned" : "declined"
  return word
}

/** The same for the same happening, whichever line of whichever file tells of it. */
export function placeOf(word: Word, attemptId: string): string {
  return `${word}:${attemptId}`
}

/** Whether a line tells of money that moved. */
export function isMoney({ says }: { readonly says: string }): boolean {
  return says === "credit" || says === "debit" || says === "return"
}
