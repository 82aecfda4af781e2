/** The wallet in each country, and exchange rates. Pure. */
import type { z } from "zod"
import type { Account } from "../../core/index.ts"
import { decimalsOf, toNumber } from "../../money.ts"
import type { ratesAnswer, walletAnswer } from "./answers.ts"
import type { ratesQuery } from "./requests.ts"

/** The country of each currency in which a wallet is kept. */
const COUNTRY_OF: Readonly<Record<string, string>> = {
  ARS: "AR",
  CLP: "CL",
  COP: "CO",
  MXN: "MX",
  PEN: "PE",
}

/** A client's wallet in each country, or in `country` alone. */
export function balancesOf(
  accounts: readonly Account[],
  country: string | null,
): z.infer<typeof walletAnswer>["balances"] {
  const balance = (kind: Account["kind"], currency: string) => {
    const account = accounts.find(
      (each) => each.custodian === "gateway" && each.kind === kind && each.asset === currency,
    )
    return toNumber(account?.balance ?? 0n, decimalsOf(currency))
  }
  return Object.entries(COUNTRY_OF)
    .filter(([, countryCode]) => country === null || countryCode === country)
    .map(([currency, countryCode]) => ({
      countryCode,
      currency,
      available: balance("available", currency),
      held: balance("held", currency),
    }))
}

/** Round numbers of the right size, in local currency for one US dollar; they follow no market. */
const SANDBOX_RATES: Readonly<Record<string, number>> = {
  ARS: 1_250.5,
  CLP: 950,
  COP: 4_000,
  MXN: 18.5,
  PEN: 3.75,
}

type Rates = z.infer<typeof ratesAnswer>["exchanges"]

/** The rates of every country, or of the one that was asked for; none where money is real. */
export function ratesOf(
  { countryCode, companyType }: z.infer<typeof ratesQuery>,
  mode: "sandbox" | "live",
): Rates {
  if (mode === "live") return []
  return Object.entries(SANDBOX_RATES)
    .map(([localCurrency, exchangeRate]) => ({
      localCurrency,
      currency: "USD",
      exchangeRate,
      countryCode: COUNTRY_OF[localCurrency]!,
      companyType,
    }))
    .filter((rate) => countryCode === undefined || rate.countryCode === countryCode)
}
