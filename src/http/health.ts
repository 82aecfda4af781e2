/** What watches the process from outside asks here: alive, ready, and the numbers. */
import type { FastifyInstance } from "fastify"
import type { MetricsRegistry } from "./metrics.ts"

/** One thing that must be well before traffic may come. `detail` is public: no host, no secret. */
export type Check = {
  readonly name: string
  readonly ok: boolean
  readonly detail?: string
  /** Traffic may come although this is not well. */
  readonly optional?: boolean
}

// Load balancers give up after a few seconds; an answer of ours says more than their time-out.
const CHECKS_TIMEOUT_MS = 2_000
// Two nodes that disagree by more would claim each other's leases too early.
const CLOCK_OFFSET_MAX_MS = 2_000

/**
 * Mounts `/health/live` (200 as long as the loop turns), `/health/ready` (200 when every check is
 * ok, else 503, with the list) and `/metrics`. However many ask at once, the checks run once.
 */
export function mountHealth(
  app: FastifyInstance,
  options: {
    readonly checks: () => Promise<readonly Check[]>
    readonly metrics: MetricsRegistry
    /** Milliseconds before silence of the checks is a failure; for tests. */
    readonly timeoutMs?: number
  },
): void {
  const timeoutMs = options.timeoutMs ?? CHECKS_TIMEOUT_MS
  let running: Promise<readonly Check[]> | null = null

  function runChecks(): Promise<readonly Check[]> {
    running ??= withTimeout(options.checks(), timeoutMs)
      .catch((error: unknown) => {
        app.log.error({ err: error }, "the health checks failed")
        return [{ name: "checks", ok: false, detail: "the checks themselves failed" }]
      })
      .finally(() => {
        running = null
      })
    return running
  }

  // Probes come every few seconds for ever: they are counted, but not worth a line each.
  const quiet = { logLevel: "warn" } as const
  app.get("/health/live", quiet, async () => ({ status: "ok" }))
  app.get("/health/ready", quiet, async (_request, reply) => {
    const checks = await runChecks()
    const ready = checks.every(({ ok, optional }) => ok || optional)
    return reply.code(ready ? 200 : 503).send({ status: ready ? "ok" : "not ready", checks })
  })
  app.get("/metrics", quiet, async (_request, reply) =>
    reply.type(options.metrics.contentType).send(await options.metrics.render()),
  )
}

async function withTimeout(
  checks: Promise<readonly Check[]>,
  timeoutMs: number,
): Promise<readonly Check[]> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<readonly Check[]>((resolve) => {
    const detail = `no answer within ${timeoutMs} ms`
    timer = setTimeout(() => resolve([{ name: "checks", ok: false, detail }]), timeoutMs)
  })
  return Promise.race([checks, late]).finally(() => clearTimeout(timer))
}

/** The check named `clock`: the host's time may differ from the database's by 2 s at most. */
export function clockCheck(offsetMs: number): Check {
  const ok = Math.abs(offsetMs) <= CLOCK_OFFSET_MAX_MS
  const detail = `${Math.round(offsetMs)} ms from the database's clock`
  return { name: "clock", ok, detail }
}
