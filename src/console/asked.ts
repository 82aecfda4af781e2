/** What a request asks, as texts that can do no harm where they go next. */
import type { FastifyRequest } from "fastify"
import type { Asked } from "./site.ts"

/** Text that no column of the database takes, and nobody types. */
const NEVER =
  /[\0\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/

/** Reads path, query and form; null where something in them is no text. */
export function askedOf(request: FastifyRequest): Asked | null {
  const params = Object.entries((request.params ?? {}) as Record<string, string>)
  const query = [...new URLSearchParams(request.url.split("?", 2)[1] ?? "")]
  const form = formOf(request)
  const all = [...params, ...query, ...form]
  if (all.some(([name, value]) => NEVER.test(name) || NEVER.test(value))) return null
  return {
    params: Object.fromEntries(params),
    query: Object.fromEntries(query),
    form: Object.fromEntries(form),
    all: (name) => form.getAll(name),
  }
}

/** The form that a request carries; an empty one where it has none. */
export function formOf({ body }: Pick<FastifyRequest, "body">): URLSearchParams {
  return body instanceof URLSearchParams ? body : new URLSearchParams()
}
