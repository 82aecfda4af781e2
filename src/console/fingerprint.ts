/** What a form was made from: nobody overwrites what somebody else has changed meanwhile. */
import { createHash } from "node:crypto"
import { type Html, html } from "../pages/html.ts"
import { note, table } from "./parts.ts"
import { type Asked, say, type Visit, type Words } from "./site.ts"

const WORDS = {
  changed: {
    es: "Alguien cambió esto mientras lo editaba. No se guardó nada: compare, ajuste y guarde de nuevo.",
    pt: "Alguém mudou isto enquanto você editava. Nada foi salvo: compare, ajuste e salve de novo.",
    en: "Somebody changed this while you edited it. Nothing was saved: compare, adjust and save again.",
  },
  field: { es: "Campo", pt: "Campo", en: "Field" },
  now: { es: "Ahora", pt: "Agora", en: "Now" },
  yours: { es: "Lo suyo", pt: "O seu", en: "Yours" },
  none: { es: "(vacío)", pt: "(vazio)", en: "(empty)" },
} as const satisfies Record<string, Words>

/** The fields of a form, by their names, as they are filled. */
export type Filled = Readonly<Record<string, string>>

function fingerprintOf(filled: Filled): string {
  const sorted = Object.entries(filled).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash("sha256").update(JSON.stringify(sorted)).digest("base64url").slice(0, 22)
}

/** The hidden field that carries it. */
export function fingerprintField(filled: Filled): Html {
  return html`<input type="hidden" name="made-from" value="${fingerprintOf(filled)}">`
}

/** Whether a form was made from something else than what is there now. */
export function isStale({ form }: Asked, now: Filled): boolean {
  return form["made-from"] !== fingerprintOf(now)
}

/** Both states beside each other, by the labels of their fields. */
export function conflict(
  { language }: Pick<Visit, "language">,
  now: Filled,
  yours: Filled,
  labels: Readonly<Record<string, string>>,
): Html {
  const shown = (text: string | undefined) => text || say(WORDS.none, language)
  const rows = Object.keys(now)
    .filter((name) => now[name] !== yours[name])
    .map((name) => ({ cells: [labels[name] ?? name, shown(now[name]), shown(yours[name])] }))
  const columns = [WORDS.field, WORDS.now, WORDS.yours].map((each) => ({
    label: say(each, language),
  }))
  const text = say(WORDS.changed, language)
  return html`${note(text, "warn", true)}
${rows.length > 0 && table(text, columns, rows)}`
}
