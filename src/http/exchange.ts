/** One POST over a pool of connections: begun, read within bounds, and ended in time. */
import type { Dispatcher } from "undici"
import type { Clock } from "../clock.ts"
import { type Failure, failed, failureOf } from "./failure.ts"

/** What came of one POST. */
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

export type ExchangeParts = {
  readonly dispatcher: Pick<Dispatcher, "dispatch">
  readonly clock: Pick<Clock, "elapsedMs">
  readonly userAgent: string
  readonly limits: {
    /** Read of an answer before its connection is cut. */
    readonly readBytes: number
    /** Kept of an answer. */
    readonly keepBytes: number
  }
}

export type ExchangeRequest = {
  readonly origin: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
  readonly timeoutMs: number
}

export type Exchange = {
  readonly result: Promise<SendResult>
  /** Gives the try up; what is on its way is cut off. */
  cancel(): void
}

/** What undici hands back in `onRequestStart`, as far as it is needed. */
type Controller = Pick<Dispatcher.DispatchController, "abort">

/** Informational answers come before the one that counts (RFC 9110, section 15.2). */
const FINAL_STATUS = 200

/**
 * Begins one exchange. The timer itself answers: while a connection is being made, undici can't
 * be told to stop, so what is given up then never leaves.
 */
export function exchange(parts: ExchangeParts, request: ExchangeRequest): Exchange {
  const { clock, dispatcher, limits, userAgent } = parts
  const { promise: result, resolve } = Promise.withResolvers<SendResult>()
  const startedMs = clock.elapsedMs()
  let controller: Controller | null = null
  let isOver = false
  let status = 0
  let size = 0
  let chunks: Buffer[] | null = null

  function end(how: SendResult): void {
    if (isOver) return
    isOver = true
    clearTimeout(timer)
    resolve(how)
  }

  function cut(failure: Failure): void {
    end(failure)
    controller?.abort(GIVEN_UP)
  }

  function answer(): void {
    const body = chunks === null ? "" : keptText(Buffer.concat(chunks), limits.keepBytes)
    end({ kind: "answered", status, body, elapsedMs: clock.elapsedMs() - startedMs })
  }

  const timer = setTimeout(() => {
    cut(failed("timeout", `No complete answer came within ${request.timeoutMs} ms.`))
  }, request.timeoutMs)

  dispatcher.dispatch(
    {
      origin: request.origin,
      path: request.path,
      method: "POST",
      headers: { "user-agent": userAgent, ...request.headers },
      body: request.body,
    },
    {
      onRequestStart(started) {
        controller = started
        if (isOver) started.abort(GIVEN_UP)
      },
      onResponseStart(_controller, code) {
        if (code >= FINAL_STATUS) status = code
      },
      onResponseData(reading, chunk) {
        chunks ??= []
        chunks.push(chunk)
        size += chunk.length
        if (size < limits.readBytes) return
        answer()
        reading.abort(GIVEN_UP)
      },
      onResponseEnd: answer,
      onResponseError: (_controller, error) => end(failureOf(error)),
    },
  )
  return {
    result,
    cancel: () => cut(failed("cancelled", "The try was given up before an answer came.")),
  }
}

/** Never seen by anybody: what is aborted has ended already. */
const GIVEN_UP = new Error("given up")

/** The first bytes as text, without half a character at the end or what Postgres can't hold. */
function keptText(bytes: Buffer, keepBytes: number): string {
  const kept = bytes.subarray(0, keepBytes)
  const cut = bytes.length > keepBytes
  return new TextDecoder().decode(kept, { stream: cut }).replaceAll("\u0000", "\ufffd")
}
