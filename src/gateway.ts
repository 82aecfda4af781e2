/** The gateway as a process: starts it, says where it is, and stops it when told to. */
import { type Config, readConfig } from "./config.ts"
import { type Greeted, greeting } from "./greeting.ts"
import { makeLogger } from "./http/log.ts"
import { processesIn } from "./processes/limit.ts"
import { type SystemParts, startSystem } from "./system.ts"

/** npm passes a terminal's Ctrl-C on to us, who had it already: that is no second one. */
const ECHO_MS = 500
/** After this a second signal, or the operating system, has to end what hangs. */
const STOP_MS = 30_000

/** What is shown of a gateway that runs, and how it is ended. */
type Running = Omit<Greeted, "config" | "processes" | "startedInMs"> & { stop(): Promise<void> }

/** A setting, a port, a folder: the message says what to do, and a stack would only hide it. */
const EXPECTED = new Set(["ConfigError", "OpenError"])

/**
 * Starts the gateway in as many processes as `--processes` says, one where nothing was given. It
 * lasts until a signal; where it can't be started that is told, and the process ends with 1.
 */
export async function startGateway(given: string | undefined): Promise<void> {
  try {
    await run(readConfig(), processesIn(given))
  } catch (error) {
    console.error(EXPECTED.has((error as Error).name) ? (error as Error).message : error)
    process.exitCode = 1
  }
}

async function run(config: Config, processes: number): Promise<void> {
  const log = makeLogger({ level: config.logLevel })
  const parts = { config, log, notice: (text: string) => console.log(text) }
  const starting = processes === 1 ? startOne(parts) : startSeveral({ ...parts, processes })
  stopWhenTold(starting, log)
  const running = await starting
  const startedInMs = performance.now()
  console.log(greeting({ ...running, config, processes, startedInMs }))
}

async function startOne(parts: SystemParts): Promise<Running> {
  const system = await startSystem(parts)
  return { ...system, publicUrl: system.core.publicUrl }
}

async function startSeveral(
  parts: SystemParts & { readonly processes: number; readonly notice: (text: string) => void },
): Promise<Running> {
  const { startProcesses } = await import("./processes/index.ts")
  const running = await startProcesses({
    ...parts,
    giveUp: () => {
      parts.log.fatal({}, "no process of the gateway can be started: it ends")
      void running.stop().finally(() => process.exit(1))
    },
  })
  return running
}

/** A signal that comes during the start stops what the start has made, once it is through. */
function stopWhenTold(starting: Promise<Running>, log: ReturnType<typeof makeLogger>): void {
  let stopping = false
  let toldAtMs = 0

  async function stop(): Promise<number> {
    try {
      await (await starting).stop()
      return 0
    } catch (error) {
      log.error({ err: error }, "stopping failed")
      return 1
    }
  }

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (stopping && performance.now() - toldAtMs > ECHO_MS) process.exit(1)
      if (stopping) return
      stopping = true
      toldAtMs = performance.now()
      console.log("\nStopping; what is under way is finished first.")
      setTimeout(() => process.exit(1), STOP_MS).unref()
      void stop().then((code) => process.exit(code))
    })
  }
}
