/** Setting up a second factor: the picture for the app, its first code, codes for its loss. */
import { html } from "../../pages/html.ts"
import { button, code, field, form, heading, linkButton, note, panel } from "../parts.ts"
import type { Shown, Visit } from "../site.ts"
import { say } from "../words.ts"
import { qrCode } from "./qr.ts"
import { T } from "./texts.ts"

/** Shows the draft, if there is one, or what there is to begin. */
export async function factorPage(visit: Visit, error: string | null = null): Promise<Shown> {
  const { language, signedIn } = visit
  const { factorAsked, user } = signedIn
  const draft = await visit.core.users.totpDraft(user)
  const title = say(T.factor, language)
  const isAsked = factorAsked && !user.secondFactor
  const begin = form(
    visit,
    visit.href("/account/second-factor/begin"),
    button(say(user.secondFactor ? T.renew : T.setUp, language), draft ? "quiet" : "main"),
    { kind: "row" },
  )
  const left = user.secondFactor ? await visit.core.users.recoveryLeft(user) : 0
  const state = say(user.secondFactor ? T.factorOn : T.factorOff, language, { left })
  const body = html`${heading(
    title,
    null,
    html`<a href="${visit.href("/account")}">${say(T.title, language)}</a>`,
  )}
${isAsked && note(say(T.factorAsked, language), "warn")}
${draft === null && panel(title, html`<p>${state}</p>${begin}`)}
${
  draft &&
  panel(
    title,
    html`<p>${say(T.scan, language)}</p>
<p>${qrCode(draft.address, say(T.picture, language))}</p>
<p>${say(T.secret, language)}: ${code(visit, draft.secret)}</p>
${form(
  visit,
  visit.href("/account/second-factor/confirm"),
  html`${field({
    name: "digits",
    label: say(T.code, language),
    autocomplete: "one-time-code",
    inputmode: "numeric",
    maxlength: 10,
    required: true,
    error,
  })}${button(say(T.confirm, language))}`,
)}`,
  )
}
${user.secondFactor && remove(visit)}`
  return { title, body, ...(error && { status: 422 }) }
}

function remove(visit: Visit) {
  const { language } = visit
  return form(
    visit,
    visit.href("/account/second-factor/remove"),
    button(say(T.remove, language), "danger"),
    { kind: "row", confirm: say(T.removeSure, language) },
  )
}

/** Shows the codes for the loss of the app, this once. */
export function codesPage(visit: Visit, codes: readonly string[]): Shown {
  const { language } = visit
  const title = say(T.saved, language)
  const body = html`${heading(title)}
${note(say(T.recovery, language), "warn")}
<ul class="recovery">${codes.map((each) => html`<li><code>${each}</code></li>`)}</ul>
<p>${linkButton(say(T.done, language), visit.href("/account"), "main")}</p>`
  return { title, body }
}
