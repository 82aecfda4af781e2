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
}

/** What undici hands back in `onRequestStart`, as far as it is needed. */
type Controller = Pick<Dispatcher.DispatchController, "abort">

/** Informational answers come before the one that counts (RFC 9110, section 15.2). */
const FINAL_STATUS = 200

/** One exchange, and undici's handler of it; `done` hears once what came of it. */
export class Exchange implements Dispatcher.DispatchHandler {
  private readonly parts: ExchangeParts
  private readonly done: (result: SendResult) => void
  private readonly startedMs: number
  private readonly timer: NodeJS.Timeout
  private controller: Controller | null = null
  private isOver = false
  private status = 0
  private size = 0
  private chunks: Buffer[] | null = null

  /**
   * Sets the clock running. The timer itself answers: while a connection is being made, undici
   * can't be told to stop, so what is given up then never leaves.
   */
  constructor(parts: ExchangeParts, timeoutMs: number, done: (result: SendResult) => void) {
    this.parts = parts
    this.done = done
    this.startedMs = parts.clock.elapsedMs()
    this.timer = setTimeout(() => {
      this.cut(failed("timeout", `No complete answer came within ${timeoutMs} ms.`))
    }, timeoutMs)
  }

  /** Sends the request. */
  start({ body, headers, origin, path }: ExchangeRequest): void {
    const { dispatcher, userAgent } = this.parts
    const all = { "user-agent": userAgent, ...headers }
    dispatcher.dispatch({ origin, path, method: "POST", headers: all, body }, this)
  }

  /** Gives the try up; what is on its way is cut off. */
  cancel(): void {
    this.cut(failed("cancelled", "The try was given up before an answer came."))
  }

  onRequestStart(controller: Controller): void {
    this.controller = controller
    if (this.isOver) controller.abort(GIVEN_UP)
  }

  onResponseStart(_controller: Controller, status: number): void {
    if (status >= FINAL_STATUS) this.status = status
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    this.chunks ??= []
    this.chunks.push(chunk)
    this.size += chunk.length
    if (this.size < this.parts.limits.readBytes) return
    this.answer()
    controller.abort(GIVEN_UP)
  }

  onResponseEnd(): void {
    this.answer()
  }

  onResponseError(_controller: Controller, error: Error): void {
    this.end(failureOf(error))
  }

  private answer(): void {
    const { clock, limits } = this.parts
    const body = this.chunks ? keptText(Buffer.concat(this.chunks), limits.keepBytes) : ""
    const elapsedMs = clock.elapsedMs() - this.startedMs
    this.end({ kind: "answered", status: this.status, body, elapsedMs })
  }

  private cut(failure: Failure): void {
    this.end(failure)
    this.controller?.abort(GIVEN_UP)
  }

  private end(result: SendResult): void {
    if (this.isOver) return
    this.isOver = true
    clearTimeout(this.timer)
    this.done(result)
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
