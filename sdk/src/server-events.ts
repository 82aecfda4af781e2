/** Reads the format of server-sent events (WHATWG HTML, section 9.2.6) as its bytes arrive. */
import { CaudalError } from "./error.ts"

/** An event with data. */
export type ServerEvent = {
  readonly type: string
  readonly id: string | null
  readonly data: string
}

/** A line or an event beyond this isn't one of the gateway's. */
const LENGTH_MAX = 4_194_304

/** Makes a parser of one connection. */
export function makeParser() {
  const decoder = new TextDecoder()
  let rest = ""
  let data: string[] = []
  let length = 0
  let type = "message"
  let id: string | null = null
  let began: string | null = null

  /** The event that an empty line ends; null where there was no data. */
  function ended(): ServerEvent | null {
    const event = data.length === 0 ? null : { type, id, data: data.join("\n") }
    if (event === null) began ??= id
    data = []
    length = 0
    type = "message"
    return event
  }

  function take(line: string): void {
    if (line.startsWith(":")) return
    const colon = line.indexOf(":")
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "")
    if (name === "data") {
      data.push(value)
      length += value.length
    } else if (name === "event") type = value
    else if (name === "id" && !value.includes("\u0000")) id = value
    if (length > LENGTH_MAX) throw tooLong()
  }

  return {
    /** Where the stream begins, if it said so: the first id that came without data. */
    began: () => began,
    /** Takes more bytes; answers the events that they complete. */
    push(bytes: Uint8Array): ServerEvent[] {
      rest += decoder.decode(bytes, { stream: true })
      const events: ServerEvent[] = []
      for (;;) {
        const end = /\r\n|\n|\r/.exec(rest)
        // A lone CR at the end may be half of a line's end.
        if (end === null || (end[0] === "\r" && end.index === rest.length - 1)) break
        const line = rest.slice(0, end.index)
        rest = rest.slice(end.index + end[0].length)
        if (line !== "") {
          take(line)
          continue
        }
        const event = ended()
        if (event !== null) events.push(event)
      }
      if (rest.length > LENGTH_MAX) throw tooLong()
      return events
    },
  }
}

function tooLong(): CaudalError {
  return new CaudalError({ code: "answer_unreadable", message: "an event has no end" })
}
