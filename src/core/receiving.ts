/**
 * The part of a rail where payers send by themselves, to addresses of the merchant's own wallet.
 *
 * The merchant gives an extended public key; each payment gets the next address below it. The rail
 * derives addresses, says what to send, and reads chains; it holds no private key and moves
 * nothing.
 */
import type { Instructions, PayOption } from "./payments/attempt.ts"
import type { Order } from "./rail.ts"

/** A merchant's extended public key, in the one form in which it is kept and compared. */
export type ExtendedKey = {
  readonly key: string
  /** The same for every spelling of the same key: one key belongs to one merchant. */
  readonly fingerprint: string
  /** Set when somebody published its private half: good for a sandbox, never for real money. */
  readonly isPublished: boolean
}

/** What a payer may send, before the address is known. */
export type Offer = Omit<PayOption, "address" | "uri">

/** By what a token's amount was reckoned. */
export type Pricing = {
  /** Worth its currency by definition, a number of the settings, or what a feed says. */
  readonly source: "peg" | "fixed" | "feed"
  /** Until when the same price is used without asking again; null: until the settings change. */
  readonly validUntil: Date | null
}

export type Quote =
  | {
      readonly kind: "quoted"
      readonly offers: readonly Offer[]
      /** By the asset of the offer. */
      readonly pricing?: ReadonlyMap<string, Pricing>
    }
  /** There is a source for this currency, and it has no answer that can be trusted now. */
  | { readonly kind: "unavailable"; readonly why: string }
  /** Nobody said what this currency is worth, or no chain can be offered. */
  | { readonly kind: "not_offered"; readonly why: string }

/** How people call an asset that isn't a currency, and how many decimals it has. */
export type KnownToken = Pick<Offer, "asset" | "token" | "decimals" | "blockchain">

/** A transfer out of the merchant's wallet for its owner to sign. */
export type TransferToSign = {
  readonly chainId: number
  readonly blockchain: string
  readonly from: string
  readonly to: string
  readonly asset: string
  readonly amount: string
  /** What a transaction holds: the contract (or the receiver), its calldata and value, in hex. */
  readonly transaction: { readonly to: string; readonly data: string; readonly value: string }
  /** EIP-681. */
  readonly uri: string
}

export type Receiving = {
  /**
   * Reads an extended public key as somebody typed it. A sentence says what is wrong with it; it
   * never repeats what was typed, which may be a private key.
   */
  readKey(text: string): ExtendedKey | { readonly wrong: string }
  /** The address at an index below a key, in lower case. Pure; throws for a key it didn't read. */
  addressAt(key: string, index: number): string
  /** Derives addresses from `index` on into memory, a few at once; resolves when they are there. */
  deriveAhead(key: string, index: number, count: number): Promise<void>
  /** What an order costs now. The payer may send it until the payment expires. */
  quote(order: Pick<Order, "amount" | "asset">): Promise<Quote>
  /** What the payer is told: the offers at an address. Pure. */
  instructionsAt(offers: readonly Offer[], address: string): Instructions
  /** An address as its owner typed it, in lower case; null when it is none. */
  readAddress(text: string): string | null
  /** Whether an address may only be given out that is known to be new: money here is real. */
  readonly needsNewAddresses: boolean
  /** Which of these addresses were used before on any chain. Rejects when it can't be known. */
  usedBefore(addresses: readonly string[]): Promise<readonly boolean[]>
  /**
   * The transfer that gives `amount` of an offered asset back. Null when no chain has the asset.
   */
  toSign(transfer: {
    readonly asset: string
    readonly amount: bigint
    readonly from: string
    readonly to: string
  }): TransferToSign | null
  /** One a chain. */
  readonly watches: readonly Watch[]
  /** All that may come on these chains by their settings, also what payers aren't offered. */
  readonly tokens?: readonly KnownToken[]
}

/** One chain that is read on and on. */
export type Watch = {
  /** `eip155:97` (CAIP-2): the chain's name in the database, in health and in metrics. */
  readonly name: string
  /** As people call it. */
  readonly displayName: string
  /** How long to wait between reads that found the end of the chain. */
  readonly everyMs: number
  /** Confirmations until a transfer counts; null where the chain itself says what is final. */
  readonly confirmations: number | null
  /** A transaction in an explorer; null where there is none. */
  explorerUrl(reference: string): string | null
  /**
   * Reads on. Rejects when no node gave an answer that can be trusted; nothing is lost then, for
   * the next read begins at the same cursor.
   */
  read(from: ReadFrom): Promise<Read>
  /** How the last reads went. */
  health(): WatchHealth
}

export type ReadFrom = {
  /** What the last read answered; null at the very first, which begins at the chain's head. */
  readonly cursor: string | null
  /** Set at the first read after a start: the last blocks are read once more. */
  readonly again: boolean
  /** Those of these addresses, in lower case, that were given to payers. */
  ours(addresses: readonly string[]): Promise<ReadonlySet<string>>
  /** What is written down for blocks above this one and not orphaned. */
  recordedAbove(block: number): Promise<readonly Recorded[]>
  /** What is written down and not final yet. */
  readonly unconfirmed: readonly Recorded[]
  /** Refunds that their merchants are to sign. */
  readonly leaving: readonly Leaving[]
}

/** A transfer that was seen and written down. */
export type Recorded = {
  readonly place: string
  readonly block: number
  readonly blockHash: string
  readonly asset: string
  readonly amount: bigint
  readonly from: string
  readonly to: string
  readonly final: boolean
  /** Its block's time as it was told. */
  readonly at: Date
  /** The refund that this is; null for money that came. */
  readonly leaving: string | null
}

/** A refund that is expected to leave. All addresses in lower case. */
export type Leaving = {
  readonly attemptId: string
  readonly from: string
  readonly to: string
  readonly asset: string
  readonly amount: bigint
}

/** A transfer in a block. `place` is unique on its chain and the same however often it is seen. */
export type Seen = {
  /** `0x…:3`: the transaction and the number of the log in its block. */
  readonly place: string
  /** The refund that this is; null for money that came to one of `ours`. */
  readonly leaving: string | null
  readonly from: string
  readonly to: string
  readonly asset: string
  readonly amount: bigint
  readonly block: number
  readonly blockHash: string
  /** The block's own time. */
  readonly at: Date
  /** The transaction's hash. */
  readonly reference: string
  /** Deep enough already when it was first seen. */
  readonly final: boolean
}

/** What one read found, all of it to be written down in one commit. */
export type Read = {
  readonly cursor: string
  /** The newest block there is. */
  readonly head: number
  readonly seen: readonly Seen[]
  /** Places of `unconfirmed` that are final now. */
  readonly confirmed: readonly string[]
  /** Places whose block is no longer part of the chain. */
  readonly orphaned: readonly string[]
  /** There is more to be read at once. */
  readonly more: boolean
}

export type WatchHealth = {
  readonly ok: boolean
  /** One sentence for operators: no address with a key in it, no secret. */
  readonly detail: string
  /** Blocks between what was read and the newest that is known; null before the first read. */
  readonly behindBlocks: number | null
}
