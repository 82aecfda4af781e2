/** A rail whose chain is a list that the test writes: for tests of what the core makes of it. */
import type { Read, ReadFrom, Receiving, Seen } from "../../src/core/index.ts"
import { type TestRail, testRail } from "./core.ts"

export const TOKEN = "eip155:7/erc20:0xdddddddddddddddddddddddddddddddddddddddd"
export const OTHER_TOKEN = "eip155:7/erc20:0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
/** A dollar of the payment's currency in the token's units, of which it has six decimals. */
export const UNITS = 10_000n
export const CHAIN = "eip155:7"

export type ChainRail = TestRail & {
  readonly receiving: Receiving
  /** What the next reads find, one after the other; after them nothing more. */
  readonly reads: Partial<Read>[]
  /** What each read was given. */
  readonly asked: ReadFrom[]
  /** Addresses that were used before. */
  readonly used: Set<string>
  /** Replaces the read, for tests of what goes wrong with it. */
  reading: ((from: ReadFrom) => Promise<Read>) | null
  /** What the other token costs for a dollar cent now; null: nobody knows. */
  rate: bigint | null
}

/** The address at an index below a key: what the test can work out, too. */
export function addressAt(key: string, index: number): string {
  return `0x${key.length.toString(16).padStart(2, "0")}${index.toString(16).padStart(38, "0")}`
}

/** Makes the rail. */
export function chainRail(over: { readonly needsNewAddresses?: boolean } = {}): ChainRail {
  const base = testRail({
    name: "chain",
    displayName: "Test chain",
    methods: ["crypto"],
    custodian: "self",
    lookDelayMs: () => null,
    observe: (open, cursor) => rail.look(open, cursor),
  })
  const rail: ChainRail = {
    ...base,
    reads: [],
    asked: [],
    used: new Set(),
    reading: null,
    rate: 100n,
    receiving: {
      needsNewAddresses: over.needsNewAddresses ?? false,
      readKey: (text) =>
        text.startsWith("xpub")
          ? { key: text, fingerprint: `print of ${text}`, isPublished: text.includes("published") }
          : { wrong: "this is no extended public key" },
      addressAt,
      deriveAhead: async () => {},
      quote: async ({ amount }) => {
        const common = { blockchain: "Test chain", chainId: 7, decimals: 6 }
        const { rate } = rail
        if (rate === null) return { kind: "unavailable", why: "nobody knows the rate" }
        return {
          kind: "quoted",
          offers: [
            {
              ...common,
              token: "TUSD",
              asset: TOKEN,
              amount: String(amount * UNITS),
              pegged: true,
            },
            { ...common, token: "OTH", asset: OTHER_TOKEN, amount: String(amount * rate) },
          ],
        }
      },
      instructionsAt: (offers, address) => ({
        options: offers.map((offer) => ({ ...offer, address, uri: `test:${address}` })),
      }),
      readAddress: (text) => (/^0x[0-9a-f]{40}$/i.test(text) ? text.toLowerCase() : null),
      usedBefore: async (addresses) => addresses.map((each) => rail.used.has(each)),
      toSign: ({ asset, amount, from, to }) => ({
        chainId: 7,
        blockchain: "Test chain",
        from,
        to,
        asset,
        amount: String(amount),
        transaction: { to: asset.slice(-42), data: `0x${amount.toString(16)}`, value: "0x0" },
        uri: `test:${to}`,
      }),
      watches: [
        {
          name: CHAIN,
          displayName: "Test chain",
          everyMs: 10,
          confirmations: 6,
          explorerUrl: (reference) => `https://explorer.test/${reference}`,
          health: () => ({ ok: true, detail: "", behindBlocks: 0 }),
          async read(from) {
            rail.asked.push(from)
            if (rail.reading) return rail.reading(from)
            return { ...NOTHING, ...rail.reads.shift() }
          },
        },
      ],
    },
  }
  return rail
}

const NOTHING: Read = {
  cursor: "{}",
  head: 100,
  seen: [],
  confirmed: [],
  orphaned: [],
  more: false,
}

let made = 0

/** A transfer to an address, in a transaction of its own. */
export function transfer(to: string, amount: bigint, over: Partial<Seen> = {}): Seen {
  made += 1
  const reference = `0x${made.toString(16).padStart(64, "0")}`
  return {
    place: `${reference}:0`,
    leaving: null,
    from: `0x${"f".repeat(40)}`,
    to,
    asset: TOKEN,
    amount,
    block: 10,
    blockHash: `0x${"b".repeat(64)}`,
    at: new Date("2026-01-05T12:00:00Z"),
    reference,
    final: false,
    ...over,
  }
}
