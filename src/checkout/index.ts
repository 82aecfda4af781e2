/** The hosted checkout: the pages below /pay that payers see. */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import type { FastifyError, FastifyInstance } from "fastify"
import { type Core, OutcomeUnknown, Unavailable } from "../core/index.ts"
import { consentRoutes } from "./consent.ts"
import { isForeign } from "./guard.ts"
import { toText } from "./html.ts"
import { messagePage, type Site } from "./layout.ts"
import { paymentRoutes, send } from "./routes.ts"
import { dictionaries, type Texts } from "./texts.ts"

const PREFIX = "/pay"
const STYLES = readFileSync(new URL("./styles.css", import.meta.url), "utf8")
const STYLES_HASH = createHash("sha256").update(STYLES).digest("hex").slice(0, 16)
/** A filled form has less than 2 KB. */
const FORM_MAX_BYTES = 16_384
const RETRY_AFTER_S = "2"

/** Nothing but our own stylesheet is loaded, and no other page may frame or fill ours. */
export const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; " +
    "frame-ancestors 'none'",
  "x-frame-options": "DENY",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-robots-tag": "noindex, nofollow",
}

/** The page that answers what the server itself could not read below our prefix. */
export function unreadablePage(core: Core, path: string): string | null {
  if (path !== PREFIX && !path.startsWith(`${PREFIX}/`)) return null
  const site = siteOf(core)
  return toText(messagePage(site, site.t.problems.notFound))
}

/** Mounts the pages. They speak Spanish: every payer so far does. */
export async function mountCheckout(server: FastifyInstance, core: Core): Promise<void> {
  const publicUrl = new URL(core.publicUrl)
  const site = siteOf(core)
  await server.register(
    async (scope) => {
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser(
        "application/x-www-form-urlencoded",
        { parseAs: "string", bodyLimit: FORM_MAX_BYTES },
        (_request, body, done) => done(null, new URLSearchParams(String(body))),
      )
      scope.addHook("onRequest", async (request, reply) => {
        reply.headers(PAGE_HEADERS)
        const own = [publicUrl.host, request.host]
        if (request.method === "POST" && isForeign(request.headers, own)) {
          return send(reply, 403, messagePage(site, site.t.problems.foreign))
        }
        return undefined
      })
      scope.setNotFoundHandler((_request, reply) =>
        send(reply.headers(PAGE_HEADERS), 404, messagePage(site, site.t.problems.notFound)),
      )
      scope.setErrorHandler((error: FastifyError, _request, reply) => {
        const [status, problem] = problemOf(error, core, site.t)
        if (status === 503) reply.header("retry-after", RETRY_AFTER_S)
        return send(reply.headers(PAGE_HEADERS), status, messagePage(site, problem))
      })
      scope.get<{ Querystring: { v?: unknown } }>("/styles.css", (request, reply) => {
        // Another version's page may ask in the middle of an upgrade: it gets ours, for now only.
        const kept = request.query.v === STYLES_HASH
        return reply
          .header("cache-control", kept ? "public, max-age=31536000, immutable" : "no-cache")
          .type("text/css; charset=utf-8")
          .send(STYLES)
      })
      consentRoutes(scope, core, site)
      paymentRoutes(scope, core, site)
    },
    { prefix: PREFIX },
  )
}

function siteOf(core: Core): Site {
  const base = new URL(core.publicUrl).pathname.replace(/\/$/, "") + PREFIX
  return {
    base,
    stylesUrl: `${base}/styles.css?v=${STYLES_HASH}`,
    sandbox: core.mode === "sandbox",
    t: dictionaries.es,
  }
}

/** What an error is to a payer: never more than what to do next. */
function problemOf(
  error: FastifyError,
  core: Core,
  t: Texts,
): [status: number, problem: { title: string; text: string }] {
  const away =
    error instanceof Unavailable || error instanceof OutcomeUnknown || core.isOutage(error)
  if (away) return [503, t.problems.unavailable]
  const status = error.statusCode ?? 500
  return status < 500 ? [status, t.problems.unreadable] : [500, t.problems.broken]
}
