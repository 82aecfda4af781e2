/** Chains that are known by name: adding one is an entry here. */
import type { Chain, Coin, Token } from "./chain.ts"

/** What a chain is, without the nodes it is read from and what its coin is worth. */
export type Preset = Pick<
  Chain,
  "name" | "chainId" | "finality" | "blockMs" | "logRange" | "explorer" | "tokens"
> & {
  /** The chain's own coin, for those who turn it on. */
  readonly coin: Omit<Coin, "worth">
}

const blocks = (count: number) => ({ kind: "confirmations", blocks: count }) as const
/** The chain's own word; its consensus would have to break for it to be taken back. */
const FINALIZED = { kind: "tag", tag: "finalized" } as const

/** A dollar token: one of it is one dollar, by whoever issues it. */
function dollar(symbol: string, decimals: number, address: string): Token {
  const worth = { kind: "peg", currency: "USD" } as const
  return { symbol, decimals, address: address.toLowerCase(), offered: true, worth }
}

const scan = (host: string) => `https://${host}/tx/{hash}`
const ETHER = { symbol: "ETH", decimals: 18, slip44: 60 } as const

/**
 * By the name that stands in caudal.json. Names of chains are those that Pentagoo's pages show.
 * `logRange` is what free nodes were seen to allow, less where blocks are full.
 */
export const PRESETS = {
  ethereum: {
    name: "Ethereum",
    chainId: 1,
    // 2½ minutes, which most shops can wait for; `finalized` takes about 15.
    finality: blocks(12),
    blockMs: 12_000,
    logRange: 500,
    explorer: scan("etherscan.io"),
    tokens: [
      dollar("USDT", 6, "0xdAC17F958D2ee523a2206206994597C13D831ec7"),
      dollar("USDC", 6, "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"),
    ],
    coin: ETHER,
  },
  bsc: {
    name: "Binance Smart Chain",
    chainId: 56,
    // One validator makes several blocks in a row, so a count of blocks says little about how many
    // of them agreed. Their votes finalize a block within seconds.
    finality: FINALIZED,
    blockMs: 450,
    logRange: 500,
    explorer: scan("bscscan.com"),
    // Binance-Peg tokens; unlike their namesakes elsewhere they have 18 decimals.
    tokens: [
      dollar("USDT", 18, "0x55d398326f99059fF775485246999027B3197955"),
      dollar("USDC", 18, "0x8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d"),
    ],
    coin: { symbol: "BNB", decimals: 18, slip44: 714 },
  },
  "bsc-testnet": {
    name: "Binance Smart Chain Testnet",
    chainId: 97,
    // Counted, although it finalizes as well, so that a trial shows confirmations: some 7 s.
    finality: blocks(15),
    blockMs: 450,
    logRange: 500,
    explorer: scan("testnet.bscscan.com"),
    tokens: [dollar("USDT", 18, "0x337610d27c682E347C9cD60BD4b3b107C9d34dDd")],
    coin: { symbol: "tBNB", decimals: 18, slip44: 714 },
  },
  polygon: {
    name: "Polygon",
    chainId: 137,
    // Milestones (PIP-11) end reorganisations, which were over 100 blocks deep before, in seconds.
    finality: FINALIZED,
    blockMs: 2_000,
    logRange: 500,
    explorer: scan("polygonscan.com"),
    tokens: [
      dollar("USDT", 6, "0xc2132D05D31c914a87C6611C10748AEb04B58e8F"),
      dollar("USDC", 6, "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"),
    ],
    coin: { symbol: "POL", decimals: 18, slip44: 966 },
  },
  arbitrum: {
    name: "Arbitrum One",
    chainId: 42_161,
    // 30 s. One sequencer orders the blocks, so more of them add little: what it said changes only
    // if it breaks its word. Who doesn't rely on it takes `finalized`: Ethereum's word, 15 min.
    finality: blocks(120),
    blockMs: 250,
    logRange: 2_000,
    explorer: scan("arbiscan.io"),
    tokens: [
      dollar("USDT", 6, "0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9"),
      dollar("USDC", 6, "0xaf88d065e77c8cC2239327C5EDb3A432268e5831"),
    ],
    coin: ETHER,
  },
  base: {
    name: "Base",
    chainId: 8_453,
    // 30 s of its one sequencer's word, as on Arbitrum.
    finality: blocks(15),
    blockMs: 2_000,
    logRange: 500,
    explorer: scan("basescan.org"),
    // Tether issues no USDT here; what goes by that name comes over a bridge.
    tokens: [dollar("USDC", 6, "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913")],
    coin: ETHER,
  },
  sepolia: {
    name: "Ethereum Sepolia",
    chainId: 11_155_111,
    // As on Ethereum, for which it is the trial.
    finality: blocks(12),
    blockMs: 12_000,
    logRange: 1_000,
    explorer: scan("sepolia.etherscan.io"),
    // Circle's own; its faucet gives it away. Tether has none here.
    tokens: [dollar("USDC", 6, "0x1c7D4B196Cb0C7B01d743Fbc6116a902379C7238")],
    coin: ETHER,
  },
} as const satisfies Readonly<Record<string, Preset>>

export type PresetName = keyof typeof PRESETS
export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[]
