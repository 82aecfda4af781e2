/** `caudal xpub`: the keys below which a merchant's payers get their addresses. */
import type { Core, Merchant, Rail, Receiving, ShownKey } from "../core/index.ts"
import { CommandError, command, UsageError } from "./command.ts"
import { findMerchant } from "./named.ts"
import { instant, list, table } from "./shell.ts"

/** Longer than any key or phrase: what goes on beyond it isn't one. */
const INPUT_MAX_BYTES = 8_192
/** How far most wallets look beyond the last address that was used. */
const USUAL_GAP_LIMIT = 20
/** No back-up is so old; a key has two thousand times as many addresses. */
const ADVANCE_MAX = 1_000_000

const RAIL = { value: "RAIL", about: "which one, where several take keys" } as const
const COMPARE = "compare the first address with your wallet's"

const add = command({
  name: "xpub add",
  about: "Reads a merchant's extended public key from standard input: payers get its addresses.",
  operands: ["MERCHANT"],
  options: {
    rail: RAIL,
    "first-address": { value: "0x…", about: "the first one that the wallet shows; live needs it" },
    yes: { value: null, about: "also in place of another key that is in use" },
  },
  example: 'xpub add "Tienda Azul" --first-address 0x… < account.xpub',
  async run(values, shell, [name]) {
    const { mode } = await shell.config()
    const firstAddress = values["first-address"]
    if (mode === "live" && firstAddress === undefined) {
      throw new CommandError(`In live --first-address must be there: ${COMPARE}. ${UNSTORED}`)
    }
    if (process.stdin.isTTY) shell.note("Paste the key, press Enter, then Ctrl-D.")
    const text = await readInput(process.stdin)
    await shell.withCore(async (core) => {
      const merchant = await findMerchant(core, name)
      const rail = findRail(core, values.rail)
      const inspected = core.keys.inspect(rail.name, text)
      if ("wrong" in inspected) throw new CommandError(sentence(inspected.wrong))
      checkFirst(rail.receiving, firstAddress, inspected.addresses[0]!)
      const before = await inUse(core, merchant, rail)
      const isSame = before?.xpub.fingerprint === inspected.fingerprint
      if (before && !isSame && !values.yes) throw new CommandError(otherInUse(merchant, before))
      const added = await take(core, merchant, rail, text)
      shell.show({ merchantId: merchant.id, changed: !isSame, xpub: jsonOf(added) }, () =>
        [
          isSame
            ? `${merchant.name} uses this key already; nothing changed.`
            : `${merchant.name} receives at addresses of this key from now on (${rail.displayName}).`,
          "",
          list(added.addresses.map((address, index) => [`index ${index}`, address])),
          "",
          "Compare them with those that the wallet shows, in upper or lower case. If they differ,",
          "it won't find the money: caudal xpub add --yes takes another key in place of this one.",
        ].join("\n"),
      )
    })
  },
})

const listAll = command({
  name: "xpub list",
  about: "Lists a merchant's extended public keys by their first addresses; never the keys.",
  operands: ["MERCHANT"],
  example: "xpub list Demo",
  async run(_values, shell, [name]) {
    await shell.withCore(async (core) => {
      const merchant = await findMerchant(core, name)
      const xpubs = await core.keys.list(merchant.id)
      shell.show({ merchantId: merchant.id, xpubs: xpubs.map(jsonOf) }, () =>
        xpubs.length === 0
          ? `${merchant.name} has no extended public key; add one: caudal xpub add`
          : table(["RAIL", "SINCE", "STATE", "NEXT INDEX", "FIRST ADDRESSES"], rowsOf(xpubs)),
      )
    })
  },
})

