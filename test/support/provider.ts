/** A provider on loopback that answers as the test says, and fails in the ways in which they do. */
import { once } from "node:events"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import type { Cleanup } from "./database.ts"

export type Asked = {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  // biome-ignore lint/suspicious/noExplicitAny: whatever JSON came, for a test to look into
  readonly body: any
}

export type Reply =
  | {
      readonly status?: number
      readonly json?: unknown
      readonly text?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  /** The request is read, and the connection reset. */
  | "reset"
  /** Nothing is ever answered. */
  | "hang"
  /** The head of an answer and a part of its body, then the end of the connection. */
  | "half"

export type FakeProvider = {
  readonly url: string
  readonly asked: Asked[]
  /** How many connections were made. */
  connections(): number
  /** Resets each new connection before anything is read of it. */
  refuse: boolean
  /** Ends all connections that stand. */
  drop(): void
  stop(): Promise<void>
}

/** Starts one; it ends with the test. */
export async function startProvider(
  context: Cleanup,
  answer: (asked: Asked) => Reply | Promise<Reply>,
): Promise<FakeProvider> {
  const sockets = new Set<Socket>()
  let made = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk)
    } catch {
      // The client left in the middle: there is nothing to be answered.
      return
    }
    const asked: Asked = {
      method: request.method!,
      path: request.url!,
      headers: request.headers as Record<string, string>,
      body: parsed(Buffer.concat(chunks).toString()),
    }
    provider.asked.push(asked)
    send(response, await answer(asked))
  })
  server.on("connection", (socket) => {
    made += 1
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined)
    if (provider.refuse) socket.resetAndDestroy()
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const provider: FakeProvider = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    refuse: false,
    connections: () => made,
    drop: () => {
      for (const socket of sockets) socket.destroy()
    },
    stop: async () => {
      provider.drop()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
  context.after(() => provider.stop())
  return provider
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply === "hang") return
  if (reply === "reset") return void response.socket?.resetAndDestroy()
  if (reply === "half") {
    response.writeHead(200, { "content-type": "application/json", "content-length": "1000" })
    response.write('{"operationId":"', () => response.socket?.destroy())
    return
  }
  const { status = 200, json, text, headers = {} } = reply
  const type = json === undefined ? "text/html" : "application/json"
  response.writeHead(status, { "content-type": type, ...headers })
  response.end(json === undefined ? (text ?? "") : JSON.stringify(json))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** A log that a test can look into. */
export function memoryLog() {
  const lines: { level: string; about: Record<string, unknown>; text: string }[] = []
  const at = (level: string) => (about: object, text: string) => {
    lines.push({ level, about: { ...about }, text })
  }
  return { lines, info: at("info"), warn: at("warn"), error: at("error") }
}
