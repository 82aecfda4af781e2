/** Sends a request over a socket, byte for byte as it stands. */
import { connect } from "node:net"
import type { Answer } from "./judge.ts"
import type { Shot } from "./requests.ts"

/** Longer than the longest wait of any route. */
const PATIENCE_MS = 20_000
/** The largest body that is sent in pieces, and how large the pieces are. */
const CHUNK_BYTES = 1_000

/**
 * Sends it and reads what comes until the other side closes. `chunked` sends the body in pieces
 * without saying how long it is. Null where nothing came that is an answer.
 */
export function sendRaw(url: string, shot: Shot, chunked: boolean): Promise<Answer | null> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    const socket = connect(Number(port), hostname, () => {
      socket.write(bytesOf(shot, `${hostname}:${port}`, chunked))
    })
    socket.setTimeout(PATIENCE_MS, () => socket.destroy())
    socket.on("data", (part) => parts.push(part))
    // Who is refused while it still speaks may find the door shut.
    socket.on("error", () => {})
    socket.on("close", () => resolve(read(Buffer.concat(parts))))
  })
}

function bytesOf({ method, path, headers, body }: Shot, host: string, chunked: boolean): Buffer {
  const pieces = body !== null && chunked
  const length = body === null || pieces ? {} : { "content-length": String(body.length) }
  const framing = pieces ? { "transfer-encoding": "chunked" } : length
  const all = Object.entries({ host, ...headers, ...framing, connection: "close" })
  const lines = all.map(([name, value]) => `${name}: ${value}\r\n`).join("")
  const head = Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines}\r\n`, "latin1")
  if (body === null) return head
  return Buffer.concat(pieces ? [head, ...chunks(body)] : [head, body])
}

function chunks(body: Buffer): Buffer[] {
  const made: Buffer[] = []
  for (let at = 0; at < body.length; at += CHUNK_BYTES) {
    const piece = body.subarray(at, at + CHUNK_BYTES)
    made.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n"))
  }
  return [...made, Buffer.from("0\r\n\r\n")]
}

function read(bytes: Buffer): Answer | null {
  const end = bytes.indexOf("\r\n\r\n")
  if (end < 0) return null
  const [line = "", ...lines] = bytes.subarray(0, end).toString("latin1").split("\r\n")
  const headers = Object.fromEntries(
    lines.map((each) => {
      const colon = each.indexOf(":")
      return [each.slice(0, colon).toLowerCase(), each.slice(colon + 1).trim()] as const
    }),
  )
  const rest = bytes.subarray(end + 4)
  const body = headers["transfer-encoding"] === "chunked" ? joined(rest) : rest
  return { status: Number(line.split(" ")[1]), headers, body: body.toString("utf8") }
}

function joined(bytes: Buffer): Buffer {
  const made: Buffer[] = []
  let at = 0
  for (;;) {
    const end = bytes.indexOf("\r\n", at)
    const length = end < 0 ? 0 : Number.parseInt(bytes.subarray(at, end).toString(), 16)
    if (!length) return Buffer.concat(made)
    made.push(bytes.subarray(end + 2, end + 2 + length))
    at = end + 2 + length + 2
  }
}
