/** A merchant that verifies the signature of each callback (Standard Webhooks) and counts them. */
import { createHmac, createSecretKey, type KeyObject } from "node:crypto"
import { createServer, type IncomingMessage } from "node:http"
import { serveStarted } from "../child.ts"
import { listen } from "../loopback.ts"
import { listWrong, type Wrong } from "../wrong.ts"

/** What came since the start. */
export type Received = Wrong & {
  /** With a right signature, and no id counted twice. */
  readonly ids: number
  /** Ids that came again. */
  readonly again: number
  /** Payments that they tell of: the vendor's callback means that one was approved. */
  readonly payments: number
}

const PREFIX = "whsec_"
const PAYMENT = /"paymentId":"([^"]+)"/

let secret: KeyObject | null = null
const ids = new Set<string>()
const payments = new Set<string>()
const list = listWrong()
let again = 0

/** Answers null where a message is what it says it is. */
function problem({ headers }: IncomingMessage, body: Buffer): string | null {
  const id = String(headers["webhook-id"])
  const expected = createHmac("sha256", secret ?? "")
    .update(`${id}.${headers["webhook-timestamp"]}.`)
    .update(body)
    .digest("base64")
  if (headers["webhook-signature"] !== `v1,${expected}`) {
    return `${id}: another signature: ${headers["webhook-signature"]}`
  }
  const payment = PAYMENT.exec(body.toString())?.[1]
  if (payment !== undefined) payments.add(payment)
  if (ids.has(id)) again += 1
  ids.add(id)
  return null
}

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on("data", (part: Buffer) => parts.push(part))
  request.on("end", () => {
    const why = problem(request, parts.length === 1 ? parts[0]! : Buffer.concat(parts))
    list.add(why)
    // Taken all the same: tried again and again, it would keep the bench from saying what is wrong.
    response.writeHead(204).end()
  })
})

serveStarted(
  () => listen(server),
  {
    url: (url) => `${url}/webhooks`,
    /** From now on messages are signed with it. */
    trust(_, given: string) {
      secret = createSecretKey(Buffer.from(given.slice(PREFIX.length), "base64"))
    },
    received: (): Received => ({
      ...list.all(),
      ids: ids.size,
      again,
      payments: payments.size,
    }),
  },
  async () => {
    server.closeAllConnections()
    server.close()
  },
)
