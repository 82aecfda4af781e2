/** The chart of accounts: who holds what for whom, and the id that follows from that. */
import { createHash } from "node:crypto"

export type Custodian = "gateway" | "self"

/** A merchant's accounts. `owed` is what the merchant owes us: it alone may fall below zero. */
const MERCHANT_ACCOUNTS = ["available", "held", "unapplied", "fees", "owed"] as const
export type MerchantAccount = (typeof MERCHANT_ACCOUNTS)[number]
/** A rail's: `clearing` is asked for or approved but not here yet, `outside` is the world. */
const RAIL_ACCOUNTS = ["clearing", "outside"] as const
export type RailAccount = (typeof RAIL_ACCOUNTS)[number]

/** What makes an account the one it is. */
export type AccountKey = {
  readonly custodian: Custodian
  readonly merchantId: string | null
  readonly rail: string | null
  readonly kind: MerchantAccount | RailAccount
  readonly asset: string
}

export type Account = AccountKey & {
  readonly id: string
  readonly balance: bigint
  readonly floor: bigint | null
  readonly createdAt: Date
}

/** One double entry: `amount` leaves the debit account and enters the credit account. */
export type Transfer = {
  readonly id: string
  readonly debitId: string
  readonly creditId: string
  readonly amount: bigint
  readonly kind: string
  readonly merchantId: string | null
  readonly paymentId: string | null
  readonly reference: string | null
  readonly createdAt: Date
}

const ids = new Map<string, string>()
/** Accounts are few (merchants × assets × kinds); past this the map starts anew. */
const REMEMBERED_IDS_MAX = 50_000

/** An account's id follows from its key, so that it can be locked before it was ever read. */
export function accountId(key: AccountKey): string {
  const name = `${key.custodian}|${key.merchantId ?? ""}|${key.rail ?? ""}|${key.kind}|${key.asset}`
  const known = ids.get(name)
  if (known) return known
  const hex = createHash("sha256").update(name).digest("hex")
  // A version 8 UUID: the form that RFC 9562 keeps for ids derived in one's own way.
  const id = hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-8$3-a$4-$5")
  if (ids.size >= REMEMBERED_IDS_MAX) ids.clear()
  ids.set(name, id)
  return id
}

/** The account of a merchant. */
export function merchantAccount(
  custodian: Custodian,
  merchantId: string,
  kind: MerchantAccount,
  asset: string,
): AccountKey {
  return { custodian, merchantId, rail: null, kind, asset }
}

/** The account of a rail, for one asset. */
export function railAccount(
  custodian: Custodian,
  rail: string,
  kind: RailAccount,
  asset: string,
): AccountKey {
  return { custodian, merchantId: null, rail, kind, asset }
}

/** All accounts that the owner of this one may have in its asset, this one among them. */
export function accountsBeside(key: AccountKey): readonly AccountKey[] {
  const kinds = key.merchantId === null ? RAIL_ACCOUNTS : MERCHANT_ACCOUNTS
  return kinds.map((kind) => ({ ...key, kind }))
}

/** The balance below which an account may never go; null where it may. */
export function floorOf(kind: AccountKey["kind"]): bigint | null {
  return kind === "outside" || kind === "clearing" || kind === "owed" ? null : 0n
}
