/** One try of one call: sent, timed, read, and told apart into an answer or an error. */
import { readRetryAfter } from "./again.ts"
import { CaudalError, type ErrorParts, type ProblemBody } from "./error.ts"

/** What a try needs. */
export type Try = {
  readonly fetch: typeof fetch
  readonly url: string
  readonly init: RequestInit
  readonly timeoutMs: number
  readonly signal: AbortSignal | null
  /** Said in the error. */
  readonly about: Pick<ErrorParts, "idempotencyKey" | "tries">
}

/**
 * Sends it and hands a good answer to `read`, all within `timeoutMs`. Throws `CaudalError`, or the
 * signal's reason.
 */
export async function exchange<T>(
  { about, fetch, init, signal, timeoutMs, url }: Try,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const cut = new AbortController()
  const stop = () => cut.abort(signal?.reason)
  const timer = setTimeout(() => cut.abort(TIMED_OUT), timeoutMs)
  signal?.addEventListener("abort", stop, { once: true })
  try {
    // A redirect would carry the key to wherever it leads.
    const response = await fetch(url, { ...init, redirect: "error", signal: cut.signal })
    if (response.ok) return await read(response)
    throw await refused(response, about)
  } catch (error) {
    if (error instanceof CaudalError) throw error
    signal?.throwIfAborted()
    if (cut.signal.reason === TIMED_OUT) {
      const message = `no whole answer came within ${timeoutMs} ms`
      throw new CaudalError({ ...about, code: "timed_out", message })
    }
    const message = "the gateway can't be reached, or the connection was cut"
    throw new CaudalError({ ...about, code: "connection_failed", message, cause: error })
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener("abort", stop)
  }
}

const TIMED_OUT = Symbol("timed out")

/** The JSON of a good answer. Throws `answer_unreadable` for anything else. */
export async function readJson(response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch (cause) {
    const message = "the answer isn't JSON: is the base URL that of the gateway's /v1?"
    const parts = { code: "answer_unreadable", message, ...factsOf(response), cause }
    throw new CaudalError(parts)
  }
}

/** What an answer beyond the good ones says. */
export async function refused(
  response: Response,
  about: Pick<ErrorParts, "idempotencyKey" | "tries">,
): Promise<CaudalError> {
  const problem = readProblem(await response.text())
  const { status } = response
  const common = { ...about, ...factsOf(response), problem }
  if (problem?.code === undefined) {
    // A proxy's page, most likely.
    const message = `the answer has status ${status} and says nothing more`
    return new CaudalError({ ...common, code: "answer_unreadable", message })
  }
  const message = problem.detail ?? problem.title ?? problem.code
  return new CaudalError({ ...common, code: problem.code, message })
}

function factsOf({ headers, status }: Response) {
  const retryAfterMs = readRetryAfter(headers.get("retry-after"))
  return { status, requestId: headers.get("x-request-id"), retryAfterMs }
}

function readProblem(text: string): ProblemBody | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null ? value : null
  } catch {
    return null
  }
}
