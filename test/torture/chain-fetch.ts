/** Puts the simulated RPC nodes behind `fetch`, and simulated time behind its time limits. */
import { context } from "./time.ts"

/** Answers a request to `host`; null where no answer ever comes. */
export type Served = (
  host: string,
  body: string,
) => Promise<{
  readonly status: number
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
} | null>

/** The addresses of simulated nodes. */
const NODE = /^http:\/\/rpc-\d+\.example\//

let served: Served | null = null
let installed = false
/** The timers of time limits, so that one that wasn't reached is not waited for. */
const limits = new WeakMap<AbortSignal, NodeJS.Timeout>()

/** Has requests to RPC nodes answered by `by` from now on; there is one run at a time. */
export function serveFetch(by: Served): void {
  served = by
  if (installed) return
  installed = true
  const real = { fetch: globalThis.fetch, timeout: AbortSignal.timeout.bind(AbortSignal) }
  AbortSignal.timeout = (ms) => {
    if (!context()) return real.timeout(ms)
    const ends = new AbortController()
    const late = () => ends.abort(new DOMException("timed out", "TimeoutError"))
    limits.set(ends.signal, setTimeout(late, ms))
    return ends.signal
  }
  globalThis.fetch = (input, init) =>
    served && NODE.test(String(input))
      ? ask(served, String(input), init ?? {})
      : real.fetch(input, init)
}

async function ask(by: Served, url: string, { body, signal }: RequestInit): Promise<Response> {
  const { promise: over, reject } = Promise.withResolvers<never>()
  signal?.addEventListener("abort", () => reject(signal.reason), { once: true })
  const asked = by(new URL(url).hostname, String(body)).then((answer) => answer ?? over)
  try {
    const { headers, status, text } = await Promise.race([asked, over])
    return new Response(text, { status, ...(headers && { headers }) })
  } finally {
    if (signal) clearTimeout(limits.get(signal))
  }
}
