/** Headers of blocks: how they are asked for and read, how far the chain is, what blooms say. */
import { keccak_256 } from "@noble/hashes/sha3.js"
import type { Chain } from "./chain.ts"
import type { Node } from "./nodes.ts"
import type { Call } from "./rpc.ts"
import { Nonsense, readFields, readHash, readQuantity, toQuantity } from "./values.ts"

export type Header = {
  readonly number: number
  readonly hash: string
  readonly parentHash: string
  /** The block's own time. */
  readonly at: Date
  /** Hex without `0x`; empty where the node shows none. */
  readonly bloom: string
}

/** How far the chain is, by one node's word. */
export type View = {
  readonly head: Header
  /** The newest block that nothing replaces any more; -1 before there is one. */
  readonly finalHeight: number
}

/** Asks for a block without its transactions. */
export function headerCall(block: number | "latest" | "safe" | "finalized"): Call {
  const which = typeof block === "number" ? toQuantity(block) : block
  return { method: "eth_getBlockByNumber", params: [which, false] }
}

/** A header as it was answered; null where the node has no such block. Throws `Nonsense`. */
export function readHeader(value: unknown): Header | null {
  if (value === null) return null
  const fields = readFields(value)
  const bloom = fields["logsBloom"]
  const seconds = readQuantity(fields["timestamp"])
  if (seconds > LAST_SECOND) throw new Nonsense("answers a block of no possible time")
  return {
    number: readQuantity(fields["number"]),
    hash: readHash(fields["hash"]),
    parentHash: readHash(fields["parentHash"]),
    at: new Date(seconds * 1_000),
    bloom: typeof bloom === "string" && /^0x[0-9a-f]{512}$/i.test(bloom) ? bloom.slice(2) : "",
  }
}

/** 9999-12-31: later instants have another length as text. */
const LAST_SECOND = 253_402_300_799

/** The headers at these heights, each null where the node has none. Throws `NodeFailure`. */
export async function headersAt(
  node: Node,
  heights: readonly number[],
): Promise<readonly (Header | null)[]> {
  const values = await node.values(heights.map(headerCall))
  return values.map((value, at) => {
    const header = readHeader(value)
    if (header && header.number !== heights[at]) throw new Nonsense("answers another block")
    return header
  })
}

/** How far the chain is, and the header at one height in the same look. */
export async function look(
  node: Node,
  chain: Chain,
  height: number | null,
): Promise<{ readonly view: View; readonly at: Header | null }> {
  const { finality } = chain
  const calls = [
    headerCall("latest"),
    ...(finality.kind === "tag" ? [headerCall(finality.tag)] : []),
    ...(height === null ? [] : [headerCall(height)]),
  ]
  const replies = [...(await node.ask(calls))]
  const headerIn = (at: number, missing: null | undefined) => {
    const reply = replies[at]!
    if ("value" in reply) return readHeader(reply.value)
    if (reply.error.kind === "missing" && missing === null) return null
    throw new Nonsense(`answers a question for a block with error ${reply.error.code}`)
  }
  const head = headerIn(0, undefined)
  if (head === null) throw new Nonsense("has no newest block")
  // A young chain has nothing final yet; nodes say so with null or with an error.
  const final = finality.kind === "tag" ? (headerIn(1, null)?.number ?? -1) : null
  const finalHeight = final ?? confirmedHeight(head.number, finality)
  if (finalHeight > head.number + FINAL_AHEAD) {
    throw new Nonsense("calls a block final that isn't there")
  }
  const at = height === null ? null : headerIn(replies.length - 1, null)
  if (at && at.number !== height) throw new Nonsense("answers another block")
  return { view: { head, finalHeight: Math.min(finalHeight, head.number) }, at }
}

/**
 * How many blocks the final one may be ahead of the newest: two servers behind one address may have
 * answered, a few seconds apart, and the quickest chains make four blocks a second.
 */
const FINAL_AHEAD = 16

/** A block has one confirmation when it is the newest, and one more with each block above it. */
function confirmedHeight(head: number, finality: Chain["finality"]): number {
  return finality.kind === "confirmations" ? Math.max(-1, head - finality.blocks + 1) : -1
}

/** Where a value's three bits stand in a bloom of 2,048 bits: digit and mask in its hex text. */
export type BloomBits = readonly { readonly digit: number; readonly mask: number }[]

export function bloomBits(hex: string): BloomBits {
  const hash = keccak_256(Buffer.from(hex.slice(2), "hex"))
  return [0, 2, 4].map((at) => {
    const bit = ((hash[at]! << 8) | hash[at + 1]!) & 2047
    // Bit 0 is the lowest of the last byte.
    return { digit: 511 - (bit >> 2), mask: 1 << (bit & 3) }
  })
}

/** Whether a bloom says anything: some chains leave it empty, others fill it. */
export function saysSomething(bloom: string): boolean {
  return bloom !== "" && !/^(?:0*|f*)$/i.test(bloom)
}

export function mayHold(bloom: string, bits: BloomBits): boolean {
  return bits.every(({ digit, mask }) => (Number.parseInt(bloom[digit]!, 16) & mask) !== 0)
}

/** Whether less than half of a bloom is set, so that a value in it is hardly there by chance. */
export function isSparse(bloom: string): boolean {
  let set = 0
  for (const digit of bloom) {
    for (let rest = Number.parseInt(digit, 16); rest > 0; rest &= rest - 1) set += 1
  }
  return set < 1_024
}

/** One header follows the other. */
export function follows(header: Header, parent: { readonly number: number; hash: string }) {
  return header.number === parent.number + 1 && header.parentHash === parent.hash
}
