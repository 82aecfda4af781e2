/** One exchange with one node over JSON-RPC, bounded in time and size, with its faults sorted. */

export type Call = { readonly method: string; readonly params: readonly unknown[] }

export type Reply = { readonly value: unknown } | { readonly error: CallError }

/** What a node said no with. Its own words may hold a key, so only the number is kept. */
export type CallError = {
  readonly code: number
  readonly kind: "limited" | "range" | "missing" | "reverted" | "other"
}

export type FailureKind =
  /** No connection, no answer in time, or an answer of something in between. */
  | "unreachable"
  /** It asks us to come more seldom. */
  | "limited"
  /** It does not take so many calls at once. */
  | "batch"
  /** Its answer is larger than we read. */
  | "large"
  /** Its answer can't be right. */
  | "nonsense"
  /** It says no to what must be possible. */
  | "refused"
  | "wrong_chain"
  /** It has not got as far as we have. */
  | "behind"
  /** It is not asked at present. */
  | "resting"
  /** The time for this read is over; the node did nothing wrong. */
  | "late"

/** A node can't be used for now. The message names no address. */
export class NodeFailure extends Error {
  override readonly name = "NodeFailure"
  readonly kind: FailureKind
  /** How long the node asked us to stay away. */
  readonly retryAfterMs: number | null

  constructor(
    kind: FailureKind,
    message: string,
    options: { readonly cause?: unknown; readonly retryAfterMs?: number | null } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.kind = kind
    this.retryAfterMs = options.retryAfterMs ?? null
  }
}

/** Where a node is: its address without credentials, which travel in a header of their own. */
export type Target = { readonly url: string; readonly authorization: string | null }

/** Splits an address as it is configured; fetch refuses one with a user in it. */
export function targetOf(address: string): Target {
  const url = new URL(address)
  const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  url.username = ""
  url.password = ""
  const authorization = user === ":" ? null : `Basic ${Buffer.from(user).toString("base64")}`
  return { url: url.href, authorization }
}

export type ExchangeLimits = { readonly timeoutMs: number; readonly answerBytes: number }

/**
 * Asks all calls in one request and answers their replies in the same order; `now` is what a date
 * in Retry-After counts from. Throws `NodeFailure` when there is no whole answer, or a rate limit.
 */
export async function exchange(
  target: Target,
  calls: readonly Call[],
  limits: ExchangeLimits,
  now: Date,
): Promise<readonly Reply[]> {
  const requests = calls.map(({ method, params }, id) => ({ jsonrpc: "2.0", id, method, params }))
  const { status, retryAfter, text } = await post(
    target,
    JSON.stringify(requests.length === 1 ? requests[0] : requests),
    limits,
  )
  const retryAfterMs = readRetryAfter(retryAfter, now)
  if (status === 429) throw new NodeFailure("limited", "has a rate limit", { retryAfterMs })
  const answer = parse(text)
  // Some nodes answer errors with a status of their own, others with 200: the body goes first.
  const answers = Array.isArray(answer) ? answer : [answer]
  if (!answers.every(isAnswer)) throw unusable(status, calls.length, retryAfterMs)
  const lone = answers.length === 1 ? answers[0]! : null
  if (lone?.error && calls.length > 1) {
    const { kind } = readError(lone.error, calls[0]!)
    if (kind === "limited") throw new NodeFailure("limited", "has a rate limit", { retryAfterMs })
    throw new NodeFailure("batch", "refuses several questions at once")
  }
  const replies = inOrder(calls, answers)
  if (replies.some((reply) => "error" in reply && reply.error.kind === "limited")) {
    throw new NodeFailure("limited", "has a rate limit", { retryAfterMs })
  }
  return replies
}

type Posted = {
  readonly status: number
  readonly retryAfter: string | null
  readonly text: string
}

async function post(target: Target, body: string, limits: ExchangeLimits): Promise<Posted> {
  const headers: Record<string, string> = { "content-type": "application/json" }
  if (target.authorization !== null) headers["authorization"] = target.authorization
  try {
    const response = await fetch(target.url, {
      method: "POST",
      headers,
      body,
      // The key in the address is for this server and for no other.
      redirect: "error",
      signal: AbortSignal.timeout(limits.timeoutMs),
    })
    const text = await readText(response, limits.answerBytes)
    return { status: response.status, retryAfter: response.headers.get("retry-after"), text }
  } catch (error) {
    if (error instanceof NodeFailure) throw error
    throw new NodeFailure("unreachable", whyUnreachable(error), { cause: error })
  }
}

