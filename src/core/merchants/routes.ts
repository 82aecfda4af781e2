/** Which way a merchant's money takes: the rails of its methods, and the account it comes into. */
import { type AuditParts, append } from "../audit/audited.ts"
import { differences } from "../audit/entry.ts"
import type { Method } from "../payments/attempt.ts"
import { assert } from "../refusal.ts"
import { type Merchant, merchantSettings } from "./merchant.ts"
import * as store from "./store.ts"

/** What is left out stays; null takes it away, so that the installation's own counts. */
export type NewRoutes = {
  readonly rails?: { readonly [M in Method]?: string | null }
  readonly bankAccount?: string | null
}

/**
 * Changes it for all payments that are tried from then on, on every node. Throws for what is no
 * setting; whether a rail or an account of that name is there, its caller has looked up.
 */
export function routeMerchant(
  parts: AuditParts,
  merchantId: string,
  { rails = {}, bankAccount }: NewRoutes,
): Promise<Merchant> {
  return parts.database.transaction(async (tx) => {
    const merchant = await store.lockMerchant(tx, merchantId)
    assert(merchant, `there is no merchant ${merchantId}`)
    const old = merchant.settings
    const merged = Object.entries({ ...old.rails, ...rails }).filter(([, rail]) => rail !== null)
    const settings = merchantSettings.parse({
      ...old,
      rails: Object.fromEntries(merged),
      bankAccount: bankAccount === undefined ? old.bankAccount : bankAccount,
    })
    await store.updateSettings(tx, merchantId, settings)
    await append(tx, parts, {
      action: "merchant.set",
      merchantId,
      subject: null,
      outcome: "done",
      change: differences(old, settings),
    })
    return { ...merchant, settings }
  })
}
