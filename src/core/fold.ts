/** Folds the pure deciders over one batch: each command sees what those before it decided. */
import type { Decider } from "./decide/decider.ts"
import { type Draft, Missing, type Needs } from "./draft.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import type { Keyring } from "./seal.ts"
import { SEALED } from "./store/sealed.ts"
import type { Announce } from "./webhooks/announce.ts"

/** An answer as a client got it, to be given again for the same Idempotency-Key. */
export type StoredAnswer = { readonly status: number; readonly body: string }

/** A key that stands for one request: see `idempotencyKey`. */
export type Bound = {
  readonly key: string
  /** Tells a repeat from another request under the same key. */
  readonly fingerprint: string
}

/** What makes a command be done once. */
export type Once<Answer> = Bound & {
  /** The answer on the wire; stored in the commit that makes it true. */
  render(answer: Answer | Refusal): StoredAnswer
}

/** One command in a batch. */
export type Entry = {
  // A batch mixes commands of every kind; `submit` keeps each with its own decider.
  readonly decider: Decider<unknown, unknown>
  readonly command: { readonly merchantId: string }
  readonly once: Once<unknown> | null
}

/** What came of one command: its answer, the stored one, or a fault that is its own. */
export type Folded =
  | { readonly kind: "answer"; readonly answer: unknown }
  | { readonly kind: "stored"; readonly stored: StoredAnswer }
  | { readonly kind: "fault"; readonly error: unknown }

/** How long an answer is remembered for its Idempotency-Key. */
const ANSWERS_KEPT_MS = 7 * 86_400_000

/** The rows that a batch needs before it can be folded. */
export function needsOf(entries: readonly Entry[]): Needs {
  const needs = entries.map(({ decider, command, once }) => {
    const own = decider.needs(command)
    const merchants = [...(own.merchants ?? []), command.merchantId]
    return { ...own, merchants, answers: once ? [once.key] : [] }
  })
  return together(needs)
}

/** All needs in one. */
export function together(needs: readonly Needs[]): Needs {
  const all: Record<string, unknown[]> = {}
  for (const each of needs) {
    for (const [kind, keys] of Object.entries(each)) {
      if (keys.length === 0) continue
      const list = all[kind]
      if (list) list.push(...keys)
      else all[kind] = [...keys]
    }
  }
  return all as Needs
}

/** Folds a batch into `draft`. `missing` says what was reached for and not loaded. */
export function fold(
  entries: readonly Entry[],
  draft: Draft,
  env: { readonly keyring: Keyring; readonly announce: Announce },
): { readonly folded: Folded[]; readonly missing: Needs[] } {
  const missing: Needs[] = []
  const folded = entries.map((entry): Folded => {
    const mark = draft.mark()
    try {
      return decideOne(entry, draft, mark, env)
    } catch (error) {
      draft.undoTo(mark)
      if (error instanceof Missing) missing.push(error.needs)
      return { kind: "fault", error }
    }
  })
  return { folded, missing }
}

function decideOne(
  { decider, command, once }: Entry,
  draft: Draft,
  mark: number,
  env: { readonly keyring: Keyring; readonly announce: Announce },
): Folded {
  const known = once ? draft.answers.get(once.key) : null
  if (once && known && known.expiresAt > draft.now) {
    if (known.fingerprint !== once.fingerprint) {
      const message = "this Idempotency-Key was used for another request"
      return { kind: "stored", stored: once.render(refuse("idempotency_conflict", message)) }
    }
    const body = env.keyring.unseal(known.bodySealed, SEALED.answer).toString()
    return { kind: "stored", stored: { status: known.status, body } }
  }
  const told = draft.events.inserted.size
  const answer = decider.decide(draft, command)
  if (isRefusal(answer)) draft.undoTo(mark)
  else env.announce(draft, told)
  if (!once) return { kind: "answer", answer }

  const stored = once.render(answer)
  const row = {
    key: once.key,
    fingerprint: once.fingerprint,
    status: stored.status,
    bodySealed: env.keyring.seal(stored.body, SEALED.answer),
    createdAt: draft.now,
    expiresAt: new Date(draft.now.getTime() + ANSWERS_KEPT_MS),
  }
  // A breakdown of ours is not an answer to be repeated.
  if (stored.status < 500) {
    if (known) draft.answers.put(row.key, row)
    else draft.answers.insert(row.key, row)
  }
  return { kind: "stored", stored }
}
