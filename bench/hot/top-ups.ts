/** Clients that top up one wallet, a payment of a reference of its own each. */
import { type Load, runClients, wrongly } from "../clients.ts"
import { headOf, requestOf } from "../connection.ts"
import { withKey } from "../sandbox-keys.ts"

export type TopUps = {
  /** Booked so far, as answered. */
  readonly counts: { booked: number }
  run(seconds: number, connections: number): Promise<Load>
}

/** In minor units. */
export const AMOUNT = 150_000
export const ASSET = "COP"

/** Makes the clients of one server; both speak the native API's words. */
export function makeTopUps(url: string, key: string, merchant: string): TopUps {
  const head = headOf("POST", url, withKey(key))
  const counts = { booked: 0 }
  let made = 0
  return {
    counts,
    run: (seconds, connections) =>
      runClients({ url, connections, seconds }, () => {
        made += 1
        const reference = `hot-${made}`
        const body = { merchant, asset: ASSET, amount: String(AMOUNT), reference }
        return {
          request: requestOf(head, JSON.stringify(body)),
          problem: (answer) => {
            const { status, text } = answer
            const isRight = status === 201 && text.includes(`"reference":"${reference}"`)
            if (!isRight || !text.includes('"repeated":false')) return wrongly(answer)
            counts.booked += 1
            return null
          },
        }
      }),
  }
}
