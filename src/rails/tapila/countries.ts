/** The countries in which this API sells, and what is paid with there. */

/** ISO 3166 alpha-2 to ISO 4217. */
const CURRENCIES = { AR: "ARS", CL: "CLP", CO: "COP", MX: "MXN", PE: "PEN" } as const

export type Country = keyof typeof CURRENCIES
export const COUNTRIES = Object.keys(CURRENCIES) as [Country, ...Country[]]

/** A code such as `AR-R-0901`: the country, `R` for recharges, a number. */
const COMPANY_CODE = /^([A-Z]{2})-R-\d{1,8}$/

/** The country of a company's code; null when it is no such code. */
export function countryOf(companyCode: string): Country | null {
  const country = COMPANY_CODE.exec(companyCode)?.[1]
  return COUNTRIES.find((each) => each === country) ?? null
}

/** What is paid with in a country (ISO 4217). */
export function currencyOf(country: Country): string {
  return CURRENCIES[country]
}