async function readText(response: Response, limit: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  if (response.body === null) return ""
  // Leaving the loop by an error cancels the stream, and with it the rest of the answer.
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > limit) throw new NodeFailure("large", "answers more than is read of an answer")
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size).toString("utf8")
}

function whyUnreachable(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return "does not answer in time"
  const cause = error instanceof Error ? error.cause : undefined
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : null
  return code === null ? "can't be reached" : `can't be reached (${code})`
}

type Answer = { readonly id?: unknown; readonly result?: unknown; readonly error?: object | null }

function isAnswer(value: unknown): value is Answer {
  return typeof value === "object" && value !== null && ("result" in value || "error" in value)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A page of a proxy, or half an answer: the caller judges by the status.
    return undefined
  }
}

/** What an answer without JSON-RPC in it says about the node. */
function unusable(status: number, count: number, retryAfterMs: number | null): NodeFailure {
  if (status === 503 && retryAfterMs !== null) {
    return new NodeFailure("limited", "asks to wait (HTTP 503)", { retryAfterMs })
  }
  const isRefusal = status >= 400 && status < 500 && status !== 401 && status !== 403
  if (count > 1 && isRefusal) return new NodeFailure("batch", `refuses a batch (HTTP ${status})`)
  if (status >= 500) return new NodeFailure("unreachable", `answers HTTP ${status}`)
  if (status >= 400) return new NodeFailure("refused", `answers HTTP ${status}`)
  return new NodeFailure("nonsense", "answers something that isn't JSON-RPC")
}

function inOrder(calls: readonly Call[], answers: readonly Answer[]): readonly Reply[] {
  // A lone answer to a lone call belongs to it even where a node forgets the id.
  if (calls.length === 1 && answers.length === 1) return [readReply(answers[0]!, calls[0]!)]
  const byId = new Map(answers.map((answer) => [answer.id, answer]))
  return calls.map((call, id) => {
    const answer = byId.get(id)
    // Fewer answers than questions: it may do better with fewer questions.
    if (!answer) throw new NodeFailure("batch", "answers only a part of what was asked")
    return readReply(answer, call)
  })
}

function readReply(answer: Answer, call: Call): Reply {
  if (answer.error) return { error: readError(answer.error, call) }
  if (answer.result === undefined) throw new NodeFailure("nonsense", "answers without a result")
  return { value: answer.result }
}

/** Codes for "too often": Infura's, Alchemy's and Tatum's, QuickNode's, and HTTP's own. */
const LIMITED_CODES: readonly number[] = [-32005, -32016, -32029, 429]
const LIMITED = /rate.?limit|too many requests|limit exceeded|request limit|capacity|throttl|quota/i
/** How nodes say that a question for logs spans too much. Asked first: Infura's code is -32005. */
const RANGE = new RegExp(
  [
    "query returned more than",
    "block range",
    "range (?:is )?too (?:large|wide|big)",
    "range (?:limit|exceed)",
    "exceeds? (?:the )?(?:max\\w* )?(?:block )?range",
    "too many (?:results|logs|blocks)",
    "response size",
    "limited to (?:a |\\d)[\\w ,]*blocks?",
    "results? limit",
    "max\\w* (?:allowed )?(?:number of )?(?:blocks|results|logs)",
    "query time",
  ].join("|"),
  "i",
)
const MISSING = /unknown block|not found|could not find|missing|not available|unfinalized/i

function readError(error: object, call: Call): CallError {
  const code = "code" in error ? Number(error.code) : Number.NaN
  const message = "message" in error ? String(error.message).slice(0, 500) : ""
  const kind = () => {
    if (call.method === "eth_getLogs" && RANGE.test(message)) return "range"
    if (LIMITED_CODES.includes(code) || LIMITED.test(message)) return "limited"
    if (code === 3 || /revert/i.test(message)) return "reverted"
    return code === -39001 || MISSING.test(message) ? "missing" : "other"
  }
  return { code: Number.isSafeInteger(code) ? code : 0, kind: kind() }
}

/** Seconds or a date, as milliseconds from now; null for what can't be understood. */
function readRetryAfter(text: string | null, now: Date): number | null {
  if (text === null) return null
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now.getTime()
  return Number.isFinite(ms) ? Math.max(0, ms) : null
}
