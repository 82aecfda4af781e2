/** Where `npm start` begins: `node src/main.ts [--processes N]`. */
import { parseArgs } from "node:util"
import { startGateway } from "./gateway.ts"

function readWords(): string | undefined {
  try {
    return parseArgs({ options: { processes: { type: "string" } } }).values.processes
  } catch (error) {
    console.error(`${(error as Error).message}\nThere is only --processes N.`)
    process.exit(2)
  }
}

await startGateway(readWords())
