/** `caudal start`: the gateway itself, the same as `npm start`. */
import { command, UsageError } from "./command.ts"

const start = command({
  name: "start",
  about: "Runs the gateway until it is told to stop (Ctrl-C); the same as npm start.",
  async run(_values, shell) {
    if (shell.json)
      throw new UsageError("start prints no JSON: read sandbox.json in the data folder")
    await import("../main.ts")
  },
})

export const commands = [start]
