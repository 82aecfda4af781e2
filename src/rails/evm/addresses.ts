/**
 * The addresses below a merchant's key (BIP-32, without a private key), some derived ahead.
 *
 * Everything here is public, so the multiplication may take a time that depends on its input; that
 * halves what an address costs.
 */
import { createHmac } from "node:crypto"
import { normalizeZ } from "@noble/curves/abstract/curve.js"
import { secp256k1 } from "@noble/curves/secp256k1.js"
import { HDKey } from "@scure/bip32"
import { addressOf } from "./address.ts"

/** BIP-32: from here on an index is hardened and needs the private key. */
export const INDEX_END = 2 ** 31
/** Addresses kept for one key: a few seconds of the fastest creating that was measured. */
export const AHEAD_MAX = 5_000
/** Used addresses that stay: a batch that is folded a second time asks for its own once more. */
const BEHIND_MAX = 1_000
/** Addresses kept for all keys, some 10 MB. Beyond it the key that was used longest ago pays. */
const POOL_MAX = 100_000
/** Keys that stay read: each is one point and 32 bytes, and reading one costs less than 1 ms. */
const KEYS_MAX = 10_000
/** Addresses derived before others get their turn: about 5 ms. They share one inversion. */
const SLICE = 16

const Point = secp256k1.Point
type Curve = InstanceType<typeof Point>

type Parent = {
  readonly point: Curve
  readonly chainCode: Uint8Array
  /** What is hashed: the compressed public key, then room for the index. */
  readonly data: Buffer
  /** By index, in the order in which they were derived. */
  readonly pool: Map<number, string>
}

export type Addresses = {
  /**
   * The address at an index below a key that `readKey` answered, in lower case. Throws `RangeError`
   * for any other key, for an index outside of 0…2^31-1, and for the one index in 2^127 that has no
   * address.
   */
  addressAt(key: string, index: number): string
  /** Derives `count` addresses from `index` on; others get their turn every few milliseconds. */
  deriveAhead(key: string, index: number, count: number): Promise<void>
  /** How many are kept at the moment. */
  size(): number
}

/** Opens an empty pool. It holds nothing but what can be derived again. */
export function openAddresses(): Addresses {
  /** The key that was used longest ago comes first. */
  const parents = new Map<string, Parent>()
  let size = 0

  function drop(parent: Parent, index: number): void {
    if (parent.pool.delete(index)) size -= 1
  }

  function parentOf(key: string): Parent {
    const parent = parents.get(key) ?? readParent(key)
    parents.delete(key)
    parents.set(key, parent)
    if (parents.size > KEYS_MAX) forget(parents.keys().next().value!)
    return parent
  }

  function forget(key: string): void {
    size -= parents.get(key)!.pool.size
    parents.delete(key)
  }

  function keep(key: string, parent: Parent, index: number, address: string): void {
    if (parents.get(key) !== parent || parent.pool.has(index)) return
    parent.pool.set(index, address)
    size += 1
    if (parent.pool.size > AHEAD_MAX + BEHIND_MAX) drop(parent, parent.pool.keys().next().value!)
    while (size > POOL_MAX) {
      const [oldest, { pool }] = parents.entries().next().value!
      if (oldest === key) drop(parent, pool.keys().next().value!)
      else forget(oldest)
    }
  }

  /** Indexes are given out upwards: what lies far below one that was used is done with. */
  function dropBelow(parent: Parent, index: number): void {
    for (const each of parent.pool.keys()) {
      if (each >= index) break
      drop(parent, each)
    }
  }

  /** Several at once share the work: each slice leaves out what another has done meanwhile. */
  async function derive(key: string, from: number, end: number): Promise<void> {
    for (let at = from; at < end; ) {
      const parent = parentOf(key)
      const missing: number[] = []
      for (; at < end && missing.length < SLICE; at += 1) {
        if (!parent.pool.has(at)) missing.push(at)
      }
      if (missing.length === 0) return
      const found = childrenOf(parent, missing)
      for (const [place, index] of missing.entries()) keep(key, parent, index, found[place]!)
      if (at < end) await new Promise<void>((resolve) => setImmediate(resolve))
    }
  }

  return {
    addressAt(key, index) {
      checkIndex(index)
      const parent = parentOf(key)
      const kept = parent.pool.get(index)
      if (kept === undefined) return childrenOf(parent, [index])[0]!
      dropBelow(parent, index - BEHIND_MAX)
      return kept
    },
    async deriveAhead(key, index, count) {
      checkIndex(index)
      if (!Number.isInteger(count) || count < 0 || count > AHEAD_MAX) {
        throw new RangeError(`at most ${AHEAD_MAX} addresses are derived ahead`)
      }
      await derive(key, index, Math.min(index + count, INDEX_END))
    },
    size: () => size,
  }
}

function checkIndex(index: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= INDEX_END) {
    throw new RangeError("an index is a whole number below 2^31")
  }
}

function readParent(key: string): Parent {
  const parsed = parseExternal(key)
  const publicKey = parsed.publicKey!
  const data = Buffer.alloc(publicKey.length + 4)
  data.set(publicKey)
  return {
    point: Point.fromBytes(publicKey),
    chainCode: parsed.chainCode!,
    data,
    pool: new Map(),
  }
}

/** `readKey` answers keys of external chains only: depth 4, child 0. */
function parseExternal(key: string): HDKey {
  let parsed: HDKey
  try {
    parsed = HDKey.fromExtendedKey(key)
  } catch {
    // The cause may repeat the key, and this may be somebody's private one.
    throw new RangeError("not an extended public key that was read here")
  }
  if (parsed.privateKey !== null || parsed.depth !== 4 || parsed.index !== 0) {
    throw new RangeError("not an extended public key that was read here")
  }
  return parsed
}

/** BIP-32's CKDpub for a few indexes at once, with one inversion for all of them. */
function childrenOf(parent: Parent, indexes: readonly number[]): string[] {
  const points = indexes.map((index) => {
    parent.data.writeUInt32BE(index, parent.data.length - 4)
    const hash = createHmac("sha512", parent.chainCode).update(parent.data).digest("hex")
    const scalar = BigInt(`0x${hash.slice(0, 64)}`)
    // BIP-32: such an index is to be skipped. It has never been met.
    if (scalar >= Point.Fn.ORDER) throw new RangeError(`index ${index} has no address`)
    const point = Point.BASE.multiplyUnsafe(scalar).add(parent.point)
    if (point.equals(Point.ZERO)) throw new RangeError(`index ${index} has no address`)
    return point
  })
  return normalizeZ(Point, points).map((point) => {
    const { x, y } = point.toAffine()
    const text = x.toString(16).padStart(64, "0") + y.toString(16).padStart(64, "0")
    return addressOf(Buffer.from(text, "hex"))
  })
}
