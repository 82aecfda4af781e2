/** The control of benches about one request: a server that reads a body and answers alike. */
import { open } from "node:fs/promises"
import { createServer } from "node:http"
import { serveStarted, settings } from "../child.ts"
import { listen } from "../loopback.ts"

/** A file that each body is made durable in before it is answered; null: nothing is kept. */
export type BareSettings = { readonly file: string | null }

/** As long as an answer of the gateway to a create. */
const ANSWER_BYTES = 400
/** Written over and over, as databases do with theirs: a file that grows would cost more. */
const FILE_BYTES = 16_777_216
const RECORD_BYTES = 8_192

const { file: path } = settings<BareSettings>()
const file = path === null ? null : await open(path, "w", 0o600)
await file?.writeFile(Buffer.alloc(FILE_BYTES, 7))
await file?.sync()
let written = 0

async function keep(body: Buffer): Promise<void> {
  if (file === null) return
  const record = Buffer.alloc(RECORD_BYTES)
  body.copy(record)
  const at = (written * RECORD_BYTES) % FILE_BYTES
  written += 1
  await file.write(record, 0, RECORD_BYTES, at)
  await file.datasync()
}

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on("data", (part: Buffer) => parts.push(part))
  request.on("end", async () => {
    const body = Buffer.concat(parts)
    await keep(body)
    const text = JSON.stringify({ asked: JSON.parse(body.toString("utf8")) }).padEnd(ANSWER_BYTES)
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
    }
    response.writeHead(200, headers).end(text)
  })
})

// Some connections are needed only when one answer is late: they wait for that.
server.keepAliveTimeout = 0

serveStarted(
  () => listen(server),
  { url: (url) => url },
  async () => {
    server.closeAllConnections()
    await file?.close()
  },
)
