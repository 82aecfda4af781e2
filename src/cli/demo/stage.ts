/** Where a flow is played: requests go out, webhooks are waited for, each step is shown. */
import type { Clock } from "../../clock.ts"
import type { Gateway } from "./gateway.ts"
import type { Message, Receiver } from "./receiver.ts"

/** One thing that happened. */
export type Step =
  | {
      readonly step: "request"
      readonly method: string
      readonly path: string
      readonly body: unknown
    }
  | {
      readonly step: "answer"
      readonly status: number
      readonly body: unknown
      readonly ms: number
    }
  | { readonly step: "webhook"; readonly path: string; readonly body: unknown; readonly ms: number }
  | { readonly step: "check"; readonly ok: boolean; readonly text: string; readonly got?: unknown }

/** One API, from the first request to the last webhook. */
export type Flow = {
  readonly name: string
  readonly title: string
  play(stage: Stage): Promise<void>
}

/** What a flow asks. `path` is below the base URL of the dialect that it names. */
export type Ask = {
  readonly to: string
  readonly method?: "GET" | "POST" | "DELETE"
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
  /** Sent as a browser sends a form. */
  readonly form?: URLSearchParams
  /** The status that the vendor's page promises; any other one ends the flow. */
  readonly status: number
}

// biome-ignore lint/suspicious/noExplicitAny: whatever came is compared member by member.
export type Json = any

export type Stage = {
  readonly gateway: Gateway
  readonly clock: Clock
  /** Differs each time that the demo is played: references must not have been used before. */
  readonly run: string
  /** Four digits that differ likewise: the middle of phone and account numbers. */
  readonly digits: string
  /** The Standard Webhooks secret of the endpoint that the demo has in each dialect. */
  readonly secrets: Readonly<Record<string, string>>
  /** Sends a request and answers the body of what came back, parsed where it is JSON. */
  ask(ask: Ask): Promise<Json>
  /** Waits for a webhook at the dialect's endpoint that fits. */
  webhook(dialect: string, what: string, fits: (body: Json) => boolean): Promise<Message>
  /** Says what is true of what came, or that it isn't. */
  check(text: string, ok: boolean, got?: unknown): Promise<void>
}

/** A flow can't go on: what it builds on didn't come. */
export class FlowStopped extends Error {
  override name = "FlowStopped"
}

export type StageParts = Pick<Stage, "gateway" | "clock" | "run" | "digits" | "secrets"> & {
  readonly receiver: Receiver
  readonly show: (step: Step) => Promise<void>
  /** Says that nothing happens for a while, and why. */
  readonly waiting: (what: string) => void
}

/** The longest answer is that of a recharge whose operator takes its time. */
const ANSWER_TIMEOUT_MS = 20_000
/** The slowest magic value settles after 15 s, and is then looked up every 2 s. */
const WEBHOOK_TIMEOUT_MS = 25_000

/** Makes a stage. `failed` counts the checks that were not true. */
export function makeStage(parts: StageParts): Stage & { failed(): number } {
  const { gateway, receiver, clock, show } = parts
  let failed = 0

  async function check(text: string, ok: boolean, got?: unknown): Promise<void> {
    if (!ok) failed += 1
    await show({ step: "check", ok, text, ...(ok || got === undefined ? {} : { got }) })
  }

  return {
    gateway,
    clock,
    run: parts.run,
    digits: parts.digits,
    secrets: parts.secrets,
    failed: () => failed,
    async ask({ to, method = "GET", path, headers = {}, body, form, status }) {
      const url = path.startsWith("http") ? path : gateway.baseUrl(to) + path
      const shown = new URL(url)
      await show({
        step: "request",
        method,
        path: shown.pathname + shown.search,
        body: body ?? (form && Object.fromEntries(form)) ?? null,
      })
      parts.waiting("waiting for the answer")
      const startedMs = clock.elapsedMs()
      const response = await fetch(url, {
        method,
        headers: { ...headers, ...(body ? { "content-type": "application/json" } : {}) },
        ...(body ? { body: JSON.stringify(body) } : form ? { body: form } : {}),
        redirect: "manual",
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      })
      const answer = parsed(await response.text())
      const ms = Math.round(clock.elapsedMs() - startedMs)
      await show({ step: "answer", status: response.status, body: answer, ms })
      if (response.status === status) return answer
      await check(`the answer is ${status}`, false, response.status)
      throw new FlowStopped(`${method} ${path} answered ${response.status} and not ${status}`)
    },
    async webhook(dialect, what, fits) {
      parts.waiting(`waiting for the webhook: ${what}`)
      const startedMs = clock.elapsedMs()
      const message = await receiver.next(
        (each) => each.path === `/${dialect}` && fits(parsed(each.body)),
        WEBHOOK_TIMEOUT_MS,
      )
      if (!message) {
        await check(`the webhook comes: ${what}`, false)
        throw new FlowStopped(`no webhook within ${WEBHOOK_TIMEOUT_MS / 1_000} s: ${what}`)
      }
      const ms = Math.round(clock.elapsedMs() - startedMs)
      await show({ step: "webhook", path: message.path, body: parsed(message.body), ms })
      return message
    },
    check,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
