/** Where each of several processes begins: it asks the first one what it is, and becomes a node. */
import { type Channel, openChannel } from "./channel.ts"
import type { Given } from "./node.ts"

/** What was made of one's settings is not a fault of the program. */
const EXPECTED = new Set(["ConfigError", "OpenError"])

// A terminal's Ctrl-C comes to all processes, also to one that is still starting: it serves first,
// so that the first process knows what to stop, and ends what hangs.
const told = Promise.withResolvers<void>()
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => told.resolve())

const handlers: Record<string, (value: never) => unknown> = {}
const channel: Channel = openChannel(
  {
    send: (message, told) => process.send?.(message, undefined, undefined, told),
    hear: (listener) => process.on("message", listener),
  },
  handlers,
)

try {
  const given = await channel.ask<Given>("given")
  const { runNode } = await import("./node.ts")
  await runNode(given, { channel, handlers, told: told.promise })
} catch (error) {
  const { message, name, stack } = error as Error
  const isExpected = EXPECTED.has(name)
  // Told once, by the first process, for all of them fail alike.
  await channel
    .ask("failed", { message: isExpected ? message : (stack ?? message), isExpected })
    .catch(() => console.error(error))
  process.exit(1)
}
