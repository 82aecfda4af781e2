/**
 * A client that asks for a payment every so often whatever became of the last one: it sees how long
 * nothing is acknowledged, and what is said meanwhile.
 */
import { setTimeout as sleep } from "node:timers/promises"
import type { Credentials } from "../support/gateway.ts"

/** What was said to requests that had no payment for an answer. */
export type Refusals = {
  /** 503 with Retry-After. */
  readonly later: number
  /** Answers of any other kind, by status; 0: the connection broke. 4xx ends its request. */
  readonly other: Readonly<Record<string, number>>
}

export type Probe = {
  /** Ids without their prefix, by reference. */
  readonly acknowledged: ReadonlyMap<string, string>
  /** The ids of payments whose approval was acknowledged. */
  readonly approved: ReadonlySet<string>
  /** The first acknowledgement of what was sent after `sinceMs`, as a time of `performance`. */
  nextAnswer(sinceMs: number, timeoutMs: number): Promise<number>
  /** The longest time without any acknowledgement that ends after `sinceMs`. */
  gapMs(sinceMs: number): number
  /** The longest that anybody waited for an answer, of those answered after `sinceMs`. */
  longestWaitMs(sinceMs: number): number
  /** What was said since it was last asked. */
  refusals(): Refusals
  /** Resolves when all that was asked for is acknowledged. */
  finish(): Promise<void>
  /** Breaks off, whatever is still unanswered. */
  end(): Promise<void>
}

/** What is read of an answer. */
type Shown = { readonly id?: unknown; readonly state?: unknown } | null

/** One every 50 ms: the gap is known to that. */
const EVERY_MS = 50
const AGAIN_MS = 250
/** One in so many is paid. */
const PAID_EVERY = 4
/** A client's own patience, far above the usual 30 s. */
const PATIENCE_MS = 120_000
/** While nothing is answered so many may wait: more would only measure the client. */
const WAITING_MAX = 2_000

/** Starts asking as the demo merchant, by the native API. */
export function startProbe({ baseUrl, apiKey = "" }: Credentials): Probe {
  const acknowledged = new Map<string, string>()
  const approved = new Set<string>()
  const answers: { readonly sentMs: number; readonly atMs: number }[] = []
  const waits: { readonly atMs: number; readonly tookMs: number }[] = []
  let refused: { later: number; other: Record<string, number> } = { later: 0, other: {} }
  let made = 0
  let state: "running" | "finishing" | "ended" = "running"
  const waiting = new Set<Promise<void>>()

  const isFinal = (state: unknown) => state !== "pending" && state !== "processing"
  const isWrong = ({ status }: { readonly status: number }) => status >= 400 && status < 500

  async function ask(method: string, path: string, body?: object) {
    const sentMs = performance.now()
    const answer = await fetch(`${baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body && { body: JSON.stringify(body) }),
    }).then(
      async (got) => ({
        status: got.status,
        later: got.status === 503 && got.headers.has("retry-after"),
        body: (await got.json().catch(() => null)) as Shown,
      }),
      () => ({ status: 0, later: false, body: null }),
    )
    waits.push({ atMs: performance.now(), tookMs: performance.now() - sentMs })
    return { ...answer, sentMs }
  }

  function noted({ later, status }: { readonly later: boolean; readonly status: number }): void {
    if (later) refused.later += 1
    else refused.other[status] = (refused.other[status] ?? 0) + 1
  }

  /** The same request until it has its answer. */
  async function create(number: number): Promise<void> {
    const reference = `probe-${number}`
    const body = { reference, description: "2 x cafe", amount: "2550000", asset: "COP" }
    while (state !== "ended") {
      const answer = await ask("POST", "/payments", { ...body, method: "bank" })
      const id: unknown = answer.body?.id
      if (answer.status < 300 && typeof id === "string") {
        acknowledged.set(reference, id)
        answers.push({ sentMs: answer.sentMs, atMs: performance.now() })
        return number % PAID_EVERY === 0 ? approve(id) : undefined
      }
      noted(answer)
      // Asked again it would say the same for ever.
      if (isWrong(answer)) return
      await sleep(AGAIN_MS)
    }
  }

  /** Pays as the payer would; one whose answer was lost is looked up, and so is a refusal's why. */
  async function approve(id: string): Promise<void> {
    while (state !== "ended") {
      const paid = await ask("POST", `/payments/${id}/simulate`, { outcome: "approved" })
      if (paid.status === 200 && paid.body?.state === "approved") return void approved.add(id)
      // It was acknowledged and isn't there: that is found when all are looked for.
      if (paid.status === 404) return
      if (!isWrong(paid)) noted(paid)
      const seen = await ask("GET", `/payments/${id}`)
      if (seen.status === 404) return
      if (seen.status === 200 && seen.body?.state === "approved") return void approved.add(id)
      if (isWrong(seen)) return noted(seen)
      // It ended otherwise. While it hasn't ended, a try of before may still be at it.
      if (isWrong(paid) && seen.status === 200 && isFinal(seen.body?.state)) return noted(paid)
      await sleep(AGAIN_MS)
    }
  }

  const running = (async () => {
    while (state === "running") {
      if (waiting.size < WAITING_MAX) {
        made += 1
        const one = create(made)
        waiting.add(one)
        one.then(() => waiting.delete(one))
      }
      await sleep(EVERY_MS)
    }
  })()

  async function until(next: "finishing" | "ended"): Promise<void> {
    state = next
    await running
    await Promise.all(waiting)
  }

  return {
    acknowledged,
    approved,
    async nextAnswer(sinceMs, timeoutMs) {
      const giveUpMs = performance.now() + timeoutMs
      for (;;) {
        const first = answers.find(({ sentMs }) => sentMs >= sinceMs)
        if (first) return first.atMs
        if (performance.now() > giveUpMs) {
          throw new Error(`nothing was acknowledged within ${timeoutMs / 1_000} s`)
        }
        await sleep(EVERY_MS)
      }
    },
    gapMs(sinceMs) {
      const times = answers.map(({ atMs }) => atMs)
      const gaps = times.map((atMs, at) => (at > 0 && atMs > sinceMs ? atMs - times[at - 1]! : 0))
      return Math.max(0, ...gaps)
    },
    longestWaitMs: (sinceMs) =>
      Math.max(0, ...waits.filter(({ atMs }) => atMs > sinceMs).map(({ tookMs }) => tookMs)),
    refusals() {
      const said = refused
      refused = { later: 0, other: {} }
      return said
    },
    finish: () => until("finishing"),
    end: () => until("ended"),
  }
}
