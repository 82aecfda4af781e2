/** Keys as people paste them: what is taken, what is the same key, and what is kept out unsaid. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { HDKey } from "@scure/bip32"
import fc from "fast-check"
import { readKey } from "./keys.ts"

const TEST = { public: 0x043587cf, private: 0x04358394 }
const seed = Buffer.from("6b2f0d4a1c5e99370f44d1b8e2a7c3065d18f9ab4e7063c2918d5fe0a47b3c12", "hex")
const root = HDKey.fromMasterSeed(seed)
const account = root.derive("m/44'/60'/0'")
const external = account.deriveChild(0)
const onTest = HDKey.fromMasterSeed(seed, TEST).derive("m/44'/60'/0'")

const good = (text: string) => {
  const read = readKey(text)
  assert.ok("key" in read, JSON.stringify(read))
  return read
}
const wrong = (text: string) => {
  const read = readKey(text)
  assert.ok("wrong" in read, "it was read")
  return read.wrong
}
/** The same 78 bytes under another name. */
const spelt = (key: HDKey, version: number) =>
  new HDKey({
    publicKey: key.publicKey!,
    chainCode: key.chainCode!,
    depth: key.depth,
    index: key.index,
    parentFingerprint: key.parentFingerprint,
    versions: { public: version, private: 0 },
  }).publicExtendedKey

test("an account's key, its external chain's, and other spellings of them are one key", () => {
  const first = good(account.publicExtendedKey)
  assert.equal(first.key, external.publicExtendedKey)
  assert.match(first.fingerprint, /^[0-9a-f]{64}$/)
  assert.equal(first.isPublished, false)
  const rows = [
    external.publicExtendedKey,
    onTest.publicExtendedKey,
    onTest.deriveChild(0).publicExtendedKey,
    `  "${account.publicExtendedKey}"\r\n`,
    `\u201c${account.publicExtendedKey}\u201d,`,
    `\ufeff'${account.publicExtendedKey}'\u200b`,
  ]
  for (const text of rows) assert.deepEqual(good(text), first, text)
  const others = [root.derive("m/44'/60'/1'"), root.derive("m/44'/1'/0'")]
  for (const other of others) {
    assert.notEqual(good(other.publicExtendedKey).fingerprint, first.fingerprint)
  }
})

const PHRASE =
  "armed bundle pudding lazy strategy impulse where identify submit weekend physical antenna"
const PRIVATE: [what: string, text: string][] = [
  ["an account's private key", account.privateExtendedKey],
  ["the whole wallet's", root.privateExtendedKey],
  ["a test network's", onTest.privateExtendedKey],
  ["for segwit", spelt(account, 0x049d7878).replace(/^..../, "yprv")],
  ["for native segwit", spelt(account, 0x04b2430c).replace(/^..../, "zprv")],
  ["with a typo", account.privateExtendedKey.replace(/.$/, "1")],
  ["cut off", account.privateExtendedKey.slice(0, 40)],
  ["within something longer", `wpkh([d34db33f/84'/0'/0']${account.privateExtendedKey}/0/*)`],
  ["in JSON", `{"xpriv":"${account.privateExtendedKey}"}`],
  ["in capitals", account.privateExtendedKey.toUpperCase()],
  ["32 bytes in hex", Buffer.from(account.privateKey!).toString("hex")],
  ["32 bytes in hex with 0x", `0x${Buffer.from(account.privateKey!).toString("hex")}`],
  ["32 bytes in groups", Buffer.from(account.privateKey!).toString("hex").replace(/.{8}/g, "$& ")],
  ["a seed in hex", Buffer.concat([seed, seed]).toString("hex")],
  ["in base 58", "5Kb8kLf9zgWQnogidDA76MzPL6TsZZY36hWXMssSzNydYXYB9KF"],
  ["compressed, in base 58", "L1aW4aubDFB7yfras2S1mN3bqg9nwySY8nkoLmJebSLD5BWv3ENZ"],
  ["encrypted", "6PYNKZ1EAgYgmQfmNVamxyXVWHzK5s6DGhwP4J5o44cvXdoY7sRzhtpUeo"],
  ["twelve words", PHRASE],
  [
    "twelve words, numbered",
    PHRASE.split(" ")
      .map((word, at) => `${at + 1}. ${word}`)
      .join("\n"),
  ],
  ["twelve words in capitals", PHRASE.toUpperCase()],
  ["fifteen words", `${PHRASE} zero zone zoo`],
  ["eighteen words", `${PHRASE} ${PHRASE.split(" ").slice(0, 6).join(" ")}`],
  ["twenty-four words", `"${PHRASE} ${PHRASE}"`],
  ["twelve words with one forgotten", PHRASE.split(" ").slice(1).join(" ")],
  [
    "words of another language",
    "ábaco abdomen abeja abierto abogado abono aborto abrazo abrir ácido",
  ],
  ["signs", "的一是在不了有和人这中大"],
]

