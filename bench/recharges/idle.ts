/** The control: it waits as long as it is told to, and answers what a recharge weighs. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { serve } from "../child.ts"

/** About as long as an answer to a recharge. */
const BODY = JSON.stringify({ filler: "-".repeat(700) })

const server = createServer(({ url }, response) => {
  const waitMs = Number(url?.split("?")[1] ?? 0)
  const answer = () => response.setHeader("content-type", "application/json").end(BODY)
  if (waitMs > 0) setTimeout(answer, waitMs)
  else answer()
})
const listening = new Promise<string>((resolve) => {
  server.listen(0, "127.0.0.1", () => {
    resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
})

serve({ url: () => listening }, async () => {
  server.closeAllConnections()
  server.close()
})
