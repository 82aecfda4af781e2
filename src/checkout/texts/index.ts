/** The languages that the pages speak, and how one of them is chosen. */
import { en } from "./en.ts"
import { es } from "./es.ts"
import { pt } from "./pt.ts"

export type Texts = typeof es

export const dictionaries = { es, pt, en } as const satisfies Record<string, Texts>
export type Language = keyof typeof dictionaries

/** In the order in which a page offers them, by their own names. */
export const LANGUAGES: readonly (readonly [language: Language, name: string])[] = [
  ["es", "Español"],
  ["pt", "Português"],
  ["en", "English"],
]

/** Spoken where nobody names another: most payers so far read Spanish. */
export const FALLBACK: Language = "es"
/** Browsers list a handful of languages; a longer header is somebody's game. */
const ACCEPTED_MAX = 20

/** The language that a link names; null when it names none that we speak. */
export function languageNamed(name: unknown): Language | null {
  return LANGUAGES.find(([language]) => language === name)?.[0] ?? null
}

/** The language that a browser likes best of those that we speak (RFC 9110, 12.5.4), or null. */
export function languageAccepted(header: string | undefined): Language | null {
  const wishes = (header ?? "").split(",", ACCEPTED_MAX).map((wish) => {
    const [tag = "", ...parameters] = wish
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/)
    const weight = parameters.find((each) => each.startsWith("q="))?.slice(2)
    return {
      language: languageNamed(tag.split("-")[0]),
      weight: weight === undefined ? 1 : Number(weight),
    }
  })
  const known = wishes.filter(({ language, weight }) => language !== null && weight > 0)
  // The sort is stable: of equal weights the first one wins.
  return known.sort((a, b) => b.weight - a.weight)[0]?.language ?? null
}
