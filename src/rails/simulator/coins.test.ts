/** What a payer is asked to send: exact, never short, and always the same. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { bankReference, instruct, transactionHash } from "./coins.ts"

const attemptId = "0198b0a0-0000-4000-8000-000000000001"

test("amounts are converted at the fixed rate and rounded up", () => {
  const rows: [amount: bigint, currency: string, wei18: string, units6: string][] = [
    [2_550n, "USD", "25500000000000000000", "25500000"],
    [1n, "USD", "10000000000000000", "10000"],
    [400_000n, "COP", "1000000000000000000", "1000000"],
    [1n, "COP", "2500000000000", "3"],
    [950n, "CLP", "1000000000000000000", "1000000"],
    [1n, "EUR", "11111111111111112", "11112"],
  ]
  for (const [amount, asset, wei18, units6] of rows) {
    const { options } = instruct({ attemptId, amount, asset })
    assert.deepEqual(
      options?.map((option) => option.amount),
      [wei18, units6],
      `${amount} ${asset}`,
    )
  }
})

test("an option names its token, an address of its own and a link that wallets read", () => {
  const order = { attemptId, amount: 2_550n, asset: "USD" }
  const { options } = instruct(order)
  assert.deepEqual(instruct(order).options, options)
  for (const option of options!) {
    assert.match(option.address, /^0x[0-9a-f]{40}$/)
    const [, chain, contract] = /^eip155:(\d+)\/erc20:(0x[0-9a-f]{40})$/.exec(option.asset)!
    assert.equal(chain, String(option.chainId))
    const query = `address=${option.address}&uint256=${option.amount}`
    assert.equal(option.uri, `ethereum:${contract}@${chain}/transfer?${query}`)
  }
  const other = instruct({ ...order, attemptId: `${attemptId}2` })
  assert.notEqual(other.options?.[0]?.address, options?.[0]?.address)
})

test("a currency without a rate is a mistake of the caller", () => {
  assert.throws(() => instruct({ attemptId, amount: 1n, asset: "XXX" }), RangeError)
})

test("references follow from the attempt", () => {
  assert.match(transactionHash(attemptId), /^0x[0-9a-f]{64}$/)
  assert.match(bankReference(attemptId), /^SIM-[0-9A-F]{12}$/)
  assert.notEqual(transactionHash("a"), transactionHash("b"))
})
