/** What a dialect may have left for its payer's page beside the payment; all of it optional. */
import { z } from "zod"
import type { Merchant, Payment, Purpose, State } from "../core/index.ts"

const text = z.string().min(1).nullable().catch(null)

const payer = z.object({
  name: text,
  documentType: text,
  documentNumber: text,
  email: text,
  phoneNumber: text,
})
/** What is known of a payer beforehand: it fills the form, and is shown only masked. */
export type KnownPayer = z.infer<typeof payer>

// A page must open whatever a dialect wrote: what doesn't fit counts as left out.
const purpose = z.object({
  redirectUrl: text,
  displayName: text,
  supportInfo: text,
  /** The document that the paying account has to belong to. */
  enforcedDocument: text,
  /** The core's methods that may be offered; null for all. */
  methods: z.array(z.string()).nullable().catch(null),
  payer: payer.nullable().catch(null),
})

/** What the page says about the merchant, and asks of the payer. */
export type Brief = z.infer<typeof purpose> & { readonly displayName: string }

/** Reads a payment's purpose; the merchant's own settings stand in for what is missing. */
export function briefOf(kept: Purpose, merchant: Merchant): Brief {
  const read = purpose.parse(kept)
  const { displayName, supportInfo } = merchant.settings
  return {
    ...read,
    displayName: withoutOverrides(read.displayName ?? displayName ?? merchant.name),
    supportInfo: withoutOverrides(read.supportInfo ?? supportInfo),
  }
}

/**
 * What a payment is for, in words; null where there are none. Shops' programs also put documents of
 * their own there (the vendor's plugin sends JSON), which tell a payer nothing.
 */
export function descriptionOf(payment: Payment): string | null {
  const description = withoutOverrides(payment.description)
  if (description === null || !/^\s*[{[]/.test(description)) return description
  try {
    JSON.parse(description)
    return null
  } catch {
    return description
  }
}

/** Signs that turn the direction of what follows could turn our own sentences around. */
function withoutOverrides<T extends string | null>(text: T): T {
  return (text?.replace(/[\u202a-\u202e\u2066-\u2069]/g, "") ?? null) as T
}

/** The word that tells a merchant's page how it ended: a hint for the eye, never the proof. */
const WORDS = {
  pending: "PENDING",
  processing: "PENDING",
  approved: "APPROVED",
  declined: "REJECTED",
  expired: "REJECTED",
  cancelled: "REJECTED",
  returned: "REJECTED",
} as const satisfies Record<State, string>

/** Where the payer goes back to, with `transaccion` and `estado` appended; null for nowhere. */
export function returnUrl(redirectUrl: string | null, payment: Payment): string | null {
  const url = redirectUrl === null ? null : URL.parse(redirectUrl)
  if (!url || !/^https?:$/.test(url.protocol)) return null
  const broke = payment.state === "declined" && payment.reason === "operator_unavailable"
  const added = `transaccion=${payment.id}&estado=${broke ? "ERROR" : WORDS[payment.state]}`
  // Written by hand: URLSearchParams would write the merchant's own query anew, in its own way.
  url.search = url.search === "" ? added : `${url.search}&${added}`
  return url.href
}
