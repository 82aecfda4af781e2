/** Where providers post their notices: `POST /rails/{rail}/notify/{connection}`. */
import type { FastifyInstance, FastifyRequest } from "fastify"
import { addressName, type Core, isCounted, type Standing } from "../core/index.ts"
import { problemOf, renderProblem } from "./problem.ts"

/** Providers send one event at a time; what is larger isn't one. */
const NOTICE_MAX_BYTES = 65_536
/**
 * Notices that nobody could have sent who may: wrong signatures, no such rail. A provider whose
 * secret was changed here first sends one for each payment, and sends it again until it is taken.
 * Each node counts by itself: a stranger's notice must not cost a row.
 */
export const REFUSED_PER_MINUTE = 60

/**
 * Mounts the route. It answers 204, or what the provider wants, once a notice is acted on, 401 when
 * it isn't genuine, 404 where no rail takes any, and 429 in their place to an address that had too
 * many of these. A genuine one is never counted nor held back: no limit can lose it. The body is
 * read as it came, for signatures are made over its bytes.
 */
export async function mountNotices(
  server: FastifyInstance,
  core: Pick<Core, "notice" | "metrics" | "rails" | "limits" | "mode">,
): Promise<void> {
  await server.register(
    async (scope) => {
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser(
        "*",
        { parseAs: "buffer", bodyLimit: NOTICE_MAX_BYTES },
        (_request, body, done) => done(null, body),
      )
      scope.post<{ Params: { rail: string; connection: string } }>(
        "/:rail/notify/:connection",
        async (request, reply) => {
          const { rail, connection } = request.params
          // Read before anything is waited for: the address goes with the socket.
          const { ip } = request
          const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
          const headers = singleHeaders(request.headers)
          const taken = await core.notice({ rail, connection, headers, body })
          core.metrics.count("rail_notices", { rail: taken === "unknown" ? "none" : rail, taken })
          if (taken === "taken") {
            const own = core.rails.get(rail)?.noticeAnswer
            return own ? reply.code(own.status).send(own.body) : reply.code(STATUS.taken).send()
          }
          const standing = countRefused(core, request, ip)
          if (!standing?.over) return reply.code(STATUS[taken]).send()
          const { status, headers: shape, body: text } = renderProblem(problemOf(429, request.id))
          const retry = { ...shape, "retry-after": String(standing.resetS) }
          return reply.code(status).headers(retry).send(text)
        },
      )
    },
    { prefix: "/rails" },
  )
}

/** Writes down that a notice wasn't genuine; how its address stands, where that is counted. */
function countRefused(
  { limits, mode }: Pick<Core, "limits" | "mode">,
  { logged }: FastifyRequest,
  ip: string,
): Standing | null {
  // Also past the limit: that it isn't genuine says more than that it is one too many.
  logged.security = "signature-wrong"
  logged.source = limits.sourceOf(ip)
  if (!isCounted(mode, ip)) return null
  return limits.countHere(`notices|${addressName(ip)}`, REFUSED_PER_MINUTE)
}

const STATUS = { taken: 204, refused: 401, unknown: 404 } as const

/** Of a header that came several times, all: a signature in one of them counts. */
function singleHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value] as const],
  )
  return Object.fromEntries(given)
}
