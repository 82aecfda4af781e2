/** The token of a connection: fetched by one login at a time, kept until shortly before its end. */
import { z } from "zod"
import type { Clock } from "../../core/index.ts"
import { type Answer, ProviderFault } from "../../outbound/index.ts"

export const SESSION_LIMITS = {
  /** Renewed as long before its end: a call that begins with it is still under way then. */
  marginMs: 60_000,
  /** Where its end can't be read, or lies in the past by our clock. */
  keptMs: 3_600_000,
  /** However long it says that it lasts. */
  keptMaxMs: 86_400_000,
  /** After a refused login: more tries would only get us locked out. */
  refusedMs: 60_000,
}

const TOKEN_MAX = 8_192
const loginAnswer = z.object({
  accessToken: z
    .string()
    .regex(/^[\x21-\x7e]+$/)
    .max(TOKEN_MAX),
})
const claims = z.object({ exp: z.number().positive() })

export type Session = {
  /**
   * A token that should be good. Throws `ProviderFault` of kind `never_sent`: what it was wanted
   * for didn't leave.
   */
  token(): Promise<string>
  /** The provider doesn't take this token any more. */
  forget(token: string): void
  /** "logged in", "not logged in", or what came of a login that the provider turned down. */
  state(): string
}

/** A login that brought no token: as a state, and as the end of a sentence about the provider. */
type Refusal = {
  readonly state: string
  readonly problem: string
  /** Whether it may be another one's fault and pass by itself. */
  readonly mayPass: boolean
}

function refusalOf(status: number): Refusal {
  const lasting = (state: string, problem: string) => ({ state, problem, mayPass: false })
  const passing = (state: string, problem: string) => ({ state, problem, mayPass: true })
  switch (status) {
    case 200:
      return passing("login without a token", "answers our login without a token")
    case 401:
    case 403:
      return lasting("login refused", "refuses our login")
    case 404:
    case 405:
      return lasting("no login there", "knows no login at its address: check the base URL")
    case 429:
      return passing("too many logins", "is asked to log in too often")
    default:
      return lasting(`login answered ${status}`, `answers our login with ${status}`)
  }
}

/** Opens a session without logging in. `onRefused` hears of a login that was turned down. */
export function openSession(parts: {
  readonly clock: Clock
  readonly login: () => Promise<Answer>
  readonly onRefused: (problem: string, about: { readonly status: number }) => void
}): Session {
  const { clock, login, onRefused } = parts
  let current: { readonly token: string; readonly untilMs: number } | null = null
  let pending: Promise<string> | null = null
  let refused: (Refusal & { readonly untilMs: number }) | null = null

  async function renew(): Promise<string> {
    const { status, body } = await login()
    const read = loginAnswer.safeParse(body)
    if (status === 200 && read.success) {
      const { accessToken: token } = read.data
      refused = null
      current = { token, untilMs: clock.elapsedMs() + lifeMs(token, clock.now()) }
      return token
    }
    // A provider that is ill has a breaker for it; this is about what it answers when it is well.
    if (status < 500) {
      refused = { ...refusalOf(status), untilMs: clock.elapsedMs() + SESSION_LIMITS.refusedMs }
      onRefused(refused.problem, { status })
      throw new ProviderFault("never_sent", "login", refused.problem)
    }
    throw new ProviderFault("never_sent", "login", `answers our login with ${status}`)
  }

  function started(): Promise<string> {
    if (refused !== null && clock.elapsedMs() < refused.untilMs) {
      throw new ProviderFault("never_sent", "login", "turned our login down a moment ago")
    }
    return renew()
      .catch((error) => {
        if (error instanceof ProviderFault && error.kind === "never_sent") throw error
        throw new ProviderFault("never_sent", "login", "gave no answer to the login", error)
      })
      .finally(() => {
        pending = null
      })
  }

  return {
    async token() {
      if (current && clock.elapsedMs() < current.untilMs) return current.token
      pending ??= started()
      return pending
    },
    forget(token) {
      // Another call may have brought a new one by now.
      if (current?.token === token) current = null
    },
    state() {
      if (refused && !(refused.mayPass && clock.elapsedMs() >= refused.untilMs)) {
        return refused.state
      }
      return current && clock.elapsedMs() < current.untilMs ? "logged in" : "not logged in"
    },
  }
}

/** For how long a token that came just now is used, by the `exp` in its payload. */
function lifeMs(token: string, now: Date): number {
  const { marginMs, keptMs, keptMaxMs } = SESSION_LIMITS
  const left = expiryOf(token) - now.getTime()
  if (!(left > 0)) return keptMs
  // Of one that lasts hardly longer than the margin, half is better than nothing.
  return Math.min(keptMaxMs, Math.max(left - marginMs, left / 2))
}

/** The end of a JWT in milliseconds since 1970; `NaN` when there is none to be read. */
function expiryOf(token: string): number {
  try {
    const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")
    return claims.parse(JSON.parse(payload)).exp * 1_000
  } catch {
    // Whoever checks it is the provider: a token is only text to us.
    return Number.NaN
  }
}
