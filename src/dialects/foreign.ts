/** Writes down who asked for what is another merchant's. */
import type { FastifyInstance, FastifyRequest } from "fastify"
import type { Core, Found } from "../core/index.ts"

/** An id as any dialect writes it: a UUID, or 32 digits behind a word. */
const ID =
  /^(?:[a-z]{2,3}_)?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i

/**
 * Look-ups at a time on a node, whoever asked: half of its connections. What comes beyond it isn't
 * looked up; a client that asks so fast is seen by its requests.
 */
const LOOKS_MAX = 4
/** How many are under way, of all dialects of a core together. */
const looking = new WeakMap<object, number>()

type Looker = Pick<Core, "ownersOf">

/**
 * Looks, after a caller heard that there is nothing, whether the ids of its path are somebody
 * else's, and writes a line of log if so. The answer has gone by then, so neither it nor its time
 * can tell what was found: a look-up follows every such answer, or none while four are under way.
 */
export function noteForeignIds(
  scope: FastifyInstance,
  core: Looker,
  callerOf: (request: FastifyRequest) => Found | null,
): void {
  scope.addHook("onResponse", (request, reply, done) => {
    const found = reply.statusCode === 404 ? callerOf(request) : null
    if (found) startLook(core, request, found)
    done()
  })
}

function startLook(core: Looker, request: FastifyRequest, found: Found): void {
  const ids = idsIn(request.params)
  const others = looking.get(core) ?? 0
  if (ids.length === 0 || others >= LOOKS_MAX) return
  looking.set(core, others + 1)
  // Nobody waits for this any more, and a database that is away was told of already.
  core
    .ownersOf(ids)
    .catch(() => [])
    .then((owners) => note(request, found, owners))
    .finally(() => looking.set(core, looking.get(core)! - 1))
}

/** In the log alone: a figure would tell whoever reads figures that the id is somebody's. */
function note(request: FastifyRequest, { merchant, credential }: Found, owners: readonly string[]) {
  if (!owners.some((owner) => owner !== merchant.id)) return
  const about = { merchantId: merchant.id, credentialId: credential.id, security: "foreign-id" }
  request.log.info({ route: request.routeOptions.url, ...about }, "another merchant's id")
}

/** The ids among the parts of a path, as UUIDs. */
function idsIn(params: unknown): string[] {
  return Object.values((params ?? {}) as Readonly<Record<string, unknown>>).flatMap((part) => {
    const [, ...groups] = (typeof part === "string" && ID.exec(part)) || []
    return groups.length > 0 ? [groups.join("-").toLowerCase()] : []
  })
}
