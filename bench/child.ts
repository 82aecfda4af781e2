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
  // Ctrl-C reaches every process of a terminal, as its end does; the bench says when it is time.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {})
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

type Handle<Started> = (started: Started, value: never) => unknown

/** The same with what `start` makes, for which all handlers wait; `stop` gets it in the end. */
export function serveStarted<Started>(
  start: () => Promise<Started>,
  handlers: Readonly<Record<string, Handle<Started>>>,
  stop: (started: Started) => Promise<unknown>,
): void {
  const starting = start()
  // Why it failed is told to whoever asks first.
  starting.catch(() => {})
  const waiting = (handle: Handle<Started>) => async (value: never) => handle(await starting, value)
  const known = Object.entries(handlers).map(([what, handle]) => [what, waiting(handle)] as const)
  const ready = waiting(() => true)
  // What didn't start has undone itself.
  serve({ ready, ...Object.fromEntries(known) }, () => starting.then(stop, () => {}))
}

function usage(): Usage {
  const { user, system } = process.cpuUsage()
  return {
    cpuMs: (user + system) / 1_000,
    rssBytes: process.memoryUsage.rss(),
    peakRssBytes: process.resourceUsage().maxRSS * 1_024,
  }
}
