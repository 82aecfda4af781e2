/** Reads XML as it arrives: UTF-8, no DTD, no entities of its own, a limit on everything. */
import { SaxesParser } from "saxes"

/** The beginning of an element. */
export type Tag = {
  /** Without a prefix. */
  readonly name: string
  /** Empty for none. */
  readonly namespace: string
  /** Where its first character stands, in bytes from the start of the file. */
  position(): number
  attribute(name: string): string | null
}

/** What a reader hears of a document. */
export type Listener = {
  open(tag: Tag): void
  /** Text of the innermost open element: perhaps not all of it. */
  text(text: string): void
  close(): void
}

/** As long as a line that somebody reads may be. */
const WHY_MAX = 300

/** A file, or what is left of it, can't be read at all. `position` in bytes from its start. */
export class Unreadable extends Error {
  override name = "Unreadable"
  readonly position: number
  constructor(why: string, position: number) {
    // It may quote names from the file, as long as they like.
    super(why.slice(0, WHY_MAX))
    this.position = position
  }
}

/** The deepest of the messages that we read nests about 15 elements. */
const DEPTH_MAX = 64
/** One text, tag or comment: the longest type in the schemas has 10,000 characters. */
const TOKEN_MAX_CHARS = 65_536

export type Scanner = {
  /**
   * Reads on: some 64 KiB at once, so that a limit is noticed soon after it is passed. Throws
   * `Unreadable`, and must not be called again then.
   */
  write(bytes: Uint8Array): void
  /** The file ends here. Throws `Unreadable` when its document doesn't. */
  end(): void
}

/** Makes a reader of one file. */
export function makeScanner(listener: Listener): Scanner {
  const parser = new SaxesParser({ xmlns: true, position: false })
  // It keeps the byte order mark, which the parser knows; anything that isn't UTF-8 throws.
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
  /** The piece under way: where it began, and how far into it bytes were counted. */
  const piece = { text: "", startChar: 0, countedChars: 0, bytes: 0 }
  /** The tag under way, from its name on. */
  const tag: { name: string; char: number; bytes: number | null } = { name: "", char: 0, bytes: 0 }
  let depth = 0
  let tokenStartChar = 0

  /** Bytes before a place that the parser has come to; places are asked for in rising order. */
  function bytesBefore(char: number): number {
    const until = Math.max(char - piece.startChar, piece.countedChars)
    piece.bytes += Buffer.byteLength(piece.text.slice(piece.countedChars, until))
    piece.countedChars = until
    return piece.bytes
  }

  /** Few tags are asked for it, and counting bytes takes longer than reading them. */
  function tagPosition(): number {
    tag.bytes ??= bytesBefore(tag.char)
    // The parser stood behind the character that ended the name.
    return tag.bytes - Buffer.byteLength(tag.name) - 2
  }

  function refuse(why: string): never {
    throw new Unreadable(why, bytesBefore(parser.position))
  }

  /** A token was completed here. */
  const token = () => {
    tokenStartChar = parser.position
  }

  parser.on("error", (error) =>
    refuse(`not well-formed: ${error.message.replace(/^\d+:\d+: /, "")}`),
  )
  parser.on("doctype", () => refuse("a document type declaration is not accepted"))
  parser.on("processinginstruction", () => refuse("a processing instruction is not accepted"))
  parser.on("xmldecl", ({ encoding, version }) => {
    if (version !== "1.0") refuse(`XML ${version} is not accepted, only 1.0`)
    if (encoding !== undefined && encoding.toUpperCase() !== "UTF-8") {
      refuse(`encoding ${encoding} is not accepted, only UTF-8`)
    }
  })
  parser.on("comment", token)
  parser.on("text", (text) => {
    token()
    listener.text(text)
  })
  parser.on("cdata", (text) => {
    token()
    listener.text(text)
  })
  parser.on("opentagstart", ({ name }) => {
    tag.name = name
    tag.char = parser.position
    tag.bytes = null
  })
  parser.on("opentag", ({ attributes, local, uri }) => {
    token()
    depth += 1
    if (depth > DEPTH_MAX) refuse(`more than ${DEPTH_MAX} elements deep`)
    listener.open({
      name: local,
      namespace: uri,
      position: tagPosition,
      attribute: (name) => attributes[name]?.value ?? null,
    })
  })
  parser.on("closetag", () => {
    token()
    depth -= 1
    listener.close()
  })

  function feed(text: string): void {
    // What began in the piece before can't be counted any more when that is gone.
    tag.bytes ??= bytesBefore(tag.char)
    piece.bytes = bytesBefore(piece.startChar + piece.text.length)
    piece.startChar += piece.text.length
    piece.text = text
    piece.countedChars = 0
    parser.write(text)
    if (piece.startChar + text.length - tokenStartChar > TOKEN_MAX_CHARS) {
      refuse(`a text, tag or comment of more than ${TOKEN_MAX_CHARS} characters`)
    }
  }

  function decode(bytes?: Uint8Array): string {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode()
    } catch {
      const end = bytesBefore(piece.startChar + piece.text.length)
      throw new Unreadable("not UTF-8", end)
    }
  }

  return {
    write: (bytes) => feed(decode(bytes)),
    end() {
      feed(decode())
      parser.close()
    },
  }
}
