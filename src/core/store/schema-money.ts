/** The tables of money: where it was seen, where it may be sent, where it lies, how it moved. */
import type { Account, Transfer } from "../ledger/account.ts"
import type { Address, Xpub } from "../xpubs/xpub.ts"
import type { Table } from "./tables.ts"

/** A place where money was seen, as it is stored. */
export type SightingRow = {
  readonly rail: string
  readonly place: string
  readonly attemptId: string
  readonly fact: string
  readonly amount: bigint | null
  readonly asset: string | null
  readonly at: Date
  readonly createdAt: Date
  /** The chain it stands on, with its place there; null for what a rail told of one attempt. */
  readonly watch: string | null
  readonly block: bigint | null
  readonly blockHash: string | null
  readonly sender: string | null
  readonly receiver: string | null
  /** The transaction. */
  readonly reference: string | null
  /** What is known of it now. */
  readonly state: SightingState
  /** What of that has reached the books, and with how much; null for nothing yet. */
  readonly applied: SightingState | null
  readonly appliedAmount: bigint | null
  /** What of it lies in the books. */
  readonly booked: bigint
  /** That vanished deeper than it may, and is held. */
  readonly frozen: boolean
  readonly applyAt: Date
}

/** On its way; there for good; no longer part of its chain. */
export type SightingState = "seen" | "final" | "orphaned"

export const sightings: Table<SightingRow> = {
  name: "sightings",
  columns: {
    rail: "text",
    place: "text",
    attemptId: "uuid",
    fact: "text",
    amount: "numeric",
    asset: "text",
    at: "timestamptz",
    createdAt: "timestamptz",
    watch: "text",
    block: "int8",
    blockHash: "text",
    sender: "text",
    receiver: "text",
    reference: "text",
    state: "text",
    applied: "text",
    appliedAmount: "numeric",
    booked: "numeric",
    frozen: "bool",
    applyAt: "timestamptz",
  },
  key: ["rail", "place"],
  fixed: [
    "attemptId",
    "fact",
    "amount",
    "asset",
    "at",
    "createdAt",
    "watch",
    "block",
    "blockHash",
    "sender",
    "receiver",
    "reference",
    "state",
    "applyAt",
  ],
  sort: (row) => `${row.rail}|${row.place}`,
}

export const xpubs: Table<Xpub> = {
  name: "xpubs",
  columns: {
    id: "uuid",
    merchantId: "uuid",
    rail: "text",
    fingerprint: "text",
    keySealed: "bytea",
    nextIndex: "int4",
    vettedBelow: "int4",
    skipped: "int4[]",
    createdAt: "timestamptz",
    retiredAt: "timestamptz",
  },
  key: ["id"],
  fixed: [
    "merchantId",
    "rail",
    "fingerprint",
    "keySealed",
    "vettedBelow",
    "skipped",
    "createdAt",
    "retiredAt",
  ],
  sort: (row) => row.id,
}

export const addresses: Table<Address> = {
  name: "addresses",
  columns: {
    rail: "text",
    address: "text",
    xpubId: "uuid",
    position: "int4",
    attemptId: "uuid",
    createdAt: "timestamptz",
  },
  key: ["rail", "address"],
  fixed: [],
  sort: (row) => `${row.rail}|${row.address}`,
}

export const accounts: Table<Account> = {
  name: "accounts",
  columns: {
    id: "uuid",
    custodian: "text",
    merchantId: "uuid",
    rail: "text",
    kind: "text",
    asset: "text",
    balance: "numeric",
    floor: "numeric",
    createdAt: "timestamptz",
  },
  key: ["id"],
  fixed: ["custodian", "merchantId", "rail", "kind", "asset", "floor", "createdAt"],
  sort: (row) => row.id,
}

export const transfers: Table<Transfer> = {
  name: "transfers",
  columns: {
    id: "uuid",
    debitId: "uuid",
    creditId: "uuid",
    amount: "numeric",
    kind: "text",
    merchantId: "uuid",
    paymentId: "uuid",
    reference: "text",
    createdAt: "timestamptz",
  },
  key: ["id"],
  fixed: [],
  sort: (row) => row.reference ?? row.id,
}
