/**
 * Marks: what sealed persons and accounts are found by. Each is a keyed code of one word of them,
 * so that the database holds nothing that can be read, or compared between merchants.
 */
import { createHmac, createSecretKey, type KeyObject } from "node:crypto"
import type { Target } from "../rail.ts"
import type { Keyring } from "../seal.ts"
import { fold, foldNumber, waysToWrite, wordsIn } from "../search-words.ts"
import type { Person } from "./customer.ts"

/** 72 bits: no two of a merchant's words meet by chance, and a mark is no more than 12 letters. */
const MARK_BYTES = 9
const PURPOSE = "customer.marks"

export type Marks = {
  /** The marks of a person, as they are stored. */
  person(merchantId: string, person: Person): string
  /** The marks of an account that can be charged. */
  account(merchantId: string, details: Target): string
  /**
   * What finds a merchant's people by a text: sets of marks, of which one has to be there whole.
   * None when the text names nobody.
   */
  asked(merchantId: string, text: string): string[]
  /** The mark that says under which master key the others were made. */
  keyMark(keyId: string): string
}

/** Makes the marks of a node: new ones under its current key, to find also under older ones. */
export function makeMarks(keyring: Keyring): Marks {
  const keys = keyring.derive(PURPOSE).map(({ id, key }) => ({ id, key: createSecretKey(key) }))
  const current = keys[0]!
  const stored = (merchantId: string, words: readonly string[]) =>
    [
      keyMark(current.id),
      ...new Set(words.map((word) => mark(current.key, merchantId, word))),
    ].join(" ")

  return {
    keyMark,
    person: (merchantId, { name, documentNumber, email }) =>
      stored(merchantId, [emailWord(email), ...numberWords(documentNumber), ...nameWords(name)]),
    account: (merchantId, { accountNumber, phoneNumber, holder, email }) => {
      const numbers = [accountNumber, phoneNumber, holder?.documentNumber]
      return stored(merchantId, [
        ...numbers.flatMap((number) => numberWords(number ?? "")),
        ...nameWords(holder?.name ?? ""),
        ...(email === undefined ? [] : [emailWord(email)]),
      ])
    },
    asked: (merchantId, text) =>
      wordsAsked(text).flatMap((words) =>
        keys.map(({ key }) => words.map((word) => mark(key, merchantId, word)).join(" ")),
      ),
  }
}

function keyMark(keyId: string): string {
  return `key:${keyId}`
}

function mark(key: KeyObject, merchantId: string, word: string): string {
  const code = createHmac("sha256", key).update(`${merchantId} ${word}`).digest()
  return code.subarray(0, MARK_BYTES).toString("base64url")
}

// A word of each kind has a sign of its own: a number in a name is no telephone.
const emailWord = (email: string) => `@${fold(email)}`
const numberWord = (number: string) => `#${number}`
const nameWords = (name: string) => wordsIn(name).map((word) => `a${word}`)

function numberWords(text: string): string[] {
  const number = foldNumber(text)
  return number === null ? [] : waysToWrite(number).map(numberWord)
}

/** What a text may mean: each a set of words that one person or account has. */
function wordsAsked(text: string): string[][] {
  if (text.includes("@")) return [[emailWord(text)]]
  const number = foldNumber(text)
  const names = nameWords(text)
  return [
    ...(number === null ? [] : waysToWrite(number).map((way) => [numberWord(way)])),
    ...(names.length === 0 ? [] : [names]),
  ]
}
