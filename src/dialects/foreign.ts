/** Writes down who asked for what is another merchant's. */
import type { FastifyInstance, FastifyRequest } from "fastify"
import type { Core, Found } from "../core/index.ts"

/** An id as any dialect writes it: a UUID, or 32 digits behind a word. */
const ID =
  /^(?:[a-z]{2,3}_)?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i

/**
 * Looks, after a caller heard that there is nothing, whether the ids of its path are somebody
 * else's, and writes a line of log if so. The answer has gone by then, so neither it nor its time
 * can tell what was found: a look-up follows every such answer.
 */
export function noteForeignIds(
  scope: FastifyInstance,
  core: Pick<Core, "ownersOf" | "limits" | "metrics">,
  callerOf: (request: FastifyRequest) => Found | null,
): void {
  scope.addHook("onResponse", async (request, reply) => {
    const found = reply.statusCode === 404 ? callerOf(request) : null
    if (!found) return
    const ids = idsIn(request.params)
    if (ids.length === 0) return
    const { id: merchantId } = found.merchant
    // Nobody waits for this any more, and a database that is away was told of already.
    const owners = await core.ownersOf(ids).catch(() => [])
    if (!owners.some((owner) => owner !== merchantId)) return
    const about = { merchantId, credentialId: found.credential.id, security: "foreign-id" }
    request.log.info({ route: request.routeOptions.url, ...about }, "another merchant's id")
    core.metrics.count("security_events", { event: "foreign-id" })
  })
}

/** The ids among the parts of a path, as UUIDs. */
function idsIn(params: unknown): string[] {
  return Object.values((params ?? {}) as Readonly<Record<string, unknown>>).flatMap((part) => {
    const [, ...groups] = (typeof part === "string" && ID.exec(part)) || []
    return groups.length > 0 ? [groups.join("-").toLowerCase()] : []
  })
}
