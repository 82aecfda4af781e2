/** A merchant's server for the demo: it takes webhooks, keeps them, and says yes to each. */
import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"

/** A webhook as it came: the signature is over these bytes. */
export type Message = {
  /** The dialect behind a slash: each has an endpoint of its own. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type Receiver = {
  readonly url: string
  /** The first message that fits, whenever it came; null when there is none in time. */
  next(fits: (message: Message) => boolean, timeoutMs: number): Promise<Message | null>
  stop(): Promise<void>
}

/** Far above any webhook. */
const BODY_MAX_BYTES = 1_048_576

/** Starts a receiver on any port of this machine. */
export async function startReceiver(): Promise<Receiver> {
  const received: Message[] = []
  let arrived = Promise.withResolvers<void>()

  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    let size = 0
    request.on("data", (part: Buffer) => {
      size += part.length
      if (size > BODY_MAX_BYTES) request.destroy()
      else parts.push(part)
    })
    request.on("end", () => {
      const body = Buffer.concat(parts).toString("utf8")
      received.push({ path: request.url ?? "/", headers: request.headers, body })
      // What Tapila's receivers answer; the other vendors look at the status only.
      response.writeHead(200, { "content-type": "application/json" }).end('{"status":"Confirm"}')
      arrived.resolve()
      arrived = Promise.withResolvers<void>()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(0, "127.0.0.1", resolve)
  })
  const { port } = server.address() as AddressInfo

  return {
    url: `http://127.0.0.1:${port}`,
    async next(fits, timeoutMs) {
      let late = false
      const { promise: end, resolve: finish } = Promise.withResolvers<void>()
      const timer = setTimeout(() => {
        late = true
        finish()
      }, timeoutMs)
      try {
        for (;;) {
          const found = received.find(fits)
          if (found || late) return found ?? null
          await Promise.race([arrived.promise, end])
        }
      } finally {
        clearTimeout(timer)
      }
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
