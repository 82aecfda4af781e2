/** Reads the YAML that our own files use: maps, lists, quoted and plain scalars, folded blocks. */

/** What a file holds; scalars stay text, for that is what they are compared with. */
export type Yaml = string | null | readonly Yaml[] | { readonly [name: string]: Yaml }

type Line = { readonly indent: number; readonly text: string }

/** Reads a file; throws for what goes beyond our own, rather than read it wrongly. */
export function readYaml(source: string): Yaml {
  const lines = source
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.trim().startsWith("#"))
    .map((line) => ({
      indent: line.length - line.trimStart().length,
      text: line.trimEnd().trimStart(),
    }))
  const reader = { lines, at: 0 }
  const value = readBlock(reader, 0)
  if (reader.at < lines.length) throw new Error(`what is this? ${lines[reader.at]!.text}`)
  return value
}

type Reader = { lines: Line[]; at: number }

function readBlock(reader: Reader, indent: number): Yaml {
  const first = reader.lines[reader.at]
  if (!first || first.indent < indent) return null
  return first.text.startsWith("- ")
    ? readList(reader, first.indent)
    : readMap(reader, first.indent)
}

function readList(reader: Reader, indent: number): Yaml {
  const items: Yaml[] = []
  for (;;) {
    const line = reader.lines[reader.at]
    if (line?.indent !== indent || !line.text.startsWith("- ")) return items
    const rest = line.text.slice(2).trimStart()
    if (isMember(rest)) {
      // The map of an item begins on the item's own line.
      reader.lines[reader.at] = { indent: indent + 2, text: rest }
      items.push(readMap(reader, indent + 2))
    } else {
      reader.at += 1
      items.push(readScalar(rest))
    }
  }
}

const MEMBER = /^([A-Za-z_][\w.-]*|"[^"]*"):(?: (.*))?$/

function isMember(text: string): boolean {
  return !text.startsWith('"') && !text.startsWith("[") && MEMBER.test(text)
}

function readMap(reader: Reader, indent: number): Yaml {
  const map: Record<string, Yaml> = {}
  for (;;) {
    const line = reader.lines[reader.at]
    if (line?.indent !== indent || line.text.startsWith("- ")) return map
    const [, name, value] = MEMBER.exec(line.text) ?? []
    if (name === undefined) throw new Error(`no member: ${line.text}`)
    if (name in map) throw new Error(`twice: ${name}`)
    reader.at += 1
    if (value === ">-") map[name] = readFolded(reader, indent)
    else if (value !== undefined && value !== "") map[name] = readScalar(value)
    else map[name] = readBlock(reader, listIndent(reader, indent))
  }
}

/** A list may stand as far in as the name of its member; anything else stands further in. */
function listIndent({ at, lines }: Reader, indent: number): number {
  return lines[at]?.indent === indent && lines[at].text.startsWith("- ") ? indent : indent + 1
}

function readFolded(reader: Reader, indent: number): string {
  const parts: string[] = []
  for (let line = reader.lines[reader.at]; line && line.indent > indent; ) {
    parts.push(line.text)
    reader.at += 1
    line = reader.lines[reader.at]
  }
  return parts.join(" ")
}

function readScalar(text: string): Yaml {
  if (text.startsWith('"') || text.startsWith("[") || text === "{}") return JSON.parse(text) as Yaml
  if (/^[&*!|>'%@`{]/.test(text) || / #/.test(text)) throw new Error(`not ours to read: ${text}`)
  return text
}
