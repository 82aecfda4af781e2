/** A gateway before the cluster, in a process of its own that nobody starts a second time. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Cleanup } from "../support/database.ts"
import { freePort, type Gateway as Sandbox } from "../support/gateway.ts"
import { start, until } from "./processes.ts"

export type Gateway = {
  readonly url: string
  readonly dataDir: string
  readonly pid: number
  readonly isAlive: () => boolean
  isReady(): Promise<boolean>
  credentials(): Sandbox["credentials"]
  /** Runs a command beside it; what it printed, and how it ended. */
  command(words: readonly string[], over?: Settings): Promise<{ code: number; said: string }>
  /** Its answers from 500 on but for 503, each route and status with how often. */
  failures(): Promise<Readonly<Record<string, number>>>
  /** What it logged as an error, each kind with how often. */
  errors(): Readonly<Record<string, number>>
}
type Settings = Readonly<Record<string, string>>

const SOURCES = join(import.meta.dirname, "..", "..", "src")
const READY_MS = 120_000
const LOOK_MS = 5_000
/** pino's number for an error. */
const ERROR = 50

/** Starts one and resolves when it is ready; it ends with the test. */
export async function startFailoverGateway(
  context: Cleanup,
  {
    dataDir,
    databaseUrl,
    webhookUrl,
  }: Readonly<Record<"dataDir" | "databaseUrl" | "webhookUrl", string>>,
): Promise<Gateway> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const log = join(dataDir, "gateway.log")
  const env = {
    ...process.env,
    ...{ PORT: String(port), HOST: "", DATABASE_URL: databaseUrl, CAUDAL_DATA_DIR: dataDir },
    ...{ CAUDAL_MODE: "sandbox", CAUDAL_SANDBOX_CHAIN: "0", CAUDAL_LOG_LEVEL: "warn" },
    ...{ CAUDAL_SANDBOX_WEBHOOK_URL: webhookUrl, CAUDAL_MASTER_KEY: "", CAUDAL_PUBLIC_URL: "" },
  }
  const node = start([process.execPath, join(SOURCES, "main.ts")], { log, cwd: dataDir, env })
  context.after(() => node.signal("SIGTERM"))
  const isReady = () =>
    fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(LOOK_MS) }).then(
      async (answer) => {
        await answer.text()
        return answer.status === 200
      },
      () => false,
    )
  await until(
    () => `the gateway is ready\n${node.said()}`,
    READY_MS,
    async () => {
      if (!node.isAlive()) throw new Error(`the gateway ended:\n${node.said()}`)
      return isReady()
    },
  )
  return {
    ...{ url, dataDir, pid: node.pid, isAlive: node.isAlive, isReady },
    credentials: () => JSON.parse(readFileSync(join(dataDir, "sandbox.json"), "utf8")),
    async command(words, over = {}) {
      const output = join(dataDir, "command.log")
      const command = [process.execPath, join(SOURCES, "cli", "main.ts"), ...words] as const
      const running = start([...command], { log: output, cwd: dataDir, env: { ...env, ...over } })
      const code = await running.ended
      return { code, said: running.said().trim().split("\n").at(-1) ?? "" }
    },
    async failures() {
      const text = await (await fetch(`${url}/metrics`)).text()
      const counted = text.matchAll(/^caudal_http_request_seconds_count\{(.*)\} (\d+)$/gm)
      const all = [...counted].flatMap(([, labels, count]) => {
        const [status, route] = [labelIn(labels!, "status"), labelIn(labels!, "route")]
        return Number(status) < 500 || status === "503"
          ? []
          : [[`${status} ${route}`, Number(count)]]
      })
      return Object.fromEntries(all)
    },
    errors() {
      const counts: Record<string, number> = {}
      for (const line of readFileSync(log, "utf8").split("\n")) {
        const about = errorIn(line)
        if (about !== null) counts[about] = (counts[about] ?? 0) + 1
      }
      return counts
    },
  }
}

function labelIn(labels: string, name: string): string {
  return new RegExp(`${name}="([^"]*)"`).exec(labels)?.[1] ?? ""
}

/** What a line of the log says, if it tells of an error. */
function errorIn(line: string): string | null {
  if (!line.startsWith("{")) return null
  try {
    const { level, msg, err } = JSON.parse(line)
    if (level !== ERROR && level !== "error") return null
    return err?.message === undefined ? String(msg) : `${msg}: ${err.message}`
  } catch {
    // It is being written.
    return null
  }
}
