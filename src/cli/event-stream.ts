/** Reads server-sent events, and comes back to where it was when the connection is lost. */
import { setTimeout as sleep } from "node:timers/promises"
import { CommandError } from "./command.ts"
import { problemOf } from "./native.ts"

/** One event of a stream. */
export type Streamed = {
  readonly id: string | null
  readonly type: string
  readonly data: string
}

/** The gateway says something every 15 s: what is quiet for longer is dead. */
const QUIET_MS = 45_000
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 10_000
/** Far above any event; a server that sends more without an end is none of ours. */
const BUFFER_MAX = 4 * 1_048_576
/** What a gateway says again behind an event is half a minute's: far fewer than these. */
const REMEMBERED_MAX = 50_000
/** What no wait mends: the key, its scopes, a gateway without streams. */
const FINAL_STATUSES = new Set([400, 401, 403, 404, 405, 410, 422])

export type StreamParts = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Where to go on: the id of the last event that was dealt with. */
  readonly after: string | null
  readonly signal: AbortSignal
  /** The connection stands, for the first time or again. */
  readonly onOpen?: () => void
  /** It was lost; the next try is after `pauseMs`. */
  readonly onLost?: (why: string, pauseMs: number) => void
}

/**
 * Yields each event once it came, in order, for ever or until `signal`. The next one is asked for
 * only when the one before was dealt with, and a new connection goes on behind that one: nothing is
 * lost however often the gateway is restarted, and what it says again is left out. Throws
 * `CommandError` for what waiting doesn't mend.
 */
export async function* readStream(parts: StreamParts): AsyncGenerator<Streamed> {
  const { signal } = parts
  let { after } = parts
  let pauseMs = FIRST_PAUSE_MS
  const seen = new Set<string>()
  while (!signal.aborted) {
    try {
      const begin = (id: string | null) => {
        after ??= id
      }
      for await (const event of connection(parts, after, begin)) {
        pauseMs = FIRST_PAUSE_MS
        if (event.id !== null && seen.has(event.id)) continue
        yield event
        if (event.id !== null) remember(seen, event.id)
        after = event.id ?? after
      }
      if (signal.aborted) return
      throw new Error("the gateway ended the stream")
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof CommandError) throw error
      parts.onLost?.(whyOf(error as Error), pauseMs)
      await sleep(pauseMs, undefined, { signal }).catch(() => {})
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    }
  }
}

function remember(seen: Set<string>, id: string): void {
  seen.add(id)
  const [oldest] = seen
  if (seen.size > REMEMBERED_MAX && oldest !== undefined) seen.delete(oldest)
}

/** The events of one connection, until that ends. */
async function* connection(
  { url, headers, signal, onOpen }: StreamParts,
  after: string | null,
  begin: (id: string | null) => void,
): AsyncGenerator<Streamed> {
  const quiet = new AbortController()
  let timer = setTimeout(() => quiet.abort(new Error("nothing came for a while")), QUIET_MS)
  try {
    const response = await fetch(url, {
      headers: {
        ...headers,
        accept: "text/event-stream",
        ...(after === null ? {} : { "last-event-id": after }),
      },
      signal: AbortSignal.any([signal, quiet.signal]),
    })
    if (!response.ok || response.body === null) {
      const said = problemOf(response.status, await response.text())
      if (FINAL_STATUSES.has(response.status)) throw new CommandError(said)
      throw new Error(said)
    }
    onOpen?.()
    const parser = makeParser()
    const decoder = new TextDecoder()
    for await (const part of response.body) {
      clearTimeout(timer)
      timer = setTimeout(() => quiet.abort(new Error("nothing came for a while")), QUIET_MS)
      const events = parser.push(decoder.decode(part as Uint8Array, { stream: true }))
      // Cut before any event, it goes on there.
      begin(parser.began())
      yield* events
    }
  } finally {
    clearTimeout(timer)
  }
}

/** Takes a stream's text apart as the HTML standard says, however it was cut into pieces. */
export function makeParser() {
  let buffer = ""
  let lastId: string | null = null
  let began: string | null = null
  let type = ""
  let data: string[] = []

  function line(text: string): Streamed | null {
    if (text === "") {
      const event = data.length > 0 && {
        id: lastId,
        type: type || "message",
        data: data.join("\n"),
      }
      if (!event) began ??= lastId
      type = ""
      data = []
      return event || null
    }
    const colon = text.indexOf(":")
    const field = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "")
    if (field === "data") data.push(value)
    else if (field === "event") type = value
    else if (field === "id" && !value.includes("\0")) lastId = value
    return null
  }

  return {
    /** Where the stream begins, if it said so: the first id that came without data. */
    began: () => began,
    /** The events that are whole by now. */
    push(text: string): Streamed[] {
      buffer += text
      if (buffer.length > BUFFER_MAX) throw new CommandError("The stream sends more than an event")
      const found: Streamed[] = []
      for (;;) {
        const end = /\r\n|\n|\r(?!$)/.exec(buffer)
        if (!end) return found
        const event = line(buffer.slice(0, end.index))
        buffer = buffer.slice(end.index + end[0].length)
        if (event) found.push(event)
      }
    },
  }
}

function whyOf({ message, cause }: Error): string {
  const { code, message: inner } = (cause ?? {}) as { code?: string; message?: string }
  return inner || code || message
}
