/** Where `listen` hears of events: the gateway's stream, or an endpoint of its own for a while. */
import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"
import { CommandError } from "./command.ts"
import { readStream } from "./event-stream.ts"
import type { Message } from "./listen-forward.ts"
import type { Json, Native } from "./native.ts"

export type Followed = {
  readonly native: Native
  readonly signal: AbortSignal
  /** It hears from now on; `secret` is what the messages are signed with. */
  ready(shown: { readonly secret: string }): void
  lost(why: string, pauseMs: number): void
  /** Deals with one; the next waits for it. */
  each(message: Message): Promise<void>
}

/** Events of every dialect as they happen, or from one on. Ends with the signal. */
export async function followStream(
  { native, signal, ready, lost, each }: Followed,
  how: {
    readonly types: readonly string[] | null
    readonly after: string | null
    readonly secret: string
  },
): Promise<void> {
  let isFirst = true
  const stream = readStream({
    url: `${native.url}/v1/events/stream`,
    headers: { authorization: `Bearer ${native.apiKey}` },
    after: how.after,
    signal,
    onOpen: () => {
      if (isFirst) ready({ secret: how.secret })
      isFirst = false
    },
    onLost: lost,
  })
  for await (const { data } of stream) {
    const event = JSON.parse(data) as Json
    if (!fits(event.type, how.types)) continue
    const { id, type, subject } = event
    const body = JSON.stringify({ ...event, data: { object: await objectOf(native, subject) } })
    await each({ id, type, subject, body, headers: null })
    if (signal.aborted) return
  }
}

/** Whether a type is one of those: by its name, or by its beginning. */
export function fits(type: string, types: readonly string[] | null): boolean {
  if (types === null) return true
  return types.some((each) =>
    each.endsWith("*") ? type.startsWith(each.slice(0, -1)) : type === each,
  )
}

/** What the event is about, as it is now: a webhook has it as it was then. */
async function objectOf(native: Native, subject: string | null): Promise<Json> {
  if (!subject?.startsWith("pay_")) return null
  try {
    const whole = await native.ask("GET", `/payments/${subject}`)
    // As a webhook has it.
    const { attempts: _tries, refunds: _refunds, sightings: _seen, ...payment } = whole
    return payment
  } catch (error) {
    // A key may hear of events and not read payments.
    if (error instanceof CommandError) return null
    throw error
  }
}

const BODY_MAX_BYTES = 1_048_576
/** Ours are known by it, where a process was killed before it could take its endpoint away. */
const PATH = "/caudal-listen"

/** Messages in a vendor's own words, by an endpoint that goes when the signal comes. */
export async function followEndpoint(
  { native, signal, ready, each }: Followed,
  dialect: string,
): Promise<void> {
  await removeLeft(native)
  // One after the other, though the gateway calls with several at once.
  let last: Promise<unknown> = Promise.resolve()
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
      const message = messageOf(dialect, request.headers, body)
      last = last.then(() => each(message)).catch(() => {})
      // What Tapila's receivers answer; the other vendors look at the status only.
      response.writeHead(200, { "content-type": "application/json" }).end('{"status":"Confirm"}')
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(0, "127.0.0.1", resolve)
  })
  const { port } = server.address() as AddressInfo
  try {
    const url = `http://127.0.0.1:${port}${PATH}`
    const { id, secret } = await native.ask("POST", "/endpoints", { url, dialect })
    try {
      ready({ secret })
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve()
        signal.addEventListener("abort", () => resolve(), { once: true })
      })
      await last
    } finally {
      await native.ask("DELETE", `/endpoints/${id}`)
    }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

function messageOf(dialect: string, headers: IncomingHttpHeaders, body: string): Message {
  const kept = Object.entries(headers).filter(
    ([name]) => !/^(host|connection|content-length|transfer-encoding|user-agent)$/.test(name),
  )
  return {
    id: String(headers["webhook-id"]),
    type: dialect,
    subject: subjectOf(body),
    body,
    headers: Object.fromEntries(kept.map(([name, value]) => [name, String(value)])),
  }
}

/** Each vendor names it otherwise; without any of these names the line goes without. */
const ID_NAMES = ["paymentId", "operationId", "id"] as const

function subjectOf(body: string): string | null {
  try {
    const said = JSON.parse(body) as Json
    const encoded = typeof said.data === "string" && Buffer.from(said.data, "base64").toString()
    const inner = said.event ?? (encoded ? JSON.parse(encoded) : said)
    const found = ID_NAMES.map((name) => inner[name]).find((id) => typeof id === "string")
    return found ?? null
  } catch {
    return null
  }
}

/** Takes away what a process left that was killed: nobody listens at its port any more. */
async function removeLeft(native: Native): Promise<void> {
  const { data } = await native.ask("GET", "/endpoints")
  for (const { id, url, state } of data as readonly Json[]) {
    const isOurs =
      state === "enabled" && new RegExp(`^http://127\\.0\\.0\\.1:\\d+${PATH}$`).test(url)
    if (!isOurs || (await isListening(url))) continue
    await native.ask("DELETE", `/endpoints/${id}`)
  }
}

async function isListening(url: string): Promise<boolean> {
  try {
    await (await fetch(url, { signal: AbortSignal.timeout(1_000) })).arrayBuffer()
    return true
  } catch {
    return false
  }
}
