/** Addresses as people write them: EIP-55's own examples, and what must not pass. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { getAddress } from "viem"
import { checksummed, readAddress } from "./address.ts"

/** From EIP-55. */
const EXAMPLES = [
  "0x52908400098527886E0F7030069857D2E4169EE7",
  "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
  "0xde709f2102306220921060314715629080e2fb77",
  "0x27b1fdb04752bbc536007a920d24acb045561c26",
  "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
  "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
  "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
  "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]

test("an address gets the checksum of EIP-55, and is read with it or without", () => {
  for (const address of EXAMPLES) {
    const lower = address.toLowerCase()
    const upper = `0x${address.slice(2).toUpperCase()}`
    for (const text of [address, lower, upper, ` ${address}\n`]) {
      assert.equal(readAddress(text), lower, text)
      assert.equal(checksummed(text.trim()), address, text)
    }
  }
})

test("any address is written as another library writes it", () => {
  const addresses = fc.uint8Array({ minLength: 20, maxLength: 20 })
  fc.assert(
    fc.property(addresses, (bytes) => {
      const lower = `0x${Buffer.from(bytes).toString("hex")}` as const
      assert.equal(checksummed(lower), getAddress(lower))
      assert.equal(readAddress(getAddress(lower)), lower)
    }),
  )
})

test("what is no address, or has a wrong letter, is not read", () => {
  const good = EXAMPLES[4]!
  const rows = [
    "",
    "0x",
    good.slice(2),
    good.slice(0, -1),
    `${good}0`,
    good.replace("5aA", "5AA"),
    good.replace("0x", "0X"),
    good.replace(/d$/, "g"),
    `ethereum:${good}`,
    "vitalik.eth",
  ]
  for (const text of rows) {
    assert.equal(readAddress(text), null, text)
  }
  assert.throws(() => checksummed(good.slice(2)), RangeError)
})
