/** Signing in and out, and choosing a password by a link. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import type { Core, Entered, User } from "../core/index.ts"
import { isForeign } from "../pages/guard.ts"
import { callerOf } from "./agent.ts"
import { askedOf } from "./asked.ts"
import { giveSession, sessionToken } from "./cookies.ts"
import { type Kept, localPath, readKept } from "./kept.ts"
import { addressOf } from "./place.ts"
import { type Site, sendProblem, strangersLanguage } from "./send.ts"
import { codePage, invitationPage, resendPage, signInPage } from "./sign-in-pages.ts"
import { SIGN_IN, USER_PROBLEMS } from "./sign-in-texts.ts"
import { say } from "./words.ts"

/** Why somebody is asked to sign in where a page was asked for. */
type Why =
  | { readonly kind: "gone"; readonly kept: Kept }
  | { readonly kind: "fresh"; readonly kept: Kept; readonly user: User }
  | { readonly kind: "stale"; readonly kept: Kept; readonly token: string; readonly user: User }

/** Asks to sign in and goes on with what was asked for; shows a form again that is out of date. */
export type Again = (request: FastifyRequest, reply: FastifyReply, why: Why) => FastifyReply

/** A form that hasn't been sent by one of our pages has fewer fields. */
const FORM_MAX_BYTES = 65_536
const STATUS = { wrong: 422, wait: 429, busy: 503 } as const
const RETRY_AFTER_S = "30"

/** Makes what asks to sign in. */
export function makeAgain(site: Site): Again {
  return (request, reply, why) => {
    const language = why.kind === "gone" ? strangersLanguage(request) : why.user.language
    if (why.kind === "stale") {
      return resendPage(site, reply.code(409), why.kept, why.token, language)
    }
    if (why.kind === "gone" && why.kept.fields === null) {
      const next = why.kept.path === "/" ? null : why.kept.path
      return reply.redirect(addressOf(site.place, "/sign-in", { next }), 303)
    }
    const said = say(why.kind === "gone" ? SIGN_IN.gone : SIGN_IN.fresh, language)
    const email = why.kind === "fresh" ? why.user.email : ""
    return signInPage(site, reply, { language, said, email, kept: why.kept, status: 401 })
  }
}

