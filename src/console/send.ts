/** Sends pages of the console under their policy, or says that there is none. */
import type { FastifyReply, FastifyRequest } from "fastify"
import { type Html, html, toText } from "../pages/html.ts"
import { PROBLEMS, type Problem } from "./frame-texts.ts"
import { type Assets, card, problemBody } from "./layout.ts"
import { addressOf, type Place } from "./place.ts"
import { type Language, languageOf, readLanguage, say } from "./words.ts"

/** What every page needs that isn't about its visitor. */
export type Site = {
  readonly place: Place
  readonly assets: Assets
  readonly sandbox: boolean
}

/** Everything comes from our own host; nobody may put the console into a frame. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
]

/** What every answer of the console carries. */
export const HEADERS = {
  "content-security-policy": POLICY.join("; "),
  "x-frame-options": "DENY",
  "cache-control": "no-store",
  // Our own forms say where they come from; other hosts hear nothing.
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
  "x-robots-tag": "noindex, nofollow",
}

/** Sends a page. `frames`: it shows pages of our own in a frame. */
export function sendPage(
  reply: FastifyReply,
  page: Html,
  { status = 200, frames = false }: { readonly status?: number; readonly frames?: boolean } = {},
): FastifyReply {
  if (frames) {
    reply.header("content-security-policy", [...POLICY, "frame-src 'self'"].join("; "))
  }
  return reply.code(status).type("text/html; charset=utf-8").send(toText(page))
}

/** The status that a problem has. */
const STATUS: Readonly<Record<Problem, number>> = {
  notFound: 404,
  forbidden: 403,
  foreign: 403,
  unreadable: 400,
  tooMany: 429,
  unavailable: 503,
  broken: 500,
}
const RETRY_AFTER_S: Partial<Readonly<Record<Problem, string>>> = {
  tooMany: "30",
  unavailable: "2",
}

/** Sends a page that says one thing, the same to everybody. */
export function sendProblem(
  site: Site,
  reply: FastifyReply,
  problem: Problem,
  language: Language,
  status = STATUS[problem],
): FastifyReply {
  const after = RETRY_AFTER_S[problem]
  if (after !== undefined) reply.header("retry-after", after)
  const body = problemBody(problem, language, addressOf(site.place, "/"))
  const title = say(PROBLEMS[problem].title, language)
  return sendPage(reply.headers(HEADERS), card({ title, language, body }, site), { status })
}

/** A page of one card. */
export function sendCard(
  site: Site,
  reply: FastifyReply,
  given: {
    readonly title: string
    readonly language: Language
    readonly body: Html
    readonly status?: number
  },
): FastifyReply {
  const { title, language, body, status = 200 } = given
  const page = card({ title, language, body: html`<h1>${title}</h1>\n${body}` }, site)
  return sendPage(reply, page, { status })
}

/** The language of somebody who isn't signed in. */
export function strangersLanguage(request: FastifyRequest): Language {
  const { lang } = (request.query ?? {}) as { readonly lang?: unknown }
  return readLanguage(lang) ?? languageOf(request.headers["accept-language"])
}
