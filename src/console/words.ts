/** The languages of the console, and texts that are there in each of them. */
import { PAGE_LANGUAGES } from "../core/index.ts"

export type Language = (typeof PAGE_LANGUAGES)[number]

/** One text in each language. */
export type Words = Readonly<Record<Language, string>>

/** In the order in which they are offered, by their own names. */
export const LANGUAGES: readonly (readonly [language: Language, name: string])[] = [
  ["es", "Español"],
  ["pt", "Português"],
  ["en", "English"],
]

/** The tags that a page and the formats of dates and amounts have. */
export const TAGS: Readonly<Record<Language, string>> = { es: "es-CO", pt: "pt-BR", en: "en" }

const ACCEPTED_MAX = 20

/** A text with its `{names}` filled in. */
export function say(
  words: Words,
  language: Language,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return words[language].replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  )
}

/** Reads a name of a language; null for any that isn't spoken here. */
export function readLanguage(text: unknown): Language | null {
  return PAGE_LANGUAGES.find((each) => each === text) ?? null
}

/** The first language of a browser's list that is spoken here, Spanish where there is none. */
export function languageOf(accepted: string | undefined): Language {
  const tags = (accepted ?? "").split(",", ACCEPTED_MAX).map((wish) => wish.trim().toLowerCase())
  const known = tags.map((tag) => readLanguage(tag.split(/[-;]/)[0]))
  return known.find((each) => each !== null) ?? "es"
}
