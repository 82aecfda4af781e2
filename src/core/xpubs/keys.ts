/** Merchants' extended public keys as verbs: added, found, vetted, kept ahead of what is needed. */
import type { Ids } from "../../clock.ts"
import { type AuditParts, audited } from "../audit/audited.ts"
import { type Change, differences, type Entry } from "../audit/entry.ts"
import type { Draft } from "../draft.ts"
import type { Rail } from "../rail.ts"
import type { ExtendedKey, Receiving } from "../receiving.ts"
import { assert } from "../refusal.ts"
import type { Keyring } from "../seal.ts"
import { SEALED } from "../store/sealed.ts"
import * as store from "./store.ts"
import { INDEX_MAX, type Xpub } from "./xpub.ts"

export type KeyParts = AuditParts & {
  readonly mode: "sandbox" | "live"
  readonly ids: Ids
  readonly keyring: Keyring
  readonly rails: ReadonlyMap<string, Rail>
  /** Hears of faults in what is derived ahead; nothing depends on it. */
  readonly onFault: (error: unknown, about: string) => void
}

/** A key as an operator sees it: with the first addresses, to compare with the wallet's own. */
export type ShownKey = {
  readonly xpub: Xpub
  readonly addresses: readonly string[]
}

/** Why a key can't be taken, as a sentence that repeats nothing of it. */
export type KeyProblem = { readonly wrong: string }

/** Beyond this a revocation or a new key must be seen on every node. */
const REMEMBERED_MS = 800
const REMEMBERED_MAX = 10_000
/** Addresses that are derived before they are needed: half a second of full load. */
const AHEAD = 500
/**
 * Addresses that are known to be new before they are needed, and how many are looked up at once.
 */
const VETTED_AHEAD = 200
const VET_AT_ONCE = 50
const KEYS_AT_ONCE = 20
/** Enough for a person to compare. */
const SHOWN = 3
/** What a restored database may have forgotten that it gave out. */
export const RESTORED_GAP = 1_000

export type Keys = ReturnType<typeof makeKeys>

