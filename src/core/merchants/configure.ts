/** Changes what a merchant is called, where its days begin, and how long it takes late money. */
import { type AuditParts, append } from "../audit/audited.ts"
import { differences } from "../audit/entry.ts"
import { type Merchant, merchantSettings } from "./merchant.ts"
import { findMerchantByName, lockMerchant, updateMerchant } from "./store.ts"

/** What is left out stays. */
export type NewParticulars = {
  /** One line of 1 to 80 characters that no other merchant has, whatever the case. */
  readonly name?: string
  /** As `Intl` knows it. Reports of days that are over are those of the new zone from then on. */
  readonly timeZone?: string
  /** Hours after its expiry in which a payment still takes money: 0 to 720. */
  readonly lateMoneyHours?: number
}

export type Misnamed = { readonly wrong: "name_taken" | "name_invalid" | "zone_unknown" }

const NAME_MAX = 80

/** Changes them for all that is asked from then on, on every node; null for no merchant. */
export function configureMerchant(
  parts: AuditParts,
  merchantId: string,
  change: NewParticulars,
): Promise<Merchant | Misnamed | null> {
  return parts.database.transaction(async (tx) => {
    const old = await lockMerchant(tx, merchantId)
    if (old === null) return null
    const { name = old.name, timeZone = old.timeZone } = change
    const isLine = name.trim() === name && name !== "" && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)
    const isNew = name !== old.name
    if (isNew && (!isLine || name.length > NAME_MAX)) return { wrong: "name_invalid" }
    if (!isZone(timeZone)) return { wrong: "zone_unknown" }
    const other = await findMerchantByName(tx, name)
    if (other !== null && other.id !== merchantId) return { wrong: "name_taken" }
    const { lateMoneyHours = old.settings.lateMoneyHours } = change
    const settings = merchantSettings.parse({ ...old.settings, lateMoneyHours })
    const merchant: Merchant = { ...old, name, timeZone, settings }
    await updateMerchant(tx, merchant)
    const told = (each: Merchant) => ({
      name: each.name,
      timeZone: each.timeZone,
      lateMoneyHours: each.settings.lateMoneyHours,
    })
    await append(tx, parts, {
      action: "merchant.set",
      merchantId,
      subject: null,
      outcome: "done",
      change: differences(told(old), told(merchant)),
    })
    return merchant
  })
}

function isZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone !== ""
  } catch {
    return false
  }
}
