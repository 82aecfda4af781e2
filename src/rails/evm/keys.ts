/** Reads a merchant's extended public key, and keeps private ones out without repeating them. */
import { createHash } from "node:crypto"
import { secp256k1 } from "@noble/curves/secp256k1.js"
import { HDKey } from "@scure/bip32"
import type { ExtendedKey } from "../../core/index.ts"
import { addressOf } from "./address.ts"
import { PUBLISHED } from "./published.ts"

/** Longer than any key, phrase or export of one; nothing beyond is looked at. */
const LENGTH_MAX = 5_000
/** What BIP-32 makes of its 78 bytes and a checksum in base 58. */
const KEY_LENGTH = 111
const HARDENED = 2 ** 31

/** The spellings of the same 78 bytes that are about Ethereum or say nothing. */
const VERSIONS = {
  xpub: { public: 0x0488b21e, private: 0x0488ade4 },
  tpub: { public: 0x043587cf, private: 0x04358394 },
} as const

const SECRET =
  "It was not stored; treat it as exposed if this terminal or its log is not yours alone."
const WANTED = "Give the extended public key of an Ethereum account; it begins with xpub."

type Pattern = { readonly pattern: RegExp; readonly wrong: string }

/** What is private, wherever it stands in the text and even with a typo in it. */
const SECRETS: readonly Pattern[] = [
  {
    // At the start of a word: within a public key the same letters may stand by chance.
    pattern: /(?<![0-9a-z])(?:[xyzuvt]prv|xpriv|ltpv|dgpv)[1-9a-z]{8}/i,
    wrong: `This is an extended private key. ${SECRET} ${WANTED}`,
  },
  {
    // 32 bytes are a private key, 64 a seed.
    pattern: /^(?:0x)?(?:[0-9a-f]\s*){64}(?:(?:[0-9a-f]\s*){64})?$/i,
    wrong: `This looks like a private key or a seed. ${SECRET} ${WANTED}`,
  },
  {
    // In base 58 with its checksum (WIF), or encrypted (BIP-38).
    pattern: /^(?:[5KLc9][1-9A-HJ-NP-Za-km-z]{50,51}|6P[1-9A-HJ-NP-Za-km-z]{56})$/,
    wrong: `This looks like a private key. ${SECRET} ${WANTED}`,
  },
]

/** What is public and of no use here. */
const MISTAKES: readonly Pattern[] = [
  {
    pattern: /^[yzuvYZUV]pub/,
    wrong: `This key is for Bitcoin's segwit addresses. ${WANTED}`,
  },
  {
    pattern: /^(?:0x)?(?:0[23][0-9a-f]{64}|04[0-9a-f]{128})$/i,
    wrong: `This is the public key of one address; no others follow from it. ${WANTED}`,
  },
  {
    pattern: /^0x[0-9a-f]{40}$/i,
    wrong: `This is an address; each payment needs one of its own. ${WANTED}`,
  },
  {
    pattern: /[xt]pub\w.*[)/*]|^\[/s,
    wrong: "Give only the part that begins with xpub, without a path or brackets around it.",
  },
]

/**
 * Reads an extended public key (BIP-32) as somebody typed or pasted it: the account's (depth 3,
 * m/44'/60'/0') or that of its external chain (depth 4). Both become the latter, spelt `xpub…`, so
 * that addresses lie right below it. The sentence of `wrong` never repeats any of the text.
 */
export function readKey(text: string): ExtendedKey | { readonly wrong: string } {
  const bare = stripped(text.slice(0, LENGTH_MAX))
  if (bare === "") return { wrong: `There is nothing here. ${WANTED}` }
  const found = [...SECRETS, ...MISTAKES].find(({ pattern }) => pattern.test(bare))
  if (found) return { wrong: found.wrong }
  if (isPhrase(bare)) return { wrong: `This looks like a secret phrase. ${SECRET} ${WANTED}` }

  const prefix = bare.slice(0, 4)
  if (prefix !== "xpub" && prefix !== "tpub") {
    return { wrong: `This is no extended public key. ${WANTED}` }
  }
  if (bare.length !== KEY_LENGTH) {
    return { wrong: `This key isn't whole: it has ${bare.length} characters, not ${KEY_LENGTH}.` }
  }
  const parsed = parse(bare, VERSIONS[prefix])
  return "wrong" in parsed ? parsed : accepted(parsed)
}

/** Without the blanks, quotes and invisible characters that copying brings along. */
function stripped(text: string): string {
  const edge = String.raw`[\s\u200b-\u200f\u2060\ufeff"'\u0060‘’“”«»,;]+`
  return text.replace(new RegExp(`^${edge}|${edge}$`, "g"), "")
}

/** Words as in BIP-39, in any language, numbered or not: the usual phrases have 12 to 24 words. */
function isPhrase(text: string): boolean {
  if (/^\p{Script=Han}{9,30}$/u.test(text)) return true
  const words = text
    .split(/[\s,;]+/)
    .map((word) => word.replace(/^\d+[.:)]?/, ""))
    .filter((word) => word !== "")
  return words.length >= 9 && words.every((word) => /^\p{L}[\p{L}\p{M}]{0,15}$/u.test(word))
}

function parse(
  text: string,
  versions: (typeof VERSIONS)[keyof typeof VERSIONS],
): HDKey | { wrong: string } {
  try {
    const key = HDKey.fromExtendedKey(text, versions)
    return key.privateKey === null ? key : { wrong: SECRETS[0]!.wrong }
  } catch (error) {
    // Nothing of the cause is passed on: it may hold what was typed.
    const message = error instanceof Error ? error.message : ""
    // A public key's name before what has the form of a private one.
    if (/version mismatch/i.test(message)) return { wrong: SECRETS[0]!.wrong }
    if (!/checksum|unknown letter/i.test(message)) {
      return { wrong: "This key can't be one: what it holds is no public key." }
    }
    return { wrong: "This key has a typo: its checksum is wrong. Copy it instead of typing it." }
  }
}

function accepted(key: HDKey): ExtendedKey | { wrong: string } {
  const external = externalOf(key)
  if ("wrong" in external) return external
  const publicKey = external.publicKey!
  const chainCode = external.chainCode!
  const { depth, parentFingerprint } = external
  return {
    // Made anew, for it takes on the spelling (xpub) that is the usual one.
    key: new HDKey({ publicKey, chainCode, depth, parentFingerprint }).publicExtendedKey,
    fingerprint: createHash("sha256").update(publicKey).update(chainCode).digest("hex"),
    isPublished: PUBLISHED_ADDRESSES.has(firstAddress(external)),
  }
}

function externalOf(key: HDKey): HDKey | { wrong: string } {
  if (key.depth === 3 && key.index >= HARDENED) return key.deriveChild(0)
  if (key.depth === 4 && key.index === 0) return key
  const where =
    key.depth < 3
      ? "It stands above the accounts of a wallet."
      : key.depth === 3 || key.depth === 4
        ? "It is neither an account's key nor that of its external chain."
        : "It stands below the external chain of an account."
  return {
    wrong:
      `${where} Its depth is ${key.depth}. Give the key of the account, m/44'/60'/0', ` +
      "or of its external chain, m/44'/60'/0'/0: wallets look for money below these only.",
  }
}

function firstAddress(external: HDKey): string {
  const point = secp256k1.Point.fromBytes(external.deriveChild(0).publicKey!)
  return addressOf(point.toBytes(false).subarray(1))
}

const PUBLISHED_ADDRESSES: ReadonlySet<string> = new Set(
  PUBLISHED.flatMap(({ addresses }) => addresses),
)
