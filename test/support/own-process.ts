/** A gateway in a process of its own, as a person starts it: what it says, and how it ends. */
import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { readAccess } from "../../src/db/cluster.ts"
import { findPostmaster } from "../../src/db/postmaster.ts"
import { environment, listen, type Settings } from "../cli/caudal.ts"
import { until } from "./chain.ts"
import type { Cleanup } from "./database.ts"
import { freePort } from "./gateway.ts"

export type OwnProcess = {
  readonly child: ChildProcess
  readonly url: string
  readonly dataDir: string
  out(): string
  err(): string
  /** Sends a signal and answers the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** Starts it and waits for nothing; it ends with the test. */
export async function spawnGateway(
  context: Cleanup,
  dataDir: string,
  [file, ...words]: readonly [string, ...string[]],
  settings: Settings = {},
): Promise<OwnProcess> {
  const port = await freePort()
  const child = spawn(file, words, {
    cwd: dataDir,
    env: environment({ CAUDAL_DATA_DIR: dataDir, PORT: String(port), ...settings }),
    stdio: ["ignore", "pipe", "pipe"],
  })
  const said = listen(child)
  const closed = once(child, "close")
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    await closed
    return child.exitCode
  }
  context.after(async () => void (await end("SIGTERM")))
  return { child, url: `http://127.0.0.1:${port}`, dataDir, ...said, end }
}

/** Waits until its greeting is whole, which follows the moment in which it is ready. */
export async function greeted(gateway: OwnProcess, timeoutMs: number): Promise<void> {
  const isGreeted = async () => {
    assert.equal(gateway.child.exitCode, null, gateway.out() + gateway.err())
    return gateway.out().includes("Stop ")
  }
  await until("the greeting", isGreeted, timeoutMs)
}

/** The database server that runs in a data folder. */
export function serverOf(dataDir: string) {
  const access = readAccess(dataDir)
  return access && findPostmaster(access.home)
}
