/** The login: a user name and a password for a token, at the same price whether the user exists. */
import { setTimeout as sleep } from "node:timers/promises"
import type { FastifyReply, FastifyRequest } from "fastify"
import { type Core, type Found, PasswordsBusy } from "../../core/index.ts"
import { type DialectApp, WireProblem } from "../dialect.ts"
import { loginAnswer } from "./answers.ts"
import { holderOfKey, wrongKey } from "./auth.ts"
import { WRONG_LOGIN } from "./errors.ts"
import { loginBody } from "./requests.ts"
import { addressName, FOR_ADDRESS, FOR_USER, makeThrottle, makeTurns } from "./throttle.ts"
import { tokensOf } from "./token.ts"
import { traceOf } from "./trace.ts"

/** How long a client that failed too often had better wait: one more try is free by then. */
const RETRY_AFTER_S = "30"

/** Registers the routes that need no token. */
export function loginRoutes(app: DialectApp, core: Core): void {
  const users = makeThrottle(core.clock, FOR_USER)
  const addresses = makeThrottle(core.clock, FOR_ADDRESS)
  const inTurn = makeTurns()

  /** Who has this name and this password; null when nobody does. */
  async function verified(username: string, password: string): Promise<Found | null> {
    const found = await core.merchants.authenticate("tapila", "login", username)
    const verifier = found?.credential.verifier ?? null
    const right = await core.passwords
      .verifyPassword(password, verifier)
      .catch((error: unknown) => {
        // No fault of ours, which would be logged as one: anybody can cause it.
        if (!(error instanceof PasswordsBusy)) throw error
        const message = "too many log in at this moment, try again"
        throw new WireProblem({ code: "unavailable", message })
      })
    return right ? found : null
  }

  app.post(
    "/login",
    { config: { open: true }, schema: { body: loginBody, response: { 200: loginAnswer } } },
    async (request, reply) => {
      const { clientUsername, password } = request.body
      const key = await holderOfKey(request, core)
      // The key is optional here, but a wrong one is never passed over.
      if (request.headers["x-api-key"] !== undefined && !key) throw wrongKey()
      const address = addressName(request.ip)
      const waitMs = () => patience(reply, users.waitMs(clientUsername), addresses.waitMs(address))
      const longestMs = waitMs()
      if (longestMs > 0) await sleep(longestMs)
      const found = await inTurn(clientUsername, async () => {
        waitMs()
        const holder = await verified(clientUsername, password)
        if (holder) return holder
        users.failed(clientUsername)
        addresses.failed(address)
        throw new WireProblem(WRONG_LOGIN)
      })
      if (key && key.merchant.id !== found.merchant.id) throw wrongKey()
      users.succeeded(clientUsername)
      const trace = traceOf(request.id, core.ids.next())
      return { ...(await tokensOf(core).issue(found)), ...trace, main_tx: trace.mainTx }
    },
  )

  // A login hands a refresh token out, but nobody may use it: a new login costs as little.
  app.post("/refresh", { config: { open: true } }, async (_request: FastifyRequest) => {
    throw new WireProblem({ code: "forbidden", message: "tokens are not refreshed: log in again" })
  })
}

/** The longest wait that earlier failures ask for, in ms; throws when there were too many. */
function patience(reply: FastifyReply, ...waits: readonly (number | null)[]): number {
  const known = waits.filter((each) => each !== null)
  if (known.length === waits.length) return Math.max(...known)
  reply.header("retry-after", RETRY_AFTER_S)
  const message = "too many failed logins: wait before the next"
  throw new WireProblem({ code: "too_many_requests", message })
}
