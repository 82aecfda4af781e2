/** Addresses below a key, against other people's derivations of the same. */
import assert from "node:assert/strict"
import { pbkdf2Sync } from "node:crypto"
import { test } from "node:test"
import { HDKey } from "@scure/bip32"
import fc from "fast-check"
import { bytesToHex } from "viem"
import { mnemonicToAccount, publicKeyToAddress } from "viem/accounts"
import { AHEAD_MAX, INDEX_END, openAddresses } from "./addresses.ts"
import { readKey } from "./keys.ts"

const JUNK = "test test test test test test test test test test test junk"
const PHRASES = [
  JUNK,
  "legal winner thank year wave sausage worth useful legal winner thank yellow",
  "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong",
]
/** What every user of Anvil and Hardhat has seen. */
const ANVIL = [
  "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266",
  "0x70997970c51812dc3a010c7d01b50e0d17dc79c8",
  "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc",
  "0x90f79bf6eb2c4f870365e785982e1f101e93b906",
  "0x15d34aaf54267db7d7c367839aaf71a00a2c6a65",
  "0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc",
  "0x976ea74026e726554db657fa54763abd0c3a0aa9",
  "0x14dc79964da2c08b23698b3d3cc7ca32193d9955",
  "0x23618e81e3f5cdf7f54c3d65f7fbc0abf5b21e8f",
  "0xa0ee7a142d267c1f36714e4a8f75612f20a79720",
]

const rootOf = (phrase: string) =>
  HDKey.fromMasterSeed(pbkdf2Sync(phrase, "mnemonic", 2_048, 64, "sha512"))

function keyOf(root: HDKey, path = "m/44'/60'/0'"): string {
  const read = readKey(root.derive(path).publicExtendedKey)
  assert.ok("key" in read)
  return read.key
}

/** As @scure/bip32 derives a child, and viem makes an address of it. */
function elsewhere(key: string, index: number): string {
  const child = HDKey.fromExtendedKey(key).deriveChild(index)
  const uncompressed = bytesToHex(child.publicKey!)
  return publicKeyToAddress(decompressed(uncompressed)).toLowerCase()
}

/** By arithmetic of its own: y² = x³ + 7, with the parity that the prefix says. */
function decompressed(hex: string): `0x${string}` {
  const p = 2n ** 256n - 2n ** 32n - 977n
  const x = BigInt(`0x${hex.slice(4)}`)
  let y = 1n
  for (let base = (x ** 3n + 7n) % p, left = (p + 1n) / 4n; left > 0n; left >>= 1n) {
    if (left & 1n) y = (y * base) % p
    base = (base * base) % p
  }
  if ((y & 1n) !== BigInt(Number(hex.slice(2, 4)) - 2)) y = p - y
  return `0x04${x.toString(16).padStart(64, "0")}${y.toString(16).padStart(64, "0")}`
}

test("the first addresses are those that wallets show for the same phrase", () => {
  for (const phrase of PHRASES) {
    const { addressAt } = openAddresses()
    const key = keyOf(rootOf(phrase))
    for (let index = 0; index < 20; index += 1) {
      const path = `m/44'/60'/0'/0/${index}` as const
      const expected = mnemonicToAccount(phrase, { path }).address.toLowerCase()
      assert.equal(addressAt(key, index), expected, `${phrase} ${index}`)
    }
  }
})

test("the ten accounts of the best known test phrase come out, derived ahead or not", async () => {
  const key = keyOf(rootOf(JUNK))
  const fresh = openAddresses()
  const ahead = openAddresses()
  await ahead.deriveAhead(key, 0, 10)
  for (const [index, address] of ANVIL.entries()) {
    assert.equal(fresh.addressAt(key, index), address)
    assert.equal(ahead.addressAt(key, index), address)
  }
})

test("any index below any key is derived as other libraries do", async () => {
  const seeds = fc.uint8Array({ minLength: 16, maxLength: 64 })
  const indexes = fc.integer({ min: 0, max: INDEX_END - 1 })
  await fc.assert(
    fc.asyncProperty(seeds, indexes, async (seed, index) => {
      const addresses = openAddresses()
      const key = keyOf(HDKey.fromMasterSeed(seed))
      const expected = elsewhere(key, index)
      assert.equal(addresses.addressAt(key, index), expected)
      await addresses.deriveAhead(key, index, 3)
      assert.equal(addresses.addressAt(key, index), expected)
    }),
    { numRuns: 60 },
  )
})

test("the last index has an address, and those beyond are a mistake of the caller", async () => {
  const { addressAt, deriveAhead, size } = openAddresses()
  const key = keyOf(rootOf(JUNK))
  assert.equal(addressAt(key, INDEX_END - 1), elsewhere(key, INDEX_END - 1))
  for (const index of [-1, 0.5, INDEX_END, Number.NaN]) {
    assert.throws(() => addressAt(key, index), RangeError)
    await assert.rejects(deriveAhead(key, index, 1), RangeError)
  }
  for (const count of [-1, 0.5, AHEAD_MAX + 1]) {
    await assert.rejects(deriveAhead(key, 0, count), RangeError)
  }
  await deriveAhead(key, INDEX_END - 2, 10)
  assert.equal(size(), 2)
})

test("a key that wasn't read here is refused, and not repeated", () => {
  const { addressAt } = openAddresses()
  const root = rootOf(JUNK)
  const keys = [
    root.derive("m/44'/60'/0'").publicExtendedKey,
    root.derive("m/44'/60'/0'/0").privateExtendedKey,
    root.derive("m/44'/60'/0'/1").publicExtendedKey,
    root.derive("m/44'/60'/0'/0/0").publicExtendedKey,
    root.publicExtendedKey,
    root.derive("m/44'/60'/0'/0").publicExtendedKey.replace(/.$/, "1"),
    "xpub",
    "",
  ]
  for (const key of keys) {
    assert.throws(
      () => addressAt(key, 0),
      (error: Error) => {
        const isQuiet = key === "" || key === "xpub" || !error.stack!.includes(key)
        return error instanceof RangeError && isQuiet && error.cause === undefined
      },
    )
  }
})

test("what is derived ahead is kept, each once, and not long after its use", async () => {
  const addresses = openAddresses()
  const key = keyOf(rootOf(JUNK))
  const both = [addresses.deriveAhead(key, 0, 40), addresses.deriveAhead(key, 20, 40)]
  await Promise.all(both)
  assert.equal(addresses.size(), 60)

  await addresses.deriveAhead(key, 2_000, 10)
  assert.equal(addresses.addressAt(key, 2_005), elsewhere(key, 2_005))
  assert.equal(addresses.size(), 10)
  // What was dropped is derived again and moves nothing.
  assert.equal(addresses.addressAt(key, 7), elsewhere(key, 7))
  assert.equal(addresses.size(), 10)
})

test("others get their turn while many are derived", async () => {
  const addresses = openAddresses()
  const key = keyOf(rootOf(JUNK))
  let turns = 0
  let isDone = false
  const count = () => {
    turns += 1
    if (!isDone) setImmediate(count)
  }
  setImmediate(count)
  await addresses.deriveAhead(key, 0, 160)
  isDone = true
  assert.ok(turns >= 9, `${turns} turns`)
})

test("a derivation that failed is told to its caller and doesn't hold up the next", async () => {
  const addresses = openAddresses()
  await assert.rejects(addresses.deriveAhead("xpub", 0, 10), RangeError)
  const key = keyOf(rootOf(JUNK))
  await addresses.deriveAhead(key, 0, 10)
  assert.equal(addresses.size(), 10)
})
