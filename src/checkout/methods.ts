/** The ways to pay that a page has, and which of them a payment's payer may choose. */
import type { Method, Payment } from "../core/index.ts"
import type { Brief } from "./purpose.ts"

/** In the order in which they stand on the page. */
export const PAGE_METHODS = ["bank", "wallet", "bancolombia", "crypto"] as const
export type PageMethod = (typeof PAGE_METHODS)[number]

/** What each is to the core. A payer of Bancolombia chooses the account there, and not here. */
export const METHOD_OF = {
  bank: "bank",
  wallet: "wallet",
  bancolombia: "bank",
  crypto: "crypto",
} as const satisfies Record<PageMethod, Method>

/** Banks and wallets of this page hold pesos and nothing else. */
const ACCOUNT_ASSET = "COP"

/** What this payment's payer may choose, of the methods that can be opened now. */
export function offeredTo(
  { asset }: Payment,
  { methods, enforcedDocument }: Brief,
  available: readonly Method[],
): readonly PageMethod[] {
  return PAGE_METHODS.filter((each) => {
    const method: Method = METHOD_OF[each]
    // Nobody can tell to whose document a wallet on a chain belongs.
    const fits = method === "crypto" ? enforcedDocument === null : asset === ACCOUNT_ASSET
    return fits && available.includes(method) && (methods?.includes(method) ?? true)
  })
}
