/** Figures that nobody counts and that are looked at: queue, connections, clock, disk, version. */
import { readFileSync } from "node:fs"
import { statfs } from "node:fs/promises"
import { join } from "node:path"
import type { Core } from "./core/index.ts"

/** Three times for each of Prometheus' usual looks: a queue comes and goes. */
const EVERY_MS = 5_000

export type SampledParts = {
  readonly core: Pick<Core, "engine" | "metrics" | "mode">
  /** The connections of the pool, by what they do. */
  readonly connections: () => Readonly<Record<"busy" | "idle" | "waiting", number>>
  /** How far the host's clock is from the database's, in milliseconds. */
  readonly offsetMs: () => number
  /** The folder whose disk has to have room. */
  readonly dataDir: string
}

/** Looks at them now and then until it is told to stop. */
export function startSampling(parts: SampledParts): () => void {
  const { metrics, mode } = parts.core
  const { version } = readPackage()
  metrics.gauge("build_info", 1, { version, mode })
  const look = () => void sample(parts)
  look()
  const timer = setInterval(look, EVERY_MS)
  // It must not be what keeps a process alive.
  timer.unref()
  return () => clearInterval(timer)
}

/** Looks once. Never rejects: a disk that can't be asked is told by all that is written there. */
export async function sample({
  connections,
  core,
  dataDir,
  offsetMs,
}: SampledParts): Promise<void> {
  const { metrics } = core
  metrics.gauge("engine_queue", core.engine.queued())
  metrics.gauge("clock_offset_seconds", offsetMs() / 1_000)
  for (const [state, count] of Object.entries(connections())) {
    metrics.gauge("database_connections", count, { state })
  }
  const disk = await statfs(dataDir).catch(() => null)
  if (disk === null) return
  // What is kept for root is of no use to us.
  metrics.gauge("disk_free_bytes", disk.bavail * disk.bsize)
  metrics.gauge("disk_size_bytes", disk.blocks * disk.bsize)
}

function readPackage(): { readonly version: string } {
  return JSON.parse(readFileSync(join(import.meta.dirname, "..", "package.json"), "utf8"))
}
