/** Clients that ask when it is time, whether those before them were answered or not. */
import { setTimeout as sleep } from "node:timers/promises"
import { arrivals } from "../arrivals.ts"
import { serve } from "../child.ts"
import type { Asked } from "../clients.ts"
import { type Connection, headOf, openConnection, requestOf } from "../connection.ts"
import { makeRequests, type Target } from "../create/kinds.ts"

export type LoadRequest = {
  readonly url: string
  /** Asked in turn; none: the control, which answers with what it was asked. */
  readonly targets: readonly Target[]
  readonly perSecond: number
  readonly seconds: number
}

export type Load = {
  readonly asked: number
  readonly answered: number
  readonly elapsedMs: number
  /** From when it was to be asked until the answer was whole: whoever waits in line, waits. */
  readonly latenciesMs: readonly number[]
  /** How much later than that it was asked: what this process itself adds. */
  readonly lateMs: readonly number[]
  /** What was wrong with answers, the first few of them. */
  readonly wrong: readonly string[]
  readonly wrongCount: number
}

const WRONG_SHOWN = 3
const SHOWN_LENGTH = 300
/** Kept open from the beginning: more than are ever under way while the server keeps up. */
const CONNECTIONS = 16

let made = 0
const next = () => {
  made += 1
  return made
}

/** The control is asked the same as Pentagoo. */
function controlRequests(url: string): () => Asked {
  const head = headOf("POST", `${url}/create`, { "content-type": "application/json" })
  return () => {
    const body = JSON.stringify({ refId: `BENCH-${next()}`, description: "2 x cafe" })
    return {
      request: requestOf(head, body),
      problem: ({ status, text }) =>
        status === 200 && text.includes(body) ? null : `${status} ${text}`,
    }
  }
}

async function load({ perSecond, seconds, targets, url }: LoadRequest): Promise<Load> {
  const kinds = targets.map((target) => makeRequests(target, next))
  if (kinds.length === 0) kinds.push(controlRequests(url))
  const latenciesMs: number[] = []
  const lateMs: number[] = []
  const wrong: string[] = []
  let wrongCount = 0
  const all = await Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(url)))
  const idle: Connection[] = [...all]

  async function ask({ problem, request }: Asked, dueMs: number): Promise<void> {
    try {
      let connection = idle.pop()
      if (connection === undefined) {
        connection = await openConnection(url)
        all.push(connection)
      }
      lateMs.push(performance.now() - dueMs)
      const answer = await connection.ask(request)
      latenciesMs.push(performance.now() - dueMs)
      idle.push(connection)
      tell(problem(answer))
    } catch (error) {
      tell(String(error))
    }
  }

  function tell(why: string | null): void {
    if (why === null) return
    wrongCount += 1
    if (wrong.length < WRONG_SHOWN) wrong.push(why.slice(0, SHOWN_LENGTH))
  }

  const under: Promise<void>[] = []
  const beganMs = performance.now()
  for (const [at, afterMs] of arrivals(perSecond * seconds, seconds * 1_000).entries()) {
    const dueMs = beganMs + afterMs
    const asked = kinds[at % kinds.length]!()
    const waitMs = dueMs - performance.now()
    if (waitMs > 0) await sleep(waitMs)
    under.push(ask(asked, dueMs))
  }
  await Promise.all(under)
  const elapsedMs = performance.now() - beganMs
  for (const connection of all) connection.close()
  const answered = under.length - wrongCount
  return { asked: under.length, answered, elapsedMs, latenciesMs, lateMs, wrong, wrongCount }
}

serve({ load })
