/** Server-sent events as an iterator that goes on where it was cut. */
import { mayAgain, waitMs } from "./again.ts"
import { sleep } from "./clock.ts"
import { CaudalError } from "./error.ts"
import { refused } from "./exchange.ts"
import { makeParser, type ServerEvent } from "./server-events.ts"

/** What a stream takes. */
export type StreamOptions = {
  /** Ends the stream; it then throws the signal's reason. */
  readonly signal?: AbortSignal
  /** The id of the last event that you have; left out: from now on. */
  readonly lastEventId?: string
  /** How often in a row it may fail to connect before it throws; left out: without an end. */
  readonly maxRetries?: number
  /** After so much silence the connection is taken for dead: the gateway speaks every 15 s. */
  readonly silenceMs?: number
}

const SILENCE_MS = 45_000

/** A stream: its options, and where and how it is asked for. */
type Asked = StreamOptions & {
  readonly fetch: typeof fetch
  readonly url: string
  readonly retryWaitMs: number
  headers(): Headers
}

/** What is said again after a connection's end is of 49 s: a thousand events a second, and more. */
const REMEMBERED = 50_000

/**
 * Reads events, and connects again whenever the connection ends. The gateway then repeats what may
 * have been missed; what was here already isn't given again.
 */
export async function* streamOf<T>(asked: Asked): AsyncGenerator<T, void, undefined> {
  const { retryWaitMs, signal = null } = asked
  const most = asked.maxRetries ?? Number.POSITIVE_INFINITY
  let lastId = asked.lastEventId ?? null
  let failures = 0
  const seen = new Set<string>()
  for (;;) {
    let wait = waitMs(retryWaitMs, 1, null)
    try {
      const begin = (id: string | null) => {
        lastId ??= id
      }
      for await (const event of connect(asked, lastId, begin)) {
        // An end is one at once, also where more has arrived already.
        signal?.throwIfAborted()
        failures = 0
        lastId = event.id ?? lastId
        if (isNew(event, seen)) yield readData(event) as T
      }
      // It ended as it should, which servers do when they stop.
    } catch (error) {
      signal?.throwIfAborted()
      failures += 1
      const isPassing = error instanceof CaudalError && mayAgain(error, true)
      if (failures > most || !isPassing) throw error
      wait = waitMs(retryWaitMs, failures, error.retryAfterMs)
    }
    await sleep(wait, signal)
  }
}

function isNew({ id }: ServerEvent, seen: Set<string>): boolean {
  if (id === null) return true
  if (seen.has(id)) return false
  seen.add(id)
  // A set gives what it has in the order it came.
  for (const oldest of seen) {
    if (seen.size <= REMEMBERED) break
    seen.delete(oldest)
  }
  return true
}

/** The events of one connection. */
async function* connect(
  { fetch, headers: headersOf, signal, silenceMs = SILENCE_MS, url }: Asked,
  lastId: string | null,
  begin: (id: string | null) => void,
): AsyncGenerator<ServerEvent, void, undefined> {
  signal?.throwIfAborted()
  const headers = headersOf()
  if (lastId !== null) headers.set("last-event-id", lastId)
  const cut = new AbortController()
  const stop = () => cut.abort(signal?.reason)
  signal?.addEventListener("abort", stop, { once: true })
  let timer: ReturnType<typeof setTimeout> | undefined
  const heard = () => {
    clearTimeout(timer)
    timer = setTimeout(() => cut.abort(), silenceMs)
  }
  try {
    heard()
    const response = await within(fetch(url, { headers, redirect: "error", signal: cut.signal }))
    if (!response.ok) throw await refused(response, {})
    const type = response.headers.get("content-type") ?? ""
    if (!type.startsWith("text/event-stream") || response.body === null) {
      const message = "the answer is no stream of events"
      throw new CaudalError({ code: "answer_unreadable", message, status: response.status })
    }
    const reader = response.body.getReader()
    const parser = makeParser()
    for (;;) {
      const { done, value } = await within(reader.read())
      if (done) return
      // Who takes long over an event isn't a connection that is silent.
      clearTimeout(timer)
      const events = parser.push(value)
      // Cut before any event, it goes on there.
      begin(parser.began())
      yield* events
      heard()
    }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener("abort", stop)
    cut.abort()
  }
}

/** The network's errors, as ours. */
async function within<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    const message = "the stream can't be reached, fell silent, or was cut"
    throw new CaudalError({ code: "connection_failed", message, cause })
  }
}

function readData({ data }: ServerEvent): unknown {
  try {
    return JSON.parse(data)
  } catch (cause) {
    const message = "an event of the stream isn't JSON"
    throw new CaudalError({ code: "answer_unreadable", message, cause })
  }
}
