/** A merchant, and the terms on which it uses each dialect. */
import { z } from "zod"
import type { Method } from "../payments/attempt.ts"
import type { DialectName } from "../payments/payment.ts"

/** The languages in which a merchant's pages can be: those that the pages speak. */
export const PAGE_LANGUAGES = ["es", "pt", "en"] as const

/** What can be set for a merchant; every value has a default. */
export const merchantSettings = z.strictObject({
  displayName: z.string().max(80).nullable().default(null),
  supportInfo: z.string().max(200).nullable().default(null),
  /** Of buttons and links on its payers' pages. */
  colour: z
    .string()
    .regex(/^#[0-9a-f]{6}$/)
    .nullable()
    .default(null),
  /** Of its payers' pages, for browsers that ask for none that we speak. */
  language: z.enum(PAGE_LANGUAGES).nullable().default(null),
  /** What a page has to know of its logo; the picture itself is a row of its own. */
  logo: z
    .strictObject({
      hash: z.string().regex(/^[0-9a-f]{64}$/),
      width: z.int().min(1),
      height: z.int().min(1),
    })
    .nullable()
    .default(null),
  /** Which rail each method takes. */
  rails: z.partialRecord(z.enum(["bank", "wallet", "crypto", "recharge"]), z.string()).default({}),
  /** Which of the gateway's own bank accounts its money is collected into; null for the usual. */
  bankAccount: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .nullable()
    .default(null),
  /** How long after expiry money is still accepted, in hours; 0 accepts none. */
  lateMoneyHours: z.int().min(0).max(720).default(24),
})
export type MerchantSettings = z.infer<typeof merchantSettings>

/** What can be set for one merchant in one dialect. Amounts are minor units as decimal text. */
export const termsSettings = z.strictObject({
  /** Deducted from each approved charge: a fixed part and hundredths of a percent. */
  feeFixed: z
    .string()
    .regex(/^\d{1,18}$/)
    .default("0"),
  feeBasisPoints: z.int().min(0).max(10_000).default(0),
  minAmount: z
    .string()
    .regex(/^\d{1,18}$/)
    .nullable()
    .default(null),
  maxAmount: z
    .string()
    .regex(/^\d{1,18}$/)
    .nullable()
    .default(null),
  currency: z.string().length(3).nullable().default(null),
  /** How long a payment waits for its payer, in seconds; null means the dialect's own default. */
  ttlSeconds: z.int().min(1).max(31_536_000).nullable().default(null),
  redirectUrl: z.string().max(2_048).nullable().default(null),
  /** Whatever else belongs to one dialect only. */
  country: z.string().length(2).nullable().default(null),
  clientUsername: z.string().max(80).nullable().default(null),
  answerWithinMs: z.int().min(0).max(60_000).nullable().default(null),
  /** Below which balance of its wallet the merchant is told, by currency. */
  lowBalance: z.record(z.string().length(3), z.string().regex(/^\d{1,18}$/)).default({}),
  /** How many requests a minute each credential has; 0 for any, null for the usual. */
  requestsPerMinute: z.int().min(0).max(1_000_000).nullable().default(null),
  identifierLimit: z.int().min(1).nullable().default(null),
  notifyAlways: z.boolean().default(false),
})
export type TermsSettings = z.infer<typeof termsSettings>

export type Merchant = {
  readonly id: string
  readonly name: string
  readonly timeZone: string
  readonly settings: MerchantSettings
  readonly createdAt: Date
}

export type Terms = {
  readonly merchantId: string
  readonly dialect: DialectName
  readonly settings: TermsSettings
  readonly signingKeySealed: Buffer
  readonly createdAt: Date
}

/** The rails that a merchant's payments of this method may take, the first choice first. */
export function railsFor(
  merchant: Merchant,
  method: Method,
  fallback: readonly string[],
): readonly string[] {
  const own = merchant.settings.rails[method]
  return own === undefined ? fallback : [own]
}
