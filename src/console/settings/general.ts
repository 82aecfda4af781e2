/** What a merchant is called, where its days begin, late money, and which way its money takes. */
import { METHODS, type Method, type NewRoutes, type Rail } from "../../core/index.ts"
import { html } from "../../pages/html.ts"
import { merchantOf } from "../chosen.ts"
import { conflict, type Filled, fingerprintField, isStale } from "../fingerprint.ts"
import { button, field, form, note, panel } from "../parts.ts"
import { type Answer, type Asked, type Shown, say, type Visit } from "../site.ts"
import { METHODS as METHOD_NAMES } from "../terms.ts"
import { settingsPage } from "./tabs.ts"
import { SET } from "./texts.ts"

const LATE_MAX_HOURS = 720
const NAME_MAX = 80
/** As the settings have a key of an account. */
const ACCOUNT = /^[a-z0-9-]{1,40}$/

type Errors = Readonly<Record<string, string>>

/** What the form is filled with: operators have more of it. */
function filledOf(visit: Visit): Filled {
  const { name, settings, timeZone } = merchantOf(visit)
  const { bankAccount, lateMoneyHours, rails } = settings
  if (!visit.can("operate")) return { late: String(lateMoneyHours) }
  return {
    name,
    zone: timeZone,
    late: String(lateMoneyHours),
    ...Object.fromEntries(METHODS.map((method) => [`rail-${method}`, rails[method] ?? ""])),
    account: bankAccount ?? "",
  }
}

/** The page; with what was typed and what is wrong, where a form comes back. */
export function generalPage(
  visit: Visit,
  typed: Filled = filledOf(visit),
  errors: Errors = {},
  above: ReturnType<typeof note> | null = null,
): Shown {
  const { core, language } = visit
  const may = visit.can("settings")
  const operates = visit.can("operate")
  const now = filledOf(visit)
  const one = (name: string, label: string, more: Partial<Parameters<typeof field>[0]> = {}) =>
    field({ name, label, value: typed[name] ?? "", error: errors[name] ?? null, ...more })
  const own = html`${
    operates &&
    html`${one("name", say(SET.name, language), {
      hint: say(SET.nameHint, language),
      maxlength: NAME_MAX,
      required: true,
    })}
${one("zone", say(SET.zone, language), {
  hint: say(SET.zoneHint, language),
  options: zones(typed["zone"] ?? "").map((zone) => [zone, zone.replaceAll("_", " ")] as const),
})}`
  }
${one("late", say(SET.late, language), {
  hint: say(SET.lateHint, language),
  inputmode: "numeric",
  required: true,
})}`
  const rails = METHODS.map((method) => {
    const able = ableTo(core.rails, method)
    const usual = ["", say(SET.usualRail, language)] as const
    return one(`rail-${method}`, say(METHOD_NAMES[method], language), {
      options: [usual, ...able.map((rail) => [rail.name, rail.displayName] as const)],
      hint: able.length === 0 ? say(SET.noRail, language) : null,
    })
  })
  const routes = html`<p class="hint">${say(SET.railsHint, language)}</p>
<div class="pair">${rails}</div>
${one("account", say(SET.bankAccount, language), {
  hint: say(SET.bankAccountHint, language),
  maxlength: 40,
})}`
  const wrong = Object.keys(errors).length > 0
  const inside = html`${fingerprintField(now)}
${panel(say(SET.general, language), html`<div class="stack">${own}</div>`)}
${operates && panel(say(SET.rails, language), routes)}
${may && button(say(SET.save, language))}`
  const body = html`${above}
${wrong && note(say(SET.wrong, language), "bad", true)}
${
  may
    ? form(visit, visit.href("/settings"), inside, { kind: "wide-form" })
    : html`<div inert class="wide-form">${inside}</div>`
}`
  return settingsPage(visit, "/settings", body, wrong ? { status: 422 } : {})
}

