/** A gateway as `npm start` starts it, with the database that it keeps in its data folder. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { SETTINGS } from "../src/config.ts"
import { clusterDir, databaseUrl, readAccess } from "../src/db/cluster.ts"
import { openDatabase } from "../src/db/database.ts"
import type { Context } from "./bench.ts"
import { headOf, openConnection, requestOf } from "./connection.ts"
import type { Credentials } from "./gateway.ts"

export type Started = {
  readonly url: string
  readonly pid: number
  /** From its spawn until /health/ready said yes. */
  readonly readyMs: number
  /** The demo merchant's. */
  pentagoo(): Credentials
  /** The server of its database: the first of its processes. */
  postmaster(): number
  countPayments(): Promise<number>
  stop(): Promise<void>
}

export type Wanted = {
  readonly dataDir: string
  /** Without what Node keeps of what it compiled, as at the very first start. */
  readonly compilesAnew?: boolean
}

const ROOT = join(import.meta.dirname, "..")
const PAUSE_MS = 3
/** Far more than it may take: a bench says how long it took, and only a hang is broken off. */
const GIVE_UP_MS = 60_000

/** Starts one without a chain and waits until it is ready; it ends with the bench. */
export async function startAsUser(
  context: Pick<Context, "after" | "signal">,
  { compilesAnew = false, dataDir }: Wanted,
): Promise<Started> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const beganMs = performance.now()
  // npm puts the project's own programs first, and the script names what it starts.
  const script = `PATH="$1:$PATH"; export PATH; ${startScript()}`
  const settings = [
    ...[...SETTINGS, "NODE_DISABLE_COMPILE_CACHE"].flatMap((name) => ["-u", name]),
    `PORT=${port}`,
    `CAUDAL_DATA_DIR=${dataDir}`,
    "CAUDAL_SANDBOX_CHAIN=0",
    ...(compilesAnew ? ["NODE_DISABLE_COMPILE_CACHE=1"] : []),
  ]
  const words = [...settings, "sh", "-c", script, "sh", join(ROOT, "node_modules", ".bin")]
  const child = spawn("env", words, { cwd: ROOT, stdio: ["ignore", "ignore", 2] })
  const ended = once(child, "exit")
  const tell = () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM")
  }
  const stop = async () => {
    tell()
    await ended
    process.off("exit", tell)
  }
  context.after(stop)
  // It ends by itself then, and its database with it.
  process.on("exit", tell)
  while (!(await isReady(url))) {
    context.signal.throwIfAborted()
    if (child.exitCode !== null) throw new Error(`the gateway ended by itself (${child.exitCode})`)
    if (performance.now() - beganMs > GIVE_UP_MS) throw new Error("the gateway doesn't get ready")
    await sleep(PAUSE_MS)
  }
  const readyMs = performance.now() - beganMs
  const access = () => readAccess(dataDir)!
  return {
    url,
    pid: child.pid!,
    readyMs,
    pentagoo: () => JSON.parse(readFileSync(join(dataDir, "sandbox.json"), "utf8")).pentagoo,
    postmaster: () => postmasterOf(clusterDir(access().home)),
    async countPayments() {
      const database = openDatabase({ url: databaseUrl(access()), applicationName: "caudal bench" })
      try {
        const { rows } = await database.query<{ all: number }>(
          "select count(*)::int as all from payments",
        )
        return rows[0]!.all
      } finally {
        await database.close()
      }
    },
    stop,
  }
}

/** A folder for data folders, gone when the bench ends. */
export function openFolder(context: Pick<Context, "after">): string {
  const folder = mkdtempSync(join(tmpdir(), "caudal-bench-"))
  context.after(async () => rmSync(folder, { recursive: true, force: true }))
  // Root's PostgreSQL runs as another user, who must come through.
  chmodSync(folder, 0o711)
  return folder
}

/** The line that `npm start` runs. */
function startScript(): string {
  const text = readFileSync(join(ROOT, "package.json"), "utf8")
  return (JSON.parse(text) as { scripts: { start: string } }).scripts.start
}

async function isReady(url: string): Promise<boolean> {
  try {
    const connection = await openConnection(url)
    const { status } = await connection.ask(requestOf(headOf("GET", `${url}/health/ready`)))
    connection.close()
    return status === 200
  } catch {
    // Nobody listens yet.
    return false
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1")
  await once(probe, "listening")
  const address = probe.address()
  probe.close()
  await once(probe, "close")
  if (address === null || typeof address === "string") throw new Error("there is no free port")
  return address.port
}

/** PostgreSQL's first process writes its number into its folder. */
function postmasterOf(folder: string): number {
  return Number(readFileSync(join(folder, "postmaster.pid"), "utf8").split("\n")[0])
}
