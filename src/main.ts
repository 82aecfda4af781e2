/** The process: starts the gateway, says where it is, and stops it when told to. */
import { styleText } from "node:util"
import { ConfigError, readConfig } from "./config.ts"
import { makeLogger } from "./http/log.ts"
import { type System, startSystem } from "./system.ts"

/** After this a second signal, or the operating system, has to end what hangs. */
const STOP_MS = 30_000

async function main(): Promise<void> {
  const config = readConfig()
  const log = makeLogger({ level: config.logLevel })
  const system = await startSystem({ config, log, notice: (text) => console.log(text) })
  greet(system, config.dataDir)

  let stopping = false
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1)
      stopping = true
      console.log("\nStopping; what is under way is finished first.")
      setTimeout(() => process.exit(1), STOP_MS).unref()
      system.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, "stopping failed")
          process.exit(1)
        },
      )
    })
  }
}

/** What somebody who just started it needs next. */
function greet(system: System, dataDir: string): void {
  const bold = (text: string) => styleText("bold", text)
  console.log(`\n${bold("Caudal")} listens on ${bold(system.url)}  (${system.core.mode})`)
  for (const { dialect, curl } of system.sandbox) console.log(`\n${bold(dialect)}\n${curl}`)
  if (system.sandbox.length > 0) {
    console.log(`\nPayer's pages   ${system.url}/pay/…  (the links that the calls answer)`)
    console.log(`Credentials     ${dataDir}/sandbox.json`)
    console.log(
      "Outcomes        the last two digits of an account or phone decide: docs/sandbox.md",
    )
  }
  console.log(`Health          ${system.url}/health/ready\n`)
}

try {
  await main()
} catch (error) {
  // A setting, a port, a folder: the message says what to do, and a stack would only hide it.
  const expected = error instanceof ConfigError || (error as Error).name === "EmbeddedError"
  console.error(expected ? (error as Error).message : error)
  process.exitCode = 1
}
