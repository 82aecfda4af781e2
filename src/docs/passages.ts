/** Cuts a document into the passages that a search finds: a heading and what stands below; pure. */
import { anchors } from "./slug.ts"

export type Passage = {
  /** Null for what stands before the first heading below the title. */
  readonly anchor: string | null
  readonly heading: string
  /** Without marks, on one line. */
  readonly text: string
}

/** The passages of a Markdown text, in its order. */
export function passagesOf(source: string): Passage[] {
  const anchorFor = anchors()
  const passages: { anchor: string | null; heading: string; lines: string[] }[] = []
  let fenced = false
  for (const line of source.split("\n")) {
    if (/^\s*```/.test(line)) {
      fenced = !fenced
      continue
    }
    const [, marks, heading] = fenced ? [] : (/^(#{1,6}) +(.+?)\s*$/.exec(line) ?? [])
    if (heading === undefined) {
      passages.at(-1)?.lines.push(fenced ? line : withoutMarks(line))
      continue
    }
    const text = withoutMarks(heading)
    const anchor = anchorFor(text)
    passages.push({ anchor: marks === "#" ? null : anchor, heading: text, lines: [] })
  }
  return passages.flatMap(({ anchor, heading, lines }) =>
    pieces(lines).map((text) => ({ anchor, heading, text })),
  )
}

/** A long table or section is several passages, or it would be about everything. */
const PASSAGE_LENGTH = 700

function pieces(lines: readonly string[]): string[] {
  const found = [""]
  for (const line of lines) {
    if (found.at(-1)!.length > PASSAGE_LENGTH) found.push("")
    found.push(`${found.pop()} ${line}`)
  }
  return found.map((text) => text.replace(/\s+/g, " ").trim())
}

function withoutMarks(line: string): string {
  if (/^\|[\s|:-]+\|\s*$/.test(line)) return ""
  return line
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/^\s*(?:[-*+]|\d+\.|>)\s+/, "")
    .replace(/^\|(.*)\|\s*$/, (_, cells: string) => cells.replaceAll("|", " · "))
    .replace(/\*\*|`|(?<!\w)[*_](?=\w)|(?<=\w)[*](?!\w)/g, "")
}
