/** The clients: each creates one payment after the other on a connection that stays open. */
import { Agent, request } from "node:http"
import { serve } from "../child.ts"
import type { Credentials } from "../gateway.ts"

export type LoadRequest = Credentials & {
  readonly seconds: number
  readonly connections: number
}

export type Load = {
  /** Answers within the time, and those that came behind it to what was under way. */
  readonly inTime: number
  readonly late: number
  readonly elapsedMs: number
  readonly latenciesMs: readonly number[]
  /** What was wrong with answers, the first few of them. */
  readonly wrong: readonly string[]
  readonly wrongCount: number
}

const WRONG_SHOWN = 3

/** Of each gateway: the addresses and ids that it gave out so far, none of them twice. */
const given = new Map<string, Set<string>>()
let made = 0

type Answered = { readonly status: number; readonly text: string }

function post(agent: Agent, credentials: Credentials, body: string): Promise<Answered> {
  const { baseUrl, key, secret } = credentials
  return new Promise((resolve, reject) => {
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      oauth: `${key}:${secret}`,
    }
    const options = { agent, method: "POST", headers }
    const asking = request(`${baseUrl}/api/payment/create`, options, (response) => {
      let text = ""
      response.setEncoding("utf8")
      response.on("data", (part: string) => {
        text += part
      })
      response.on("error", reject)
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }))
    })
    asking.on("error", reject)
    asking.end(body)
  })
}

/** What is wrong with an answer; null where nothing is. */
function problemOf({ status, text }: Answered, refId: string, known: Set<string>): string | null {
  if (status !== 200) return `${status} ${text.slice(0, 200)}`
  const answer: {
    readonly refId: string
    readonly paymentId: string
    readonly options: readonly { readonly address: string }[]
  } = JSON.parse(text)
  const address = answer.options[0]?.address
  if (answer.refId !== refId || address === undefined) return text.slice(0, 200)
  if (known.has(address) || known.has(answer.paymentId)) return `given twice: ${address}`
  known.add(address)
  known.add(answer.paymentId)
  return null
}

async function load({ connections, seconds, ...credentials }: LoadRequest): Promise<Load> {
  const known = given.get(credentials.baseUrl) ?? new Set()
  given.set(credentials.baseUrl, known)
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const latenciesMs: number[] = []
  const wrong: string[] = []
  let wrongCount = 0
  let inTime = 0
  let late = 0
  const beganMs = performance.now()
  const endsMs = beganMs + seconds * 1_000

  async function client(): Promise<void> {
    while (performance.now() < endsMs) {
      made += 1
      const refId = `BENCH-${made}`
      const askedMs = performance.now()
      const body = JSON.stringify({ refId, description: "2 x cafe", amount: "25.50" })
      const problem = problemOf(await post(agent, credentials, body), refId, known)
      const answeredMs = performance.now()
      if (problem !== null) {
        wrongCount += 1
        if (wrong.length < WRONG_SHOWN) wrong.push(problem)
      } else if (answeredMs < endsMs) {
        inTime += 1
        latenciesMs.push(answeredMs - askedMs)
      } else late += 1
    }
  }

  await Promise.all(Array.from({ length: connections }, client))
  agent.destroy()
  return { inTime, late, elapsedMs: endsMs - beganMs, latenciesMs, wrong, wrongCount }
}

serve({ load })
