/** Finds the mutants of a source: each one small change that a test should notice. */
import { stripTypeScriptTypes } from "node:module"
import { type Node, parse } from "acorn"
import { isMessage, mutationsOf, type Replacement } from "./mutations.ts"

/** How a mutant is put into the instrumented copy. */
export type Form = Replacement["form"]

export type Mutant = Replacement & {
  readonly file: string
  readonly start: number
  readonly end: number
  readonly line: number
  /** The line as it stands in the source, without the blanks around it. */
  readonly text: string
  /** What stands there, and what the mutant puts in its place. */
  readonly original: string
  /** Whether it is read as the module is loaded, so that it has to be loaded anew for it. */
  readonly atLoad: boolean
  /** How deep its node lies: of two at one place the deeper one is inside. */
  readonly depth: number
}

/** A source without its types, every character at its old place, and its mutants. */
export type Found = { readonly script: string; readonly mutants: readonly Mutant[] }

type Child = { readonly node: Node; readonly key: string }

/** Reads a source and lists its mutants from the top down. Throws where it can't be parsed. */
export function findMutants(file: string, source: string): Found {
  const script = stripTypeScriptTypes(source, { mode: "strip" })
  const tree = parse(script, { ecmaVersion: "latest", sourceType: "module" })
  const lines = source.split("\n")
  const mutants: Mutant[] = []
  const keepsState = tree.body.some((node) => isState(node))

  const visit = (node: Node, parents: readonly Child[], inFunction: boolean): void => {
    if (isMessage(node, parents)) return
    for (const each of mutationsOf(node, parents, script)) {
      const line = script.slice(0, node.start).split("\n").length
      mutants.push({
        ...each,
        file,
        start: node.start,
        end: node.end,
        line,
        text: lines[line - 1]!.trim(),
        original: script.slice(node.start, node.end).replace(/\s+/g, " ").trim(),
        atLoad: keepsState || !inFunction,
        depth: parents.length,
      })
    }
    const inside = inFunction || /Function/.test(node.type)
    for (const child of childrenOf(node)) {
      visit(child.node, [...parents, { node, key: child.key }], inside)
    }
  }
  visit(tree, [], false)
  return { script, mutants }
}

/** A module that remembers between two calls would remember between two mutants. */
function isState(node: Node): boolean {
  if (node.type !== "VariableDeclaration") return false
  const { declarations } = node as unknown as { declarations: { init: Node | null }[] }
  return declarations.some(({ init }) => init?.type === "NewExpression")
}

/** The nodes right below a node, in the order of the source. */
function childrenOf(node: Node): Child[] {
  const found: Child[] = []
  for (const [key, value] of Object.entries(node)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (isNode(each)) found.push({ node: each, key })
    }
  }
  return found
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value
}
