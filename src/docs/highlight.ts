/** Colours code by its words, strings, numbers and comments; pure. */
import { type Html, html, type Piece, raw, toText } from "../pages/html.ts"

type Grammar = { readonly comment: string; readonly words: string }

const C_STRINGS = String.raw`"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'`
const SHELL: Grammar = {
  comment: String.raw`(?<![\w$&])#[^\n]*`,
  words:
    "curl|npm|npx|node|export|until|do|done|if|then|else|fi|for|in|while|echo|cd|sudo|cat|jq|php|python3",
}
const SCRIPT: Grammar = {
  comment: String.raw`\/\/[^\n]*|\/\*[\s\S]*?\*\/`,
  words:
    "import|export|from|function|const|let|return|if|else|for|of|in|while|async|await|type|new|null|true|false|try|catch|throw|readonly|interface|as|typeof|undefined",
}
const GRAMMARS: Readonly<Record<string, Grammar>> = {
  sh: SHELL,
  ts: SCRIPT,
  js: SCRIPT,
  json: { comment: "(?!)", words: "true|false|null" },
  php: {
    comment: String.raw`\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/`,
    words:
      "function|return|if|else|foreach|as|null|true|false|array|string|int|float|bool|declare|static|fn|use|new|try|catch|throw|mixed|elseif",
  },
  python: {
    comment: "#[^\\n]*",
    words:
      "def|return|import|from|if|elif|else|for|in|not|and|or|None|True|False|try|except|with|as|raise|any|lambda",
  },
  sql: { comment: "--[^\\n]*", words: "select|from|where|group|by|order|limit|and|or|not|null" },
  yaml: { comment: "#[^\\n]*", words: "true|false|null" },
  xml: { comment: "<!--[\\s\\S]*?-->", words: "(?!)" },
}

const patterns = new Map<string, RegExp>()

/** The code as HTML, with a class for each kind of word; plain where its language is unknown. */
export function highlight(code: string, language: string): Html {
  const grammar = GRAMMARS[language]
  if (grammar === undefined) return html`${code}`
  const pattern = patterns.get(language) ?? patternOf(grammar)
  patterns.set(language, pattern)
  const pieces: Piece[] = []
  let end = 0
  for (const match of code.matchAll(pattern)) {
    pieces.push(code.slice(end, match.index))
    const [kind] = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)!
    pieces.push(html`<span class="${kind}">${match[0]}</span>`)
    end = match.index + match[0].length
  }
  pieces.push(code.slice(end))
  return raw(toText(html`${pieces}`))
}

function patternOf({ comment, words }: Grammar): RegExp {
  return new RegExp(
    [
      `(?<remark>${comment})`,
      `(?<text>${C_STRINGS})`,
      `(?<word>(?<![\\w$-])(?:${words})(?![\\w-]))`,
      String.raw`(?<number>(?<![\w.#/-])\d[\d_]*(?:\.\d+)?n?(?![\w-]))`,
    ].join("|"),
    "g",
  )
}
