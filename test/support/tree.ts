/** The program where every user may read it, for tests that become somebody else. */
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, relative } from "node:path"

const ROOT = join(import.meta.dirname, "..", "..")
const PARTS = ["src", "test", "migrations", "package.json", "node_modules"]
/** What others need to pass through a folder. */
const OTHERS_MAY_ENTER = 0o001

let shared: string | undefined

/**
 * The folder of this checkout, or, where it lies in a folder that only its owner may enter (root's
 * home, for one), a copy outside of it. The copy is made of hard links where that is possible.
 */
export function sharedTree(): string {
  shared ??= isOpen(ROOT) ? ROOT : copyOf(ROOT)
  return shared
}

/** A file of this checkout in the shared tree. */
export function inSharedTree(path: string): string {
  const below = relative(ROOT, path)
  return below.startsWith("..") ? path : join(sharedTree(), below)
}

function isOpen(folder: string): boolean {
  if ((statSync(folder).mode & OTHERS_MAY_ENTER) === 0) return false
  const parent = dirname(folder)
  return parent === folder || isOpen(parent)
}

function copyOf(root: string): string {
  const copy = mkdtempSync(join(tmpdir(), "caudal-tree-"))
  process.once("exit", () => rmSync(copy, { recursive: true, force: true }))
  const tree = join(copy, "tree")
  mkdirSync(tree)
  execFileSync("chmod", ["711", copy, tree])
  for (const part of PARTS) {
    const from = join(root, part)
    try {
      execFileSync("cp", ["-al", from, tree], { stdio: "ignore" })
    } catch {
      // Another file system, or one without hard links.
      execFileSync("cp", ["-a", from, tree])
    }
  }
  return tree
}
