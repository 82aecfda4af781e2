/** A front before two nodes, as a load balancer is: it hands each request to the next of them. */
import { Agent, createServer, request } from "node:http"
import type { AddressInfo } from "node:net"
import { buffer } from "node:stream/consumers"
import type { Cleanup } from "./database.ts"

export type Front = {
  readonly url: string
  /** Names the nodes, once they listen. */
  before(urls: readonly string[]): void
  /** How many requests each node was handed. */
  readonly handed: readonly number[]
}

/** Opens it on a loopback port; ends with the test. */
export async function openFront(context: Cleanup): Promise<Front> {
  const agent = new Agent({ keepAlive: true })
  const handed: number[] = []
  let nodes: readonly URL[] = []
  let turn = 0

  const server = createServer(async (asked, answer) => {
    // Whole: a node may refuse a large one unread, and then its sender must not be cut off.
    const body = await buffer(asked).catch(() => null)
    if (body === null) return
    const at = turn++ % nodes.length
    handed[at] = (handed[at] ?? 0) + 1
    const { hostname, port } = nodes[at]!
    const { headers, method, url: path } = asked
    const passed = request({ agent, hostname, port, path, method, headers }, (answered) => {
      // Byte for byte, in the order and the spelling in which they came.
      answer.writeHead(answered.statusCode!, answered.rawHeaders)
      answered.pipe(answer)
    })
    // A node that answers before it has read all closes: what it said still counts.
    passed.on("error", () => !answer.headersSent && answer.destroy())
    answer.on("close", () => passed.destroy())
    passed.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  context.after(async () => {
    agent.destroy()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    before(urls) {
      nodes = urls.map((url) => new URL(url))
    },
    handed,
  }
}
