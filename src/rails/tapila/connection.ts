/** One provider: its hosts with their keys, the token that opens them, and how it is. */
import type { Clock, CoreParts, RailHealth } from "../../core/index.ts"
import {
  type Answer,
  looksIll,
  makeProvider,
  type Provider,
  ProviderFault,
  type ProviderRequest,
} from "../../outbound/index.ts"
import { OPERATOR_REFUSED, refusedBy } from "./refusals.ts"
import { openSession } from "./session.ts"
import type { ConnectionSettings, Host } from "./settings.ts"
import { codeIn } from "./wire.ts"

export type Log = CoreParts["log"]

export type Connection = {
  readonly name: string
  readonly settings: ConnectionSettings
  /**
   * Asks with the token and the host's key, after a new login once more when the token isn't taken:
   * a request that was answered 401 did nothing. Nothing is sent after `untilAt`, nor waited for.
   * Throws `ProviderFault`.
   */
  ask(host: Host, request: ProviderRequest, untilAt: Date): Promise<Answer>
  /** Tells an operator something, at most once a minute: `problem` ends a sentence about it. */
  complain(problem: string, about?: object): void
  /** Logs in where that isn't so, unless the login was refused. Never rejects for a provider. */
  check(): Promise<void>
  health(): RailHealth
  /** Whether a host is asked at once, and doesn't rest or wait to be tried. */
  isWell(host: Host): boolean
  close(): Promise<void>
}

/** A login is small: whoever takes longer is not well. */
const LOGIN_TIMEOUT_MS = 10_000
/** Thousands of recharges an hour fail in the same way; one line a minute is seen as well. */
const COMPLAINT_EVERY_MS = 60_000

/** Opens a connection. Nothing is asked before the first use, or check. */
export function openConnection(parts: {
  readonly clock: Clock
  readonly log: Log
  readonly settings: ConnectionSettings
}): Connection {
  const { clock, log, settings } = parts
  const { name, hosts, keys } = settings
  const providers = new Map<string, Provider>()
  const complained = new Map<string, number>()
  /** What keeps the provider from taking any recharge (POST), or from showing any (GET). */
  const blocked = new Map<ProviderRequest["method"], { problem: string; atMs: number }>()

  /** Services at one address are one provider, with one breaker. */
  function providerOf(host: Host): Provider {
    const baseUrl = hosts[host]
    if (baseUrl === null) throw new Error(`${name} has no host for ${host}`)
    const known = providers.get(baseUrl)
    if (known) return known
    const { timeoutMs } = settings
    const about = { name: `tapila ${name}`, baseUrl, timeoutMs, isIll }
    const provider = makeProvider({ clock, log, ...about })
    providers.set(baseUrl, provider)
    return provider
  }

  function complain(problem: string, about: object = {}): void {
    const nowMs = clock.elapsedMs()
    const lastMs = complained.get(problem)
    if (lastMs !== undefined && nowMs - lastMs < COMPLAINT_EVERY_MS) return
    complained.set(problem, nowMs)
    log.error({ rail: "tapila", connection: name, ...about }, `the provider ${problem}`)
  }

  const session = openSession({
    clock,
    login: () =>
      providerOf("login").call({
        method: "POST",
        path: "/login",
        headers: keyed(keys.login),
        body: { clientUsername: settings.clientUsername, password: settings.password },
        timeoutMs: Math.min(LOGIN_TIMEOUT_MS, settings.timeoutMs),
      }),
    onRefused: complain,
  })

  /** Notes what would be answered to every request like this one, until one gets through. */
  function judge({ method }: ProviderRequest, answer: Answer): void {
    const { status } = answer
    const code = codeIn(answer)
    if (code === undefined) return
    const refused = refusedBy(status, code)
    if (refused?.isLasting && refused.loud !== null) {
      complain(refused.loud, { status, code })
      blocked.set(method, { problem: refused.loud, atMs: clock.elapsedMs() })
    } else if (status < 300 || code === OPERATOR_REFUSED) blocked.delete(method)
  }

  /** Milliseconds until then. Throws when there are none. */
  function leftMs(untilAt: Date): number {
    const left = untilAt.getTime() - clock.now().getTime()
    if (left > 0) return left
    throw new ProviderFault("never_sent", "timeout", "wasn't asked in time")
  }

  /** A token, if there is one in time; a login goes on for those who come later. */
  async function tokenBy(untilAt: Date): Promise<string> {
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      reject(new ProviderFault("never_sent", "login", "gave no token in time"))
    }, leftMs(untilAt))
    try {
      return await Promise.race([session.token(), late])
    } finally {
      clearTimeout(timer)
    }
  }

  async function send(host: Host, request: ProviderRequest, untilAt: Date, token: string) {
    const left = leftMs(untilAt)
    return providerOf(host).call({
      ...request,
      headers: { ...keyed(keys[host]), "x-authorization-token": token },
      timeoutMs: Math.min(request.timeoutMs ?? settings.timeoutMs, left),
    })
  }

  return {
    name,
    settings,
    complain,
    async ask(host, request, untilAt) {
      const token = await tokenBy(untilAt)
      let answer = await send(host, request, untilAt, token)
      if (answer.status === 401) {
        session.forget(token)
        answer = await send(host, request, untilAt, await tokenBy(untilAt))
      }
      // Of the catalogue and the tools no recharge has need.
      if (host === "recharges") judge(request, answer)
      return answer
    },
    async check() {
      if (session.state() !== "not logged in") return
      await session.token().catch((error) => {
        // Health says what came of it.
        if (!(error instanceof ProviderFault)) throw error
      })
    },
    health() {
      const ill = [...providers.values()].map((each) => each.health()).find(({ ok }) => !ok)
      const last = [...providers.values()].map((each) => each.health().detail)
      const state = session.state()
      const secondsAgo = (atMs: number) => Math.round((clock.elapsedMs() - atMs) / 1_000)
      const blocks = [...blocked.values()].map(
        ({ problem, atMs }) => `${secondsAgo(atMs)} s ago: ${problem}`,
      )
      const told = [state, ...blocks, ...(ill ? [ill.detail] : new Set(last))]
      const ok = !ill && blocked.size === 0 && state === "logged in"
      return { name: `tapila ${name}`, ok, detail: told.join("; ") }
    },
    isWell: (host) => providerOf(host).health().ok,
    async close() {
      await Promise.all([...providers.values()].map((each) => each.close()))
    },
  }
}

function keyed(key: string | null): Record<string, string> {
  return key === null ? {} : { "x-api-key": key }
}

/** An operator's no, or a number's own limit, is a proper answer of a provider that is well. */
function isIll(answer: Answer): boolean {
  const code = codeIn(answer)
  if (code === OPERATOR_REFUSED) return false
  if (answer.status === 429 && code) return refusedBy(429, code)?.reason !== "limit_exceeded"
  return looksIll(answer)
}
