/** Finds what an operator names: a merchant, a dialect, a currency. */
import { type Core, type DialectName, isDay, type Merchant } from "../core/index.ts"
import { type Dialect, dialects } from "../dialects/index.ts"
import { CURRENCY_DECIMALS, formatDecimal, parseDecimal } from "../money.ts"
import { CommandError, UsageError } from "./command.ts"

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** More names than this are no help. */
const NAMES_MAX = 20
/** No gateway booked anything before it, and calendars of holidays don't reach back forever. */
const FIRST_DAY = "2000-01-01"
/** The day that follows has to be one that four digits have a year for, in every zone. */
const LAST_DAY = "9998-12-31"

/** A merchant by its name or id; throws `CommandError` that says who there is. */
export async function findMerchant(core: Core, nameOrId: string): Promise<Merchant> {
  const found =
    (await core.merchants.findByName(nameOrId)) ??
    (UUID.test(nameOrId) ? await core.merchants.find(nameOrId.toLowerCase()) : null)
  if (found) return found
  const names = (await core.merchants.list()).map(({ name }) => name)
  const shown = names.slice(0, NAMES_MAX).join(", ") + (names.length > NAMES_MAX ? ", …" : "")
  const hint = shown === "" ? 'add one: caudal merchant add "…"' : `there are: ${shown}`
  throw new CommandError(`There is no merchant "${nameOrId}"; ${hint}`)
}

/** An id as we make them; throws `CommandError`, for the database would only say "syntax". */
export function readId(text: string, what: string): string {
  if (!UUID.test(text)) throw new CommandError(`"${text}" is not the id of ${what}`)
  return text.toLowerCase()
}

/** A dialect by its name; throws `UsageError` that says which there are. */
export function findDialect(name: string): Dialect {
  const found = dialects.find((dialect) => dialect.name === name)
  if (found) return found
  throw new UsageError(`There is no dialect "${name}"; there are: ${dialectNames().join(", ")}`)
}

export function dialectNames(): readonly DialectName[] {
  return dialects.map((dialect) => dialect.name)
}

/** A currency in capitals, with its decimals; throws `UsageError` that says which are known. */
export function findCurrency(code: string): { currency: string; decimals: number } {
  const currency = code.toUpperCase()
  const decimals = Object.hasOwn(CURRENCY_DECIMALS, currency)
    ? CURRENCY_DECIMALS[currency]
    : undefined
  if (decimals !== undefined) return { currency, decimals }
  const known = Object.keys(CURRENCY_DECIMALS).join(", ")
  throw new UsageError(`There is no currency "${code}"; there are: ${known}`)
}

/** An amount above zero in minor units; throws `UsageError`. */
export function readAmount(text: string, currency: string, decimals: number): bigint {
  const amount = parseDecimal(text, decimals)
  if (amount !== null && amount > 0n) return amount
  const form = decimals === 0 ? "1500" : `1500.${"0".repeat(decimals)}`
  const limit = decimals === 0 ? "without decimals" : `with at most ${decimals} decimals`
  throw new UsageError(
    `"${text}" is not an amount of ${currency}: write it like ${form}, above zero and ${limit}`,
  )
}

/** An amount as people write it: a currency's in major units, a token's in its smallest ones. */
export function writeAmount(amount: bigint, asset: string): string {
  const isCurrency = Object.hasOwn(CURRENCY_DECIMALS, asset)
  return formatDecimal(amount, isCurrency ? CURRENCY_DECIMALS[asset]! : 0)
}

/** A time zone by its name; throws `UsageError`. */
export function readTimeZone(name: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone
  } catch {
    throw new UsageError(`--time-zone ${name}: there is no such zone; write it like America/Lima`)
  }
}

/** How many rows a list is to have, `usual` when nobody says; throws `UsageError`. */
export function readLimit(
  text: string | undefined,
  { usual, most }: { readonly usual: number; readonly most: number },
): number {
  if (text === undefined) return usual
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= most) return limit
  throw new UsageError(`--limit ${text}: write a number from 1 to ${most}`)
}

/** A day of the calendar, if one was given; throws `UsageError`. */
export function readDay(what: string, text: string | undefined): string | null {
  if (text === undefined) return null
  if (isDay(text) && text >= FIRST_DAY && text <= LAST_DAY) return text
  const range = `from ${FIRST_DAY} to ${LAST_DAY}`
  throw new UsageError(`${what} ${text}: write a day like 2026-01-05, ${range}`)
}
