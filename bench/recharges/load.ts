/** Customers of a wallet app: they recharge and look up, whether others are answered or not. */
import { keepTime } from "../arrivals.ts"
import { serve } from "../child.ts"
import { wrongly } from "../clients.ts"
import { type Answer, type Connection, headOf, openConnection, requestOf } from "../connection.ts"
import { listWrong, type Wrong } from "../wrong.ts"

/** The demo client's, as sandbox.json holds them. */
export type Client = {
  readonly baseUrl: string
  readonly clientUsername: string
  readonly password: string
  readonly apiKey: string
}

/** `wait`: the control, a server that does nothing for `waitMs` and answers. */
export type LoadRequest = {
  readonly what: "recharge" | "look up" | "wait"
  readonly baseUrl: string
  readonly waitMs?: number
  readonly perSecond: number
  readonly seconds: number
}

export type Load = Wrong & {
  /** From when it was to be asked until the last byte was here: whoever waits in line, waits. */
  readonly latenciesMs: readonly number[]
  readonly elapsedMs: number
  readonly answered: number
}

/** Requests under way at once: more than that a server is not keeping up. */
const CONNECTIONS_MAX = 2_000
/** In pesos; the wallet pays for all of them. */
const AMOUNT = 100

let headers: Readonly<Record<string, string>> = {}
let made = 0
/** What was recharged so far, by the client's own ids. */
const known: string[] = []

type Asked = { readonly method: "GET" | "POST"; readonly url: string; readonly body?: string }

/** Of each server: connections that nobody asks on, and how many there are in all. */
const pools = new Map<string, { readonly idle: Connection[]; count: number }>()

/** Asks on a connection of its own; more are opened as they are needed. */
async function ask({ method, url, body }: Asked): Promise<Answer> {
  const { origin } = new URL(url)
  const pool = pools.get(origin) ?? { idle: [], count: 0 }
  pools.set(origin, pool)
  const connection = pool.idle.pop() ?? (await opened(origin, pool))
  const answer = await connection.ask(requestOf(headOf(method, url, headers), body))
  pool.idle.push(connection)
  return answer
}

async function opened(origin: string, pool: { count: number }): Promise<Connection> {
  if (pool.count >= CONNECTIONS_MAX) throw new Error(`${pool.count} requests wait for an answer`)
  pool.count += 1
  return openConnection(origin)
}

async function logIn({ baseUrl, clientUsername, password, apiKey }: Client): Promise<void> {
  headers = { "content-type": "application/json", "x-api-key": apiKey }
  const body = JSON.stringify({ clientUsername, password })
  const { status, text } = await ask({ method: "POST", url: `${baseUrl}/login`, body })
  if (status !== 200) throw new Error(`login: ${status} ${text}`)
  headers = { ...headers, "x-authorization-token": JSON.parse(text).accessToken }
}

/** One request of a kind; its answer is null where nothing is wrong with it. */
type Kind = (wanted: LoadRequest) => Promise<string | null>

const KINDS: Readonly<Record<LoadRequest["what"], Kind>> = {
  async recharge({ baseUrl }) {
    made += 1
    const externalPaymentId = `bench-${made}`
    const body = JSON.stringify({
      companyCode: "AR-R-0901",
      productId: "1",
      amount: AMOUNT,
      // Another number each time, which its operator takes: how often one is recharged is limited.
      identifierValue: `11${String(made % 1_000_000).padStart(6, "0")}99`,
      paymentMethod: "ACCOUNT",
      externalPaymentId,
      externalClientId: "bench",
    })
    const answered = await ask({ method: "POST", url: `${baseUrl}/payment`, body })
    if (answered.status !== 200) return wrongly(answered)
    const answer = JSON.parse(answered.text)
    if (answer.externalPaymentId !== externalPaymentId || answer.status !== "confirmed") {
      return wrongly(answered)
    }
    known.push(externalPaymentId)
    return null
  },

  async "look up"({ baseUrl }) {
    made += 1
    const id = known[(made * 7_919) % known.length]!
    const url = `${baseUrl}/operation/${id}?type=external-payment-id`
    const answered = await ask({ method: "GET", url })
    if (answered.status !== 200) return wrongly(answered)
    const { operation } = JSON.parse(answered.text)
    const right = operation.externalPaymentId === id && operation.status === "confirmed"
    return right ? null : wrongly(answered)
  },

  async wait({ baseUrl, waitMs = 0 }) {
    const answered = await ask({ method: "GET", url: `${baseUrl}/?${waitMs}` })
    return answered.status === 200 ? null : wrongly(answered)
  },
}

async function load(wanted: LoadRequest): Promise<Load> {
  const { perSecond, seconds, what } = wanted
  const latenciesMs: number[] = []
  const list = listWrong()
  const { elapsedMs } = await keepTime({ perSecond, seconds }, async (dueMs) => {
    const problem = await KINDS[what](wanted).catch((error: unknown) => String(error))
    if (problem === null) latenciesMs.push(performance.now() - dueMs)
    list.add(problem)
  })
  return { ...list.all(), latenciesMs, elapsedMs, answered: latenciesMs.length }
}

serve({ logIn, load }, async () => {
  for (const { idle } of pools.values()) for (const connection of idle) connection.close()
})
