/** `caudal trigger`: plays one case against a sandbox, step by step, and says how it went. */
import { hostClock, makeIds } from "../clock.ts"
import type { Config } from "../config.ts"
import type { Core } from "../core/index.ts"
import { CommandError, command, UsageError } from "./command.ts"
import { findGateway, type Gateway } from "./demo/gateway.ts"
import { makeScreen } from "./demo/screen.ts"
import { FlowStopped, makeStage } from "./demo/stage.ts"
import { makeNative } from "./native.ts"
import { meant } from "./nearest.ts"
import { readSandbox, sandboxPath } from "./sandbox-file.ts"
import { DIRECT_DEBIT } from "./scenarios/direct-debit.ts"
import { NATIVE } from "./scenarios/native.ts"
import { PALOMMA_PAY } from "./scenarios/palomma-pay.ts"
import { PENTAGOO } from "./scenarios/pentagoo.ts"
import { makeScene, type Scenario } from "./scenarios/scene.ts"
import { TAPILA } from "./scenarios/tapila.ts"
import { list, type Shell } from "./shell.ts"

/** All cases that can be played. */
export const SCENARIOS: readonly Scenario[] = [
  ...PENTAGOO,
  ...TAPILA,
  ...PALOMMA_PAY,
  ...DIRECT_DEBIT,
  ...NATIVE,
]

/** Long enough to be nobody else's reference, short enough to be read. */
const RUN_LENGTH = 10

const trigger = command({
  name: "trigger",
  about:
    "Plays a case against a sandbox that runs, shows each step, and ends with 1 when something " +
    "was other than expected. Without a name, or with --list, it says which there are.",
  optional: "SCENARIO",
  options: {
    list: { value: null, about: "say which cases there are" },
    url: { value: "URL", about: "the gateway; when left out, the one that sandbox.json names" },
    credentials: { value: "FILE", about: "its sandbox.json; the data folder's when left out" },
  },
  example: "trigger direct-debit.returned",
  async run(values, shell, _operands, name) {
    if (values.list || name === undefined) {
      if (!values.list) shell.exitCode(2)
      showList(shell)
      return
    }
    const scenario = SCENARIOS.find((each) => each.name === name)
    if (!scenario) {
      const names = SCENARIOS.map((each) => each.name)
      const guess = meant(name, names)
      throw new UsageError(`There is no case "${name}"${guess}; caudal trigger --list shows all`)
    }
    const config = await shell.config()
    if (config.mode === "live") throw new CommandError("Cases are played in a sandbox only")
    const credentials = values.credentials ?? sandboxPath(config)
    const gateway = await findGateway(config, { url: values.url, credentials }, shell.note)
    if (scenario.onChain && gateway.chain === null) {
      throw new CommandError(
        `${name} needs the sandbox's own chain, and this gateway has none: start it without ` +
          "CAUDAL_SANDBOX_CHAIN=0, on Linux",
      )
    }
    await play(scenario, gateway, shell, config)
  },
})

export const commands = [trigger]

function showList(shell: Shell): void {
  const scenarios = SCENARIOS.map(({ name, about, onChain = false }) => ({ name, about, onChain }))
  shell.show({ scenarios }, () => list(scenarios.map(({ name, about }) => [name, about])))
}

async function play(
  scenario: Scenario,
  gateway: Gateway,
  shell: Shell,
  config: Config,
): Promise<void> {
  const { name, about } = scenario
  const clock = hostClock()
  const ids = makeIds(clock)
  const made = new Map<string, string>()
  const screen = makeScreen(shell.out, shell.json)
  const startedMs = clock.elapsedMs()
  const stage = makeStage({
    gateway,
    clock,
    // Nobody is told here: `caudal listen` shows webhooks.
    receiver: { url: "", next: async () => null, stop: async () => {} },
    secrets: {},
    run: ids.next().replaceAll("-", "").slice(-RUN_LENGTH),
    digits: String(ids.bytes(4).readUInt32BE() % 10_000).padStart(4, "0"),
    show: (step) => screen.step(name, step),
    waiting: screen.waiting,
  })
  const scene = makeScene({
    stage,
    native: makeNative(gateway.url, gateway.credential("caudal", "apiKey")),
    ids: made,
    elapsedMs: clock.elapsedMs,
    operate: (work) => operate(gateway, shell, config, work),
  })
  screen.title(name, `${name}: ${about}`)
  let stopped: string | null = null
  try {
    await scenario.play(scene)
  } catch (error) {
    if (error instanceof CommandError) throw error
    stopped = (error as Error).message
    if (!(error instanceof FlowStopped)) await stage.check("the case goes on", false, stopped)
  }
  const ok = stage.failed() === 0 && stopped === null
  if (!ok) shell.exitCode(1)
  const tookMs = Math.round(clock.elapsedMs() - startedMs)
  const kept = Object.fromEntries(made)
  const said = Object.entries(kept).map(([what, id]) => `${what} ${id}`)
  const text = `${ok ? "As expected" : "NOT as expected"}. ${said.join(", ")}`.trim()
  screen.end({ step: "end", scenario: name, ok, made: kept, tookMs }, ok, text)
}

/** An operator's part is played on the database: of this folder's gateway, not of any other. */
async function operate<T>(
  { url }: Gateway,
  shell: Shell,
  config: Config,
  work: (core: Core) => Promise<T>,
): Promise<T> {
  if (readSandbox(sandboxPath(config), false)?.url === url) return shell.withCore(work)
  throw new CommandError(
    `This case needs the database of ${url}: run it where CAUDAL_DATA_DIR and DATABASE_URL are its own`,
  )
}
