/** The documents below /docs: pages, search, sources for programs, and the readers of the APIs. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import type { Api } from "./page.ts"

export type DocsOptions = {
  /** Where browsers reach the gateway, perhaps with a path. */
  readonly publicUrl: string
  /** The APIs with an OpenAPI document at `/docs/openapi/<name>.json`. */
  readonly apis: readonly Api[]
}

/**
 * Mounts the documents, to be read by everybody: they say nothing of this installation. Whatever
 * they need is loaded by the first request, so that a start pays for none of it.
 */
export async function mountDocs(server: FastifyInstance, options: DocsOptions): Promise<void> {
  const base = `${new URL(options.publicUrl).pathname.replace(/\/$/, "")}/docs`
  let opening: ReturnType<typeof open> | null = null
  async function open() {
    const { openAnswers } = await import("./answers.ts")
    return openAnswers({ ...options, base })
  }
  /** What failed to open is tried again by the next request. */
  function answers() {
    opening ??= open().catch((error) => {
      opening = null
      throw error
    })
    return opening
  }
  type Name = Exclude<keyof Awaited<ReturnType<typeof open>>, "broken">
  const by = (name: Name) => async (request: FastifyRequest, reply: FastifyReply) =>
    (await answers())[name](request, reply)

  await server.register(async (scope) => {
    scope.setErrorHandler(async (error, request, reply) => {
      request.log.error({ err: error }, "a page of the documents failed")
      return (await answers()).broken(request, reply, error)
    })
    scope.get("/llms.txt", by("llms"))
    scope.get("/llms-full.txt", by("llmsFull"))
    scope.get("/docs", by("page"))
    scope.get("/docs/*", by("page"))
    scope.get("/docs/search", by("search"))
    scope.get("/docs/es/search", by("search"))
    scope.get("/docs/search.json", by("quickSearch"))
    scope.get("/docs/es/search.json", by("quickSearch"))
    scope.get("/docs/docs.js", by("script"))
    scope.get("/docs/api", by("readers"))
    scope.get("/docs/api/:name", by("reader"))
    scope.get("/docs/api/reader.js", by("readerScript"))
    scope.get("/docs/api/open.js", by("openScript"))
  })
}
