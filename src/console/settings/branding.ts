/** How a merchant looks to its payers, with the checkout itself as it would look. */
import { type NewStyle, PAGE_LANGUAGES } from "../../core/index.ts"
import { BLACK, type Colour, contrast, mix, readColour, WHITE } from "../../pages/colour.ts"
import { type Html, html } from "../../pages/html.ts"
import { type Look, previewPass } from "../../pages/preview.ts"
import { merchantOf } from "../chosen.ts"
import { conflict, type Filled, fingerprintField, isStale } from "../fingerprint.ts"
import { button, check, field, form, note, panel } from "../parts.ts"
import { type Answer, type Asked, type Shown, say, type Visit } from "../site.ts"
import { LANGUAGES } from "../words.ts"
import { LOOK } from "./look-texts.ts"
import { settingsPage } from "./tabs.ts"
import { SET } from "./texts.ts"

const DISPLAY_MAX = 80
const SUPPORT_MAX = 200
/** Base64 of the largest logo, and as much again: what is larger is told so, not cut off. */
export const BRANDING_MAX_BYTES = 131_072
/** WCAG 2.2, 1.4.3. */
const TEXT_LEAST = 4.5
/** What stands behind links of the checkout, light and dark, within a shade. */
const DARK_PAGE: Colour = mix(BLACK, WHITE, 0.9)

type Errors = Readonly<Record<string, string>>

function filledOf(visit: Visit): Filled {
  const { colour, displayName, language, logo, supportInfo } = merchantOf(visit).settings
  return {
    displayName: displayName ?? "",
    supportInfo: supportInfo ?? "",
    colour: colour ?? "",
    language: language ?? "",
    logo: logo?.hash ?? "",
  }
}

/** What was typed; of what the address or the form doesn't name, what is saved. */
function typedIn(now: Filled, given: Readonly<Record<string, string>>): Filled {
  return Object.fromEntries(
    Object.keys(now).map((name) => [
      name,
      name === "logo" ? now["logo"]! : (given[name] ?? now[name]!).trim(),
    ]),
  )
}

/** The page with what is saved; or, for the preview, with what its address says. */
export async function showBranding(visit: Visit, { query }: Asked): Promise<Shown> {
  return page(visit, typedIn(filledOf(visit), query), {}, null, viewIn(query["view"]))
}

function viewIn(text: string | undefined): Look["view"] {
  return text === "approved" ? "approved" : "choose"
}

function page(
  visit: Visit,
  typed: Filled,
  errors: Errors,
  above: Html | null,
  view: Look["view"],
): Shown {
  const { language } = visit
  const { settings } = merchantOf(visit)
  const may = visit.can("settings")
  const wrong = Object.keys(errors).length > 0
  const one = (name: string, label: string, more: Partial<Parameters<typeof field>[0]> = {}) =>
    field({
      name,
      label,
      value: typed[name] ?? "",
      error: errors[name] ?? null,
      readonly: !may,
      ...more,
    })
  const inside = html`${fingerprintField(filledOf(visit))}
${one("displayName", say(LOOK.displayName, language), {
  hint: say(LOOK.displayHint, language),
  maxlength: DISPLAY_MAX,
})}
${one("supportInfo", say(LOOK.support, language), {
  hint: say(LOOK.supportHint, language),
  maxlength: SUPPORT_MAX,
})}
${one("colour", say(LOOK.colour, language), {
  hint: say(LOOK.colourHint, language),
  maxlength: 7,
  placeholder: "#1d4ed8",
})}
${one("language", say(LOOK.language, language), {
  options: [["", say(LOOK.noLanguage, language)], ...LANGUAGES],
})}
${logoField(visit, settings.logo, errors["logo"] ?? null, may)}
${field({
  name: "view",
  label: say(LOOK.view, language),
  value: view,
  options: [
    ["choose", say(LOOK.viewChoose, language)],
    ["approved", say(LOOK.viewApproved, language)],
  ],
})}
<div class="row">${may && button(say(SET.save, language))}${
    may && button(say(LOOK.previewDo, language), "quiet", { name: "do", value: "preview" })
  }</div>`
  const body = html`${above}
${wrong && note(say(SET.wrong, language), "bad", true)}
<div class="branding">
${form(visit, visit.href("/settings/branding"), inside, { kind: "stack", id: "branding" })}
<div data-part="preview">${preview(visit, typed, view)}</div>
</div>`
  const more = { frames: true, ...(wrong && { status: 422 }) }
  return settingsPage(visit, "/settings/branding", body, more)
}

function logoField(
  { language, merchant }: Visit,
  logo: { readonly width: number; readonly height: number } | null,
  error: string | null,
  may: boolean,
): Html {
  const now = logo && say(LOOK.logoNow, language, { width: logo.width, height: logo.height })
  return html`<div class="field${error && " wrong"}"><label for="logo-file">${say(
    LOOK.logo,
    language,
  )}</label>
${
  may &&
  html`<input type="file" id="logo-file" accept="image/png,image/jpeg,image/webp" data-into="logo"
aria-describedby="logo-hint${error && " logo-error"}"><input type="hidden" id="logo" name="logo">`
}
<p class="hint" id="logo-hint">${now} ${say(LOOK.logoHint, language)}</p>
<noscript><p class="hint">${say(LOOK.logoNoScript, language)}
<code>caudal merchant style "${merchant?.name}" --logo logo.png</code></p></noscript>
${error && html`<p class="error" id="logo-error">${error}</p>`}
${may && logo !== null && check("no-logo", say(LOOK.logoRemove, language), false)}</div>`
}

