/** A copy of the tree in which the sources under test have all their mutants in them. */
import {
  cpSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { findMutants, type Mutant } from "./find.ts"
import { instrument } from "./instrument.ts"

const root = join(import.meta.dirname, "..", "..")
/** What the tests of the copy are made of. */
const PARTS = ["src", "test/support", "package.json"]
/** Where the decisions stand, and the accounts that they move money between. */
const FOLDERS = ["src/core/decide", "src/core/ledger"]

export type Copy = {
  readonly folder: string
  /** A mutant's number is its place here. */
  readonly mutants: readonly Mutant[]
  remove(): void
}

/** Tests, as paths in a copy, and whose mutants they are tried on. */
export type Group = {
  readonly tests: readonly string[]
  readonly needsDatabase: boolean
  tries(mutant: Mutant): boolean
}

const isStore = (file: string) => /\/store(?:\.test)?\.ts$/.test(file)

/** The tests beside the sources: what reads the books in a database has tests of its own. */
export function groupsOf({ folder }: Copy): readonly Group[] {
  const tests = FOLDERS.flatMap((each) => globSync(`${each}/*.test.ts`, { cwd: folder })).sort()
  return [false, true].map((needsDatabase) => ({
    tests: tests.filter((test) => isStore(test) === needsDatabase),
    needsDatabase,
    tries: ({ file }) => isStore(file) === needsDatabase,
  }))
}

/** The files that have mutants; `only` is a part of a path, or null for all of them. */
export function filesUnderTest(only: string | null): string[] {
  const files = FOLDERS.flatMap((folder) => globSync(`${folder}/*.ts`, { cwd: root }))
  return files
    .filter((file) => !file.endsWith(".test.ts") && (only === null || file.includes(only)))
    .sort()
}

/** Makes the copy, in a temporary folder; whoever asked for it removes it. */
export function makeCopy(files: readonly string[]): Copy {
  const folder = mkdtempSync(join(tmpdir(), "caudal-mutants-"))
  for (const part of PARTS) cpSync(join(root, part), join(folder, part), { recursive: true })
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  const mutants: Mutant[] = []
  for (const file of files) {
    const found = findMutants(file, readFileSync(join(root, file), "utf8"))
    writeFileSync(join(folder, file), instrument(found, mutants.length))
    mutants.push(...found.mutants)
  }
  return { folder, mutants, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
