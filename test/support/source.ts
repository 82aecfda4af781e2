/** Takes TypeScript apart into code, comments and strings, so that a rule can look at one. */

export type Piece = { readonly kind: "code" | "comment" | "string"; readonly text: string }

/** A slash after one of these, or after a word like `return`, begins a regular expression. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+*%~^<>-]|\b(?:return|typeof|case|in|of|await))\s*$/
/** As much code before a slash as that takes to see, with the blanks between. */
const LOOK_BACK = 200

const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y
const QUOTED = /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
const PLAIN = /[^/"'`{}]+/y

/** The pieces of a source, in order. What stands in `${…}` of a template counts as code. */
export function piecesOf(source: string): readonly Piece[] {
  const pieces: Piece[] = []
  /** For each open `${`, how many braces are open in it. */
  const braces: number[] = []
  let at = 0
  let code = ""

  function put(kind: Piece["kind"], text: string): void {
    at += text.length
    if (kind === "code") {
      code += text
      return
    }
    flush()
    pieces.push({ kind, text })
  }

  function flush(): void {
    if (code !== "") pieces.push({ kind: "code", text: code })
    code = ""
  }

  function match(pattern: RegExp): string | null {
    pattern.lastIndex = at
    return pattern.exec(source)?.[0] ?? null
  }

  /**
   * Reads a template's text from its backtick, or from the brace that closed an expression in it.
   */
  function template(): void {
    const start = at
    for (at += 1; at < source.length; at += 1) {
      if (source[at] === "\\") at += 1
      else if (source[at] === "`") break
      else if (source.startsWith("${", at)) {
        braces.push(0)
        at += 1
        break
      }
    }
    flush()
    at += 1
    pieces.push({ kind: "string", text: source.slice(start, at) })
  }

  while (at < source.length) {
    const plain = match(PLAIN)
    const comment = match(COMMENT)
    const quoted = match(QUOTED)
    const mayBeRegex = source[at] === "/" && BEFORE_REGEX.test(code.slice(-LOOK_BACK))
    const regex = mayBeRegex ? match(REGEX) : null
    if (plain !== null) put("code", plain)
    else if (comment !== null) put("comment", comment)
    else if (quoted !== null) put("string", quoted)
    else if (regex !== null) put("string", regex)
    else if (source[at] === "`") template()
    else if (source[at] === "}" && braces.at(-1) === 0) {
      braces.pop()
      template()
    } else {
      if (source[at] === "{" && braces.length > 0) braces.push(braces.pop()! + 1)
      if (source[at] === "}" && braces.length > 0) braces.push(braces.pop()! - 1)
      put("code", source[at]!)
    }
  }
  flush()
  return pieces
}

/** A source's code, with empty strings for its strings. */
export function codeOf(source: string): string {
  const stands = { code: null, string: '""', comment: " " } as const
  return piecesOf(source)
    .map(({ kind, text }) => stands[kind] ?? text)
    .join("")
}

/** A source's strings and templates, with their quotes. */
export function stringsOf(source: string): readonly string[] {
  return piecesOf(source).flatMap(({ kind, text }) => (kind === "string" ? [text] : []))
}

/** What a source imports or exports from elsewhere: relative paths and names of packages. */
export function importsOf(source: string): readonly string[] {
  const pieces = piecesOf(source).filter(({ kind }) => kind !== "comment")
  return pieces
    .filter(({ text }, at) => text.startsWith('"') && IMPORTING.test(pieces[at - 1]?.text ?? ""))
    .map(({ text }) => text.slice(1, -1))
}

/** How code ends right before the name of what it imports. */
const IMPORTING = /\b(?:from|import)\s*\(?\s*$/
