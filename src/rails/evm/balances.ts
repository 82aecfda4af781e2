/**
 * What came without a transaction that names its receiver: coins that a contract sent. They are in
 * no log and no list of transactions, so the balance itself is compared with what was seen.
 */
import type { Clock, Order, Sighting } from "../../core/index.ts"
import { readAddress } from "./address.ts"
import { type Chain, chainName, coinAsset } from "./chain.ts"
import { readHeader } from "./headers.ts"
import { type Node, type Nodes, withNode } from "./nodes.ts"
import { Nonsense, toQuantity } from "./values.ts"

/** For a look that nobody waits for. */
const TIMEOUT_MS = 10_000
/** Addresses in one look: as many calls as one batch of most nodes. */
const AT_ONCE = 50

type Held = { readonly at: Date; readonly balances: readonly bigint[] }

/**
 * What these orders' addresses hold at a block beyond what was received, as sightings. Rejects when
 * no node says so, or only one where two are needed.
 */
export async function unseenOf(
  { chain, nodes, clock }: { readonly chain: Chain; readonly nodes: Nodes; readonly clock: Clock },
  block: number,
  orders: readonly Order[],
): Promise<readonly Sighting[]> {
  const coin = chain.native && coinAsset(chain.chainId, chain.native)
  const asked = orders.flatMap((order) => {
    const option = order.instructions?.options?.find(({ asset }) => asset === coin)
    return option ? [{ order, address: readAddress(option.address)! }] : []
  })
  const found: Sighting[] = []
  for (let from = 0; from < asked.length; from += AT_ONCE) {
    const part = asked.slice(from, from + AT_ONCE)
    const held = await agreed(chain, nodes, clock, block, part)
    for (const [index, { order, address }] of part.entries()) {
      const balance = held.balances[index]!
      const amount = balance - BigInt(order.received[coin!] ?? 0)
      if (amount <= 0n) continue
      found.push({
        attemptId: order.attemptId,
        place: `${chainName(chain.chainId)}/balance/${address}/${balance}`,
        fact: { kind: "received", amount, asset: coin! },
        at: held.at,
      })
    }
  }
  return found
}

/** The word of a trusted node, of the only one, or of two that say the same. */
async function agreed(
  chain: Chain,
  nodes: Nodes,
  clock: Clock,
  block: number,
  asked: readonly { readonly address: string }[],
): Promise<Held> {
  const said = new Set<string>()
  let last: unknown
  for (const node of nodes.until(clock.elapsedMs() + TIMEOUT_MS)) {
    try {
      const held = await withNode(nodes, node, () => heldBy(node, block, asked))
      const word = held.balances.join()
      if (node.trusted || chain.nodes.length === 1 || said.has(word)) return held
      said.add(word)
    } catch (error) {
      last = error
    }
  }
  throw new Error(`no two nodes say the same of balances on ${chain.name}`, { cause: last })
}

async function heldBy(
  node: Node,
  block: number,
  asked: readonly { readonly address: string }[],
): Promise<Held> {
  const height = toQuantity(block)
  const [first, ...values] = await node.values([
    { method: "eth_getBlockByNumber", params: [height, false] },
    ...asked.map(({ address }) => ({ method: "eth_getBalance", params: [address, height] })),
  ])
  const header = readHeader(first)
  if (header?.number !== block) throw new Nonsense(`lacks block ${block}`)
  return { at: header.at, balances: values.map(readBalance) }
}

function readBalance(value: unknown): bigint {
  if (typeof value !== "string" || !/^0x[0-9a-f]{1,64}$/i.test(value)) {
    throw new Nonsense("answers no number for a balance")
  }
  return BigInt(value)
}
