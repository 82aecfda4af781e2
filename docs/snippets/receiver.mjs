// A receiver of a sandbox's webhooks: it verifies what comes, prints it, and answers 200.
import { createHmac, timingSafeEqual } from "node:crypto"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"

const sandbox = JSON.parse(readFileSync("data/sandbox.json", "utf8"))
const secrets = Object.values(sandbox).flatMap(({ webhookSecret }) => webhookSecret ?? [])

function isGenuine(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": sentAt, "webhook-signature": signed } = headers
  if (!(Math.abs(Date.now() / 1_000 - Number(sentAt)) <= 300)) return false
  const given = String(signed).split(" ")
  return secrets.some((secret) => {
    const key = Buffer.from(secret.slice("whsec_".length), "base64")
    const mac = createHmac("sha256", key).update(`${id}.${sentAt}.${body}`).digest("base64")
    return given.some((each) => isEqual(Buffer.from(each), Buffer.from(`v1,${mac}`)))
  })
}

const isEqual = (one, other) => one.length === other.length && timingSafeEqual(one, other)

const server = createServer(async (request, response) => {
  const parts = []
  for await (const part of request) parts.push(part)
  const body = Buffer.concat(parts).toString("utf8")
  const genuine = isGenuine(request.headers, body)
  console.log(genuine ? body : "refused: not from our gateway")
  response.writeHead(genuine ? 200 : 401).end()
})

server.listen(Number(process.env.PORT ?? 9000), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`)
})
