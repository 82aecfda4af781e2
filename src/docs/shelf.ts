/** Which documents there are: their files, addresses, titles, languages, and what follows what. */
import { readFileSync } from "node:fs"
import { glob, readFile } from "node:fs/promises"
import { join, posix } from "node:path"
import { type Language, LISTED_ELSEWHERE, type Section, TREE } from "./tree.ts"

const root = join(import.meta.dirname, "..", "..")
/** What is served: nothing beside it can be asked for, whatever an address says. */
const DOCUMENTS = [
  ...["*.md", "docs/**/*.md", "src/dialects/*/README.md"],
  ...["ops/README.md", "sdk/README.md", "sdk/README.es.md"],
]
/** What documents point at and browsers show as text. */
const FILES = [
  "docs/**/*.{cfg,yml,yaml,json,ts,mjs,php,py}",
  "ops/{Dockerfile,*.yaml,*.service,*.example,prometheus/*.yaml,grafana/*.json}",
]

export type Document = {
  /** Its address below /docs (and below /docs/es), such as `rails/evm`; empty for the start. */
  readonly id: string
  readonly language: Language
  /** Below the project's folder, with slashes. */
  readonly path: string
  /** Its first heading, without marks. */
  readonly title: string
  readonly source: string
}

export type Shelf = {
  readonly documents: readonly Document[]
  /** In the order of the navigation; each of the sections has pages. */
  readonly sections: readonly Section[]
  /** The document in that language; null without. */
  find(id: string, language: Language): Document | null
  /** In that language, or else in English; null without either. */
  nearest(id: string, language: Language): Document | null
  at(path: string): Document | null
  /** Whether it is a file that is served as it is. */
  isFile(path: string): boolean
  /** The text of such a file. */
  text(path: string): Promise<string>
  /** The ids before and after this one in the order of reading; null at an end. */
  around(id: string): readonly [string | null, string | null]
}

/** Reads all of them: one megabyte or so, once, when somebody first asks. */
export async function openShelf(): Promise<Shelf> {
  const paths = (await found(DOCUMENTS)).sort()
  const files = new Set(await found(FILES))
  const documents = await Promise.all(paths.map(open))
  const byPath = new Map(documents.map((each) => [each.path, each]))
  const byId = new Map(documents.map((each) => [`${each.language} ${each.id}`, each]))
  const find = (id: string, language: Language) => byId.get(`${language} ${id}`) ?? null
  const nearest = (id: string, language: Language) => find(id, language) ?? find(id, "en")
  const sections = sectionsOf([...new Set(documents.map(({ id }) => id))])
  const order = sections.flatMap(({ pages }) => pages)
  const records = documents.map(({ id }) => id).filter((id) => LISTED_ELSEWHERE.test(id))
  return {
    documents,
    sections,
    find,
    nearest,
    at: (path) => byPath.get(path) ?? null,
    isFile: (path) => files.has(path),
    text: (path) => readFile(join(root, path), "utf8"),
    around(id) {
      const list = order.includes(id) ? order : records
      const at = list.indexOf(id)
      return at < 0 ? [null, null] : [list[at - 1] ?? null, list[at + 1] ?? null]
    },
  }
}

async function found(patterns: readonly string[]): Promise<string[]> {
  const paths: string[] = []
  for await (const path of glob([...patterns], { cwd: root })) {
    paths.push(path.replaceAll("\\", "/"))
  }
  return paths
}

async function open(path: string): Promise<Document> {
  const source = await readFile(join(root, path), "utf8")
  return { ...placeOf(path), path, source, title: titleOf(source) ?? posix.basename(path) }
}

/** Where a file of the project stands among the documents. */
export function placeOf(path: string): { readonly id: string; readonly language: Language } {
  const bare = path.replace(/\.md$/, "")
  if (bare === "README") return { id: "", language: "en" }
  if (bare === "README.es") return { id: "", language: "es" }
  if (bare.startsWith("src/"))
    return { id: bare.slice("src/".length).toLowerCase(), language: "en" }
  const [, folder, ending] = /^(ops|sdk)\/README(\.es)?$/.exec(bare) ?? []
  if (folder !== undefined) return { id: folder, language: ending ? "es" : "en" }
  if (!bare.startsWith("docs/")) return { id: bare.toLowerCase(), language: "en" }
  const language = bare.startsWith("docs/es/") ? "es" : "en"
  const below = bare.slice(language === "es" ? "docs/es/".length : "docs/".length)
  // A folder's README stands at the address of the folder.
  return { id: below.replace(/\/README$/, ""), language }
}

/** The first heading of a document as plain text; null without one. */
export function titleOf(source: string): string | null {
  const [, title] = /^# +(.+)$/m.exec(source) ?? []
  return title?.replaceAll("`", "") ?? null
}

function sectionsOf(ids: readonly string[]): Section[] {
  const named = new Set(TREE.flatMap(({ pages }) => pages))
  const sections = TREE.map((section) => ({
    ...section,
    pages: section.pages.filter((id) => ids.includes(id)),
  }))
  for (const id of ids) {
    if (named.has(id) || LISTED_ELSEWHERE.test(id)) continue
    const folder = posix.dirname(id)
    const near = (other: string) => folder !== "." && posix.dirname(other) === folder
    const home = sections.find(({ pages }) => pages.some(near)) ?? sections.at(-1)!
    home.pages.push(id)
  }
  return sections.filter(({ pages }) => pages.length > 0)
}

/** The version of this program, for what may be kept until the next one. */
export function programVersion(): string {
  return String(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version)
}
