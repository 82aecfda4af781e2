/** A chain as it is configured: what every part of this rail is told about it. */

export type Chain = {
  /** As people call it; it stands in callbacks and on pages. */
  readonly name: string
  readonly chainId: number
  /** Asked in this order. */
  readonly nodes: readonly RpcNode[]
  /** When a transfer counts: so many blocks, its own included, or the chain's own word. */
  readonly finality:
    | { readonly kind: "confirmations"; readonly blocks: number }
    | { readonly kind: "tag"; readonly tag: "safe" | "finalized" }
  /** The usual time from block to block. */
  readonly blockMs: number
  /** How many blocks one question for logs may span. */
  readonly logRange: number
  readonly tokens: readonly Token[]
  /** The chain's own coin; null where it is neither offered nor watched. */
  readonly native: Coin | null
  /** An explorer's address of a transaction, with `{hash}` in it. */
  readonly explorer: string | null
  /**
   * Money on it is real: its addresses must be new, and two nodes (or a trusted one) must agree.
   */
  readonly isLive: boolean
}

export type RpcNode = {
  readonly url: string
  /** The operator's own: its word is enough. */
  readonly trusted: boolean
}

export type Token = {
  readonly symbol: string
  /** The contract, in lower case. */
  readonly address: string
  readonly decimals: number
  /** Whether payers are offered it. What isn't offered and comes all the same is booked, too. */
  readonly offered: boolean
  readonly worth: Worth
}

export type Coin = {
  readonly symbol: string
  readonly decimals: number
  /** Its number in SLIP-44, which names the asset. */
  readonly slip44: number
  readonly worth: Worth
}

/** What one whole token is worth: a currency's unit by definition, or what a source says. */
export type Worth =
  | { readonly kind: "peg"; readonly currency: string }
  | { readonly kind: "source"; readonly source: RateSource }

/** Says how much of one currency (or dollars) one unit of something is worth. */
export type RateSource =
  | {
      readonly kind: "fixed"
      /** Decimal text: dollars for one unit. */
      readonly dollars: string
    }
  | {
      readonly kind: "aggregator"
      /** The chain it is read on, by its id; one of the configured ones. */
      readonly chainId: number
      readonly address: string
      /** An answer older than this gives no quote. */
      readonly heartbeatSeconds: number
      /** The feed says units for a dollar and not dollars for a unit. */
      readonly inverted: boolean
    }

/** The name of a chain in the database and in metrics (CAIP-2). */
export function chainName(chainId: number): string {
  return `eip155:${chainId}`
}

/** The asset that a token is (CAIP-19). */
export function tokenAsset(chainId: number, address: string): string {
  return `${chainName(chainId)}/erc20:${address}`
}

/** The asset that a chain's own coin is (CAIP-19). */
export function coinAsset(chainId: number, coin: Pick<Coin, "slip44">): string {
  return `${chainName(chainId)}/slip44:${coin.slip44}`
}
