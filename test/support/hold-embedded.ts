/**
 * A process that only keeps an embedded server, to be killed by tests: `node … <data folder>
 * [system folder]`.
 */
import { startEmbedded } from "../../src/db/embedded.ts"

const tell = (event: object) => console.log(JSON.stringify(event))
const [dataDir = "", systemDir] = process.argv.slice(2)

try {
  const embedded = await startEmbedded({
    dataDir,
    systemDir,
    notice: (text) => tell({ event: "notice", text }),
    onDown: (text) => tell({ event: "down", text }),
    onUp: (downMs) => tell({ event: "up", downMs, pid: embedded.pid() }),
  })
  const { url, adopted } = embedded
  tell({ event: "ready", url, adopted, pid: embedded.pid() })
  process.once("SIGTERM", () => {
    clearInterval(alive)
    void embedded.stop()
  })
  const alive = setInterval(() => {}, 60_000)
} catch (error) {
  tell({ event: "failed", text: (error as Error).message })
}
