/** The control of benches about one request: a server that reads a body and answers alike. */
import { createServer } from "node:http"
import { serveStarted } from "../child.ts"
import { listen } from "../loopback.ts"

/** As long as an answer of the gateway to a create. */
const ANSWER_BYTES = 400

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on("data", (part: Buffer) => parts.push(part))
  request.on("end", () => {
    const asked: unknown = JSON.parse(Buffer.concat(parts).toString("utf8"))
    const text = JSON.stringify({ asked }).padEnd(ANSWER_BYTES)
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
    }
    response.writeHead(200, headers).end(text)
  })
})

serveStarted(
  () => listen(server),
  { url: (url) => url },
  async () => server.closeAllConnections(),
)