const gaps = command({
  name: "xpub gaps",
  about: "Says how far a wallet has to look ahead to see all the money of the key in use.",
  operands: ["MERCHANT"],
  options: { rail: RAIL },
  example: "xpub gaps Demo",
  async run(values, shell, [name]) {
    await shell.withCore(async (core) => {
      const merchant = await findMerchant(core, name)
      const rail = findRail(core, values.rail)
      const { xpub } = await mustUse(core, merchant, rail)
      const { lastPaid, longest, trailing } = await core.keys.gaps(xpub.id)
      // Behind the last one stands what was given out and may still be paid.
      const longestUnpaid = Math.max(longest, trailing)
      // A wallet stops after as many empty addresses as its limit; the next one must be seen.
      const gapLimit = longestUnpaid + 1
      const { nextIndex } = xpub
      shell.show(
        { merchantId: merchant.id, rail: rail.name, nextIndex, lastPaid, longestUnpaid, gapLimit },
        () =>
          [
            list([
              ["next index", String(nextIndex)],
              ["last paid index", lastPaid === null ? "none yet" : String(lastPaid)],
              ["longest unpaid run", String(longestUnpaid)],
            ]),
            "",
            gapLimit > USUAL_GAP_LIMIT
              ? `Set the wallet's gap limit to at least ${gapLimit}; ` +
                `usual wallets look ${USUAL_GAP_LIMIT} ahead and would miss money.`
              : `A wallet needs a gap limit of at least ${gapLimit}; ` +
                `usual ones look ${USUAL_GAP_LIMIT} ahead, which is enough.`,
          ].join("\n"),
      )
    })
  },
})

const advance = command({
  name: "xpub advance",
  about: "Leaves out indexes that were given out after a data folder's files were copied.",
  operands: ["MERCHANT"],
  options: {
    by: { value: "N", required: true, about: `how many to leave out, 1 to ${ADVANCE_MAX}` },
    rail: RAIL,
  },
  example: "xpub advance Demo --by 1000",
  async run(values, shell, [name]) {
    const by = readCount(values.by)
    await shell.withCore(async (core) => {
      const merchant = await findMerchant(core, name)
      const rail = findRail(core, values.rail)
      await mustUse(core, merchant, rail)
      await core.keys.advance(merchant.id, rail.name, by)
      const { nextIndex } = (await mustUse(core, merchant, rail)).xpub
      shell.show({ merchantId: merchant.id, rail: rail.name, by, nextIndex }, () =>
        [
          `The next index is ${nextIndex}.`,
          "What was left out is a gap for the wallet: see caudal xpub gaps.",
        ].join("\n"),
      )
    })
  },
})

export const commands = [add, listAll, gaps, advance]

/** What a key looks like, public or private and also with a typo in it. */
const KEY_LIKE: readonly RegExp[] = [
  /(?<![0-9a-z])(?:[xyzuvt](?:pub|prv)|xpriv|ltpv|dgpv)[1-9a-z]{8}/i,
  // Longer than an address or an id: 32 bytes in hex, a key in base 58.
  /[0-9a-z]{50}/i,
  /(?:[0-9a-f]\s*){64}/i,
]
/** The shortest phrase; hardly a merchant has so long a name. */
const PHRASE_WORDS = 12
/** No command here takes so many: a phrase that lacks some, or without quotes. */
const WORDS_MAX = 5

/**
 * Refuses a key among the arguments: they stand in the shell's history and in the list of
 * processes. It comes first, for other complaints repeat what they are about. Throws `UsageError`.
 */
export function checkWords(args: readonly string[]): void {
  const [verb = "", name = "", ...rest] = args.slice(1).filter((word) => !word.startsWith("-"))
  const isPhrase = wordsIn(name) >= PHRASE_WORDS || wordsIn([verb, ...rest].join(" ")) > WORDS_MAX
  const typed = args.join(" ")
  if (!isPhrase && !KEY_LIKE.some((pattern) => pattern.test(typed))) return
  throw new UsageError(
    "This looks like a key or a secret phrase, and is not repeated here. Arguments stand in the " +
      "shell's history and in the list of processes: give an extended public key on standard " +
      "input, and name a merchant of many words by its id. If what you typed is private, treat " +
      "it as exposed.",
  )
}

/** How many words as a phrase has them stand there, numbered or not. */
function wordsIn(text: string): number {
  const words = text.split(/[\s,;]+/).map((word) => word.replace(/^\d+[.:)]?/, ""))
  return words.filter((word) => /^\p{L}[\p{L}\p{M}]{0,15}$/u.test(word)).length
}

const UNSTORED = "Nothing was stored."

