/** The login: a user name and a password for a token, at the same price whether the user exists. */
import { setTimeout as sleep } from "node:timers/promises"
import type { FastifyReply, FastifyRequest } from "fastify"
import {
  type Core,
  type CountedEvent,
  type Found,
  type Logged,
  makeNamedTurns,
  PasswordsBusy,
} from "../../core/index.ts"
import { type DialectApp, WireProblem } from "../dialect.ts"
import { loginAnswer } from "./answers.ts"
import { holderOfKey, wrongKey } from "./auth.ts"
import { WRONG_LOGIN } from "./errors.ts"
import { loginBody } from "./requests.ts"
import { suspectsOf } from "./throttle.ts"
import { tokensOf } from "./token.ts"
import { traceOf } from "./trace.ts"

/** How long a client that failed too often had better wait: one more try is free by then. */
const RETRY_AFTER_S = "30"

/** Registers the routes that need no token. */
export function loginRoutes(app: DialectApp, core: Core): void {
  const inTurn = makeNamedTurns()

  /** Who has this name and this password; null when nobody does. Whose the name is, is logged. */
  async function verified(
    username: string,
    password: string,
    logged: Logged,
  ): Promise<Found | null> {
    const found = await core.merchants.authenticate("tapila", "login", username)
    if (found) {
      // Ours, and a program's. What isn't known may be somebody's password, and is never logged.
      logged.merchantId = found.merchant.id
      logged.credentialId = found.credential.id
    }
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
      const { ip, logged } = request
      const key = await holderOfKey(request, core)
      const refused = (what: CountedEvent) => {
        logged.security = what
        logged.source = core.limits.sourceOf(ip)
      }
      // The key is optional here, but a wrong one is never passed over.
      if (request.headers["x-api-key"] !== undefined && !key) {
        refused("key-refused")
        throw wrongKey()
      }
      const suspects = suspectsOf(clientUsername, ip)
      const { failures } = core.limits
      const waitMs = async () => {
        const leftMs = await failures.waitMs(suspects)
        if (leftMs === null) refused("limit-reached")
        return orTooMany(reply, leftMs)
      }
      const longestMs = await waitMs()
      if (longestMs > 0) await sleep(longestMs)
      // A guesser's turns must not hold up whoever comes from elsewhere.
      const found = await inTurn(suspects[0]!.name, async () => {
        await waitMs()
        const holder = await verified(clientUsername, password, logged)
        if (holder) return holder
        refused("login-refused")
        await failures.failed(suspects)
        throw new WireProblem(WRONG_LOGIN)
      })
      if (key && key.merchant.id !== found.merchant.id) {
        refused("key-refused")
        throw wrongKey()
      }
      // What others fail at under this name still counts against them.
      await failures.succeeded(suspects.slice(0, 1))
      const trace = traceOf(request.id, core.ids.next())
      return { ...(await tokensOf(core).issue(found)), ...trace, main_tx: trace.mainTx }
    },
  )

  // A login hands a refresh token out, but nobody may use it: a new login costs as little.
  app.post("/refresh", { config: { open: true } }, async (_request: FastifyRequest) => {
    throw new WireProblem({ code: "forbidden", message: "tokens are not refreshed: log in again" })
  })
}

/** The wait that earlier failures ask for, in ms; throws when there were too many. */
function orTooMany(reply: FastifyReply, waitMs: number | null): number {
  if (waitMs !== null) return waitMs
  reply.header("retry-after", RETRY_AFTER_S)
  const message = "too many failed logins: wait before the next"
  throw new WireProblem({ code: "too_many_requests", message })
}
