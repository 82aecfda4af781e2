/** The payers: they open pages when they like, whether those before them were answered or not. */
import { Agent, type IncomingHttpHeaders, request } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"
import { brotliDecompressSync } from "node:zlib"
import { arrivals } from "../arrivals.ts"
import { serve } from "../child.ts"

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

export type Checked = {
  /** What was wrong with answers, the first few of them. */
  readonly wrong: readonly string[]
  readonly wrongCount: number
}

export type Load = Checked & {
  readonly asked: number
  readonly elapsedMs: number
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
const WRONG_SHOWN = 3

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

function listWrong() {
  const wrong: string[] = []
  let wrongCount = 0
  return {
    add(url: string, problem: string | null) {
      if (problem === null) return
      wrongCount += 1
      if (wrong.length < WRONG_SHOWN) wrong.push(`${url}: ${problem}`)
    },
    checked: (): Checked => ({ wrong, wrongCount }),
  }
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
async function visit(all: readonly Wanted[]): Promise<Checked> {
  const list = listWrong()
  const left = all.values()
  async function visitor(): Promise<void> {
    for (const wanted of left) {
      const answered = await get(wanted.url)
      list.add(wanted.url, outsideOf(answered, wanted) ?? insideOf(answered, wanted))
      known.set(wanted.url, { wanted, bytes: answered.body.length })
    }
  }
  await Promise.all(Array.from({ length: VISITORS }, visitor))
  return list.checked()
}

async function load({ perSecond, seconds, urls }: LoadRequest): Promise<Load> {
  const list = listWrong()
  const latenciesMs: number[] = []
  const lateMs: number[] = []
  const kept: [Known, Answered][] = []
  const under: Promise<void>[] = []

  async function open(page: Known, dueMs: number, isRead: boolean): Promise<void> {
    const { url } = page.wanted
    try {
      lateMs.push(performance.now() - dueMs)
      const answered = await get(url)
      latenciesMs.push(performance.now() - dueMs)
      const other = Math.abs(answered.body.length - page.bytes) > SLACK_BYTES
      const length = `${answered.body.length} bytes, and ${page.bytes} before`
      list.add(url, outsideOf(answered, page.wanted) ?? (other ? length : null))
      if (isRead) kept.push([page, answered])
    } catch (error) {
      list.add(url, String(error))
    }
  }

  const beganMs = performance.now()
  for (const [at, afterMs] of arrivals(perSecond * seconds, seconds * 1_000).entries()) {
    const dueMs = beganMs + afterMs
    const waitMs = dueMs - performance.now()
    if (waitMs > 0) await sleep(waitMs)
    under.push(open(known.get(urls[turns % urls.length]!)!, dueMs, at % READ_EVERY === 0))
    turns += 1
  }
  await Promise.all(under)
  const elapsedMs = performance.now() - beganMs
  for (const [{ wanted }, answered] of kept) list.add(wanted.url, insideOf(answered, wanted))
  return { ...list.checked(), asked: under.length, elapsedMs, latenciesMs, lateMs }
}

serve({ visit, load }, async () => agent.destroy())
