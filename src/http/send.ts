/** Sends webhooks: one POST to a checked address, bounded in time and in what is read back. */
import { promises as dns, type LookupAddress } from "node:dns"
import type { LookupFunction } from "node:net"
import type { Clock } from "../clock.ts"
import { Agent, buildConnector, Pool } from "../outbound/pool.ts"
import {
  type AddressRules,
  checkAddress,
  checkResolved,
  parseAllowList,
  type Verdict,
} from "./address.ts"
import { Exchange, type SendResult } from "./exchange.ts"
import { AddressRefused, failed } from "./failure.ts"
import { makeSlots, type Release } from "./slots.ts"

export type { SendResult } from "./exchange.ts"

export type SendRequest = {
  readonly url: string
  /** Names in lower case. Content-length and host are ours to set. */
  readonly headers: Readonly<Record<string, string>>
  /** Sent byte for byte; text as UTF-8. */
  readonly body: string | Buffer
  /** For connecting, sending and reading together, from the moment that its turn has come. */
  readonly timeoutMs: number
  /** For its turn, when as much runs as may; as long as need be when left out. */
  readonly turnWithinMs?: number
  readonly signal?: AbortSignal
}

export type Sender = {
  /** Sends once. Never throws for what the network, the receiver or the address did. */
  send(request: SendRequest): Promise<SendResult>
  /** Sends nothing more, lets what is on its way finish for `closeMs`, and cuts the rest. */
  close(): Promise<void>
}

/** Finds all addresses of a name; what `dns.lookup` does. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>

export const SEND_LIMITS = {
  /** Sends at once in all: what a few dozen hanging receivers hold leaves most of it free. */
  total: 512,
  /** Sends at once to one origin, which may serve several merchants. */
  perOrigin: 64,
  /** Sends that may wait for a turn; their rows are safe in the database. */
  waiting: 2_000,
  /** Addresses whose verdict is remembered. */
  verdicts: 10_000,
  /** Read of an answer before its connection is cut. */
  readBytes: 16_384,
  /** Kept of an answer, for the merchant to look at. */
  keepBytes: 2_048,
  /** For one connection to be made; the whole try has its own limit. */
  connectTimeoutMs: 10_000,
  /** How long a silent connection is kept; most servers close theirs after 5 s. */
  keepAliveMs: 4_000,
  /** How long any connection is kept, so that a changed DNS entry is noticed. */
  connectionAgeMs: 300_000,
  closeMs: 5_000,
}

// They decide how the message is framed and where it goes.
const OUR_HEADERS =
  /^(?:(?:host|content-length|transfer-encoding|connection|keep-alive|upgrade|expect|te)$|proxy-)/
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/
// Visible ASCII, blanks and tabs inside. No line breaks: they would begin another header.
const HEADER_VALUE = /^(?:[\x21-\x7e](?:[\t\x20-\x7e]{0,8190}[\x21-\x7e])?)?$/

