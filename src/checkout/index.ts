/** The hosted checkout: the pages below /pay that payers see. */
import type { FastifyError, FastifyInstance, FastifyRequest } from "fastify"
import { type Core, OutcomeUnknown, Unavailable } from "../core/index.ts"
import { compressPages } from "../pages/compression.ts"
import { isForeign } from "../pages/guard.ts"
import { toText } from "../pages/html.ts"
import { bankRoutes } from "./bank/index.ts"
import { changeRoutes } from "./changes.ts"
import { consentRoutes } from "./consent.ts"
import { messagePage, type Site } from "./layout.ts"
import { limitWrongLinks } from "./limit.ts"
import { logoRoutes } from "./logo.ts"
import { previewRoute } from "./preview.ts"
import { paymentRoutes } from "./routes.ts"
import { SCRIPT } from "./script.ts"
import { notFound, send } from "./send.ts"
import { PAGE_HEADERS } from "./styles.ts"
import {
  dictionaries,
  FALLBACK,
  languageAccepted,
  languageNamed,
  type Texts,
} from "./texts/index.ts"

export { PAGE_HEADERS } from "./styles.ts"

const PREFIX = "/pay"
/** A filled form has less than 2 KB. */
const FORM_MAX_BYTES = 16_384
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The page that answers what the server itself could not read below our prefix. */
export function unreadablePage(core: Core, path: string): string | null {
  if (path !== PREFIX && !path.startsWith(`${PREFIX}/`)) return null
  // Its request was never read, so nobody knows its language.
  const site = siteOf(core, {})
  return toText(messagePage(site, site.t.problems.notFound))
}

/** Mounts the pages. Each speaks the language that its link names, its browser, or its merchant. */
export async function mountCheckout(server: FastifyInstance, core: Core): Promise<void> {
  const publicUrl = new URL(core.publicUrl)
  const siteFor = (request: FastifyRequest) => {
    const { lang } = request.query as { readonly lang?: unknown }
    return siteOf(core, { lang, accepted: request.headers["accept-language"] })
  }
  await server.register(
    async (scope) => {
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser(
        "application/x-www-form-urlencoded",
        { parseAs: "string", bodyLimit: FORM_MAX_BYTES },
        (_request, body, done) => done(null, new URLSearchParams(String(body))),
      )
      // Before pages are compressed: it puts one in another's place.
      limitWrongLinks(scope, core, (request) => {
        const site = siteFor(request)
        return messagePage(site, site.t.problems.tooMany)
      })
      scope.addHook("onRequest", async (request, reply) => {
        reply.headers(PAGE_HEADERS)
        const own = [publicUrl.host, request.host]
        if (request.method === "POST" && isForeign(request.headers, own)) {
          request.logged.security = "foreign-form"
          request.logged.source = core.limits.sourceOf(request.ip)
          const site = siteFor(request)
          return send(reply, 403, messagePage(site, site.t.problems.foreign, idOf(request)))
        }
        return undefined
      })
      scope.setNotFoundHandler((request, reply) =>
        notFound(reply.headers(PAGE_HEADERS), siteFor(request)),
      )
      scope.setErrorHandler((error: FastifyError, request, reply) => {
        const site = siteFor(request)
        const [status, problem] = problemOf(error, core, site.t)
        return send(reply.headers(PAGE_HEADERS), status, messagePage(site, problem, idOf(request)))
      })
      compressPages(scope)
      SCRIPT.mount(scope)
      logoRoutes(scope, core, siteFor)
      bankRoutes(scope, core, siteFor)
      consentRoutes(scope, core, siteFor)
      previewRoute(scope, core, siteFor)
      paymentRoutes(scope, core, siteFor)
      changeRoutes(scope, core)
    },
    { prefix: PREFIX },
  )
}

/** The payment that a request is about, as the way back from what went wrong with it. */
function idOf({ params, routeOptions }: FastifyRequest): string | null {
  const { id } = (params ?? {}) as { readonly id?: unknown }
  const isPayment = routeOptions.url === `${PREFIX}/:id`
  return isPayment && typeof id === "string" && UUID.test(id) ? id : null
}

type Wish = { readonly lang?: unknown; readonly accepted?: string | undefined }

function siteOf(core: Core, { lang, accepted }: Wish): Site {
  const base = new URL(core.publicUrl).pathname.replace(/\/$/, "") + PREFIX
  const named = languageNamed(lang)
  const wished = named ?? languageAccepted(accepted)
  const language = wished ?? FALLBACK
  return {
    base,
    scriptUrl: `${base}/${SCRIPT.address}`,
    sandbox: core.mode === "sandbox",
    language,
    named: named !== null,
    wished: wished !== null,
    t: dictionaries[language],
    theme: null,
    logo: null,
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
