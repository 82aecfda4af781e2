/** The fields of an endpoint: drawn with what was typed, and read. */
import { DIALECT_NAMES, type DialectName } from "../../core/index.ts"
import { type Html, html } from "../../pages/html.ts"
import { check, field } from "../parts.ts"
import { type Asked, say, type Visit } from "../site.ts"
import { DIALECTS } from "../terms.ts"
import { HOOKS } from "./texts.ts"

const URL_MAX = 2_048
const DESCRIPTION_MAX = 200
/** As the native API has them: more are no headers but a body. */
const HEADERS_MAX = 20
const HEADERS_TEXT_MAX = 20_000
/** RFC 9110, section 5.6.2, and the visible characters of a value. */
const HEADER =
  /^([A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}): *([\x21-\x7e](?:[\x20-\x7e]{0,1022}[\x21-\x7e])?)$/
/** What the gateway sets itself. */
const OURS =
  /^(?:host|content-.*|transfer-encoding|connection|keep-alive|upgrade|expect|te|trailer|user-agent|proxy-.*|webhook-.*)$/

/** What was typed, as it was. */
export type Typed = {
  readonly url: string
  readonly description: string
  readonly headers: string
  readonly replaces: boolean
  readonly dialect: DialectName
}
export type Errors = Readonly<Partial<Record<"url" | "description" | "headers" | "form", string>>>

export const NOTHING: Typed = {
  url: "",
  description: "",
  headers: "",
  replaces: false,
  dialect: "caudal",
}

/** What a form says, as texts. */
export function typedIn({ form }: Asked): Typed {
  return {
    url: (form["url"] ?? "").trim(),
    description: (form["description"] ?? "").trim(),
    headers: form["headers"] ?? "",
    replaces: form["replace"] === "1",
    dialect: DIALECT_NAMES.find((each) => each === form["dialect"]) ?? "caudal",
  }
}

/** What was typed as an endpoint has it; `headers` is undefined where they stay as they are. */
export type Read = {
  readonly url: string
  readonly description: string | null
  readonly headers: Readonly<Record<string, string>> | undefined
}

/** Reads the fields and checks the address; or says what is wrong with each. */
export async function readFields(
  visit: Visit,
  typed: Typed,
  isNew: boolean,
): Promise<Read | { readonly errors: Errors }> {
  const { language } = visit
  const errors: { -readonly [Name in keyof Errors]: Errors[Name] } = {}
  const { description, url } = typed
  if (url === "") errors.url = say(HOOKS.urlNeeded, language)
  else {
    const why = url.length > URL_MAX ? "too long" : await visit.core.checkAddress(url)
    if (why !== null) errors.url = say(HOOKS.urlWrong, language, { why })
  }
  if (description.length > DESCRIPTION_MAX || /\p{Cc}/u.test(description)) {
    errors.description = say(HOOKS.descriptionWrong, language)
  }
  const headers = readHeaders(typed.headers)
  const counts = isNew || typed.replaces
  if (counts && "line" in headers) {
    const { line } = headers
    errors.headers =
      line > HEADERS_MAX
        ? say(HOOKS.headersMany, language, { most: HEADERS_MAX })
        : say(HOOKS.headersWrong, language, { line })
  }
  if (Object.keys(errors).length > 0) return { errors }
  const given = counts && "headers" in headers ? headers.headers : undefined
  return { url, description: description === "" ? null : description, headers: given }
}

/** One header a line; or the number of the first line that is none. */
function readHeaders(
  text: string,
): { readonly headers: Readonly<Record<string, string>> } | { readonly line: number } {
  if (text.length > HEADERS_TEXT_MAX) return { line: HEADERS_MAX + 1 }
  const headers: Record<string, string> = {}
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim()
    if (line === "") continue
    const [, name = "", value = ""] = HEADER.exec(line) ?? []
    if (name === "" || OURS.test(name.toLowerCase())) return { line: at + 1 }
    headers[name.toLowerCase()] = value
  }
  return Object.keys(headers).length > HEADERS_MAX ? { line: HEADERS_MAX + 1 } : { headers }
}

/** The fields; `names` are the headers that an endpoint has now, null for a new one. */
export function fields(
  { language, core }: Visit,
  typed: Typed,
  errors: Errors,
  names: readonly string[] | null,
): Html {
  const hint = [
    ...(names?.length ? [say(HOOKS.headersNow, language, { names: names.join(", ") })] : []),
    say(HOOKS.headersHint, language),
  ]
  return html`${field({
    name: "url",
    label: say(HOOKS.url, language),
    value: typed.url,
    error: errors.url ?? null,
    hint: core.mode === "live" ? say(HOOKS.urlHint, language) : null,
    type: "url",
    required: true,
    maxlength: URL_MAX,
    placeholder: "https://tienda.example/webhooks",
    autocomplete: "off",
  })}
${
  names === null &&
  field({
    name: "dialect",
    label: say(HOOKS.dialect, language),
    value: typed.dialect,
    options: DIALECT_NAMES.map((each) => [each, DIALECTS[each]] as const),
  })
}
${field({
  name: "description",
  label: say(HOOKS.description, language),
  value: typed.description,
  error: errors.description ?? null,
  maxlength: DESCRIPTION_MAX,
})}
${field({
  name: "headers",
  label: say(HOOKS.headers, language),
  value: typed.headers,
  error: errors.headers ?? null,
  hint: hint.join(" "),
  rows: 3,
})}
${names !== null && check("replace", say(HOOKS.headersReplace, language), typed.replaces)}`
}