test("nothing private is taken, and nothing of it is said", () => {
  for (const [what, text] of PRIVATE) {
    const sentence = wrong(text)
    assert.match(sentence, /private key|seed|secret phrase/, what)
    assert.match(sentence, /It was not stored; treat it as exposed/, what)
    assertSilent(sentence, text)
  }
})

/** No run of six characters of what was typed, but for our own words about it. */
function assertSilent(sentence: string, text: string): void {
  const own = /xpub|private|public|m\/44'\/60'\/0'(?:\/0)?/gi
  for (const piece of text.replace(own, " ").match(/[^\s"'{}:]{6,}/g) ?? []) {
    for (let at = 0; at + 6 <= piece.length; at += 1) {
      assert.ok(!sentence.includes(piece.slice(at, at + 6)), `${sentence} says ${piece}`)
    }
  }
}

const REFUSED: [what: string, text: string, says: RegExp][] = [
  ["nothing", "", /nothing here/],
  ["blanks", " \n\t", /nothing here/],
  ["a key for segwit", spelt(account, 0x049d7cb2), /segwit.*Ethereum/],
  ["a key for native segwit", spelt(account, 0x04b24746), /segwit.*Ethereum/],
  ["a test network's segwit", spelt(account, 0x045f1cf6), /segwit.*Ethereum/],
  ["a shared wallet's", spelt(account, 0x02aa7ed3), /segwit.*Ethereum/],
  ["an address", "0x52908400098527886E0F7030069857D2E4169EE7", /This is an address/],
  ["one public key", Buffer.from(account.publicKey!).toString("hex"), /public key of one address/],
  ["a typo", account.publicExtendedKey.replace(/.$/, (last) => (last === "1" ? "2" : "1")), /typo/],
  ["a letter that isn't used", account.publicExtendedKey.replace(/.$/, "0"), /typo/],
  ["a piece", account.publicExtendedKey.slice(0, -3), /108 characters, not 111/],
  ["with its path", `${account.publicExtendedKey}/0/*`, /only the part/],
  ["with its origin", `[d34db33f/44'/60'/0']${account.publicExtendedKey}`, /only the part/],
  ["the whole wallet's", root.publicExtendedKey, /Its depth is 0/],
  ["a purpose's", root.derive("m/44'").publicExtendedKey, /Its depth is 1/],
  ["a coin's", root.derive("m/44'/60'").publicExtendedKey, /Its depth is 2/],
  ["one that isn't hardened", root.derive("m/44/60/0").publicExtendedKey, /neither an account's/],
  ["the chain of change", account.deriveChild(1).publicExtendedKey, /neither an account's/],
  ["a shared account's", root.derive("m/48'/0'/0'/2'").publicExtendedKey, /neither an account's/],
  ["an address's", external.deriveChild(0).publicExtendedKey, /Its depth is 5/],
  ["an e-mail", "hello@shop.example", /no extended public key/],
  ["something else altogether", "x".repeat(10_000), /no extended public key/],
]

test("what is of no use is refused with what to give instead, and isn't repeated", () => {
  for (const [what, text, says] of REFUSED) {
    const sentence = wrong(text)
    assert.match(sentence, says, what)
    assert.doesNotMatch(sentence, /not stored/, what)
    assertSilent(sentence, text)
  }
})

test("no key is taken for a private one by chance, and one wrong letter is always found", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.integer({ min: 4, max: 110 }),
      fc.constantFrom(..."123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"),
      (bytes, place, letter) => {
        const text = HDKey.fromMasterSeed(bytes).derive("m/44'/60'/0'").publicExtendedKey
        good(text)
        if (text[place] === letter) return
        assert.match(wrong(text.slice(0, place) + letter + text.slice(place + 1)), /typo/)
      },
    ),
    { numRuns: 100 },
  )
  // Within a key the letters of a private one's name may stand by chance.
  assert.match(wrong(`${account.publicExtendedKey.slice(0, 60)}xprv9s21ZrQH143K`), /isn't whole/)
})

test("a private key under a public one's name is still a private key", () => {
  const versions = { public: 0, private: 0x0488b21e }
  const disguised = new HDKey({
    versions,
    depth: 3,
    index: account.index,
    parentFingerprint: account.parentFingerprint,
    chainCode: account.chainCode!,
    privateKey: account.privateKey!,
  }).privateExtendedKey
  const sentence = wrong(disguised)
  assert.match(sentence, /private key/)
  assertSilent(sentence, disguised)
})
