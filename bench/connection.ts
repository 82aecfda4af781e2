/**
 * One connection of a client, as cheap as it can be: what the load costs is missing to the server.
 *
 * It asks one thing at a time and knows only answers that say how long they are, which is what all
 * servers of the benches send.
 */
import { connect, type Socket } from "node:net"

/** `text`: the body. */
export type Answer = { readonly status: number; readonly text: string }

export type Connection = {
  /** Sends a whole request and resolves with its answer. Rejects when the server hangs up. */
  ask(request: string): Promise<Answer>
  close(): void
}

const HEAD_END = "\r\n\r\n"
const LENGTH = /\r\ncontent-length: *(\d+)/i
/** "HTTP/1.1 200": where the status stands. */
const STATUS_AT = 9
const STATUS_END = 12

/** A request as it goes over the wire. `head`: method, path and headers without their end. */
export function requestOf(head: string, body: string | null = null): string {
  if (body === null) return head + HEAD_END
  return `${head}\r\ncontent-length: ${Buffer.byteLength(body)}${HEAD_END}${body}`
}

/** `POST /path HTTP/1.1` and its headers, for `requestOf`. */
export function headOf(
  method: "GET" | "POST",
  url: string,
  headers: Readonly<Record<string, string>> = {},
): string {
  const { host, pathname, search } = new URL(url)
  const lines = Object.entries(headers).map(([name, value]) => `\r\n${name}: ${value}`)
  return `${method} ${pathname}${search} HTTP/1.1\r\nhost: ${host}${lines.join("")}`
}

/** Connects to the server of a URL. */
export async function openConnection(url: string): Promise<Connection> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject))
  return serve(socket)
}

function serve(socket: Socket): Connection {
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | null = null
  // Latin-1 keeps a character for each byte; a body with others is read anew.
  let buffered = ""

  const fail = (error: Error) => {
    waiting?.reject(error)
    waiting = null
  }
  socket.setEncoding("latin1")
  socket.on("error", fail)
  socket.on("close", () => fail(new Error("the server hung up")))
  socket.on("data", (part: string) => {
    buffered = buffered === "" ? part : buffered + part
    const headEnd = buffered.indexOf(HEAD_END)
    if (headEnd < 0) return
    const length = LENGTH.exec(buffered)
    if (length === null) return fail(new Error(`no content-length: ${buffered.slice(0, headEnd)}`))
    const bodyAt = headEnd + HEAD_END.length
    const end = bodyAt + Number(length[1])
    if (buffered.length < end) return
    const status = Number(buffered.slice(STATUS_AT, STATUS_END))
    const text = buffered.slice(bodyAt, end)
    buffered = buffered.slice(end)
    const asked = waiting
    waiting = null
    asked?.resolve({ status, text })
  })

  return {
    ask(request) {
      return new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(new Error("the server hung up"))
        waiting = { resolve, reject }
        socket.write(request)
      })
    },
    close: () => void socket.destroy(),
  }
}
