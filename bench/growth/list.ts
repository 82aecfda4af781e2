/** A merchant who looks at its newest payments, again and again, however long the answers take. */
import { setTimeout as sleep } from "node:timers/promises"
import { arrivals } from "../arrivals.ts"
import { wrongly } from "../clients.ts"
import { type Answer, headOf, openConnection, requestOf } from "../connection.ts"

/** How many of them are asked for. */
const LIMIT = 20

export type Listed = { readonly latenciesMs: readonly number[]; readonly wrong: readonly string[] }

export type ListRequest = {
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
  readonly seconds: number
  readonly perSecond: number
  readonly connections: number
}

/**
 * Asks at instants that don't wait for answers: who comes while all connections are in use has
 * waited since then.
 */
export async function listNewest(wanted: ListRequest): Promise<Listed> {
  const { baseUrl, connections, headers, perSecond, seconds } = wanted
  const request = requestOf(headOf("GET", `${baseUrl}/payments?limit=${LIMIT}`, headers))
  const instants = arrivals(perSecond * seconds, seconds * 1_000).values()
  const answers: Answer[] = []
  const latenciesMs: number[] = []
  const open = await Promise.all(Array.from({ length: connections }, () => openConnection(baseUrl)))
  const beganMs = performance.now()
  try {
    await Promise.all(
      open.map(async (connection) => {
        for (const instant of instants) {
          const earlyMs = beganMs + instant - performance.now()
          if (earlyMs > 0) await sleep(earlyMs)
          // A timer is late by up to a millisecond, which is not the server's.
          const fromMs = earlyMs > 0 ? performance.now() : beganMs + instant
          answers.push(await connection.ask(request))
          latenciesMs.push(performance.now() - fromMs)
        }
      }),
    )
  } finally {
    for (const connection of open) connection.close()
  }
  return { latenciesMs, wrong: answers.flatMap((answer) => problemOf(answer) ?? []) }
}

function problemOf(answer: Answer): string | null {
  if (answer.status !== 200) return wrongly(answer)
  const { data } = JSON.parse(answer.text) as { data: readonly { id: string }[] }
  const ids = data.map(({ id }) => id)
  const isRight = ids.length === LIMIT && ids.every((id, at) => at === 0 || id < ids[at - 1]!)
  return isRight ? null : `not the newest ${LIMIT}: ${ids.join(", ")}`
}
