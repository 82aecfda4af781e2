/** Reorganisations: where the chain left what was read, and which transfers are gone with it. */
import { type Point, rewind } from "./cursor.ts"
import { type Header, headersAt } from "./headers.ts"
import { type Node, withNode } from "./nodes.ts"
import { orphan, type Reading } from "./reading.ts"
import { NodeFailure } from "./rpc.ts"
import { Nonsense } from "./values.ts"

/** What a reorganisation did: the last block that stayed, and whether any known block did. */
export type Fork = { readonly number: number; readonly isKnown: boolean }

/**
 * Goes back to the newest block that is still on the chain, and orphans what is written down above
 * it in blocks that aren't. Throws `NodeFailure` when that would undo what was final and no second
 * node says the same.
 */
export async function goBack(reading: Reading): Promise<Fork> {
  const { from, node, view } = reading
  const known = [reading.cursor.tip, ...reading.cursor.points].filter(
    ({ number }) => number <= view.head.number,
  )
  const headers = await headersAt(
    node,
    known.map(({ number }) => number),
  )
  const kept = known.find(({ hash }, at) => headers[at]?.hash === hash)
  const base = kept ?? (await below(node, known.at(-1)?.number ?? view.head.number))
  const written = await from.recordedAbove(base.number)
  const heights = [...new Set(written.map(({ block }) => block))]
  const there = heights.filter((height) => height <= view.head.number)
  const now = new Map<number, Header>()
  for (const header of await headersAt(node, there)) if (header) now.set(header.number, header)
  const gone = written.filter(({ block, blockHash }) => now.get(block)?.hash !== blockHash)

  const undone = gone.filter(({ final }) => final)
  const points = undone.map(({ block, blockHash }) => ({ number: block, hash: blockHash }))
  // Without a known block the whole chain seems to be another: that is worth a second word, too.
  if (!kept) points.push(...known.slice(-1))
  if (points.length > 0) await concur(reading, points)
  for (const each of gone) orphan(reading, each)
  reading.cursor = rewind(reading.cursor, base)
  reading.progress = true
  return { number: base.number, isKnown: kept !== undefined }
}

/** The block to begin again at when none is known: the one below the oldest that was. */
async function below(node: Node, number: number): Promise<Point> {
  const height = Math.max(0, number - 1)
  const [header] = await headersAt(node, [height])
  if (!header) throw new Nonsense(`lacks block ${height}`)
  return header
}

/** Throws unless one word is enough here, or another node has lost these blocks, too. */
async function concur(reading: Reading, points: readonly Point[]): Promise<void> {
  const { chain, node, nodes, others } = reading
  if (chain.nodes.length === 1 || node.trusted) return
  const heights = points.map(({ number }) => number)
  for (const other of others) {
    const headers = await withNode(nodes, other, () => headersAt(other, heights)).catch(ignore)
    if (!headers || headers.some((header) => header === null)) continue
    const contradicted = points.find(({ hash }, at) => headers[at]?.hash === hash)
    if (!contradicted) return
    const sentence = `contradicts ${other.name} about block ${contradicted.number}`
    throw nodes.distrust(node, `${sentence}, which was final`)
  }
  throw new NodeFailure("refused", "lost blocks that were final, and no second node can be asked")
}

/** A node that fails here is passed over: its own line remembers why. */
function ignore(error: unknown): null {
  if (error instanceof NodeFailure) return null
  throw error
}
