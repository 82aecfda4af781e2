/** The control: posts the same bodies to the same receivers, signed once, with no database. */
import { createHmac } from "node:crypto"
import { Agent } from "undici"
import { serve, settings } from "../child.ts"

export type BareSettings = {
  readonly urls: readonly string[]
  readonly key: string
  readonly body: string
}
/** To each receiver at a time. */
export type BareRun = { readonly connections: number }

const { body, key, urls } = settings<BareSettings>()
const agent = new Agent({ pipelining: 1 })
let made = 0
let headersOf: Readonly<Record<string, string>>[] = []

/** Signs so many. The receivers count ids, so each has its own, which tells no time. */
function prepare(count: number): void {
  headersOf = Array.from({ length: count }, () => {
    made += 1
    const id = `bare-${made}`
    const mac = createHmac("sha256", Buffer.from(key, "base64")).update(`${id}.1.${body}`)
    return {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": "1",
      "webhook-signature": `v1,${mac.digest("base64")}`,
    }
  })
}

/** Sends what was signed. */
async function run({ connections }: BareRun): Promise<void> {
  const targets = urls.map((url) => new URL(url))
  const left = headersOf.values()
  const client = async ({ origin, pathname: path }: URL) => {
    for (const headers of left) {
      const answer = await agent.request({ origin, path, method: "POST", headers, body })
      await answer.body.dump()
    }
  }
  const clients = Array.from({ length: connections }, () => targets.map(client))
  await Promise.all(clients.flat())
}

serve({ prepare, run }, () => agent.destroy())
