/** Keeps away from a provider that is ill: rests that grow, then one call that tries it. */
import type { Clock } from "../clock.ts"

export const BREAKER_LIMITS = {
  /** Faults in a row before it rests: fewer may be bad luck, more make everybody wait in vain. */
  faults: 5,
  /** The first rest; each further one, when the trial fails, is twice as long. */
  restMs: 1_000,
  restMaxMs: 60_000,
  /** How long a provider may send us away: whoever asks for more is asked again all the same. */
  askedMaxMs: 600_000,
}

/** Leave to make one call; it has to be given back by `well` or `ill`. */
export type Ticket = { readonly round: number }

export type BreakerState =
  | { readonly kind: "closed" }
  | { readonly kind: "resting"; readonly forMs: number; readonly why: string }
  /** The rest is over, and the next call shows whether the provider is well again. */
  | { readonly kind: "trying"; readonly why: string }

export type Breaker = {
  /** Leave to call, or null while it rests. After a rest one call has it, until it is back. */
  enter(): Ticket | null
  /** The call was answered as it should be. */
  well(ticket: Ticket): void
  /**
   * It wasn't; `askedMs` is how long the provider wants to be left alone, if it says so. Answers
   * for how many milliseconds it rests now, where this began a rest.
   */
  ill(ticket: Ticket, why: string, askedMs: number | null): number | null
  state(): BreakerState
}

/** Makes a breaker, closed. `limits` is for tests. */
export function makeBreaker(
  clock: Pick<Clock, "elapsedMs">,
  limits: typeof BREAKER_LIMITS = BREAKER_LIMITS,
): Breaker {
  let isOpen = false
  let isTrying = false
  /** Grows whenever it opens or closes: what was called before says nothing about after. */
  let round = 0
  let faults = 0
  let rests = 0
  let restUntilMs = 0
  let why = ""

  function open(askedMs: number | null): number {
    const ownMs = Math.min(limits.restMaxMs, limits.restMs * 2 ** Math.min(rests, 30))
    const forMs = Math.max(ownMs, Math.min(askedMs ?? 0, limits.askedMaxMs))
    restUntilMs = clock.elapsedMs() + forMs
    rests += 1
    round += 1
    isOpen = true
    isTrying = false
    return forMs
  }

  return {
    enter() {
      if (!isOpen) return { round }
      if (isTrying || clock.elapsedMs() < restUntilMs) return null
      isTrying = true
      return { round }
    },
    well(ticket) {
      if (ticket.round !== round) return
      faults = 0
      if (!isOpen) return
      isOpen = false
      isTrying = false
      rests = 0
      round += 1
    },
    ill(ticket, what, askedMs) {
      if (ticket.round !== round) return null
      faults += 1
      why = what
      return isOpen || askedMs !== null || faults >= limits.faults ? open(askedMs) : null
    },
    state() {
      if (!isOpen) return { kind: "closed" }
      const forMs = restUntilMs - clock.elapsedMs()
      return forMs > 0 ? { kind: "resting", forMs, why } : { kind: "trying", why }
    },
  }
}
