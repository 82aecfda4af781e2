/** Keeps secrets at rest: boxes for what is read again, digests for what is recognised. */
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hash,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from "node:crypto"
import type { Ids } from "../clock.ts"

/** A master key and its name: the first 4 bytes of its SHA-256 as 8 hex digits. */
export type MasterKey = { readonly id: string; readonly key: Buffer }

/** Seals and unseals with the current key, and unseals with the older ones. */
export type Keyring = {
  /** The id of the key that seals now, 8 hex digits. */
  readonly keyId: string
  /** The ids of all keys that open boxes, the current one first. */
  readonly keyIds: readonly string[]
  /**
   * Seals bytes or text (as UTF-8) for one purpose. The context, such as "endpoint.secret", is not
   * stored, but the box opens only under the same one.
   */
  seal(plain: Buffer | string, context: string): Buffer
  /** Gives back the bytes that were sealed; throws `SealError` when this box can't be trusted. */
  unseal(box: Buffer, context: string): Buffer
  /** The id of the key that sealed a box, for rotation; throws `SealError` when it is no box. */
  keyIdOf(box: Buffer): string
  /** Keys of 32 bytes for another purpose, one from each master key (HKDF), the current first. */
  derive(purpose: string): readonly MasterKey[]
}

/** Why a box didn't open. The message never holds a key, the context's data or the plain text. */
export class SealError extends Error {
  override name = "SealError"
  readonly why: "malformed" | "unknown_key" | "tampered"
  constructor(why: SealError["why"], message: string, options?: ErrorOptions) {
    super(message, options)
    this.why = why
  }
}

// A box is: version, key id, nonce, ciphertext, tag.
const VERSION = 1
const KEY_BYTES = 32
const KEY_ID_BYTES = 4
// 96 random bits: GCM's own size. NIST SP 800-38D allows 2^32 boxes a key with random nonces.
const NONCE_BYTES = 12
// Asking the kernel for 12 bytes costs a third of a whole sealing, so nonces are drawn 256 at once.
const NONCE_POOL_BYTES = 256 * NONCE_BYTES
const TAG_BYTES = 16
const HEAD_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES
const ALGORITHM = "aes-256-gcm"

/** Names a key; throws `RangeError` when it isn't 32 bytes long. */
export function masterKey(key: Buffer): MasterKey {
  if (key.length !== KEY_BYTES) {
    throw new RangeError(`a master key has ${KEY_BYTES} bytes, not ${key.length}`)
  }
  const digest = hash("sha256", key, "buffer")
  return { id: digest.subarray(0, KEY_ID_BYTES).toString("hex"), key }
}

/**
 * Reads a master key from base64 or base64url, with or without padding. Throws `RangeError` for any
 * other text and any length but 32 bytes; the message doesn't repeat the text.
 */
export function parseMasterKey(text: string): MasterKey {
  // Buffer.from skips what isn't base64, so a damaged key would pass as another, shorter one.
  const trimmed = text.trim()
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(trimmed)) {
    throw new RangeError(`a master key is ${KEY_BYTES} bytes in base64`)
  }
  return masterKey(Buffer.from(trimmed, "base64"))
}

/**
 * Opens a keyring that seals with `current` and also unseals what `older` keys sealed.
 * Throws `RangeError` when two different keys have the same id, or an id isn't its key's.
 */