/** Makes the sender. Throws `RangeError` when an entry of `allow` can't be understood. */
export function makeSender(options: {
  readonly clock: Pick<Clock, "elapsedMs">
  readonly mode: "sandbox" | "live"
  /** Host names, `host:port`, addresses and CIDR ranges that are let through: see address.ts. */
  readonly allow: readonly string[]
  readonly userAgent: string
  /** Certificates (PEM) to trust instead of the well-known ones. */
  readonly ca?: string
  /** For tests. */
  readonly resolve?: Resolve
  readonly limits?: Partial<typeof SEND_LIMITS>
}): Sender {
  const limits = { ...SEND_LIMITS, ...options.limits }
  const rules: AddressRules = { mode: options.mode, allow: parseAllowList(options.allow) }
  const resolve = options.resolve ?? ((host) => dns.lookup(host, { all: true }))
  const slots = makeSlots({
    total: limits.total,
    perKey: limits.perOrigin,
    waitingMax: limits.waiting,
  })
  const verdicts = new Map<string, Verdict>()
  const running = new Set<Exchange>()
  let closed = false
  /** Called when nothing runs any more. */
  let quiet: (() => void) | null = null

  /** An address is judged by its text alone here, so the same text is judged the same. */
  function verdictOn(url: string): Verdict {
    const known = verdicts.get(url)
    if (known) return known
    const verdict = checkAddress(url, rules)
    if (verdicts.size >= limits.verdicts) verdicts.clear()
    verdicts.set(url, verdict)
    return verdict
  }

  const agent = new Agent({
    factory: (origin) => {
      const settings = {
        lookup: guardedLookup(String(origin), rules, resolve),
        timeout: limits.connectTimeoutMs,
        allowH2: false,
        // Said aloud: NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would switch it off.
        rejectUnauthorized: true,
        ...(options.ca === undefined ? {} : { ca: options.ca }),
      }
      return new Pool(origin, {
        connections: limits.perOrigin,
        pipelining: 1,
        allowH2: false,
        connect: buildConnector(settings),
        keepAliveTimeout: limits.keepAliveMs,
        keepAliveMaxTimeout: limits.connectionAgeMs,
        clientTtl: limits.connectionAgeMs,
        maxHeaderSize: limits.readBytes,
        // The whole try has one timer, below.
        headersTimeout: 0,
        bodyTimeout: 0,
      })
    },
  })

  const parts = { dispatcher: agent, clock: options.clock, userAgent: options.userAgent, limits }

  /** Runs one exchange that has its turn. */
  function run(url: URL, request: SendRequest, release: Release): Promise<SendResult> {
    return new Promise((resolve) => {
      const { body, headers, signal, timeoutMs } = request
      const one = new Exchange(parts, timeoutMs, (result) => {
        running.delete(one)
        signal?.removeEventListener("abort", cancel)
        release()
        resolve(result)
        if (running.size === 0) quiet?.()
      })
      const cancel = () => one.cancel()
      running.add(one)
      signal?.addEventListener("abort", cancel, { once: true })
      one.start({ origin: url.origin, path: url.pathname + url.search, headers, body })
    })
  }

  async function runInTurn(url: URL, request: SendRequest): Promise<SendResult> {
    const release = await slots.take(url.origin, request)
    if (release && !request.signal?.aborted) return run(url, request, release)
    release?.()
    return request.signal?.aborted || closed
      ? failed("cancelled", "The try was given up before it began.")
      : failed("busy", "Too many messages wait to be sent.")
  }

  return {
    send: (request) => {
      const badHeader = findBadHeader(request.headers)
      if (badHeader !== null) return Promise.resolve(failed("invalid_request", badHeader))
      const verdict = verdictOn(request.url)
      if (verdict.kind === "refused") {
        return Promise.resolve(failed("refused_address", verdict.why))
      }
      const release = request.signal?.aborted ? null : slots.takeNow(verdict.url.origin)
      if (release === null) return runInTurn(verdict.url, request)
      return run(verdict.url, request, release)
    },
    close: async () => {
      closed = true
      slots.close()
      const cut = setTimeout(() => {
        for (const one of running) one.cancel()
      }, limits.closeMs)
      if (running.size > 0) await new Promise<void>((resolve) => (quiet = resolve))
      clearTimeout(cut)
      await agent.destroy()
    },
  }
}

/**
 * Resolves a name and refuses it when any of its addresses is not allowed. The socket connects to
 * what this returns, so there is no second look-up that could answer otherwise.
 */
function guardedLookup(origin: string, rules: AddressRules, resolve: Resolve): LookupFunction {
  const verdict = checkAddress(origin, rules)
  return (host, wanted, done) => {
    if (verdict.kind === "refused") {
      done(new AddressRefused(verdict.why), [])
      return
    }
    resolve(host).then(
      (addresses) => {
        for (const { address } of verdict.listed ? [] : addresses) {
          const no = checkResolved(address, verdict.port, rules)
          if (no) return done(new AddressRefused(no.why), [])
        }
        const [first] = addresses
        if (!first) return done(Object.assign(new Error("no address"), { code: "ENOTFOUND" }), [])
        return wanted.all ? done(null, [...addresses]) : done(null, first.address, first.family)
      },
      (error) => done(error, []),
    )
  }
}

/** A sentence about the first header that can't be sent, without its value; null when all can. */
function findBadHeader(headers: Readonly<Record<string, string>>): string | null {
  for (const [name, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name)) return "A header's name isn't well-formed."
    if (OUR_HEADERS.test(name)) return `The header ${name} can't be set.`
    if (!HEADER_VALUE.test(value)) return `The value of the header ${name} isn't well-formed.`
  }
  return null
}
