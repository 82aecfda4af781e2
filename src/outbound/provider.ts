/** The client of one provider's base URL: JSON in and out, kept connections, a breaker, a log. */
import type { Clock } from "../clock.ts"
import { BREAKER_LIMITS, makeBreaker } from "./breaker.ts"
import { exchange, type RawAnswer } from "./exchange.ts"
import { faultOf, ProviderFault } from "./fault.ts"
import { buildConnector, Pool } from "./pool.ts"
import { readRestMs } from "./retry-after.ts"

export type ProviderRequest = {
  readonly method: "GET" | "POST"
  /** Below the base URL, with its query; begins with a slash. */
  readonly path: string
  /** How the path is called in the log, where ids stand in it. */
  readonly pattern?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: object
  /** Less time, or a larger answer, than the provider has in general. */
  readonly timeoutMs?: number
  readonly answerBytes?: number
}

export type Answer = {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** What the JSON says; undefined when it is none. */
  readonly body: unknown
  /** How long the body came. */
  readonly bytes: number
}

/** What of a log is needed; no line of it has a header, a body or an address. */
export type ProviderLog = {
  info(about: object, text: string): void
  warn(about: object, text: string): void
}

export type ProviderHealth = {
  readonly ok: boolean
  /** The end of a sentence about the provider. */
  readonly detail: string
}

export type Provider = {
  /**
   * Asks once, without repeating. Answers whatever status came; throws `ProviderFault` when no
   * whole answer did, or while the provider rests.
   */
  call(request: ProviderRequest): Promise<Answer>
  health(): ProviderHealth
  /** Lets what is on its way finish for a moment, then cuts it. Afterwards nothing is asked. */
  close(): Promise<void>
}

export const PROVIDER_LIMITS = {
  /** Requests at once; at 50 ms each that is more than a thousand a second. */
  connections: 64,
  answerBytes: 1_048_576,
  headerBytes: 16_384,
  /** For one connection to be made; the whole call has its own time. */
  connectTimeoutMs: 5_000,
  /** How long a silent connection is kept: shorter than most servers keep theirs. */
  keepAliveMs: 4_000,
  /** How long any connection is kept, so that a changed DNS entry is noticed. */
  connectionAgeMs: 300_000,
  closeMs: 5_000,
}

export type ProviderParts = {
  readonly clock: Clock
  readonly log: ProviderLog
  /** How it is called in the log. */
  readonly name: string
  /** Judged by `providerUrlProblem` before; may end in a path. */
  readonly baseUrl: string
  /** For one call, from asking to the end of the answer. */
  readonly timeoutMs: number
  /**
   * Whether an answer says that the provider is ill, so that it is left alone after a few. Without
   * it: a status of 500 or more, 429, and what isn't JSON.
   */
  readonly isIll?: (answer: Answer) => boolean
  readonly limits?: Partial<typeof PROVIDER_LIMITS>
  /** For tests. */
  readonly breaker?: Partial<typeof BREAKER_LIMITS>
}

/** Makes the client. Nothing is asked, nor connected, before the first call. */
export function makeProvider(parts: ProviderParts): Provider {
  const { clock, log, name, isIll = looksIll } = parts
  const limits = { ...PROVIDER_LIMITS, ...parts.limits }
  const breaker = makeBreaker(clock, { ...BREAKER_LIMITS, ...parts.breaker })
  const base = new URL(parts.baseUrl)
  const prefix = base.pathname.replace(/\/+$/, "")
  const pool = poolOf(base.origin, limits)
  let last: { readonly did: string; readonly atMs: number } | null = null

  async function ask(request: ProviderRequest): Promise<RawAnswer> {
    const { method, path, headers = {}, body } = request
    const json = body === undefined ? null : JSON.stringify(body)
    const type: Record<string, string> = json === null ? {} : { "content-type": "application/json" }
    const own = { accept: "application/json", "user-agent": "Caudal/1", ...type }
    return exchange(
      pool,
      { method, path: prefix + path, headers: { ...own, ...headers }, body: json },
      {
        timeoutMs: request.timeoutMs ?? parts.timeoutMs,
        answerBytes: request.answerBytes ?? limits.answerBytes,
      },
    )
  }

  async function call(request: ProviderRequest): Promise<Answer> {
    const about = { provider: name, method: request.method, path: request.pattern ?? request.path }
    const ticket = breaker.enter()
    if (ticket === null) throw new ProviderFault("never_sent", "resting", health().detail)
    const ill = (did: string, askedMs: number | null) => {
      last = { did, atMs: clock.elapsedMs() }
      const forMs = breaker.ill(ticket, did, askedMs)
      if (forMs !== null) log.warn({ provider: name, forMs, why: did }, "a provider is left alone")
    }
    const startedMs = clock.elapsedMs()
    const ms = () => Math.round(clock.elapsedMs() - startedMs)
    try {
      const { status, headers, text, bytes } = await ask(request)
      const answer = { status, headers, body: parsed(text), bytes }
      if (isIll(answer)) {
        const what = answer.body === undefined ? " without JSON" : ""
        ill(`answered ${status}${what}`, readRestMs(answer, clock.now()))
        log.warn({ ...about, status, ms: ms() }, "a provider is not well")
      } else {
        breaker.well(ticket)
        log.info({ ...about, status, ms: ms() }, "a provider answered")
      }
      return answer
    } catch (error) {
      // Whatever else failed is ours, and its leave to call has to be given back all the same.
      const { kind, why, did } = error instanceof ProviderFault ? error : faultOf(error, true)
      ill(did, null)
      log.warn({ ...about, fault: kind, why, ms: ms() }, "a provider has not answered")
      throw error
    }
  }

  function health(): ProviderHealth {
    const state = breaker.state()
    switch (state.kind) {
      case "resting": {
        const seconds = Math.ceil(state.forMs / 1_000)
        return { ok: false, detail: `rests for ${seconds} s, since it ${state.why}` }
      }
      case "trying":
        return { ok: false, detail: `is tried again, after it ${state.why}` }
      case "closed": {
        if (last === null) return { ok: true, detail: "answers" }
        const seconds = Math.round((clock.elapsedMs() - last.atMs) / 1_000)
        return { ok: true, detail: `answers; ${seconds} s ago it ${last.did}` }
      }
      default:
        return state satisfies never
    }
  }

  return {
    call,
    health,
    async close() {
      const cut = setTimeout(() => void pool.destroy(), limits.closeMs)
      await pool.close().catch(() => undefined)
      clearTimeout(cut)
    },
  }
}

function poolOf(origin: string, limits: typeof PROVIDER_LIMITS) {
  return new Pool(origin, {
    connections: limits.connections,
    // A second request behind an unanswered one would share its fate.
    pipelining: 1,
    allowH2: false,
    connect: buildConnector({
      timeout: limits.connectTimeoutMs,
      allowH2: false,
      // Said aloud: NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would switch it off.
      rejectUnauthorized: true,
    }),
    keepAliveTimeout: limits.keepAliveMs,
    keepAliveMaxTimeout: limits.connectionAgeMs,
    clientTtl: limits.connectionAgeMs,
    maxHeaderSize: limits.headerBytes,
    // The whole call has one timer, in the exchange.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
}

/** The usual sign of an ill provider: its status, or no JSON. */
export function looksIll({ status, body }: Answer): boolean {
  return status >= 500 || status === 429 || body === undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A page of a proxy, or nothing: the caller judges by the status.
    return undefined
  }
}
