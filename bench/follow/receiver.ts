/** The merchant's server of the bench: it notes when it was called back about which transaction. */
import { createServer } from "node:http"
import type { Context } from "../bench.ts"
import { listen } from "../loopback.ts"

export type Receiver = {
  readonly url: string
  /** By transaction: when each call about it came, in milliseconds since 1970. */
  readonly calls: ReadonlyMap<string, readonly number[]>
}

/** Starts it on a loopback port. */
export async function startReceiver(context: Context): Promise<Receiver> {
  const calls = new Map<string, number[]>()
  const server = createServer((request, response) => {
    const atMs = performance.timeOrigin + performance.now()
    const parts: Buffer[] = []
    request.on("data", (part: Buffer) => parts.push(part))
    request.on("end", () => {
      const { hash }: { hash: string } = JSON.parse(Buffer.concat(parts).toString("utf8"))
      calls.set(hash, [...(calls.get(hash) ?? []), atMs])
      response.end()
    })
  })
  const url = await listen(server)
  context.after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `${url}/hook`, calls }
}