/** The checkout with this look in a frame; nothing of it is saved. */
function preview(visit: Visit, typed: Filled, view: Look["view"]): Html {
  const { core, language } = visit
  const { id: merchantId } = merchantOf(visit)
  const fits = readFields(typed)
  const look: Look = {
    merchantId,
    view,
    displayName: fits.displayName ?? null,
    supportInfo: fits.supportInfo ?? null,
    colour: fits.colour ?? null,
    language: fits.language ?? null,
  }
  const pass = encodeURIComponent(previewPass(core, look))
  const src = `${new URL(core.publicUrl).pathname.replace(/\/$/, "")}/pay/preview?look=${pass}`
  const body = html`<p class="hint">${say(LOOK.previewText, language)}</p>
${look.colour !== null && contrastNote(visit, look.colour)}
<iframe class="preview" src="${src}" title="${say(LOOK.preview, language)}"
sandbox="allow-same-origin" loading="lazy"></iframe>`
  return panel(say(LOOK.preview, language), body)
}

/** What becomes of a colour that links couldn't be read in. */
function contrastNote({ language }: Visit, text: string): Html | null {
  const colour = readColour(text)
  if (colour === null) return null
  const ratio = (of: number) =>
    new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(of)
  const [light, dark] = [contrast(colour, WHITE), contrast(colour, DARK_PAGE)]
  if (light >= TEXT_LEAST && dark >= TEXT_LEAST) {
    const values = { light: ratio(light), dark: ratio(dark) }
    return note(say(LOOK.contrastGood, language, values), "good")
  }
  const low = [
    ...(light < TEXT_LEAST ? [["light", "darker", light] as const] : []),
    ...(dark < TEXT_LEAST ? [["dark", "lighter", dark] as const] : []),
  ]
  return html`${low.map(([scheme, direction, of]) =>
    note(
      say(LOOK.contrastShifted, language, {
        ratio: ratio(of),
        scheme: say(LOOK[scheme], language),
        direction: say(LOOK[direction], language),
      }),
      "warn",
    ),
  )}`
}

type Fields = { -readonly [Name in Exclude<keyof NewStyle, "logo">]?: NewStyle[Name] }

/** The fields that are right; one that isn't is left out. */
function readFields(typed: Filled): Fields {
  const { colour = "", displayName = "", language = "", supportInfo = "" } = typed
  const known = PAGE_LANGUAGES.find((each) => each === language)
  const fields: Fields = {}
  if (displayName === "") fields.displayName = null
  else if (isVisible(displayName, DISPLAY_MAX)) fields.displayName = displayName
  if (supportInfo === "") fields.supportInfo = null
  else if (isVisible(supportInfo, SUPPORT_MAX)) fields.supportInfo = supportInfo
  if (colour === "") fields.colour = null
  else if (readColour(colour) !== null) fields.colour = colour.toLowerCase()
  if (language === "" || known) fields.language = known ?? null
  return fields
}

/** Payers have to see something, and it must not turn around what stands beside it. */
function isVisible(text: string, most: number): boolean {
  return (
    text.length <= most && /[\p{L}\p{N}]/u.test(text) && !/[\p{Cc}\p{Bidi_Control}]/u.test(text)
  )
}

/** Saves the look, or shows it without. */
export async function saveBranding(visit: Visit, asked: Asked): Promise<Answer> {
  const { core, language } = visit
  const now = filledOf(visit)
  const typed = typedIn(now, asked.form)
  const view = viewIn(asked.form["view"])
  const fields = readFields(typed)
  const errors: Record<string, string> = {
    ...(!("displayName" in fields) && {
      displayName: say(LOOK.textWrong, language, { most: DISPLAY_MAX }),
    }),
    ...(!("supportInfo" in fields) && {
      supportInfo: say(LOOK.textWrong, language, { most: SUPPORT_MAX }),
    }),
    ...(!("colour" in fields) && { colour: say(LOOK.colourWrong, language) }),
  }
  if (asked.form["do"] === "preview") return page(visit, typed, errors, null, view)
  if (isStale(asked, now)) {
    const labels = {
      displayName: say(LOOK.displayName, language),
      supportInfo: say(LOOK.support, language),
      colour: say(LOOK.colour, language),
      language: say(LOOK.language, language),
      logo: say(LOOK.logo, language),
    }
    const above = conflict(visit, now, typed, labels)
    return { ...page(visit, typed, {}, above, view), status: 409 }
  }
  if (Object.keys(errors).length > 0) return page(visit, typed, errors, null, view)
  const picture = asked.form["logo"] ?? ""
  const logo = picture !== "" ? Buffer.from(picture, "base64") : undefined
  const isRemoved = asked.form["no-logo"] === "1"
  const change: NewStyle = { ...fields, logo: isRemoved ? null : logo }
  const styled = await core.merchants.style(merchantOf(visit).id, change)
  if ("wrong" in styled) {
    const wrong = { logo: say(LOOK.logoWrong, language, { why: styled.wrong }) }
    return page(visit, typed, wrong, null, view)
  }
  return { to: visit.href("/settings/branding"), said: say(SET.saved, language) }
}
