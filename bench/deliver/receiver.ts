/**
 * The receivers of the bench, each on a port of its own: they verify every signature, count every
 * id and cost as little as that can cost, because what they use is missing to the gateway.
 */
import { createHmac, createSecretKey } from "node:crypto"
import { createServer, type Server, type Socket } from "node:net"
import { serve, settings } from "../child.ts"
import { listen } from "../loopback.ts"
import { listWrong, type Wrong } from "../wrong.ts"

/** `key`: in base64, what all endpoints are signed with. */
export type ReceiverSettings = { readonly count: number; readonly key: string }

/** What came since the last `reset`. */
export type Received = Wrong & {
  /** With a right signature, and no id counted twice. */
  readonly ids: number
  /** Ids that came again. */
  readonly again: number
  /** From the first to the last. */
  readonly elapsedMs: number
  /** When the first came, in milliseconds since 1970. */
  readonly firstMs: number
  /** From when a delivery was written, which its id tells, until it was here. */
  readonly latenciesMs: readonly number[]
}

const HEAD_END = "\r\n\r\n"
const LENGTH = /\r\ncontent-length: *(\d+)/i
const ID = /\r\nwebhook-id: *([^\r]+)/i
const TIMESTAMP = /\r\nwebhook-timestamp: *(\d+)/i
const SIGNATURE = /\r\nwebhook-signature: *v1,([^\r]+)/i
const ANSWER = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
/** Hexadecimal digits of an id's time, in two groups of a UUID. */
const TIME_AT = [0, 8, 9, 13] as const

const { count, key } = settings<ReceiverSettings>()
const secret = createSecretKey(Buffer.from(key, "base64"))
let ids = new Set<string>()
let latenciesMs: number[] = []
let list = listWrong()
/** What came last: the control's bodies are the same. */
let sample = ""
let [again, firstMs, lastMs] = [0, 0, 0]
/** The one that accepts and doesn't answer, and what it will do with what it holds. */
let hanging: number | null = null
const held = new Map<Socket, () => void>()

/** Answers null when a message is what it says it is. */
function problem(head: string, body: string, place: number): string | null {
  const id = ID.exec(head)?.[1]
  const timestamp = TIMESTAMP.exec(head)?.[1]
  if (id === undefined || timestamp === undefined) return `no signature: ${head}`
  const expected = createHmac("sha256", secret)
    .update(`${id}.${timestamp}.`)
    .update(body, "latin1")
    .digest("base64")
  if (SIGNATURE.exec(head)?.[1] !== expected) return `another signature: ${head}`
  if (ids.has(id)) again += 1
  else {
    ids.add(id)
    // The last is the one that hangs, now and then.
    if (place < count - 1) latenciesMs.push(lastMs - madeAtMs(id))
  }
  return null
}

function madeAtMs(id: string): number {
  const [from, to, on, end] = TIME_AT
  return Number.parseInt(id.slice(from, to) + id.slice(on, end), 16)
}

function take(head: string, body: string, place: number): void {
  sample = body
  lastMs = performance.timeOrigin + performance.now()
  if (firstMs === 0) firstMs = lastMs
  list.add(problem(head, body, place))
}

function speak(socket: Socket, place: number): void {
  // Latin-1 keeps a character for each byte.
  let buffered = ""
  socket.setEncoding("latin1").setNoDelay(true)
  socket.on("error", () => {})
  socket.on("close", () => held.delete(socket))
  socket.on("data", (part: string) => {
    buffered = buffered === "" ? part : buffered + part
    const headEnd = buffered.indexOf(HEAD_END)
    if (headEnd < 0) return
    const head = buffered.slice(0, headEnd)
    const end = headEnd + HEAD_END.length + Number(LENGTH.exec(head)?.[1] ?? 0)
    if (buffered.length < end) return
    const body = buffered.slice(headEnd + HEAD_END.length, end)
    buffered = buffered.slice(end)
    const answer = () => {
      take(head, body, place)
      socket.write(ANSWER)
    }
    if (place === hanging) held.set(socket, answer)
    else answer()
  })
}

/** Lets one of them hang, or none; what hung is answered. */
function hang({ place }: { readonly place: number | null }): void {
  hanging = place
  for (const answer of held.values()) answer()
  held.clear()
}

function reset(): void {
  ids = new Set()
  latenciesMs = []
  list = listWrong()
  again = firstMs = lastMs = 0
}

function received(): Received {
  const elapsedMs = lastMs - firstMs
  return { ...list.all(), ids: ids.size, again, elapsedMs, firstMs, latenciesMs }
}

const servers: Server[] = []
async function open(place: number): Promise<string> {
  const server = createServer((socket) => speak(socket, place))
  servers.push(server)
  return `${await listen(server)}/hook`
}
const urls = Promise.all(Array.from({ length: count }, (_, place) => open(place)))

serve(
  { urls: () => urls, sample: () => sample, count: () => ids.size, received, reset, hang },
  async () => {
    for (const server of servers) server.close()
  },
)
