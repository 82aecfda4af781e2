/** Sends pages. */
import type { FastifyReply, FastifyRequest } from "fastify"
import { toText } from "../pages/html.ts"
import type { WholePage } from "../pages/policy.ts"
import { messagePage, type Site } from "./layout.ts"

/** The site in the words of whoever asks. */
export type SiteFor = (request: FastifyRequest) => Site

/** When a page that says "in a moment" may be asked for again. */
const RETRY_AFTER_S = "2"

/** Sends a page under its own policy; the scope's hook has set its other headers. */
export function send(reply: FastifyReply, status: number, page: WholePage): FastifyReply {
  if (status === 503) reply.header("retry-after", RETRY_AFTER_S)
  return reply
    .code(status)
    .header("content-security-policy", page.policy)
    .type("text/html; charset=utf-8")
    .send(toText(page))
}

/** Says that a link leads nowhere: the same words for whatever isn't there. */
export function notFound(reply: FastifyReply, site: Site): FastifyReply {
  return send(reply, 404, messagePage(site, site.t.problems.notFound))
}
