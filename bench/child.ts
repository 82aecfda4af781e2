/** The other side of `children.ts`: what a process of a bench does with what it is asked. */
import type { Usage } from "./children.ts"

type Handlers = Readonly<Record<string, (value: never) => unknown>>
type Asked = { readonly id: number; readonly what: string; readonly value: unknown }

/** What the process was started with. */
export function settings<Settings>(): Settings {
  return JSON.parse(process.argv[2] ?? "null")
}

/** Tells the bench something that it didn't ask for. */
export function tell(told: unknown): void {
  send({ told })
}

/** A bench that went away meanwhile hears nothing, which is all that can be done. */
function send(message: object): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}

/** Answers the bench until it lets go; then `stop` is called and the process ends. */
export function serve(handlers: Handlers, stop: () => Promise<unknown> = async () => {}): void {
  // Ctrl-C reaches every process of a terminal; the bench says when it is time.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {})
  const known: Handlers = { ready: () => true, usage, ...handlers }
  process.on("message", ({ id, what, value }: Asked) => {
    Promise.resolve()
      .then(() => known[what]!(value as never))
      .then(
        (answer) => send({ id, answer }),
        (error: Error) => send({ id, error: error.stack ?? String(error) }),
      )
      // What can't be sent is a bug of the bench, which would wait for it forever.
      .catch((error: Error) => send({ id, error: String(error) }))
  })
  process.once("disconnect", () => {
    stop().then(
      () => process.exit(0),
      (error) => {
        console.error(error)
        process.exit(1)
      },
    )
  })
}

function usage(): Usage {
  const { user, system } = process.cpuUsage()
  return {
    cpuMs: (user + system) / 1_000,
    rssBytes: process.memoryUsage.rss(),
    peakRssBytes: process.resourceUsage().maxRSS * 1_024,
  }
}
