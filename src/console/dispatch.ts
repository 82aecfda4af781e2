/** What stands before every page of a section: session, origin, CSRF, role, merchant, freshness. */
import type { FastifyInstance, FastifyRequest } from "fastify"
import {
  type Caller,
  type Core,
  constantTimeEqual,
  MAY,
  type Merchant,
  outside,
  type Permission,
  type SignedIn,
} from "../core/index.ts"
import { isForeign } from "../pages/guard.ts"
import { callerOf } from "./agent.ts"
import { askedOf, formOf } from "./asked.ts"
import { csrfOf, sessionToken } from "./cookies.ts"
import { type Kept, keep } from "./kept.ts"
import { addressOf, wayBack } from "./place.ts"
import { HEADERS, type Site, sendProblem, strangersLanguage } from "./send.ts"
import { show } from "./show.ts"
import type { Again } from "./sign-in.ts"
import {
  type Handler,
  type Health,
  NotThere,
  type RouteOptions,
  type Section,
  type Visit,
} from "./site.ts"

/** How long a password counts as just given, where something dangerous is asked for. */
export const FRESH_MS = 15 * 60_000
/** A filled form has a few KB. */
export const FORM_MAX_BYTES = 65_536
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** A route as it was registered: the test of roles asks each of them. */
export type Route = {
  readonly method: "GET" | "POST"
  readonly path: string
  readonly permission: Permission
  readonly section: string
  /** A user's own account: every role changes its own. */
  readonly own: boolean
  readonly options: RouteOptions
  readonly handle: Handler
}

export type DispatchParts = {
  readonly core: Core
  readonly site: Site
  readonly sections: readonly Section[]
  readonly health: Health
  /** Asks to sign in, again or for the first time. */
  readonly again: Again
}

/** Collects what a section registers. Throws where a form would need no more than to see. */
export function routesOf(section: Section, own: boolean): readonly Route[] {
  const routes: Route[] = []
  const add =
    (method: Route["method"]) =>
    (path: string, permission: Permission, handle: Handler, options: RouteOptions = {}) => {
      if (method === "POST" && permission === "see" && !own) {
        throw new Error(`${section.name}: a form at ${path} would let everybody change something`)
      }
      routes.push({ method, path, permission, section: section.name, own, options, handle })
    }
  section.routes({ get: add("GET"), post: add("POST") })
  return routes
}

/** Mounts one route behind all that is checked before it. */
export function mountRoute(scope: FastifyInstance, parts: DispatchParts, route: Route): void {
  const { core, site } = parts
  const { method, options, permission } = route

  scope.route({
    method,
    url: route.path === "/" ? "/" : route.path,
    bodyLimit: options.bodyBytes ?? FORM_MAX_BYTES,
    handler: async (request, reply) => {
      reply.headers(HEADERS)
      const language = strangersLanguage(request)
      if (method === "POST" && isForeign(request.headers, [site.place.host, request.host])) {
        refused(core, request, "foreign-form")
        return sendProblem(site, reply, "foreign", language)
      }
      const token = sessionToken(request, site.place)
      const known = token === null ? null : await core.users.read(token, !isAnew(request))
      if (token === null || known === null || known.session.half) {
        return parts.again(request, reply, { kind: "gone", kept: keptOf(request, method) })
      }
      request.logged.userId = known.user.id
      const asked = askedOf(request)
      if (asked === null) return sendProblem(site, reply, "unreadable", known.user.language)
      if (method === "POST" && !constantTimeEqual(asked.form["csrf"] ?? "", csrfOf(token))) {
        // Most likely a page from before another sign-in; what it was about to do is shown first.
        refused(core, request, "foreign-form")
        const kept = keptOf(request, method)
        return parts.again(request, reply, { kind: "stale", kept, token, user: known.user })
      }
      if (mustAddFactor(known) && !route.own) {
        return reply.redirect(addressOf(site.place, "/account/second-factor"), 303)
      }
      if (!MAY[permission].includes(known.user.role)) {
        refused(core, request, "role-refused")
        return sendProblem(site, reply, "forbidden", known.user.language)
      }
      const merchant = await merchantOf(known, asked.query["merchant"])
      if (merchant === "nobody" || (permission === "sandbox" && core.mode === "live")) {
        return sendProblem(site, reply, "notFound", known.user.language)
      }
      if (options.fresh && isStale(known)) {
        const kept = keptOf(request, method)
        return parts.again(request, reply, { kind: "fresh", kept, user: known.user })
      }
      const visit = visitOf(known, token, merchant, callerOf(request))
      try {
        return await show(parts, { request, reply, visit, token }, await route.handle(visit, asked))
      } catch (error) {
        if (!(error instanceof NotThere)) throw error
        return sendProblem(site, reply, "notFound", visit.language)
      }
    },
  })

  function isStale({ session }: SignedIn): boolean {
    return outside(core.clock).getTime() - session.signedInAt.getTime() > FRESH_MS
  }

  /** Whose things are asked for; "nobody" where there is no such merchant, or it is another's. */
  async function merchantOf(
    { user }: SignedIn,
    named: string | undefined,
  ): Promise<Merchant | null | "nobody"> {
    if (user.merchantId !== null) {
      // Another merchant's name in the address changes nothing, and tells nothing.
      return (await core.merchants.find(user.merchantId)) ?? "nobody"
    }
    if (named === undefined || named === "") return null
    return UUID.test(named) ? ((await core.merchants.find(named)) ?? "nobody") : "nobody"
  }

  function visitOf(
    signedIn: SignedIn,
    token: string,
    merchant: Merchant | null,
    caller: Caller,
  ): Visit {
    const { id, name, email, role, merchantId, language } = signedIn.user
    const by = { kind: "console", name, id } as const
    const chosen = merchantId === null && merchant ? merchant.id : null
    return {
      core: { ...core, ...core.verbsFor(by) },
      user: { id, name, email, role, merchantId },
      by,
      merchant,
      language,
      csrf: csrfOf(token),
      signedInAt: signedIn.session.signedInAt,
      signedIn,
      caller,
      health: parts.health,
      can: (permission) =>
        MAY[permission].includes(role) && (permission !== "sandbox" || core.mode === "sandbox"),
      href: (path, query = {}) => addressOf(site.place, path, { merchant: chosen, ...query }),
    }
  }
}

/** Whether it is a page's script that looks what is new, and nobody who uses it. */
function isAnew({ headers, method }: FastifyRequest): boolean {
  return method === "GET" && headers["x-caudal-anew"] !== undefined
}

/** The form of a request that can't be done now. */
function keptOf(request: FastifyRequest, method: Route["method"]): Kept {
  const path = wayBack(request.url)
  return method === "GET" ? { path, fields: null } : keep(path, formOf(request))
}

/** Whether all users need a second factor and this one has none. */
function mustAddFactor({ user, factorAsked }: SignedIn): boolean {
  return factorAsked && !user.secondFactor
}

/** A line of the log says what was tried. */
function refused(core: Core, request: FastifyRequest, what: "foreign-form" | "role-refused"): void {
  request.logged.security = what
  request.logged.source = core.limits.sourceOf(request.ip)
}
