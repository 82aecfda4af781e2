/** Time-based one-time passwords (RFC 6238 over RFC 4226), as authenticator apps make them. */
import { createHmac } from "node:crypto"
import { constantTimeEqual } from "../seal.ts"

/** What every app knows; some know nothing else. */
const STEP_S = 30
const DIGITS = 6
/** 160 bits, as RFC 4226 recommends for HMAC-SHA-1. */
export const SECRET_BYTES = 20
/** A clock may be off by a step, and typing takes a while (RFC 6238, 5.2). */
const STEPS_ASIDE = [0n, -1n, 1n]

/** The code of a step. */
function codeAt(secret: Buffer, step: bigint): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(step)
  const mac = createHmac("sha1", secret).update(counter).digest()
  const at = mac[mac.length - 1]! & 0x0f
  const number = (mac.readUInt32BE(at) & 0x7fff_ffff) % 10 ** DIGITS
  return String(number).padStart(DIGITS, "0")
}

/** The code that an app shows at an instant. */
export function codeOf(secret: Buffer, at: Date): string {
  return codeAt(secret, stepAt(at))
}

/** The step whose code this is, of those around an instant; null when it is none of them. */
export function stepOf(secret: Buffer, code: string, at: Date): bigint | null {
  const typed = code.replace(/[\s-]/g, "")
  if (!/^\d{6}$/.test(typed)) return null
  const now = stepAt(at)
  return (
    STEPS_ASIDE.map((aside) => now + aside).find((step) =>
      constantTimeEqual(codeAt(secret, step), typed),
    ) ?? null
  )
}

function stepAt(at: Date): bigint {
  return BigInt(Math.floor(at.getTime() / 1_000 / STEP_S))
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

/** Bytes in base32 (RFC 4648) without padding, as people type them into an app. */
export function base32(bytes: Buffer): string {
  let bits = ""
  for (const byte of bytes) bits += byte.toString(2).padStart(8, "0")
  return (bits.match(/.{1,5}/g) ?? [])
    .map((group) => ALPHABET[Number.parseInt(group.padEnd(5, "0"), 2)])
    .join("")
}

/** The address that apps read out of a picture; they show `issuer` and `account` with a code. */
export function otpAddress(secret: Buffer, issuer: string, account: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`
  const query = new URLSearchParams({ secret: base32(secret), issuer })
  return `otpauth://totp/${label}?${query}`
}