function ableTo(rails: ReadonlyMap<string, Rail>, method: Method): readonly Rail[] {
  return [...rails.values()].filter(({ methods }) => methods.includes(method))
}

/** Those of the continent, where merchants are, and the one that is set. */
function zones(now: string): readonly string[] {
  const near = Intl.supportedValuesOf("timeZone").filter((zone) => zone.startsWith("America/"))
  return [...new Set([...near, "UTC", "Europe/Madrid", ...(now === "" ? [] : [now])])].sort()
}

/** Saves the form. */
export async function saveGeneral(visit: Visit, { form: sent, ...asked }: Asked): Promise<Answer> {
  const { core, language } = visit
  const { id } = merchantOf(visit)
  const now = filledOf(visit)
  const typed: Filled = Object.fromEntries(
    Object.keys(now).map((name) => [name, (sent[name] ?? "").trim()]),
  )
  if (isStale({ ...asked, form: sent }, now)) {
    const above = conflict(visit, now, typed, labelsOf(visit))
    return { ...generalPage(visit, typed, {}, above), status: 409 }
  }
  const errors: Record<string, string> = {}
  const { account = "", late = "", name = "", zone = "" } = typed
  if (!/^\d{1,3}$/.test(late) || Number(late) > LATE_MAX_HOURS) {
    errors["late"] = say(SET.numberWrong, language, { least: 0, most: LATE_MAX_HOURS })
  }
  const operates = visit.can("operate")
  if (operates && account !== "" && !(ACCOUNT.test(account) && hasAccount(visit, account))) {
    errors["account"] = say(SET.bankAccountWrong, language)
  }
  for (const method of operates ? METHODS : []) {
    const rail = typed[`rail-${method}`] ?? ""
    // One that is configured no longer may stay as it is.
    const known =
      rail === now[`rail-${method}`] ||
      ableTo(core.rails, method).some((each) => each.name === rail)
    if (rail !== "" && !known) errors[`rail-${method}`] = say(SET.noRail, language)
  }
  if (Object.keys(errors).length > 0) return generalPage(visit, typed, errors)
  const lateMoneyHours = Number(late)
  const change = operates ? { name, timeZone: zone, lateMoneyHours } : { lateMoneyHours }
  const done = await core.merchants.configure(id, change)
  if (done !== null && "wrong" in done) {
    const words = {
      name_taken: { name: say(SET.nameTaken, language) },
      name_invalid: { name: say(SET.nameInvalid, language) },
      zone_unknown: { zone: say(SET.zoneUnknown, language) },
    } as const
    return generalPage(visit, typed, words[done.wrong])
  }
  if (operates && isRouted(now, typed)) await core.route(id, routesIn(typed))
  return { to: visit.href("/settings"), said: say(SET.saved, language) }
}

function routesIn(typed: Filled): NewRoutes {
  const rails = METHODS.map((method) => [method, typed[`rail-${method}`] || null] as const)
  return { rails: Object.fromEntries(rails), bankAccount: typed["account"] || null }
}

function isRouted(now: Filled, typed: Filled): boolean {
  return Object.keys(now).some(
    (name) => (name === "account" || name.startsWith("rail-")) && now[name] !== typed[name],
  )
}

/** Whether some rail collects money into an account of that key. */
function hasAccount({ core }: Visit, account: string): boolean {
  const now = core.clock.now()
  return [...core.rails.values()].some(
    ({ exchange }) =>
      exchange && typeof exchange.slotOf({ account, asset: "COP" }, now) !== "string",
  )
}

function labelsOf({ language }: Visit): Readonly<Record<string, string>> {
  const rails = METHODS.map((method) => [`rail-${method}`, say(METHOD_NAMES[method], language)])
  return {
    name: say(SET.name, language),
    zone: say(SET.zone, language),
    late: say(SET.late, language),
    account: say(SET.bankAccount, language),
    ...Object.fromEntries(rails),
  }
}