/** All of what is piped or typed; a phrase of several lines must not go on to the shell. */
async function readInput(input: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  try {
    for await (const part of input) {
      size += part.length
      if (size > INPUT_MAX_BYTES) break
      parts.push(part)
    }
  } catch (error) {
    const { code = "no reason" } = error as { code?: string }
    throw new CommandError(`Standard input can't be read (${code}). ${UNSTORED}`)
  }
  if (size <= INPUT_MAX_BYTES) return Buffer.concat(parts).toString()
  throw new CommandError(`On standard input stands more than a key. ${UNSTORED}`)
}

type KeyRail = Rail & { readonly receiving: Receiving }

/** The rail that takes keys; throws `UsageError` that says which do. */
function findRail(core: Core, name: string | undefined): KeyRail {
  const rails = [...core.rails.values()].filter((rail): rail is KeyRail => !!rail.receiving)
  const found =
    name === undefined && rails.length === 1 ? rails[0] : rails.find((rail) => rail.name === name)
  if (found) return found
  const names = rails.map((rail) => rail.name).join(", ")
  throw new UsageError(`--rail: write one that takes keys; there are: ${names}`)
}

/** Only whoever looked into the wallet knows this address: ours isn't told to be copied. */
function checkFirst(receiving: Receiving, given: string | undefined, first: string): void {
  if (given === undefined) return
  const address = receiving.readAddress(given.toLowerCase())
  if (address === null) {
    throw new UsageError("--first-address: write an address as the wallet shows it: 0x…")
  }
  if (address === first) return
  throw new CommandError(
    `The first address of this key isn't ${address}: ${COMPARE}. If it shows that one, ` +
      `this is the key of another account. ${UNSTORED}`,
  )
}

function otherInUse({ name }: Merchant, { xpub, addresses }: ShownKey): string {
  return (
    `${name} uses another key, with ${addresses[0]} as its first address, since ` +
    `${instant(xpub.createdAt)}. New payments would go to the new key's wallet: ` +
    `give --yes if you want that. ${UNSTORED}`
  )
}

async function take(core: Core, merchant: Merchant, rail: Rail, text: string): Promise<ShownKey> {
  const added = await core.keys.add(merchant.id, rail.name, text).catch((error: unknown) => {
    if ((error as { code?: string }).code !== "23505") throw error
    throw new CommandError("Another key was added at the same moment; see caudal xpub list")
  })
  if ("wrong" in added) throw new CommandError(`${sentence(added.wrong)} ${UNSTORED}`)
  return added
}

async function inUse(core: Core, merchant: Merchant, rail: Rail): Promise<ShownKey | null> {
  const all = await core.keys.list(merchant.id)
  return all.find(({ xpub }) => xpub.rail === rail.name && xpub.retiredAt === null) ?? null
}

async function mustUse(core: Core, merchant: Merchant, rail: Rail): Promise<ShownKey> {
  const found = await inUse(core, merchant, rail)
  if (found) return found
  throw new CommandError(`${merchant.name} has no extended public key; add one: caudal xpub add`)
}

function readCount(text: string): number {
  const count = /^\d{1,7}$/.test(text) ? Number(text) : 0
  if (count >= 1 && count <= ADVANCE_MAX) return count
  throw new UsageError(`--by: write how many indexes to leave out, 1 to ${ADVANCE_MAX}`)
}

/** The core says what is wrong as part of a sentence, a rail as whole ones. */
function sentence(text: string): string {
  const whole = text[0]!.toUpperCase() + text.slice(1)
  return whole.endsWith(".") ? whole : `${whole}.`
}

function jsonOf({ xpub, addresses }: ShownKey) {
  const { id, rail, nextIndex, createdAt, retiredAt } = xpub
  return { id, rail, inUse: retiredAt === null, nextIndex, addresses, createdAt, retiredAt }
}

/** A line for each address, the first of each key with what is said of the key. */
function rowsOf(xpubs: readonly ShownKey[]): string[][] {
  return xpubs.flatMap(({ xpub, addresses }) => {
    const { rail, createdAt, retiredAt, nextIndex } = xpub
    const state = retiredAt === null ? "in use" : `retired ${instant(retiredAt)}`
    const about = [rail, instant(createdAt), state, String(nextIndex)]
    return addresses.map((address, at) => [...(at === 0 ? about : ["", "", "", ""]), address])
  })
}
