/** Finds in a document what a table names, and hears it as records: the rest is passed over. */
import { ID_MAX } from "./ids.ts"
import { type Listener, type Tag, Unreadable } from "./scan.ts"

/** Some text of a record: the path of its element, `path@attribute` for an attribute of it. */
export type Field = {
  /** In characters; an id's length where it isn't said. Longer is a flaw. */
  readonly max?: number
  /** Longer is no flaw, but cut. */
  readonly cut?: true
  /** `first`: may stand several times, and the first time counts. Else twice is a flaw. */
  readonly repeated?: "first"
}

/** Elements that are records, by a name of ours: where they stand, and what they hold. */
export type Layout<Name extends string> = Readonly<
  Record<
    Name,
    {
      /** From the message's own element on, that one included: `CstmrPmtStsRpt/GrpHdr`. */
      readonly at: string
      /** By path below the record: what is under another record's path belongs to that one. */
      readonly fields: Readonly<Record<string, Field>>
    }
  >
>

export type Found<Name extends string> = {
  readonly name: Name
  /** Texts that were found so far, trimmed, by the path of the table. None of them is empty. */
  readonly values: Map<string, string>
  /** What is wrong with it so far. */
  readonly flaws: string[]
  /** In bytes from the start of the file. */
  readonly position: number
  /** The record around it, which is still open. */
  readonly parent: Found<Name> | null
}

export type Hearer<Name extends string> = {
  /** A record begins; it has no values yet, but those around it may have all of theirs. */
  begin?(record: Found<Name>): void
  /** A record ends. */
  end(record: Found<Name>): void
  /** The document ends. */
  finish?(): void
}

/** No field is as long. What comes in many parts with comments between is still bounded. */
const TEXT_MAX_CHARS = 10_000
/** A record with more is described well enough. */
const FLAWS_MAX = 5

type Node<Name extends string> = {
  readonly children: Map<string, Node<Name>>
  record?: Name
  field?: readonly [path: string, field: Field]
  readonly attributes: [name: string, path: string, field: Field][]
}

/** A tree of all that a layout names. Made once for each kind of message. */
export type Plan<Name extends string> = { readonly root: Node<Name> }

/** Turns a table into a tree to walk along. */
export function plan<Name extends string>(layout: Layout<Name>): Plan<Name> {
  const root = makeNode<Name>()
  for (const [name, { at, fields }] of Object.entries(layout) as [Name, Layout<Name>[Name]][]) {
    const node = descend(root, at)
    node.record = name
    for (const [path, field] of Object.entries(fields)) {
      const [elements = "", attribute] = path.split("@")
      const leaf = descend(node, elements)
      if (attribute === undefined) leaf.field = [path, field]
      else leaf.attributes.push([attribute, path, field])
    }
  }
  return { root }
}

function makeNode<Name extends string>(): Node<Name> {
  return { children: new Map(), attributes: [] }
}

function descend<Name extends string>(from: Node<Name>, path: string): Node<Name> {
  return path.split("/").reduce((node, name) => {
    const child = node.children.get(name) ?? makeNode<Name>()
    node.children.set(name, child)
    return child
  }, from)
}

/** Who hears of a message's records, which a plan finds. */
export type Audience<Name extends string> = {
  readonly plan: Plan<Name>
  readonly hearer: Hearer<Name>
}

/**
 * Walks along with a document. `choose` gets the element of its message, in which all else stands,
 * and answers who hears of it; what it throws goes to whoever feeds the scanner. Elements of
 * another namespace are passed over, as are those that the plan doesn't name. Throws `Unreadable`
 * for a document without exactly one message.
 */
export function walk<Name extends string>(choose: (message: Tag) => Audience<Name>): Listener {
  /** Nodes of the open elements of the message, as far as the plan names them. */
  const path: Node<Name>[] = []
  let chosen: Audience<Name> | null = null
  let namespace: string | null = null
  let record: Found<Name> | null = null
  /** How deep inside something that is passed over. */
  let skipped = 0
  let text = ""

  /** The node of an element: null for one to pass over. */
  function nodeOf(tag: Tag): Node<Name> | null {
    if (skipped > 0 || tag.namespace !== namespace) return null
    const above = path.at(-1)
    if (above) return above.children.get(tag.name) ?? null
    if (chosen) throw new Unreadable("a document with more than one message", tag.position())
    chosen = choose(tag)
    return chosen.plan.root.children.get(tag.name) ?? null
  }

  return {
    open(tag) {
      if (namespace === null) {
        if (tag.name !== "Document")
          throw new Unreadable(`${tag.name} is no Document`, tag.position())
        namespace = tag.namespace
        return
      }
      const node = nodeOf(tag)
      if (!node) {
        skipped += 1
        const leaf = path.at(-1)?.field
        if (leaf && skipped === 1) blame(record, `${leaf[0]} holds elements`)
        return
      }
      path.push(node)
      text = ""
      if (node.record !== undefined) {
        const position = tag.position()
        record = { name: node.record, values: new Map(), flaws: [], position, parent: record }
        chosen!.hearer.begin?.(record)
      }
      for (const [name, at, field] of node.attributes) {
        keep(record, at, field, tag.attribute(name) ?? "")
      }
    },
    text(more) {
      const wanted = skipped === 0 && path.at(-1)?.field
      if (wanted && text.length <= TEXT_MAX_CHARS) text += more
    },
    close() {
      if (skipped > 0) {
        skipped -= 1
        return
      }
      const node = path.pop()
      if (!node) {
        // The document ends, and so did its message.
        if (chosen === null) throw new Unreadable("a document without a message", 0)
        chosen.hearer.finish?.()
        return
      }
      if (node.field) keep(record, node.field[0], node.field[1], text)
      if (node.record === undefined) return
      const ended: Found<Name> = record!
      record = ended.parent
      chosen!.hearer.end(ended)
    },
  }
}

function keep<Name extends string>(
  record: Found<Name> | null,
  path: string,
  { cut, max = ID_MAX, repeated }: Field,
  text: string,
): void {
  if (record === null) return
  const { values } = record
  const value = text.trim()
  // An empty element says as little as none.
  if (value === "") return
  if (values.has(path)) {
    if (repeated !== "first") blame(record, `${path} stands there twice`)
  } else if (value.length > max && !cut) {
    blame(record, `${path} has more than ${max} characters`)
  } else {
    values.set(path, value.slice(0, max).toWellFormed())
  }
}

function blame<Name extends string>(record: Found<Name> | null, why: string): void {
  if (record && record.flaws.length < FLAWS_MAX) record.flaws.push(why)
}
