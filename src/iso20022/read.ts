/** Reads a bank's files piece by piece: an item for each thing that is found, in their order. */
import { ANSWER_KINDS, type Item, type Kind, type Made, ORDER_KINDS } from "./items.ts"
import { type Audience, walk } from "./layout.ts"
import { CREDITS_PLAN, DEBITS_PLAN, hearOrders } from "./received.ts"
import { makeScanner, type Tag, Unreadable } from "./scan.ts"
import { hearAccount } from "./statement.ts"
import { NOTIFICATION_PLAN, STATEMENT_PLAN } from "./statement-layout.ts"
import { hearStatus, STATUS_PLAN } from "./status.ts"
import { own } from "./table.ts"

/** So much is looked at before its items are handed out: what a limit lets pass is as little. */
const PIECE_BYTES = 65_536
const NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>
type Make = (item: Made) => void

/** Which element is which message, and who hears of it. */
const MESSAGES: Readonly<Record<string, readonly [Kind, (make: Make) => Audience<string>]>> = {
  CstmrPmtStsRpt: ["pain.002.001.10", (make) => ({ plan: STATUS_PLAN, hearer: hearStatus(make) })],
  BkToCstmrDbtCdtNtfctn: [
    "camt.054.001.08",
    (make) => ({ plan: NOTIFICATION_PLAN, hearer: hearAccount("camt.054.001.08", make) }),
  ],
  BkToCstmrStmt: [
    "camt.053.001.08",
    (make) => ({ plan: STATEMENT_PLAN, hearer: hearAccount("camt.053.001.08", make) }),
  ],
  CstmrDrctDbtInitn: [
    "pain.008.001.08",
    (make) => ({ plan: DEBITS_PLAN, hearer: hearOrders("pain.008.001.08", make) }),
  ],
  CstmrCdtTrfInitn: [
    "pain.001.001.09",
    (make) => ({ plan: CREDITS_PLAN, hearer: hearOrders("pain.001.001.09", make) }),
  ],
}

/**
 * Reads what a bank sends: pain.002.001.10, camt.054.001.08, camt.053.001.08, in UTF-8. Memory
 * stays small however long the file is. Never throws for what is in the file: an entry that can't
 * be understood is an item `malformed`, a total that isn't so an item `mismatch`, and reading goes
 * on; a file that can't be read from some place on ends there with an item `refused`. One that was
 * read to its end ends with an item `end`: without it, entries may be missing. What the source of
 * the chunks throws is passed on.
 */
export function readAnswers(chunks: Chunks): AsyncGenerator<Item> {
  return read(chunks, ANSWER_KINDS)
}

/** Reads what a bank is sent: pain.008.001.08 and pain.001.001.09, in the way of `readAnswers`. */
export function readOrders(chunks: Chunks): AsyncGenerator<Item> {
  return read(chunks, ORDER_KINDS)
}

async function* read(chunks: Chunks, kinds: readonly Kind[]): AsyncGenerator<Item> {
  let made: Made[] = []
  const scanner = makeScanner(walk((tag) => choose(tag, kinds, (item) => made.push(item))))
  const count = { malformed: 0, mismatch: 0 }
  /** Takes what was made by now. */
  const take = () => {
    const taken = made
    made = []
    for (const { item } of taken) if (item === "malformed" || item === "mismatch") count[item] += 1
    return taken
  }
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        scanner.write(chunk.subarray(at, at + PIECE_BYTES))
        yield* take()
      }
    }
    scanner.end()
    yield* take()
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    // What was made before the fault stands.
    yield* take()
    yield { item: "refused", why: error.message, position: error.position }
    return
  }
  yield { item: "end", malformed: count.malformed, mismatches: count.mismatch }
}

function choose(tag: Tag, kinds: readonly Kind[], make: Make): Audience<string> {
  const refuse = (why: string): never => {
    throw new Unreadable(why, tag.position())
  }
  const [kind, open] =
    own(MESSAGES, tag.name) ?? refuse(`${tag.name} is no message that is read here`)
  if (!kinds.includes(kind)) refuse(`${kind} is not read here, only ${kinds.join(", ")}`)
  // Without a namespace the version is a guess that the fields then prove right or wrong.
  if (tag.namespace !== "" && tag.namespace !== NAMESPACE + kind) {
    refuse(`namespace ${tag.namespace} is not read here, only ${NAMESPACE}${kind}`)
  }
  return open(make)
}