export function openKeyring(
  ids: Pick<Ids, "bytes">,
  keys: { readonly current: MasterKey; readonly older?: readonly MasterKey[] },
): Keyring {
  const keysById = new Map<number, KeyObject>()
  for (const { id, key } of [keys.current, ...(keys.older ?? [])]) {
    if (masterKey(key).id !== id) throw new RangeError(`${id} is not the id of its master key`)
    const number = Number.parseInt(id, 16)
    const secret = createSecretKey(key)
    if (keysById.get(number)?.equals(secret) === false) {
      throw new RangeError(`two master keys have the id ${id}: make another one`)
    }
    keysById.set(number, secret)
  }
  const currentId = Number.parseInt(keys.current.id, 16)
  const currentKey = keysById.get(currentId)!
  const nextNonce = makeNonces(ids)

  return {
    keyId: keys.current.id,
    keyIds: [...keysById.keys()].map((number) => number.toString(16).padStart(8, "0")),
    keyIdOf: (box) => {
      checkShape(box)
      return box.toString("hex", 1, 1 + KEY_ID_BYTES)
    },
    derive: (purpose) =>
      [keys.current, ...(keys.older ?? [])].map(({ id, key }) => ({
        id,
        key: Buffer.from(hkdfSync("sha256", key, Buffer.alloc(0), purpose, KEY_BYTES)),
      })),
    seal: (plain, context) => {
      const nonce = nextNonce()
      const cipher = createCipheriv(ALGORITHM, currentKey, nonce, { authTagLength: TAG_BYTES })
      cipher.setAAD(Buffer.from(context))
      const hidden = typeof plain === "string" ? cipher.update(plain, "utf8") : cipher.update(plain)
      cipher.final()
      const box = Buffer.allocUnsafe(HEAD_BYTES + hidden.length + TAG_BYTES)
      box[0] = VERSION
      box.writeUInt32BE(currentId, 1)
      box.set(nonce, 1 + KEY_ID_BYTES)
      box.set(hidden, HEAD_BYTES)
      box.set(cipher.getAuthTag(), HEAD_BYTES + hidden.length)
      return box
    },
    unseal: (box, context) => {
      checkShape(box)
      const key = keysById.get(box.readUInt32BE(1))
      if (!key) {
        const id = box.toString("hex", 1, 1 + KEY_ID_BYTES)
        throw new SealError("unknown_key", `sealed with the master key ${id}, which isn't given`)
      }
      const nonce = box.subarray(1 + KEY_ID_BYTES, HEAD_BYTES)
      const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
      decipher.setAAD(Buffer.from(context))
      decipher.setAuthTag(box.subarray(-TAG_BYTES))
      const plain = decipher.update(box.subarray(HEAD_BYTES, -TAG_BYTES))
      try {
        decipher.final()
      } catch {
        // Until the tag is proven these bytes are an attacker's choice: nobody gets to see them.
        plain.fill(0)
        throw new SealError("tampered", "the box was changed or sealed for another purpose")
      }
      return plain
    },
  }
}

/**
 * Of several derived keys the one that every node chooses which was given the same master keys,
 * whichever of them is current there: for names that nodes have to agree on while keys change.
 */
export function steadyKey(keys: readonly MasterKey[]): MasterKey {
  return keys.reduce((least, each) => (each.id < least.id ? each : least))
}

/** Each nonce is handed out once; they are public, so keeping some ahead gives nothing away. */
function makeNonces(ids: Pick<Ids, "bytes">): () => Buffer {
  let pool = Buffer.alloc(0)
  let used = 0
  return () => {
    if (used + NONCE_BYTES > pool.length) {
      pool = Buffer.from(ids.bytes(NONCE_POOL_BYTES))
      used = 0
    }
    used += NONCE_BYTES
    return pool.subarray(used - NONCE_BYTES, used)
  }
}

function checkShape(box: Buffer): void {
  if (box.length < HEAD_BYTES + TAG_BYTES || box[0] !== VERSION) {
    throw new SealError("malformed", `not a sealed box of version ${VERSION} (${box.length} bytes)`)
  }
}

/**
 * The SHA-256 of an API secret in hex, for storing and looking it up. Only for secrets that we made
 * with 128 bits or more: nothing slow is needed where nothing can be guessed. See password.ts.
 */
export function hashSecret(text: string): string {
  return hash("sha256", text, "hex")
}

/**
 * Compares two texts or byte strings in a time that doesn't depend on where they differ. Lengths
 * may differ (the answer is then false): both sides are hashed then, so that it takes no less time.
 */
export function constantTimeEqual(a: string | Buffer, b: string | Buffer): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  if (left.length === right.length) return timingSafeEqual(left, right)
  return timingSafeEqual(hash("sha256", left, "buffer"), hash("sha256", right, "buffer"))
}
