/** How often an address may ask for pages, and how often for some that aren't there. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { addressName, type Core, isCounted } from "../core/index.ts"

/**
 * Requests below `/pay` of one address in a minute. Thousands of payers may share the address of
 * their network: one who looks at a page makes some 6 requests, one who waits on it 4 to 30.
 */
export const PAGES_PER_MINUTE = 6_000
/**
 * Links that lead nowhere. A payer has one link; somebody behind the same address who mistypes it
 * must not keep the others out, and somebody who tries numbers gets nowhere with 2 a second.
 */
export const WRONG_LINKS_PER_MINUTE = 120

/**
 * Counts each request of the scope by its address, for all nodes together. Past a limit `refuse`
 * answers, before anything is looked up: a right link, too, for else a guesser would see which one
 * is right. A sandbox doesn't count what its own machine asks for.
 */
export function limitPages(
  scope: FastifyInstance,
  { limits, mode }: Pick<Core, "limits" | "mode">,
  refuse: (request: FastifyRequest, reply: FastifyReply) => FastifyReply,
): void {
  // The address goes with the socket, and a wrong link is counted after its answer.
  const askedFrom = new WeakMap<FastifyRequest, string>()

  scope.addHook("onRequest", async (request, reply) => {
    const { ip } = request
    if (!isCounted(mode, ip)) return undefined
    const address = addressName(ip)
    askedFrom.set(request, address)
    const wrong = limits.standing(`links|${address}`, WRONG_LINKS_PER_MINUTE)
    const standing = wrong.over ? wrong : await limits.count(`pages|${address}`, PAGES_PER_MINUTE)
    if (!standing.over) return undefined
    request.logged.security = "limit-reached"
    request.logged.source = limits.sourceOf(ip)
    return refuse(request, reply.header("retry-after", String(standing.resetS)))
  })

  scope.addHook("onResponse", async (request, reply) => {
    const address = askedFrom.get(request)
    if (address === undefined || reply.statusCode !== 404) return
    await limits.count(`links|${address}`, WRONG_LINKS_PER_MINUTE)
  })
}
