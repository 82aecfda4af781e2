/** Calls the gateway: headers, tries, pages and streams; the generated part stands on this. */
import { mayAgain, waitMs } from "./again.ts"
import { randomBytes, sleep } from "./clock.ts"
import { CaudalError } from "./error.ts"
import { exchange, readJson } from "./exchange.ts"
import { type PageBody, type Pages, pagesOf } from "./pages.ts"
import { type CallOptions, isSafe, type Request, urlOf } from "./request.ts"
import { type StreamOptions, streamOf } from "./stream.ts"

/** What a client is made of; all but the first two have defaults. */
export type Settings = {
  readonly baseUrl: string
  readonly apiKey: string
  readonly version: string | null
  readonly timeoutMs: number
  readonly maxRetries: number
  readonly retryWaitMs: number
  readonly fetch: typeof fetch
}

/** What is known of the answer that an object came in. */
export type AnswerFacts = {
  readonly status: number
  readonly requestId: string | null
  readonly headers: Headers
}

/** The ways to call. */
export type Call = {
  /** One object. */
  one<T>(request: Request, options?: CallOptions): Promise<T>
  /** A list, page by page as it is read. */
  pages<T, P extends PageBody<T>>(request: Request, options?: CallOptions): Pages<T, P>
  /** Something else than JSON, as it arrives. */
  file(
    request: Request,
    type: string,
    options?: CallOptions,
  ): Promise<ReadableStream<Uint8Array> | null>
  /** Server-sent events, without an end. */
  stream<T>(request: Request, options?: StreamOptions): AsyncGenerator<T, void, undefined>
}

const facts = new WeakMap<object, AnswerFacts>()

/** What is known of the answer that an object or page came in; undefined for any other object. */
export function answerOf(object: object): AnswerFacts | undefined {
  return facts.get(object)
}

/** Makes the ways to call a gateway. */
export function makeCall(settings: Settings): Call {
  function headersOf(request: Request, accept: string, key: string | null): Headers {
    const headers = new Headers({ accept, authorization: `Bearer ${settings.apiKey}` })
    if (settings.version !== null) headers.set("caudal-version", settings.version)
    if (key !== null) headers.set("idempotency-key", key)
    if (request.body !== undefined) headers.set("content-type", "application/json")
    return headers
  }

  /** Sends a request until it is answered, refused, or was tried often enough. */
  async function send<T>(
    request: Request,
    accept: string,
    options: CallOptions,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    const key = request.once ? (options.idempotencyKey ?? randomKey()) : null
    const most = 1 + (options.maxRetries ?? settings.maxRetries)
    const signal = options.signal ?? null
    const init: RequestInit = {
      method: request.method,
      headers: headersOf(request, accept, key),
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    }
    const url = urlOf(settings.baseUrl, request)
    const timeoutMs = options.timeoutMs ?? settings.timeoutMs
    for (let tries = 1; ; tries += 1) {
      const about = { idempotencyKey: key, tries }
      try {
        return await exchange({ fetch: settings.fetch, url, init, timeoutMs, signal, about }, read)
      } catch (error) {
        const isOurs = error instanceof CaudalError
        if (!isOurs || tries >= most || !mayAgain(error, isSafe(request))) throw error
        await sleep(waitMs(settings.retryWaitMs, tries, error.retryAfterMs), signal)
      }
    }
  }

  async function one<T>(request: Request, options: CallOptions = {}): Promise<T> {
    return send(request, "application/json", options, async (response) => {
      const body = await readJson(response)
      if (typeof body === "object" && body !== null) {
        const { headers, status } = response
        facts.set(body, { status, headers, requestId: headers.get("x-request-id") })
      }
      return body as T
    })
  }

  return {
    one,
    pages: (request, options) => pagesOf((each) => one(each, options), request),
    file: (request, type, options = {}) =>
      send(request, type, options, async ({ body }) => body as ReadableStream<Uint8Array> | null),
    stream: (request, options = {}) =>
      streamOf({
        ...settings,
        ...options,
        url: urlOf(settings.baseUrl, request),
        headers: () => headersOf(request, "text/event-stream", null),
      }),
  }
}

/** 128 random bits: enough that no two calls of anybody's share a key. */
function randomKey(): string {
  return [...randomBytes(16)].map((byte) => byte.toString(16).padStart(2, "0")).join("")
}
