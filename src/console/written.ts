/** How counts, shares and distances in time are written for people. */
import { type Language, TAGS } from "./words.ts"

/** A count, with the language's separators. */
export function count(value: number | bigint, language: Language): string {
  return kept(`count ${language}`, () => new Intl.NumberFormat(TAGS[language])).format(value)
}

/** A part of a whole as a percentage with one decimal; "–" of nothing. */
export function percent(part: number, whole: number, language: Language): string {
  if (whole === 0) return "–"
  const format = kept(
    `percent ${language}`,
    () => new Intl.NumberFormat(TAGS[language], { style: "percent", maximumFractionDigits: 1 }),
  )
  return format.format(part / whole)
}

/** A length of time as people say it: "850 ms", "1,4 s", "3 min", "2 h"; "–" of none. */
export function took(ms: number | null, language: Language): string {
  if (ms === null) return "–"
  const units = [
    ["hour", 3_600_000],
    ["minute", 60_000],
    ["second", 1_000],
  ] as const
  const [unit, length] = units.find(([, each]) => ms >= each) ?? ["millisecond" as const, 1]
  const format = kept(
    `took ${language} ${unit}`,
    () =>
      new Intl.NumberFormat(TAGS[language], {
        style: "unit",
        unit,
        maximumFractionDigits: unit === "second" ? 1 : 0,
      }),
  )
  return format.format(ms / length)
}

/** How long ago, in the largest unit that says enough. */
export function ago(language: Language, at: Date, now: Date): string {
  const format = kept(
    `ago ${language}`,
    () => new Intl.RelativeTimeFormat(TAGS[language], { numeric: "auto", style: "short" }),
  )
  const seconds = Math.round((at.getTime() - now.getTime()) / 1_000)
  const units = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ] as const
  const [unit, length] = units.find(([, each]) => Math.abs(seconds) >= each) ?? ["second", 1]
  return format.format(Math.round(seconds / length), unit)
}

/** Making a format takes longer than using it; there are as many as languages and zones. */
const formats = new Map<string, unknown>()
const FORMATS_MAX = 100
function kept<Format>(name: string, make: () => Format): Format {
  const known = formats.get(name) as Format | undefined
  if (known !== undefined) return known
  if (formats.size >= FORMATS_MAX) formats.clear()
  const made = make()
  formats.set(name, made)
  return made
}
