/** Addresses as text: their checksum (EIP-55), and reading what somebody typed. */
import { keccak_256 } from "@noble/hashes/sha3.js"

/** The address that nobody has: tokens are minted from it and burnt to it. */
export const ZERO_ADDRESS = `0x${"0".repeat(40)}`

const ADDRESS = /^0x[0-9a-fA-F]{40}$/

/**
 * An address with the checksum that EIP-55 hides in its upper and lower case. Throws `RangeError`
 * for a text that is no address; the case that it comes in doesn't matter.
 */
export function checksummed(address: string): string {
  if (!ADDRESS.test(address)) throw new RangeError("not an address of 20 bytes in hex")
  const digits = address.slice(2).toLowerCase()
  const hash = keccak_256(Buffer.from(digits, "latin1"))
  let text = "0x"
  for (let at = 0; at < digits.length; at += 1) {
    const nibble = at % 2 === 0 ? hash[at >> 1]! >> 4 : hash[at >> 1]! & 0x0f
    text += nibble >= 8 ? digits[at]!.toUpperCase() : digits[at]!
  }
  return text
}

/**
 * An address as its owner typed it, in lower case. Null when it is none, and when upper and lower
 * case are mixed in another way than its checksum says: then a digit is likely wrong.
 */
export function readAddress(text: string): string | null {
  const address = text.trim()
  if (!ADDRESS.test(address)) return null
  const digits = address.slice(2)
  const isPlain = digits === digits.toLowerCase() || digits === digits.toUpperCase()
  if (!isPlain && checksummed(address) !== address) return null
  return address.toLowerCase()
}

/** The address of an uncompressed public key: its two coordinates of 32 bytes, without a prefix. */
export function addressOf(coordinates: Uint8Array): string {
  return `0x${Buffer.from(keccak_256(coordinates).subarray(12)).toString("hex")}`
}
