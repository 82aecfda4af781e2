/** Sends webhooks: one POST to a checked address, bounded in time and in what is read back. */
import { promises as dns, type LookupAddress } from "node:dns"
import type { LookupFunction } from "node:net"
import { Agent, buildConnector, Pool } from "undici"
import type { Clock } from "../clock.ts"
import { type AddressRules, checkAddress, checkResolved, parseAllowList } from "./address.ts"
import { AddressRefused, type Failure, failed, failureOf } from "./failure.ts"
import { makeSlots } from "./slots.ts"

export type SendRequest = {
  readonly url: string
  /** Names in lower case. Content-length and host are ours to set. */
  readonly headers: Readonly<Record<string, string>>
  /** Sent byte for byte; text as UTF-8. */
  readonly body: string | Buffer
  /** For connecting, sending and reading together, from the moment that its turn has come. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

export type SendResult =
  | {
      readonly kind: "answered"
      /** Any status, also 3xx: a redirect is not followed. */
      readonly status: number
      /** The first 2 KiB of the answer. */
      readonly body: string
      readonly elapsedMs: number
    }
  | Failure

export type Sender = {
  /** Sends once. Never throws for what the network, the receiver or the address did. */
  send(request: SendRequest): Promise<SendResult>
  /** Sends nothing more, lets what is on its way finish for `closeMs`, and cuts the rest. */
  close(): Promise<void>
}

/** Finds all addresses of a name; what `dns.lookup` does. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>

export const SEND_LIMITS = {
  /** Sends at once in all; two cores fill 32 connections, the rest waits on far receivers. */
  total: 64,
  /** Sends at once to one origin, so that a slow receiver is slow only for itself. */
  perOrigin: 8,
  /** Sends that may wait for a turn; their rows are safe in the database. */
  waiting: 2_000,
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
  const closing = new AbortController()
  const running = new Set<Promise<SendResult>>()

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

  async function exchange(url: URL, request: SendRequest, stop: AbortSignal): Promise<SendResult> {
    const startedMs = options.clock.elapsedMs()
    const answer = await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: "POST",
      headers: { "user-agent": options.userAgent, ...request.headers },
      body: request.body,
      signal: stop,
    })
    const chunks: Buffer[] = []
    let size = 0
    // Leaving the loop early destroys the stream, and with it the connection.
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      size += chunk.length
      if (size >= limits.readBytes) break
    }
    const body = keptText(Buffer.concat(chunks), limits.keepBytes)
    const elapsedMs = options.clock.elapsedMs() - startedMs
    return { kind: "answered", status: answer.statusCode, body, elapsedMs }
  }

  /**
   * Runs one exchange and ends it in time. The timer itself answers: while a connection is being
   * made, undici hears of an abort only when that has ended. The request then never leaves.
   */
  function limited(url: URL, request: SendRequest): Promise<SendResult> {
    return new Promise((settle) => {
      const stop = new AbortController()
      const end = (result: SendResult) => {
        clearTimeout(timer)
        for (const signal of signals) signal?.removeEventListener("abort", cancel)
        settle(result)
      }
      const cut = (failure: Failure) => {
        end(failure)
        stop.abort()
      }
      const cancel = () => cut(failed("cancelled", "The try was given up before an answer came."))
      const late = `No complete answer came within ${request.timeoutMs} ms.`
      const timer = setTimeout(() => cut(failed("timeout", late)), request.timeoutMs)
      const signals = [request.signal, closing.signal]
      for (const signal of signals) signal?.addEventListener("abort", cancel, { once: true })
      if (signals.some((signal) => signal?.aborted)) cancel()
      else exchange(url, request, stop.signal).then(end, (error) => end(failureOf(error)))
    })
  }

  return {
    send: async (request) => {
      const badHeader = findBadHeader(request.headers)
      if (badHeader !== null) return failed("invalid_request", badHeader)
      const verdict = checkAddress(request.url, rules)
      if (verdict.kind === "refused") return failed("refused_address", verdict.why)
      const release = await slots.take(verdict.url.origin, request.signal)
      if (!release) {
        const given = request.signal?.aborted || closing.signal.aborted
        return given
          ? failed("cancelled", "The try was given up before it began.")
          : failed("busy", "Too many messages wait to be sent.")
      }
      const result = limited(verdict.url, request)
      running.add(result)
      try {
        return await result
      } finally {
        running.delete(result)
        release()
      }
    },
    close: async () => {
      slots.close()
      const cut = setTimeout(() => closing.abort(), limits.closeMs)
      await Promise.all(running)
      clearTimeout(cut)
      closing.abort()
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

/** The first bytes as text, without half a character at the end or what Postgres can't hold. */
function keptText(bytes: Buffer, keepBytes: number): string {
  const kept = bytes.subarray(0, keepBytes)
  const cut = bytes.length > keepBytes
  return new TextDecoder().decode(kept, { stream: cut }).replaceAll("\u0000", "\ufffd")
}
