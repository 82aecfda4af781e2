/** Connections to one node that share a list of requests, each asking one after the other. */
import { type Answer, type Connection, openConnection } from "../connection.ts"

export type Crowd = {
  /** Asks all of it, in this order as far as the connections go; answers stand as asked. */
  ask(requests: readonly string[]): Promise<readonly Answer[]>
  close(): void
}

export async function openCrowd(url: string, size: number): Promise<Crowd> {
  const connections = await Promise.all(Array.from({ length: size }, () => openConnection(url)))
  return {
    async ask(requests) {
      const answers: Answer[] = []
      let next = 0
      async function work(connection: Connection): Promise<void> {
        while (next < requests.length) {
          const at = next
          next += 1
          answers[at] = await connection.ask(requests[at]!)
        }
      }
      await Promise.all(connections.map(work))
      return answers
    },
    close() {
      for (const connection of connections) connection.close()
    },
  }
}
