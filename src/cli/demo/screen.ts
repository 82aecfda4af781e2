/** Shows the demo's steps as they happen: lines for a person, or one line of JSON each. */
import { setTimeout as sleep } from "node:timers/promises"
import { styleText } from "node:util"
import type { Step } from "./stage.ts"

export type Screen = {
  /** A new flow begins. */
  title(name: string, text: string): void
  step(flow: string, step: Step): Promise<void>
  /** Says that nothing happens for a while; the next step takes its place. */
  waiting(what: string): void
  /** The last word: `data` in JSON, or else `text`. */
  end(data: object, ok: boolean, text: string): void
}

/** Where there is no terminal, lines are cut to what an editor or a log shows. */
const WIDTH = 120
/** A person follows steps that come one by one. */
const PACE_MS = 250
/** Shorter waits aren't worth a word. */
const WAIT_SHOWN_MS = 600
const INDENT = "  "
/** To the line's beginning, and nothing stays in it. */
const CLEAR = "\r\u001b[K"
/** Enough of an id to see that it is the same one; a link is there to be opened. */
const STRING_SHOWN = 24
const LINK_SHOWN = 100
/** Two lines hold what an answer says first; all of it is in --json. */
const BODY_LINES = 2
/** The columns before an answer's body: its arrow, status and time. */
const LEAD = 15

/** The standard output, or whatever stands for it. */
export type Out = {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** Makes the screen. */
export function makeScreen(out: Out, json: boolean): Screen {
  return json ? jsonScreen(out) : textScreen(out)
}

function jsonScreen(out: Out): Screen {
  const line = (data: object) => void out.write(`${JSON.stringify(data)}\n`)
  return {
    title: (flow, text) => line({ flow, step: "flow", text }),
    step: async (flow, step) => line({ flow, ...step }),
    waiting: () => {},
    end: (data) => line(data),
  }
}

function textScreen(out: Out): Screen {
  const isTerminal = out.isTTY === true
  let timer: NodeJS.Timeout | undefined
  let waitShown = false

  function settle(): void {
    clearTimeout(timer)
    if (!waitShown) return
    waitShown = false
    out.write(CLEAR)
  }

  function lines(texts: readonly string[]): void {
    settle()
    for (const text of texts) out.write(`${text}\n`)
  }

  const width = () => (isTerminal ? (out.columns ?? WIDTH) : WIDTH)
  return {
    title: (_flow, text) => lines(["", styleText("bold", text)]),
    async step(_flow, step) {
      lines(linesOf(step, width()))
      if (isTerminal) await sleep(PACE_MS)
    },
    waiting(what) {
      settle()
      if (!isTerminal) return
      timer = setTimeout(() => {
        waitShown = true
        out.write(styleText("dim", trimmed(`${INDENT}…  ${what}`, width() - 1)))
      }, WAIT_SHOWN_MS)
    },
    end: (_data, ok, text) =>
      lines(["", styleText(ok ? ["bold", "green"] : ["bold", "red"], text)]),
  }
}

function linesOf(step: Step, width: number): string[] {
  const room = width - INDENT.length - LEAD
  switch (step.step) {
    case "request": {
      const { method, path, body } = step
      const first = `${INDENT}${styleText("cyan", "→")}  ${method.padEnd(11)} ${trimmed(path, room)}`
      return [first, ...(body === null ? [] : bodyLines(body, room).map(under))]
    }
    case "answer": {
      const { status, ms, body } = step
      const colour = status < 400 ? "green" : "yellow"
      return beside(`${styleText(colour, `←  ${status}`)} ${time(ms)}`, bodyLines(body, room))
    }
    case "webhook": {
      const { ms, body } = step
      return beside(`${styleText("magenta", "⇐  hook")}${time(ms)}`, bodyLines(body, room))
    }
    case "check": {
      const { ok, text, got } = step
      const mark = ok ? styleText("green", "✓") : styleText("red", "✗")
      const first = `${INDENT}${mark}  ${ok ? text : styleText("red", text)}`
      return [first, ...(got === undefined ? [] : bodyLines(got, room).map(under))]
    }
  }
}

function beside(lead: string, [first = "", ...rest]: readonly string[]): string[] {
  return [`${INDENT}${lead} ${styleText("dim", first)}`, ...rest.map(under)]
}

function under(text: string): string {
  return INDENT + " ".repeat(LEAD) + styleText("dim", text)
}

/** `12 ms`, `1.2 s`: seven columns. */
function time(ms: number): string {
  const text = ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`
  return text.padStart(7)
}

/** A body in as many lines as are shown of it. */
function bodyLines(body: unknown, room: number): string[] {
  if (body === "") return ["(empty)"]
  if (typeof body === "string" && body.startsWith("<!")) {
    return [`a page of ${(body.length / 1_024).toFixed(1)} kB`]
  }
  const lines: string[] = []
  let rest = JSON.stringify(shortened(body))
  // A member isn't torn apart where that can be helped.
  while (lines.length < BODY_LINES - 1 && Array.from(rest).length > room) {
    const line = Array.from(rest).slice(0, room).join("")
    const end = line.lastIndexOf(',"') + 1 || line.length
    lines.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
  return [...lines, trimmed(rest, room)]
}

/** Ids, tokens and long lists in part, so that what matters of a body fits into the line. */
function shortened(value: unknown): unknown {
  if (typeof value === "string") {
    return trimmed(value, value.startsWith("http") ? LINK_SHOWN : STRING_SHOWN)
  }
  if (typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) {
    const more = value.length - 1
    return more > 0 ? [shortened(value[0]), `+${more}`] : value.map(shortened)
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shortened(each)]))
}

/** By code points: a cut pair of surrogates would show as garbage. */
function trimmed(text: string, room: number): string {
  const characters = Array.from(text)
  if (characters.length <= room) return text
  return `${characters.slice(0, Math.max(0, room - 1)).join("")}…`
}
