/** The presets, against what others know about the same chains, and as the document shows them. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { arbitrum, base, bsc, bscTestnet, mainnet, polygon, sepolia } from "viem/chains"
import { checksummed } from "./address.ts"
import { PRESETS, type Preset, type PresetName } from "./presets.ts"

/** Written down a second time from public lists, each with its checksum. */
const CONTRACTS: Readonly<Record<PresetName, readonly string[]>> = {
  ethereum: [
    "USDT 6 0xdAC17F958D2ee523a2206206994597C13D831ec7",
    "USDC 6 0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
  ],
  bsc: [
    "USDT 18 0x55d398326f99059fF775485246999027B3197955",
    "USDC 18 0x8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d",
  ],
  "bsc-testnet": ["USDT 18 0x337610d27c682E347C9cD60BD4b3b107C9d34dDd"],
  polygon: [
    "USDT 6 0xc2132D05D31c914a87C6611C10748AEb04B58e8F",
    "USDC 6 0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359",
  ],
  arbitrum: [
    "USDT 6 0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9",
    "USDC 6 0xaf88d065e77c8cC2239327C5EDb3A432268e5831",
  ],
  base: ["USDC 6 0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"],
  sepolia: ["USDC 6 0x1c7D4B196Cb0C7B01d743Fbc6116a902379C7238"],
}

const ELSEWHERE = {
  ethereum: mainnet,
  bsc,
  "bsc-testnet": bscTestnet,
  polygon,
  arbitrum,
  base,
  sepolia,
} satisfies Record<PresetName, unknown>

const presets = Object.entries(PRESETS) as [PresetName, Preset][]

test("a preset's number, coin and explorer are those that another library has", () => {
  for (const [name, preset] of presets) {
    const other = ELSEWHERE[name]
    assert.equal(preset.chainId, other.id, name)
    assert.equal(preset.coin.symbol, other.nativeCurrency.symbol, name)
    assert.equal(preset.coin.decimals, other.nativeCurrency.decimals, name)
    assert.equal(preset.explorer, `${other.blockExplorers.default.url}/tx/{hash}`, name)
  }
})

test("a preset's tokens have the contracts and decimals of the list, and are one dollar", () => {
  for (const [name, { tokens }] of presets) {
    const written = tokens.map(
      ({ symbol, decimals, address }) => `${symbol} ${decimals} ${checksummed(address)}`,
    )
    assert.deepEqual(written, CONTRACTS[name], name)
    for (const { address, offered, worth } of tokens) {
      assert.equal(address, address.toLowerCase())
      assert.ok(offered)
      assert.deepEqual(worth, { kind: "peg", currency: "USD" })
    }
  }
})

test("chains have the names that the vendor shows, and docs/rails/evm.md lists each", () => {
  assert.equal(PRESETS.bsc.name, "Binance Smart Chain")
  assert.equal(PRESETS.ethereum.name, "Ethereum")
  assert.equal(new Set(presets.map(([, preset]) => preset.name)).size, presets.length)
  const path = join(import.meta.dirname, "../../../docs/rails/evm.md")
  const [, table] = /\n### Presets\n[\s\S]*?\n((?:\|.*\n)+)/.exec(readFileSync(path, "utf8"))!
  const rows = table!
    .trim()
    .split("\n")
    .slice(2)
    .map((line) => line.slice(1, -1).split("|"))
    .map((cells) => cells.map((cell) => cell.replaceAll("`", "").trim()).slice(0, 5))
  const expected = presets.map(([preset, { name, chainId, finality, tokens }]) => [
    preset,
    name,
    String(chainId),
    finality.kind === "tag" ? finality.tag : String(finality.blocks),
    tokens.map(({ symbol, decimals }) => `${symbol} (${decimals})`).join(", "),
  ])
  assert.deepEqual(rows, expected)
})
