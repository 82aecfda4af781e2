/** Sends a request over a socket, byte for byte as it stands. */
import { connect } from "node:net"
import type { Answer } from "./judge.ts"
import type { Framing, Shot } from "./requests.ts"

/** Longer than the longest wait of any route. */
const PATIENCE_MS = 20_000
/** The largest body that is sent in pieces, and how large the pieces are. */
const CHUNK_BYTES = 1_000

/** Sends it and reads what comes until the other side closes. Null where that is no answer. */
export function sendRaw(url: string, shot: Shot): Promise<Answer | null> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    const socket = connect(Number(port), hostname, () => {
      const bytes = bytesOf(shot, `${hostname}:${port}`)
      socket.write(bytes, () => shot.framing === "hangUp" && socket.destroy())
    })
    socket.setTimeout(PATIENCE_MS, () => socket.destroy())
    socket.on("data", (part) => parts.push(part))
    // Who is refused while it still speaks may find the door shut.
    socket.on("error", () => {})
    socket.on("close", () => resolve(read(Buffer.concat(parts))))
  })
}

type Written = { readonly line: string; readonly headers: string[]; readonly body: Buffer }

/** How each framing differs from the plain one. */
const DIFFERS: Readonly<Record<Framing, (plain: Written) => Partial<Written>>> = {
  plain: () => ({}),
  chunked: ({ headers, body }) => ({
    headers: [...headers.filter((each) => !IS_LENGTH.test(each)), "transfer-encoding: chunked"],
    body: Buffer.concat(chunks(body)),
  }),
  absolute: ({ line }) => ({ line: line.replace(" ", " http://elsewhere.example") }),
  // The bytes are as they should be: who sent them doesn't wait for an answer.
  hangUp: () => ({}),
  http10: ({ line }) => ({ line: line.replace(/1$/, "0") }),
  short: ({ headers, body }) => ({
    headers: headers.map((each) => each.replace(IS_LENGTH, `content-length: ${body.length >> 1}`)),
  }),
  lengthAndChunks: ({ headers, body }) => ({
    headers: [...headers, "content-length: 5", "transfer-encoding: chunked"],
    body: Buffer.concat(chunks(body)),
  }),
  twoLengths: ({ headers }) => ({
    headers: [...headers, "content-length: 0", "content-length: 7"],
  }),
  folded: ({ headers }) => ({ headers: [...headers, "x-note: a\r\n b"] }),
  lineFeeds: ({ headers }) => ({ headers: [...headers, "x-note: a\nx-other: b"] }),
  lowerCase: ({ line }) => ({ line: line.toLowerCase() }),
  noVersion: ({ line }) => ({ line: line.replace(/ HTTP.*$/, "") }),
}
const IS_LENGTH = /^content-length: \d+$/

function bytesOf(shot: Shot, host: string): Buffer {
  const { method, path, headers, body, framing } = shot
  const length = body === null ? {} : { "content-length": String(body.length) }
  const all = Object.entries({ host, ...headers, ...length, connection: "close" })
  const plain: Written = {
    line: `${method} ${path} HTTP/1.1`,
    headers: all.map(([name, value]) => `${name}: ${value}`),
    body: body ?? Buffer.alloc(0),
  }
  const written = { ...plain, ...DIFFERS[framing](plain) }
  const head = [written.line, ...written.headers].map((line) => `${line}\r\n`).join("")
  return Buffer.concat([Buffer.from(`${head}\r\n`, "latin1"), written.body])
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
  // Bytes that a request didn't announce may be answered as another one's.
  const length = headers["content-length"]
  const rest = bytes.subarray(
    end + 4,
    length === undefined ? bytes.length : end + 4 + Number(length),
  )
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
