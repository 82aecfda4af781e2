/** A guide in its two languages: its tables, blocks and recipes, for tests. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, posix } from "node:path"
import { pathToFileURL } from "node:url"
import { hostClock, makeIds } from "../../src/clock.ts"
import { readConfig } from "../../src/config.ts"
import { railsOf } from "../../src/installation.ts"
import type { Cleanup } from "./database.ts"

const root = join(import.meta.dirname, "..", "..")

type Block = { readonly language: string; readonly code: string }
/** The rows of a table without its heading, each as its cells. */
export type Table = readonly (readonly string[])[]

/** Opens the guide to a dialect, or to a rail. */
export function openGuide(name: string, to: "dialects" | "rails" = "dialects") {
  const english = read(`docs/${to}/${name}.md`)
  const spanish = read(`docs/es/${to}/${name}.md`)
  const blocks = (language: string) =>
    blocksOf(english)
      .filter((block) => block.language === language)
      .map(({ code }) => code)

  return {
    english,
    /** The code blocks in one language. */
    blocks,
    /** The blocks of JSON, read. */
    answers: () => blocks("json").map((code) => JSON.parse(code)),
    /** The table in which `first` stands first in a row. */
    tableWith(first: string): Table {
      const found = tablesOf(english).find((table) =>
        table.some(([cell]) => cell === `\`${first}\``),
      )
      return found ?? assert.fail(`no table has ${first}`)
    },
    /** An example that lies beside the dialect. */
    example: (file: string) => JSON.parse(read(`src/dialects/${name}/examples/${file}.json`)),
    /** Both languages have the same tables, headings, examples and links. */
    assertTwins(tablesLeast: number): void {
      const tables = tablesOf(english)
      assert.ok(tables.length >= tablesLeast, `only ${tables.length} tables were found`)
      assertTwins(english, spanish, name)
    },
    /** The recipe in Node, as a module. */
    nodeRecipe: (context: Cleanup) => {
      const path = join(folderFor(context), "recipe.mts")
      writeFileSync(path, only(blocks("ts")))
      return import(pathToFileURL(path).href)
    },
    /** The recipe in PHP: what `expression` is in it, with these variables of the environment. */
    phpRecipe(context: Cleanup, expression: string) {
      const path = join(folderFor(context), "recipe.php")
      writeFileSync(path, `${only(blocks("php"))}\necho json_encode(${expression});\n`)
      return (environment: Readonly<Record<string, string>>) => {
        const env = { ...process.env, ...environment }
        const { stdout, stderr } = spawnSync("php", [path], { env, encoding: "utf8" })
        assert.notEqual(stdout, "", stderr)
        return JSON.parse(stdout)
      }
    },
  }
}

/** A document and its translation have the same headings, code, tables and links. */
export function assertTwins(english: string, spanish: string, name: string): void {
  const [one, other] = [english, spanish].map((text) => ({
    headings: levelsOf(text),
    blocks: blocksOf(text).map(forPrograms),
    tables: tablesOf(text).map((table) => table.map((row) => row.map(codeIn))),
    links: linksOf(text),
  }))
  for (const part of ["headings", "blocks", "tables", "links"] as const) {
    assert.deepEqual(other![part], one![part], `${name}: its ${part} differ`)
  }
}

/** A live gateway's settings and rails by a configuration file, written into `folder`. */
export function liveWith(folder: string, file: string) {
  writeFileSync(join(folder, "caudal.json"), file)
  const settings = {
    CAUDAL_MODE: "live",
    CAUDAL_PUBLIC_URL: "https://pay.example",
    CAUDAL_MASTER_KEY: Buffer.alloc(32, 7).toString("base64"),
  }
  const config = readConfig(settings, folder)
  const clock = hostClock()
  const publicUrl = config.publicUrl!
  return {
    config,
    rails: railsOf(config, { clock, ids: makeIds(clock), ownChain: null, publicUrl }),
  }
}

/** Why the recipes in PHP can't be tried here; false when they can. */
export const lacksPhp = spawnSync("php", ["--version"]).status !== 0 && "there is no php"

/** What stands as code in a cell, in an order that doesn't depend on the language. */
export function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!).sort()
}

/** The first cells of a table, without the marks of code. */
export function namesIn(table: Table): string[] {
  return table.map(([name]) => name!.replaceAll("`", ""))
}

/** The numbers that stand as code in the first cell of a field's row that has any. */
export function numbersOf(table: Table, field: string): number[] {
  const row = table.find(([name]) => name === `\`${field}\``) ?? []
  const takes = row.find((cell) => /`\d+`/.test(cell)) ?? ""
  return [...takes.matchAll(/`(\d+)`/g)].map(([, number]) => Number(number))
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8")
}

function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].map(([, language, code]) => ({
    language: language!,
    code: code!,
  }))
}

/** A block without what is for people, who read their own language: formulas and comments. */
function forPrograms({ language, code }: Block): Block {
  const bare = code.replace(/^ *\/\/ .*\n/gm, "").replace(/ *(?<=^|\s)# .*$/gm, "")
  return { language, code: language === "text" ? "" : bare }
}

function tablesOf(text: string): Table[] {
  const tables = text.replace(/^```[\s\S]*?^```/gm, "").match(/(?:^\|.*\n?)+/gm) ?? []
  return tables.map((table) =>
    table
      .trim()
      .split("\n")
      .slice(2)
      .map((row) => row.slice(1, -1).split("|"))
      .map((cells) => cells.map((cell) => cell.trim())),
  )
}

function levelsOf(text: string): string[] {
  return [...text.matchAll(/^(#+) /gm)].map(([, level]) => level!)
}

/**
 * The files that links lead to, without their folders and the anchors in them: both are others in
 * another language, and tidy's test holds them to lead somewhere.
 */
function linksOf(text: string): string[] {
  const links = text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/\]\(([^)\s]+)\)/g)
  return [...links].map(([, to]) => posix.basename(to!.replace(/#.*/, "#")).toLowerCase()).sort()
}

function only(codes: readonly string[]): string {
  assert.equal(codes.length, 1)
  return codes[0]!
}

function folderFor(context: Cleanup): string {
  const folder = mkdtempSync(join(tmpdir(), "caudal-guide-"))
  context.after(async () => rmSync(folder, { recursive: true }))
  return folder
}
