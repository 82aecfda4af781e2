/** Passwords of people: argon2id, a few at a time, written as PHC strings. */
import { argon2, timingSafeEqual } from "node:crypto"
import type { Ids } from "../clock.ts"

/** Hashes and checks passwords under one limit on how many at once; beyond it, `PasswordsBusy`. */
export type Passwords = {
  /** A PHC string to store. Throws `RangeError` for an empty or over-long password. */
  hashPassword(password: string): Promise<string>
  /**
   * Whether the password is the one that was stored. Give null where there is no such person: it
   * costs the same time, so the answer doesn't tell who exists. Throws `RangeError` when `stored`
   * isn't ours.
   */
  verifyPassword(password: string, stored: string | null): Promise<boolean>
}

/** Too many passwords wait already: answer "try again" rather than queue without end. */
export class PasswordsBusy extends Error {
  override name = "PasswordsBusy"
}

// OWASP's first choice for argon2id: 19 MiB, two passes, one lane. About 30 ms of one core.
const COST = { memory: 19_456, passes: 2, parallelism: 1 }
const SALT_BYTES = 16
const HASH_BYTES = 32
// Far above any passphrase; hashing megabytes would be a gift to an attacker.
const PASSWORD_MAX_BYTES = 1_024
// Two of libuv's four threads: file reads and name look-ups keep the others.
const AT_ONCE = 2
// 40 waiting, 2 at a time, 30 ms each: nobody waits longer than about 0.6 s.
const WAITING_MAX = 40
// What a stored string may ask of us, should we have raised COST and gone back.
const MEMORY_MAX_KIB = 262_144
const PASSES_MAX = 10

/** Runs work `atOnce` at a time, lets `waitingMax` wait and refuses more with `PasswordsBusy`. */
export function makeTurns(atOnce: number, waitingMax: number) {
  const waiting: (() => void)[] = []
  let running = 0
  return async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= atOnce) {
      if (waiting.length >= waitingMax) throw new PasswordsBusy("too many passwords at once")
      // Whoever finishes hands its place over, so `running` stays as it is.
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}

/** Makes the one place where this process hashes passwords. */
export function makePasswords(ids: Pick<Ids, "bytes">): Passwords {
  const inTurn = makeTurns(AT_ONCE, WAITING_MAX)
  return {
    hashPassword: async (password) => {
      const message = readPassword(password)
      if (!message) throw new RangeError(`a password has 1 to ${PASSWORD_MAX_BYTES} bytes`)
      const salt = ids.bytes(SALT_BYTES)
      const hash = await inTurn(() => derive(message, salt, HASH_BYTES, COST))
      return writePhc(salt, hash)
    },
    verifyPassword: async (password, stored) => {
      const wanted = stored === null ? null : readPhc(stored)
      const message = readPassword(password)
      if (!message) return false
      const { salt, hash, cost } = wanted ?? NOBODY
      const got = await inTurn(() => derive(message, salt, hash.length, cost))
      return timingSafeEqual(got, hash) && wanted !== null
    },
  }
}

type Cost = typeof COST
type Stored = { readonly salt: Buffer; readonly hash: Buffer; readonly cost: Cost }

const NOBODY: Stored = {
  salt: Buffer.alloc(SALT_BYTES),
  hash: Buffer.alloc(HASH_BYTES),
  cost: COST,
}

/** One keyboard writes "é" as one code point, another as two: both are the same password. */
function readPassword(password: string): Buffer | null {
  if (password.length === 0 || password.length > PASSWORD_MAX_BYTES) return null
  const bytes = Buffer.from(password.normalize("NFKC"))
  return bytes.length > PASSWORD_MAX_BYTES ? null : bytes
}

function derive(message: Buffer, nonce: Buffer, tagLength: number, cost: Cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2("argon2id", { message, nonce, tagLength, ...cost }, (error, hash) =>
      error ? reject(error) : resolve(hash),
    )
  })
}

function writePhc(salt: Buffer, hash: Buffer): string {
  const cost = `m=${COST.memory},t=${COST.passes},p=${COST.parallelism}`
  return `$argon2id$v=19$${cost}$${unpadded(salt)}$${unpadded(hash)}`
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "")
}

function readPhc(text: string): Stored {
  const form =
    /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/
  const match = form.exec(text)
  if (!match) throw new RangeError("not an argon2id PHC string")
  const [, memory, passes, parallelism, salt, hash] = match
  const cost = {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
  }
  if (cost.memory > MEMORY_MAX_KIB || cost.passes > PASSES_MAX) {
    throw new RangeError("a stored password asks for more work than we do")
  }
  return { salt: Buffer.from(salt!, "base64"), hash: Buffer.from(hash!, "base64"), cost }
}
