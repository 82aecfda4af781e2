/** What was typed into a form whose session had ended: kept over a sign-in, offered again. */
import { z } from "zod"
import { type Html, html } from "../pages/html.ts"

/** What was asked for: where, and the fields of its form; null where it was a page to look at. */
export type Kept = {
  readonly path: string
  readonly fields: readonly (readonly [name: string, value: string])[] | null
}

/** More than any form of ours has but one with a picture, which has to be chosen again. */
const KEPT_MAX = 24_000
/** What must be typed anew, by whoever has just signed in. */
const SECRET = /password|secret|code|csrf|kept/i

const schema = z.object({
  path: z.string().max(2_000),
  fields: z
    .array(z.tuple([z.string().max(200), z.string().max(KEPT_MAX)]))
    .max(200)
    .nullable(),
})

/** A path below the console, which a browser can't take for another host's. */
export function localPath(text: string | undefined): string | null {
  if (text === undefined || text.length > 2_000) return null
  return /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text) || text === "/" ? text : null
}

/** Keeps a form without what is secret in it; of one that is too large its address alone. */
export function keep(path: string, form: URLSearchParams): Kept {
  const fields = [...form].filter(([name]) => !SECRET.test(name))
  const isLarge = JSON.stringify(fields).length > KEPT_MAX
  return isLarge ? { path: "/", fields: null } : { path, fields }
}

/** Reads what a sign-in page carried; null for what isn't right. */
export function readKept(text: string | undefined): Kept | null {
  if (text === undefined || text.length > 2 * KEPT_MAX) return null
  try {
    const { path, fields } = schema.parse(JSON.parse(text))
    return localPath(path) === null ? null : { path, fields }
  } catch {
    return null
  }
}

/** The hidden field in which a page carries a form on. */
export function keptField(kept: Kept): Html {
  return html`<input type="hidden" name="kept" value="${JSON.stringify(kept)}">`
}

/** The fields of a kept form, hidden. */
export function keptFields({ fields }: Kept): Html {
  return html`${(fields ?? []).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}`
}
