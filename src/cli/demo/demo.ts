/** `caudal demo`: plays every API against a gateway, with a merchant's server of its own. */
import { hostClock, makeIds } from "../../clock.ts"
import { CommandError, command } from "../command.ts"
import type { Shell } from "../shell.ts"
import { directDebit } from "./direct-debit.ts"
import { findGateway, type Gateway } from "./gateway.ts"
import { native } from "./native.ts"
import { palommaPay } from "./palomma-pay.ts"
import { pentagoo } from "./pentagoo.ts"
import { type Receiver, startReceiver } from "./receiver.ts"
import { makeScreen, type Screen } from "./screen.ts"
import { type Flow, FlowStopped, makeStage } from "./stage.ts"
import { tapila } from "./tapila.ts"

const FLOWS: readonly Flow[] = [pentagoo, tapila, palommaPay, directDebit, native]
/** Long enough to be nobody else's reference, short enough to be read. */
const RUN_LENGTH = 8
const INTERRUPTED = 130

const demo = command({
  name: "demo",
  about: "Plays every flow to its end and shows each request, answer and webhook as it happens.",
  options: {
    url: { value: "URL", about: "a gateway that runs; otherwise the data folder's, or a new one" },
    credentials: { value: "FILE", about: "its sandbox.json" },
  },
  example: "demo --url http://127.0.0.1:8080 --credentials data/sandbox.json",
  async run({ url, credentials }, shell) {
    const undo: (() => Promise<unknown>)[] = []
    let isInterrupted = false
    // What fails because of an interruption needs no word.
    const failed = (error: unknown) => isInterrupted || shell.note(String(error))
    const cleanUp = async () => {
      while (undo.length > 0) await undo.pop()!().catch(failed)
    }
    const interrupted = () => {
      isInterrupted = true
      void cleanUp().finally(() => process.exit(INTERRUPTED))
    }
    process.once("SIGINT", interrupted)
    process.once("SIGTERM", interrupted)
    try {
      const config = await shell.config()
      const finding = findGateway(config, { url, credentials }, shell.note)
      // Before it is found: one that is just being started would be left behind.
      undo.push(() =>
        finding.then(
          (gateway) => gateway.stop(),
          () => undefined,
        ),
      )
      const gateway = await finding
      if (!isInterrupted) await play(gateway, shell, undo)
    } finally {
      await cleanUp()
      process.off("SIGINT", interrupted)
      process.off("SIGTERM", interrupted)
    }
  },
})

export const commands = [demo]

/** Plays the flows one after the other; one that fails doesn't keep the next from being played. */
async function play(
  gateway: Gateway,
  shell: Shell,
  undo: (() => Promise<unknown>)[],
): Promise<void> {
  const screen = makeScreen(process.stdout, shell.json)
  const clock = hostClock()
  const ids = makeIds(clock)
  const startedMs = clock.elapsedMs()
  const receiver = await startReceiver()
  undo.push(() => receiver.stop())
  const secrets: Record<string, string> = {}
  for (const { name } of FLOWS) {
    const endpoint = await listenIn(gateway, receiver, name)
    undo.push(() => askNative(gateway, "DELETE", `/endpoints/${endpoint.id}`))
    secrets[name] = endpoint.secret
  }
  shell.note(`${gateway.url} is told to call ${receiver.url}.`)
  const about = {
    gateway,
    receiver,
    clock,
    secrets,
    run: ids.next().replaceAll("-", "").slice(-RUN_LENGTH),
    digits: String(ids.bytes(4).readUInt32BE() % 10_000).padStart(4, "0"),
  }
  const failed: string[] = []
  for (const flow of FLOWS) {
    if (!(await playOne(flow, screen, about))) failed.push(flow.name)
  }
  const tookMs = Math.round(clock.elapsedMs() - startedMs)
  const ok = failed.length === 0
  if (!ok) shell.exitCode(1)
  const seconds = (tookMs / 1_000).toFixed(1)
  const text = ok
    ? `All ${FLOWS.length} flows went as the vendors' pages say, in ${seconds} s.`
    : `Not as expected: ${failed.join(", ")}.`
  screen.end({ step: "end", ok, failed, tookMs }, ok, text)
}

type About = Omit<Parameters<typeof makeStage>[0], "show" | "waiting">

async function playOne(flow: Flow, screen: Screen, about: About): Promise<boolean> {
  screen.title(flow.name, flow.title)
  const stage = makeStage({
    ...about,
    show: (step) => screen.step(flow.name, step),
    waiting: screen.waiting,
  })
  try {
    await flow.play(stage)
  } catch (error) {
    // Whatever else a flow trips over is something that it expected and that wasn't there.
    if (!(error instanceof FlowStopped)) await stage.check("the flow goes on", false, textOf(error))
    return false
  }
  return stage.failed() === 0
}

/** `fetch failed` alone helps nobody: its cause says what failed. */
function textOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}

type Endpoint = { readonly id: string; readonly secret: string }

/** Has the demo merchant told at a path of the receiver, one for each dialect. */
async function listenIn(gateway: Gateway, { url }: Receiver, dialect: string): Promise<Endpoint> {
  return askNative(gateway, "POST", "/endpoints", { url: `${url}/${dialect}`, dialect })
}

async function askNative(
  gateway: Gateway,
  method: string,
  path: string,
  body?: object,
): Promise<Endpoint> {
  const response = await fetch(gateway.baseUrl("caudal") + path, {
    method,
    headers: {
      authorization: `Bearer ${gateway.credential("caudal", "apiKey")}`,
      ...(body ? { "content-type": "application/json" } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  if (response.ok) return JSON.parse(text) as Endpoint
  throw new CommandError(`The gateway answered ${response.status} to ${method} /v1${path}: ${text}`)
}
