/** The pages of users: all of them, one of them, a new one, and the link for it. */
import {
  type Invited,
  type Merchant,
  ROLES,
  type User,
  type UserProblem,
} from "../../core/index.ts"
import { attribute, type Html, html } from "../../pages/html.ts"
import { readingFor, timeHtml, timeText } from "../figures.ts"
import { ROLE_NAMES } from "../frame-texts.ts"
import {
  badge,
  button,
  check,
  code,
  facts,
  field,
  form,
  heading,
  linkButton,
  note,
  panel,
  table,
} from "../parts.ts"
import { USER_PROBLEMS } from "../sign-in-texts.ts"
import type { Shown, Visit } from "../site.ts"
import { LANGUAGES, say } from "../words.ts"
import { T } from "./texts.ts"

/** A user's form as it was typed. */
export type Typed = Readonly<Record<"email" | "name" | "role" | "merchantId" | "language", string>>

const BLANK: Typed = { email: "", name: "", role: "support", merchantId: "", language: "es" }

/** All users, and what binds all of them. */
export async function listPage(visit: Visit): Promise<Shown> {
  const { core, language } = visit
  const [all, merchants, rules] = await Promise.all([
    core.users.list(),
    core.merchants.list(),
    core.users.rules(),
  ])
  const reading = readingFor(visit, null)
  const title = say(T.title, language)
  const columns = [
    { label: say(T.name, language) },
    { label: say(T.email, language), wide: true },
    { label: say(T.role, language) },
    { label: say(T.merchant, language), wide: true },
    { label: say(T.state, language) },
    { label: say(T.seen, language), wide: true },
  ]
  const rows = all.map((user) => ({
    href: visit.href(`/users/${user.id}`),
    cells: [
      user.name,
      user.email,
      say(ROLE_NAMES[user.role], language),
      merchants.find(({ id }) => id === user.merchantId)?.name ?? null,
      states(visit, user),
      user.signedInAt ? timeHtml(user.signedInAt, reading) : say(T.never, language),
    ],
  }))
  const invite = linkButton(say(T.add, language), visit.href("/users/new"), "main")
  const inside = html`<input type="hidden" name="revision" value="${rules.revision}">
${check("secondFactor", say(T.askFactor, language), rules.secondFactor)}
<p class="hint">${say(T.askFactorHint, language)}</p>
${button(say(T.save, language), "quiet")}`
  const body = html`${heading(title, invite)}
${table(title, columns, rows)}
${panel(say(T.rules, language), form(visit, visit.href("/users/rules"), inside))}`
  return { title, body }
}

function states({ language }: Visit, user: User): Html {
  const { disabledAt, invited, secondFactor } = user
  const [words, tone] = disabledAt
    ? ([T.disabled, "bad"] as const)
    : invited
      ? ([T.invited, "warn"] as const)
      : ([T.active, "good"] as const)
  return html`${badge(say(words, language), tone)} ${
    secondFactor && badge(say(T.factor, language), "calm")
  }`
}

/** The form for a new user. */
export async function newPage(
  visit: Visit,
  typed: Typed = BLANK,
  wrong: UserProblem | null = null,
): Promise<Shown> {
  const { core, language } = visit
  const title = say(T.add, language)
  const merchants = await core.merchants.list()
  const email = field({
    name: "email",
    label: say(T.email, language),
    value: typed.email,
    type: "email",
    required: true,
    maxlength: 254,
    autocomplete: "off",
    error: wrong?.startsWith("email_") ? say(USER_PROBLEMS[wrong], language) : null,
  })
  const inside = html`${email}
${userFields(visit, typed, merchants, wrong)}
${button(say(T.invite, language))}`
  const body = html`${heading(title, null, back(visit))}
${panel(title, form(visit, visit.href("/users/new"), inside))}`
  return { title, body, ...(wrong && { status: 422 }) }
}

function back(visit: Visit): Html {
  return html`<a href="${visit.href("/users")}">${say(T.title, visit.language)}</a>`
}

function userFields(
  { language }: Visit,
  typed: Typed,
  merchants: readonly Merchant[],
  wrong: UserProblem | null,
): Html {
  const errorFor = (problem: UserProblem) =>
    wrong === problem ? say(USER_PROBLEMS[problem], language) : null
  const roles = ROLES.map((role) => [role, say(ROLE_NAMES[role], language)] as const)
  const named = merchants.map(({ id, name }) => [id, name] as const)
  return html`${field({
    name: "name",
    label: say(T.name, language),
    value: typed.name,
    required: true,
    maxlength: 80,
    autocomplete: "off",
    error: errorFor("name_wrong"),
  })}
${field({
  name: "role",
  label: say(T.role, language),
  value: typed.role,
  options: roles,
  hint: say(T.roleHint, language),
  error: errorFor("last_owner"),
})}
${field({
  name: "merchantId",
  label: say(T.merchant, language),
  value: typed.merchantId,
  options: [["", say(T.noMerchant, language)], ...named],
  hint: say(T.merchantHint, language),
  error: errorFor("merchant_wrong"),
})}
${field({
  name: "language",
  label: say(T.language, language),
  value: typed.language,
  options: LANGUAGES,
})}`
}

