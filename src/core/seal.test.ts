/** Sealed boxes open for the right key and purpose and for nothing else. */
import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { test } from "node:test"
import fc from "fast-check"
import {
  constantTimeEqual,
  hashSecret,
  masterKey,
  openKeyring,
  parseMasterKey,
  SealError,
} from "./seal.ts"

const ids = { bytes: (count: number) => randomBytes(count) }
const one = masterKey(Buffer.alloc(32, 1))
const two = masterKey(Buffer.alloc(32, 2))
const ring = openKeyring(ids, { current: one })

const fails = (why: SealError["why"]) => (error: unknown) =>
  error instanceof SealError && error.why === why && !error.message.includes("secret text")

test("what was sealed is given back, byte for byte", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.string(), (bytes, context) => {
      const plain = Buffer.from(bytes)
      assert.deepEqual(ring.unseal(ring.seal(plain, context), context), plain)
    }),
  )
  assert.equal(ring.unseal(ring.seal("dólares 💧", "x"), "x").toString(), "dólares 💧")
})

test("a box is 33 bytes longer than its text and starts with version and key id", () => {
  const box = ring.seal("secret text", "endpoint.secret")
  assert.equal(box.length, 33 + 11)
  assert.equal(box[0], 1)
  assert.equal(box.toString("hex", 1, 5), ring.keyId)
  assert.equal(ring.keyIdOf(box), one.id)
  assert.ok(!box.includes("secret text"))
})

test("no nonce is used twice, beyond one pool of them", () => {
  const nonces = Array.from({ length: 1_000 }, () => ring.seal("x", "").toString("hex", 5, 17))
  assert.equal(new Set(nonces).size, 1_000)
})

test("a change of any single bit is noticed", () => {
  const box = ring.seal("secret text", "a")
  for (let bit = 0; bit < box.length * 8; bit += 1) {
    const changed = Buffer.from(box)
    changed[bit >> 3]! ^= 1 << (bit & 7)
    assert.throws(() => ring.unseal(changed, "a"), SealError, `bit ${bit}`)
  }
})

test("a box doesn't open under another context, cut short, lengthened or by another key", () => {
  const box = ring.seal("secret text", "endpoint.secret")
  const other = openKeyring(ids, { current: two })
  assert.throws(() => ring.unseal(box, "merchant.secret"), fails("tampered"))
  assert.throws(() => ring.unseal(box.subarray(0, -1), "endpoint.secret"), fails("tampered"))
  const longer = Buffer.concat([box, Buffer.of(0)])
  assert.throws(() => ring.unseal(longer, "endpoint.secret"), fails("tampered"))
  assert.throws(() => ring.unseal(Buffer.alloc(32, 1), ""), fails("malformed"))
  assert.throws(() => ring.unseal(Buffer.alloc(0), ""), fails("malformed"))
  assert.throws(() => ring.unseal(Buffer.from("{json}".repeat(20)), ""), fails("malformed"))
  assert.throws(() => other.unseal(box, "endpoint.secret"), fails("unknown_key"))
})

test("after a rotation old boxes open and new ones take the new key", () => {
  const old = ring.seal("secret text", "a")
  const rotated = openKeyring(ids, { current: two, older: [one] })
  assert.equal(rotated.unseal(old, "a").toString(), "secret text")
  const fresh = rotated.seal("secret text", "a")
  assert.equal(rotated.keyIdOf(fresh), two.id)
  assert.throws(() => ring.unseal(fresh, "a"), fails("unknown_key"))
})

test("a master key is 32 bytes of base64 and never repeated in an error", () => {
  const bytes = Buffer.alloc(32, 251)
  const good = [
    bytes.toString("base64"),
    bytes.toString("base64url"),
    ` ${bytes.toString("base64")}\n`,
  ]
  for (const text of good) assert.deepEqual(parseMasterKey(text).key, bytes)
  const bad = [
    "",
    "short",
    Buffer.alloc(31).toString("base64"),
    Buffer.alloc(33).toString("base64"),
  ]
  bad.push(`${bytes.toString("base64")}!`, bytes.toString("hex"), "ñ".repeat(43))
  for (const text of bad) {
    const hidden = (e: Error) =>
      e instanceof RangeError && (text === "" || !e.message.includes(text))
    assert.throws(() => parseMasterKey(text), hidden, JSON.stringify(text))
  }
})

test("a keyring refuses a key under an id that isn't its own", () => {
  assert.throws(() => openKeyring(ids, { current: { id: "00000000", key: one.key } }), RangeError)
  assert.doesNotThrow(() => openKeyring(ids, { current: one, older: [one] }))
})

test("an API secret is stored as its SHA-256 in hex", () => {
  const known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
  assert.equal(hashSecret("abc"), known)
})

test("texts and bytes of any length can be compared", () => {
  const cases: [string | Buffer, string | Buffer, boolean][] = [
    ["", "", true],
    ["a", "a", true],
    ["a", Buffer.from("a"), true],
    ["a", "b", false],
    ["a", "", false],
    ["a", "aa", false],
    ["é", "é", true],
    ["é", "e\u0301", false],
  ]
  for (const [a, b, same] of cases) assert.equal(constantTimeEqual(a, b), same)
})
