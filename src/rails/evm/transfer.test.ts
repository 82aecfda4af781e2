/** Transfers to sign, against another library's idea of the same. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { encodeFunctionData, erc20Abi, getAddress } from "viem"
import { PRESETS } from "./presets.ts"
import { readSettings } from "./settings.ts"
import { toSign, transferUri } from "./transfer.ts"

const rpc = ["https://one.example", "https://two.example"]
const { chains } = readSettings(
  {
    chains: [
      { preset: "polygon", rpc },
      { preset: "bsc", rpc, native: { rate: { fixed: "600" } } },
    ],
  },
  "live",
)
const from = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8"
const to = "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc"
const contract = PRESETS.bsc.tokens[1].address
const asset = `eip155:56/erc20:${contract}`

test("a token is given back by a call of its contract", () => {
  for (const amount of [1n, 25_500_000_000_000_000_000n, 2n ** 256n - 1n]) {
    const args = [getAddress(to), amount] as const
    const sent = toSign(chains, { asset, amount, from, to })
    assert.deepEqual(sent, {
      chainId: 56,
      blockchain: "Binance Smart Chain",
      from: getAddress(from),
      to: getAddress(to),
      asset,
      amount: amount.toString(),
      transaction: {
        to: getAddress(contract),
        data: encodeFunctionData({ abi: erc20Abi, functionName: "transfer", args }),
        value: "0x0",
      },
      uri: transferUri({ asset, to, amount }),
    })
  }
})

test("a chain's own coin is given back as the value of a transaction", () => {
  const sent = toSign(chains, { asset: "eip155:56/slip44:714", amount: 10n ** 18n, from, to })
  assert.deepEqual(sent?.transaction, {
    to: getAddress(to),
    data: "0x",
    value: "0xde0b6b3a7640000",
  })
  assert.equal(sent?.uri, `ethereum:${getAddress(to)}@56?value=1000000000000000000`)
})

test("what no chain has isn't given back, and nonsense is a mistake of the caller", () => {
  const nobodys = [
    "eip155:1/erc20:0x00",
    "eip155:137/slip44:966",
    `eip155:137/erc20:${contract}`,
    "USD",
  ]
  for (const other of nobodys) {
    assert.equal(toSign(chains, { asset: other, amount: 1n, from, to }), null, other)
  }
  for (const amount of [0n, -1n, 2n ** 256n]) {
    assert.throws(() => toSign(chains, { asset, amount, from, to }), RangeError)
  }
  assert.throws(() => toSign(chains, { asset, amount: 1n, from: "0x12", to }), RangeError)
  assert.throws(() => toSign(chains, { asset, amount: 1n, from, to: "me" }), RangeError)
  assert.throws(() => transferUri({ asset: "USD", to, amount: 1n }), RangeError)
})
