/** Money: whole minor units as a bigint beside the asset they count, and its decimal notation. */

/** An amount in minor units (centavos, cents, a token's smallest unit) of one asset. */
export type Money = { readonly amount: bigint; readonly asset: string }

/**
 * Decimals of the fiat currencies that are known here, as ISO 4217 states them.
 * A token is named `eip155:<chain id>/erc20:<contract>` (CAIP-19) and brings its own decimals.
 */
export const CURRENCY_DECIMALS: Readonly<Record<string, number>> = {
  ARS: 2,
  BRL: 2,
  CLP: 0,
  COP: 2,
  EUR: 2,
  MXN: 2,
  PEN: 2,
  USD: 2,
}

/** Decimals of a fiat currency; throws for one that is not in the table. */
export function decimalsOf(currency: string): number {
  const decimals = CURRENCY_DECIMALS[currency]
  if (decimals === undefined) throw new RangeError(`unknown currency ${currency}`)
  return decimals
}

/**
 * Reads plain decimal notation ("12", "12.5", "12.50") as minor units.
 * Answers null for a sign, an exponent, a separator, or more decimals than the asset has.
 */
export function parseDecimal(text: string, decimals: number): bigint | null {
  const match = /^(\d{1,60})(?:\.(\d{1,40}))?$/.exec(text)
  if (!match) return null
  const fraction = (match[2] ?? "").replace(/0+$/, "")
  if (fraction.length > decimals) return null
  return BigInt(match[1]! + fraction.padEnd(decimals, "0"))
}

/** Writes minor units in decimal notation with exactly `decimals` decimals. */
export function formatDecimal(amount: bigint, decimals: number): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, "0")
  const sign = amount < 0n ? "-" : ""
  if (decimals === 0) return sign + digits
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

/**
 * Reads a JSON number of major units as minor units. Answers null when it isn't finite and safe, is
 * negative, or has more decimals than the asset.
 */
export function parseNumber(value: number, decimals: number): bigint | null {
  if (!Number.isFinite(value) || value < 0 || value > Number.MAX_SAFE_INTEGER) return null
  const text = String(value)
  return text.includes("e") ? null : parseDecimal(text, decimals)
}

/** Minor units as a JSON number of major units; exact below 2^53 minor units. */
export function toNumber(amount: bigint, decimals: number): number {
  return Number(formatDecimal(amount, decimals))
}

/** `basisPoints` hundredths of a percent of `amount`, rounded half up. */
export function share(amount: bigint, basisPoints: bigint): bigint {
  return (amount * basisPoints + 5_000n) / 10_000n
}
