/** Clients that create payments, of which the bench's own database refuses some. */
import { type Load, runClients, wrongly } from "../clients.ts"
import { type Answer, headOf, requestOf } from "../connection.ts"
import { withKey } from "../sandbox-keys.ts"

/** What the database refuses, and nothing before it. */
export const POISON = "poison"

/** Answers so far. `hurt`: of neighbours, anything but their payment. */
export type Counts = { created: number; refused: number; hurt: number; gotThrough: number }

export type Creates = {
  readonly counts: Counts
  /** `every`: one in so many is poisoned; null for none. */
  run(seconds: number, connections: number, every: number | null): Promise<Load>
}

/** Makes the clients. */
export function makeCreates(baseUrl: string, key: string): Creates {
  const url = `${baseUrl}/payments`
  const head = headOf("POST", url, withKey(key))
  const counts: Counts = { created: 0, refused: 0, hurt: 0, gotThrough: 0 }
  let made = 0

  function neighbour(answer: Answer, reference: string): string | null {
    if (answer.status === 201 && answer.text.includes(`"reference":"${reference}"`)) {
      counts.created += 1
      return null
    }
    counts.hurt += 1
    return wrongly(answer)
  }

  function poisoned(answer: Answer): string | null {
    if (answer.status === 500 && answer.text.includes('"code":"internal"')) {
      counts.refused += 1
      return null
    }
    counts.gotThrough += 1
    return wrongly(answer)
  }

  return {
    counts,
    run: (seconds, connections, every) =>
      runClients({ url, connections, seconds }, () => {
        made += 1
        const reference = `poison-${made}`
        const isPoisoned = every !== null && made % every === 0
        const description = isPoisoned ? POISON : "2 x cafe"
        const body = { amount: "450000", asset: "COP", reference, description }
        const problem = (answer: Answer) =>
          isPoisoned ? poisoned(answer) : neighbour(answer, reference)
        return { request: requestOf(head, JSON.stringify(body)), problem }
      }),
  }
}
