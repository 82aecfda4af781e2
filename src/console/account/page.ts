/** The page of one's own account. */
import { PASSWORD_MIN, type UserProblem } from "../../core/index.ts"
import { html } from "../../pages/html.ts"
import { readingFor, timeHtml } from "../figures.ts"
import { ROLE_NAMES } from "../frame-texts.ts"
import { badge, button, facts, field, form, heading, linkButton, panel, table } from "../parts.ts"
import { SIGN_IN, USER_PROBLEMS } from "../sign-in-texts.ts"
import type { Shown, Visit } from "../site.ts"
import { say } from "../words.ts"
import { T } from "./texts.ts"

/** Shows it; `wrong` is what is wrong with a password that was sent. */
export async function accountPage(visit: Visit, wrong: UserProblem | null = null): Promise<Shown> {
  const { language, user } = visit
  const title = say(T.title, language)
  const body = html`${heading(title)}
<div class="grid">
${panel(
  user.name,
  facts([
    [say(T.email, language), user.email],
    [say(T.role, language), say(ROLE_NAMES[user.role], language)],
  ]),
)}
${await factorPanel(visit)}
${passwordPanel(visit, wrong)}
</div>
${await sessionsPanel(visit)}`
  return { title, body, ...(wrong && { status: 422 }) }
}

function passwordPanel(visit: Visit, wrong: UserProblem | null) {
  const { language } = visit
  const error = wrong && say(USER_PROBLEMS[wrong], language)
  // What the new one lacks stands at the new one, all else at the old.
  const isNew = /^password_(?!wrong)/.test(wrong ?? "")
  const inside = html`${field({
    name: "old",
    label: say(T.old, language),
    type: "password",
    autocomplete: "current-password",
    required: true,
    maxlength: 200,
    error: isNew ? null : error,
  })}
${field({
  name: "next",
  label: say(T.next, language),
  hint: say(SIGN_IN.rule, language, { min: PASSWORD_MIN }),
  type: "password",
  autocomplete: "new-password",
  required: true,
  maxlength: 200,
  error: isNew ? error : null,
})}
${button(say(T.change, language))}`
  return panel(say(T.password, language), form(visit, visit.href("/account/password"), inside))
}

async function factorPanel(visit: Visit) {
  const { language, signedIn } = visit
  const { user } = signedIn
  const left = user.secondFactor ? await visit.core.users.recoveryLeft(user) : 0
  const words = user.secondFactor ? T.factorOn : T.factorOff
  const to = visit.href("/account/second-factor")
  return panel(
    say(T.factor, language),
    html`<p>${say(words, language, { left })}</p>
${linkButton(say(user.secondFactor ? T.renew : T.setUp, language), to)}`,
  )
}

async function sessionsPanel(visit: Visit) {
  const { core, language, signedIn } = visit
  const sessions = await core.users.sessions(visit.user.id)
  const reading = readingFor(visit, visit.merchant)
  const action = visit.href("/account/sessions")
  const rows = sessions.map(({ id, agent, createdAt, seenAt, source }) => {
    const isThis = id === signedIn.session.id
    const end = html`<input type="hidden" name="session" value="${id}">${button(
      say(T.end, language),
      "quiet",
    )}`
    return {
      cells: [
        html`${agent} ${isThis && badge(say(T.thisOne, language), "good")}`,
        timeHtml(createdAt, reading),
        timeHtml(seenAt, reading),
        html`<code>${source.slice(0, 6)}</code>`,
        isThis ? null : form(visit, action, end, { kind: "row" }),
      ],
    }
  })
  const columns = [
    { label: say(T.browser, language) },
    { label: say(T.since, language), wide: true },
    { label: say(T.seen, language) },
    { label: say(T.place, language), wide: true },
    { label: "" },
  ]
  const all = form(visit, action, button(say(T.endOthers, language), "quiet"), { kind: "row" })
  return panel(
    say(T.sessions, language),
    html`${table(say(T.sessions, language), columns, rows)}
<p class="hint">${say(T.placeHint, language)}</p>`,
    sessions.length > 1 && all,
  )
}
