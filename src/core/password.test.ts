/** Passwords are hashed as argon2id and only a few at a time. */
import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { test } from "node:test"
import { makePasswords, makeTurns, PasswordsBusy } from "./password.ts"

const { hashPassword, verifyPassword } = makePasswords({ bytes: (count) => randomBytes(count) })

test("a password is stored as a PHC string with its own salt and recognised", async () => {
  const stored = await hashPassword("río Magdalena")
  assert.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  assert.notEqual(await hashPassword("río Magdalena"), stored)
  assert.equal(await verifyPassword("río Magdalena", stored), true)
  assert.equal(await verifyPassword("ri\u0301o Magdalena", stored), true)
  assert.equal(await verifyPassword("rio Magdalena", stored), false)
  assert.equal(await verifyPassword("", stored), false)
})

test("a string made by the reference implementation is understood", async () => {
  // echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32 -e (from its own test suite).
  const stored =
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
  assert.equal(await verifyPassword("password", stored), true)
  assert.equal(await verifyPassword("passwore", stored), false)
})

test("nobody's password is never right", async () => {
  assert.equal(await verifyPassword("anything", null), false)
})

test("empty and over-long passwords are refused without hashing", async () => {
  await assert.rejects(hashPassword(""), RangeError)
  await assert.rejects(hashPassword("x".repeat(1_025)), RangeError)
  assert.equal(await verifyPassword("x".repeat(1_025), null), false)
})

test("a stored text that isn't ours, or asks for too much work, is a fault", async () => {
  const bad = [
    "",
    "plain",
    "$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$c29tZXNhbHQ",
    "$argon2id$v=19$m=9999999,t=2,p=1$c29tZXNhbHQ$c29tZXNhbHQ",
    "$argon2id$v=19$m=19456,t=999,p=1$c29tZXNhbHQ$c29tZXNhbHQ",
  ]
  for (const stored of bad) {
    await assert.rejects(verifyPassword("x", stored), RangeError, stored)
  }
})

test("beyond the places and the queue the answer is busy, and the queue drains", async () => {
  const inTurn = makeTurns(2, 3)
  let running = 0
  let most = 0
  const work = async () => {
    running += 1
    most = Math.max(most, running)
    await new Promise((resolve) => setImmediate(resolve))
    running -= 1
    if (running > 0) throw new Error("a failure gives its place back too")
  }
  const results = await Promise.allSettled(Array.from({ length: 9 }, () => inTurn(work)))
  const busy = results.filter((r) => r.status === "rejected" && r.reason instanceof PasswordsBusy)
  assert.deepEqual([busy.length, most, running], [4, 2, 0])
  assert.equal(await inTurn(async () => "free again"), "free again")
})

test("a login that many try at once is slow but lets nobody out of turn", async () => {
  const stored = await hashPassword("río")
  const tries = ["río", "mar", "río", "lago", "río", "mar"]
  const found = await Promise.all(tries.map((password) => verifyPassword(password, stored)))
  assert.deepEqual(found, [true, false, true, false, true, false])
})
