/** The console below /console: pages for those who run the gateway, and for merchants. */
import type { FastifyError, FastifyInstance } from "fastify"
import { type Core, OutcomeUnknown, PasswordsBusy, Unavailable } from "../core/index.ts"
import { compressPages } from "../pages/compression.ts"
import { SCRIPT, STYLES } from "./assets.ts"
import { CHART } from "./chart-file.ts"
import { mountRoute, type Route, routesOf } from "./dispatch.ts"
import type { Problem } from "./frame-texts.ts"
import { liveRoutes } from "./live.ts"
import { addressOf, PREFIX, placeOf } from "./place.ts"
import { OWN_SECTION, SECTIONS } from "./sections.ts"
import { HEADERS, type Site, sendProblem, strangersLanguage } from "./send.ts"
import { makeAgain, signInRoutes } from "./sign-in.ts"
import type { Health } from "./site.ts"

/** Every route of every section, as it is mounted: what the test of roles asks for. */
export const ROUTES: readonly Route[] = [
  ...SECTIONS.flatMap((section) => routesOf(section, false)),
  ...routesOf(OWN_SECTION, true),
]

/** Mounts the pages, sections and sign-in. */
export async function mountConsole(
  server: FastifyInstance,
  core: Core,
  /** How the parts of this node are, as health tells it. */
  health: Health = async () => [],
): Promise<void> {
  const place = placeOf(core)
  const assets = {
    styles: addressOf(place, `/${STYLES.address}`),
    script: addressOf(place, `/${SCRIPT.address}`),
  }
  const site: Site = { place, assets, sandbox: core.mode === "sandbox" }
  await server.register(
    async (scope) => {
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser(
        "application/x-www-form-urlencoded",
        { parseAs: "string" },
        (_request, body, done) => done(null, new URLSearchParams(String(body))),
      )
      scope.setNotFoundHandler((request, reply) =>
        sendProblem(site, reply.headers(HEADERS), "notFound", strangersLanguage(request)),
      )
      scope.setErrorHandler((error: FastifyError, request, reply) => {
        const [problem, status] = problemOf(error, core)
        return sendProblem(site, reply, problem, strangersLanguage(request), status)
      })
      compressPages(scope)
      for (const each of [STYLES, SCRIPT, CHART]) each.mount(scope)
      const parts = { core, site, health, sections: SECTIONS, again: makeAgain(site) }
      for (const route of ROUTES) mountRoute(scope, parts, route)
      signInRoutes(scope, core, site)
      liveRoutes(scope, core, place)
    },
    { prefix: PREFIX },
  )
}

/** What an error is to somebody who looks at a page: never more than what to do next. */
function problemOf(error: FastifyError, core: Core): readonly [Problem, number | undefined] {
  const away =
    error instanceof Unavailable ||
    error instanceof OutcomeUnknown ||
    error instanceof PasswordsBusy ||
    core.isOutage(error)
  if (away) return ["unavailable", undefined]
  const status = error.statusCode ?? 500
  return status < 500 ? ["unreadable", status] : ["broken", undefined]
}
