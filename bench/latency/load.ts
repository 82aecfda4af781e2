/** Clients that ask when it is time, whether those before them were answered or not. */
import { type Kept, keepTime } from "../arrivals.ts"
import { serve } from "../child.ts"
import type { Asked } from "../clients.ts"
import { type Connection, headOf, openConnection, requestOf } from "../connection.ts"
import { makeRequests, type Target } from "../create/kinds.ts"
import { listWrong, type Wrong } from "../wrong.ts"

export type LoadRequest = {
  readonly url: string
  /** Asked in turn; none: the control, which answers with what it was asked. */
  readonly targets: readonly Target[]
  readonly perSecond: number
  readonly seconds: number
}

export type Load = Kept &
  Wrong & {
    readonly answered: number
    /** From when it was to be asked until the answer was whole: whoever waits in line, waits. */
    readonly latenciesMs: readonly number[]
    /** How much later than that it was asked: what this process itself adds. */
    readonly lateMs: readonly number[]
  }

/** Kept open from the beginning: more than are ever under way while the server keeps up. */
const CONNECTIONS = 16

let made = 0
const number = () => {
  made += 1
  return made
}

/** The control is asked the same as Pentagoo. */
function controlRequests(url: string): () => Asked {
  const head = headOf("POST", `${url}/create`, { "content-type": "application/json" })
  return () => {
    const body = JSON.stringify({ refId: `BENCH-${number()}`, description: "2 x cafe" })
    return {
      request: requestOf(head, body),
      problem: ({ status, text }) =>
        status === 200 && text.includes(body) ? null : `${status} ${text}`,
    }
  }
}

async function load({ perSecond, seconds, targets, url }: LoadRequest): Promise<Load> {
  const kinds = targets.map((target) => makeRequests(target, number))
  if (kinds.length === 0) kinds.push(controlRequests(url))
  const latenciesMs: number[] = []
  const lateMs: number[] = []
  const list = listWrong()
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
      list.add(problem(answer))
    } catch (error) {
      list.add(String(error))
    }
  }

  let next = kinds[0]!()
  const kept = await keepTime({ perSecond, seconds }, (dueMs, at) => {
    const asking = ask(next, dueMs)
    // Made ahead: that time is nobody's answer.
    next = kinds[(at + 1) % kinds.length]!()
    return asking
  })
  for (const connection of all) connection.close()
  const wrong = list.all()
  return { ...kept, ...wrong, answered: kept.asked - wrong.wrongCount, latenciesMs, lateMs }
}

serve({ load })
