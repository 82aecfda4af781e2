/** Hands messages to a program on this machine: signed, tried a few times. */
import { setTimeout as sleep } from "node:timers/promises"
import { styleText } from "node:util"
import { hostClock, makeIds } from "../clock.ts"
import { newWebhookSecret, parseWebhookSecret, standardHeaders } from "../core/index.ts"
import { UsageError } from "./command.ts"

/** What is to be handed on. */
export type Message = {
  readonly id: string
  /** The event's type, or for a vendor's message its dialect. */
  readonly type: string
  /** The payment or whatever else it is about. */
  readonly subject: string | null
  readonly body: string
  /** As it was signed already; null: we sign it. */
  readonly headers: Readonly<Record<string, string>> | null
}

/** What became of it. */
export type Sent = {
  readonly at: string
  readonly id: string
  readonly type: string
  readonly subject: string | null
  readonly ok: boolean
  /** Null where nobody answered. */
  readonly status: number | null
  readonly elapsedMs: number
  /** The beginning of what was answered, or why nobody did. */
  readonly answer: string
}

export type Forwarder = {
  send(message: Message): Promise<Sent>
}

const ANSWER_MS = 10_000
/** A program that is just being started again answers within these. */
const TRIES = 3
const PAUSE_MS = 500
const ANSWER_SHOWN = 200
const SECRET_BYTES = 32

/** A secret as an endpoint has one. */
export async function newSecret(): Promise<string> {
  return newWebhookSecret(makeIds(hostClock()).bytes(SECRET_BYTES))
}

/** Makes one for an address. Throws `UsageError` for what is no secret. */
export async function forwarder(to: string, secret: string): Promise<Forwarder> {
  const key = parseWebhookSecret(secret)
  if (!key) throw new UsageError("--secret: write one such as whsec_… (24 to 64 bytes in base64)")
  const clock = hostClock()

  async function once({ id, body, headers }: Message) {
    const atSeconds = Math.floor(clock.now().getTime() / 1_000)
    const signed = headers ?? standardHeaders({ id, atSeconds, body, secrets: [key!] })
    const response = await fetch(to, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "Caudal-Listen/1", ...signed },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    const text = await response.text()
    return { status: response.status, text }
  }

  return {
    async send(message) {
      const startedMs = clock.elapsedMs()
      const { id, type, subject } = message
      const about = { at: clock.now().toISOString(), id, type, subject }
      for (let number = 1; ; number += 1) {
        try {
          const { status, text } = await once(message)
          const elapsedMs = Math.round(clock.elapsedMs() - startedMs)
          const ok = status >= 200 && status < 300
          return { ...about, ok, status, elapsedMs, answer: text.slice(0, ANSWER_SHOWN) }
        } catch (error) {
          const elapsedMs = Math.round(clock.elapsedMs() - startedMs)
          const answer = whyOf(error as Error)
          if (number >= TRIES) return { ...about, ok: false, status: null, elapsedMs, answer }
          await sleep(PAUSE_MS)
        }
      }
    },
  }
}

function whyOf({ message, cause }: Error): string {
  const { code, message: inner } = (cause ?? {}) as { code?: string; message?: string }
  return inner || code || message
}

/** One line for a person: when, what, about whom, and what the receiver said. */
export function lineOf({ at, type, subject, ok, status, elapsedMs, answer }: Sent): string {
  const said = status === null ? `no answer: ${answer}` : `${status} in ${elapsedMs} ms`
  // What a receiver answers is its own text: it mustn't move the cursor about.
  const shown = ok || status === null ? "" : `  ${answer.replace(/\p{Cc}+/gu, " ").slice(0, 80)}`
  const end = styleText(ok ? "green" : "red", said)
  return `${at.slice(11, 19)}  ${type.padEnd(24)} ${subject ?? ""}  → ${end}${shown}`.trimEnd()
}
