/** A merchant that verifies the signature of each callback (Standard Webhooks) and counts them. */
import { createHmac, createSecretKey, type KeyObject } from "node:crypto"
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { serve } from "../child.ts"

/** What came since the start. */
export type Received = {
  /** With a right signature, and no id counted twice. */
  readonly ids: number
  /** Ids that came again. */
  readonly again: number
  /** Payments that they tell of: the vendor's callback means that one was approved. */
  readonly payments: number
  /** What was wrong with others, the first few of them. */
  readonly wrong: readonly string[]
  readonly wrongCount: number
}

const PREFIX = "whsec_"
const PAYMENT = /"paymentId":"([^"]+)"/
const WRONG_SHOWN = 3
const SHOWN_LENGTH = 300

let secret: KeyObject | null = null
const ids = new Set<string>()
const payments = new Set<string>()
const wrong: string[] = []
const counts = { again: 0, wrong: 0 }

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
  if (ids.has(id)) counts.again += 1
  ids.add(id)
  return null
}

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on("data", (part: Buffer) => parts.push(part))
  request.on("end", () => {
    const why = problem(request, parts.length === 1 ? parts[0]! : Buffer.concat(parts))
    if (why !== null) {
      counts.wrong += 1
      if (wrong.length < WRONG_SHOWN) wrong.push(why.slice(0, SHOWN_LENGTH))
    }
    // Taken all the same: tried again and again, it would keep the bench from saying what is wrong.
    response.writeHead(204).end()
  })
})

serve(
  {
    async url() {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`
    },
    /** From now on messages are signed with it. */
    trust(given: string) {
      secret = createSecretKey(Buffer.from(given.slice(PREFIX.length), "base64"))
    },
    received: (): Received => {
      const { again, wrong: wrongCount } = counts
      return { ids: ids.size, again, payments: payments.size, wrong, wrongCount }
    },
  },
  async () => {
    server.closeAllConnections()
    server.close()
  },
)
