/** The RPC nodes of a chain behind one door: order, fail-over, rests, batches, the right chain. */
import type { Clock } from "../../core/index.ts"
import type { Chain } from "./chain.ts"
import { NODE_LIMITS, type NodeHealth, openLine, valuesOf } from "./line.ts"
import { type Call, type FailureKind, NodeFailure, type Reply } from "./rpc.ts"
import { Nonsense } from "./values.ts"

/**
 * A node says what would stop everything, and nobody should believe one alone. Its `cause` is
 * thrown when another says the same.
 */
export class Doubtful extends Error {
  override readonly name = "Doubtful"
}

/** A node for the time of one piece of work. */
export type Node = {
  /** Number and host: what health may show of it. */
  readonly name: string
  readonly trusted: boolean
  /** Asks in batches; replies stand in the order of the calls. Throws `NodeFailure`. */
  ask(calls: readonly Call[]): Promise<readonly Reply[]>
  /** The same where each call must have a value. Throws `Nonsense`, too. */
  values(calls: readonly Call[]): Promise<readonly unknown[]>
}

export type Nodes = {
  /** All nodes as configured, with a share in a time that ends at `clock.elapsedMs()` `endsMs`. */
  until(endsMs: number): readonly Node[]
  /** Tells that a node answered what can't be right: it rests. */
  distrust(node: Node, why: string): NodeFailure
  /** Reads a contract on the first node that answers. The answer is hex; throws when none does. */
  call(to: string, data: string): Promise<string>
  /** One entry a node, in their order. No sentence holds an address with a key. */
  health(): readonly NodeHealth[]
}

/** Opens the door. Nothing is asked before the first use. */
export function openNodes(
  chain: Chain,
  clock: Clock,
  overrides: Partial<typeof NODE_LIMITS> = {},
): Nodes {
  const limits = { ...NODE_LIMITS, ...overrides }
  const lines = chain.nodes.map((node, at) => openLine(chain, node, at, clock, limits))
  const until = (endsMs: number) =>
    lines.map(
      (line): Node => ({
        name: line.name,
        trusted: line.trusted,
        ask: (calls) => line.ask(calls, endsMs),
        values: async (calls) => valuesOf(await line.ask(calls, endsMs), calls),
      }),
    )
  const nodes: Nodes = {
    until,
    distrust: (node, why) => {
      const failure = new NodeFailure("nonsense", why)
      lines.find(({ name }) => name === node.name)?.failed(failure)
      return failure
    },
    call: (to, data) =>
      firstOf(nodes, until(clock.elapsedMs() + limits.timeoutMs), async (node) => {
        const [reply] = await node.ask([{ method: "eth_call", params: [{ to, data }, "latest"] }])
        if (reply && "error" in reply) {
          // The contract said no, and would on any node.
          if (reply.error.kind === "reverted") throw new Error(`${to} refuses the call`)
          throw new Nonsense(`answers eth_call with error ${reply.error.code}`)
        }
        const value = reply?.value
        if (typeof value !== "string" || !/^0x[0-9a-fA-F]*$/.test(value)) {
          throw new Nonsense("answers no hex to a call of a contract")
        }
        return value
      }),
    health: () => lines.map((line) => line.health()),
  }
  return nodes
}

/** Does a piece of work with one node; what it answered against all sense makes it rest. */
export async function withNode<T>(
  nodes: Nodes,
  node: Node,
  work: (node: Node) => Promise<T>,
): Promise<T> {
  try {
    return await work(node)
  } catch (error) {
    if (error instanceof Nonsense) throw nodes.distrust(node, error.message)
    throw error
  }
}

/**
 * Does a piece of work with the first node that can do it whole. Those before it that said what is
 * `Doubtful` rest then. Throws `NodeFailure`, or what two nodes said alike.
 */
export async function firstOf<T>(
  nodes: Nodes,
  candidates: readonly Node[],
  work: (node: Node) => Promise<T>,
): Promise<T> {
  const failures: NodeFailure[] = []
  const doubtful = new Map<Node, Doubtful>()
  for (const node of candidates) {
    try {
      const done = await withNode(nodes, node, work)
      for (const [other, { message }] of doubtful) nodes.distrust(other, message)
      return done
    } catch (error) {
      if (error instanceof Doubtful) {
        if ([...doubtful.values()].some(({ message }) => message === error.message)) {
          throw error.cause
        }
        doubtful.set(node, error)
        failures.push(new NodeFailure("nonsense", error.message, { cause: error }))
      } else if (error instanceof NodeFailure) failures.push(error)
      else throw error
    }
  }
  const why = failures.map(({ message }, at) => `${candidates[at]!.name} ${message}`).join("; ")
  throw new NodeFailure(worst(failures), why, { cause: failures[0] })
}

/** A lag is only waited for where nothing worse was said. */
function worst(failures: readonly NodeFailure[]): FailureKind {
  const kinds = failures.map(({ kind }) => kind)
  const order: readonly FailureKind[] = ["refused", "nonsense", "behind"]
  return order.find((kind) => kinds.includes(kind)) ?? kinds.at(-1) ?? "unreachable"
}
