/** The pages for those who aren't signed in: e-mail and password, second factor, a new password. */
import type { FastifyReply, FastifyRequest } from "fastify"
import { PASSWORD_MIN, type User } from "../core/index.ts"
import { type Html, html } from "../pages/html.ts"
import { csrfOf } from "./cookies.ts"
import { type Kept, keptField, keptFields } from "./kept.ts"
import { button, field, note } from "./parts.ts"
import { addressOf } from "./place.ts"
import { HEADERS, type Site, sendCard, strangersLanguage } from "./send.ts"
import { SIGN_IN } from "./sign-in-texts.ts"
import { type Language, say } from "./words.ts"

type SignInShown = {
  readonly language: Language
  readonly kept: Kept
  readonly email?: string
  readonly said?: string | null
  readonly error?: string
  readonly status?: number
}

/** Asks for e-mail and password. */
export function signInPage(site: Site, reply: FastifyReply, shown: SignInShown): FastifyReply {
  const { language, kept, email = "", said = null, error = null, status = 200 } = shown
  const body = html`${said !== null && note(said)}
${error !== null && note(error, "bad", true)}
<form method="post" action="${addressOf(site.place, "/sign-in", { lang: language })}" class="stack">
${keptField(kept)}
${field({
  name: "email",
  label: say(SIGN_IN.email, language),
  value: email,
  type: "email",
  autocomplete: "username",
  required: true,
  autofocus: email === "",
  maxlength: 254,
})}
${field({
  name: "password",
  label: say(SIGN_IN.password, language),
  type: "password",
  autocomplete: "current-password",
  required: true,
  autofocus: email !== "",
  maxlength: 200,
})}
${button(say(SIGN_IN.enter, language))}
</form>
<p class="hint">${say(SIGN_IN.forgotten, language)}</p>
${languageLinks(site)}`
  const title = say(SIGN_IN.title, language)
  return sendCard(site, reply.headers(HEADERS), { title, language, body, status })
}

function languageLinks({ place }: Site): Html {
  const link = (lang: Language, name: string) =>
    html`<a href="${addressOf(place, "/sign-in", { lang })}" lang="${lang}">${name}</a> `
  return html`<p class="languages">${link("es", "Español")}${link("pt", "Português")}${link(
    "en",
    "English",
  )}</p>`
}

/** Asks for the second factor. */
export function codePage(
  site: Site,
  reply: FastifyReply,
  shown: Pick<SignInShown, "language" | "kept" | "error" | "status">,
): FastifyReply {
  const { language, kept, error = null, status = 200 } = shown
  const body = html`<form method="post" action="${addressOf(site.place, "/sign-in/code")}"
class="stack">
${keptField(kept)}
${field({
  name: "code",
  label: say(SIGN_IN.code, language),
  autocomplete: "one-time-code",
  required: true,
  autofocus: true,
  maxlength: 40,
  error,
})}
${button(say(SIGN_IN.enter, language))}
</form>`
  const title = say(SIGN_IN.factor, language)
  return sendCard(site, reply.headers(HEADERS), { title, language, body, status })
}

/** What was typed before the session ended, with a button that sends it. */
export function resendPage(
  site: Site,
  reply: FastifyReply,
  kept: Kept,
  token: string,
  language: Language,
): FastifyReply {
  const shown = (kept.fields ?? []).filter(([, value]) => value !== "")
  const body = html`<p>${say(SIGN_IN.resendText, language)}</p>
<dl class="facts">${shown.map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl>
<form method="post" action="${addressOf(site.place, kept.path)}" class="row">
<input type="hidden" name="csrf" value="${csrfOf(token)}">${keptFields(kept)}
${button(say(SIGN_IN.send, language))}
<a class="button quiet" href="${addressOf(site.place, "/")}">${say(SIGN_IN.discard, language)}</a>
</form>`
  const title = say(SIGN_IN.resend, language)
  const status = reply.statusCode
  return sendCard(site, reply.headers(HEADERS), { title, language, body, status })
}

/** Asks for a new password; a link that leads nowhere says so. */
export function invitationPage(
  site: Site,
  reply: FastifyReply,
  given: {
    readonly user: User | null
    readonly request: FastifyRequest
    readonly error?: string
  },
): FastifyReply {
  const { user, request, error = null } = given
  reply.headers(HEADERS)
  if (user === null) {
    const language = strangersLanguage(request)
    const body = html`<p>${say(SIGN_IN.linkOverText, language)}</p>`
    const title = say(SIGN_IN.linkOver, language)
    return sendCard(site, reply, { title, language, body, status: 404 })
  }
  const { email, language, name } = user
  const body = html`<p>${say(SIGN_IN.invited, language, { name, email })}</p>
<form method="post" class="stack">
<input type="hidden" name="username" autocomplete="username" value="${email}">
${field({
  name: "password",
  label: say(SIGN_IN.newPassword, language),
  hint: say(SIGN_IN.rule, language, { min: PASSWORD_MIN }),
  type: "password",
  autocomplete: "new-password",
  required: true,
  autofocus: true,
  maxlength: 200,
  error,
})}
${button(say(SIGN_IN.save, language))}
</form>`
  const title = say(SIGN_IN.invitation, language)
  return sendCard(site, reply, { title, language, body, status: reply.statusCode })
}