/** A link that is shown once. */
export function linkPage(visit: Visit, { token, until, user }: Invited): Shown {
  const { core, language } = visit
  const title = say(T.link, language)
  const reading = readingFor(visit, null)
  const at = timeText(until, reading, "minute")
  const text = say(T.linkText, language, { name: user.name, until: `${at} (${reading.timeZone})` })
  const body = html`${heading(title, null, back(visit))}
${note(text, "warn")}
<p>${code(visit, `${core.publicUrl}/console/invitation/${token}`)}</p>
<p>${linkButton(say(T.done, language), visit.href(`/users/${user.id}`), "main")}</p>`
  return { title, body }
}

/** One user: what it is, and what an owner can do about it. */
export async function userPage(
  visit: Visit,
  user: User,
  typed: Typed | null = null,
  wrong: UserProblem | null = null,
): Promise<Shown> {
  const { core, language } = visit
  const merchants = await core.merchants.list()
  const now = typedFrom(user)
  const inside = html`<input type="hidden" name="revision" value="${user.revision}">
${userFields(visit, typed ?? now, merchants, wrong)}
${button(say(wrong === "changed_meanwhile" ? T.saveAnyway : T.save, language))}`
  const sessions = await core.users.sessions(user.id)
  const reading = readingFor(visit, null)
  const about = facts([
    [say(T.email, language), user.email],
    [say(T.state, language), states(visit, user)],
    [say(T.since, language), timeHtml(user.createdAt, reading)],
    [say(T.seen, language), user.signedInAt && timeHtml(user.signedInAt, reading)],
    [say(T.sessions, language), String(sessions.length)],
  ])
  const body = html`${heading(user.name, null, back(visit))}
${wrong === "changed_meanwhile" && typed && conflict(visit, typed, now, merchants)}
<div class="grid">
${panel(user.name, form(visit, visit.href(`/users/${user.id}`), inside))}
${panel(say(T.access, language), html`${about}${accessForms(visit, user)}`)}
</div>`
  return { title: user.name, body, ...(wrong && { status: 422 }) }
}

function typedFrom({ email, language, merchantId, name, role }: User): Typed {
  return { email, name, role, merchantId: merchantId ?? "", language }
}

/** Both states side by side: whoever saves after this knows what is overwritten. */
function conflict(
  { language }: Visit,
  typed: Typed,
  now: Typed,
  merchants: readonly Merchant[],
): Html {
  const nameOf = (id: string) => merchants.find((each) => each.id === id)?.name ?? "–"
  const roleOf = (role: string) =>
    Object.hasOwn(ROLE_NAMES, role) ? say(ROLE_NAMES[role as User["role"]], language) : "–"
  const rows = [
    [T.name, typed.name, now.name],
    [T.role, roleOf(typed.role), roleOf(now.role)],
    [T.merchant, nameOf(typed.merchantId), nameOf(now.merchantId)],
    [T.language, typed.language, now.language],
  ] as const
  const differing = rows.filter(([, yours, theirs]) => yours !== theirs)
  const columns = [T.field, T.yours, T.theirs].map((words) => ({ label: say(words, language) }))
  const title = say(T.changedTitle, language)
  const cells = differing.map(([words, yours, theirs]) => ({
    cells: [say(words, language), yours, theirs],
  }))
  return note(html`<p><strong>${title}</strong></p>${table(title, columns, cells)}`, "warn", true)
}

function accessForms(visit: Visit, { disabledAt, id, name }: User): Html {
  const { language } = visit
  const isOff = disabledAt !== null
  const toggle = form(
    visit,
    visit.href(`/users/${id}/access`),
    button(say(isOff ? T.enable : T.disable, language), isOff ? "quiet" : "danger", {
      name: "do",
      value: isOff ? "enable" : "disable",
    }),
    { kind: "row", ...(!isOff && { confirm: say(T.disableSure, language, { name }) }) },
  )
  const reset = form(
    visit,
    visit.href(`/users/${id}/reset`),
    button(say(T.reset, language), "quiet"),
    {
      kind: "row",
      confirm: say(T.resetSure, language, { name }),
    },
  )
  const end = form(
    visit,
    visit.href(`/users/${id}/sign-out`),
    button(say(T.endAll, language), "quiet"),
    { kind: "row" },
  )
  return html`<div class="row"${attribute("data-user", id)}>${end}${!isOff && reset}${toggle}</div>
<p class="hint">${say(T.resetText, language)}</p>`
}
