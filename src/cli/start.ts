/** `caudal start`: the gateway itself, the same as `npm start`. */
import { startGateway } from "../gateway.ts"
import { command } from "./command.ts"

const start = command({
  name: "start",
  about: "Runs the gateway until it is told to stop (Ctrl-C); the same as npm start.",
  options: {
    processes: { value: "N", about: "share port and work among N processes; 1 if left out" },
  },
  noJson: "read sandbox.json in the data folder",
  run: ({ processes }) => startGateway(processes),
})

export const commands = [start]
