/** The process: starts the gateway, says where it is, and stops it when told to. */
import { ConfigError, readConfig } from "./config.ts"
import { greeting } from "./greeting.ts"
import { makeLogger } from "./http/log.ts"
import { OpenError } from "./installation.ts"
import { type System, startSystem } from "./system.ts"

/** npm passes a terminal's Ctrl-C on to us, who had it already: that is no second one. */
const ECHO_MS = 500
/** After this a second signal, or the operating system, has to end what hangs. */
const STOP_MS = 30_000

async function main(): Promise<void> {
  const config = readConfig()
  const log = makeLogger({ level: config.logLevel })
  const starting = startSystem({ config, log, notice: (text) => console.log(text) })
  stopWhenTold(starting, log)
  const { url, sandbox, chain, core } = await starting
  const { publicUrl } = core
  const startedInMs = performance.now()
  console.log(greeting({ url, publicUrl, sandbox, chain, config, startedInMs }))
}

/** A signal that comes during the start stops what the start has made, once it is through. */
function stopWhenTold(starting: Promise<System>, log: ReturnType<typeof makeLogger>): void {
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

try {
  await main()
} catch (error) {
  // A setting, a port, a folder: the message says what to do, and a stack would only hide it.
  const expected = error instanceof ConfigError || error instanceof OpenError
  console.error(expected ? error.message : error)
  process.exitCode = 1
}
