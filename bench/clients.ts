/** Clients that each ask one thing after the other on a connection that stays open. */
import { type Answer, type Connection, openConnection } from "./connection.ts"

/** One request, and what is wrong with its answer; null where nothing is. */
export type Asked = { readonly request: string; problem(answer: Answer): string | null }

export type Load = {
  /** Right answers within the time, and those that came behind it to what was under way. */
  readonly inTime: number
  readonly late: number
  readonly elapsedMs: number
  /** Of those within the time. */
  readonly latenciesMs: Float32Array
  /** What was wrong with answers, the first few of them. */
  readonly wrong: readonly string[]
  readonly wrongCount: number
}

export type Wanted = {
  readonly url: string
  readonly connections: number
  readonly seconds: number
}

const WRONG_SHOWN = 3
const SHOWN_LENGTH = 300

/** Lets clients ask for so long; `next` makes each request. */
export async function runClients(wanted: Wanted, next: () => Asked): Promise<Load> {
  const { connections, seconds, url } = wanted
  const open = await Promise.all(Array.from({ length: connections }, () => openConnection(url)))
  const latenciesMs: number[] = []
  const wrong: string[] = []
  let wrongCount = 0
  let late = 0
  const beganMs = performance.now()
  const endsMs = beganMs + seconds * 1_000

  async function client(connection: Connection): Promise<void> {
    for (let askedMs = beganMs; askedMs < endsMs; ) {
      const { problem, request } = next()
      const answer = await connection.ask(request)
      const why = problem(answer)
      const answeredMs = performance.now()
      if (why !== null) {
        wrongCount += 1
        if (wrong.length < WRONG_SHOWN) wrong.push(why.slice(0, SHOWN_LENGTH))
      } else if (answeredMs < endsMs) latenciesMs.push(answeredMs - askedMs)
      else late += 1
      askedMs = answeredMs
    }
  }

  try {
    await Promise.all(open.map(client))
  } finally {
    for (const connection of open) connection.close()
  }
  return {
    inTime: latenciesMs.length,
    late,
    elapsedMs: endsMs - beganMs,
    latenciesMs: Float32Array.from(latenciesMs),
    wrong,
    wrongCount,
  }
}

/** What is said of an answer that isn't the right one. */
export function wrongly({ status, text }: Answer): string {
  return `${status} ${text}`
}
