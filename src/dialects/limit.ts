/** How often a caller may ask, and how often an address may be wrong about who calls. */
import type { FastifyReply, FastifyRequest } from "fastify"
import { addressName, type Core, type Found, isCounted, type Standing } from "../core/index.ts"
import { WireProblem } from "./dialect.ts"

/** Unless a client agreed on something else: a sandbox is for trying, also how much it takes. */
const PER_MINUTE = { sandbox: 0, live: 6_000 } as const
/**
 * Wrong credentials that an address has in a minute: many times what a client makes that was set
 * up wrongly and asks again every few seconds.
 */
export const WRONG_PER_MINUTE = 60

/**
 * Once it is known whose request it is, and before its body is read: says so in the log, and counts
 * it where the caller's limit isn't 0. What is too much is refused here, so it can have created
 * nothing. Throws `too_many_requests` with `Retry-After`; `tell` makes the headers that a dialect
 * promises.
 */
export async function countRequest(
  core: Core,
  { credential, merchant, terms }: Found,
  reply: FastifyReply,
  tell: (standing: Standing) => Readonly<Record<string, string>> = () => ({}),
): Promise<void> {
  core.merchants.used(credential)
  Object.assign(reply.request.logged, { merchantId: merchant.id, credentialId: credential.id })
  const limit = terms.settings.requestsPerMinute ?? PER_MINUTE[core.mode]
  if (limit === 0) return
  // By whose terms it is: a merchant can make itself as many keys as it likes.
  const standing = await core.limits.count(`requests|${merchant.id}|${terms.dialect}`, limit)
  reply.headers(tell(standing))
  if (standing.over) throw tooMany(reply, standing, `more than ${limit} requests in a minute`)
}

/**
 * Asks who calls, and counts it for the address when that is nobody: past `WRONG_PER_MINUTE` of
 * them it throws `too_many_requests` with `Retry-After` in the place of what was wrong. Right
 * credentials are let in all the same: behind one address there may be many clients, and one of
 * them must not keep the others out. A sandbox doesn't count what its own machine tries.
 */
export async function askWho<Caller>(
  core: Core,
  request: FastifyRequest,
  reply: FastifyReply,
  authenticate: () => Promise<Caller>,
): Promise<Caller> {
  // Read before anything is waited for: the address goes with the socket.
  const { ip } = request
  try {
    return await authenticate()
  } catch (error) {
    if (!isWrong(error)) throw error
    request.logged.security = "key-refused"
    request.logged.source = core.limits.sourceOf(ip)
    if (!isCounted(core.mode, ip)) throw error
    const name = `wrong|${addressName(ip)}`
    const standing = await core.limits.count(name, WRONG_PER_MINUTE)
    if (!standing.over) throw error
    throw tooMany(reply, standing, "too many requests without valid credentials")
  }
}

function isWrong(error: unknown): boolean {
  if (!(error instanceof WireProblem)) return false
  const { code } = error.problem
  return code === "unauthorized" || code === "forbidden"
}

function tooMany(reply: FastifyReply, { resetS }: Standing, message: string): WireProblem {
  reply.header("retry-after", String(resetS))
  reply.request.logged.security = "limit-reached"
  return new WireProblem({ code: "too_many_requests", message })
}
