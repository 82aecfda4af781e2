/** Clients that each ask one thing after the other on a connection that stays open. */
import { type Answer, type Connection, openConnection } from "./connection.ts"
import { listWrong, type Wrong } from "./wrong.ts"

/** One request, and what is wrong with its answer; null where nothing is. */
export type Asked = { readonly request: string; problem(answer: Answer): string | null }

export type Load = Wrong & {
  /** Right answers within the time, and those that came behind it to what was under way. */
  readonly inTime: number
  readonly late: number
  readonly elapsedMs: number
  /** Of those within the time. */
  readonly latenciesMs: Float32Array
}

export type Wanted = {
  readonly url: string
  readonly connections: number
  readonly seconds: number
}

/** Lets clients ask for so long; `next` makes each request. */
export async function runClients(wanted: Wanted, next: () => Asked): Promise<Load> {
  const { connections, seconds, url } = wanted
  const open = await Promise.all(Array.from({ length: connections }, () => openConnection(url)))
  const latenciesMs: number[] = []
  const list = listWrong()
  let late = 0
  const beganMs = performance.now()
  const endsMs = beganMs + seconds * 1_000

  async function client(connection: Connection): Promise<void> {
    for (let askedMs = beganMs; askedMs < endsMs; ) {
      const { problem, request } = next()
      const answer = await connection.ask(request)
      const why = problem(answer)
      const answeredMs = performance.now()
      if (why !== null) list.add(why)
      else if (answeredMs < endsMs) latenciesMs.push(answeredMs - askedMs)
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
    ...list.all(),
  }
}

/** What is said of an answer that isn't the right one. */
export function wrongly({ status, text }: Answer): string {
  return `${status} ${text}`
}
