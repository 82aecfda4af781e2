/** What goes wrong, as one kind of error: a refusal by the gateway, or a call without an answer. */

/** Codes of this package's own; the gateway's are on its page of problems. */
export type ClientCode =
  /** No connection, or one that was cut. */
  | "connection_failed"
  /** No whole answer came in time. */
  | "timed_out"
  /** What answered isn't the gateway, or what it sent isn't what it promises. */
  | "answer_unreadable"

/** A problem as the gateway answers it (RFC 9457). */
export type ProblemBody = {
  readonly type?: string
  readonly title?: string
  readonly status?: number
  readonly detail?: string
  readonly code?: string
  readonly field?: string
  readonly errors?: readonly string[]
  readonly request_id?: string
  readonly docs_url?: string
}

/** What a `CaudalError` is made of. */
export type ErrorParts = {
  readonly code: string
  readonly message: string
  readonly status?: number | null
  readonly requestId?: string | null
  readonly problem?: ProblemBody | null
  readonly retryAfterMs?: number | null
  readonly idempotencyKey?: string | null
  readonly tries?: number
  readonly cause?: unknown
}

/**
 * Every call rejects with this, but for one that you aborted: that rejects with your signal's
 * reason. It never holds the API key.
 */
export class CaudalError extends Error {
  override name = "CaudalError"
  /** Stable, for programs: such as `payment_not_found`, or a `ClientCode`. */
  readonly code: string
  /** The answer's HTTP status; null where none came. */
  readonly status: number | null
  /** What the gateway's log knows the request by. */
  readonly requestId: string | null
  /** The member of the request that is wrong, where it is one. */
  readonly field: string | null
  /** A sentence for each thing that is wrong, where there are several. */
  readonly errors: readonly string[]
  /** The page that says what the code means and what to do. */
  readonly docsUrl: string | null
  /** How long the gateway asks to be left alone. */
  readonly retryAfterMs: number | null
  /** What the call was sent under: give it again to learn what became of it. */
  readonly idempotencyKey: string | null
  /** How often it was sent. */
  readonly tries: number

  constructor(parts: ErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause })
    this.code = parts.code
    this.status = parts.status ?? null
    this.requestId = parts.requestId ?? parts.problem?.request_id ?? null
    this.field = parts.problem?.field ?? null
    this.errors = parts.problem?.errors ?? []
    this.docsUrl = parts.problem?.docs_url ?? null
    this.retryAfterMs = parts.retryAfterMs ?? null
    this.idempotencyKey = parts.idempotencyKey ?? null
    this.tries = parts.tries ?? 1
  }
}
