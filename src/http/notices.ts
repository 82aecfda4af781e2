/** Where providers post their notices: `POST /rails/{rail}/notify/{connection}`. */
import type { FastifyInstance } from "fastify"
import type { Core } from "../core/index.ts"

/** Providers send one event at a time; what is larger isn't one. */
const NOTICE_MAX_BYTES = 65_536

/**
 * Mounts the route. It answers 204, or what the provider wants, once a notice is acted on, 401 when
 * it isn't genuine, 404 where no rail takes any. The body is read as it came, for signatures are
 * made over its bytes.
 */
export async function mountNotices(
  server: FastifyInstance,
  core: Pick<Core, "notice" | "metrics" | "rails">,
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
          const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
          const headers = singleHeaders(request.headers)
          const taken = await core.notice({ rail, connection, headers, body })
          core.metrics.count("rail_notices", { rail: taken === "unknown" ? "none" : rail, taken })
          const own = taken === "taken" ? core.rails.get(rail)?.noticeAnswer : undefined
          return own ? reply.code(own.status).send(own.body) : reply.code(STATUS[taken]).send()
        },
      )
    },
    { prefix: "/rails" },
  )
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
