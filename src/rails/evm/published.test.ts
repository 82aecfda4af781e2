/** The list of published keys against the phrases it comes from, by another library. */
import assert from "node:assert/strict"
import { pbkdf2Sync } from "node:crypto"
import { test } from "node:test"
import { HDKey } from "@scure/bip32"
import { mnemonicToAccount } from "viem/accounts"
import { readKey } from "./keys.ts"
import { PATHS, PUBLISHED } from "./published.ts"

test("the list has the first address of each account of each published phrase", () => {
  assert.equal(new Set(PUBLISHED.map(({ phrase }) => phrase)).size, PUBLISHED.length)
  assert.ok(PUBLISHED.length >= 9 && PATHS.length >= 10)
  for (const { phrase, addresses } of PUBLISHED) {
    const expected = PATHS.map((account) => {
      const path = `${account}/0/0` as `m/44'/60'/${string}`
      return mnemonicToAccount(phrase, { path }).address.toLowerCase()
    })
    assert.deepEqual(addresses, expected, phrase)
  }
})

test("a published key is told from one that isn't, whichever way it was exported", () => {
  const phrase = "test test test test test test test test test test test junk"
  const root = HDKey.fromMasterSeed(pbkdf2Sync(phrase, "mnemonic", 2_048, 64, "sha512"))
  const rows: [path: string, isPublished: boolean][] = [
    ["m/44'/60'/0'", true],
    ["m/44'/60'/0'/0", true],
    ["m/44'/60'/9'", true],
    ["m/44'/1'/0'", true],
    ["m/44'/60'/10'", false],
    ["m/44'/61'/0'", false],
  ]
  for (const [path, isPublished] of rows) {
    const read = readKey(root.derive(path).publicExtendedKey)
    assert.ok("key" in read, path)
    assert.equal(read.isPublished, isPublished, path)
  }
})
