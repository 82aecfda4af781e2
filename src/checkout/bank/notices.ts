/** Sends what the simulated bank tells the gateway, by the route that every bank's notices take. */
import { setTimeout as sleep } from "node:timers/promises"
import type { FastifyInstance } from "fastify"
import type { Core } from "../../core/index.ts"

/** Longer than a browser needs for its way back, shorter than until the gateway looks by itself. */
const AFTER_MS = 1_000
/** Notices that wait at once. Of one too many the gateway hears by looking, as of a lost one. */
const WAITING_MAX = 1_000

export type Notices = {
  /** Sends it now. Never rejects: a bank's customer has no part in it. */
  send(attemptId: string): Promise<void>
  /** Sends it `AFTER_MS` from now, unless the server closes before. */
  sendLater(attemptId: string): void
}

/** Makes the sender. Requests are handed to the server itself, whatever proxy stands before it. */
export function makeNotices(scope: FastifyInstance, core: Core): Notices {
  const { log } = core
  // A name of our own: another one may stand for a dialect.
  const { host } = new URL(core.publicUrl)
  const closing = new AbortController()
  let waiting = 0
  scope.addHook("preClose", async () => closing.abort())

  async function post(attemptId: string): Promise<void> {
    const notice = await core.bank.notice(attemptId)
    if (notice === null) return
    const { rail, connection, headers, body } = notice
    const answer = await scope.inject({
      method: "POST",
      url: `/rails/${encodeURIComponent(rail)}/notify/${encodeURIComponent(connection)}`,
      headers: { ...headers, host },
      payload: body,
    })
    if (answer.statusCode < 300) return
    log.warn({ attemptId, status: answer.statusCode }, "a simulated bank's notice was not taken")
  }

  async function send(attemptId: string): Promise<void> {
    await post(attemptId).catch((error) =>
      log.warn({ err: error, attemptId }, "a simulated bank's notice was not sent"),
    )
  }

  async function wait(attemptId: string): Promise<void> {
    const options = { signal: closing.signal, ref: false }
    const isDue = await sleep(AFTER_MS, true, options).catch(() => false)
    if (isDue) await send(attemptId)
  }

  return {
    send,
    sendLater(attemptId) {
      if (waiting >= WAITING_MAX) {
        log.warn({ attemptId }, "too many notices of simulated banks wait: this one is lost")
        return
      }
      waiting += 1
      wait(attemptId).finally(() => {
        waiting -= 1
      })
    },
  }
}