/** Makes the verbs of a node. */
export function makeKeys(parts: KeyParts) {
  const { database, clock, ids, keyring } = parts
  const known = new Map<string, { found: Promise<Xpub | null>; untilMs: number }>()
  const opened = new Map<string, string>()

  function receivingOf(rail: string): Receiving {
    const receiving = parts.rails.get(rail)?.receiving
    assert(receiving, `the rail ${rail} takes no keys`)
    return receiving
  }

  /** The key itself; keys never change, so one is unsealed once. */
  function open(xpub: Xpub): string {
    const before = opened.get(xpub.id)
    if (before !== undefined) return before
    const key = keyring.unseal(xpub.keySealed, SEALED.xpub).toString()
    if (opened.size >= REMEMBERED_MAX) opened.clear()
    opened.set(xpub.id, key)
    return key
  }

  async function show(xpub: Xpub): Promise<ShownKey> {
    const receiving = receivingOf(xpub.rail)
    const key = open(xpub)
    const addresses = Array.from({ length: SHOWN }, (_, index) => receiving.addressAt(key, index))
    return { xpub, addresses }
  }

  async function vetOne(receiving: Receiving, xpub: Xpub): Promise<void> {
    const from = Math.max(xpub.vettedBelow, xpub.nextIndex)
    const below = Math.min(from + VET_AT_ONCE, INDEX_MAX)
    const key = open(xpub)
    const indexes = Array.from({ length: below - from }, (_, at) => from + at)
    const addresses = indexes.map((index) => receiving.addressAt(key, index))
    const isUsed = await receiving.usedBefore(addresses)
    const used = indexes.filter((_, at) => isUsed[at])
    await store.setVetted(database, xpub, { from: xpub.vettedBelow, below, used })
  }

  return {
    open,

    /** The key that a merchant uses on a rail; remembered for less than a second. */
    active(merchantId: string, rail: string): Promise<Xpub | null> {
      const name = `${merchantId}|${rail}`
      const nowMs = clock.elapsedMs()
      const entry = known.get(name)
      if (entry && entry.untilMs > nowMs) return entry.found
      const found = store.activeXpub(database, merchantId, rail)
      found.catch(() => known.delete(name))
      if (known.size >= REMEMBERED_MAX) known.clear()
      known.set(name, { found, untilMs: nowMs + REMEMBERED_MS })
      return found
    },

    /** Reads a key without keeping it: what it is, and its first addresses. */
    inspect(rail: string, text: string): (ExtendedKey & { addresses: string[] }) | KeyProblem {
      const receiving = receivingOf(rail)
      const read = receiving.readKey(text)
      if ("wrong" in read) return read
      if (read.isPublished && parts.mode === "live") {
        return { wrong: "the secret phrase of this key is published: anybody can spend from it" }
      }
      const indexes = Array.from({ length: SHOWN }, (_, index) => index)
      return { ...read, addresses: indexes.map((index) => receiving.addressAt(read.key, index)) }
    },

    /** Gives a merchant's payments addresses below a key from now on. */
    async add(merchantId: string, rail: string, text: string): Promise<ShownKey | KeyProblem> {
      const read = this.inspect(rail, text)
      if ("wrong" in read) return read
      const before = await store.findXpub(database, rail, read.fingerprint)
      if (before && before.merchantId !== merchantId) {
        return { wrong: "this key belongs to another merchant; each has its own" }
      }
      known.delete(`${merchantId}|${rail}`)
      if (before) {
        const isBack = before.retiredAt !== null
        await audited(
          parts,
          async (tx) => isBack && store.reviveXpub(tx, before, clock.now()),
          () => added(before, isBack ? "done" : "unchanged"),
        )
        return show({ ...before, retiredAt: null })
      }
      const xpub: Xpub = {
        id: ids.next(),
        merchantId,
        rail,
        fingerprint: read.fingerprint,
        keySealed: keyring.seal(read.key, SEALED.xpub),
        nextIndex: 0,
        vettedBelow: 0,
        skipped: [],
        createdAt: clock.now(),
        retiredAt: null,
      }
      await audited(
        parts,
        (tx) => store.insertXpub(tx, xpub),
        () => added(xpub, "done"),
      )
      return show(xpub)
    },

    async list(merchantId: string): Promise<ShownKey[]> {
      const xpubs = await store.listXpubs(database, merchantId)
      return Promise.all(xpubs.filter(({ rail }) => parts.rails.has(rail)).map(show))
    },

    gaps: (xpubId: string) => store.gapsOf(database, xpubId),

    /** Leaves out the next indexes of all of a merchant's keys: they may have been given out. */
    advance: (merchantId: string, rail: string, by: number) =>
      audited(
        parts,
        (tx) => store.advanceXpubs(tx, merchantId, rail, by),
        (keys) => ({
          action: "xpub.advance",
          merchantId,
          subject: rail,
          outcome: keys > 0 ? "done" : "unchanged",
          change: differences(null, { by, keys }),
        }),
      ),

    /** Looks whether the next addresses are new, where money is real; answers how many keys. */
    async vet(rail: Rail): Promise<number> {
      const { receiving } = rail
      if (!receiving?.needsNewAddresses) return 0
      const few = await store.xpubsToVet(database, rail.name, VETTED_AHEAD, KEYS_AT_ONCE)
      let vetted = 0
      for (const xpub of few) {
        try {
          await vetOne(receiving, xpub)
          vetted += 1
        } catch (error) {
          // The others' payers must not wait for this one.
          parts.onFault(error, `the addresses of the key ${xpub.id} can't be looked at`)
        }
      }
      return vetted
    },

    /** Hears of a commit, and derives the addresses that the next ones will take. */
    committed(draft: Draft): void {
      for (const xpub of draft.xpubs.updated.values()) {
        const receiving = parts.rails.get(xpub.rail)?.receiving
        receiving?.deriveAhead(open(xpub), xpub.nextIndex, AHEAD).catch((error) => {
          parts.onFault(error, "deriving addresses ahead failed")
        })
      }
    },
  }
}

/** The key itself stays sealed, and so do the addresses that follow from it. */
function added({ id, merchantId, rail }: Xpub, outcome: Entry["outcome"]): Entry {
  const change: Change = outcome === "done" ? { rail: { old: null, new: rail } } : {}
  return { action: "xpub.add", merchantId, subject: id, outcome, change }
}