/** Registers the routes that need no session. */
export function signInRoutes(scope: FastifyInstance, core: Core, site: Site): void {
  const { place } = site
  const options = { bodyLimit: FORM_MAX_BYTES }

  scope.get("/sign-in", async (request, reply) => {
    const language = strangersLanguage(request)
    const asked = askedOf(request)
    const next = localPath(asked?.query["next"]) ?? "/"
    const token = sessionToken(request, place)
    const known = token === null ? null : await core.users.read(token)
    if (known && !known.session.half) return reply.redirect(addressOf(place, next), 303)
    const about = asked?.query["said"]
    const said = about === "chosen" || about === "left" ? say(SIGN_IN[about], language) : null
    return signInPage(site, reply, { language, said, kept: { path: next, fields: null } })
  })

  scope.post("/sign-in", options, async (request, reply) => {
    const language = strangersLanguage(request)
    const form = ownForm(request, reply)
    if (!form) return reply
    const { email = "", password = "" } = form
    const kept = readKept(form["kept"]) ?? { path: "/", fields: null }
    const entered = await core.users.signIn(email, password, callerOf(request))
    if (!("token" in entered)) {
      tell(request, entered)
      const error = say(SIGN_IN[entered.kind], language)
      return signInPage(site, slow(reply, entered), {
        language,
        email,
        kept,
        error,
        status: STATUS[entered.kind],
      })
    }
    return go(request, reply, entered, kept)
  })

  scope.post("/sign-in/code", options, async (request, reply) => {
    const language = strangersLanguage(request)
    const form = ownForm(request, reply)
    if (!form) return reply
    const kept = readKept(form["kept"]) ?? { path: "/", fields: null }
    const token = sessionToken(request, place)
    const half = token === null ? null : await core.users.read(token)
    // Too much time went by since the password.
    if (token === null || !half?.session.half) {
      return signInPage(site, reply, { language, kept, said: null, status: 401 })
    }
    const entered = await core.users.giveCode(token, form["code"] ?? "", callerOf(request))
    if (!("token" in entered)) {
      tell(request, entered)
      const words = entered.kind === "wrong" ? SIGN_IN.codeWrong : SIGN_IN[entered.kind]
      return codePage(site, slow(reply, entered), {
        language: half.user.language,
        kept,
        error: say(words, half.user.language),
        status: STATUS[entered.kind],
      })
    }
    return go(request, reply, entered, kept)
  })

  scope.post("/sign-out", options, async (request, reply) => {
    const form = ownForm(request, reply)
    if (!form) return reply
    const token = sessionToken(request, place)
    if (token !== null) await core.users.signOut(token)
    giveSession(reply, place, null)
    reply.header("clear-site-data", '"cache"')
    return reply.redirect(addressOf(place, "/sign-in", { said: "left" }), 303)
  })

  scope.get<{ Params: { token: string } }>("/invitation/:token", async (request, reply) => {
    const user = await core.users.invitedBy(request.params.token)
    return invitationPage(site, reply, { user, request })
  })

  scope.post<{ Params: { token: string } }>(
    "/invitation/:token",
    options,
    async (request, reply) => {
      const form = ownForm(request, reply)
      if (!form) return reply
      const { token } = request.params
      const user = await core.users.invitedBy(token)
      const done = user && (await core.users.accept(token, form["password"] ?? ""))
      if (user && done && "wrong" in done && done.wrong !== "link_over") {
        const error = say(USER_PROBLEMS[done.wrong], user.language)
        return invitationPage(site, reply.code(422), { user, request, error })
      }
      if (done && !("wrong" in done)) {
        const query = { said: "chosen", lang: done.language }
        return reply.redirect(addressOf(place, "/sign-in", query), 303)
      }
      return invitationPage(site, reply, { user: null, request })
    },
  )

  /** The fields of a form of ours; null once a refusal was sent. */
  function ownForm(
    request: FastifyRequest,
    reply: FastifyReply,
  ): Readonly<Record<string, string>> | null {
    const language = strangersLanguage(request)
    if (isForeign(request.headers, [place.host, request.host])) {
      tellOf(request, "foreign-form")
      sendProblem(site, reply, "foreign", language)
      return null
    }
    const asked = askedOf(request)
    if (asked === null) sendProblem(site, reply, "unreadable", language)
    return asked?.form ?? null
  }

  /** Gives the browser its session, and goes where it was going. */
  async function go(
    request: FastifyRequest,
    reply: FastifyReply,
    entered: Extract<Entered, { readonly token: string }>,
    kept: Kept,
  ): Promise<FastifyReply> {
    const { token, user, kind } = entered
    request.logged.userId = user.id
    const before = sessionToken(request, place)
    // A new proof is a new session: nobody who had the old one's cookie gets anything by it.
    if (before !== null) await core.users.signOut(before)
    giveSession(reply, place, token)
    if (kind === "half") return codePage(site, reply, { language: user.language, kept })
    if (kept.fields !== null) return resendPage(site, reply, kept, token, user.language)
    return reply.redirect(addressOf(place, kept.path), 303)
  }

  function tell(request: FastifyRequest, { kind }: Entered): void {
    tellOf(request, kind === "wrong" ? "login-refused" : "limit-reached")
  }

  function tellOf(
    request: FastifyRequest,
    what: "login-refused" | "limit-reached" | "foreign-form",
  ): void {
    request.logged.security = what
    request.logged.source = core.limits.sourceOf(request.ip)
  }
}

function slow(reply: FastifyReply, { kind }: Entered): FastifyReply {
  return kind === "wrong" ? reply : reply.header("retry-after", RETRY_AFTER_S)
}
