/** Who signs in to the console, in which role, and what each role may. */
import type { PAGE_LANGUAGES } from "../merchants/merchant.ts"

/** From the one who may all to those who look. A merchant's user sees its own merchant only. */
export const ROLES = ["owner", "operator", "support", "merchant"] as const
export type Role = (typeof ROLES)[number]

export type UserLanguage = (typeof PAGE_LANGUAGES)[number]

/** What a page or an action needs. */
export const PERMISSIONS = [
  "see",
  "money",
  "webhooks",
  "keys",
  "settings",
  "sandbox",
  "operate",
  "audit",
  "users",
] as const
export type Permission = (typeof PERMISSIONS)[number]

/**
 * Which roles have it. `see` reads and changes nothing; `operate` is for those who run the gateway
 * for all merchants: wallets, fees, attempts without an answer.
 */
export const MAY: Readonly<Record<Permission, readonly Role[]>> = {
  see: ["owner", "operator", "support", "merchant"],
  money: ["owner", "operator", "merchant"],
  webhooks: ["owner", "operator", "merchant"],
  keys: ["owner", "operator", "merchant"],
  settings: ["owner", "operator", "merchant"],
  sandbox: ["owner", "operator", "merchant"],
  operate: ["owner", "operator"],
  audit: ["owner", "operator", "support"],
  users: ["owner"],
}

/** A user as others may see it: nothing in it is secret. */
export type User = {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly role: Role
  /** Set for the role `merchant`, and for no other. */
  readonly merchantId: string | null
  readonly language: UserLanguage
  /** Whether a password was chosen: until then there is an invitation. */
  readonly invited: boolean
  /** Whether a second factor is asked for. */
  readonly secondFactor: boolean
  readonly revision: number
  readonly createdAt: Date
  readonly signedInAt: Date | null
  readonly disabledAt: Date | null
}
