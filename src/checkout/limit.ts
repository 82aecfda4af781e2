/** How often an address may ask for pages that aren't there. */
import type { FastifyInstance, FastifyRequest } from "fastify"
import { addressName, type Core, isCounted } from "../core/index.ts"
import { toText } from "../pages/html.ts"
import type { WholePage } from "../pages/policy.ts"

/**
 * Links that lead nowhere, of one address in a minute: as many as thousands of payers behind one
 * address of their carrier mistype at most. Each node counts by itself: a stranger's request must
 * not cost a row.
 */
export const WRONG_LINKS_PER_MINUTE = 120

/**
 * Past the limit, the scope's "there is nothing" becomes "wait", which tells as little. Right links
 * are neither counted nor held back: whoever shares an address with somebody who guesses must still
 * be able to pay. So this slows no guess that is right, but shows who guesses; what stands against
 * guessing are the random bits of an id. A sandbox doesn't count what its own machine asks for.
 */
export function limitWrongLinks(
  scope: FastifyInstance,
  { limits, mode }: Pick<Core, "limits" | "mode">,
  waitPage: (request: FastifyRequest) => WholePage,
): void {
  scope.addHook("onSend", (request, reply, payload, done) => {
    const { ip } = request
    if (reply.statusCode !== 404 || !isCounted(mode, ip)) return done(null, payload)
    const standing = limits.countHere(`links|${addressName(ip)}`, WRONG_LINKS_PER_MINUTE)
    if (!standing.over) return done(null, payload)
    request.logged.security = "limit-reached"
    request.logged.source = limits.sourceOf(ip)
    const page = waitPage(request)
    reply
      .code(429)
      .header("retry-after", String(standing.resetS))
      .header("content-security-policy", page.policy)
      .type("text/html; charset=utf-8")
    return done(null, toText(page))
  })
}
