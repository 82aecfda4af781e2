/** Amounts, assets and instants as people of a language read and write them. */
import type { Core, KnownToken, Merchant } from "../core/index.ts"
import { CURRENCY_DECIMALS, formatDecimal, parseDecimal } from "../money.ts"
import { type Html, html } from "../pages/html.ts"
import { type Language, TAGS } from "./words.ts"

/** How things are read on one page. */
export type Reading = {
  readonly language: Language
  readonly timeZone: string
  readonly tokens: ReadonlyMap<string, KnownToken>
}

/** Where things of all merchants are shown: nobody's in particular. */
const USUAL_ZONE = "UTC"

/** How a visit reads what belongs to a merchant; null for everybody's. */
export function readingFor(
  { core, language }: { readonly core: Pick<Core, "rails">; readonly language: Language },
  merchant: Pick<Merchant, "timeZone"> | null,
): Reading {
  const tokens = [...core.rails.values()].flatMap(({ receiving }) => receiving?.tokens ?? [])
  return {
    language,
    timeZone: merchant?.timeZone ?? USUAL_ZONE,
    tokens: new Map(tokens.map((token) => [token.asset, token])),
  }
}

/** The decimals of an asset; null for a token that no setting knows. */
export function decimalsFor(asset: string, { tokens }: Pick<Reading, "tokens">): number | null {
  if (Object.hasOwn(CURRENCY_DECIMALS, asset)) return CURRENCY_DECIMALS[asset]!
  return tokens.get(asset)?.decimals ?? null
}

/** `COP`, `USDT (BNB Chain)`, or the name of an asset that no setting knows. */
export function assetName(asset: string, { tokens }: Pick<Reading, "tokens">): string {
  const token = tokens.get(asset)
  return token ? `${token.token} (${token.blockchain})` : asset
}

/** An amount of minor units with its asset behind: "12.500,00 COP". Unknown tokens stay whole. */
export function amountText(amount: bigint, asset: string, reading: Reading): string {
  return `${figureText(amount, asset, reading)} ${shortName(asset, reading)}`
}

/** The same for a page; the asset is smaller. */
export function amountHtml(amount: bigint, asset: string, reading: Reading): Html {
  return html`<span class="amount" title="${assetName(asset, reading)}">${figureText(
    amount,
    asset,
    reading,
  )} <small>${shortName(asset, reading)}</small></span>`
}

/** The figure alone, with the separators of the language and all decimals of a currency. */
export function figureText(amount: bigint, asset: string, reading: Reading): string {
  const decimals = decimalsFor(asset, reading) ?? 0
  const isCurrency = Object.hasOwn(CURRENCY_DECIMALS, asset)
  const format = kept(
    `${reading.language} ${decimals} ${isCurrency}`,
    () =>
      new Intl.NumberFormat(TAGS[reading.language], {
        minimumFractionDigits: isCurrency ? decimals : 0,
        maximumFractionDigits: decimals,
        // Spanish leaves four digits together; a column is read easier when all are grouped.
        useGrouping: "always",
      }),
  )
  // Text keeps every digit; a number would round beyond 2^53.
  return format.format(formatDecimal(amount, decimals) as Intl.StringNumericLiteral)
}

/** `COP`, `USDT`, or the start of an unknown asset's name. */
function shortName(asset: string, { tokens }: Reading): string {
  const name = tokens.get(asset)?.token ?? asset
  return name.length <= SHORT_NAME_MAX ? name : `${name.slice(0, SHORT_NAME_MAX)}…`
}
const SHORT_NAME_MAX = 14

/** An amount as a field is filled with it: what `readAmount` of the same language reads back. */
export function fieldText(amount: bigint, asset: string, reading: Reading): string {
  const decimals = decimalsFor(asset, reading) ?? 0
  const plain = formatDecimal(amount, decimals).replace(/\.0+$/, "")
  return reading.language === "en" ? plain : plain.replace(".", ",")
}

/**
 * Reads an amount as people type it, in minor units: "12.500", "12500,50", "12,500.50". What both
 * separators stand for is known where both are there, or where one is there twice; alone it groups
 * thousands where the language writes them so. Null for what can't be read, and for more decimals
 * than the asset has.
 */
export function readAmount(text: string, asset: string, reading: Reading): bigint | null {
  const decimals = decimalsFor(asset, reading)
  const figures = text.replace(/[\s\u00a0$']/g, "")
  if (decimals === null || !/^[\d.,]{1,60}$/.test(figures)) return null
  const [group, point] = separatorsOf(figures, reading.language)
  const grouped = new RegExp(`^(?:\\d+|\\d{1,3}(?:\\${group}\\d{3})+)(?:\\${point}(\\d+))?$`)
  const match = grouped.exec(figures)
  if (!match || (match[1]?.length ?? 0) > decimals) return null
  return parseDecimal(figures.replaceAll(group, "").replace(point, "."), decimals)
}

function separatorsOf(
  figures: string,
  language: Language,
): readonly [group: string, point: string] {
  const usual = language === "en" ? ([",", "."] as const) : ([".", ","] as const)
  const [dot, comma] = [figures.lastIndexOf("."), figures.lastIndexOf(",")]
  if (dot >= 0 && comma >= 0) return dot > comma ? [",", "."] : [".", ","]
  const found = dot >= 0 ? "." : comma >= 0 ? "," : null
  if (found === null) return usual
  const other = found === "." ? "," : "."
  const [first, ...rest] = figures.split(found)
  const groups = rest.every(({ length }) => length === 3) && first!.length <= 3
  if (rest.length > 1) return [found, other]
  return found === usual[0] && groups ? [found, other] : [other, found]
}

/** An instant for people, in the zone of the page, and for machines. */
export function timeHtml(
  at: Date,
  reading: Reading,
  style: "day" | "minute" | "second" = "minute",
): Html {
  const text = timeText(at, reading, style)
  return html`<time datetime="${at.toISOString()}" title="${exactText(at, reading)}">${text}</time>`
}

const STYLES: Readonly<Record<"day" | "minute" | "second", Intl.DateTimeFormatOptions>> = {
  day: { dateStyle: "medium" },
  minute: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" },
  second: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" },
}

/** The same as text. */
export function timeText(at: Date, reading: Reading, style: "day" | "minute" | "second"): string {
  const { language, timeZone } = reading
  const format = kept(
    `${language} ${timeZone} ${style}`,
    () =>
      new Intl.DateTimeFormat(TAGS[language], {
        ...STYLES[style],
        timeZone,
        ...(style === "day" ? {} : { hourCycle: "h23" }),
      }),
  )
  return format.format(at)
}

/** To the millisecond, with the zone's name: what two logs are compared by. */
function exactText(at: Date, { timeZone }: Reading): string {
  const format = kept(
    `exact ${timeZone}`,
    () =>
      new Intl.DateTimeFormat("sv", {
        ...{ timeZone, dateStyle: "short", timeStyle: "medium" },
      }),
  )
  const ms = String(at.getUTCMilliseconds()).padStart(3, "0")
  return `${format.format(at)}.${ms} ${timeZone}`
}

/** Making a format takes long, and there are few: languages, decimals, zones of merchants. */
const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>()
/** More zones than a gateway has; past it they are made anew. */
const FORMATS_MAX = 2_000
function kept<Format extends Intl.NumberFormat | Intl.DateTimeFormat>(
  name: string,
  make: () => Format,
): Format {
  const known = formats.get(name) as Format | undefined
  if (known) return known
  if (formats.size >= FORMATS_MAX) formats.clear()
  const format = make()
  formats.set(name, format)
  return format
}
