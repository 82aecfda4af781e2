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
  health(): RailHealth
  close(): Promise<void>
}

/** A login is small: whoever takes longer is not well. */
const LOGIN_TIMEOUT_MS = 10_000
/** Thousands of recharges an hour fail in the same way; one line a minute is seen as well. */
const COMPLAINT_EVERY_MS = 60_000

/** Opens a connection. Nothing is asked before the first use. */
export function openConnection(parts: {
  readonly clock: Clock
  readonly log: Log
  readonly settings: ConnectionSettings
}): Connection {
  const { clock, log, settings } = parts
  const { name, hosts, keys } = settings
  const providers = new Map<string, Provider>()
  const complained = new Map<string, number>()

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
    onRefused: (status) => complain("refuses our login", { status }),
  })

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
      const answer = await send(host, request, untilAt, token)
      if (answer.status !== 401) return answer
      session.forget(token)
      return send(host, request, untilAt, await tokenBy(untilAt))
    },
    health() {
      const ill = [...providers.values()].map((each) => each.health()).find(({ ok }) => !ok)
      const last = [...providers.values()].map((each) => each.health().detail)
      const state = session.state()
      const detail = [state, ...(ill ? [ill.detail] : new Set(last))].join("; ")
      return { name: `tapila ${name}`, ok: !ill && state !== "login refused", detail }
    },
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
