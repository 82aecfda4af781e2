/**
 * A gateway in a process of its own, with an embedded database in a folder of its own on the disk:
 * either of them may be killed, and both come back.
 */
import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { clusterDir, databaseUrl, readAccess } from "../../src/db/cluster.ts"
import { type Database, openDatabase } from "../../src/db/database.ts"
import type { Cleanup } from "./database.ts"
import { freePort, type Gateway } from "./gateway.ts"
import { endProcessesIn } from "./leftovers.ts"
import { onDisk } from "./temporary.ts"

export type MortalGateway = {
  readonly url: string
  readonly dataDir: string
  /** Resolves when it is ready. */
  start(): Promise<void>
  isReady(): Promise<boolean>
  /** As the kernel does when memory runs out; its database lives on. */
  kill(): Promise<void>
  /**
   * The same of its database: the first of PostgreSQL's processes. The others serve on for a moment
   * before they notice; what it answers resolves when another first process is there.
   */
  killDatabase(): { readonly replaced: () => Promise<void> }
  stop(): Promise<void>
  /** As if the time had passed for which a dead process keeps webhooks and attempts. */
  passLeases(): Promise<void>
  /** Asks its database, beside it. */
  withDatabase<Answer>(work: (database: Database) => Promise<Answer>): Promise<Answer>
  credentials(): Gateway["credentials"]
}

/** What the embedded database and all of the gateway may take to be back. */
export const READY_MS = 10_000
/** A start that takes this long hangs; on a machine with a dozen things to do, 35 s were seen. */
const STARTED_MS = 120_000

const MAIN = join(import.meta.dirname, "..", "..", "src", "main.ts")

/** Makes one, which has yet to be started; it and its folder are gone with the test. */
export async function mortalGateway(
  context: Cleanup,
  webhookUrl: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<MortalGateway> {
  const dataDir = mkdtempSync(join(onDisk(), "caudal-crash-"))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | null = null
  let said = ""

  const ended = (signal: NodeJS.Signals) => async () => {
    const gone = child
    child = null
    if (!gone || gone.exitCode !== null || gone.signalCode !== null) return
    const over = new Promise((resolve) => gone.once("exit", resolve))
    gone.kill(signal)
    await over
  }

  async function withDatabase<Answer>(work: (database: Database) => Promise<Answer>) {
    const database = openDatabase({ url: databaseUrl(readAccess(dataDir)!) })
    try {
      return await work(database)
    } finally {
      await database.close()
    }
  }

  const gateway: MortalGateway = {
    url,
    dataDir,
    async start() {
      said = ""
      child = spawn(process.execPath, [MAIN], {
        cwd: dataDir,
        env: {
          ...process.env,
          PORT: String(port),
          DATABASE_URL: "",
          CAUDAL_DATA_DIR: dataDir,
          CAUDAL_SANDBOX_WEBHOOK_URL: webhookUrl,
          ...environment,
        },
        stdio: ["ignore", "pipe", "pipe"],
      })
      for (const stream of [child.stdout!, child.stderr!]) {
        stream.on("data", (part: Buffer) => {
          said += part
        })
      }
      const startedMs = performance.now()
      while (!(await gateway.isReady())) {
        assert.equal(child.exitCode, null, said)
        assert.ok(performance.now() - startedMs < STARTED_MS, `not ready:\n${said}`)
        await sleep(25)
      }
    },
    isReady: () =>
      fetch(`${url}/health/ready`).then(
        async (response) => {
          await response.text()
          return response.status === 200
        },
        () => false,
      ),
    kill: ended("SIGKILL"),
    stop: ended("SIGTERM"),
    killDatabase() {
      const killed = postmasterPid(dataDir)
      process.kill(killed!, "SIGKILL")
      const giveUpMs = performance.now() + STARTED_MS
      return {
        async replaced() {
          for (let pid = killed; pid === killed || pid === null; pid = postmasterPid(dataDir)) {
            assert.ok(performance.now() < giveUpMs, `the database is not started again:\n${said}`)
            await sleep(5)
          }
        },
      }
    },
    passLeases: () =>
      withDatabase(async (database) => {
        await database.query("update deliveries set due_at = created_at where state = 'due'")
        await database.query("update attempts set look_at = begun_at where state = 'unknown'")
      }),
    withDatabase,
    credentials: () => JSON.parse(readFileSync(join(dataDir, "sandbox.json"), "utf8")),
  }
  context.after(async () => {
    // One that was killed leaves its database behind: the next start takes it over and stops it.
    if (!child) await gateway.start().catch(() => undefined)
    await gateway.stop()
    await endProcessesIn(dataDir)
    rmSync(dataDir, { recursive: true, force: true })
  })
  return gateway
}

/** Null while there is none: its file is written anew at each start. */
function postmasterPid(dataDir: string): number | null {
  const path = join(clusterDir(readAccess(dataDir)!.home), "postmaster.pid")
  if (!existsSync(path)) return null
  return Number(readFileSync(path, "utf8").split("\n")[0]) || null
}
