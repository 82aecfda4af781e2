/** The payers: they open pages when they like, whether those before them were answered or not. */
import { Agent, type IncomingHttpHeaders, request } from "node:http"
import { brotliDecompressSync } from "node:zlib"
import { type Kept, keepTime } from "../arrivals.ts"
import { serve } from "../child.ts"
import { listWrong, type Wrong } from "../wrong.ts"

/** An address, and what has to stand in its answer. */
export type Wanted = {
  readonly url: string
  readonly coding: "br" | null
  readonly holds: readonly string[]
}

export type LoadRequest = {
  /** Each is opened in its turn; `visit` has to know them. */
  readonly urls: readonly string[]
  readonly perSecond: number
  readonly seconds: number
}

export type Load = Wrong &
  Kept & {
    /** From when it was to be asked until the last byte was here: whoever waits in line, waits. */
    readonly latenciesMs: readonly number[]
    /** How much later than that it was asked: what this process itself adds. */
    readonly lateMs: readonly number[]
  }

type Known = { readonly wanted: Wanted; readonly bytes: number }
type Answered = { readonly headers: IncomingHttpHeaders; readonly body: Buffer; status: number }

/** More than are ever under way while the server keeps up. */
const CONNECTIONS = 64
/** Pages are opened so many at a time before it counts. */
const VISITORS = 8
const TIMEOUT_MS = 10_000
/** One page in so many is read whole, once the time is over. */
const READ_EVERY = 10
/** Seconds that are left to pay count down, and compress to more or fewer bytes. */
const SLACK_BYTES = 32

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
const known = new Map<string, Known>()
let turns = 0

function get(url: string): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const headers = {
      accept: "text/html",
      "accept-encoding": "br, gzip",
      "accept-language": "es-CO,es;q=0.9",
    }
    const asking = request(url, { agent, headers, timeout: TIMEOUT_MS }, (response) => {
      const parts: Buffer[] = []
      response.on("data", (part: Buffer) => parts.push(part))
      response.on("error", reject)
      response.on("end", () => {
        const { headers, statusCode: status = 0 } = response
        resolve({ status, headers, body: Buffer.concat(parts) })
      })
    })
    asking.on("timeout", () => asking.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)))
    asking.on("error", reject)
    asking.end()
  })
}

function at(url: string, problem: string | null): string | null {
  return problem === null ? null : `${url}: ${problem}`
}

/** What is wrong with an answer, as far as its head and its length say; null where nothing is. */
function outsideOf({ body, headers, status }: Answered, { coding }: Wanted): string | null {
  const found = headers["content-encoding"] ?? null
  const length = headers["content-length"]
  if (status !== 200) return `status ${status}`
  if (found !== coding) return `coding ${found}, not ${coding}`
  return Number(length) === body.length ? null : `${body.length} bytes, not ${length}`
}

/** The same of what stands in it. */
function insideOf({ body }: Answered, { coding, holds }: Wanted): string | null {
  const text = (coding === "br" ? brotliDecompressSync(body) : body).toString("utf8")
  const missing = holds.find((each) => !text.includes(each))
  return missing === undefined ? null : `no "${missing}" in it`
}

/** Opens each once and reads it whole, so that later answers can be told by their length. */
async function visit(all: readonly Wanted[]): Promise<Wrong> {
  const list = listWrong()
  const left = all.values()
  async function visitor(): Promise<void> {
    for (const wanted of left) {
      const answered = await get(wanted.url)
      list.add(at(wanted.url, outsideOf(answered, wanted) ?? insideOf(answered, wanted)))
      known.set(wanted.url, { wanted, bytes: answered.body.length })
    }
  }
  await Promise.all(Array.from({ length: VISITORS }, visitor))
  return list.all()
}

async function load({ perSecond, seconds, urls }: LoadRequest): Promise<Load> {
  const list = listWrong()
  const latenciesMs: number[] = []
  const lateMs: number[] = []
  const kept: [Known, Answered][] = []

  async function open(page: Known, dueMs: number, isRead: boolean): Promise<void> {
    const { url } = page.wanted
    try {
      lateMs.push(performance.now() - dueMs)
      const answered = await get(url)
      latenciesMs.push(performance.now() - dueMs)
      const other = Math.abs(answered.body.length - page.bytes) > SLACK_BYTES
      const length = `${answered.body.length} bytes, and ${page.bytes} before`
      list.add(at(url, outsideOf(answered, page.wanted) ?? (other ? length : null)))
      if (isRead) kept.push([page, answered])
    } catch (error) {
      list.add(at(url, String(error)))
    }
  }

  const time = await keepTime({ perSecond, seconds }, (dueMs, place) => {
    const url = urls[turns % urls.length]!
    turns += 1
    return open(known.get(url)!, dueMs, place % READ_EVERY === 0)
  })
  for (const [{ wanted }, answered] of kept) list.add(at(wanted.url, insideOf(answered, wanted)))
  return { ...list.all(), ...time, latenciesMs, lateMs }
}

serve({ visit, load }, async () => agent.destroy())
