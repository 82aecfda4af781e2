/**
 * A merchant's extended public key, and the addresses that payers were given below it.
 *
 * An index is allotted in the commit that creates its attempt, and never again. Before it may be,
 * somebody looked whether its address is new (`vettedBelow`, `skipped`).
 */
import type { Draft } from "../draft.ts"
import type { Instructions } from "../payments/attempt.ts"
import { type Refusal, refuse } from "../refusal.ts"

export type Xpub = {
  readonly id: string
  readonly merchantId: string
  readonly rail: string
  readonly fingerprint: string
  readonly keySealed: Buffer
  readonly nextIndex: number
  /** Indexes from here on have not been looked at. */
  readonly vettedBelow: number
  /** Indexes whose addresses were used before they were ours to give. */
  readonly skipped: readonly number[]
  readonly createdAt: Date
  readonly retiredAt: Date | null
}

/** One address that was given out, in lower case. */
export type Address = {
  readonly rail: string
  readonly address: string
  readonly xpubId: string
  readonly position: number
  readonly attemptId: string
  readonly createdAt: Date
}

/** How an attempt gets its address while the engine decides. Both functions are pure. */
export type Allotment = {
  readonly xpubId: string
  /** Whether only addresses may be given out that are known to be new. */
  readonly vetted: boolean
  addressAt(index: number): string
  instructionsAt(address: string): Instructions
}

/**
 * BIP-32's last index without a private key. It is never given out: the next one has to be told.
 */
export const INDEX_MAX = 2 ** 31 - 1

/** Takes the next index below a key for an attempt; says what its payer must do. */
export function allot(
  draft: Draft,
  { xpubId, vetted, addressAt, instructionsAt }: Allotment,
  attemptId: string,
): Instructions | Refusal {
  const xpub = draft.xpubs.get(xpubId)
  // One that was just replaced is still the merchant's own.
  if (xpub === null) return refuse("method_not_offered", "the merchant has no such key")
  let index = xpub.nextIndex
  while (xpub.skipped.includes(index)) index += 1
  if (index >= INDEX_MAX) return refuse("method_not_offered", "this key has no addresses left")
  if (vetted && index >= xpub.vettedBelow) {
    return refuse("address_unavailable", "no fresh address is ready; try again in a moment")
  }
  const address = addressAt(index)
  draft.xpubs.put(xpubId, { ...xpub, nextIndex: index + 1 })
  draft.addresses.insert(`${xpub.rail}|${address}`, {
    rail: xpub.rail,
    address,
    xpubId,
    position: index,
    attemptId,
    createdAt: draft.now,
  })
  return instructionsAt(address)
}
