/** The newest block of the sandbox's chain, and what came between two of them. */
import { call, callAll, hex, type Question } from "./rpc.ts"

/** Where a chain is. */
export type Head = { readonly number: number; readonly hash: string }

/** New blocks that are searched for transactions; more are taken to have some. */
const SEARCHED_BLOCKS_MAX = 200

function headOf(block: unknown): Head {
  const { number, hash } = block as { number: string; hash: string }
  return { number: Number(number), hash }
}

/** The newest block of the node at `url`. */
export async function headAt(url: string): Promise<Head> {
  return headOf(await call(url, "eth_getBlockByNumber", ["latest", false]))
}

/** Whether the blocks since `from` hold a transaction, or what was there before has changed. */
export async function carries(url: string, from: Head, to: Head): Promise<boolean> {
  const count = to.number - from.number
  if (count < 0 || count > SEARCHED_BLOCKS_MAX) return true
  const numbers = Array.from({ length: count }, (_, at) => hex(from.number + 1 + at))
  const [before, ...counts] = await callAll(url, [
    ["eth_getBlockByNumber", [hex(from.number), false]],
    ...numbers.map((at): Question => ["eth_getBlockTransactionCountByNumber", [at]]),
  ])
  return headOf(before).hash !== from.hash || counts.some((each) => Number(each) > 0)
}
