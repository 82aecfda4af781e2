/** A merchant's program: it stores accounts, has them charged, and asks what became of that. */
import { Agent, request } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"
import { arrivals } from "../arrivals.ts"
import { serve, settings } from "../child.ts"

/** The demo merchant's, as sandbox.json holds them. */
export type Settings = { readonly baseUrl: string; readonly apiKey: string }

export type Calls = {
  /** From when it was to be asked until the last byte was here: whoever waits in line, waits. */
  readonly latenciesMs: readonly number[]
  readonly wrong: readonly string[]
}

const { baseUrl, apiKey } = settings<Settings>()
/** Under way at once: enough for the engine to make batches of them. */
const AT_ONCE = 64
const TIMEOUT_MS = 30_000
const VERIFY_TRIES = 300
const VERIFY_WAIT_MS = 100
const WRONG_SHOWN = 3

const agent = new Agent({ keepAlive: true, maxSockets: 2 * AT_ONCE })
const made: string[] = []

type Answer = { readonly status: number; readonly body: { readonly [name: string]: unknown } }

function call(method: "GET" | "POST", path: string, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" }
    const options = { method, agent, headers, timeout: TIMEOUT_MS }
    const asking = request(baseUrl + path, options, (response) => {
      const parts: Buffer[] = []
      response.on("data", (part: Buffer) => parts.push(part))
      response.on("error", reject)
      response.on("end", () => {
        const text = Buffer.concat(parts).toString("utf8")
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) })
      })
    })
    asking.on("timeout", () => asking.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)))
    asking.on("error", reject)
    asking.end(body && JSON.stringify(body))
  })
}

async function create(path: string, body: object): Promise<string> {
  const answer = await call("POST", path, body)
  if (answer.status !== 201) throw new Error(`${path}: ${JSON.stringify(answer)}`)
  return String(answer.body["id"])
}

/** Does a thing so many times, some of them at once. */
async function times(count: number, work: (at: number) => Promise<void>): Promise<void> {
  const numbers = Array.from({ length: count }, (_, at) => at).values()
  async function worker(): Promise<void> {
    for (const at of numbers) await work(at)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/** Stores so many accounts and waits until each can be charged; answers their ids. */
async function storeAccounts(count: number): Promise<readonly string[]> {
  const ids: string[] = []
  await times(count, async (at) => {
    const customerId = await create("/customers", {
      name: `Ana Ruiz ${at}`,
      documentType: "cc",
      documentNumber: String(1_020_300_000 + at),
      email: "ana@example.test",
    })
    ids[at] = await create("/paymentMethods", {
      customerId,
      type: "bankAccount",
      bank: "bancolombia",
      accountType: "savings",
      // The last digits would choose what a simulated bank answers.
      accountNumber: `${10_000_000 + at}99`,
    })
  })
  for (const id of ids) await becomeActive(id)
  return ids
}

async function becomeActive(id: string): Promise<void> {
  for (let tries = 0; tries < VERIFY_TRIES; tries += 1) {
    const { body } = await call("GET", `/paymentMethods/${id}`)
    if (body["status"] === "active") return
    await sleep(VERIFY_WAIT_MS)
  }
  throw new Error(`${id} was never verified`)
}

/** Has the accounts charged by turns, so many times in all. */
async function charge({ ids, count }: { readonly ids: readonly string[]; readonly count: number }) {
  await times(count, async (at) => {
    const body = { paymentMethodId: ids[at % ids.length], amount: 10_000 + (at % 5_000) }
    made.push(await create("/paymentRequests", body))
  })
  return made.length
}

let calling: { ended: boolean; done: Promise<Calls> } | null = null

/** Asks what became of requests, so many times a second, until `stopCalls`. */
function startCalls(perSecond: number): void {
  const state = { ended: false, done: Promise.resolve<Calls>({ latenciesMs: [], wrong: [] }) }
  state.done = callOn(perSecond, state)
  calling = state
}

async function callOn(perSecond: number, state: { readonly ended: boolean }): Promise<Calls> {
  const latenciesMs: number[] = []
  const wrong: string[] = []
  const under: Promise<void>[] = []
  const beganMs = performance.now()
  for (let second = 0; !state.ended; second += 1) {
    for (const afterMs of arrivals(perSecond, 1_000)) {
      const dueMs = beganMs + second * 1_000 + afterMs
      const waitMs = dueMs - performance.now()
      if (waitMs > 0) await sleep(waitMs)
      under.push(ask(dueMs, latenciesMs, wrong))
    }
  }
  await Promise.all(under)
  return { latenciesMs, wrong: wrong.slice(0, WRONG_SHOWN) }
}

let turns = 0
async function ask(dueMs: number, latenciesMs: number[], wrong: string[]): Promise<void> {
  turns += 1
  const id = made[(turns * 7_919) % made.length]!
  try {
    const { status, body } = await call("GET", `/paymentRequests/${id}`)
    latenciesMs.push(performance.now() - dueMs)
    if (status !== 200 || body["id"] !== id) wrong.push(`${id}: ${status}`)
  } catch (error) {
    wrong.push(`${id}: ${error}`)
  }
}

async function stopCalls(): Promise<Calls> {
  calling!.ended = true
  return calling!.done
}

serve({ storeAccounts, charge, startCalls, stopCalls }, async () => agent.destroy())
