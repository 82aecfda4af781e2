/** Changes the terms on which a merchant uses a dialect. */
import { type AuditParts, append } from "../audit/audited.ts"
import { differences } from "../audit/entry.ts"
import type { DialectName } from "../payments/payment.ts"
import { type Terms, type TermsSettings, termsSettings } from "./merchant.ts"
import * as store from "./store.ts"

/** What is left out stays; of `lowBalance`, each currency by itself, and null takes one away. */
export type NewTerms = Partial<Omit<TermsSettings, "lowBalance">> & {
  readonly lowBalance?: Readonly<Record<string, string | null>>
}

/**
 * Changes a merchant's terms, under a lock, for what is asked from then on: every node sees them
 * within a second. What was created keeps the fee and commission it was created with. Answers the
 * terms as they are then, or null when the merchant doesn't use the dialect; throws for settings
 * that aren't valid.
 */
export function changeTerms(
  parts: AuditParts,
  merchantId: string,
  dialect: DialectName,
  { lowBalance = {}, ...change }: NewTerms,
): Promise<Terms | null> {
  return parts.database.transaction(async (tx) => {
    const terms = await store.lockTerms(tx, merchantId, dialect)
    if (terms === null) return null
    const old = terms.settings
    const limits = Object.entries({ ...old.lowBalance, ...lowBalance })
    const settings = termsSettings.parse({
      ...old,
      ...change,
      lowBalance: Object.fromEntries(limits.filter(([, limit]) => limit !== null)),
    })
    await store.updateTerms(tx, merchantId, dialect, settings)
    await append(tx, parts, {
      action: "terms.set",
      merchantId,
      subject: dialect,
      outcome: "done",
      change: differences(old, settings),
    })
    return { ...terms, settings }
  })
}
