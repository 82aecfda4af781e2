/** One request to a provider and its whole answer, bounded in time and size, never repeated. */
import type { Dispatcher, Pool } from "undici"
import { type FaultWhy, faultOf, ProviderFault } from "./fault.ts"

export type ExchangeRequest = {
  readonly method: "GET" | "POST"
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

export type ExchangeLimits = {
  /** For connecting, waiting for a free connection, sending and reading together. */
  readonly timeoutMs: number
  readonly answerBytes: number
}

export type RawAnswer = {
  readonly status: number
  /** Names in lower case; of one that came several times, all. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** How long the text came, in bytes. */
  readonly bytes: number
}

/** What a buffer takes beside its bytes, about: an answer in crumbs is far larger than it looks. */
const CHUNK_BYTES = 128
/** How much more than its bytes an answer may take; a chunk of 43 bytes takes as much. */
const OVERHEAD = 4

/**
 * Sends once and reads the answer, whatever its status; a redirect is not followed. Throws
 * `ProviderFault`. It is `never_sent` as long as the request was not handed to a connection that
 * stands: one that fails, or isn't there in time, has carried nothing. After that it is `unknown`.
 */
export function exchange(
  pool: Pool,
  request: ExchangeRequest,
  { timeoutMs, answerBytes }: ExchangeLimits,
): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>()
  let isOver = false
  let isSent = false
  let controller: Dispatcher.DispatchController | null = null
  let status = 0
  let headers: Readonly<Record<string, string>> = {}
  const chunks: Buffer[] = []
  let size = 0

  const end = (finish: () => void) => {
    if (isOver) return
    isOver = true
    clearTimeout(timer)
    finish()
  }
  const fail = (fault: ProviderFault) => end(() => reject(fault))
  const cut = (why: FaultWhy, did: string) => {
    const fault = new ProviderFault(isSent ? "unknown" : "never_sent", why, did)
    fail(fault)
    controller?.abort(fault)
  }
  const timer = setTimeout(() => cut("timeout", "didn't answer in time"), timeoutMs)

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(given) {
      controller = given
      // Its turn came after the time was over: aborted here, it isn't written.
      if (isOver) given.abort(new Error("too late to be sent"))
      else isSent = true
    },
    onResponseStart(_controller, code, given) {
      if (code < 200) return
      status = code
      headers = flat(given)
    },
    onResponseData(_controller, chunk) {
      size += chunk.length
      const taken = size + (chunks.length + 1) * CHUNK_BYTES
      if (size > answerBytes || taken > answerBytes * OVERHEAD) {
        cut("too_large", "answered more than is read of an answer")
      } else chunks.push(chunk)
    },
    onResponseEnd() {
      const text = Buffer.concat(chunks, size).toString("utf8")
      end(() => resolve({ status, headers, text, bytes: size }))
    },
    onResponseError: (_controller, error) => fail(faultOf(error, isSent)),
  }
  try {
    pool.dispatch({ ...request, headers: { ...request.headers } }, handler)
  } catch (error) {
    fail(faultOf(error, isSent))
  }
  return promise
}

function flat(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value] as const],
  )
  return Object.fromEntries(given)
}
