/** What is asked of contracts and accounts: the decimals of tokens, and whether one was used. */
import type { Clock } from "../../core/index.ts"
import type { Chain } from "./chain.ts"
import { Doubtful, firstOf, type Node, type Nodes } from "./nodes.ts"
import { type Call, NodeFailure } from "./rpc.ts"
import { isQuantity, Nonsense, readWord, wordOf } from "./values.ts"

/** Selectors of ERC-20: `decimals()` and `balanceOf(address)`. */
const DECIMALS = "0x313ce567"
const BALANCE_OF = "0x70a08231"

/** For the look before an address is given out; who waits for it is a payer. */
const USED_TIMEOUT_MS = 10_000

/** The chain isn't what the configuration says. Nothing is read until somebody mends that. */
export class Misconfigured extends Error {
  override readonly name = "Misconfigured"
}

/**
 * Throws `Misconfigured` when a token has other decimals than configured, or isn't there; one of
 * several nodes that says so throws `Doubtful` instead.
 */
export async function checkTokens(node: Node, chain: Chain): Promise<void> {
  const replies = await node.ask(chain.tokens.map(({ address }) => callOf(address, DECIMALS)))
  for (const [at, reply] of replies.entries()) {
    const { address, decimals, symbol } = chain.tokens[at]!
    if ("error" in reply && reply.error.kind !== "reverted") {
      throw new Nonsense(`answers eth_call with error ${reply.error.code}`)
    }
    const value = "value" in reply ? readWord(reply.value) : null
    if (value === BigInt(decimals)) continue
    const found = value === null ? "no such token there" : `${value} decimals and not ${decimals}`
    const misconfigured = new Misconfigured(`${symbol} (${address}): ${found}`)
    if (chain.nodes.length === 1 || node.trusted) throw misconfigured
    throw new Doubtful(`says of ${misconfigured.message}`, { cause: misconfigured })
  }
}

/**
 * Which of these addresses have sent, hold coin or hold a configured token. Rejects when no node
 * says so of all of them.
 */
export async function usedBefore(
  chain: Chain,
  nodes: Nodes,
  clock: Clock,
  addresses: readonly string[],
): Promise<readonly boolean[]> {
  if (addresses.length === 0) return []
  const calls = addresses.flatMap((address) => [
    { method: "eth_getTransactionCount", params: [address, "latest"] },
    { method: "eth_getBalance", params: [address, "latest"] },
    ...chain.tokens.map((token) => callOf(token.address, `${BALANCE_OF}${wordOf(address)}`)),
  ])
  const each = calls.length / addresses.length
  return firstOf(nodes, nodes.until(clock.elapsedMs() + USED_TIMEOUT_MS), async (node) => {
    const values = await node.values(calls)
    return addresses.map((_, at) => {
      const [count, balance, ...held] = values.slice(at * each, at * each + each)
      return [readNumber(count), readNumber(balance), ...held.map(readBalance)].some(
        (amount) => amount > 0n,
      )
    })
  })
}

function callOf(to: string, data: string): Call {
  return { method: "eth_call", params: [{ to, data }, "latest"] }
}

function readNumber(value: unknown): bigint {
  const isLong = typeof value === "string" && /^0x[0-9a-f]{1,64}$/i.test(value)
  if (!isLong && !isQuantity(value)) throw new Nonsense("answers no number for an account")
  return BigInt(value)
}

function readBalance(value: unknown): bigint {
  const balance = readWord(value)
  // Another node may know better; it may as well be the token, so this one isn't blamed.
  if (balance === null) throw new NodeFailure("nonsense", "answers no balance for a token")
  return balance
}
