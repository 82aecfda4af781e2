/** The control: it waits as long as it is told to, and answers what a recharge weighs. */
import { createServer } from "node:http"
import { serveStarted } from "../child.ts"
import { listen } from "../loopback.ts"

/** About as long as an answer to a recharge. */
const BODY = JSON.stringify({ filler: "-".repeat(700) })

const server = createServer(({ url }, response) => {
  const waitMs = Number(url?.split("?")[1] ?? 0)
  const answer = () => response.setHeader("content-type", "application/json").end(BODY)
  if (waitMs > 0) setTimeout(answer, waitMs)
  else answer()
})

serveStarted(
  () => listen(server),
  { url: (url) => url },
  async () => server.closeAllConnections(),
)
