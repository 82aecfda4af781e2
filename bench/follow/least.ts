/** The control: fetches each block's logs and parses them. Nobody can follow a chain for less. */
import { Agent, request } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"
import { TRANSFER } from "../../test/support/rpc.ts"
import { serve, settings } from "../child.ts"

export type LeastSettings = {
  readonly url: string
  readonly token: string
  readonly everyMs: number
}

const { everyMs, token, url } = settings<LeastSettings>()
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
let running = false
let tip: number | null = null
let blocks = 0
let logs = 0

function ask(method: string, ...params: unknown[]): Promise<never> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" }
    const asking = request(url, { agent, method: "POST", headers }, (response) => {
      const parts: Buffer[] = []
      response.on("data", (part: Buffer) => parts.push(part))
      response.on("error", reject)
      response.on("end", () => resolve(JSON.parse(Buffer.concat(parts).toString()).result as never))
    })
    asking.on("error", reject)
    asking.end(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }))
  })
}

async function readOn(): Promise<void> {
  const head = Number(await ask("eth_blockNumber"))
  for (let number = (tip ?? head - 1) + 1; number <= head && running; number += 1) {
    const { hash }: { hash: string } = await ask("eth_getBlockByNumber", `0x${number.toString(16)}`)
    const filter = { blockHash: hash, address: [token], topics: [TRANSFER] }
    const found: readonly unknown[] = await ask("eth_getLogs", filter)
    logs += found.length
    blocks += 1
    tip = number
  }
}

async function loop(): Promise<void> {
  for (;;) {
    if (running) await readOn()
    else tip = null
    await sleep(everyMs)
  }
}

void loop()
serve({
  run: (wanted: boolean) => {
    running = wanted
    return { blocks, logs }
  },
})
